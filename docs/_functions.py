"""The page of functions: what is differentiated, and how. ``python docs/_functions.py`` writes it.

The functions are those of Numba's own typing context, so that none is forgotten.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
from numba import types
from numba.core.registry import cpu_target

import adcomp.kernels  # fills RULES
from adcomp.core.ops import EFFECTS, Effect, op_of
from adcomp.passes.scalarise.lengths import reduction_of
from adcomp.passes.scalarise.recognise import _COPIES, _SPREADS
from adcomp.passes.shadows import OVERLAPPING
from adcomp.registry import RULE_MODULES, RULES

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
CASES = import_module("tests.kernels.functions").CASES

PAGE = Path(__file__).parent / "reference" / "functions.md"

for module in RULE_MODULES:
    import_module(module)

#: what is refused where a derivative would have to flow through it, and why
REFUSED = {
    "np.roots": "by `eigvals` of a companion matrix: write it so",
    "np.frombuffer": "reads bytes",
    "np.lib.stride_tricks.as_strided": "elements of its result may be one and the same",
    "np.kaiser": "the slope in `beta` is not there",
    "np.polynomial.polynomial.polydiv": "write the division as a loop",
    "cmath.polar": "use `abs` and `cmath.phase`",
    "np.divmod": "use `//` and `%`",
}
for _name in ("beta", "binomial", "chisquare", "dirichlet", "f", "gamma", "geometric", "hypergeometric",
              "logseries", "multinomial", "negative_binomial", "noncentral_chisquare", "poisson",
              "standard_gamma", "standard_t", "vonmises", "wald", "zipf"):
    REFUSED[f"np.random.{_name}"] = "a draw has no formula in the parameters"

HEAD = """# Functions

What adcomp differentiates of NumPy, of Python's `math` and `cmath`, and of SciPy's transforms: all
functions that Numba knows. This page is made from the compiler's own tables.

- **equation**: a formula that is pasted into the loops around it; [](rules.md) has what each reads.
- **definition**: read as plain Python, and differentiated like anything else.
- **kernel**: a compiled function that adds into a cotangent.
- **loops**: array expressions, reductions, copies and views, which become loops.
- **zero**: the derivative is zero, or the result has none.
- **refused**: an error, where a derivative would have to flow through it.

"""


def functions():
    """The ops of all functions of NumPy, `math` and `cmath` that Numba knows, and of array methods."""
    context = cpu_target.typing_context
    context.refresh()
    cpu_target.target_context.refresh()
    found = set()
    for function in (*context._functions, *context._globals):
        op = op_of(function)
        if op and op.startswith(("np.", "math.", "cmath.")) and not isinstance(function, type):
            found.add(op)
    array = types.Array(types.float64, 2, "C")
    for name in dir(np.ndarray):
        if not name.startswith("_") and context.resolve_getattr(array, name) is not None:
            bound = isinstance(context.resolve_getattr(array, name), types.BoundFunction)
            found.add(f".{name}()" if bound else f".{name}")
    found |= {op for op in RULES.definitions if op.startswith(("np.", "scipy.", "."))}
    return sorted(found - {".dot()"})  # which is read as np.dot


def kinds(op):
    """How an op is differentiated: several words, if it is up to the arguments."""
    out = []
    if op in OVERLAPPING:
        return ["refused"]
    if RULES.scalar(op) is not None:
        out.append("equation")
    if RULES.definition(op) is not None:
        out.append("definition")
    if RULES.array(op):
        out.append("kernel")
    decides = reduction_of(op) in ("any", "all")
    reduces = reduction_of(op) is not None and not decides
    if reduces or op in LOOPS or EFFECTS.get(op) in (Effect.VIEW, Effect.FRESH):
        out.append("loops")
    if decides or RULES.nondifferentiable(op) or EFFECTS.get(op) is Effect.PURE or op in PROPERTIES:
        out.append("zero")
    return out or ["refused"]


#: what the scalariser reads element by element, beside reductions
LOOPS = _COPIES | _SPREADS | {".fill()", "np.copyto"}
PROPERTIES = {".flags", ".ctypes", ".nbytes", ".itemsize", ".data"}


def note(op):
    """The convention that a rule's docstring states."""
    texts = []
    rule = RULES.scalar(op)
    if rule is not None:
        texts.append(rule.function.__doc__)
    definition = RULES.definition(op)
    if definition is not None:
        texts.append(definition.template.__doc__)
    texts += [part.kernel.py_func.__doc__ for part in RULES.array(op).values()
              if hasattr(part.kernel, "py_func")]
    text = " ".join(dict.fromkeys(" ".join(t.split()) for t in texts if t))
    return text.replace("``", "`").replace("|", "\\|") or REFUSED.get(op, "")


def dtypes(op):
    rule = RULES.scalar(op)
    if rule is not None:
        return "real, complex" if rule.complex else "real"
    if kinds(op) in (["zero"], ["refused"]):
        return ""
    if "loops" in kinds(op) or op.startswith("np.linalg"):
        return "real, complex"
    return "real, complex" if any(map(_is_complex, CASES.get(op, ()))) else "real"


def _is_complex(case):
    return any(np.iscomplexobj(value) for value in case.arguments().values())


@cache
def _texts():
    paths = sorted((ROOT / "tests" / "kernels").rglob("*.py"))
    return [(path.name, path.read_text()) for path in paths if not path.name.startswith("_")]


def tests(op):
    """Where an op is tested."""
    rule = RULES.scalar(op)
    if rule is not None:
        return f"`test_rules.py::test_real[{rule.name}]`"
    spelled = op.rstrip("()") if op.startswith(".") else rf"(?<![\w.]){re.escape(op)}"
    where = [name for name, text in _texts() if re.search(rf"{spelled}\b", text)]
    return ", ".join(f"`{name}`" for name in where[:2])


def page():
    """The text of the page."""
    rows = [f"| `{op}` | {', '.join(kinds(op))} | {dtypes(op)} | {note(op)} | {tests(op)} |"
            for op in functions()]
    head = "| function | how | of | convention | tested in |\n|---|---|---|---|---|\n"
    return HEAD + head + "\n".join(rows) + "\n"


def forgotten():
    """The functions that nobody has decided about."""
    return [op for op in functions() if kinds(op) == ["refused"] and op not in REFUSED]


if __name__ == "__main__":
    assert adcomp.kernels
    PAGE.write_text(page())
