"""What helpers of array rules mean in plain Python, for derivatives of derivatives.

The kernel of an array rule is read like a user's function when the derivative that calls it is
differentiated. Some of what these kernels call cannot be read: BLAS and LAPACK, and loops whose order is
chosen for speed. Here are the same maps in NumPy's own functions. `LEFT` are the operations of linear
algebra that keep their name in a program that is differentiated again, instead of being taken apart into
factors: the factors have no derivative, and a rule that reads them would hide one. Their own rules are
here, in terms of the same operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..registry import array_pullback, conj, unwrap
from . import products


def _times_adjoint(x, z, out):
    out += x @ np.conj(z.T)


def _adjoint_times(x, z, out):
    out += np.conj(x.T) @ z


def _outer_add(u, v, out):
    out += np.outer(u, np.conj(v))


def _adjoint_matvec_add(matrix, v, out):
    out += np.conj(matrix.T) @ v


def _matvec_conj_add(matrix, v, out):
    out += matrix @ np.conj(v)


#: the Python function of a helper -> what it means
MEANINGS: dict[Any, Callable[..., Any]] = {
    unwrap(helper): meaning for helper, meaning in (
        (products.times_adjoint, _times_adjoint), (products.adjoint_times, _adjoint_times),
        (products.outer_add, _outer_add), (products.adjoint_matvec_add, _adjoint_matvec_add),
        (products.matvec_conj_add, _matvec_conj_add),
    )
}

#: operations that are not taken apart in a program that is differentiated again
LEFT = frozenset(("np.linalg.solve", "np.linalg.det"))


@array_pullback(np.linalg.solve, wrt="a")
def plain_solve_a(a, y, y_bar, a_bar):
    """``a_bar -= (a^-H y_bar) y^H``."""
    t = np.linalg.solve(np.conj(a.T), y_bar)
    if y.ndim == 1:
        a_bar -= np.outer(t, np.conj(y))
    else:
        a_bar -= np.dot(t, np.conj(y.T))


@array_pullback(np.linalg.solve, wrt="b")
def plain_solve_b(a, y_bar, b_bar):
    """``b_bar += a^-H y_bar``."""
    b_bar += np.linalg.solve(np.conj(a.T), y_bar)


@array_pullback(np.linalg.det, wrt="a")
def plain_det_a(a, y, y_bar, a_bar):
    """``a_bar += y_bar conj(y) a^-H``, of a matrix that is invertible."""
    a_bar += y_bar * np.conj(y) * np.conj(np.linalg.inv(a).T)


def sqrt(y, y_bar):
    """As in a first derivative, but where the root is neither 0 nor NaN, it depends on a cotangent of 0."""
    return 0.0 if (y_bar == 0) & ((y == 0) | (y != y)) else y_bar / conj(y + y)


#: the names of scalar rules that other equations stand for in a program that is differentiated again
EQUATIONS: dict[str, Callable[..., Any]] = {"sqrt": sqrt}

#: the names of scalar rules with branches that part at kinks, or where something is infinite: their
#: derivative is right. A branch that fills in a limit at a point would hide the slope there.
AT_KINKS = frozenset((
    "angle", "arctan2", "cbrt", "clip", "extremum", "huber", "hypot", "larger", "logaddexp", "logaddexp2",
    "nan_to_num", "power", "smaller", "sqrt", "turn", "where",
))
