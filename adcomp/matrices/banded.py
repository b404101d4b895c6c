"""Tridiagonal matrices, symmetric ones too.

Spaces: each stored number gets the cotangent of its entry; an off-diagonal number of a symmetric matrix is
two entries and gets the sum, of which its natural form has half at each place.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tangents.structures import structure
from .bands import (
    band_matrix,
    tridiagonal_det,
    tridiagonal_logdet,
    tridiagonal_product,
    tridiagonal_solve,
)
from .base import Matrix
from .parts import constant_of, position, refuse_unless_vector, same_length, sum_type


class Banded(Matrix):
    """What the banded types share; each knows its diagonals ``_dl``, ``_d`` and ``_du``."""

    @property
    def shape(self):
        """The number of rows and of columns."""
        return len(self._d), len(self._d)

    def dense(self):
        """The entries as an array."""
        return band_matrix(self._dl, self._d, self._du)

    def diagonal(self):
        """The entries of the main diagonal."""
        return self._d.copy()

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        n = len(self._d)
        i = position(i, n)
        j = position(j, n)
        y = np.zeros(1, self.dtype)
        if i == j:
            y[0] = self._d[i]
        elif i == j + 1:
            y[0] = self._dl[j]
        elif j == i + 1:
            y[0] = self._du[i]
        return y[0]

    def _added_to(self, left):
        if isinstance(left, Banded):
            return Tridiagonal(left._dl + self._dl, left._d + self._d, left._du + self._du)
        return left.dense() + self.dense()

    def _rows_scaled(self, d):
        return Tridiagonal(d[1:] * self._dl, d * self._d, d[:-1] * self._du)

    def _columns_scaled(self, d):
        return Tridiagonal(self._dl * d[:-1], self._d * d, self._du * d[1:])

    def _apply(self, b):
        return tridiagonal_product(self._dl, self._d, self._du, b)

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b``, by elimination in O(n)."""
        same_length(len(self._d), b.shape[0])
        return tridiagonal_solve(self._dl, self._d, self._du, b)

    def det(self):
        """The determinant."""
        return tridiagonal_det(self._dl, self._d, self._du)

    def logdet(self):
        """The logarithm of the absolute value of the determinant."""
        return tridiagonal_logdet(self._dl, self._d, self._du)

    def sum(self, axis=None):
        """The sum of the entries, of the columns (`axis` 0) or of the rows (`axis` 1)."""
        if axis is None:
            return np.sum(self._dl) + np.sum(self._d) + np.sum(self._du)
        if axis == 0 or axis == -2:
            return tridiagonal_product(self._du, self._d, self._dl, np.ones(len(self._d), self._d.dtype))
        return tridiagonal_product(self._dl, self._d, self._du, np.ones(len(self._d), self._d.dtype))


@structure
class Tridiagonal(Banded):
    """Three diagonals.

    Parameters
    ----------
    dl : array (n - 1,)
        Below the diagonal.
    d : array (n,)
    du : array (n - 1,)
        Above the diagonal.

    Examples
    --------
    >>> T = Tridiagonal(np.ones(2), np.full(3, 4.0), np.ones(2))
    >>> T.solve(np.array([5.0, 6.0, 5.0]))
    array([1., 1., 1.])
    """

    dl: Any
    d: Any
    du: Any

    def __post_init__(self) -> None:
        refuse_unless_vector("Tridiagonal", "d", self.d)
        refuse_unless_vector("Tridiagonal", "dl", self.dl, max(len(self.d) - 1, 0))
        refuse_unless_vector("Tridiagonal", "du", self.du, max(len(self.d) - 1, 0))

    @property
    def _dl(self):
        return self.dl

    @property
    def _d(self):
        return self.d

    @property
    def _du(self):
        return self.du

    @property
    def dtype(self):
        """The dtype of the entries."""
        return sum_type(np.empty(0, sum_type(self.dl, self.d)), self.du)

    @property
    def T(self):
        """The transpose."""
        return Tridiagonal(self.du, self.d, self.dl)

    def _plus_diagonal(self, d):
        return Tridiagonal(self.dl, self.d + d, self.du)

    def _scaled(self, c):
        return Tridiagonal(self.dl * c, self.d * c, self.du * c)

    def _divided(self, c):
        return Tridiagonal(self.dl / c, self.d / c, self.du / c)

    def _mapped(self, f):
        return Tridiagonal(f(self.dl), f(self.d), f(self.du))

    def _times_entries(self, a):
        a = np.broadcast_to(a, self.shape)
        return Tridiagonal(self.dl * np.diag(a, -1), self.d * np.diag(a), self.du * np.diag(a, 1))

    def _entries_of(self, left):
        return self._times_entries(left.dense())

    def _pull_d(self, a):
        return np.diag(a, -1), np.diag(a), np.diag(a, 1)

    def _pull_r(self, dl, d, du):
        return Tridiagonal(dl, d, du)

    def _push_d(self, dl, d, du):
        return band_matrix(dl, d, du)

    def _push_r(self, a):
        return np.diag(a, -1), np.diag(a), np.diag(a, 1)


@structure
class SymTridiagonal(Banded):
    """A symmetric tridiagonal matrix.

    Parameters
    ----------
    dv : array (n,)
        The diagonal.
    ev : array (n - 1,)
        Its neighbours.

    Examples
    --------
    >>> SymTridiagonal(np.array([1.0, 5.0]), np.array([2.0])).dense()
    array([[1., 2.],
           [2., 5.]])
    """

    dv: Any
    ev: Any

    def __post_init__(self) -> None:
        refuse_unless_vector("SymTridiagonal", "dv", self.dv)
        refuse_unless_vector("SymTridiagonal", "ev", self.ev, max(len(self.dv) - 1, 0))

    @property
    def _dl(self):
        return self.ev

    @property
    def _d(self):
        return self.dv

    @property
    def _du(self):
        return self.ev

    @property
    def dtype(self):
        """The dtype of the entries."""
        return sum_type(self.dv, self.ev)

    @property
    def T(self):
        """The transpose: the matrix itself."""
        return self

    def _added_to(self, left):
        if isinstance(left, SymTridiagonal):
            return SymTridiagonal(left.dv + self.dv, left.ev + self.ev)
        if isinstance(left, Banded):
            return Tridiagonal(left._dl + self._dl, left._d + self._d, left._du + self._du)
        return left.dense() + self.dense()

    def _plus_diagonal(self, d):
        return SymTridiagonal(self.dv + d, self.ev)

    def _scaled(self, c):
        return SymTridiagonal(self.dv * c, self.ev * c)

    def _divided(self, c):
        return SymTridiagonal(self.dv / c, self.ev / c)

    def _mapped(self, f):
        return SymTridiagonal(f(self.dv), f(self.ev))

    def _times_entries(self, a):
        a = np.broadcast_to(a, self.shape)
        return Tridiagonal(self.ev * np.diag(a, -1), self.dv * np.diag(a), self.ev * np.diag(a, 1))

    def _entries_of(self, left):
        if isinstance(left, SymTridiagonal):
            return SymTridiagonal(left.dv * self.dv, left.ev * self.ev)
        return self._times_entries(left.dense())

    def _pull_d(self, a):
        return np.diag(a), np.diag(a, -1) + np.diag(a, 1)

    def _pull_r(self, dv, ev):
        return SymTridiagonal(dv, ev * constant_of(ev, 0.5))

    def _push_d(self, dv, ev):
        return band_matrix(ev, dv, ev)

    def _push_r(self, a):
        return np.diag(a), (np.diag(a, -1) + np.diag(a, 1)) / 2
