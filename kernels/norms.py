"""Norms and condition numbers.

Slopes at kinks: that of a zero is 0 (of ``|x|`` at 0, of every norm at the zero vector); of several equal
extremes the first takes all, which is the one that Numba's loop finds. The largest singular value is
differentiated by its first pair of vectors, a subgradient where it is repeated.
"""

from __future__ import annotations

import numpy as np

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, array_pullback, definition, kernel, nondifferentiable
from .products import times_adjoint

nondifferentiable(np.linalg.matrix_rank)


@kernel
def euclidean_norm(a):
    """Of a vector; of a matrix that of its elements, Frobenius's."""
    return np.linalg.norm(a)


@kernel
def norm_of_order(a, order):
    return np.linalg.norm(a, order)


@compiled_kernel(**JIT)
def _direction(x):
    """``x / |x|``, or 0 of zero."""
    size = np.abs(x)
    return x / size if size > 0 else x * 0


@compiled_kernel(**JIT)
def _add_scaled(factor, x, out):
    """``out += factor x``."""
    for index in np.ndindex(out.shape):
        out[index] += factor * x[index]


@array_pullback(euclidean_norm, wrt="a")
def euclidean_norm_a(a, y, y_bar, a_bar):
    """``a_bar += y_bar a / y``."""
    if y > 0:
        _add_scaled(y_bar / y, a, a_bar)


@compiled_kernel(**JIT)
def _add_vector_slope(a, order, y, y_bar, a_bar):
    """``y = sum(|a|^p)^(1/p)``: ``a_bar += y_bar (|a| / y)^(p - 1) a / |a|``; a limit at the infinite p."""
    if order == np.inf or order == -np.inf:
        for k in range(a.size):
            if np.abs(a[k]) == y:
                a_bar[k] += y_bar * _direction(a[k])
                return
    elif order == 1:
        for k in range(a.size):
            a_bar[k] += y_bar * _direction(a[k])
    elif order != 0 and y > 0:
        for k in range(a.size):
            size = np.abs(a[k])
            if size > 0:
                a_bar[k] += y_bar * (size / y) ** (order - 1) * (a[k] / size)


@compiled_kernel(**JIT)
def _extreme_row(a, least):
    """The first row whose sum of absolute values is the largest, or the smallest."""
    found, best = 0, 0.0
    for i in range(a.shape[0]):
        total = 0.0
        for j in range(a.shape[1]):
            total += np.abs(a[i, j])
        if i == 0 or (total < best if least else total > best):
            found, best = i, total
    return found


@compiled_kernel(**JIT)
def _add_triplet(factor, u, vh, k, out):
    """``out += factor u_k v_k^H``."""
    for i in range(out.shape[0]):
        scaled = factor * u[i, k]
        for j in range(out.shape[1]):
            out[i, j] += scaled * vh[k, j]


@compiled_kernel(**JIT)
def _add_matrix_slope(a, order, y_bar, a_bar):
    """The largest (or, of negative orders, the smallest) row sum, column sum, or singular value."""
    if a.size == 0:
        return
    if order == 2 or order == -2:
        u, s, vh = np.linalg.svd(a, 0)
        k = 0 if order > 0 else s.size - 1
        if s[k] > 0:
            _add_triplet(y_bar, u, vh, k, a_bar)
    elif order == 1 or order == -1:
        j = _extreme_row(a.T, order < 0)
        for i in range(a.shape[0]):
            a_bar[i, j] += y_bar * _direction(a[i, j])
    else:
        i = _extreme_row(a, order < 0)
        for j in range(a.shape[1]):
            a_bar[i, j] += y_bar * _direction(a[i, j])


@array_pullback(norm_of_order, wrt="a")
def norm_of_order_a(a, b, y, y_bar, a_bar):
    if a.ndim == 2:
        _add_matrix_slope(a, b, y_bar, a_bar)
    else:
        if b == 2:
            if y > 0:
                _add_scaled(y_bar / y, a, a_bar)
        else:
            _add_vector_slope(a, b, y, y_bar, a_bar)


@definition(np.linalg.norm)
def norm(x, ord=None):
    def of_order(x, ord):
        return norm_of_order(x, ord)

    def euclidean(x):
        return euclidean_norm(x)

    return euclidean if ord is None else of_order


# Condition numbers --------------------------------------------------------------------------------


@kernel
def condition_number(a, order):
    return np.linalg.cond(a, order)


@array_pullback(condition_number, wrt="a")
def condition_number_a(a, b, y, y_bar, a_bar):
    """``y = s_0 / s_k``, the largest and the smallest singular value, or ``|a| |a^-1|``.

    Of a singular matrix, whose condition number is infinite, NaN.
    """
    if y_bar == 0:
        return
    if b == 2 or b == -2:
        u, s, vh = np.linalg.svd(a, 0)
        over, under = (0, s.size - 1) if b > 0 else (s.size - 1, 0)
        _add_triplet(y_bar / s[under], u, vh, over, a_bar)
        _add_triplet(-y_bar * y / s[under], u, vh, under, a_bar)
        return
    inverse = np.linalg.inv(a)
    inverse_bar = np.zeros_like(inverse)
    _add_matrix_slope(a, b, y_bar * np.linalg.norm(inverse, b), a_bar)
    _add_matrix_slope(inverse, b, y_bar * np.linalg.norm(a, b), inverse_bar)
    adjoint = np.ascontiguousarray(np.conj(inverse.T))
    times_adjoint(-np.dot(adjoint, np.ascontiguousarray(inverse_bar)), inverse, a_bar)


@definition(np.linalg.cond)
def cond(x, p=None):
    order = 2 if p is None else p

    def of_order(x, p):
        return condition_number(x, p)

    def of_singular_values(x):
        return condition_number(x, order)

    return of_singular_values if p is None else of_order
