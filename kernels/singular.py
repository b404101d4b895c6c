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
from .lapack import add_matrix, columns_of, copy_matrix, copy_vector
from .products import adjoint_times, times_adjoint
from .spectral import any_nonzero, closeness, product, reciprocal, scaled_columns, zero_matrix


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
def _inside(g, s):
    """The cotangent of ``u^H a v`` by the left vectors, of which ``g = u^H u_bar``.

    ``x_ij = (g_ij - conj(g_ji)) (1 / (s_j - s_i) + 1 / (s_i + s_j)) / 2``, and on the diagonal
    ``i imag(g_ii) / (2 s_i)``: half of the change of phase is that of the right vectors.

    Vectors beyond the singular values, of ``full_matrices``, are a basis of what the others leave: they
    turn with these, ``u2_dot = -u1 u1_dot^H u2``. In the formula their ``s_i`` is zero.
    """
    k, close = s.size, closeness(s)
    x = zero_matrix(g.shape[0], k, g)
    for i in range(g.shape[0]):
        for j in range(k):
            s_i = s[i] if i < k else s.dtype.type(0)
            both = s_i + s[j]
            if both > 0:
                gap = reciprocal(s[j] - s_i, close) if i < k else 1 / s[j]
                x[i, j] = (g[i, j] - np.conj(g[j, i])) * (0.5 * gap + 0.5 / both)
    for i in range(k):
        if s[i] > 0:
            x[i, i] = (g[i, i] - np.conj(g[i, i])) * (0.25 / s[i])
    return x


@compiled_kernel(**JIT)
def _side_term(u, s, u_bar):
    """``u x + (u_bar - u g) s^-1``, with `x` of `_inside`; the second term is zero of a square ``u``."""
    (m, n), k = u.shape, s.size
    g = zero_matrix(n, n, u)
    adjoint_times(u, u_bar, g)
    x = _inside(g, s)
    if m > n:
        for j in range(k):
            for i in range(n):
                x[i, j] -= g[i, j] / s[j] if s[j] > 0 else 0.0
    term = product(u, x)
    if m > n:
        for j in range(k):
            for i in range(m):
                term[i, j] += u_bar[i, j] / s[j] if s[j] > 0 else 0.0
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
    times_adjoint(b[:, : c.size], t, a_bar)


@compiled_kernel(**JIT)
def _flipped(x):
    """``x^T`` of a column-major matrix, column-major."""
    return columns_of(x.T).T


@kernel
def singular_triple(a, u, s, vh):
    """The values, and the elements of the vectors by columns: of a real matrix, one array for all."""
    y = np.empty(u.size + s.size + vh.size, s.dtype)
    copy_matrix(u.T, y[: u.size].reshape((u.shape[1], u.shape[0])))
    copy_vector(s, y[u.size :])
    copy_matrix(vh.T, y[u.size + s.size :].reshape((vh.shape[1], vh.shape[0])))
    return y


@array_pullback(singular_triple, wrt="a")
def singular_triple_a(b, c, d, y_bar, a_bar):
    """``(u diag(s_bar) + t) v^T + u r^T``, with `t` and `r` of `_side_term` for each side.

    Of a square matrix that is ``u (diag(s_bar) + x + z^T) v^T``, with `x` and `z` of `_inside`.
    """
    k, i, j = c.size, b.size, b.size + c.size
    s_bar = y_bar[i:j]
    u_bar, v_bar = y_bar[:i].reshape((b.shape[1], b.shape[0])).T, _flipped(
        y_bar[j:].reshape((d.shape[1], d.shape[0])).T)
    v = _flipped(d)
    left, right = any_nonzero(y_bar[:i]), any_nonzero(y_bar[j:])
    if left and right and b.shape[0] == d.shape[1]:
        g, h = zero_matrix(k, k, b), zero_matrix(k, k, b)
        adjoint_times(b, u_bar, g)
        adjoint_times(v, v_bar, h)
        x, z = _inside(g, c), _inside(h, c)
        for p in range(k):
            for q in range(k):
                x[p, q] += z[q, p]
            x[p, p] += s_bar[p]
        times_adjoint(product(b, x), v, a_bar)
        return
    u1, v1 = b.T[:k].T, v.T[:k].T  # Numba knows how a slice of rows lies
    term = scaled_columns(u1, s_bar)
    if left:
        add_matrix(_side_term(b, c, u_bar), term)
    times_adjoint(term, v1, a_bar)
    if right:
        times_adjoint(u1, _side_term(v, c, v_bar), a_bar)


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
