"""Sparse matrices by rows and by columns.

The pattern is part of the value: ``indices``, ``indptr`` and ``shape`` have no tangent, and the cotangent of
``data`` is the matrix's at each stored coordinate, explicit zeros included. A coordinate that is stored
more than once has the sum as its entry; each of its numbers gets the whole cotangent, and in natural form
an equal share.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeMismatch
from ..tangents.structures import structure
from .base import Matrix
from .compressed import (
    element,
    gathered_product,
    merged,
    placed_sum,
    sampled,
    scattered_product,
    shared,
    spread,
    union,
)
from .parts import position, same_shape


class Compressed(Matrix):
    """What both orders share."""

    data: Any
    indices: Any
    indptr: Any

    @property
    def dtype(self):
        """The dtype of the entries."""
        return self.data.dtype

    @property
    def nnz(self):
        """The number of stored entries."""
        return len(self.data)

    def _scaled(self, c):
        return self._like(self.data * c)

    def _divided(self, c):
        return self._like(self.data / c)

    def _mapped(self, f):
        return self._like(f(self._merged()))

    def _times_entries(self, a):
        return self._like(self.data * self._sample(np.broadcast_to(a, self.shape)))

    def __mul__(self, other):
        if isinstance(other, Matrix):
            same_shape(self.shape, other.shape)
            return self._times_entries(other.dense())
        if np.ndim(other) == 0:
            return self._scaled(other)
        return self._times_entries(other)

    def _entries_of(self, left):
        return self._times_entries(left.dense())

    def sum(self, axis=None):
        """The sum of the entries, of the columns (`axis` 0) or of the rows (`axis` 1)."""
        if axis is None:
            return np.sum(self.data)
        if axis == 0 or axis == -2:
            return self.T._apply(np.ones(self.shape[0], self.data.dtype))
        return self._apply(np.ones(self.shape[1], self.data.dtype))

    def _pull_d(self, a):
        return (self._sample(a),)

    def _pull_r(self, data):
        return self._like(self._share(data))

    def _push_d(self, data):
        return self._like(data).dense()

    def _push_r(self, a):
        return (self._share(self._sample(a)),)

    def _pull_checked(self: Any, a: Any) -> Any:
        same_shape(self.shape, a.shape)
        if isinstance(a, Compressed):
            return (self._entries_at(a),)
        return self._pull_d_any(a)

    def _pull_matrix(self: Any, a: Any) -> Any:
        if not isinstance(a, Compressed):
            return self._pull_d(a.dense())
        n = self.shape[1]
        data, rows, columns = a._triples()
        known, place = np.unique(rows * n + columns, return_inverse=True)
        entries = np.zeros(len(known) + 1, np.asarray(data).dtype)  # the last one: nothing is stored
        np.add.at(entries, place, data)
        _, rows, columns = self._triples()
        wanted = rows * n + columns
        at = np.searchsorted(known, wanted)
        found = (at < len(known)) & (np.append(known, -1)[at] == wanted)
        return (entries[np.where(found, at, len(known))],)

    def _triples(self) -> tuple[Any, np.ndarray, np.ndarray]:
        """The stored numbers, their rows and their columns."""
        raise NotImplementedError

    def _coordinates(self) -> tuple[np.ndarray, np.ndarray]:
        majors = np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))
        return majors, np.asarray(self.indices, np.int64)


@structure(passive=("indices", "indptr", "shape"))
class CSR(Compressed):
    """A matrix of compressed rows.

    Parameters
    ----------
    data : array (nnz,)
        The stored numbers, row by row.
    indices : integer array (nnz,)
        Their columns.
    indptr : integer array (m + 1,)
        Where each row begins, and where the last one ends.
    shape : (m, n)

    Examples
    --------
    >>> M = CSR(np.array([1.0, 2.0, 3.0]), np.array([0, 2, 1]), np.array([0, 2, 3]), (2, 3))
    >>> M @ np.array([1.0, -1.0, 2.0])
    array([ 5., -3.])
    """

    data: Any
    indices: Any
    indptr: Any
    shape: Any

    def __post_init__(self) -> None:
        _check("CSR", self, self.shape[0], self.shape[1])

    @classmethod
    def from_scipy(cls, matrix: Any) -> CSR:
        """The same matrix; explicit zeros and the order of the indices are kept."""
        rows = matrix.tocsr()
        return cls(rows.data, rows.indices, rows.indptr, tuple(rows.shape))

    def to_scipy(self) -> Any:
        """The matrix as SciPy's."""
        from scipy.sparse import csr_matrix

        return csr_matrix((self.data, self.indices, self.indptr), shape=self.shape)

    def _like(self, data):
        return CSR(data, self.indices, self.indptr, self.shape)

    @property
    def T(self):
        """The transpose, by columns."""
        return CSC(self.data, self.indices, self.indptr, (self.shape[1], self.shape[0]))

    def dense(self):
        """The entries as an array."""
        return spread(self.data, self.indices, self.indptr, self.shape[1])

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        i = position(i, self.shape[0])
        j = position(j, self.shape[1])
        return element(self.data, self.indices, self.indptr, i, j)

    def _added_to(self, left):
        if isinstance(left, CSR):
            indices, indptr, a, b = union(left.indices, left.indptr, self.indices, self.indptr, self.shape[1])
            return CSR(placed_sum(left.data, a, self.data, b, len(indices)), indices, indptr, self.shape)
        return left.dense() + self.dense()

    def _apply(self, b):
        return gathered_product(self.data, self.indices, self.indptr, b)

    def _sample(self, a):
        return sampled(a, self.indices, self.indptr)

    def _entries_at(self, a):
        y = np.zeros(len(self.indices), a.data.dtype)
        for i in range(self.shape[0]):
            for k in range(self.indptr[i], self.indptr[i + 1]):
                y[k] = a.entry(i, self.indices[k])
        return y

    def _share(self, data):
        return shared(data, self.indices, self.indptr, self.shape[1])

    def _merged(self):
        return merged(self.data, self.indices, self.indptr, self.shape[1])

    def _triples(self) -> tuple[Any, np.ndarray, np.ndarray]:
        rows, columns = self._coordinates()
        return self.data, rows, columns

    def _junk_free(self) -> Any:
        canonical = self.to_scipy().copy()  # sorting works in place
        canonical.sum_duplicates()
        return CSR.from_scipy(canonical)


@structure(passive=("indices", "indptr", "shape"))
class CSC(Compressed):
    """A matrix of compressed columns.

    Parameters
    ----------
    data : array (nnz,)
        The stored numbers, column by column.
    indices : integer array (nnz,)
        Their rows.
    indptr : integer array (n + 1,)
        Where each column begins, and where the last one ends.
    shape : (m, n)

    Examples
    --------
    >>> CSC(np.array([9.0, 7.0]), np.array([0, 1]), np.array([0, 1, 2]), (2, 2)).dense()
    array([[9., 0.],
           [0., 7.]])
    """

    data: Any
    indices: Any
    indptr: Any
    shape: Any

    def __post_init__(self) -> None:
        _check("CSC", self, self.shape[1], self.shape[0])

    @classmethod
    def from_scipy(cls, matrix: Any) -> CSC:
        """The same matrix; explicit zeros and the order of the indices are kept."""
        columns = matrix.tocsc()
        return cls(columns.data, columns.indices, columns.indptr, tuple(columns.shape))

    def to_scipy(self) -> Any:
        """The matrix as SciPy's."""
        from scipy.sparse import csc_matrix

        return csc_matrix((self.data, self.indices, self.indptr), shape=self.shape)

    def _like(self, data):
        return CSC(data, self.indices, self.indptr, self.shape)

    @property
    def T(self):
        """The transpose, by rows."""
        return CSR(self.data, self.indices, self.indptr, (self.shape[1], self.shape[0]))

    def dense(self):
        """The entries as an array."""
        return spread(self.data, self.indices, self.indptr, self.shape[0]).T

    def entry(self, i, j):
        """The entry in row `i` and column `j`."""
        i = position(i, self.shape[0])
        j = position(j, self.shape[1])
        return element(self.data, self.indices, self.indptr, j, i)

    def _added_to(self, left):
        if isinstance(left, CSC):
            indices, indptr, a, b = union(left.indices, left.indptr, self.indices, self.indptr, self.shape[0])
            return CSC(placed_sum(left.data, a, self.data, b, len(indices)), indices, indptr, self.shape)
        return left.dense() + self.dense()

    def _apply(self, b):
        return scattered_product(self.data, self.indices, self.indptr, self.shape[0], b)

    def _sample(self, a):
        return sampled(a.T, self.indices, self.indptr)

    def _entries_at(self, a):
        y = np.zeros(len(self.indices), a.data.dtype)
        for j in range(self.shape[1]):
            for k in range(self.indptr[j], self.indptr[j + 1]):
                y[k] = a.entry(self.indices[k], j)
        return y

    def _share(self, data):
        return shared(data, self.indices, self.indptr, self.shape[0])

    def _merged(self):
        return merged(self.data, self.indices, self.indptr, self.shape[0])

    def _triples(self) -> tuple[Any, np.ndarray, np.ndarray]:
        columns, rows = self._coordinates()
        return self.data, rows, columns

    def _junk_free(self) -> Any:
        canonical = self.to_scipy().copy()  # sorting works in place
        canonical.sum_duplicates()
        return CSC.from_scipy(canonical)


def _check(name: str, value: Any, majors: int, minors: int) -> None:
    if any(np.ndim(field) != 1 for field in (value.data, value.indices, value.indptr)):
        raise ShapeMismatch(f"{name} needs vectors as data, indices and indptr")
    if len(value.indptr) != majors + 1 or len(value.data) != len(value.indices):
        raise ShapeMismatch(f"{name} of shape {value.shape} needs {majors + 1} numbers in indptr, "
                            f"and as many indices as data")
    starts = np.asarray(value.indptr)
    if starts[0] != 0 or starts[-1] != len(value.data) or np.any(starts[1:] < starts[:-1]):
        raise ValueError(f"indptr of {name} does not go from 0 up to the number of stored entries")
    if len(value.indices) and not 0 <= np.min(value.indices) <= np.max(value.indices) < minors:
        raise ValueError(f"{name} of shape {value.shape} has an index out of bounds")
