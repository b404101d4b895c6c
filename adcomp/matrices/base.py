"""The base of the structured matrices.

A matrix is a structure: its fields hold the numbers, and its methods say what it means. Compiled code
reads the methods as it reads functions; so they use the Python that adcomp differentiates, and these
forms, which are decided while compiling:

- ``isinstance(x, C)`` for a class of matrices (`Matrix` itself too; an array or a number is none);
- ``np.ndim(x)``, which tells numbers, vectors and arrays apart, and ``np.iscomplexobj(x)``;
- ``axis is None``, a comparison of a static field (``self.uplo == "U"``), ``f in ZERO_PRESERVING``.

``A[i, j]`` with two integers means ``A.entry(i, j)``, any other subscript one of ``A.dense()``.
``x @ A``, ``x + A``, ``x - A`` and ``x * A`` with an array or a number ``x`` mean ``A.__rmatmul__(x)``
and so on.

Two matrices meet by double dispatch, so that no family has to know the others: ``A + B`` asks
``B._added_to(A)``, ``A - B`` asks ``B._taken_from(A)``, ``A @ B`` asks ``B._after(A)`` and ``A * B`` asks
``B._entries_of(A)``.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from .interpreter import Interpreted
from .parts import same_length, same_shape, scale_rows, solved, times
from .triangles import with_diagonal

ZERO_PRESERVING = (
    np.sin, np.tan, np.arcsin, np.arctan, np.sinh, np.tanh, np.arcsinh, np.arctanh, np.expm1, np.log1p,
    np.sqrt, np.cbrt, np.square, np.abs, np.fabs, np.sign, np.floor, np.ceil, np.trunc, np.rint,
    np.negative, np.positive, np.conjugate, np.deg2rad, np.rad2deg, np.radians, np.degrees,
)
"""The elementary functions that are zero at zero: they keep the structural zeros of a matrix."""


class Matrix(Interpreted):
    """A matrix whose structure its class knows.

    Attributes
    ----------
    over_parametrised : bool
        The fields hold more numbers than the entries determine; generic rules refuse such an output.
    natural : bool
        A cotangent in natural form may be an instance of this class.
    has_junk : bool
        Some stored numbers mean nothing, such as those of the triangle that is not read.
    """

    over_parametrised: ClassVar[bool] = False
    natural: ClassVar[bool] = True
    has_junk: ClassVar[bool] = False

    # What each class gives: dense(), shape, T, entry(i, j), diagonal(), _apply(b) for arrays b,
    # _scaled(c) and _divided(c) for numbers c, solve(b), _pull_d, _pull_r, _push_d, _push_r.

    @property
    def ndim(self):
        """Two."""
        return 2

    @property
    def H(self):
        """The conjugate transpose."""
        return self.T.conj()

    def conj(self):
        """The conjugate matrix."""
        return self._mapped(np.conj)

    # Sums

    def __add__(self, other):
        if isinstance(other, Matrix):
            same_shape(self.shape, other.shape)
            return other._added_to(self)
        return self.dense() + other

    def __radd__(self, other):
        return other + self.dense()

    def __sub__(self, other):
        if isinstance(other, Matrix):
            same_shape(self.shape, other.shape)
            return other._taken_from(self)
        return self.dense() - other

    def __rsub__(self, other):
        return other - self.dense()

    def _added_to(self, left):
        return left.dense() + self.dense()

    def _taken_from(self, left):
        return (-self)._added_to(left)

    def _plus_diagonal(self, d):
        return with_diagonal(self.dense(), d)

    def __neg__(self):
        return self._mapped(np.negative)

    def __pos__(self):
        return self

    def __abs__(self):
        return self.elementwise(np.abs)

    # Element by element

    def __mul__(self, other):
        if isinstance(other, Matrix):
            same_shape(self.shape, other.shape)
            return other._entries_of(self)
        if np.ndim(other) == 0:
            return self._scaled(other)
        return self._times_entries(other)

    def __rmul__(self, other):
        if np.ndim(other) == 0:
            return self._scaled(other)
        return self._times_entries(other)

    def __truediv__(self, other):
        if isinstance(other, Matrix):
            return self.dense() / other.dense()
        if np.ndim(other) == 0:
            return self._divided(other)
        return self.dense() / other

    def __rtruediv__(self, other):
        return other / self.dense()

    def __pow__(self, other):
        if isinstance(other, Matrix):
            return self.dense() ** other.dense()
        return self.dense() ** other

    def __rpow__(self, other):
        return other ** self.dense()

    def _scaled(self, c):
        return self.dense() * c

    def _divided(self, c):
        return self.dense() / c

    def _times_entries(self, a):
        return self.dense() * a

    def _entries_of(self, left):
        return left.dense() * self.dense()

    def elementwise(self, f):
        """`f` of each entry; the structure is kept where ``f(0) == 0`` allows it."""
        if f in ZERO_PRESERVING:
            return self._mapped(f)
        return f(self.dense())

    def _mapped(self, f):
        return f(self.dense())

    # Products

    def __matmul__(self, other):
        same_length(self.shape[1], other.shape[0])
        if isinstance(other, Matrix):
            return other._after(self)
        return self._apply(other)

    def __rmatmul__(self, other):
        same_length(other.shape[-1], self.shape[0])
        return self.T._apply(other.T).T

    def _apply(self, b):
        return times(self.dense(), b)

    def _after(self, left):
        """``left @ self`` for a matrix on the left."""
        return left._apply(self.dense())

    def _rows_scaled(self, d):
        return scale_rows(d, self.dense())

    def _columns_scaled(self, d):
        return self.dense() * d

    # Of the whole

    def sum(self, axis=None):
        """The sum of the entries, of the columns (`axis` 0) or of the rows (`axis` 1)."""
        return np.sum(self.dense()) if axis is None else np.sum(self.dense(), axis)

    def diagonal(self):
        """The entries of the main diagonal."""
        return np.diag(self.dense())

    def trace(self):
        """The sum of the diagonal."""
        return np.sum(self.diagonal())

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b`` for a vector or a matrix `b`."""
        same_length(self.shape[0], b.shape[0])
        return solved(self.dense(), b)

    def det(self):
        """The determinant."""
        return np.linalg.det(self.dense())

    def logdet(self):
        """The logarithm of the absolute value of the determinant."""
        return np.linalg.slogdet(self.dense())[1]

    def slogdet(self):
        """The sign of the determinant, and the logarithm of its absolute value."""
        return np.linalg.slogdet(self.dense())[0], self.logdet()

    def inv(self):
        """The inverse."""
        return np.linalg.inv(self.dense())

    def entry(self, i, j):
        """The entry in row `i` and column `j`; negative indices count from the end."""
        return self.dense()[i, j]

    # Spaces, in the interpreter

    def _project(self: Any, a: Any) -> Any:
        """The natural projection of a cotangent of this shape; smaller subspaces are let through."""
        if isinstance(a, Matrix) and self._holds(a):
            return a
        return self._pull_r(*self._pull_d_any(a))

    def _pull_d_any(self: Any, a: Any) -> Any:
        """`_pull_d` of an array or of a structured matrix."""
        return self._pull_matrix(a) if isinstance(a, Matrix) else self._pull_d(a)

    def _pull_checked(self: Any, a: Any) -> Any:
        """`_pull_d` of what a caller gives, which may have another shape."""
        same_shape(self.shape, a.shape)
        return self._pull_d_any(a)

    def _holds(self, a: Matrix) -> bool:
        """Whether a matrix of another type lies in the cotangent space as it is."""
        return False

    def _pull_matrix(self: Any, a: Matrix) -> Any:
        """`_pull_d` of a structured matrix."""
        return self._pull_d(a.dense())

    def _junk_free(self) -> Any:
        """This value without stored numbers that mean nothing."""
        return self
