"""Kronecker products.

Spaces: for the cotangent ``A`` of the entries, ``P`` gets ``sum_kl A[(i, k), (j, l)] conj(Q[k, l])`` and
``Q`` likewise. A number can go from one factor to the other without changing an entry, so there is no
way back from entries, and no natural cotangent.

Source: Golub and Van Loan, *Matrix Computations*, 12.3: ``(P kron Q) vec(X)`` are two small products.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeMismatch
from ..tangents.structures import structure
from .base import Matrix
from .interpreter import structural_of
from .parts import position, product_type, same_length, solved, times, zero_rows


@structure
class Kronecker(Matrix):
    """``P kron Q``: the blocks are ``P[i, j] * Q``.

    Parameters
    ----------
    P, Q : array (m, n) and array (k, l)

    Examples
    --------
    >>> K = Kronecker(np.array([[1.0, 2.0]]), np.eye(2))
    >>> K.dense()
    array([[1., 0., 2., 0.],
           [0., 1., 0., 2.]])
    """

    over_parametrised = True
    natural = False

    P: Any
    Q: Any

    def __post_init__(self) -> None:
        if np.ndim(self.P) != 2 or np.ndim(self.Q) != 2:
            raise ShapeMismatch(f"Kronecker needs two matrices, not arrays of shape {np.shape(self.P)} and "
                                f"{np.shape(self.Q)}")

    @property
    def shape(self):
        """The number of rows and of columns."""
        return self.P.shape[0] * self.Q.shape[0], self.P.shape[1] * self.Q.shape[1]

    @property
    def dtype(self):
        """The dtype of the entries."""
        return product_type(self.P, self.Q)

    @property
    def T(self):
        """The transpose."""
        return Kronecker(self.P.T, self.Q.T)

    def dense(self):
        """The entries as an array."""
        return dense_kronecker(self.P, self.Q)

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        i = position(i, self.P.shape[0] * self.Q.shape[0])
        j = position(j, self.P.shape[1] * self.Q.shape[1])
        k, l = self.Q.shape
        return self.P[i // k, j // l] * self.Q[i % k, j % l]

    def __neg__(self):
        return Kronecker(-self.P, self.Q)

    def conj(self):
        """The conjugate matrix."""
        return Kronecker(np.conj(self.P), np.conj(self.Q))

    def _scaled(self, c):
        return Kronecker(self.P * c, self.Q)

    def _divided(self, c):
        return Kronecker(self.P / c, self.Q)

    def _apply(self, b):
        return kronecker_product(self.P, self.Q, b)

    def sum(self, axis=None):
        """The sum of the entries, of the columns (`axis` 0) or of the rows (`axis` 1)."""
        if axis is None:
            return np.sum(self.P) * np.sum(self.Q)
        return np.outer(np.sum(self.P, axis), np.sum(self.Q, axis)).ravel()

    def diagonal(self):
        """The entries of the main diagonal."""
        if self.P.shape[0] == self.P.shape[1] and self.Q.shape[0] == self.Q.shape[1]:
            return np.outer(np.diag(self.P), np.diag(self.Q)).ravel()
        return np.diag(self.dense()).copy()

    def solve(self, b):
        """The solution ``x`` of ``self @ x == b`` for square `P` and `Q`."""
        same_length(self.P.shape[0] * self.Q.shape[0], b.shape[0])
        same_length(self.P.shape[0], self.P.shape[1])
        same_length(self.Q.shape[0], self.Q.shape[1])
        return kronecker_solve(self.P, self.Q, b)

    def det(self):
        """The determinant."""
        if self.P.shape[0] != self.P.shape[1] or self.Q.shape[0] != self.Q.shape[1]:
            return np.linalg.det(self.dense())
        return np.linalg.det(self.P) ** self.Q.shape[0] * np.linalg.det(self.Q) ** self.P.shape[0]

    def logdet(self):
        """The logarithm of the absolute value of the determinant."""
        if self.P.shape[0] != self.P.shape[1] or self.Q.shape[0] != self.Q.shape[1]:
            return np.linalg.slogdet(self.dense())[1]
        return (self.Q.shape[0] * np.linalg.slogdet(self.P)[1]
                + self.P.shape[0] * np.linalg.slogdet(self.Q)[1])

    def _pull_d(self, a):
        return outer_factor(a, np.conj(self.Q), self.P), inner_factor(a, np.conj(self.P), self.Q)

    def _project(self, a: Any) -> Any:
        return structural_of(self, a)

    def _push_d(self, P, Q):
        return dense_kronecker(P, self.Q) + dense_kronecker(self.P, Q)


def dense_kronecker(p, q):
    """The entries of the product."""
    k, l = q.shape
    y = np.zeros((p.shape[0] * k, p.shape[1] * l), product_type(p, q))
    for i in range(p.shape[0]):
        for j in range(p.shape[1]):
            for r in range(k):
                for c in range(l):
                    y[i * k + r, j * l + c] = p[i, j] * q[r, c]
    return y


def kronecker_product(p, q, b):
    """``(p kron q) @ b``: `q` on each block of rows, then `p` on the blocks."""
    k, l = q.shape
    inner = zero_rows(p.shape[1] * k, b, product_type(q, b))
    for j in range(p.shape[1]):
        inner[j * k:(j + 1) * k] = times(q, b[j * l:(j + 1) * l])
    y = zero_rows(p.shape[0] * k, b, product_type(p, inner))
    for i in range(p.shape[0]):
        for j in range(p.shape[1]):
            y[i * k:(i + 1) * k] += p[i, j] * inner[j * k:(j + 1) * k]
    return y


def kronecker_solve(p, q, b):
    """The solution for square factors: with `p` between blocks of rows, then with `q` inside of them."""
    m, k = p.shape[0], q.shape[0]
    width = 1 if np.ndim(b) == 1 else b.shape[1]
    blocks = np.zeros((m, k * width), b.dtype)
    for i in range(m):
        for r in range(k):
            blocks[i, r * width:(r + 1) * width] = b[i * k + r]
    between = solved(p, blocks)
    rows = np.zeros((k, m * width), between.dtype)
    for i in range(m):
        for r in range(k):
            rows[r, i * width:(i + 1) * width] = between[i, r * width:(r + 1) * width]
    inside = solved(q, rows)
    x = np.zeros(b.shape, inside.dtype)
    for i in range(m):
        for r in range(k):
            if np.ndim(b) == 1:
                x[i * k + r] = inside[r, i]
            else:
                x[i * k + r] = inside[r, i * width:(i + 1) * width]
    return x


def outer_factor(a, q, p):
    """For each block of `a` the sum of its entries times those of `q`."""
    k, l = q.shape
    y = np.zeros(p.shape, product_type(a, q))
    for i in range(p.shape[0]):
        for j in range(p.shape[1]):
            for r in range(k):
                for c in range(l):
                    y[i, j] += a[i * k + r, j * l + c] * q[r, c]
    return y


def inner_factor(a, p, q):
    """The sum of the blocks of `a`, each times its entry of `p`."""
    k, l = q.shape
    y = np.zeros(q.shape, product_type(a, p))
    for i in range(p.shape[0]):
        for j in range(p.shape[1]):
            for r in range(k):
                for c in range(l):
                    y[r, c] += a[i * k + r, j * l + c] * p[i, j]
    return y
