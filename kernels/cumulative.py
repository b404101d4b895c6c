"""Definitions of running sums and products, and of differences."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition


@definition(np.cumsum, ".cumsum()")
def cumsum(a, y):
    """Of all elements in C order."""
    if not isinstance(a, types.Array):
        return None
    dtype = number_class(y)

    def cumsum(a):
        flat = a.ravel()
        y = np.empty(flat.size, dtype)
        total = dtype(0)
        for i in range(flat.size):
            total += flat[i]
            y[i] = total
        return y

    return cumsum


@definition(np.cumprod, ".cumprod()")
def cumprod(a, y):
    """Of all elements in C order."""
    if not isinstance(a, types.Array):
        return None
    dtype = number_class(y)

    def cumprod(a):
        flat = a.ravel()
        y = np.empty(flat.size, dtype)
        total = dtype(1)
        for i in range(flat.size):
            total *= flat[i]
            y[i] = total
        return y

    return cumprod
