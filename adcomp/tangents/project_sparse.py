"""Projection onto sparse matrices: the entries at the stored places of the value.

The pattern is the value's: explicit zeros belong to it, and indices keep their order. Where a place is stored
twice, which means the sum of the two, each of the two gets the full entry. A cotangent that has the value's
pattern already, repetitions included, is taken as one number for each stored one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse

from ..errors import ShapeMismatch, TangentError
from .project_arrays import ArrayProjector, converted, dense, tangent_dtype
from .projectors import NO_TANGENT, Projector
from .structural import Tangent


@dataclass(frozen=True, slots=True, eq=False)
class SparseProjector(Projector):
    """Of a sparse matrix of SciPy's (CSR, CSC, COO or BSR); the cotangent is of the same class.

    Parameters
    ----------
    cls : type
    shape : tuple of int
    dtype : dtype
        That of the cotangent.
    indices : tuple of ndarray
        Copies of the index arrays as the class stores them: ``indices, indptr``, or ``coords``.
    coordinates : tuple of ndarray
        The place of every stored number, in the order of storage.
    data_shape : tuple of int
        Of the array of stored numbers.

    Examples
    --------
    >>> x = scipy.sparse.csr_array([[0.0, 2.0], [3.0, 0.0]])
    >>> SparseProjector.of(x).project(np.array([[1.0, 4.0], [2.0, 5.0]])).data
    array([4., 2.])
    """

    cls: Any
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    indices: tuple[Any, ...]
    coordinates: tuple[Any, ...]
    data_shape: tuple[int, ...]

    @classmethod
    def of(cls, x: Any) -> Projector:
        """The projector of a sparse matrix."""
        if x.format not in ("csr", "csc", "coo", "bsr"):
            raise TangentError(f"a {type(x).__name__} has no projection",
                               hint="convert it to CSR, CSC, COO or BSR")
        dtype = tangent_dtype(x.dtype)
        if dtype is None:
            return NO_TANGENT
        pattern = _with_data(x, np.zeros(x.data.shape, np.int8))
        indices = _indices(x) if x.format == "coo" else (x.indices.copy(), x.indptr.copy())
        coordinates = tuple(np.array(c) for c in _indices(pattern.tocoo()))
        return cls(type(x), tuple(x.shape), dtype, indices, coordinates, tuple(x.data.shape))

    def project(self, x_bar: Any) -> Any:
        if isinstance(x_bar, Tangent):
            return self._made(self._data_of(x_bar))
        if scipy.sparse.issparse(x_bar):
            if tuple(x_bar.shape) != self.shape:
                raise ShapeMismatch("the cotangent has another shape than its value",
                                    x_bar.shape, self.shape)
            given: Any = x_bar
            return self._resampled(given)
        array = dense(x_bar)
        if array.shape != self.shape:
            raise ShapeMismatch("the cotangent has another shape than its value", array.shape, self.shape)
        return self._made(converted(array[self.coordinates], self.dtype))

    def _data_of(self, x_bar: Tangent) -> Any:
        if x_bar.primal_type is not self.cls:
            raise TangentError(f"the cotangent of a {self.cls.__name__} is a {x_bar!r}")
        for name in x_bar.fields:
            if name != "data":
                raise TangentError(f"of a {self.cls.__name__} only the field 'data' has a tangent")
        project = ArrayProjector(self.dtype, self.data_shape)
        data = project(x_bar["data"])
        return data if isinstance(data, np.ndarray) else project.zero()

    def _resampled(self, x_bar: Any) -> Any:
        if self._has_pattern(x_bar):
            if x_bar.dtype == self.dtype:
                return x_bar
            return self._made(converted(x_bar.data, self.dtype))
        if len(self.shape) == 1:
            return self.project(x_bar.toarray())
        rows: Any = scipy.sparse.csr_array(x_bar)  # sums what is stored twice
        data = np.zeros(len(self.coordinates[0]), x_bar.dtype)
        if len(data):
            data[:] = np.asarray(rows[self.coordinates]).ravel()
        return self._made(converted(data, self.dtype))

    def _has_pattern(self, x_bar: Any) -> bool:
        if type(x_bar) is not self.cls or x_bar.data.shape != self.data_shape:
            return False
        stored = _indices(x_bar) if x_bar.format == "coo" else (x_bar.indices, x_bar.indptr)
        return all(map(np.array_equal, stored, self.indices))

    def _made(self, data: Any) -> Any:
        data = data.reshape(self.data_shape)
        indices = tuple(i.copy() for i in self.indices)
        if issubclass(self.cls, scipy.sparse.coo_matrix | scipy.sparse.coo_array):
            return self.cls((data, indices), shape=self.shape)
        return self.cls((data, *indices), shape=self.shape)

    def zero(self) -> Any:
        return self._made(np.zeros(self.data_shape, self.dtype))


def _indices(x: Any) -> tuple[Any, ...]:
    """The coordinates of a COO matrix, copied."""
    return tuple(c.copy() for c in (x.coords if hasattr(x, "coords") else (x.row, x.col)))


def _with_data(x: Any, data: Any) -> Any:
    """A matrix with the pattern of `x`, whose order and repetitions it keeps."""
    if x.format == "coo":
        return type(x)((data, _indices(x)), shape=x.shape)
    return type(x)((data, x.indices, x.indptr), shape=x.shape)


sparse_projector = SparseProjector.of
