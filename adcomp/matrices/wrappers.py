"""Transposes kept as wrappers: row vectors, and matrices seen the other way.

Spaces: ``parent`` gets the transpose of the matrix's cotangent, conjugated by `Adjoint`. The natural
cotangent of a row vector is a row vector of the same kind, which a plain vector is not; that of a wrapped
matrix is an array, because the wrapper was only a way to store it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeMismatch
from ..tangents.structures import structure
from .base import Matrix
from .parts import position, same_length, times


class Wrapper(Matrix):
    """What both share."""

    parent: Any

    def __post_init__(self) -> None:
        if np.ndim(self.parent) not in (1, 2):
            raise ShapeMismatch(f"{type(self).__name__} needs a vector or a matrix, not an array of shape "
                                f"{np.shape(self.parent)}")

    @property
    def shape(self):
        """The number of rows and of columns."""
        if np.ndim(self.parent) == 1:
            return 1, self.parent.shape[0]
        return self.parent.shape[1], self.parent.shape[0]

    @property
    def dtype(self):
        """The dtype of the entries."""
        return self.parent.dtype

    @property
    def H(self):
        """The conjugate transpose."""
        return np.conj(self.T)

    def _apply(self, b):
        return times(self.dense(), b)

    def __rmatmul__(self, other):
        same_length(other.shape[-1], self.shape[0])
        return times(other, self.dense())

    def _push_d(self, parent):
        return self._like(parent).dense()

    def _push_r(self, a):
        return self._pull_d(a)


@structure
class Transpose(Wrapper):
    """The transpose of a vector or of a matrix.

    Parameters
    ----------
    parent : array (n,) or (m, n)

    Examples
    --------
    >>> row = Transpose(np.array([1.0, 2.0, 3.0]))
    >>> row.shape, row @ np.ones(3)
    ((1, 3), array([6.]))
    """

    parent: Any

    def _like(self, parent):
        return Transpose(parent)

    @property
    def T(self):
        """What was transposed; a vector becomes a column."""
        return column(self.parent)

    def dense(self):
        """The entries as an array."""
        return column(self.parent).T.copy()

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        i = position(i, self.shape[0])
        j = position(j, self.shape[1])
        return column(self.parent)[j, i]

    def _added_to(self, left):
        if isinstance(left, Transpose):
            if np.ndim(left.parent) == np.ndim(self.parent):
                return Transpose(left.parent + self.parent)
        return left.dense() + self.dense()

    def _scaled(self, c):
        return Transpose(self.parent * c)

    def _divided(self, c):
        return Transpose(self.parent / c)

    def elementwise(self, f):
        """`f` of each entry."""
        return Transpose(f(self.parent))

    def _mapped(self, f):
        return Transpose(f(self.parent))

    def _pull_d(self, a):
        return (a[0] if np.ndim(self.parent) == 1 else a.T,)

    def _pull_r(self, parent):
        return Transpose(parent) if np.ndim(self.parent) == 1 else parent.T


@structure
class Adjoint(Wrapper):
    """The conjugate transpose of a vector or of a matrix.

    Parameters
    ----------
    parent : array (n,) or (m, n)

    Examples
    --------
    >>> Adjoint(np.array([1.0 + 2.0j, 3.0])).dense()
    array([[1.-2.j, 3.-0.j]])
    """

    parent: Any

    def _like(self, parent):
        return Adjoint(parent)

    @property
    def T(self):
        """The transpose, which is the conjugate of what was wrapped."""
        return np.conj(column(self.parent))

    def conj(self):
        """The conjugate matrix."""
        return Transpose(self.parent)

    def dense(self):
        """The entries as an array."""
        return np.conj(column(self.parent).T)

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        i = position(i, self.shape[0])
        j = position(j, self.shape[1])
        return np.conj(column(self.parent)[j, i])

    def _added_to(self, left):
        if isinstance(left, Adjoint):
            if np.ndim(left.parent) == np.ndim(self.parent):
                return Adjoint(left.parent + self.parent)
        return left.dense() + self.dense()

    def _scaled(self, c):
        return Adjoint(self.parent * np.conj(c))

    def _divided(self, c):
        return Adjoint(self.parent / np.conj(c))

    def elementwise(self, f):
        """`f` of each entry."""
        return Adjoint(np.conj(f(np.conj(self.parent))))

    def _mapped(self, f):
        return Adjoint(np.conj(f(np.conj(self.parent))))

    def _pull_d(self, a):
        return (np.conj(a[0] if np.ndim(self.parent) == 1 else a.T),)

    def _pull_r(self, parent):
        return Adjoint(parent) if np.ndim(self.parent) == 1 else np.conj(parent.T)


def column(a):
    """A matrix: a vector as a column."""
    return a.reshape((a.shape[0], 1)) if np.ndim(a) == 1 else a
