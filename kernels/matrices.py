"""Traces, powers, Kronecker and cross products."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import array_pullback, definition, kernel
from .products import times_adjoint


@definition(np.trace)
def trace(a, y, offset=0):
    dtype = number_class(y)

    def trace(a, offset):
        rows, columns = a.shape
        n = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
        total = dtype(0)
        for i in range(n):
            total += a[i - min(offset, 0), i + max(offset, 0)]
        return total

    return trace


@kernel
def matrix_power_of(a, n):
    """The powers that Numba multiplies, in its order; its own function may return None, it says."""
    if a.shape[0] != a.shape[1]:
        raise ValueError("input must be a square array")
    if n == 0:
        return np.eye(a.shape[0]).astype(a.dtype)
    base = np.ascontiguousarray(a)
    if n < 0:
        base = np.ascontiguousarray(np.linalg.inv(a))
    n = abs(n)
    if n == 3:
        return np.dot(np.dot(base, base), base)
    result, square, started = base.copy(), base, False
    while n > 0:
        if n & 1:
            result = np.dot(result, square) if started else square.copy()
            started = True
        n >>= 1
        if n > 0:
            square = np.dot(square, square)
    return result


@definition(np.linalg.matrix_power)
def matrix_power(a, n):
    def matrix_power(a, n):
        return matrix_power_of(a, n)

    return matrix_power


@array_pullback(matrix_power_of, wrt="a")
def matrix_power_a(a, b, y_bar, a_bar):
    """``term_n = sum_(j < n) p^j y_bar p^(n - 1 - j)`` with ``p = a^H``, by the binary digits of ``n = b``.

    ``term_2n = p^n term_n + term_n p^n`` and ``term_(n + 1) = p term_n + y_bar p^n``. A negative power
    is one of the inverse, whose cotangent goes on as in `inv_a`.
    """
    if b == 0 or a.size == 0:
        return
    y_bar = np.ascontiguousarray(y_bar)
    inverse = np.ascontiguousarray(a)
    if b < 0:
        inverse = np.ascontiguousarray(np.linalg.inv(a))
    base = np.ascontiguousarray(np.conj(inverse.T))
    n, top = abs(b), 1
    while 2 * top <= n:
        top *= 2
    term, power = y_bar, base
    digit = top // 2
    while digit > 0:
        term = np.dot(power, term) + np.dot(term, power)
        power = np.dot(power, power)
        if n & digit:
            term = np.dot(base, term) + np.dot(y_bar, power)
            power = np.dot(base, power)
        digit //= 2
    if b < 0:
        times_adjoint(-np.dot(base, term), inverse, a_bar)
    else:
        for index in np.ndindex(a_bar.shape):
            a_bar[index] += term[index]


@definition(np.kron)
def kron(a, b, y):
    """Of vectors and matrices; a vector beside a matrix is a row."""
    if not isinstance(y, types.Array):
        return None
    dtype = number_class(y)

    def of_number(a, b):
        return a * b

    def of_vectors(a, b):
        n = b.shape[0]
        y = np.empty(a.shape[0] * n, dtype)
        for i in range(a.shape[0]):
            for j in range(n):
                y[i * n + j] = a[i] * b[j]
        return y

    def of_matrices(a, b):
        m, n = b.shape
        y = np.empty((a.shape[0] * m, a.shape[1] * n), dtype)
        for i in range(a.shape[0]):
            for k in range(m):
                for j in range(a.shape[1]):
                    for l in range(n):
                        y[i * m + k, j * n + l] = a[i, j] * b[k, l]
        return y

    def of_row_and_matrix(a, b):
        m, n = b.shape
        y = np.empty((m, a.shape[0] * n), dtype)
        for k in range(m):
            for j in range(a.shape[0]):
                for l in range(n):
                    y[k, j * n + l] = a[j] * b[k, l]
        return y

    def of_matrix_and_row(a, b):
        n = b.shape[0]
        y = np.empty((a.shape[0], a.shape[1] * n), dtype)
        for i in range(a.shape[0]):
            for j in range(a.shape[1]):
                for l in range(n):
                    y[i, j * n + l] = a[i, j] * b[l]
        return y

    ranks = tuple(x.ndim if isinstance(x, types.Array) else 0 for x in (a, b))
    by_rank = {(1, 1): of_vectors, (2, 2): of_matrices, (1, 2): of_row_and_matrix,
               (2, 1): of_matrix_and_row}
    return of_number if 0 in ranks else by_rank.get(ranks)


def _refuse_wrong_length(m, n):
    if m != 2 and m != 3 or n != 2 and n != 3:
        raise ValueError("Incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    if m == 2 and n == 2:
        raise ValueError("the cross product of vectors of two dimensions is a number")


def _is_flat(x):
    """Is it a tuple of numbers, as constants or as a type?"""
    if isinstance(x, tuple):
        return all(isinstance(v, int | float | complex) for v in x)
    return isinstance(x, types.BaseTuple) and all(isinstance(t, types.Number) for t in x.types)


@definition(np.cross)
def cross(a, b, y):
    """The third component of a vector of two is zero."""
    vector = all(isinstance(x, types.Array) and x.ndim == 1 or _is_flat(x) for x in (a, b))
    if not vector and not all(isinstance(x, types.Array) for x in (a, b)):
        return None
    dtype = number_class(y)

    def of_vectors(a, b):
        _refuse_wrong_length(len(a), len(b))
        y = np.empty(3, dtype)
        a2 = a[2] if len(a) == 3 else dtype(0)
        b2 = b[2] if len(b) == 3 else dtype(0)
        y[0] = a[1] * b2 - a2 * b[1]
        y[1] = a2 * b[0] - a[0] * b2
        y[2] = a[0] * b[1] - a[1] * b[0]
        return y

    def of_rows(a, b):
        _refuse_wrong_length(a.shape[-1], b.shape[-1])
        third = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
        if rank == 2:
            y = np.empty((third.shape[0], 3), dtype)
        else:
            y = np.empty((third.shape[0], third.shape[1], 3), dtype)
        y[..., 2] = third
        if a.shape[-1] == 3 and b.shape[-1] == 3:
            y[..., 0] = a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1]
            y[..., 1] = a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]
        elif a.shape[-1] == 3:
            y[..., 0] = -a[..., 2] * b[..., 1]
            y[..., 1] = a[..., 2] * b[..., 0]
        else:
            y[..., 0] = a[..., 1] * b[..., 2]
            y[..., 1] = -a[..., 0] * b[..., 2]
        return y

    rank = y.ndim
    if rank > 3:
        return None
    return of_vectors if rank == 1 else of_rows
