"""Bidiagonal matrices.

Spaces: each stored number gets the cotangent of its entry.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tangents.structures import structure
from .banded import Banded, Tridiagonal
from .bands import lower_bidiagonal_solve, tridiagonal_product, upper_bidiagonal_solve
from .parts import refuse_unless_flag, refuse_unless_vector, same_length, sum_type


@structure(static=("uplo",))
class Bidiagonal(Banded):
    """The diagonal and one of its neighbours.

    Parameters
    ----------
    dv : array (n,)
        The diagonal.
    ev : array (n - 1,)
        The neighbour.
    uplo : {"U", "L"}
        Whether the neighbour is above or below.

    Examples
    --------
    >>> Bidiagonal(np.array([1.0, 5.0]), np.array([2.0]), "L").dense()
    array([[1., 0.],
           [2., 5.]])
    """

    dv: Any
    ev: Any
    uplo: str = "U"

    def __post_init__(self) -> None:
        refuse_unless_vector("Bidiagonal", "dv", self.dv)
        refuse_unless_vector("Bidiagonal", "ev", self.ev, max(len(self.dv) - 1, 0))
        refuse_unless_flag("Bidiagonal", self.uplo)

    @property
    def _dl(self):
        return self.ev if self.uplo == "L" else np.zeros_like(self.ev)

    @property
    def _d(self):
        return self.dv

    @property
    def _du(self):
        return np.zeros_like(self.ev) if self.uplo == "L" else self.ev

    @property
    def dtype(self):
        """The dtype of the entries."""
        return sum_type(self.dv, self.ev)

    @property
    def T(self):
        """The transpose."""
        return Bidiagonal(self.dv, self.ev, "U" if self.uplo == "L" else "L")

    def _added_to(self, left):
        if isinstance(left, Bidiagonal):
            if left.uplo == self.uplo:
                return Bidiagonal(left.dv + self.dv, left.ev + self.ev, self.uplo)
        if isinstance(left, Banded):
            return Tridiagonal(left._dl + self._dl, left._d + self._d, left._du + self._du)
        return left.dense() + self.dense()

    def _plus_diagonal(self, d):
        return Bidiagonal(self.dv + d, self.ev, self.uplo)

    def _scaled(self, c):
        return Bidiagonal(self.dv * c, self.ev * c, self.uplo)

    def _divided(self, c):
        return Bidiagonal(self.dv / c, self.ev / c, self.uplo)

    def _mapped(self, f):
        return Bidiagonal(f(self.dv), f(self.ev), self.uplo)

    def _times_entries(self, a):
        a = np.broadcast_to(a, self.shape)
        return Bidiagonal(self.dv * np.diag(a), self.ev * self._beside(a), self.uplo)

    def _entries_of(self, left):
        return self._times_entries(left.dense())

    def _rows_scaled(self, d):
        return Bidiagonal(d * self.dv, (d[1:] if self.uplo == "L" else d[:-1]) * self.ev, self.uplo)

    def _columns_scaled(self, d):
        return Bidiagonal(self.dv * d, self.ev * (d[:-1] if self.uplo == "L" else d[1:]), self.uplo)

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b``, by substitution in O(n)."""
        same_length(len(self.dv), b.shape[0])
        if self.uplo == "L":
            return lower_bidiagonal_solve(self.dv, self.ev, b)
        return upper_bidiagonal_solve(self.dv, self.ev, b)

    def det(self):
        """The determinant."""
        return np.prod(self.dv)

    def logdet(self):
        """The logarithm of the absolute value of the determinant."""
        return np.sum(np.log(np.abs(self.dv)))

    def sum(self, axis=None):
        """The sum of the entries, of the columns (`axis` 0) or of the rows (`axis` 1)."""
        if axis is None:
            return np.sum(self.dv) + np.sum(self.ev)
        if axis == 0 or axis == -2:
            return tridiagonal_product(self._du, self._d, self._dl, np.ones(len(self._d), self._d.dtype))
        return tridiagonal_product(self._dl, self._d, self._du, np.ones(len(self._d), self._d.dtype))

    def _beside(self, a):
        return np.diag(a, -1) if self.uplo == "L" else np.diag(a, 1)

    def _pull_d(self, a):
        return np.diag(a), self._beside(a)

    def _pull_r(self, dv, ev):
        return Bidiagonal(dv, ev, self.uplo)

    def _push_d(self, dv, ev):
        return Bidiagonal(dv, ev, self.uplo).dense()

    def _push_r(self, a):
        return np.diag(a), self._beside(a)
