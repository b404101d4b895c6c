"""Eigenvalues, eigenvectors and singular values.

Each result is a copy of a factor, and has a pullback of its own: pullbacks are linear in the cotangents,
so their sum is that of the whole, and of results that are not used nothing is computed. The results of a
real matrix are parts of one array, whose pullback shares the products that they have in common.

Eigenvectors and singular vectors are determined up to a factor of modulus one (a sign, of real ones), and
those of equal values up to a rotation. The derivatives are right for functions that do not depend on
this choice. Values that differ by no more than rounding count as equal: what would be divided by their
difference is left out, which is right for functions that are symmetric in their vectors, and any other
function has no derivative there.

Sources: Giles, *An extended collection of matrix derivative results*, 2008, sections 3.1 and 3.2; Seeger
and others, *Auto-differentiating linear algebra*, 2017; for the normalisation of eigenvectors Magnus,
*On differentiating eigenvalues and eigenvectors*, 1985; for the phases of singular vectors Wan and
Zhang, *Automatic differentiation for complex valued SVD*, 2019. The form of the coefficients of the
singular vectors, which keeps what is finite at equal values, is worked out here.
"""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, array_pullback, definition, kernel, nondifferentiable
from .factorisations import add_lower
from .lapack import ADJOINT, add_matrix, columns_of, copy_matrix, getrf, getrs, is_zero
from .products import adjoint_times, times_adjoint


@compiled_kernel(**JIT)
def _reciprocals(w):
    """``1 / (w_j - w_i)``, or 0 where the two are equal but for rounding."""
    n = w.size
    out = np.zeros((n, n), w.dtype)
    if n > 0:
        close = n * np.finfo(np.abs(w).dtype).eps * np.abs(w).max()
        for i in range(n):
            for j in range(n):
                gap = w[j] - w[i]
                if np.abs(gap) > close:
                    out[i, j] = 1 / gap
    return out


@compiled_kernel(**JIT)
def _scaled_columns(x, factors):
    """``x diag(factors)``, column-major."""
    out = np.empty((x.shape[1], x.shape[0]), x.dtype)
    for j in range(x.shape[1]):
        for i in range(x.shape[0]):
            out[j, i] = x[i, j] * factors[j]
    return out.T


@compiled_kernel(**JIT)
def _zeros(m, n, like):
    """A column-major matrix of zeros."""
    return np.zeros((n, m), like.dtype).T


# Hermitian matrices -------------------------------------------------------------------------------


@kernel
def eigh_factors(a):
    return np.linalg.eigh(a)


nondifferentiable(eigh_factors)


@kernel
def hermitian_values(a, w, v):
    return w.copy()


@kernel
def hermitian_vectors(a, w, v):
    return columns_of(v).T


@array_pullback(hermitian_values, wrt="a")
def hermitian_values_a(c, y_bar, a_bar):
    """``s = v diag(y_bar) v^H``; of `a` the lower triangle is read, as in `cholesky_a`."""
    n = c.shape[0]
    s = _zeros(n, n, c)
    times_adjoint(_scaled_columns(c, y_bar), c, s)
    add_lower(s, a_bar)


@array_pullback(hermitian_vectors, wrt="a")
def hermitian_vectors_a(b, c, y_bar, a_bar):
    """``s = v m v^H`` with ``m_ij = (v^H y_bar)_ij / (w_j - w_i)``; see `hermitian_values_a`."""
    n = c.shape[0]
    m = _zeros(n, n, c)
    adjoint_times(c, y_bar, m)
    m *= _reciprocals(b)
    s = _zeros(n, n, c)
    times_adjoint(np.dot(c, m), c, s)
    add_lower(s, a_bar)


@kernel
def hermitian_pair(a, w, v):
    """The values, and the elements of the vectors by columns: of a real matrix, one array for both."""
    n = w.size
    y = np.empty(n + n * n, w.dtype)
    y[:n] = w
    copy_matrix(v.T, y[n:].reshape((n, n)))
    return y


@array_pullback(hermitian_pair, wrt="a")
def hermitian_pair_a(b, c, y_bar, a_bar):
    """``s = v (diag(w_bar) + m) v^T``, with `m` as in `hermitian_vectors_a`."""
    n = b.size
    if is_zero(y_bar[n:]):
        hermitian_values_a(c, y_bar[:n], a_bar)
        return
    m = _zeros(n, n, c)
    adjoint_times(c, y_bar[n:].reshape((n, n)).T, m)
    m *= _reciprocals(b)
    for k in range(n):
        m[k, k] = y_bar[k]
    s = _zeros(n, n, c)
    times_adjoint(np.dot(c, m), c, s)
    add_lower(s, a_bar)


@definition(np.linalg.eigh)
def eigh(a):
    def of_complex(a):
        w, v = eigh_factors(a)
        return hermitian_values(a, w, v), hermitian_vectors(a, w, v)

    def of_real(a):
        w, v = eigh_factors(a)
        n = w.size
        both = hermitian_pair(a, w, v)
        return both[:n], both[n:].reshape((n, n)).T

    return of_complex if isinstance(a.dtype, types.Complex) else of_real


@definition(np.linalg.eigvalsh)
def eigvalsh(a):
    """With the vectors, which the pullback needs."""
    def eigvalsh(a):
        w, v = eigh_factors(a)
        return hermitian_values(a, w, v)

    return eigvalsh


# Any square matrix --------------------------------------------------------------------------------


@kernel
def eig_factors(a):
    return np.linalg.eig(a)


nondifferentiable(eig_factors)


@kernel
def general_values(a, w, v):
    return w.copy()


@kernel
def general_vectors(a, w, v):
    return columns_of(v).T


@compiled_kernel(**JIT)
def _add_similar(m, v, a_bar):
    """``a_bar += v^-H m v^H``; of a defective matrix, which has no inverse of `v`, not finite."""
    n = v.shape[0]
    if n == 0:
        return
    lu, pivots = columns_of(v), np.empty(n, np.int32)
    getrf((n, n, lu, n, pivots))
    t = np.dot(np.conj(v), m.T)  # of m v^H, by columns
    getrs((ADJOINT, n, n, lu, n, pivots, t, n))
    add_matrix(t.T, a_bar)


@array_pullback(general_values, wrt="a")
def general_values_a(c, y_bar, a_bar):
    """``a_bar += v^-H diag(y_bar) v^H``."""
    m = np.zeros((c.shape[0], c.shape[0]), c.dtype)
    for k in range(c.shape[0]):
        m[k, k] = y_bar[k]
    _add_similar(m, np.ascontiguousarray(c), a_bar)


@array_pullback(general_vectors, wrt="a")
def general_vectors_a(b, c, y_bar, a_bar):
    """``m_ij = (g_ij - (v^H v)_ij real(g_jj)) / conj(w_j - w_i)``, with ``g = v^H y_bar``.

    ``a_bar += v^-H m v^H``. The second term keeps the vectors at length one.
    """
    n = c.shape[0]
    g, lengths = np.zeros((n, n), c.dtype), np.zeros((n, n), c.dtype)
    adjoint_times(c, y_bar, g)
    adjoint_times(c, c, lengths)
    gaps = _reciprocals(b)
    m = np.zeros((n, n), c.dtype)
    for i in range(n):
        for j in range(n):
            m[i, j] = (g[i, j] - lengths[i, j] * np.real(g[j, j])) * np.conj(gaps[i, j])
    _add_similar(m, np.ascontiguousarray(c), a_bar)


@definition(np.linalg.eig)
def eig(a):
    def eig(a):
        w, v = eig_factors(a)
        return general_values(a, w, v), general_vectors(a, w, v)

    return eig


@definition(np.linalg.eigvals)
def eigvals(a):
    """With the vectors, which the pullback needs."""
    def eigvals(a):
        w, v = eig_factors(a)
        return general_values(a, w, v)

    return eigvals


# Singular values ----------------------------------------------------------------------------------


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
    x, gaps = np.zeros_like(g), _reciprocals(s)
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
        turn = _zeros(k, u.shape[1] - k, u)
        adjoint_times(u1, others_bar, turn)
        times_adjoint(-others, turn, u1_bar)
    g = _zeros(k, k, u)
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
    times_adjoint(_scaled_columns(b[:, :k], y_bar), v, a_bar)


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
    left, right = not is_zero(y_bar[:i]), not is_zero(y_bar[j:])
    if b.shape[0] != d.shape[1] or not (left and right):
        singular_values_a(b, c, d, s_bar, a_bar)
        if left:
            left_vectors_a(b, c, d, u_bar, a_bar)
        if right:
            right_vectors_a(b, c, d, vh_bar, a_bar)
        return
    g, h = _zeros(k, k, b), _zeros(k, k, b)
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
