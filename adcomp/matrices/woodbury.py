"""A diagonal plus a matrix of low rank.

Source: Golub and Van Loan, *Matrix Computations*, 2.1.4, written without the inverse of the middle
factor, which may have zeros: with ``K = I + diag(d) A0.T diag(s)^-1 A0`` the determinant is
``det(K) prod(s)``.

Spaces: for the cotangent ``A`` of the entries ``A0`` gets ``(A + A.T) A0 diag(d)``, ``d`` the diagonal of
``A0.T A A0`` and ``s`` that of ``A`` (complex factors are conjugated). The numbers can be changed without
changing an entry, so there is no way back from entries, and no natural cotangent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeMismatch
from ..tangents.structures import structure
from .base import Matrix
from .interpreter import structural_of
from .parts import position, refuse_unless_vector, same_length, scale_rows, solved, times
from .triangles import with_diagonal


@structure
class Woodbury(Matrix):
    """``A0 @ diag(d) @ A0.T + diag(s)``.

    Parameters
    ----------
    A0 : array (n, k)
    d : array (k,)
    s : array (n,)

    Examples
    --------
    >>> W = Woodbury(np.ones((3, 1)), np.array([2.0]), np.ones(3))
    >>> W.solve(np.array([7.0, 7.0, 7.0]))
    array([1., 1., 1.])
    """

    over_parametrised = True
    natural = False

    A0: Any
    d: Any
    s: Any

    def __post_init__(self) -> None:
        if np.ndim(self.A0) != 2:
            raise ShapeMismatch(f"Woodbury needs a matrix as A0, not an array of shape {np.shape(self.A0)}")
        refuse_unless_vector("Woodbury", "d", self.d, self.A0.shape[1])
        refuse_unless_vector("Woodbury", "s", self.s, self.A0.shape[0])

    @property
    def shape(self):
        """The number of rows and of columns."""
        return len(self.s), len(self.s)

    @property
    def dtype(self):
        """The dtype of the entries."""
        return (np.empty(0, self.A0.dtype) * np.empty(0, self.d.dtype) + np.empty(0, self.s.dtype)).dtype

    @property
    def T(self):
        """The transpose: the matrix itself."""
        return self

    def dense(self):
        """The entries as an array."""
        return with_diagonal((self.A0 * self.d) @ self.A0.T, self.s)

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        i = position(i, len(self.s))
        j = position(j, len(self.s))
        y = np.sum(self.A0[i] * self.d * self.A0[j])
        if i == j:
            y += self.s[i]
        return y

    def diagonal(self):
        """The entries of the main diagonal."""
        return np.sum(self.A0 * self.A0 * self.d, 1) + self.s

    def _plus_diagonal(self, d):
        return Woodbury(self.A0, self.d, self.s + d)

    def __neg__(self):
        return Woodbury(self.A0, -self.d, -self.s)

    def conj(self):
        """The conjugate matrix."""
        return Woodbury(np.conj(self.A0), np.conj(self.d), np.conj(self.s))

    def _scaled(self, c):
        return Woodbury(self.A0, self.d * c, self.s * c)

    def _divided(self, c):
        return Woodbury(self.A0, self.d / c, self.s / c)

    def _apply(self, b):
        return times(self.A0 * self.d, times(self.A0.T, b)) + scale_rows(self.s, b)

    def sum(self, axis=None):
        """The sum of the entries, of the columns (`axis` 0) or of the rows (`axis` 1)."""
        of_columns = np.sum(self.A0, 0)
        if axis is None:
            return np.sum(of_columns * of_columns * self.d) + np.sum(self.s)
        return self.A0 @ (of_columns * self.d) + self.s

    def _capacitance(self):
        inner = self.A0.T @ (self.A0.T / self.s).T
        return np.eye(len(self.d), dtype=self.d.dtype) + scale_rows(self.d, inner)

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b``; with a zero in `s` that of the dense matrix."""
        same_length(len(self.s), b.shape[0])
        if np.any(self.s == 0):
            return solved(self.dense(), b)
        x = (b.T / self.s).T
        inner = solved(self._capacitance(), scale_rows(self.d, times(self.A0.T, x)))
        return x - (times(self.A0, inner).T / self.s).T

    def det(self):
        """The determinant."""
        if np.any(self.s == 0):
            return np.linalg.det(self.dense())
        return np.linalg.det(self._capacitance()) * np.prod(self.s)

    def logdet(self):
        """The logarithm of the absolute value of the determinant."""
        if np.any(self.s == 0):
            return np.linalg.slogdet(self.dense())[1]
        return np.linalg.slogdet(self._capacitance())[1] + np.sum(np.log(np.abs(self.s)))

    def _pull_d(self, a):
        factor = np.conj(self.A0)
        return (
            ((a + a.T) @ factor) * np.conj(self.d),
            np.sum(factor * (a @ factor), 0),
            np.diag(a),
        )

    def _project(self, a: Any) -> Any:
        return structural_of(self, a)

    def _push_d(self, A0, d, s):
        half = (A0 * self.d) @ self.A0.T
        return with_diagonal(half + half.T + (self.A0 * d) @ self.A0.T, s)
