"""Eigenvalues and eigenvectors.

Each result is a copy of a factor, and has a pullback of its own: pullbacks are linear in the cotangents,
so their sum is that of the whole, and of results that are not used nothing is computed. The results of a
real matrix are parts of one array, whose pullback shares the products that they have in common.

Eigenvectors (and singular vectors) are determined up to a factor of modulus one (a sign, of real ones), and
those of equal values up to a rotation. The derivatives are right for functions that do not depend on
this choice. Values that differ by no more than rounding count as equal, and what would be divided by their
difference is left out. That is right for functions of the values that treat equal ones alike, such as
``sum(w**3)``, for functions of the space that the vectors of equal values span, such as a projection, and
for ``u @ vh``. It is wrong for functions that tell vectors of equal values apart, which have no
derivative there, and for a function of the matrix that is put together of both, ``(v * f(w)) @ v.T``: of
that the part ``f'(w)`` between vectors of equal values is lost, since no cotangent holds it. Functions such
as ``expm`` and ``matrix_power`` are right everywhere.

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
from .lapack import ADJOINT, add_matrix, columns_of, copy_matrix, copy_vector, getrf, getrs
from .products import adjoint_times, times, times_adjoint


@compiled_kernel(**JIT)
def closeness(w):
    """The distance up to which two of the values are equal but for rounding."""
    largest = np.abs(w.dtype.type(0))
    for value in w:
        if np.abs(value) > largest or value != value:
            largest = np.abs(value)
    return w.size * np.spacing(largest * 0 + 1) * largest


@compiled_kernel(**JIT)
def reciprocal(gap, close):
    """``1 / gap``, or 0 of a gap that is no more than rounding."""
    return 1 / gap if np.abs(gap) > close else 0.0


@compiled_kernel(**JIT)
def reciprocals(w):
    """``1 / (w_j - w_i)``, or 0 where the two are equal but for rounding."""
    n, close = w.size, closeness(w)
    out = np.empty((n, n), w.dtype)
    for i in range(n):
        for j in range(n):
            out[i, j] = reciprocal(w[j] - w[i], close)
    return out


@compiled_kernel(**JIT)
def divide_by_gaps(m, w, diagonal):
    """``m_ij / (w_j - w_i)`` in place of `m`, column-major, and on its diagonal the real numbers given."""
    columns, close = m.T, closeness(w)
    for j in range(w.size):
        for i in range(w.size):
            columns[j, i] *= reciprocal(w[j] - w[i], close)
        columns[j, j] = diagonal[j]


@compiled_kernel(**JIT)
def any_nonzero(x):
    found = False
    for value in x:
        found |= value != 0
    return found


@compiled_kernel(**JIT)
def scaled_columns(x, factors):
    """``x diag(factors)``, column-major."""
    out = np.empty((x.shape[1], x.shape[0]), x.dtype)
    for j in range(x.shape[1]):
        for i in range(x.shape[0]):
            out[j, i] = x[i, j] * factors[j]
    return out.T


@compiled_kernel(**JIT)
def zero_matrix(m, n, like):
    """A column-major matrix of zeros."""
    return np.zeros((n, m), like.dtype).T


@compiled_kernel(**JIT)
def product(x, z):
    """``x z``, column-major."""
    out = zero_matrix(x.shape[0], z.shape[1], x)
    times(x, z, out)
    return out


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


@compiled_kernel(**JIT)
def _add_mirrored(left, v, a_bar):
    """Add the cotangent ``left v^H`` of a Hermitian matrix to its lower triangle, which is read."""
    s = zero_matrix(v.shape[0], v.shape[0], v)
    times_adjoint(left, v, s)
    add_lower(s, a_bar)


@array_pullback(hermitian_values, wrt="a")
def hermitian_values_a(c, y_bar, a_bar):
    """``s = v diag(y_bar) v^H``; of `a` the lower triangle is read, as in `cholesky_a`."""
    _add_mirrored(scaled_columns(c, y_bar), c, a_bar)


@array_pullback(hermitian_vectors, wrt="a")
def hermitian_vectors_a(b, c, y_bar, a_bar):
    """``s = v m v^H`` with ``m_ij = (v^H y_bar)_ij / (w_j - w_i)``; see `hermitian_values_a`."""
    n = c.shape[0]
    m = zero_matrix(n, n, c)
    adjoint_times(c, y_bar, m)
    divide_by_gaps(m, b, np.zeros_like(b))
    _add_mirrored(product(c, m), c, a_bar)


@kernel
def hermitian_pair(a, w, v):
    """The values, and the elements of the vectors by columns: of a real matrix, one array for both."""
    n = w.size
    y = np.empty(n + n * n, w.dtype)
    copy_vector(w, y)
    copy_matrix(v.T, y[n:].reshape((n, n)))
    return y


@array_pullback(hermitian_pair, wrt="a")
def hermitian_pair_a(b, c, y_bar, a_bar):
    """``s = v (diag(w_bar) + m) v^T``, with `m` as in `hermitian_vectors_a`."""
    n = b.size
    if any_nonzero(y_bar[n:]):
        m = zero_matrix(n, n, c)
        adjoint_times(c, y_bar[n:].reshape((n, n)).T, m)
        divide_by_gaps(m, b, y_bar)
        left = product(c, m)
    else:
        left = scaled_columns(c, y_bar)
    _add_mirrored(left, c, a_bar)


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
    gaps = reciprocals(b)
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
