"""Singular values and singular vectors; what is said of eigenvectors in `spectral` holds of them too.

Sources: Seeger and others, *Auto-differentiating linear algebra*, 2017; for the phases of complex vectors
Wan and Zhang, *Automatic differentiation for complex valued SVD*, 2019. The form of the coefficients, which
keeps what is finite at equal values, is worked out here, and so are the vectors of ``full_matrices``.
"""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, array_pullback, definition, kernel, nondifferentiable
from .lapack import columns_of, copy_matrix
from .products import adjoint_times, times_adjoint
from .spectral import reciprocals, scaled_columns, zero_matrix


@kernel
def svd_factors(a, full_matrices):
    return np.linalg.svd(a, full_matrices)


nondifferentiable(svd_factors)


@kernel
def left_vectors(a, u, s, vh):
    return columns_of(u).T


@kernel
def singular_values(a, u, s, vh):
    return s.copy()


@kernel
def right_vectors(a, u, s, vh):
    return columns_of(vh).T


@compiled_kernel(**JIT)
def _leading_columns(x, k):
    """The first columns, column-major."""
    return columns_of(x[:, :k]).T


@compiled_kernel(**JIT)
def _inside(g, s):
    """The cotangent of ``u^H a v`` by the left vectors, of which ``g = u^H u_bar``.

    ``x_ij = (g_ij - conj(g_ji)) (1 / (s_j - s_i) + 1 / (s_i + s_j)) / 2``, and on the diagonal
    ``i imag(g_ii) / (2 s_i)``: half of the change of phase is that of the right vectors.
    """
    x, gaps = np.zeros_like(g), reciprocals(s)
    for i in range(s.size):
        for j in range(s.size):
            both = s[i] + s[j]
            if both > 0:
                x[i, j] = (g[i, j] - np.conj(g[j, i])) * (0.5 * gaps[i, j] + 0.5 / both)
    for i in range(s.size):
        if s[i] > 0:
            x[i, i] = (g[i, i] - np.conj(g[i, i])) * (0.25 / s[i])
    return x


@compiled_kernel(**JIT)
def _inverses(s):
    """``1 / s``, or 0 of zero."""
    out = np.zeros_like(s)
    for k in range(s.size):
        if s[k] > 0:
            out[k] = 1 / s[k]
    return out


@compiled_kernel(**JIT)
def _side_term(u, s, u_bar):
    """``u x + (u_bar - u g) s^-1``; `x` is what `_inside` gives.

    Vectors beyond the singular values, of ``full_matrices``, are a basis of what the others leave: they
    turn with these, ``u2_dot = -u1 u1_dot^H u2``.
    """
    k = s.size
    u1, u1_bar = _leading_columns(u, k), _leading_columns(u_bar, k)
    if u.shape[1] > k:
        others, others_bar = columns_of(u[:, k:]).T, columns_of(u_bar[:, k:]).T
        turn = zero_matrix(k, u.shape[1] - k, u)
        adjoint_times(u1, others_bar, turn)
        times_adjoint(-others, turn, u1_bar)
    g = zero_matrix(k, k, u)
    adjoint_times(u1, u1_bar, g)
    x = _inside(g, s)
    return _with_outside(u1, g, x, s, u1_bar)


@compiled_kernel(**JIT)
def _with_outside(u1, g, x, s, u1_bar):
    """``u x + (u_bar - u g) s^-1``."""
    m, k = u1.shape
    if m == k:
        return np.dot(u1, x)
    inverse = _inverses(s)
    for i in range(k):
        for j in range(k):
            x[i, j] -= g[i, j] * inverse[j]
    term = np.dot(u1, x)
    for i in range(m):
        for j in range(k):
            term[i, j] += u1_bar[i, j] * inverse[j]
    return term


@array_pullback(singular_values, wrt="a")
def singular_values_a(b, c, d, y_bar, a_bar):
    """``a_bar += u diag(y_bar) v^H``."""
    k = c.size
    v = np.conj(columns_of(d[:k]))
    times_adjoint(scaled_columns(b[:, :k], y_bar), v, a_bar)


@array_pullback(left_vectors, wrt="a")
def left_vectors_a(b, c, d, y_bar, a_bar):
    """``a_bar += t v^H``, with `t` of `_side_term`."""
    v = np.conj(columns_of(d[: c.size]))
    times_adjoint(_side_term(b, c, y_bar), v, a_bar)


@array_pullback(right_vectors, wrt="a")
def right_vectors_a(b, c, d, y_bar, a_bar):
    """``a_bar += u t^H``, with `t` of `_side_term` for ``v``: the left vectors of ``a^H``."""
    t = _side_term(np.conj(columns_of(d)), c, np.conj(columns_of(y_bar)))
    times_adjoint(_leading_columns(b, c.size), t, a_bar)


@kernel
def singular_triple(a, u, s, vh):
    """The values, and the elements of the vectors by columns: of a real matrix, one array for all."""
    y = np.empty(u.size + s.size + vh.size, s.dtype)
    copy_matrix(u.T, y[: u.size].reshape((u.shape[1], u.shape[0])))
    y[u.size : u.size + s.size] = s
    copy_matrix(vh.T, y[u.size + s.size :].reshape((vh.shape[1], vh.shape[0])))
    return y


@array_pullback(singular_triple, wrt="a")
def singular_triple_a(b, c, d, y_bar, a_bar):
    """Of a square matrix ``u (diag(s_bar) + x + z^T) v^T``, with `x` of `_inside` for each side."""
    k, i, j = c.size, b.size, b.size + c.size
    s_bar = y_bar[i:j]
    u_bar = y_bar[:i].reshape((b.shape[1], b.shape[0])).T
    vh_bar = y_bar[j:].reshape((d.shape[1], d.shape[0])).T
    left, right = np.any(y_bar[:i]), np.any(y_bar[j:])
    if b.shape[0] != d.shape[1] or not (left and right):
        singular_values_a(b, c, d, s_bar, a_bar)
        if left:
            left_vectors_a(b, c, d, u_bar, a_bar)
        if right:
            right_vectors_a(b, c, d, vh_bar, a_bar)
        return
    g, h = zero_matrix(k, k, b), zero_matrix(k, k, b)
    adjoint_times(b, u_bar, g)
    times_adjoint(d, vh_bar, h)
    x, z = _inside(g, c), _inside(h, c)
    for p in range(k):
        for q in range(k):
            x[p, q] += z[q, p]
        x[p, p] += s_bar[p]
    times_adjoint(np.dot(b, x), columns_of(d), a_bar)


@definition(np.linalg.svd)
def svd(a, full_matrices=1):
    def of_complex(a, full_matrices):
        u, s, vh = svd_factors(a, full_matrices)
        return left_vectors(a, u, s, vh), singular_values(a, u, s, vh), right_vectors(a, u, s, vh)

    def of_real(a, full_matrices):
        u, s, vh = svd_factors(a, full_matrices)
        i, j = u.size, u.size + s.size
        all_three = singular_triple(a, u, s, vh)
        return (all_three[:i].reshape((u.shape[1], u.shape[0])).T, all_three[i:j],
                all_three[j:].reshape((vh.shape[1], vh.shape[0])).T)

    return of_complex if isinstance(a.dtype, types.Complex) else of_real
