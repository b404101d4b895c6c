"""Definitions of reductions in the forms that are no single loop over the elements.

The plain forms (``sum``, ``prod``, ``mean``, ``max``, ``min``, ``var``, ``std``, ``ptp``) are read by the
scalariser. A maximum, or minimum, gives its whole cotangent to the first of equal elements, the one that
``np.argmax`` finds.
"""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition


def _is_complex(a):
    return isinstance(a, types.Array) and isinstance(a.dtype, types.Complex)


@definition(np.sum, ".sum()")
def sum(a, y, axis=None, dtype=None):
    """With a dtype; over an axis that is known at run time."""
    if not isinstance(a, types.Array):
        return None
    if axis is None and dtype is not None:
        kind = number_class(y)

        def total(a):
            return np.sum(a.astype(kind))

        return total
    if not isinstance(axis, types.Integer) or a.ndim == 1:
        return None

    def out_of_range(a, axis):
        raise ValueError("the axis is out of range")
        return np.sum(a, 0)

    along = out_of_range
    for k in range(a.ndim):
        along = _sum_along(k, along)
    return along


def _sum_along(k, otherwise):
    def along(a, axis):
        if axis == k or axis == k - a.ndim:
            y = np.sum(a, k)
        else:
            y = otherwise(a, axis)
        return y

    return along


def _extreme(a, better):
    """The first element than which none is better."""
    def extreme(a):
        flat = a.ravel()
        _refuse_empty(flat)
        k = 0
        for i in range(1, flat.size):
            if better(flat[i], flat[k]):
                k = i
        return flat[k]

    return extreme if _is_complex(a) else None


@definition(np.max, np.amax, ".max()")
def largest(a):
    """Of complex numbers the last one in lexicographic order, of equal ones the first."""
    return _extreme(a, lambda u, v: _precedes(v, u))


@definition(np.min, np.amin, ".min()")
def smallest(a):
    """Of complex numbers the first one in lexicographic order, of equal ones the first."""
    return _extreme(a, _precedes)


def _precedes(v, w):
    return v.real < w.real or (v.real == w.real and v.imag < w.imag)


def _refuse_empty(flat):
    if flat.size == 0:
        raise ValueError("the extremum of an empty array")


@definition(np.ptp)
def spread(a):
    """Of complex numbers, by lexicographic order."""
    if not _is_complex(a):
        return None

    def spread(a):
        return np.max(a) - np.min(a)

    return spread


@definition(np.var, ".var()")
def variance(a):
    """Of complex numbers, the mean square of the distance from the mean."""
    if not _is_complex(a):
        return None

    def variance(a):
        off = a - np.mean(a)
        return np.sum(off.real * off.real + off.imag * off.imag) / a.size

    return variance


@definition(np.std, ".std()")
def deviation(a):
    if not _is_complex(a):
        return None

    def deviation(a):
        return np.sqrt(np.var(a))

    return deviation
