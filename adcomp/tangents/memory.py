"""Arrays by the memory that they show: blocks, and gradients laid out like them.

Whether two arrays share memory is a question about addresses: ``x.T is x.T`` is False, and the ``id``
of an array that is gone comes back. A block is a range of bytes; arrays whose ranges meet are in one.
The gradient of a block is a buffer in which every array of the block has a place, with the offset and
the strides that it has in the block.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import AliasedArguments


class Tied(np.ndarray):
    """A gradient that is a total: the derivative with respect to a block of memory, seen through one array.

    Several arrays of a model may show one block, and each gets the same total. Whoever adds up the
    gradients of tied arrays must not add these: one of them is all there is.

    Examples
    --------
    >>> g = np.ones(3).view(Tied)
    >>> isinstance(g[1:], Tied), type(g.sum()).__name__
    (True, 'float64')
    """

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array[()] if return_scalar else super().__array_wrap__(array, context)


def owner(array: np.ndarray) -> np.ndarray:
    """The array whose memory a view shows.

    Examples
    --------
    >>> x = np.arange(6.0)
    >>> owner(x.reshape(2, 3).T[1:]) is x
    True
    """
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def address(array: np.ndarray) -> int:
    """The address of the first element."""
    return int(array.__array_interface__["data"][0])


def bounds(array: np.ndarray) -> tuple[int, int]:
    """The addresses of the first byte of an array and of the one after the last."""
    low = high = address(array)
    if array.size == 0:
        return low, low
    for length, stride in zip(array.shape, array.strides, strict=True):
        reach = (length - 1) * stride
        low, high = low + min(reach, 0), high + max(reach, 0)
    return low, high + array.itemsize


def overlaps_itself(array: np.ndarray) -> bool:
    """May two elements be in the same place?

    Examples
    --------
    >>> overlaps_itself(np.broadcast_to(1.0, 3)), overlaps_itself(np.ones((3, 3))[::-1, ::2])
    (True, False)
    """
    reach = array.itemsize
    axes = sorted((abs(s), n) for n, s in zip(array.shape, array.strides, strict=True) if n > 1)
    for stride, length in axes:
        if stride < reach:
            return array.size > 0
        reach += stride * (length - 1)
    return False


@dataclass(frozen=True)
class Block:
    """Bytes ``low <= address < high`` of numbers of one kind.

    ``real`` is the dtype of the numbers' real parts; an item of the gradient takes ``scale`` times the
    bytes of an item.
    """

    low: int
    high: int
    real: np.dtype
    scale: int

    def __contains__(self, array: np.ndarray) -> bool:
        low, high = bounds(array)
        return self.low <= low and high <= self.high and low < high

    def check(self, array: np.ndarray) -> None:
        """Refuse an array that shows the memory as numbers of another kind."""
        if real_part(array.dtype) != self.real:
            raise _reinterpreted(array.dtype, self.real)

    def memory(self) -> np.ndarray:
        """The bytes themselves; they are there as long as the arrays of the block are."""
        held: Any = (ctypes.c_byte * (self.high - self.low)).from_address(self.low)
        return np.frombuffer(held, np.uint8)

    def buffer(self) -> np.ndarray:
        """Zeros for the gradient of the block, as bytes."""
        return np.zeros((self.high - self.low) * self.scale, np.uint8)

    def seen(self, buffer: np.ndarray, array: np.ndarray) -> np.ndarray:
        """The part of a gradient's buffer that is the gradient of an array of the block."""
        self.check(array)
        offset = (address(array) - self.low) * self.scale
        strides = tuple(s * self.scale for s in array.strides)
        found: np.ndarray = np.ndarray(array.shape, cotangent_dtype(array.dtype), buffer, offset, strides)
        found.flags.writeable = not overlaps_itself(found)
        return found

    def add(self, buffer: np.ndarray, array: np.ndarray, gradient: np.ndarray) -> None:
        """Add the gradient of an array of the block; elements that are in one place get the sum.

        Examples
        --------
        >>> x = np.zeros(3)
        >>> block, = blocks([x])
        >>> buffer = block.buffer()
        >>> windows = np.lib.stride_tricks.sliding_window_view(x, 2)
        >>> block.add(buffer, windows, np.array([[1.0, 2.0], [3.0, 4.0]]))
        >>> block.seen(buffer, x)
        array([1., 5., 4.])
        """
        view = self.seen(buffer, array)
        if view.flags.writeable:
            view += gradient
            return
        low, high = bounds(view)
        start = low - address(buffer)
        items = buffer[start: start + high - low].view(view.dtype)
        place = np.full(view.shape, (address(view) - low) // view.itemsize)
        for axis, (length, stride) in enumerate(zip(view.shape, view.strides, strict=True)):
            steps = np.arange(length) * (stride // view.itemsize)
            place += steps.reshape([-1 if k == axis else 1 for k in range(view.ndim)])
        np.add.at(items, place, gradient)


def real_part(dtype: np.dtype) -> np.dtype:
    """The dtype of the real part of a number."""
    return np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype


def cotangent_dtype(dtype: np.dtype) -> np.dtype:
    """The dtype of the gradient of an array: float64 for integers."""
    return np.dtype(np.float64) if dtype.kind in "iu" else dtype


def has_numbers(array: Any) -> bool:
    """Is it an array that may have a gradient?"""
    return isinstance(array, np.ndarray) and array.dtype.kind in "iufc"


def blocks(arrays: Iterable[np.ndarray]) -> list[Block]:
    """The blocks of the memory that arrays show.

    Raises
    ------
    AliasedArguments
        Memory is read as numbers of two kinds, other than complex numbers and their parts.

    Examples
    --------
    >>> x, y = np.zeros(4), np.zeros(2)
    >>> [b.high - b.low for b in sorted(blocks([x[:3], x[2:], y]), key=lambda b: b.low - b.high)]
    [32, 16]
    """
    known = sorted(((*bounds(a), a.dtype) for a in arrays if a.size), key=lambda known: known[:2])
    merged: list[tuple[int, int, list[np.dtype]]] = []
    for low, high, dtype in known:
        if merged and low < merged[-1][1]:
            first, last, dtypes = merged[-1]
            merged[-1] = first, max(last, high), [*dtypes, dtype]
        else:
            merged.append((low, high, [dtype]))
    return [_block(*m) for m in merged if any(d.kind in "iufc" for d in m[2])]


def _block(low: int, high: int, dtypes: Sequence[np.dtype]) -> Block:
    real = {real_part(d) for d in dtypes if d.kind in "iufc"}
    if len(real) > 1:  # an owner of bytes is memory of any kind
        real = {d for d in real if d.itemsize > 1}
    if len(real) > 1:
        raise _reinterpreted(*sorted(real, key=str)[:2])
    kind = real.pop()
    return Block(low, high, kind, cotangent_dtype(kind).itemsize // kind.itemsize or 1)


def _reinterpreted(a: np.dtype, b: np.dtype) -> AliasedArguments:
    return AliasedArguments(f"memory is read as {a} and as {b}",
                            hint="convert with .astype, which copies, in place of .view")


def block_of(array: np.ndarray, known: Iterable[Block]) -> int | None:
    """The position of the block that an array is in; None if in none."""
    return next((k for k, block in enumerate(known) if array in block), None)
