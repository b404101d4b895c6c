"""Shadows whose zeros nobody reads.

Requires: verified, typed Core, simplified, and the names of the shadows.
Ensures:  the same meaning, but for the sign of zeros in cotangents. Where all that happens first to a
          shadow of zeros is a loop nest that adds once to each of its elements, the shadow is not
          filled, and the nest stores.

``x_bar = np.zeros_like(x)``, and then ``for i in range(x.size): x_bar[i] += e``, becomes
``x_bar = np.empty_like(x)`` and ``x_bar[i] = e``: one pass over the memory instead of two, and no load.

It takes a proof. The shadow and the nest are in one block, so one does not run without the other.
Nothing in between names the shadow, so there is no other name of it either, and the nest names it in
the addition only. A loop of the nest runs over each axis, from 0 to the axis's length, and neither a
branch nor an exit is in the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..core.ir import (
    Atom,
    Block,
    Const,
    For,
    Function,
    Let,
    Raise,
    SetItem,
    Stmt,
    Var,
    While,
    atoms_of,
    map_blocks,
    names_in,
    walk,
)
from ..core.types import Types, type_of
from .lengths import Lengths

_UNFILLED = {"np.zeros": "np.empty", "np.zeros_like": "np.empty_like"}

#: ops that read an array's shape and type alone
_SHAPE = frozenset((".shape", ".size", "len", "np.zeros_like", "np.empty_like"))

#: ops that return their first argument
_SAME = frozenset(("kernels.row", "kernels.at_least"))


def store_first(fn: Function, types: Types, shadows: set[str]) -> Function:
    """Replace zeros and the additions to them by stores."""
    lengths = Lengths(fn, types)

    def block(b: Block) -> Block:
        stmts = [map_blocks(s, block) for s in b.stmts]
        for k, stmt in enumerate(stmts):
            if isinstance(stmt, Let) and stmt.op in _UNFILLED and stmt.target in shadows:
                place = _first_use(stmts, k, stmt.target)
                nest = None if place is None else _Nest(stmt.target, types, lengths).stores(stmts[place])
                if place is not None and nest is not None:
                    stmts[k], stmts[place] = replace(stmt, op=_UNFILLED[stmt.op]), nest
        return Block(tuple(stmts), b.yields)

    return replace(fn, body=block(fn.body))


def _first_use(stmts: list[Stmt], start: int, name: str) -> int | None:
    """The first statement after ``start`` that uses an array for more than its shape."""
    for k in range(start + 1, len(stmts)):
        stmt = stmts[k]
        if isinstance(stmt, Let) and stmt.op in _SHAPE:
            continue
        if name in names_in(Block((stmt,))):
            return k
    return None


class _Nest:
    """A loop nest that adds once to each element of an array."""

    def __init__(self, array: str, types: Types, lengths: Lengths) -> None:
        self.array, self.types, self.lengths = array, types, lengths

    def stores(self, stmt: Stmt) -> For | None:
        """The nest with its first addition turned into a store, or None if it may not be."""
        if not isinstance(stmt, For) or any(isinstance(s, (Raise, While)) for s in walk(stmt.body)):
            return None
        return self._loop(stmt, ())

    def _loop(self, loop: For, outer: tuple[For, ...]) -> For | None:
        loops = (*outer, loop)
        if loop.parallel or Var(self.array) in (*atoms_of(loop), *loop.body.yields):
            return None
        uses = [k for k, s in enumerate(loop.body.stmts) if self.array in names_in(Block((s,)))]
        if not uses:
            return None
        first = loop.body.stmts[uses[0]]
        new: Stmt | None = None
        if isinstance(first, For) and len(uses) == 1:
            new = self._loop(first, loops)
        elif isinstance(first, SetItem):
            adds = [loop.body.stmts[k] for k in uses]
            if all(self._adds(s, first.index) for s in adds) and self._covers(first.index, loops):
                new = replace(first, accumulate=False)
        if new is None:
            return None
        stmts = (*loop.body.stmts[:uses[0]], new, *loop.body.stmts[uses[0] + 1:])
        return replace(loop, body=Block(stmts, loop.body.yields))

    def _adds(self, stmt: Stmt, index: tuple[Atom, ...]) -> bool:
        """Does a statement add to the element of an index, a number of the array's type?"""
        kind = self.types[self.array]
        return (
            isinstance(stmt, SetItem) and stmt.accumulate and stmt.index == index
            and stmt.array == Var(self.array) and Var(self.array) not in (*index, stmt.value)
            and type_of(stmt.value, self.types) == kind.dtype
        )

    def _covers(self, index: tuple[Atom, ...], loops: tuple[For, ...]) -> bool:
        """Is there a loop over each axis, and no other loop?"""
        axes = self.lengths.dims(self.array)
        if not len(index) == len(loops) == len(axes) == self.types[self.array].ndim:
            return False
        over = {loop.index: loop for loop in loops}
        named = {n: loop for loop in loops for n in (loop.index, *_names_of_index(loop))}
        found = [named.get(a.name) if isinstance(a, Var) else None for a in index]
        if None in found or len({f.index for f in found if f}) != len(over):
            return False
        return all(
            loop is not None and _starts_at_0(loop) and self.lengths.trips(loop) == length
            for loop, length in zip(found, axes, strict=True)
        )


def _starts_at_0(loop: For) -> bool:
    return loop.step == Const(1) and loop.start == Const(0) or (
        loop.step == Const(-1) and loop.stop == Const(-1))


def _names_of_index(loop: For) -> Iterator[str]:
    """Other names that a loop's body gives to the loop's index."""
    known = {loop.index}
    for stmt in loop.body.stmts:
        match stmt:
            case Let(target=target, op=op, args=(Var(name), *_)) if op in _SAME and name in known:
                known.add(target)
                yield target
