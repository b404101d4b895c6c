"""Rotations of the plane: the entries are not linear in the field.

Spaces: for the cotangent ``A`` of the entries, ``theta`` gets ``<A, J>`` with ``J`` the derivative of the
matrix, so the value is needed to say what the cotangents are. ``<J, J> == 2``, and the way back is
``theta_bar * J / 2``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tangents.structures import structure
from .base import Matrix
from .interpreter import structural_of
from .parts import position, product_type, refuse_unless_number, same_length, zero_rows
from .triangles import with_diagonal


@structure
class Rotation(Matrix):
    """``[[cos(theta), -sin(theta)], [sin(theta), cos(theta)]]``.

    Parameters
    ----------
    theta : real number

    Examples
    --------
    >>> (Rotation(0.25) @ Rotation(0.5)).theta
    0.75
    """

    natural = False

    theta: Any

    def __post_init__(self) -> None:
        refuse_unless_number("Rotation", "theta", self.theta)
        if np.iscomplexobj(self.theta):
            raise ValueError("the angle of Rotation is real")

    @property
    def shape(self):
        """Two rows and two columns."""
        return 2, 2

    @property
    def dtype(self):
        """The dtype of the entries."""
        return np.full(0, np.cos(self.theta)).dtype

    @property
    def T(self):
        """The transpose, which is the inverse."""
        return Rotation(-self.theta)

    def conj(self):
        """The conjugate: the matrix itself."""
        return self

    def dense(self):
        """The entries as an array."""
        c, s = np.cos(self.theta), np.sin(self.theta)
        return two_by_two(c, -s, s, c)

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        i = position(i, 2)
        j = position(j, 2)
        if i == j:
            return np.cos(self.theta)
        return np.sin(self.theta) if i > j else -np.sin(self.theta)

    def _mapped(self, f):
        return f(self.dense())

    def _taken_from(self, left):
        return left.dense() - self.dense()

    def _taken_from_diagonal(self, d):
        return with_diagonal(-self.dense(), d)

    def _after(self, left):
        if isinstance(left, Rotation):
            return Rotation(left.theta + self.theta)
        return left._apply(self.dense())

    def _apply(self, b):
        c, s = np.cos(self.theta), np.sin(self.theta)
        y = zero_rows(2, b, product_type(np.full(0, c), b))
        y[0] = c * b[0] - s * b[1]
        y[1] = s * b[0] + c * b[1]
        return y

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b``: the rotation back."""
        same_length(2, b.shape[0])
        return Rotation(-self.theta)._apply(b)

    def det(self):
        """The determinant: one."""
        return 1.0

    def logdet(self):
        """The logarithm of the determinant: zero."""
        return 0.0

    def inv(self):
        """The inverse."""
        return Rotation(-self.theta)

    def _pull_d(self, a):
        c, s = np.cos(self.theta), np.sin(self.theta)
        return (np.real((a[1, 0] - a[0, 1]) * c - (a[0, 0] + a[1, 1]) * s),)

    def _restructure(self, a: Any) -> Any:
        return Rotation(np.arctan2(a[1, 0] - a[0, 1], a[0, 0] + a[1, 1]))

    def _pull_r(self, theta):
        c, s = np.cos(self.theta), np.sin(self.theta)
        half = theta * 0.5
        return two_by_two(-s * half, -c * half, c * half, -s * half)

    def _project(self, a: Any) -> Any:
        return structural_of(self, a)

    def _push_d(self, theta):
        c, s = np.cos(self.theta), np.sin(self.theta)
        return two_by_two(-s * theta, -c * theta, c * theta, -s * theta)

    def _push_r(self, a):
        c, s = np.cos(self.theta), np.sin(self.theta)
        return (((a[1, 0] - a[0, 1]) * c - (a[0, 0] + a[1, 1]) * s) * 0.5,)


def two_by_two(a, b, c, d):
    """The matrix of four numbers, row by row."""
    y = np.full((2, 2), a)
    y[0, 1] = b
    y[1, 0] = c
    y[1, 1] = d
    return y
