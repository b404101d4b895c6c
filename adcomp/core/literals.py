"""The text of constants."""

from __future__ import annotations

import ast
import builtins
import math
from typing import Any

import numpy as np

__all__ = ["literal"]


def literal(value: Any) -> str:
    """The text of a constant; evaluating it where ``np`` is NumPy gives the constant back.

    Examples
    --------
    >>> literal(0.1), literal(-math.inf), literal(np.float32(0.5)), literal(complex(0.0, -1.0))
    ('0.1', '-np.inf', 'np.float32(0.5)', 'complex(0.0, -1.0)')
    """
    if isinstance(value, np.generic):
        return _numpy_scalar(value)
    match value:
        case float():
            if math.isfinite(value):
                return repr(value)
            return "np.nan" if math.isnan(value) else "np.inf" if value > 0 else "-np.inf"
        case complex():
            return _complex(value)
        case tuple():
            return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
        case np.dtype():
            return f"np.dtype({value.name!r})"
        case type():
            return _class(value)
    return "..." if value is Ellipsis else repr(value)


def _numpy_scalar(value: np.generic) -> str:
    kind = type(value)
    name = "bool_" if isinstance(value, np.bool_) else np.dtype(kind).name
    short = str(value)  # float32(0.1) prints as 0.1, its item as 0.10000000149011612
    if isinstance(value, np.float32 | np.float16) and np.isfinite(value):
        if kind(float(short)) == value:
            return f"np.{name}({float(short)!r})"
    return f"np.{name}({literal(value.item())})"


def _complex(value: complex) -> str:
    text = repr(value)
    # The repr of a part that is infinite or a negative zero does not evaluate to itself.
    if np.isfinite(value) and repr(ast.literal_eval(text)) == text:
        return text
    return f"complex({literal(value.real)}, {literal(value.imag)})"


def _class(value: type) -> str:
    if issubclass(value, np.generic):
        return "np.bool_" if value is np.bool_ else f"np.{np.dtype(value).name}"
    if getattr(builtins, value.__name__, None) is value:
        return value.__name__
    return f"{value.__module__}.{value.__qualname__}"
