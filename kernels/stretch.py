"""Arrays of length 1 along an axis, repeated along it: what broadcasting does where a loop can't."""

from __future__ import annotations

import numpy as np

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, array_pullback


@compiled_kernel(**JIT)
def stretched(a, axis, n):
    """A copy of `a`, whose length along `axis` is 1, that repeats it `n` times."""
    if a.ndim == 1:
        y = np.empty(n, a.dtype)
        for i in range(n):
            y[i] = a[0]
        return y
    elif a.ndim == 2:
        p, q = a.shape
        y = np.empty((n if axis == 0 else p, n if axis == 1 else q), a.dtype)
        for i in range(y.shape[0]):
            for j in range(y.shape[1]):
                y[i, j] = a[0 if axis == 0 else i, 0 if axis == 1 else j]
        return y
    else:
        p, q, r = a.shape
        shape = (n if axis == 0 else p, n if axis == 1 else q, n if axis == 2 else r)
        y = np.empty(shape, a.dtype)
        for i in range(y.shape[0]):
            for j in range(y.shape[1]):
                for k in range(y.shape[2]):
                    at = (0 if axis == 0 else i, 0 if axis == 1 else j, 0 if axis == 2 else k)
                    y[i, j, k] = a[at]
        return y


@array_pullback("kernels.stretched", wrt="a")
def stretched_a(b, y_bar, a_bar):
    """The sum along the axis `b`."""
    if a_bar.ndim == 1:
        for i in range(y_bar.size):
            a_bar[0] += y_bar[i]
    elif a_bar.ndim == 2:
        for i in range(y_bar.shape[0]):
            for j in range(y_bar.shape[1]):
                a_bar[0 if b == 0 else i, 0 if b == 1 else j] += y_bar[i, j]
    else:
        for i in range(y_bar.shape[0]):
            for j in range(y_bar.shape[1]):
                for k in range(y_bar.shape[2]):
                    at = (0 if b == 0 else i, 0 if b == 1 else j, 0 if b == 2 else k)
                    a_bar[at] += y_bar[i, j, k]
