"""Definitions of products that pair the elements of two arrays."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition


def _entry(kind):
    """A function that gives component `k` of vectors along the last axis."""

    def of_vector(a, k):
        return a[k]

    def of_vectors(a, k):
        return a[..., k]

    return of_vector if kind.ndim == 1 else of_vectors


@definition(np.cross)
def cross(a, b, y):
    """Of vectors with three components, or of such and vectors with two, whose third is zero."""
    if not all(isinstance(x, types.Array) and x.ndim for x in (a, b)):
        return None
    of_a, of_b, dtype = _entry(a), _entry(b), number_class(y)
    is_vector = y.ndim == 1

    def third(of, x):
        has_three = x.shape[-1] == 3
        return of(x, 2 if has_three else 0) * dtype(1 if has_three else 0)

    def cross(a, b):
        m, n = a.shape[-1], b.shape[-1]
        if m != 3 and (m != 2 or n != 3) or n != 3 and (n != 2 or m != 3):
            raise ValueError("a cross product takes vectors with three components, one of them maybe two")
        a0, a1, a2 = of_a(a, 0), of_a(a, 1), third(of_a, a)
        b0, b1, b2 = of_b(b, 0), of_b(b, 1), third(of_b, b)
        y0, y1, y2 = a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0
        return np.array((y0, y1, y2), dtype) if is_vector else np.stack((y0, y1, y2), -1)

    return cross


@definition(np.kron)
def kron(a, b, y):
    arrays = [x for x in (a, b) if isinstance(x, types.Array)]
    if any(x.ndim not in (1, 2) for x in arrays) or len({getattr(x, "dtype", x) for x in (a, b)}) > 1:
        return None
    dtype, ranks = number_class(y), tuple(getattr(x, "ndim", 0) for x in (a, b))

    def of_numbers(a, b):
        y = np.empty(1, dtype)
        y[0] = a * b
        return y

    def scaled(a, b):
        return a * b

    def of_vectors(a, b):
        return np.outer(a, b).ravel()

    def of_matrices(a, b):
        c = a if ranks[0] == 2 else a[np.newaxis]
        d = b if ranks[1] == 2 else b[np.newaxis]
        y = c[:, np.newaxis, :, np.newaxis] * d[:, np.newaxis]
        return y.reshape((c.shape[0] * d.shape[0], c.shape[1] * d.shape[1]))

    if not arrays:
        return of_numbers
    return scaled if len(arrays) == 1 else of_vectors if ranks == (1, 1) else of_matrices
