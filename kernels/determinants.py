"""Determinants, and their logarithms.

Sources: Giles, *An extended collection of matrix derivative results*, 2008, section 2.2.4; for matrices that
are singular or nearly so Jacobi's formula, with ``adj(u s v^H) = det(u v^H) v adj(s) u^H``.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import overload

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, array_pullback, definition, kernel, nondifferentiable
from .lapack import gecon, getri
from .products import times_adjoint
from .solve import lu_factors


def _diagonal_walk(lu, sign):
    """The sign of a determinant, and the logarithm of its absolute value, as Numba adds them up."""
    raise NotImplementedError("compiled code only")


@overload(_diagonal_walk, jit_options=JIT)
def _overload_diagonal_walk(lu, sign):
    if isinstance(lu.dtype, types.Complex):
        def of_complex(lu, sign):
            phase, log = sign + 0.0j, 0.0
            for k in range(lu.shape[0]):
                size = np.abs(lu[k, k])
                phase = phase * (lu[k, k] / size)
                log = log + np.log(size)
            return phase, log

        return of_complex

    def of_real(lu, sign):
        log = 0.0
        for k in range(lu.shape[0]):
            pivot = lu[k, k]
            if pivot < 0.0:
                sign = -sign
                pivot = -pivot
            log = log + np.log(pivot)
        return sign + 0.0, log

    return of_real


@compiled_kernel(**JIT)
def _sign_and_log(lu, pivots, info):
    if info > 0:
        return _diagonal_walk(lu[:0, :0], 0)[0], -np.inf
    swaps = 0
    for k in range(pivots.size):
        swaps += pivots[k] != k + 1
    return _diagonal_walk(lu, -1 if swaps % 2 else 1)


@kernel
def det_with(a, lu, pivots, info):
    sign, log = _sign_and_log(lu, pivots, info)
    return sign * np.exp(log)


@kernel
def sign_with(a, lu, pivots, info):
    return _sign_and_log(lu, pivots, info)[0]


@kernel
def log_with(a, lu, pivots, info):
    return _sign_and_log(lu, pivots, info)[1]


@kernel
def real_sign_with(a, lu, pivots, info):
    return _sign_and_log(lu, pivots, info)[0]


nondifferentiable(real_sign_with)


@compiled_kernel(**JIT)
def _inverse(lu, pivots):
    """``a^-1`` by columns."""
    n = lu.shape[0]
    inverse = lu.copy()
    if n > 0:
        work = np.empty(64 * n, lu.dtype)
        getri((n, inverse, n, pivots, work, work.size))
    return inverse


@compiled_kernel(**JIT)
def _add_scaled_adjoint(factor, columns, out):
    """``out += factor x^H``, where `columns` holds ``x`` by columns."""
    m, n = out.shape
    for i in range(m):
        for j in range(n):
            out[i, j] += factor * np.conj(columns[i, j])


def _gecon_work(lu):
    """The two arrays that the estimate of a condition number works in."""
    raise NotImplementedError("compiled code only")


@overload(_gecon_work, jit_options=JIT)
def _overload_gecon_work(lu):
    if isinstance(lu.dtype, types.Complex):
        real = np.float32 if lu.dtype == types.complex64 else np.float64
        return lambda lu: (np.empty(2 * lu.shape[0], lu.dtype), np.empty(2 * lu.shape[0], real))
    return lambda lu: (np.empty(4 * lu.shape[0], lu.dtype), np.empty(lu.shape[0], np.int32))


@compiled_kernel(**JIT)
def _reciprocal_condition(a, lu):
    """An estimate of ``1 / (|a| |a^-1|)`` in the norm that sums columns."""
    n = a.shape[0]
    norm = 0.0
    for j in range(n):
        total = 0.0
        for i in range(n):
            total += np.abs(a[i, j])
        norm = max(norm, total)
    work, other = _gecon_work(lu)
    rcond = np.zeros(1, np.abs(lu[0]).dtype)
    gecon((ord("1"), n, lu, n, norm, rcond, work, other))
    return rcond[0]


@compiled_kernel(**JIT)
def _add_adjugate(factor, a, out):
    """``out += factor adj(a)^H`` by the singular values, exact at every rank."""
    n = a.shape[0]
    u, s, vh = np.linalg.svd(a)
    turn = np.linalg.det(u) * np.linalg.det(vh)
    others = np.ones(n, s.dtype)  # the product of the singular values but one
    before = after = 1.0
    for k in range(n):
        others[k] *= before
        before *= s[k]
        others[n - 1 - k] *= after
        after *= s[n - 1 - k]
    scaled = np.empty_like(u)
    for i in range(n):
        for k in range(n):
            scaled[i, k] = factor * np.conj(turn) * u[i, k] * others[k]
    times_adjoint(scaled, np.conj(vh.T), out)


@array_pullback(det_with, wrt="a")
def det_a(a, b, c, d, y, y_bar, a_bar):
    """``a_bar += y_bar adj(a)^H``, where ``adj(a) = y a^-1`` of a matrix that is well conditioned.

    Else the adjugate comes of the singular values: it is right for a singular matrix too, of rank n - 1
    of rank one, of lower rank zero.
    """
    n = a.shape[0]
    if n == 0 or y_bar == 0:
        return
    if d == 0 and y != 0 and _reciprocal_condition(a, b) > np.sqrt(np.finfo(a.dtype).eps):
        _add_scaled_adjoint(np.conj(y) * y_bar, _inverse(b, c), a_bar)
    else:
        _add_adjugate(y_bar, a, a_bar)


@array_pullback(log_with, wrt="a")
def log_a(b, c, d, y_bar, a_bar):
    """``a_bar += y_bar a^-H``; of a singular matrix, whose logarithm is infinite, NaN."""
    if y_bar == 0:
        return
    if d > 0:
        a_bar[:] = np.nan
    else:
        _add_scaled_adjoint(y_bar, _inverse(b, c), a_bar)


@array_pullback(sign_with, wrt="a")
def sign_a(b, c, d, y, y_bar, a_bar):
    """``a_bar += i Im(conj(y) y_bar) a^-H``, for the sign ``y = det(a) / |det(a)|`` of a complex matrix."""
    turn = np.imag(np.conj(y) * y_bar)
    if turn == 0:
        return
    if d > 0:
        a_bar[:] = np.nan
    else:
        _add_scaled_adjoint(1j * turn, _inverse(b, c), a_bar)


@definition(np.linalg.det)
def det(a):
    def det(a):
        lu, pivots, info = lu_factors(a)
        return det_with(a, lu, pivots, info)

    return det


@definition(np.linalg.slogdet)
def slogdet(a):
    sign_of = sign_with if isinstance(a.dtype, types.Complex) else real_sign_with

    def slogdet(a):
        lu, pivots, info = lu_factors(a)
        return sign_of(a, lu, pivots, info), log_with(a, lu, pivots, info)

    return slogdet


