"""Names of types, flags and functions that are the same in every process.

They stand for what they name in the keys of machine code on disk. What has no such name gets None.
"""

from __future__ import annotations

import sys
from types import CodeType, FunctionType
from typing import Any, TypeAlias

import numpy as np
from numba.core import types
from numba.core.compiler import Flags

Type: TypeAlias = types.Type

_MEMBERS = (bool, int, str, type(None))


def unliteral(ty: Type) -> Type:
    """The type without literal values, inside tuples too.

    Examples
    --------
    >>> from numba import types
    >>> print(unliteral(types.Tuple((types.literal(1), types.float64))))
    Tuple(int64, float64)
    """
    if isinstance(ty, types.BaseNamedTuple):
        members = tuple(map(unliteral, ty))
        return ty if members == tuple(ty) else types.NamedTuple(members, ty.instance_class)
    if isinstance(ty, types.BaseTuple):
        members = tuple(map(unliteral, ty))
        return ty if members == tuple(ty) else types.BaseTuple.from_types(members)
    if isinstance(ty, types.Optional):
        return types.Optional(unliteral(ty.type))
    if hasattr(ty, "with_members"):
        return ty.with_members(tuple(map(unliteral, ty.types)))
    return types.unliteral(ty)


def stable_name(ty: Type) -> str | None:
    """A name for a type that belongs to Numba, the same in every process; None for any other type.

    The type of a function has none either: what is unpickled of it is not equal to it.

    Examples
    --------
    >>> stable_name(types.Tuple((types.float64[::1], types.literal(2))))
    'Tuple(array(float64, 1d, C), Literal[int](2))'
    >>> stable_name(types.pyobject) is None
    True
    """
    match ty:
        case types.Literal():
            known = type(ty.literal_value) in (bool, int, str)
            return f"Literal[{type(ty.literal_value).__name__}]({ty.literal_value!r})" if known else None
        case types.Number() | types.Boolean() | types.UnicodeType() | types.NoneType():
            return str(ty)
        case types.Array():
            return None if stable_name(ty.dtype) is None else str(ty)
        case types.BaseNamedTuple():
            return None
        case types.BaseTuple():
            names = [stable_name(item) for item in ty]
            return None if None in names else f"Tuple({', '.join(map(str, names))})"
        case types.DType():
            return _around("dtype", stable_name(ty.dtype))
        case types.NumberClass():
            return _around("class", stable_name(ty.instance_type))
        case types.TypeRef():
            return _around("typeref", stable_name(ty.instance_type))
        case types.Omitted():
            if isinstance(ty.value, _MEMBERS):
                return f"omitted {ty.value!r}"
            known = any(ty.value is kind for kind in (bool, int, float, complex))
            return f"omitted class {ty.value.__name__}" if known else None
    return None


def _global_name(value: Any) -> str | None:
    """The name of a function or class of Python, NumPy, Numba or adcomp; None of any other value."""
    module = getattr(value, "__module__", None) or ("numpy" if isinstance(value, np.ufunc) else "")
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", "")
    found: Any = sys.modules.get(module)
    if module.partition(".")[0] not in _INSTALLED or not name:
        return None
    for part in name.split("."):
        found = getattr(found, part, None)
    return f"{module}.{name}" if found is value else None


_INSTALLED = frozenset({"builtins", "math", "cmath", "_operator", "numpy", "numba", "adcomp"})


def code_words(function: FunctionType) -> list[str | None]:
    """What a function of Numba's or adcomp's own does, in words; one is None where that can't be said.

    Its global variables are those of an installed module, which the environment covers. What a closure
    holds may be anything.

    Examples
    --------
    >>> def closure(k):
    ...     return lambda x: k * x
    >>> code_words(closure(1)) == code_words(closure(1)), code_words(closure(1)) == code_words(closure(2))
    (True, False)
    >>> None in code_words(closure(object()))
    True
    """
    return _function(function, ())


def _function(function: FunctionType, outer: tuple[FunctionType, ...]) -> list[str | None]:
    words: list[str | None] = [function.__module__, function.__qualname__, *_code(function.__code__)]
    held = list(function.__defaults__ or ())
    for cell in function.__closure__ or ():
        try:
            held.append(cell.cell_contents)
        except ValueError:  # the variable has no value yet
            return [None]
    if function.__kwdefaults__:
        return [None]
    for value in held:
        words += _value(value, (*outer, function))
    return words


def _code(code: CodeType) -> list[str | None]:
    words: list[str | None] = [code.co_code.hex(), *code.co_names, *code.co_varnames, *code.co_freevars]
    for const in code.co_consts:
        words += _code(const) if isinstance(const, CodeType) else [f"{type(const).__name__} {const!r}"]
    return words


def _value(value: Any, outer: tuple[FunctionType, ...]) -> list[str | None]:
    if isinstance(value, (bool, int, float, complex, str, bytes, type(None))):
        return [f"{type(value).__name__} {value!r}"]
    if isinstance(value, types.Type):
        return [stable_name(value)]
    if isinstance(value, tuple):
        return [f"tuple {len(value)}", *(word for item in value for word in _value(item, outer))]
    if isinstance(value, np.dtype) and value.names is None:
        return [f"dtype {value.str}"]
    name = _global_name(value)
    if name is None and isinstance(value, FunctionType) and is_builtin(value) and value not in outer:
        return _function(value, outer)
    return [name]


def is_builtin(function: FunctionType) -> bool:
    """Whether a function is defined in Numba or adcomp, whose versions and files are watched."""
    return (function.__module__ or "").partition(".")[0] in ("numba", "adcomp")


def _around(kind: str, name: str | None) -> str | None:
    return None if name is None else f"{kind} {name}"


def flag_words(flags: Flags) -> list[str]:
    """The flags of a compilation, in words."""
    words = []
    for name, value in sorted(flags.values().items()):
        value = getattr(value, "flags", value)  # of fastmath
        words.append(f"{name}={sorted(value) if isinstance(value, set) else value!r}")
    return words
