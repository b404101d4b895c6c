"""Whether a cotangent has the type that its value declares."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tangents.structural import Tangent
from ..tangents.zeros import NotImplementedTangent, is_hard_zero
from .anatomy import anatomy, forced, is_array, is_number, is_passive, like_container
from .forms import is_matrix


def problem(x: Any, x_bar: Any, path: str) -> str | None:
    """What is wrong with the type of a cotangent; None if nothing is.

    Hard zeros are right everywhere. What cannot be perturbed is not looked at: another check does.

    >>> problem(1.0, 2.0 + 1j, "x_bar")
    'x_bar is complex, and the value real'
    >>> problem(np.zeros(2, np.float32), np.zeros(2), "x_bar")
    'x_bar has the dtype float64, and the value float32'
    """
    x, x_bar = forced(x), forced(x_bar)
    if is_passive(x) or is_hard_zero(x_bar) or isinstance(x_bar, NotImplementedTangent):
        return None
    if x_bar is None:
        return f"{path} is None, and the value can be perturbed: ZeroTangent says that it has no influence"
    if is_number(x):
        return _number(x, x_bar, path)
    if is_array(x):
        return _array(x, x_bar, path)
    if is_matrix(x) and not isinstance(x_bar, Tangent):
        return _natural(x, x_bar, path)
    return _parts(x, x_bar, path)


def signature(x_bar: Any) -> Any:
    """The type of a cotangent, to be compared with that of another."""
    x_bar = forced(x_bar)
    if isinstance(x_bar, np.ndarray):
        return x_bar.dtype.str, x_bar.ndim
    if is_number(x_bar) or is_passive(x_bar) or isinstance(x_bar, NotImplementedTangent):
        return type(x_bar).__name__
    known = anatomy(x_bar)
    return type(x_bar).__name__, known.names, tuple(map(signature, known.parts))


def _number(x: Any, x_bar: Any, path: str) -> str | None:
    if not is_number(x_bar):
        return f"{path} is {x_bar!r}, and the value a number"
    if np.iscomplexobj(x_bar) != np.iscomplexobj(x):
        kinds = ("real", "complex")
        return f"{path} is {kinds[np.iscomplexobj(x_bar)]}, and the value {kinds[np.iscomplexobj(x)]}"
    wide, given = np.asarray(x).dtype, np.asarray(x_bar).dtype
    if given != wide and not (type(x_bar) in (float, complex) and _fits(x_bar, wide)):
        return f"{path} has the dtype {given}, and the value {wide}"
    return None


def _fits(x: Any, dtype: np.dtype) -> bool:
    """Whether a Python number is one of a dtype: Numba returns single precision as such."""
    with np.errstate(all="ignore"):
        return bool(dtype.type(x) == x or x != x)


def _array(x: np.ndarray, x_bar: Any, path: str) -> str | None:
    if not isinstance(x_bar, np.ndarray) and not is_matrix(x_bar):
        return f"{path} is of type {type(x_bar).__name__}, and the value an array"
    if tuple(x_bar.shape) != x.shape:
        return f"{path} has the shape {tuple(x_bar.shape)}, and the value {x.shape}"
    if x_bar.dtype != x.dtype:
        if x_bar.dtype.kind == "c" and x.dtype.kind != "c":
            return f"{path} is complex, and the value real"
        return f"{path} has the dtype {x_bar.dtype}, and the value {x.dtype}"
    return None


def _natural(x: Any, x_bar: Any, path: str) -> str | None:
    if not isinstance(x_bar, np.ndarray) and not is_matrix(x_bar):
        return f"{path} is of type {type(x_bar).__name__}: no matrix, and no Tangent of {type(x).__name__}"
    if tuple(x_bar.shape) != tuple(x.shape):
        return f"{path} has the shape {tuple(x_bar.shape)}, and the value {tuple(x.shape)}"
    return None


def _parts(x: Any, x_bar: Any, path: str) -> str | None:
    known = anatomy(x)
    if isinstance(x_bar, Tangent):
        if x_bar.primal_type is not type(x):
            given_type = getattr(x_bar.primal_type, "__name__", "?")
            return f"{path} is a tangent of {given_type}, not of {type(x).__name__}"
        given = [x_bar[name[1:]] for name in known.names]
    elif isinstance(x, tuple | list | dict) and like_container(x, x_bar):
        given = list(anatomy(x_bar).parts)
        if len(given) != len(known.parts):
            return f"{path} has {len(given)} parts, and the value {len(known.parts)}"
    elif isinstance(x, np.ndarray | np.void) or type(x_bar) is type(x) and not is_matrix(x):
        return None  # a record: compared by its fields
    else:
        wanted = type(x).__name__ if isinstance(x, tuple | list | dict) else f"Tangent of {type(x).__name__}"
        return f"{path} is of type {type(x_bar).__name__}, not a {wanted}"
    found = (problem(part, bar, path + name)
             for name, part, bar in zip(known.names, known.parts, given, strict=True))
    return next((text for text in found if text is not None), None)
