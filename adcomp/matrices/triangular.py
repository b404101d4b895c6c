"""Triangular matrices.

What ``data`` holds outside its triangle is junk: never read, and with a zero cotangent. The cotangent of
``data`` is the triangle of the matrix's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tangents.structures import structure
from .base import Matrix
from .diagonal import Diagonal, ScaledIdentity
from .parts import (
    constant_of,
    position,
    refuse_unless_square,
    same_length,
    same_shape,
    scale_rows,
    times,
)
from .substitution import lower_solve, upper_solve
from .triangles import on_triangle, triangle, with_diagonal


class Triangular(Matrix):
    """What the four types share: `triangle` selects the stored entries, `_like` makes a result."""

    has_junk = True

    data: Any

    def __post_init__(self) -> None:
        refuse_unless_square(type(self).__name__, self.data)

    @property
    def shape(self):
        """The number of rows and of columns."""
        return self.data.shape

    @property
    def dtype(self):
        """The dtype of the entries."""
        return self.data.dtype

    def dense(self):
        """The entries as an array."""
        return self.triangle(self.data)

    def diagonal(self):
        """The entries of the main diagonal."""
        return np.diag(self.data)

    def _plus_diagonal(self, d):
        return self._like(with_diagonal(self.dense(), d))

    def _scaled(self, c):
        return self._like(self.dense() * c)

    def _divided(self, c):
        return self._like(self.dense() / c)

    def _times_entries(self, a):
        return self._like(self.dense() * self.corner(np.broadcast_to(a, self.data.shape)))

    def _entries_of(self, left):
        return self._like(self.corner(left.dense()) * self.dense())

    def __mul__(self, other):
        if isinstance(other, Matrix):
            same_shape(self.data.shape, other.shape)
            return other._entries_of(self)
        if np.ndim(other) == 0:
            return self._scaled(other)
        return self._times_entries(other)

    def _rows_scaled(self, d):
        return self._like(scale_rows(d, self.dense()))

    def _columns_scaled(self, d):
        return self._like(self.dense() * d)

    def det(self):
        """The determinant."""
        return np.prod(self.diagonal())

    def logdet(self):
        """The logarithm of the absolute value of the determinant."""
        return np.sum(np.log(np.abs(self.diagonal())))

    def inv(self):
        """The inverse."""
        return self._like(self.solve(np.eye(self.data.shape[0], dtype=self.data.dtype)))

    def _pull_d(self, a):
        return (self.varying(a),)

    def _push_d(self, data):
        return self.varying(data)

    def _push_r(self, a):
        return (self.varying(a),)

    def _junk_free(self) -> Any:
        return self.dense()


class Upper(Triangular):
    """Zero below the diagonal."""

    def _like(self, data):
        return UpperTriangular(data)

    def corner(self, a):
        """What of an array lies on the triangle."""
        return triangle(a, False)

    def _added_to(self, left):
        if isinstance(left, Upper):
            return UpperTriangular(left.dense() + self.dense())
        return left.dense() + self.dense()

    def _after(self, left):
        if isinstance(left, Upper):
            return UpperTriangular(times(left.dense(), self.dense()))
        return left._apply(self.dense())


class Lower(Triangular):
    """Zero above the diagonal."""

    def _like(self, data):
        return LowerTriangular(data)

    def corner(self, a):
        """What of an array lies on the triangle."""
        return triangle(a, True)

    def _added_to(self, left):
        if isinstance(left, Lower):
            return LowerTriangular(left.dense() + self.dense())
        return left.dense() + self.dense()

    def _after(self, left):
        if isinstance(left, Lower):
            return LowerTriangular(times(left.dense(), self.dense()))
        return left._apply(self.dense())


@structure
class UpperTriangular(Upper):
    """A matrix that is zero below its diagonal.

    Parameters
    ----------
    data : array (n, n)

    Examples
    --------
    >>> U = UpperTriangular(np.array([[2.0, 4.0], [9.0, 1.0]]))
    >>> U.solve(np.array([6.0, 1.0]))
    array([1., 1.])
    """

    data: Any

    @property
    def T(self):
        """The transpose."""
        return LowerTriangular(self.data.T)

    def triangle(self, data):
        """The dense matrix that an array stores."""
        return triangle(data, False)

    def varying(self, a):
        """What of an array lies at stored entries."""
        return triangle(a, False)

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        n = self.data.shape[0]
        i = position(i, n)
        j = position(j, n)
        if i <= j:
            return self.data[i, j]
        return constant_of(self.data, 0)

    def _mapped(self, f):
        return UpperTriangular(on_triangle(f, self.data, False))

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b``, by substitution."""
        same_length(self.data.shape[0], b.shape[0])
        return upper_solve(self.data, b, False)

    def _holds(self, a: Matrix) -> bool:
        return isinstance(a, Diagonal | ScaledIdentity)

    def _pull_r(self, data):
        return UpperTriangular(triangle(data, False))


@structure
class LowerTriangular(Lower):
    """A matrix that is zero above its diagonal.

    Parameters
    ----------
    data : array (n, n)

    Examples
    --------
    >>> L = LowerTriangular(np.array([[2.0, 9.0], [4.0, 1.0]]))
    >>> L.det(), L[0, 1]
    (np.float64(2.0), np.float64(0.0))
    """

    data: Any

    @property
    def T(self):
        """The transpose."""
        return UpperTriangular(self.data.T)

    def triangle(self, data):
        """The dense matrix that an array stores."""
        return triangle(data, True)

    def varying(self, a):
        """What of an array lies at stored entries."""
        return triangle(a, True)

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        n = self.data.shape[0]
        i = position(i, n)
        j = position(j, n)
        if i >= j:
            return self.data[i, j]
        return constant_of(self.data, 0)

    def _mapped(self, f):
        return LowerTriangular(on_triangle(f, self.data, True))

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b``, by substitution."""
        same_length(self.data.shape[0], b.shape[0])
        return lower_solve(self.data, b, False)

    def _holds(self, a: Matrix) -> bool:
        return isinstance(a, Diagonal | ScaledIdentity)

    def _pull_r(self, data):
        return LowerTriangular(triangle(data, True))
