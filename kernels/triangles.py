"""Definitions of what makes, reads and fills diagonals and triangles of matrices."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition
from .views import flat_of


def _offsets(k):
    """A function that tells how far the diagonal ``k`` is below, and how far right of, the main one."""

    def offsets(k):
        return max(-k, 0), max(k, 0)

    def known(k):
        return low, high

    if not isinstance(k, int):
        return offsets
    low, high = max(-k, 0), max(k, 0)
    return known


@definition(np.diag)
def diag(v, y, k=0):
    if not isinstance(v, types.Array):
        return None
    dtype, offsets = number_class(y), _offsets(k)

    def matrix(v, k):
        below, right = offsets(k)
        n = v.size + below + right
        y = np.zeros((n, n), dtype)
        for i in range(v.size):
            y[i + below, i + right] = v[i]
        return y

    def diagonal(v, k):
        below, right = offsets(k)
        n = max(min(v.shape[0] - below, v.shape[1] - right), 0)
        y = np.empty(n, dtype)
        for i in range(n):
            y[i] = v[i + below, i + right]
        return y

    return matrix if v.ndim == 1 else diagonal


@definition(np.diagflat)
def diagflat(v, k=0):
    flat = flat_of(v)

    def diagflat(v, k):
        return np.diag(flat(v), k)

    return None if flat is None else diagflat


@definition(np.tril)
def tril(m, y, k=0):
    """Of a vector the triangle of the matrix whose rows it is."""
    if not isinstance(m, types.Array) or m.ndim == 0:
        return None
    dtype = number_class(y)

    def of_rows(m, k):
        y = np.zeros((m.size, m.size), dtype)
        for i in range(m.size):
            stop = min(max(i + k + 1, 0), m.size)
            y[i, :stop] = m[:stop]
        return y

    def tril(m, k):
        y = np.zeros(m.shape, dtype)
        for i in range(m.shape[-2]):
            stop = min(max(i + k + 1, 0), m.shape[-1])
            y[..., i, :stop] = m[..., i, :stop]
        return y

    return of_rows if m.ndim == 1 else tril


@definition(np.triu)
def triu(m, y, k=0):
    """Of a vector the triangle of the matrix whose rows it is."""
    if not isinstance(m, types.Array) or m.ndim == 0:
        return None
    dtype = number_class(y)

    def of_rows(m, k):
        y = np.zeros((m.size, m.size), dtype)
        for i in range(m.size):
            start = min(max(i + k, 0), m.size)
            y[i, start:] = m[start:]
        return y

    def triu(m, k):
        y = np.zeros(m.shape, dtype)
        for i in range(m.shape[-2]):
            start = min(max(i + k, 0), m.shape[-1])
            y[..., i, start:] = m[..., i, start:]
        return y

    return of_rows if m.ndim == 1 else triu


@definition(np.fill_diagonal)
def fill_diagonal(a, val, wrap=False):
    """With `wrap`, a tall matrix gets another diagonal below each square, one row apart."""
    if not isinstance(a, types.Array) or a.ndim not in (2, 3, 4) or flat_of(val) is None:
        return None
    is_matrix, is_cube, is_number = a.ndim == 2, a.ndim == 3, isinstance(val, types.Number | int | float)
    flat = flat_of(val)

    def fill_matrix(a, val, wrap):
        values = val if is_number else flat(val)
        rows, columns = a.shape
        n = rows if wrap else min(rows, columns)
        for i in range(n):
            k = i % (columns + 1)
            if k < columns:
                at = i - i // (columns + 1)
                a[i, k] = values if is_number else values[at % values.size]

    def fill_cube(a, val):
        values = val if is_number else flat(val)
        n = a.shape[0]
        for m in a.shape[1:]:
            if m != n:
                raise ValueError("all axes of an array of more than two must have one length")
        for i in range(n):
            value = values if is_number else values[i % values.size]
            if is_cube:
                a[i, i, i] = value
            else:
                a[i, i, i, i] = value

    return fill_matrix if is_matrix else fill_cube


@definition(np.vander)
def vander(x, y, N=None, increasing=False):
    if isinstance(x, tuple | types.BaseTuple):

        def of_tuple(x, N, increasing):
            return np.vander(np.array(x), N, increasing)

        return of_tuple
    if not isinstance(x, types.Array) or x.ndim != 1:
        return None
    dtype, is_square = number_class(y), N is None

    def vander(x, N, increasing):
        n = x.size if is_square else N
        if n < 0:
            raise ValueError("negative dimensions are not allowed")
        y = np.empty((x.size, n), dtype)
        powers = y if increasing else y[:, ::-1]
        powers[:, :1] = 1
        for k in range(1, n):
            powers[:, k] = x * powers[:, k - 1]
        return y

    return vander
