"""Definitions of what joins, splits, repeats and turns arrays."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition


@definition(np.concatenate)
def concatenate(arrays, y, axis=0):
    if not isinstance(axis, int) or not all(isinstance(a, types.Array) for a in arrays):
        return None
    dtype, axis, ndim = number_class(y), axis % y.ndim, y.ndim

    def concatenate(arrays):
        n = 0
        for a in arrays:
            for k in range(ndim):
                if k != axis and a.shape[k] != arrays[0].shape[k]:
                    raise ValueError("arrays that are joined must agree in the other axes")
            n += a.shape[axis]
        first = arrays[0].shape
        y = np.empty((*first[:axis], n, *first[axis + 1:]), dtype)
        rows = y if axis == 0 else np.swapaxes(y, 0, axis)
        start = 0
        for a in arrays:
            stop = start + a.shape[axis]
            rows[start:stop] = a if axis == 0 else np.swapaxes(a, 0, axis)
            start = stop
        return y

    return concatenate
