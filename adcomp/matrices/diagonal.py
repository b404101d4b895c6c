"""Diagonal matrices.

Spaces: the cotangent of ``diag`` is the diagonal of the matrix's. What lies off the diagonal is never read,
so a partial that is infinite there does no harm.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tangents.structures import structure
from .base import Matrix
from .parts import (
    SINGULAR,
    constant_of,
    position,
    refuse_unless_vector,
    same_length,
    same_shape,
    scale_rows,
)
from .triangles import diagonal_matrix


@structure
class Diagonal(Matrix):
    """A matrix with zeros off its diagonal.

    Parameters
    ----------
    diag : array (n,)

    Examples
    --------
    >>> D = Diagonal(np.array([2.0, 4.0]))
    >>> D @ np.array([1.0, 1.0])
    array([2., 4.])
    >>> D + D
    Diagonal(diag=array([4., 8.]))
    """

    diag: Any

    def __post_init__(self) -> None:
        refuse_unless_vector("Diagonal", "diag", self.diag)

    @property
    def shape(self):
        """The number of rows and of columns."""
        return len(self.diag), len(self.diag)

    @property
    def dtype(self):
        """The dtype of the entries."""
        return self.diag.dtype

    @property
    def T(self):
        """The transpose: the matrix itself."""
        return self

    def dense(self):
        """The entries as an array."""
        return diagonal_matrix(self.diag)

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        n = len(self.diag)
        i = position(i, n)
        j = position(j, n)
        if i == j:
            return self.diag[i]
        return constant_of(self.diag, 0)

    def diagonal(self):
        """The entries of the main diagonal."""
        return self.diag.copy()

    def __add__(self, other):
        if isinstance(other, Matrix):
            same_shape(self.shape, other.shape)
            return other._plus_diagonal(self.diag)
        return self.dense() + other

    def __sub__(self, other):
        if isinstance(other, Matrix):
            same_shape(self.shape, other.shape)
            return other._taken_from_diagonal(self.diag)
        return self.dense() - other

    def _added_to(self, left):
        return left._plus_diagonal(self.diag)

    def _plus_diagonal(self, d):
        return Diagonal(self.diag + d)

    def _scaled(self, c):
        return Diagonal(self.diag * c)

    def _divided(self, c):
        return Diagonal(self.diag / c)

    def _times_entries(self, a):
        return Diagonal(self.diag * np.diag(np.broadcast_to(a, self.shape)))

    def __mul__(self, other):
        if isinstance(other, Matrix):
            same_shape(self.shape, other.shape)
            return Diagonal(self.diag * other.diagonal())
        if np.ndim(other) == 0:
            return Diagonal(self.diag * other)
        return self._times_entries(other)

    def _entries_of(self, left):
        return Diagonal(left.diagonal() * self.diag)

    def _mapped(self, f):
        return Diagonal(f(self.diag))

    def __matmul__(self, other):
        same_length(len(self.diag), other.shape[0])
        if isinstance(other, Matrix):
            return other._rows_scaled(self.diag)
        return scale_rows(self.diag, other)

    def _apply(self, b):
        return scale_rows(self.diag, b)

    def _after(self, left):
        return left._columns_scaled(self.diag)

    def _rows_scaled(self, d):
        return Diagonal(d * self.diag)

    def _columns_scaled(self, d):
        return Diagonal(self.diag * d)

    def sum(self, axis=None):
        """The sum of the entries, of the columns (`axis` 0) or of the rows (`axis` 1)."""
        return np.sum(self.diag) if axis is None else self.diag.copy()

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b`` for a vector or a matrix `b`."""
        same_length(len(self.diag), b.shape[0])
        if np.any(self.diag == 0):
            raise np.linalg.LinAlgError(SINGULAR)
        return (b.T / self.diag).T

    def det(self):
        """The determinant."""
        return np.prod(self.diag)

    def logdet(self):
        """The logarithm of the absolute value of the determinant."""
        return np.sum(np.log(np.abs(self.diag)))

    def inv(self):
        """The inverse."""
        if np.any(self.diag == 0):
            raise np.linalg.LinAlgError(SINGULAR)
        return Diagonal(constant_of(self.diag, 1) / self.diag)

    def _pull_d(self, a):
        return (np.diag(a),)

    def _pull_matrix(self, a: Matrix) -> Any:
        return (a.diagonal(),)

    def _pull_r(self, diag):
        return Diagonal(diag)

    def _push_d(self, diag):
        return diagonal_matrix(diag)

    def _push_r(self, a):
        return (np.diag(a),)
