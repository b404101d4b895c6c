"""Linear systems and inverses: one LU factorisation for both sweeps.

``a = P L U``. The factors have no derivative of their own: what comes of them does, by formulas that read
them again.

Source: Giles, *An extended collection of matrix derivative results for forward and reverse mode algorithmic
differentiation*, 2008, sections 2.2.3 and 2.3.1.
"""

from __future__ import annotations

import numpy as np
from numba.extending import overload

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, array_pullback, definition, kernel, nondifferentiable
from .lapack import (
    ADJOINT,
    add_matrix,
    columns_of,
    copy_vector,
    gesv,
    getrf,
    getrs,
    refuse_infinite,
    refuse_not_square,
)
from .products import outer_add, times_adjoint

SINGULAR = "Matrix is singular to machine precision."
INCOMPATIBLE = "Incompatible array sizes, system is not dimensionally valid."


# Factors ------------------------------------------------------------------------------------------


@kernel
def lu_factors(a):
    """The factors of `a` by columns, the pivots, and the first pivot that is zero (from 1), or 0."""
    refuse_not_square(a)
    refuse_infinite(a)
    n = a.shape[0]
    lu = columns_of(a)
    pivots = np.empty(n, np.int32)
    info = 0
    if n > 0:
        info = np.int64(getrf((n, n, lu, n, pivots)))
    return lu, pivots, info


@kernel
def solve_factors(a, b):
    """The factors of the matrix of a system, its pivots, and the solutions by columns.

    Of one call, as in Numba: with given factors LAPACK solves for one vector in another order.
    """
    refuse_not_square(a)
    refuse_infinite(a)
    refuse_infinite(b)
    n = a.shape[0]
    if b.shape[0] != n:
        raise np.linalg.LinAlgError(INCOMPATIBLE)
    lu = columns_of(a)
    pivots = np.empty(n, np.int32)
    x = right_sides(b)
    if n > 0 and gesv((n, x.shape[0], lu, n, pivots, x, n)) > 0:
        raise np.linalg.LinAlgError(SINGULAR)
    return lu, pivots, x


nondifferentiable(lu_factors, solve_factors)


# Systems ------------------------------------------------------------------------------------------


def right_sides(b):
    """A copy of one or several right-hand sides, by columns."""
    raise NotImplementedError("compiled code only")


@overload(right_sides, jit_options=JIT)
def _overload_right_sides(b):
    if b.ndim == 1:
        def of_vector(b):
            x = np.empty((1, b.shape[0]), b.dtype)
            copy_vector(b, x[0])
            return x

        return of_vector
    return lambda b: columns_of(b)


@kernel
def solve_with(a, b, lu, pivots, x):
    """The solution of ``a y = b``, in the layout that ``np.linalg.solve`` gives it."""
    if b.ndim == 1:
        return x[0].copy()
    else:
        return x.copy().T


@compiled_kernel(**JIT)
def _adjoint_solution(lu, pivots, y_bar):
    """``a^-H y_bar``, by columns."""
    n = lu.shape[0]
    t = right_sides(y_bar)
    if n > 0 and t.shape[0] > 0:
        getrs((ADJOINT, n, t.shape[0], lu, n, pivots, t, n))
    return t


@compiled_kernel(**JIT)
def _subtract_outer(t, y, a_bar):
    """``a_bar -= t^T y^H``, of one or several columns."""
    negative = -t
    if y.ndim == 1:
        outer_add(negative[0], y, a_bar)
    else:
        times_adjoint(negative.T, y, a_bar)


@array_pullback(solve_with, wrt="a")
def solve_a(c, d, y, y_bar, a_bar):
    """``a_bar -= (a^-H y_bar) y^H``."""
    _subtract_outer(_adjoint_solution(c, d, y_bar), y, a_bar)


@array_pullback(solve_with, wrt="b")
def solve_b(c, d, y_bar, b_bar):
    """``b_bar += a^-H y_bar``."""
    t = _adjoint_solution(c, d, y_bar)
    if b_bar.ndim == 1:
        for i in range(b_bar.size):
            b_bar[i] += t[0, i]
    else:
        add_matrix(t.T, b_bar)


@array_pullback(solve_with, wrt="ab")
def solve_ab(c, d, y, y_bar, a_bar, b_bar):
    """``t = a^-H y_bar; b_bar += t; a_bar -= t y^H``."""
    t = _adjoint_solution(c, d, y_bar)
    if b_bar.ndim == 1:
        for i in range(b_bar.size):
            b_bar[i] += t[0, i]
    else:
        add_matrix(t.T, b_bar)
    _subtract_outer(t, y, a_bar)


@definition(np.linalg.solve)
def solve(a, b):
    def solve(a, b):
        lu, pivots, x = solve_factors(a, b)
        return solve_with(a, b, lu, pivots, x)

    return solve


# Inverse ------------------------------------------------------------------------------------------


@array_pullback(np.linalg.inv, wrt="a")
def inv_a(y, y_bar, a_bar):
    """``a_bar -= y^H y_bar y^H``."""
    yt = np.conj(y.T)
    times_adjoint(-np.dot(yt, y_bar), y, a_bar)
