"""Sums of exponentials: plain Python over arrays, which adcomp reads and differentiates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sc
from numba import types
from numba.extending import overload

from ..core.numba_kept import compiled_kernel
from ..core.types import number_class
from ..registry import JIT, definition, kernel, nondifferentiable

Body = Callable[..., Any]


def logsumexp(a: Any, axis: Any = None) -> Any:
    """``log(sum(exp(a)))``, without overflow: over all elements, or along an axis.

    Parameters
    ----------
    a : array of real numbers
    axis : int, optional
        In compiled code a literal, and the first, the second or the last axis.

    Returns
    -------
    float or array
        One axis less than `a`; of its dtype, or float64 for integers. Its gradient is the softmax
        of `a`, and NaN where all elements are minus infinity.

    Examples
    --------
    >>> float(round(logsumexp(np.array([1000.0, 1000.0])) - 1000.0, 9))
    0.693147181
    """
    return sc.logsumexp(a, axis)


def softmax(x: Any, axis: Any = None) -> Any:
    """``exp(x) / sum(exp(x))``, without overflow: over all elements, or along an axis.

    Parameters
    ----------
    x : array of real numbers
    axis : int, optional
        In compiled code a literal, and the first, the second or the last axis.

    Returns
    -------
    array
        Of the shape of `x`, and of its dtype, or float64 for integers.

    Examples
    --------
    >>> softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    return sc.softmax(x, axis)


def log_softmax(x: Any, axis: Any = None) -> Any:
    """The logarithm of `softmax`, precise where that is small.

    Parameters
    ----------
    x : array of real numbers
    axis : int, optional
        In compiled code a literal, and the first, the second or the last axis.

    Returns
    -------
    array
        Of the shape of `x`, and of its dtype, or float64 for integers.

    Examples
    --------
    >>> log_softmax(np.array([0.0, 1000.0])).tolist()
    [-1000.0, 0.0]
    """
    return sc.log_softmax(x, axis)


# --- shifts -----------------------------------------------------------------------------------------
# What is subtracted from exponents cancels, so it counts as constant.


@kernel
def largest_finite(a: Any) -> Any:
    """The largest element of an array, or 0 if that is not finite."""
    top = -np.inf
    for index in np.ndindex(a.shape):
        top = max(top, a[index])
    return top if np.isfinite(top) else 0.0


@kernel
def largest_finite_of_rows(a: Any) -> Any:
    """The largest elements along the last axis of an array, and 0 where that is not finite."""
    top = np.zeros(a.shape[:-1], a.dtype)
    for index in np.ndindex(top.shape):
        top[index] = largest_finite(a[index])
    return top


@kernel
def largest_finite_of_columns(a: Any) -> Any:
    """The largest elements along the first axis of an array, and 0 where that is not finite."""
    top = np.zeros(a.shape[1:], a.dtype)
    for index in np.ndindex(top.shape):
        largest = -np.inf
        for i in range(a.shape[0]):
            largest = max(largest, a[(i, *index)])
        top[index] = largest if np.isfinite(largest) else 0.0
    return top


nondifferentiable(largest_finite, largest_finite_of_rows, largest_finite_of_columns)


# --- definitions ------------------------------------------------------------------------------------


@compiled_kernel(**JIT)
def _spread_first(s: Any) -> Any:
    return s


@compiled_kernel(**JIT)
def _spread_second(s: Any) -> Any:
    return s[:, None]


@compiled_kernel(**JIT)
def _spread_last(s: Any) -> Any:
    return s[..., None]


@compiled_kernel(**JIT)
def _largest_first(a: Any) -> Any:
    return largest_finite_of_columns(a)


@compiled_kernel(**JIT)
def _largest_second(a: Any) -> Any:
    return largest_finite_of_columns(np.swapaxes(a, 0, 1))


@compiled_kernel(**JIT)
def _largest_last(a: Any) -> Any:
    return largest_finite_of_rows(a)


def _way(a: Any, axis: Any) -> tuple[Any, Any] | None:
    """How to find the largest elements along an axis, and how to spread them along it again."""
    if axis == 0:
        return _largest_first, _spread_first
    if axis == a.ndim - 1:
        return _largest_last, _spread_last
    return (_largest_second, _spread_second) if axis == 1 else None


def _given(a: Any, axis: Any) -> tuple[bool, Any, Any]:
    """Whether there is a definition for these arguments; the axis, and the dtype of the result."""
    if isinstance(axis, types.NoneType):
        axis = None
    axis = getattr(axis, "literal_value", getattr(axis, "value", axis))
    real = isinstance(a, types.Array) and isinstance(a.dtype, types.Integer | types.Float)
    if not real or a.ndim == 0 or not (axis is None or isinstance(axis, int)):
        return False, None, None
    if axis is not None and not -a.ndim <= axis < a.ndim:
        return False, None, None
    dtype = number_class(a) if isinstance(a.dtype, types.Float) else np.float64
    return True, axis if axis is None else axis % a.ndim, dtype


@definition("special.logsumexp")
def _logsumexp(a: Any, axis: Any = None) -> Body | None:
    known, wanted, dtype = _given(a, axis)
    if not known:
        return None
    if wanted is None or a.ndim == 1:
        def of_all(a, axis=None):  # type: ignore[no-untyped-def]
            top = dtype(largest_finite(a))
            return np.log(np.sum(np.exp(a - top))) + top

        return of_all
    way = _way(a, wanted)
    if way is None:
        return None
    largest, spread = way

    def along(a, axis=None):  # type: ignore[no-untyped-def]
        top = largest(a)
        return np.log(np.sum(np.exp(a - spread(top)), wanted)) + top

    return along


@definition("special.softmax")
def _softmax(x: Any, axis: Any = None) -> Body | None:
    known, wanted, dtype = _given(x, axis)
    if not known:
        return None
    if wanted is None or x.ndim == 1:
        def of_all(x, axis=None):  # type: ignore[no-untyped-def]
            y = np.exp(x - dtype(largest_finite(x)))
            return y / np.sum(y)

        return of_all
    way = _way(x, wanted)
    if way is None:
        return None
    largest, spread = way

    def along(x, axis=None):  # type: ignore[no-untyped-def]
        y = np.exp(x - spread(largest(x)))
        return y / spread(np.sum(y, wanted))

    return along


@definition("special.log_softmax")
def _log_softmax(x: Any, axis: Any = None) -> Body | None:
    known, wanted, dtype = _given(x, axis)
    if not known:
        return None
    if wanted is None or x.ndim == 1:
        def of_all(x, axis=None):  # type: ignore[no-untyped-def]
            y = x - dtype(largest_finite(x))
            return y - np.log(np.sum(np.exp(y)))

        return of_all
    way = _way(x, wanted)
    if way is None:
        return None
    largest, spread = way

    def along(x, axis=None):  # type: ignore[no-untyped-def]
        y = x - spread(largest(x))
        return y - spread(np.log(np.sum(np.exp(y), wanted)))

    return along


@overload(logsumexp, jit_options=JIT)
def _compiled_logsumexp(a, axis=None):  # type: ignore[no-untyped-def]
    return _logsumexp(a, axis)


@overload(softmax, jit_options=JIT)
def _compiled_softmax(x, axis=None):  # type: ignore[no-untyped-def]
    return _softmax(x, axis)


@overload(log_softmax, jit_options=JIT)
def _compiled_log_softmax(x, axis=None):  # type: ignore[no-untyped-def]
    return _log_softmax(x, axis)
