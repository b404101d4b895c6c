"""Triangular matrices with ones on their diagonal.

The ones are no numbers that could vary: their cotangent is zero, and what ``data`` holds at their places is
junk like the other triangle.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tangents.structures import structure
from .parts import constant_of, position, same_length
from .substitution import lower_solve, upper_solve
from .triangles import on_triangle, strict_triangle, unit_triangle
from .triangular import Lower, LowerTriangular, Upper, UpperTriangular


@structure
class UnitUpperTriangular(Upper):
    """An upper triangular matrix with ones on its diagonal, whatever `data` has there.

    Its natural cotangent is an `UpperTriangular` with a diagonal of zeros.

    Parameters
    ----------
    data : array (n, n)
    """

    data: Any

    @property
    def T(self):
        """The transpose."""
        return UnitLowerTriangular(self.data.T)

    def triangle(self, data):
        """The dense matrix that an array stores."""
        return unit_triangle(data, False)

    def varying(self, a):
        """What of an array lies at stored entries."""
        return strict_triangle(a, False)

    def diagonal(self):
        """The entries of the main diagonal."""
        return np.ones(self.data.shape[0], self.data.dtype)

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        n = self.data.shape[0]
        i = position(i, n)
        j = position(j, n)
        if i < j:
            return self.data[i, j]
        return constant_of(self.data, i == j)

    def _mapped(self, f):
        return UpperTriangular(on_triangle(f, self.dense(), False))

    def conj(self):
        """The conjugate matrix."""
        return UnitUpperTriangular(np.conj(self.data))

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b``, by substitution."""
        same_length(self.data.shape[0], b.shape[0])
        return upper_solve(self.data, b, True)

    def _pull_r(self, data):
        return UpperTriangular(strict_triangle(data, False))


@structure
class UnitLowerTriangular(Lower):
    """A lower triangular matrix with ones on its diagonal, whatever `data` has there.

    Its natural cotangent is a `LowerTriangular` with a diagonal of zeros.

    Parameters
    ----------
    data : array (n, n)

    Examples
    --------
    >>> UnitLowerTriangular(np.array([[7.0, 9.0], [4.0, 7.0]])).dense()
    array([[1., 0.],
           [4., 1.]])
    """

    data: Any

    @property
    def T(self):
        """The transpose."""
        return UnitUpperTriangular(self.data.T)

    def triangle(self, data):
        """The dense matrix that an array stores."""
        return unit_triangle(data, True)

    def varying(self, a):
        """What of an array lies at stored entries."""
        return strict_triangle(a, True)

    def diagonal(self):
        """The entries of the main diagonal."""
        return np.ones(self.data.shape[0], self.data.dtype)

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        n = self.data.shape[0]
        i = position(i, n)
        j = position(j, n)
        if i > j:
            return self.data[i, j]
        return constant_of(self.data, i == j)

    def _mapped(self, f):
        return LowerTriangular(on_triangle(f, self.dense(), True))

    def conj(self):
        """The conjugate matrix."""
        return UnitLowerTriangular(np.conj(self.data))

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b``, by substitution."""
        same_length(self.data.shape[0], b.shape[0])
        return lower_solve(self.data, b, True)

    def _pull_r(self, data):
        return LowerTriangular(strict_triangle(data, True))
