"""What is tested of every array function: expressions, by the op that they are about."""

from importlib import import_module
from pkgutil import iter_modules

from ._cases import Case

#: the cases of every op, from the tables in the modules beside this one
CASES: dict[str, tuple[Case, ...]] = {}
for _module in iter_modules(__path__):
    if not _module.name.startswith("_"):
        for _op, _cases in import_module(f"{__name__}.{_module.name}").CASES.items():
            CASES[_op] = (*CASES.get(_op, ()), *_cases)

__all__ = ["CASES", "Case"]
