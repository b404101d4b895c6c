"""Multiples of the identity.

Spaces: the cotangent of ``lam`` is the trace of the matrix's; the natural form spreads it evenly.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tangents.structures import structure
from .base import Matrix
from .diagonal import Diagonal
from .parts import SINGULAR, position, refuse_unless_number, refuse_unless_size, same_length, same_shape
from .triangles import diagonal_matrix


@structure(passive=("n",))
class ScaledIdentity(Matrix):
    """``lam`` times the identity.

    Parameters
    ----------
    lam : number
    n : int

    Examples
    --------
    >>> ScaledIdentity(2.0, 3).trace()
    6.0
    """

    lam: Any
    n: int

    def __post_init__(self) -> None:
        refuse_unless_number("ScaledIdentity", "lam", self.lam)
        refuse_unless_size("ScaledIdentity", self.n)

    @property
    def shape(self):
        """The number of rows and of columns."""
        return self.n, self.n

    @property
    def dtype(self):
        """The dtype of the entries."""
        return np.full(0, self.lam).dtype

    @property
    def T(self):
        """The transpose: the matrix itself."""
        return self

    def dense(self):
        """The entries as an array."""
        return diagonal_matrix(np.full(self.n, self.lam))

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        return self.lam * (position(i, self.n) == position(j, self.n))

    def diagonal(self):
        """The entries of the main diagonal."""
        return np.full(self.n, self.lam)

    def __add__(self, other):
        if isinstance(other, Matrix):
            same_shape(self.shape, other.shape)
            if isinstance(other, ScaledIdentity):
                return ScaledIdentity(self.lam + other.lam, self.n)
            return other._plus_diagonal(self.diagonal())
        return self.dense() + other

    def __sub__(self, other):
        if isinstance(other, Matrix):
            same_shape(self.shape, other.shape)
            if isinstance(other, ScaledIdentity):
                return ScaledIdentity(self.lam - other.lam, self.n)
            return other._taken_from_diagonal(self.diagonal())
        return self.dense() - other

    def _added_to(self, left):
        if isinstance(left, ScaledIdentity):
            return ScaledIdentity(left.lam + self.lam, self.n)
        return left._plus_diagonal(self.diagonal())

    def _plus_diagonal(self, d):
        return Diagonal(self.lam + d)

    def _scaled(self, c):
        return ScaledIdentity(self.lam * c, self.n)

    def _divided(self, c):
        return ScaledIdentity(self.lam / c, self.n)

    def _times_entries(self, a):
        return Diagonal(self.lam * np.diag(np.broadcast_to(a, self.shape)))

    def _entries_of(self, left):
        if isinstance(left, ScaledIdentity):
            return ScaledIdentity(left.lam * self.lam, self.n)
        return Diagonal(left.diagonal() * self.lam)

    def _mapped(self, f):
        return ScaledIdentity(f(self.lam), self.n)

    def __matmul__(self, other):
        same_length(self.n, other.shape[0])
        return other * self.lam

    def _apply(self, b):
        return b * self.lam

    def _after(self, left):
        return left._scaled(self.lam)

    def _rows_scaled(self, d):
        return Diagonal(d * self.lam)

    def _columns_scaled(self, d):
        return Diagonal(self.lam * d)

    def sum(self, axis=None):
        """The sum of the entries, of the columns (`axis` 0) or of the rows (`axis` 1)."""
        return self.lam * self.n if axis is None else np.full(self.n, self.lam)

    def trace(self):
        """The sum of the diagonal."""
        return self.lam * self.n

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b`` for a vector or a matrix `b`."""
        same_length(self.n, b.shape[0])
        if self.lam == 0:
            raise np.linalg.LinAlgError(SINGULAR)
        return b / self.lam

    def det(self):
        """The determinant."""
        return self.lam**self.n

    def logdet(self):
        """The logarithm of the absolute value of the determinant."""
        return self.n * np.log(np.abs(self.lam))

    def inv(self):
        """The inverse."""
        if self.lam == 0:
            raise np.linalg.LinAlgError(SINGULAR)
        return ScaledIdentity(1 / self.lam, self.n)

    def _pull_d(self, a):
        return (np.trace(a),)

    def _pull_r(self, lam):
        return ScaledIdentity(lam / self.n, self.n)

    def _push_d(self, lam):
        return diagonal_matrix(np.full(self.n, lam))

    def _push_r(self, a):
        return (np.trace(a) / self.n,)
