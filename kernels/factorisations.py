"""Cholesky and QR factorisations.

Sources: Murray, *Differentiation of the Cholesky decomposition*, 2016, equations 8 and 9; Walter and
Lehmann, *Algorithmic differentiation of linear algebra functions*, 2010, for QR; both in Seeger and
others, *Auto-differentiating linear algebra*, 2017. Phases and wide matrices are worked out here.
"""

from __future__ import annotations

import numpy as np

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, array_pullback, definition, kernel, nondifferentiable
from .lapack import (
    ADJOINT,
    LEFT,
    NO,
    RIGHT,
    TILE,
    UPPER,
    columns_of,
    trmm,
    trsm,
)
from .products import adjoint_times, times_adjoint

NON_UNIT = NO


@compiled_kernel(**JIT)
def add_lower(term, out):
    """``out += term + term^H`` below the diagonal, and the real part of `term` on it.

    What a cotangent ``term`` of a Hermitian matrix is for the triangle that LAPACK reads of it.
    """
    n = out.shape[0]
    for i_tile in range(0, n, TILE):
        i_stop = min(i_tile + TILE, n)
        for j_tile in range(0, i_stop, TILE):
            for i in range(i_tile, i_stop):
                for j in range(j_tile, min(j_tile + TILE, i)):
                    out[i, j] += term[i, j] + np.conj(term[j, i])
    for i in range(n):
        out[i, i] += np.real(term[i, i])


# Cholesky -----------------------------------------------------------------------------------------


@array_pullback(np.linalg.cholesky, wrt="a")
def cholesky_a(y, y_bar, a_bar):
    """``s = y^-H phi(y^H y_bar) y^-1``, where phi takes the lower triangle and half of the diagonal.

    Only the lower triangle of `a`, and of its diagonal the real part, is read: the cotangent of what
    is above is zero, and that of an element below is ``s_ij + conj(s_ji)``, since it stands for its
    mirror image too. Likewise `y` is constant above the diagonal. The row-major `y` is an upper
    triangle for LAPACK, and ``s`` its transpose.
    """
    n = y.shape[0]
    if n == 0:
        return
    s = np.zeros((n, n), y.dtype)
    for i in range(n):
        s[i, : i + 1] = y_bar[i, : i + 1]
    trmm((RIGHT, UPPER, ADJOINT, NON_UNIT, n, n, 1.0, y, n, s, n))
    for i in range(n):
        s[i, i] *= 0.5
        s[i, i + 1:] = 0
    trsm((RIGHT, UPPER, ADJOINT, NON_UNIT, n, n, 1.0, y, n, s, n))
    trsm((LEFT, UPPER, NO, NON_UNIT, n, n, 1.0, y, n, s, n))
    add_lower(s, a_bar)


# QR -----------------------------------------------------------------------------------------------


@kernel
def qr_factors(a):
    return np.linalg.qr(a)


nondifferentiable(qr_factors)


@kernel
def q_of(a, q, r):
    return columns_of(q).T


@kernel
def r_of(a, q, r):
    return columns_of(r).T


@compiled_kernel(**JIT)
def _add_over_r(t, r, a_bar):
    """``a_bar[:, :k] += t r^-H`` for the leading triangle of `r`; `t` is held by columns."""
    k, m = t.shape
    rows = columns_of(r[:, :k])
    trsm((RIGHT, UPPER, ADJOINT, NON_UNIT, m, k, 1.0, rows, k, t, m))
    for i in range(m):
        for j in range(k):
            a_bar[i, j] += t[j, i]


@compiled_kernel(**JIT)
def _mirrored(upper):
    """The Hermitian matrix with the strict upper triangle, and the real diagonal, of a matrix."""
    z = np.empty_like(upper)
    for i in range(z.shape[0]):
        for j in range(i):
            z[j, i] = upper[j, i]
            z[i, j] = np.conj(upper[j, i])
        z[i, i] = np.real(upper[i, i])
    return z


@compiled_kernel(**JIT)
def _product_by_columns(q, z):
    """``q z`` by columns."""
    out = np.zeros((z.shape[1], q.shape[0]), q.dtype)
    times_adjoint(z.T, np.conj(q), out)
    return out


@array_pullback(q_of, wrt="a")
def q_a(b, c, y_bar, a_bar):
    """``a_bar += (y_bar - q m) r^-H``, where `m` is ``q^H y_bar`` mirrored at its diagonal.

    Of a wide matrix, only the leading columns have a part in `q`. Where `r` is singular the
    factorisation has no derivative, and the cotangent is not finite.
    """
    k = b.shape[1]
    z = np.zeros((k, k), b.dtype)
    adjoint_times(b, y_bar, z)
    t = _product_by_columns(b, -_mirrored(z))
    for j in range(k):
        for i in range(b.shape[0]):
            t[j, i] += y_bar[i, j]
    _add_over_r(t, c, a_bar)


@array_pullback(r_of, wrt="a")
def r_a(b, c, y_bar, a_bar):
    """``a_bar += q m r^-H``, where `m` is ``y_bar r^H`` mirrored at its diagonal.

    What is below the diagonal of `r` is constant. Of a wide matrix ``(a1, a2)`` with ``r = (r1, r2)``,
    it is ``a2_bar += q r2_bar``, and with ``z = r2 r2_bar^H`` the cotangent ``q z`` of `q` goes on to
    ``a1`` as in `q_a`.
    """
    m, k = b.shape
    n = c.shape[1]
    upper = np.zeros((k, k), b.dtype)
    for i in range(k):
        upper[i, i:] = y_bar[i, i:k]
    z = np.zeros((k, k), b.dtype)
    times_adjoint(upper, np.ascontiguousarray(c[:, :k]), z)
    z = _mirrored(z)
    if n > k:
        right, right_bar = np.ascontiguousarray(c[:, k:]), np.ascontiguousarray(y_bar[:, k:])
        turned = np.zeros((k, k), b.dtype)
        times_adjoint(right, right_bar, turned)
        z += turned - _mirrored(turned)
        term = _product_by_columns(b, right_bar)
        for i in range(m):
            for j in range(n - k):
                a_bar[i, k + j] += term[j, i]
    _add_over_r(_product_by_columns(b, z), c, a_bar)


@definition(np.linalg.qr)
def qr(a):
    def qr(a):
        q, r = qr_factors(a)
        return q_of(a, q, r), r_of(a, q, r)

    return qr
