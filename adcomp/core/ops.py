"""What the ops of Core mean: how each is spelled, and what it does to memory.

An op is one of

* an operator: ``+ - * / // % ** @ & | ^ << >> < <= > >= == != is "is not" in "not in"``, and the
  unary ``neg pos not ~``;
* ``[]`` (``args = (base, *index)``), ``slice`` (``start, stop, step``), ``tuple``, ``id`` (a copy of
  the name, not of the value);
* ``.name``, an attribute, and ``.name()``, a method call, of the first argument;
* a dotted path, the call of an object of the namespace: ``math.exp``, ``np.zeros``, ``float``.

Public functions of ``math``, ``cmath``, ``numpy`` and ``builtins`` have one canonical path, whatever
name the user imported them under.
"""

from __future__ import annotations

import builtins
import cmath
import math
import operator
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

import numpy as np
import scipy

BINARY = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "//": operator.floordiv, "%": operator.mod, "**": operator.pow, "@": operator.matmul,
    "&": operator.and_, "|": operator.or_, "^": operator.xor, "<<": operator.lshift,
    ">>": operator.rshift,
}
COMPARE = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
    "!=": operator.ne, "is": operator.is_, "is not": operator.is_not, "in": None, "not in": None,
}
UNARY = {"neg": operator.neg, "pos": operator.pos, "not": operator.not_, "~": operator.invert}
UNARY_TEXT = {"neg": "-", "pos": "+", "not": "not ", "~": "~"}


#: augmented assignment to a name, before types tell whether it rebinds or writes into an array
INPLACE = {
    f"operator.i{f.__name__.strip('_')}": op for op, f in BINARY.items()
}


class Effect(Enum):
    """What an op does to memory.

    ``PURE`` reads its arguments' values, or the shapes of arrays, and nothing in memory.
    ``ELEMENTWISE`` is pure on scalars, and on arrays reads them and returns a new one.
    ``INDEX`` is ``[]``: a load, a view, or an element of a tuple, as the types say.
    ``VIEW`` returns an array that shares memory with its first argument.
    ``READ`` reads arrays and returns a scalar, or a new array.
    ``FRESH`` returns a new array, and reads at most the shapes of its arguments.
    ``OPAQUE`` is a call that nothing is known of: it may read what it is given.
    """

    PURE = "pure"
    ELEMENTWISE = "elementwise"
    INDEX = "index"
    VIEW = "view"
    READ = "read"
    FRESH = "fresh"
    OPAQUE = "opaque"


_MATH = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "copysign", "cos", "cosh",
    "degrees", "erf", "erfc", "exp", "expm1", "fabs", "floor", "fmod", "gamma", "hypot", "isfinite",
    "isinf", "isnan", "ldexp", "lgamma", "log", "log10", "log1p", "log2", "pow", "radians", "sin",
    "sinh", "sqrt", "tan", "tanh", "trunc", "gcd", "frexp", "modf", "nextafter", "remainder",
]
_CMATH = [
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh", "exp", "isfinite", "isinf",
    "isnan", "log", "log10", "phase", "polar", "rect", "sin", "sinh", "sqrt", "tan", "tanh",
]
_CASTS = [
    "float64", "float32", "float16", "complex128", "complex64", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "bool_", "intp", "uintp",
]
_NP_OTHER = ["where", "nan_to_num", "clip", "real", "imag", "angle", "round", "around", "sinc", "sign"]
_NP_VIEW = [
    "reshape", "ravel", "transpose", "swapaxes", "moveaxis", "expand_dims", "squeeze",
    "asarray", "ascontiguousarray", "asfortranarray", "atleast_1d", "atleast_2d", "atleast_3d",
    "diagonal", "flip", "fliplr", "flipud", "lib.stride_tricks.sliding_window_view",
    "lib.stride_tricks.as_strided",
]
_NP_FRESH = [
    "empty", "zeros", "ones", "full", "empty_like", "zeros_like", "ones_like", "arange",
    "linspace", "eye", "identity",
]
_NP_PURE = ["shape", "size", "ndim", "iinfo", "finfo"]
_METHOD_VIEW = ["reshape", "ravel", "transpose", "view", "swapaxes", "squeeze"]
_BUILTIN_SCALAR = ["abs", "float", "int", "complex", "bool", "round", "min", "max", "pow", "divmod"]


def _table() -> dict[str, Effect]:
    table = {op: Effect.ELEMENTWISE for op in (*BINARY, *COMPARE, *UNARY)}
    table |= {"@": Effect.READ, "is": Effect.PURE, "is not": Effect.PURE, "not": Effect.PURE}
    table |= {"[]": Effect.INDEX, "slice": Effect.PURE, "tuple": Effect.PURE, "id": Effect.VIEW}
    table |= dict.fromkeys((".shape", ".size", ".ndim", ".dtype", ".itemsize", ".nbytes", ".strides",
                            ".start", ".stop", ".step"), Effect.PURE)
    table |= dict.fromkeys((".T", ".real", ".imag", ".flat"), Effect.VIEW)
    table |= {".conjugate()": Effect.ELEMENTWISE, ".conj()": Effect.ELEMENTWISE}
    table |= {f".{name}()": Effect.VIEW for name in _METHOD_VIEW}
    table |= dict.fromkeys(INPLACE, Effect.ELEMENTWISE)
    table |= {f"math.{name}": Effect.ELEMENTWISE for name in _MATH if hasattr(math, name)}
    table |= {f"cmath.{name}": Effect.ELEMENTWISE for name in _CMATH}
    table |= {
        f"np.{name}": Effect.ELEMENTWISE
        for name in vars(np) if isinstance(getattr(np, name), np.ufunc)
    }
    table |= {f"np.{name}": Effect.ELEMENTWISE for name in (*_CASTS, *_NP_OTHER)}
    table |= {"np.matmul": Effect.READ}
    table |= {f"np.{name}": Effect.VIEW for name in _NP_VIEW}
    table |= {f"np.{name}": Effect.FRESH for name in _NP_FRESH}
    table |= {"np.full_like": Effect.FRESH}
    table |= {f"np.{name}": Effect.PURE for name in _NP_PURE}
    table |= dict.fromkeys(_BUILTIN_SCALAR, Effect.ELEMENTWISE)
    table |= {"len": Effect.PURE, "range": Effect.PURE, "kernels.stack": Effect.FRESH,
              "kernels.empty_tape": Effect.FRESH, "kernels.slots": Effect.FRESH,
              "kernels.pieces": Effect.FRESH, "kernels.pieces_of_sums": Effect.FRESH,
               "kernels.part": Effect.VIEW, "kernels.parts": Effect.FRESH,
              "kernels.plus": Effect.ELEMENTWISE, "kernels.segment_length": Effect.PURE,
              "kernels.fours": Effect.PURE,
              "kernels.row": Effect.PURE, "kernels.at_least": Effect.PURE, "kernels.rare": Effect.PURE,
              "kernels.buffer": Effect.VIEW, "kernels.stretched": Effect.READ, "kernels.column": Effect.READ,
              "kernels.zero_column": Effect.FRESH, "kernels.first_plan": Effect.FRESH,
              "kernels.open_plan": Effect.FRESH,
              "kernels.held": Effect.READ, "kernels.due": Effect.READ,
              "kernels.snapshot_room": Effect.PURE, "kernels.leaf_length": Effect.PURE}
    return table


_EFFECTS = _table()
EFFECTS: Mapping[str, Effect] = MappingProxyType(_EFFECTS)


def effect_of(op: str) -> Effect:
    """The effect of an op; a NumPy function that no table names only reads its arguments."""
    known = EFFECTS.get(op)
    if known is not None:
        return known
    if op.startswith("np.random."):
        return Effect.OPAQUE
    return Effect.READ if op.startswith(("np.", "scipy.fft.", ".")) else Effect.OPAQUE


def _canonical() -> dict[Any, str]:
    table: dict[Any, str] = {}
    for prefix, module in (("math", math), ("cmath", cmath)):
        table |= {getattr(module, n): f"{prefix}.{n}" for n in dir(module) if not n.startswith("_")
                  and callable(getattr(module, n))}
    # NumPy has several names for some functions: those that the tables know come first.
    for name in sorted(vars(np), key=lambda n: f"np.{n}" not in EFFECTS):
        value = getattr(np, name)
        if not name.startswith("_") and callable(value):
            try:
                table.setdefault(value, f"np.{name}")
            except TypeError:  # unhashable
                continue
    table |= {np.float64: "np.float64", np.complex128: "np.complex128", np.int64: "np.int64",
              np.bool_: "np.bool_", np.abs: "np.abs"}
    for path, module in (("np.linalg", np.linalg), ("np.random", np.random), ("np.fft", np.fft),
                         ("np.polynomial.polynomial", np.polynomial.polynomial),
                         ("np.lib.stride_tricks", np.lib.stride_tricks)):
        table |= {getattr(module, n): f"{path}.{n}" for n in dir(module)
                  if not n.startswith("_") and callable(getattr(module, n))}
    table |= {getattr(builtins, n): n for n in (*_BUILTIN_SCALAR, "len", "range", "sum", "enumerate",
                                               "zip", "reversed", "print", "tuple", "list", "slice",
                                               "isinstance", "any", "all", "sorted", "str")}
    table |= {f: op for op, f in (BINARY | COMPARE | UNARY).items() if f is not None}
    return table


_CANONICAL = _canonical()
CANONICAL: Mapping[Any, str] = MappingProxyType(_CANONICAL)


def op_of(value: Any) -> str | None:
    """The op that calls a public function of Python or NumPy, or None.

    Examples
    --------
    >>> import math, operator
    >>> op_of(math.exp), op_of(operator.truediv), op_of(len)
    ('math.exp', '/', 'len')
    """
    if str(getattr(value, "__module__", None)).startswith("scipy.fft."):  # imported late: it takes long
        return f"scipy.fft.{value.__name__}"
    try:
        return CANONICAL.get(value)
    except TypeError:
        return None


def callee(op: str, namespace: Mapping[str, Any]) -> Any:
    """The Python object that an op calls (operators included); None for ``[]`` and attributes."""
    for table in (BINARY, COMPARE, UNARY):
        if op in table:
            return table[op]
    if op in ("[]", "slice", "tuple", "id") or op.startswith("."):
        return None
    head, *rest = op.split(".")
    value = namespace[head] if head in namespace else STANDARD[head]
    for name in rest:
        value = getattr(value, name)
    return value


_STANDARD: dict[str, Any] = {
    "math": math, "cmath": cmath, "np": np, "scipy": scipy, "operator": operator,
} | {n: getattr(builtins, n) for n in (*_BUILTIN_SCALAR, "len", "range", "print")}
STANDARD: Mapping[str, Any] = MappingProxyType(_STANDARD)


def add_module(name: str, module: Any, effects: Mapping[str, Effect]) -> None:
    """Make ops of the functions of a module, which generated code finds under a name.

    ``effects`` says of each, by its name in the module, what it does to memory.
    """
    _STANDARD[name] = module
    for function, effect in effects.items():
        _EFFECTS[f"{name}.{function}"] = effect
        _CANONICAL.setdefault(getattr(module, function), f"{name}.{function}")
