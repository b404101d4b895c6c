"""Derivatives where arguments share memory: ``alias="memory"``.

Arrays whose memory meets are in one block, and a block has one shadow: the result is the derivative
with respect to what was in the block when the function was called, seen through each array of the
block that derivatives are asked for. Where the function writes to no such memory, that is the sum of
the partial derivatives, each at its place. Where it does, there are no partial derivatives, and a
program is made in which the arguments are views of their block.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .backend.dispatch import DerivativeDispatcher
from .core.numba_adapter import python_function
from .errors import AliasedArguments
from .frontend.lifting import lifted
from .tangents.memory import Block, Tied, address, block_of, blocks, has_numbers, overlaps_itself
from .tangents.structures import structure_of

#: makes the derivative of a function, or of a stand-in for it, by positions (None: all that hold floats)
Make = Callable[[Any, tuple[int, ...] | None], DerivativeDispatcher]

#: for each array its block
Place = tuple[int | None, ...]

#: the gradients of blocks, as bytes
Totals = dict[int, np.ndarray]


class MemoryDerivative:
    """A derivative of a function whose arguments may share memory.

    Parameters
    ----------
    f : function
        The plain function, or a stand-in for it.
    make : callable
        ``make(function, positions)`` is the derivative by several arguments: a tuple of gradients.
    wrt : tuple of int, or None
        The positions of the arguments to differentiate by; None for all that hold floats.
    several : bool
        Whether the result is a tuple with an entry for each of them.
    before : int
        The number of arguments that come before those of `f`: one for the cotangent of the result.
    has_value : bool
        Whether the value comes first, in a pair.
    has_gradients : bool
        Whether there are gradients; if not, the result is that of the function.

    Notes
    -----
    It is a Python function, and not a dispatcher: compiled code cannot call it.
    """

    def __init__(self, f: Any, make: Make, wrt: tuple[int, ...] | None, *, several: bool,
                 before: int = 0, has_value: bool = False, has_gradients: bool = True) -> None:
        self.f, self.make, self.wrt, self.has_gradients = f, make, wrt, has_gradients
        self.several, self.before, self.has_value = several, before, has_value
        self._alone = self._latest = make(f, wrt)
        self._made: dict[Any, DerivativeDispatcher] = {}
        functools.update_wrapper(self, self._alone, updated=())
        self.__signature__ = inspect.signature(self._alone)

    @property
    def source(self) -> str:
        """The generated source of what ran last."""
        return self._latest.source

    def __repr__(self) -> str:
        return f"<{self._alone.__name__}, alias='memory'>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        bound = self.__signature__.bind(*args, **kwargs)
        bound.apply_defaults()
        return self.call(bound.args)

    def call(self, given: Sequence[Any]) -> Any:
        """The derivative for arguments that are given by position."""
        first, args = given[: self.before], tuple(given[self.before:])
        arrays = list(_arrays(args))
        _refuse_structures(args, arrays)
        known, place = _shared(arrays)
        if not known:
            self._latest = self._alone
            result = self._alone(*first, *args)
            return self._finished(result) if self.has_gradients else result
        wrt = self._positions(args) if self.has_gradients else ()
        asked = {place[k] for k, position in enumerate(_positions(args)) if position in wrt} - {None}
        value, totals, own = self.by_block(first, args, known, place, wrt, asked)
        if not self.has_gradients:
            return value
        seen = iter(zip(arrays, place, strict=True))
        parts = [(k, _seen(arg, own.get(k), seen, known, totals)) for k, arg in enumerate(args)]
        found = dict(parts)
        gradients = tuple(found[k] for k in wrt)
        return self._finished((value, gradients) if self.has_value else gradients)

    def by_block(self, first: Sequence[Any], args: tuple[Any, ...], known: Sequence[Block], place: Place,
                 wrt: tuple[int, ...], asked: set[int | None]) -> tuple[Any, Totals, dict[int, Any]]:
        """The value, the gradients of blocks, and those of the arguments `wrt` by themselves.

        Parameters
        ----------
        first, args : the arguments before those of the function, and these.
        known : blocks of memory.
        place : for each array of `args`, tuples taken apart, its block.
        wrt : positions of arguments.
        asked : the blocks to differentiate by. One that nothing depends on may be missing from the result.
        """
        try:
            return self._summed(first, args, known, place, wrt, asked)
        except AliasedArguments:
            if any(p is not None and overlaps_itself(a) for a, p in zip(_arrays(args), place, strict=True)):
                raise
            return self._in_blocks(first, args, known, place, wrt, asked)

    def _positions(self, args: Sequence[Any]) -> tuple[int, ...]:
        if self.wrt is not None:
            return self.wrt
        return tuple(k for k, arg in enumerate(args) if _holds_floats(arg))

    def _finished(self, result: Any) -> Any:
        if self.several:
            return result
        return (result[0], result[1][0]) if self.has_value else result[0]

    def _run(self, key: Any, function: Callable[[], Any], wrt: tuple[int, ...], args: Sequence[Any]
             ) -> tuple[Any, tuple[Any, ...]]:
        if key not in self._made:
            self._made[key] = self.make(function(), wrt)
        self._latest = self._made[key]
        result = self._latest(*args)
        if not self.has_gradients:
            return result, ()
        return result if self.has_value else (None, result)

    def _summed(self, first: Sequence[Any], args: tuple[Any, ...], known: Sequence[Block], place: Place,
                wrt: tuple[int, ...], asked: set[int | None]) -> tuple[Any, Totals, dict[int, Any]]:
        """The totals of the blocks as sums of partial derivatives."""
        positions = list(_positions(args))
        more = {positions[k] for k, block in enumerate(place) if block in asked}
        extended = tuple(sorted({*wrt, *more}))
        value, partials = self._run(extended, lambda: self.f, extended, (*first, *args))
        own = dict(zip(extended, partials, strict=True))
        totals: Totals = {}
        parts = [_leaves(own[k], arg) if k in own else [None] * sum(1 for _ in _arrays((arg,)))
                 for k, arg in enumerate(args)]
        flat = [p for some in parts for p in some]
        for array, block, partial in zip(_arrays(args), place, flat, strict=True):
            if block in asked and partial is not None:
                assert block is not None
                buffer = totals.setdefault(block, known[block].buffer())
                known[block].add(buffer, array, partial)
        return value, totals, own

    def _in_blocks(self, first: Sequence[Any], args: tuple[Any, ...], known: Sequence[Block], place: Place,
                   wrt: tuple[int, ...], asked: set[int | None]) -> tuple[Any, Totals, dict[int, Any]]:
        """The totals of the blocks by a program in which the arrays are views of them."""
        arrays = list(_arrays(args))
        members = [[a for a, p in zip(arrays, place, strict=True) if p == k] for k in range(len(known))]
        shared = [_items(block, some) for block, some in zip(known, members, strict=True) if some]
        offsets = [(address(a) - known[p].low) // a.itemsize
                   for a, p in zip(arrays, place, strict=True) if p is not None]
        count = len(known) + len(offsets)
        outside = [k for k in wrt if any(
            p is None for p, position in zip(place, _positions(args), strict=True) if position == k
        ) or not any(True for _ in _arrays((args[k],)))]
        order = sorted(k for k in asked if k is not None)
        value, results = self._run(
            (place, wrt), lambda: lifted(python_function(self.f) or self.f, blocks=len(known), place=place),
            (*order, *(count + k for k in outside)), (*first, *shared, *offsets, *args))
        totals: Totals = {k: g.view(np.uint8) for k, g in zip(order, results, strict=False) if g is not None}
        return value, totals, dict(zip(outside, results[len(order):], strict=True))


def _items(block: Block, members: Sequence[np.ndarray]) -> np.ndarray:
    """The memory of a block as an array of its items."""
    dtype = members[0].dtype
    if any(m.dtype != dtype or (address(m) - block.low) % dtype.itemsize for m in members):
        raise AliasedArguments(
            f"memory is written, and read as {dtype} and in another way",
            hint="pass arrays of one dtype, or copies")
    items = block.memory().view(dtype)
    items.flags.writeable = any(m.flags.writeable for m in members)
    return items


def _shared(arrays: Sequence[np.ndarray]) -> tuple[list[Block], Place]:
    """The blocks that several arrays are in, and for each array the number of its block."""
    numbers = [a for a in arrays if has_numbers(a)]
    if len(numbers) < 2:
        return [], ()
    found = blocks(numbers)
    if len(found) == len(numbers):
        return [], ()
    count = [sum(a in block for a in numbers) for block in found]
    known = [block for block, n in zip(found, count, strict=True) if n > 1]
    return known, tuple(block_of(a, known) if has_numbers(a) else None for a in arrays)


def _refuse_structures(args: Sequence[Any], arrays: Sequence[np.ndarray]) -> None:
    """Refuse a structure whose fields share memory with one another or with other arguments."""
    inside = list(_fields(args))
    if not inside:
        return
    numbers = [a for a in (*inside, *arrays) if has_numbers(a) and a.size]
    for block in blocks(numbers):
        members = [a for a in numbers if a in block]
        if len(members) > 1 and any(a in block for a in inside):
            raise AliasedArguments("a field of a structure shares memory with another argument or field",
                                   hint="pass a structure of copies, or pass the arrays themselves")


def _fields(args: Iterable[Any]) -> Iterator[np.ndarray]:
    """The arrays in the structures among arguments."""
    for arg in args:
        structure = structure_of(type(arg))
        if structure is not None:
            fields = [getattr(arg, name) for name in structure.fields]
            yield from _arrays(fields)
            yield from _fields(fields)
        elif isinstance(arg, tuple):
            yield from _fields(arg)


def copied_together(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Copies of arguments, of which those arrays share memory that did before.

    Examples
    --------
    >>> x = np.arange(3.0)
    >>> a, (b, n) = copied_together((x, (x[1:], 2)))
    >>> b[0] = 5.0
    >>> a, x
    (array([0., 5., 2.]), array([0., 1., 2.]))
    """
    known, _ = _shared(list(_arrays(args)))
    copies = [block.memory().copy() for block in known]

    def copied(arg: Any) -> Any:
        if isinstance(arg, tuple):
            items = map(copied, arg)
            return type(arg)(*items) if hasattr(arg, "_fields") else tuple(items)
        if isinstance(arg, dict):
            return {key: copied(value) for key, value in arg.items()}
        if isinstance(arg, list):
            return list(map(copied, arg))
        structure = structure_of(type(arg))
        if structure is not None:
            return type(arg)(*(copied(getattr(arg, name)) for name in structure.fields))
        if not isinstance(arg, np.ndarray):
            return arg
        block = block_of(arg, known) if has_numbers(arg) else None
        if block is None:
            return arg.copy(order="K")
        offset = address(arg) - known[block].low
        copy: np.ndarray = np.ndarray(arg.shape, arg.dtype, copies[block], offset, arg.strides)
        copy.flags.writeable = arg.flags.writeable
        return copy

    return tuple(map(copied, args))


def _seen(arg: Any, own: Any, places: Iterator[tuple[np.ndarray, int | None]], known: Sequence[Block],
          totals: dict[int, np.ndarray]) -> Any:
    """The gradient of an argument: its own, with totals in place of those of arrays in blocks."""
    if isinstance(arg, tuple):
        items = [_seen(item, own[k] if own is not None else None, places, known, totals)
                 for k, item in enumerate(arg)]
        return tuple(items)
    if isinstance(arg, np.ndarray):
        array, block = next(places)
        if block is not None:
            return known[block].seen(totals[block], array).view(Tied) if block in totals else None
    return own


def _arrays(args: Iterable[Any]) -> Iterator[np.ndarray]:
    for arg in args:
        if isinstance(arg, tuple):
            yield from _arrays(arg)
        elif isinstance(arg, np.ndarray):
            yield arg


def _positions(args: Sequence[Any]) -> Iterator[int]:
    """For each array, the position of the argument that it is in."""
    for k, arg in enumerate(args):
        for _ in _arrays((arg,)):
            yield k


def _leaves(gradient: Any, arg: Any) -> list[Any]:
    """The gradients of the arrays of an argument."""
    if isinstance(arg, tuple):
        return [leaf for k, item in enumerate(arg)
                for leaf in _leaves(None if gradient is None else gradient[k], item)]
    return [gradient] if isinstance(arg, np.ndarray) else []


def _holds_floats(arg: Any) -> bool:
    if isinstance(arg, tuple):
        return any(map(_holds_floats, arg))
    if isinstance(arg, np.ndarray):
        return arg.dtype.kind in "fc"
    return isinstance(arg, float | complex | np.floating | np.complexfloating)


__all__ = ["MemoryDerivative", "copied_together"]
