"""Symmetric and Hermitian matrices, of which one triangle is stored.

The other triangle of ``data`` is junk: it is never read, and its cotangent is zero.

Spaces, for ``uplo == "U"`` and the cotangent ``A`` of the entries::

    natural       (A + A.T) / 2
    structural    data[i, j] = A[i, j] + A[j, i] for i < j, data[i, i] = A[i, i], zero elsewhere

A stored number is read at two places, so its cotangent is the sum; the natural form gives half of it to
each place. For Hermitian matrices the transpose is conjugated, and the diagonal is real.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tangents.structures import structure
from .base import Matrix
from .diagonal import Diagonal
from .identity import ScaledIdentity
from .parts import constant_of, position, refuse_unless_flag, refuse_unless_square
from .triangles import (
    conjugate_folded,
    conjugate_mirrored,
    folded,
    halved,
    hermitian_triangle,
    mirrored,
    on_triangle,
    triangle,
    with_diagonal,
)


@structure(static=("uplo",))
class Symmetric(Matrix):
    """A symmetric matrix.

    Parameters
    ----------
    data : array (n, n)
    uplo : {"U", "L"}
        Which triangle of `data` holds the numbers.

    Examples
    --------
    >>> Symmetric(np.array([[1.0, 2.0], [9.0, 3.0]])).dense()
    array([[1., 2.],
           [2., 3.]])
    """

    has_junk = True

    data: Any
    uplo: str = "U"

    def __post_init__(self) -> None:
        refuse_unless_square("Symmetric", self.data)
        refuse_unless_flag("Symmetric", self.uplo)

    @property
    def shape(self):
        """The number of rows and of columns."""
        return self.data.shape

    @property
    def dtype(self):
        """The dtype of the entries."""
        return self.data.dtype

    @property
    def T(self):
        """The transpose: the matrix itself."""
        return self

    def dense(self):
        """The entries as an array."""
        return self._push_d(self.data)

    def stored(self):
        """The triangle that is read, and zeros."""
        return triangle(self.data, self.uplo == "L")

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        n = self.data.shape[0]
        i = position(i, n)
        j = position(j, n)
        if (i < j) == (self.uplo == "L"):
            return self.data[j, i]
        return self.data[i, j]

    def diagonal(self):
        """The entries of the main diagonal."""
        return np.diag(self.data)

    def _added_to(self, left):
        if isinstance(left, Symmetric):
            if left.uplo == self.uplo:
                return Symmetric(left.stored() + self.stored(), self.uplo)
            return Symmetric(left.stored().T + self.stored(), self.uplo)
        return left.dense() + self.dense()

    def _plus_diagonal(self, d):
        return Symmetric(with_diagonal(self.stored(), d), self.uplo)

    def _scaled(self, c):
        return Symmetric(self.stored() * c, self.uplo)

    def _divided(self, c):
        return Symmetric(self.stored() / c, self.uplo)

    def _entries_of(self, left):
        if isinstance(left, Symmetric):
            if left.uplo == self.uplo:
                return Symmetric(left.stored() * self.stored(), self.uplo)
            return Symmetric(left.stored().T * self.stored(), self.uplo)
        return left.dense() * self.dense()

    def elementwise(self, f):
        """`f` of each entry: a symmetric matrix whatever `f` is."""
        return self._mapped(f)

    def _mapped(self, f):
        return Symmetric(on_triangle(f, self.data, self.uplo == "L"), self.uplo)

    def inv(self):
        """The inverse."""
        return Symmetric(np.linalg.inv(self.dense()), self.uplo)

    def _pull_d(self, a):
        return (folded(a, self.uplo == "L"),)

    def _holds(self, a: Matrix) -> bool:
        return isinstance(a, Diagonal | ScaledIdentity)

    def _pull_r(self, data):
        return Symmetric(halved(data, self.uplo == "L"), self.uplo)

    def _push_d(self, data):
        return mirrored(data, self.uplo == "L")

    def _push_r(self, a):
        return (triangle((a + a.T) / 2, self.uplo == "L"),)

    def _junk_free(self) -> Any:
        return self.dense()


@structure(static=("uplo",))
class Hermitian(Matrix):
    """A matrix that equals its conjugate transpose; the imaginary part of the diagonal is junk.

    Parameters
    ----------
    data : array (n, n)
    uplo : {"U", "L"}
        Which triangle of `data` holds the numbers.

    Examples
    --------
    >>> Hermitian(np.array([[1.0, 2.0], [4.0, 3.0]]), "L").dense()
    array([[1., 4.],
           [4., 3.]])
    """

    has_junk = True

    data: Any
    uplo: str = "U"

    def __post_init__(self) -> None:
        refuse_unless_square("Hermitian", self.data)
        refuse_unless_flag("Hermitian", self.uplo)

    @property
    def shape(self):
        """The number of rows and of columns."""
        return self.data.shape

    @property
    def dtype(self):
        """The dtype of the entries."""
        return self.data.dtype

    @property
    def T(self):
        """The transpose, which is the conjugate."""
        return self.conj()

    @property
    def H(self):
        """The conjugate transpose: the matrix itself."""
        return self

    def dense(self):
        """The entries as an array."""
        return self._push_d(self.data)

    def stored(self):
        """The triangle that is read, with a real diagonal, and zeros."""
        return hermitian_triangle(self.data, self.uplo == "L")

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        n = self.data.shape[0]
        i = position(i, n)
        j = position(j, n)
        if i == j:
            return np.real(self.data[i, i]) + constant_of(self.data, 0)
        if (i < j) == (self.uplo == "L"):
            return np.conj(self.data[j, i])
        return self.data[i, j]

    def diagonal(self):
        """The entries of the main diagonal, which are real."""
        return np.real(np.diag(self.data))

    def _added_to(self, left):
        if isinstance(left, Hermitian):
            if left.uplo == self.uplo:
                return Hermitian(left.stored() + self.stored(), self.uplo)
            return Hermitian(np.conj(left.stored().T) + self.stored(), self.uplo)
        return left.dense() + self.dense()

    def __neg__(self):
        return Hermitian(-self.stored(), self.uplo)

    def _plus_diagonal(self, d):
        if np.iscomplexobj(d):
            return with_diagonal(self.dense(), d)
        return Hermitian(with_diagonal(self.stored(), d), self.uplo)

    def _scaled(self, c):
        if np.iscomplexobj(c):
            return self.dense() * c
        return Hermitian(self.stored() * c, self.uplo)

    def _divided(self, c):
        if np.iscomplexobj(c):
            return self.dense() / c
        return Hermitian(self.stored() / c, self.uplo)

    def conj(self):
        """The conjugate, which is the transpose."""
        return Hermitian(np.conj(self.data), self.uplo)

    def inv(self):
        """The inverse."""
        return Hermitian(np.linalg.inv(self.dense()), self.uplo)

    def _pull_d(self, a):
        return (conjugate_folded(a, self.uplo == "L"),)

    def _project(self, a: Any) -> Any:
        if isinstance(a, Diagonal | ScaledIdentity):
            return Diagonal(np.real(a.diagonal()))
        return super()._project(a)

    def _pull_r(self, data):
        return Hermitian(halved(data, self.uplo == "L"), self.uplo)

    def _push_d(self, data):
        return conjugate_mirrored(data, self.uplo == "L")

    def _push_r(self, a):
        return (triangle((a + np.conj(a.T)) / 2, self.uplo == "L"),)

    def _junk_free(self) -> Any:
        return self.dense()
