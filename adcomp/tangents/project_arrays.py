"""Projection onto arrays of numbers."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ShapeMismatch, TangentError
from .lazy import Lazy
from .projectors import NO_TANGENT, Projector, is_number
from .zeros import HardZero, NoTangent, NotImplementedTangent


def tangent_dtype(dtype: np.dtype[Any]) -> np.dtype[Any] | None:
    """The dtype of a cotangent: integers count as float64; None for what has no tangent.

    Examples
    --------
    >>> tangent_dtype(np.dtype("i2")), tangent_dtype(np.dtype("f4")), tangent_dtype(np.dtype("?"))
    (dtype('float64'), dtype('float32'), None)
    """
    if dtype.kind in "iu":
        return np.dtype(np.float64)
    return dtype.newbyteorder("=") if dtype.kind in "fc" else None


def fitted(x_bar: Any, shape: tuple[int, ...]) -> Any:
    """An array in the shape of its value: axes of length one are added or dropped on the right.

    Nothing is summed, broadcast or transposed: that is for the rules to do.

    Raises
    ------
    ShapeMismatch
        The shapes differ in more than that.

    Examples
    --------
    >>> fitted(np.ones((3, 1)), (3,)).shape
    (3,)
    >>> fitted(np.ones((1, 3)), (3,))
    Traceback (most recent call last):
        ...
    adcomp.errors.ShapeMismatch: the cotangent has another shape than its value: (1, 3) instead of (3,)
    """
    if x_bar.shape == shape:
        return x_bar
    longer = max(x_bar.ndim, len(shape))
    if _padded(x_bar.shape, longer) != _padded(shape, longer) or x_bar.ndim == 0:
        raise ShapeMismatch("the cotangent has another shape than its value", x_bar.shape, shape)
    return x_bar.reshape(shape)


def _padded(shape: tuple[int, ...], length: int) -> tuple[int, ...]:
    return shape + (1,) * (length - len(shape))


def converted(x_bar: Any, dtype: np.dtype[Any]) -> Any:
    """An array in another dtype: the real part, if only `x_bar` is complex."""
    if x_bar.dtype == dtype:
        return x_bar
    if x_bar.dtype.kind == "O":
        return _converted_objects(x_bar, dtype)
    if x_bar.dtype.kind not in "biufc":
        raise TangentError(f"the cotangent of an array of numbers has dtype {x_bar.dtype}")
    if x_bar.dtype.kind == "c" and dtype.kind != "c":
        x_bar = x_bar.real
    return x_bar.astype(dtype)


def _converted_objects(x_bar: Any, dtype: np.dtype[Any]) -> Any:
    """An array of objects, among which hard zeros count as 0."""
    result = np.zeros(x_bar.shape, dtype)
    for index in np.ndindex(x_bar.shape):
        entry = x_bar[index]
        if isinstance(entry, HardZero):
            continue
        if not is_number(entry):
            raise TangentError(f"the cotangent of an array of numbers holds a {type(entry).__name__}")
        result[index] = entry if dtype.kind == "c" else entry.real
    return result


def is_sparse(x: Any) -> bool:
    """Whether it is a sparse matrix of SciPy's, which is not loaded to find that out."""
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and bool(sparse.issparse(x))


def dense(x_bar: Any) -> Any:
    """A cotangent as a plain array: of a structured, sparse or masked one its entries.

    Raises
    ------
    TangentError
        It has no entries.
    """
    if type(x_bar) is np.ndarray:
        return x_bar
    if isinstance(x_bar, np.ma.MaskedArray):
        return np.ma.getdata(x_bar.filled(0))
    if is_number(x_bar) or isinstance(x_bar, np.ndarray):
        return np.asarray(x_bar)
    if is_sparse(x_bar):
        return x_bar.toarray()
    if callable(getattr(x_bar, "dense", None)):
        return np.asarray(x_bar.dense())
    if isinstance(x_bar, list | tuple):
        return stacked(x_bar)
    if hasattr(x_bar, "__array__"):
        return np.asarray(x_bar)
    raise TangentError(f"the cotangent of an array is a {type(x_bar).__name__}")


def stacked(parts: Any) -> Any:
    """The array of equally shaped parts along a new first axis; hard zeros among them are zeros."""
    arrays = [None if isinstance(p, HardZero) else dense(p.force() if isinstance(p, Lazy) else p)
              for p in parts]
    known = [a for a in arrays if a is not None]
    shapes = {a.shape for a in known}
    if len(shapes) > 1:
        raise ShapeMismatch(f"the parts of the cotangent of an array differ in shape: {sorted(shapes)}")
    if not known:
        return np.zeros(len(arrays))
    return np.stack([np.zeros_like(known[0]) if a is None else a for a in arrays])


def only_hard_zeros(x_bar: Any) -> bool:
    """Whether an object array, list or tuple holds hard zeros and nothing else."""
    if isinstance(x_bar, np.ndarray):
        return x_bar.dtype.kind == "O" and x_bar.size > 0 and all(
            isinstance(entry, HardZero) for entry in x_bar.flat)
    return isinstance(x_bar, list | tuple) and len(x_bar) > 0 and all(
        isinstance(entry, HardZero) or only_hard_zeros(entry) for entry in x_bar)


@dataclass(frozen=True, slots=True)
class ArrayProjector(Projector):
    """Of an array of numbers: its dtype and shape.

    A list or a tuple of parts is stacked; from a tuple, which is what unpacking an array leaves, it is
    reshaped too. The result is the cotangent itself if dtype and shape are right.

    Parameters
    ----------
    dtype : dtype
        That of the cotangent.
    shape : tuple of int
    order : str
        ``"F"`` if fresh arrays are to be in Fortran order.

    Examples
    --------
    >>> ArrayProjector(np.dtype("f4"), (2,))(np.array([0.5 + 1j, 2.0]))
    array([0.5, 2. ], dtype=float32)
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    order: str = "C"

    def project(self, x_bar: Any) -> Any:
        if type(x_bar) is np.ndarray and x_bar.shape == self.shape and x_bar.dtype == self.dtype:
            return x_bar
        if only_hard_zeros(x_bar):
            self._check_length(x_bar)
            return NoTangent
        missing = _not_implemented(x_bar)
        if missing is not None:
            return missing
        array = dense(x_bar)
        if isinstance(x_bar, tuple) and array.size == _size(self.shape):
            array = array.reshape(self.shape)
        if array.ndim == 0 and self.shape != ():
            raise ShapeMismatch("the cotangent of an array is one number", (), self.shape)
        return converted(fitted(array, self.shape), self.dtype)

    def _check_length(self, x_bar: Any) -> None:
        if len(x_bar) not in (self.shape[0] if self.shape else 1, _size(self.shape)):
            raise ShapeMismatch("the cotangent has another length than its value",
                                (len(x_bar),), self.shape)

    def zero(self) -> Any:
        return np.zeros(self.shape, self.dtype, order=self.order)  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class ArrayTypeProjector(Projector):
    """Of an array of which the dtype and the number of axes are known, and not their lengths."""

    dtype: np.dtype[Any]
    ndim: int

    def project(self, x_bar: Any) -> Any:
        if only_hard_zeros(x_bar):
            return NoTangent
        array = dense(x_bar)
        if array.ndim < self.ndim or any(n != 1 for n in array.shape[self.ndim:]):
            raise ShapeMismatch(f"the cotangent of an array with {self.ndim} axes has the shape "
                                f"{array.shape}")
        return converted(fitted(array, array.shape[: self.ndim]), self.dtype)

    def zero(self) -> Any:
        raise TangentError("the zero of an array needs its shape, which its type does not tell")


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for n in shape:
        size *= n
    return size


def _not_implemented(x_bar: Any) -> NotImplementedTangent | None:
    """A part of a list or tuple of which the derivative is not known: then none of it is."""
    if isinstance(x_bar, list | tuple):
        for part in x_bar:
            if isinstance(part, NotImplementedTangent):
                return part
    return None


def array_projector(x: Any) -> Projector:
    """The projector of an array of numbers, or of what has none."""
    dtype = tangent_dtype(x.dtype)
    if dtype is None:
        return NO_TANGENT
    fortran = x.flags.f_contiguous and not x.flags.c_contiguous
    return ArrayProjector(dtype, tuple(x.shape), "F" if fortran else "C")
