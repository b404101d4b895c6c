"""Definitions of medians, percentiles and quantiles: elements of a given rank, and what lies between two.

With the elements in ascending order, ``a[0] <= .. <= a[n - 1]``, and ``rank = (n - 1) * q``::

    quantile(a, q) = a[k] * (1 - m) + a[k + 1] * m      k = floor(rank), m = rank - k

Of equal elements, those count that ``np.argpartition`` puts there. In `q` this is piecewise linear; at a
corner the slope is the one to the right, at the end, ``q == 1``, the one to the left.
"""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition, kernel, nondifferentiable
from .sorting import holds_derivatives


@definition(np.median)
def median(a, y):
    """Of an even number of elements the mean of the two in the middle; NaN if there are none."""
    if not holds_derivatives(a):
        return None
    dtype = number_class(y)

    def median(a):
        flat = a.ravel()
        half = flat.size // 2
        if flat.size == 0:
            value = dtype(np.nan)
        elif flat.size % 2 == 1:
            order = np.argpartition(flat, half)
            value = dtype(flat[order[half]])
        else:
            order = np.argpartition(flat, np.array((half - 1, half)))
            value = dtype((flat[order[half - 1]] + flat[order[half]]) / 2)
        return value

    return median


@definition(np.percentile)
def percentile(a, q):
    """`q` between 0 and 100."""
    return _definition(a, q, 1.0, 100.0, "percentiles must be in the range [0, 100]")


@definition(np.quantile)
def quantile(a, q):
    """`q` between 0 and 1."""
    return _definition(a, q, 100.0, 1.0, "quantiles must be in the range [0, 1]")


def _definition(a, q, factor, largest, message):
    """One quantile, or an array of them if `q` is an array or a tuple."""
    if not isinstance(a, types.Array) or (isinstance(q, int | float) and not 0 <= q <= largest):
        return None

    def position(q, n):
        """The rank of a quantile, counted from 1."""
        if not (q >= 0.0 and q <= largest):
            raise ValueError(message)
        return 1 + (n - 1) * (q * factor / 100.0)

    def between(flat, order, q):
        n = flat.size
        rank = position(q, n)
        k = min(int(rank), max(n - 1, 1))
        if n == 1:
            value = np.float64(flat[0])
        elif is_ragged(flat, q * factor):
            value = np.float64(flat[order[0 if q == 0 else n - 1]])
            value = np.nan if end_is_lost(flat, q * factor) else value
        else:
            m = rank - k
            value = flat[order[k - 1]] * (1 - m) + flat[order[k]] * m
        return value

    def one(a, q):
        flat = a.ravel()
        k = min(int(position(q, flat.size)), max(flat.size - 1, 1))
        value = np.nan
        if are_there(flat):
            order = np.argpartition(flat, np.array((k - 1, min(k, flat.size - 1))))
            value = between(flat, order, q)
        return value

    def several(a, q):
        flat, every = a.ravel(), np.asarray(q).ravel()
        ks = np.empty(2 * every.size, np.int64)
        for i in range(every.size):
            k = min(int(position(every[i], flat.size)), max(flat.size - 1, 1))
            ks[2 * i] = k - 1
            ks[2 * i + 1] = min(k, flat.size - 1)
        y = np.full(every.size, np.nan)
        if are_there(flat):
            order = np.argpartition(flat, ks)
            for i in range(every.size):
                y[i] = between(flat, order, every[i])
        return y

    def one_of_array(a, q):
        return one(a, q[()])

    def of_tuple(a, q):
        return several(a, np.array(q))

    if isinstance(q, types.Array):
        return several if q.ndim > 0 else one_of_array
    if isinstance(q, types.BaseTuple | tuple):
        return of_tuple
    return one


@nondifferentiable
@kernel
def are_there(flat):
    """Whether there are elements to take quantiles of: no NaN, and if there is but one, it is finite."""
    if flat.size == 0:
        raise ValueError("a quantile of an empty array")
    if flat.size == 1:
        return np.isfinite(flat[0])
    return not np.any(np.isnan(flat))


@nondifferentiable
@kernel
def is_ragged(flat, percentile):
    """Whether it is an extreme, 0 or 100 percent, that is asked for, and there are infinite elements."""
    if percentile != 0 and percentile != 100:
        return False
    return not np.all(np.isfinite(flat))


@nondifferentiable
@kernel
def end_is_lost(flat, percentile):
    """Whether Numba gives NaN for the smallest or largest element, there being infinite ones."""
    if percentile == 100:
        return not np.isfinite(np.max(flat))
    above, below = np.sum(flat == np.inf), np.sum(flat == -np.inf)
    finite = flat.size - above - below
    return (finite == 0 or (above == 1 and flat.size == 2) or below > 1
            or (finite == 1 and above > 1 and below != 1))
