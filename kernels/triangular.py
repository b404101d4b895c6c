"""Triangular systems.

Source: Giles, *An extended collection of matrix derivative results*, 2008, section 2.3.1, of which the
triangle that is read takes its part.
"""

from __future__ import annotations

import numpy as np

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, array_pullback, kernel
from .lapack import (
    ADJOINT,
    LEFT,
    LOWER,
    NO,
    TRANSPOSED,
    UNIT,
    UPPER,
    add_matrix,
    columns_of,
    refuse_not_square,
    trsm,
)
from .products import times_adjoint
from .solve import INCOMPATIBLE, SINGULAR, right_sides


@compiled_kernel(**JIT)
def _solve_columns(a, x, lower, trans, unit):
    """Solve in place for the columns that the rows of `x` hold; of what `trans` 3 means, ``conj(a)``."""
    n = a.shape[0]
    if n == 0 or x.shape[0] == 0:
        return x
    kind = TRANSPOSED if trans == 1 else ADJOINT if trans == 2 else NO
    by_columns = columns_of(a)
    if trans == 3:
        by_columns = np.conj(by_columns)
    trsm((LEFT, LOWER if lower else UPPER, kind, UNIT if unit else NO, n, x.shape[0], 1.0,
          by_columns, n, x, n))
    return x


@kernel
def triangular_solution(a, b, lower, trans, unit):
    """The solution of ``op(a) y = b``, where ``op(a)`` is ``a``, ``a^T`` or ``a^H`` for `trans` 0, 1, 2."""
    refuse_not_square(a)
    if b.shape[0] != a.shape[0]:
        raise np.linalg.LinAlgError(INCOMPATIBLE)
    if trans < 0 or trans > 2:
        raise ValueError("trans is 0, 1 or 2")
    if not unit:
        for k in range(a.shape[0]):
            if a[k, k] == 0:
                raise np.linalg.LinAlgError(SINGULAR)
    x = _solve_columns(a, right_sides(b), lower, trans, unit)
    if b.ndim == 1:
        return x.ravel()
    else:
        return x.T


@compiled_kernel(**JIT)
def _adjoint_solution(a, y_bar, lower, trans, unit):
    """``op(a)^-H y_bar`` by columns: with ``a^H``, ``conj(a)`` or ``a`` for the three kinds."""
    kind = 2 if trans == 0 else 3 if trans == 1 else 0
    return _solve_columns(a, right_sides(y_bar), lower, kind, unit)


@compiled_kernel(**JIT)
def _add_triangle(term, lower, unit, out):
    skip = 1 if unit else 0
    for i in range(out.shape[0]):
        first, stop = (0, i + 1 - skip) if lower else (i + skip, out.shape[1])
        for j in range(first, stop):
            out[i, j] += term[i, j]


@compiled_kernel(**JIT)
def _subtract_outer(t, x, lower, trans, unit, a_bar):
    """``op(a)_bar = -t x^H`` on the triangle that is read; `t` and `x` are held by columns."""
    term = np.zeros((a_bar.shape[0], a_bar.shape[1]), x.dtype)
    if trans == 0:
        times_adjoint(-t.T, x.T, term)
    elif trans == 1:
        times_adjoint(-np.conj(x).T, np.conj(t).T, term)
    else:
        times_adjoint(-x.T, t.T, term)
    _add_triangle(term, lower, unit, a_bar)


@compiled_kernel(**JIT)
def _add_right_side(t, b_bar):
    if b_bar.ndim == 1:
        for i in range(b_bar.size):
            b_bar[i] += t[0, i]
    else:
        add_matrix(t.T, b_bar)


@array_pullback(triangular_solution, wrt="a")
def triangular_a(a, c, d, e, y, y_bar, a_bar):
    """``t = op(a)^-H y_bar``; the triangle of ``op(a)_bar = -t y^H``, without a unit diagonal."""
    t = _adjoint_solution(a, y_bar, c, d, e)
    _subtract_outer(t, right_sides(y), c, d, e, a_bar)


@array_pullback(triangular_solution, wrt="b")
def triangular_b(a, c, d, e, y_bar, b_bar):
    """``b_bar += op(a)^-H y_bar``."""
    _add_right_side(_adjoint_solution(a, y_bar, c, d, e), b_bar)


@array_pullback(triangular_solution, wrt="ab")
def triangular_ab(a, c, d, e, y, y_bar, a_bar, b_bar):
    """Both, with one solution."""
    t = _adjoint_solution(a, y_bar, c, d, e)
    _add_right_side(t, b_bar)
    _subtract_outer(t, right_sides(y), c, d, e, a_bar)
