"""Matrices of one number, and multiples of an array.

Spaces: the number of a `Fill` is every entry, so its cotangent is the sum of theirs; the natural form
spreads it evenly. A `ScaledMatrix` stores one number more than it has entries. Its cotangents
``v_bar = conj(alpha) A`` and ``alpha_bar = sum(conj(v) A)`` depend on each other, and no map from entries
makes all pairs; so generic rules refuse it as an output, and its natural cotangent is an array.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeMismatch
from ..tangents.structures import structure
from .base import Matrix
from .interpreter import dense_of
from .parts import (
    position,
    product_type,
    refuse_unless_number,
    same_length,
    same_shape,
    solved,
    times,
    zero_rows,
)


@structure(passive=("shape",))
class Fill(Matrix):
    """The same number everywhere.

    Parameters
    ----------
    value : number
    shape : (m, n)

    Examples
    --------
    >>> Fill(0.5, (2, 3)).sum()
    3.0
    """

    value: Any
    shape: Any

    def __post_init__(self) -> None:
        refuse_unless_number("Fill", "value", self.value)
        if not isinstance(self.shape, tuple) or len(self.shape) != 2:
            raise ShapeMismatch(f"Fill needs a shape of two lengths, not {self.shape!r}")

    @property
    def dtype(self):
        """The dtype of the entries."""
        return np.full(0, self.value).dtype

    @property
    def T(self):
        """The transpose."""
        return Fill(self.value, (self.shape[1], self.shape[0]))

    def dense(self):
        """The entries as an array."""
        return np.full(self.shape, self.value)

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        position(i, self.shape[0])
        position(j, self.shape[1])
        return self.value

    def diagonal(self):
        """The entries of the main diagonal."""
        return np.full(min(self.shape[0], self.shape[1]), self.value)

    def __add__(self, other):
        if isinstance(other, Matrix):
            same_shape(self.shape, other.shape)
            return other._added_to(self)
        if np.ndim(other) == 0:
            return Fill(self.value + other, self.shape)
        return self.dense() + other

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        if isinstance(other, Matrix):
            same_shape(self.shape, other.shape)
            return other._taken_from(self)
        if np.ndim(other) == 0:
            return Fill(self.value - other, self.shape)
        return self.dense() - other

    def __rsub__(self, other):
        if np.ndim(other) == 0:
            return Fill(other - self.value, self.shape)
        return other - self.dense()

    def _added_to(self, left):
        if isinstance(left, Fill):
            return Fill(left.value + self.value, self.shape)
        return left.dense() + self.dense()

    def _scaled(self, c):
        return Fill(self.value * c, self.shape)

    def _divided(self, c):
        return Fill(self.value / c, self.shape)

    def _entries_of(self, left):
        return left._scaled(self.value)

    def elementwise(self, f):
        """`f` of each entry."""
        return Fill(f(self.value), self.shape)

    def _mapped(self, f):
        return Fill(f(self.value), self.shape)

    def _apply(self, b):
        y = zero_rows(self.shape[0], b, product_type(np.full(0, self.value), b))
        y += self.value * np.sum(b, 0)
        return y

    def sum(self, axis=None):
        """The sum of the entries, of the columns (`axis` 0) or of the rows (`axis` 1)."""
        if axis is None:
            return self.value * (self.shape[0] * self.shape[1])
        if axis == 0 or axis == -2:
            return np.full(self.shape[1], self.value * self.shape[0])
        return np.full(self.shape[0], self.value * self.shape[1])

    def trace(self):
        """The sum of the diagonal."""
        return self.value * min(self.shape[0], self.shape[1])

    def _pull_d(self, a):
        return (np.sum(a),)

    def _pull_r(self, value):
        return Fill(value / (self.shape[0] * self.shape[1]), self.shape)

    def _push_d(self, value):
        return np.full(self.shape, value)

    def _push_r(self, a):
        return (np.sum(a) / (self.shape[0] * self.shape[1]),)


@structure
class ScaledMatrix(Matrix):
    """A number times an array; it stores one number more than it has entries.

    Parameters
    ----------
    v : array (m, n)
    alpha : number

    Examples
    --------
    >>> (3 * ScaledMatrix(np.array([[1.0, 2.0], [3.0, 4.0]]), 2.0)).alpha
    6.0
    """

    over_parametrised = True
    natural = False

    v: Any
    alpha: Any

    def __post_init__(self) -> None:
        refuse_unless_number("ScaledMatrix", "alpha", self.alpha)
        if np.ndim(self.v) != 2:
            raise ShapeMismatch(f"ScaledMatrix needs a matrix as v, not an array of shape {np.shape(self.v)}")

    @property
    def shape(self):
        """The number of rows and of columns."""
        return self.v.shape

    @property
    def dtype(self):
        """The dtype of the entries."""
        return product_type(self.v, np.full(0, self.alpha))

    @property
    def T(self):
        """The transpose."""
        return ScaledMatrix(self.v.T, self.alpha)

    def dense(self):
        """The entries as an array."""
        return self.v * self.alpha

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        i = position(i, self.v.shape[0])
        j = position(j, self.v.shape[1])
        return self.v[i, j] * self.alpha

    def __neg__(self):
        return ScaledMatrix(self.v, -self.alpha)

    def conj(self):
        """The conjugate matrix."""
        return ScaledMatrix(np.conj(self.v), np.conj(self.alpha))

    def _scaled(self, c):
        return ScaledMatrix(self.v, self.alpha * c)

    def _divided(self, c):
        return ScaledMatrix(self.v, self.alpha / c)

    def _apply(self, b):
        return times(self.v, b) * self.alpha

    def sum(self, axis=None):
        """The sum of the entries, of the columns (`axis` 0) or of the rows (`axis` 1)."""
        return (np.sum(self.v) if axis is None else np.sum(self.v, axis)) * self.alpha

    def diagonal(self):
        """The entries of the main diagonal."""
        return np.diag(self.v) * self.alpha

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b`` for a vector or a matrix `b`."""
        same_length(self.v.shape[0], b.shape[0])
        return solved(self.v, b) / self.alpha

    def det(self):
        """The determinant."""
        return np.linalg.det(self.v) * self.alpha ** self.v.shape[0]

    def logdet(self):
        """The logarithm of the absolute value of the determinant."""
        return np.linalg.slogdet(self.v)[1] + self.v.shape[0] * np.log(np.abs(self.alpha))

    def _pull_d(self, a):
        return a * np.conj(self.alpha), np.sum(np.conj(self.v) * a)

    def _project(self, a: Any) -> Any:
        return dense_of(a)

    def _restructure(self, a: Any) -> Any:
        return ScaledMatrix(a / self.alpha, self.alpha)

    def _pull_r(self, v, alpha):
        return v / np.conj(self.alpha)

    def _push_d(self, v, alpha):
        return v * self.alpha + self.v * alpha

    def _push_r(self, a):
        return a / self.alpha, np.zeros_like(self.alpha)
