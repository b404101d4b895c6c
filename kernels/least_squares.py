"""Pseudo-inverses and least squares, of matrices whose rank stays as it is.

Where the rank changes, or a singular value crosses ``rcond``, the pseudo-inverse jumps and has no
derivative; what the pullback gives there is the derivative among matrices of the same rank.

Source: Golub and Pereyra, *The differentiation of pseudo-inverses and nonlinear least squares problems
whose variables separate*, 1973, equation 4.12.
"""

from __future__ import annotations

import numpy as np
from numba.extending import overload

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, array_pullback, definition, kernel, nondifferentiable
from .lapack import columns_of
from .products import adjoint_times, times_adjoint


@compiled_kernel(**JIT)
def _adjoint(a):
    """``a^H``, row-major."""
    return np.conj(columns_of(a))


@array_pullback(np.linalg.pinv, wrt="a")
def pinv_a(a, y, y_bar, a_bar):
    """``p_dot = -p a_dot p + p p^H a_dot^H (1 - a p) + (1 - p a) a_dot^H p^H p``, for ``p = y``."""
    if a.size == 0:
        return
    a, p = np.ascontiguousarray(a), np.ascontiguousarray(y)
    p_adjoint, bar_adjoint = _adjoint(y), _adjoint(y_bar)
    term = np.zeros((a.shape[0], a.shape[1]), a.dtype)
    times_adjoint(-np.dot(p_adjoint, np.ascontiguousarray(y_bar)), p, term)
    left = np.dot(np.dot(bar_adjoint, p), p_adjoint)
    term += left - np.dot(a, np.dot(p, left))
    right = np.dot(p_adjoint, np.dot(p, bar_adjoint))
    term += right - np.dot(np.dot(right, p), a)
    for index in np.ndindex(a_bar.shape):
        a_bar[index] += term[index]


# Least squares ------------------------------------------------------------------------------------


@kernel
def lstsq_factors(a, b, rcond):
    return np.linalg.lstsq(a, b, rcond)


nondifferentiable(lstsq_factors)


@kernel
def least_squares_solution(a, b, x, rank):
    return x.copy()


@kernel
def least_squares_residuals(a, b, x, residuals):
    return residuals.copy()


@kernel
def least_squares_values(a, values):
    return values.copy()


def _columns(b):
    """One or several columns as a row-major matrix."""
    raise NotImplementedError("compiled code only")


@overload(_columns, jit_options=JIT)
def _overload_columns(b):
    if b.ndim == 1:
        return lambda b: np.ascontiguousarray(b).reshape((b.shape[0], 1))
    return lambda b: np.ascontiguousarray(b)


def _add_columns(term, b_bar):
    """``b_bar += term``, of one or several columns."""
    raise NotImplementedError("compiled code only")


@overload(_add_columns, jit_options=JIT)
def _overload_add_columns(term, b_bar):
    if b_bar.ndim == 1:
        def of_vector(term, b_bar):
            for i in range(b_bar.shape[0]):
                b_bar[i] += term[i, 0]

        return of_vector

    def of_matrix(term, b_bar):
        for index in np.ndindex(b_bar.shape):
            b_bar[index] += term[index]

    return of_matrix


@compiled_kernel(**JIT)
def _truncated(a, rank):
    """``u, 1 / s, v`` of the singular values that count, row-major."""
    u, s, vh = np.linalg.svd(a, 0)
    return np.ascontiguousarray(u[:, :rank]), 1 / s[:rank], _adjoint(vh[:rank])


@compiled_kernel(**JIT)
def _spread(left, inverse, right, x):
    """``left diag(inverse) right^H x``."""
    inner = np.zeros((right.shape[1], x.shape[1]), x.dtype)
    adjoint_times(right, x, inner)
    for k in range(inner.shape[0]):
        for j in range(inner.shape[1]):
            inner[k, j] *= inverse[k]
    return np.dot(left, inner)


@compiled_kernel(**JIT)
def _add_solution_slope(a, b, x, t, u, inverse, v, x_bar, a_bar):
    """``a_bar += -t x^H + r (p t)^H + (p^H x) ((1 - p a) x_bar)^H``."""
    residual = b - np.dot(np.ascontiguousarray(a), x)
    times_adjoint(-t, x, a_bar)
    times_adjoint(residual, _spread(v, inverse, u, t), a_bar)
    inside = np.ones_like(inverse)
    times_adjoint(_spread(u, inverse, v, x), x_bar - _spread(v, inside, v, x_bar), a_bar)


@array_pullback(least_squares_solution, wrt="a")
def least_squares_a(a, b, c, d, y_bar, a_bar):
    """``x = p b`` with the pseudo-inverse `p` of `a`, ``t = p^H x_bar`` and ``r = b - a x``; see `pinv_a`."""
    u, inverse, v = _truncated(a, d)
    x_bar = _columns(y_bar)
    t = _spread(u, inverse, v, x_bar)
    _add_solution_slope(a, _columns(b), _columns(c), t, u, inverse, v, x_bar, a_bar)


@array_pullback(least_squares_solution, wrt="b")
def least_squares_b(a, d, y_bar, b_bar):
    """``b_bar += p^H x_bar``."""
    u, inverse, v = _truncated(a, d)
    _add_columns(_spread(u, inverse, v, _columns(y_bar)), b_bar)


@array_pullback(least_squares_solution, wrt="ab")
def least_squares_ab(a, b, c, d, y_bar, a_bar, b_bar):
    u, inverse, v = _truncated(a, d)
    x_bar = _columns(y_bar)
    t = _spread(u, inverse, v, x_bar)
    _add_columns(t, b_bar)
    _add_solution_slope(a, _columns(b), _columns(c), t, u, inverse, v, x_bar, a_bar)


@compiled_kernel(**JIT)
def _scaled_residual(a, b, x, y_bar):
    """``2 r diag(y_bar)``; there are no residuals to differentiate where the rank is not full."""
    r = _columns(b) - np.dot(np.ascontiguousarray(a), _columns(x))
    for j in range(r.shape[1]):
        for i in range(r.shape[0]):
            r[i, j] *= 2 * y_bar[j]
    return r


@array_pullback(least_squares_residuals, wrt="a")
def residuals_a(a, b, c, y_bar, a_bar):
    """``y = |r|^2`` of each column, and ``a^H r = 0``: ``a_bar -= 2 r diag(y_bar) x^H``."""
    if y_bar.size > 0:
        times_adjoint(-_scaled_residual(a, b, c, y_bar), _columns(c), a_bar)


@array_pullback(least_squares_residuals, wrt="b")
def residuals_b(a, b, c, y_bar, b_bar):
    """``b_bar += 2 r diag(y_bar)``."""
    if y_bar.size > 0:
        _add_columns(_scaled_residual(a, b, c, y_bar), b_bar)


@array_pullback(least_squares_values, wrt="a")
def least_squares_values_a(a, y_bar, a_bar):
    """``a_bar += u diag(y_bar) v^H``."""
    u, _, vh = np.linalg.svd(a, 0)
    scaled = np.ascontiguousarray(u)
    for i in range(scaled.shape[0]):
        for k in range(scaled.shape[1]):
            scaled[i, k] *= y_bar[k]
    times_adjoint(scaled, _adjoint(vh), a_bar)


@definition(np.linalg.lstsq)
def lstsq(a, b, rcond=-1.0):
    def lstsq(a, b, rcond):
        x, residuals, rank, values = lstsq_factors(a, b, rcond)
        return (least_squares_solution(a, b, x, rank), least_squares_residuals(a, b, x, residuals), rank,
                least_squares_values(a, values))

    return lstsq
