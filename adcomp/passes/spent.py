"""Cotangents that nobody reads again.

Requires: verified, typed Core.
Ensures:  the same results. A store ends the cotangent of what it overwrites, so the reverse sweep reads
          an element of a shadow and sets it to zero; where no statement that may run afterwards reads
          the element, it is not set to zero.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from ..core.ir import (
    Atom,
    Block,
    Call,
    Const,
    For,
    Function,
    Let,
    SetItem,
    Stmt,
    Var,
    While,
    blocks_of,
    bound_in,
    map_blocks,
)
from ..core.ops import Effect, effect_of
from ..core.types import Types, is_array
from .alias import Aliases, find_aliases, is_view
from .least import Least, find_least

Loop = For | While


@dataclass(frozen=True)
class Use:
    """A statement that touches an array: where it stands, and the loops around it."""

    stmt: Stmt
    array: Var
    position: int
    block: int
    loops: tuple[tuple[Loop, int], ...]  #: each with the position at which it starts
    index: tuple[Atom, ...] = ()


def drop_spent(fn: Function, types: Types, reverses: Collection[str] = ()) -> Function:
    """Remove the stores of zeros that come after the last use of an element.

    ``reverses`` are the ops that call a reverse function: it keeps none of the arrays that it is given.
    """
    aliases = find_aliases(fn, types)
    uses = list(_Uses(types).block(fn.body, ()))
    alive = {*fn.params, *fn.namespace}
    alive |= {s.name for atom in fn.body.yields for s in aliases.of(atom)}
    alive |= {s.name for u in uses if _keeps(u.stmt, types, reverses) for s in aliases.of(u.array)}
    reads = [u for u in uses if not (isinstance(u.stmt, SetItem) and not u.stmt.accumulate)]
    least = find_least(fn.body, types)
    gone = {
        id(u.stmt) for u in uses
        if _is_zero(u.stmt) and aliases.of(u.array)
        and alive.isdisjoint(s.name for s in aliases.of(u.array))
        and all(_is_before(read, u, aliases, least) for read in reads if _meet(read, u, aliases))
    }

    def block(b: Block) -> Block:
        return Block(tuple(map_blocks(s, block) for s in b.stmts if id(s) not in gone), b.yields)

    return replace(fn, body=block(fn.body)) if gone else fn


class _Uses:
    """Walks a function in program order."""

    def __init__(self, types: Types) -> None:
        self.types, self.clock = types, 0

    def block(self, block: Block, loops: tuple[tuple[Loop, int], ...]) -> Iterator[Use]:
        for stmt in block.stmts:
            self.clock += 1
            start = self.clock
            for array, index in self._arrays(stmt):
                yield Use(stmt, array, self.clock, id(block), loops, index)
            inner = (*loops, (stmt, start)) if isinstance(stmt, (For, While)) else loops
            for part in blocks_of(stmt):
                yield from self.block(part, inner)

    def _arrays(self, stmt: Stmt) -> Iterator[tuple[Var, tuple[Atom, ...]]]:
        match stmt:
            case SetItem(array=Var() as array, index=index):
                yield array, index
            case Let(op="[]", args=(Var() as array, *index)) if is_array(self.types.get(array.name)):
                if not is_view(stmt, self.types):
                    yield array, tuple(index)
            case Let(op=op) if effect_of(op) is Effect.FRESH or op in (".shape", ".size", "len"):
                pass
            case Let(args=args) | Call(args=args):
                if not (isinstance(stmt, Let) and is_view(stmt, self.types)):
                    for atom in args:
                        if isinstance(atom, Var) and is_array(self.types.get(atom.name)):
                            yield atom, ()


def _keeps(stmt: Stmt, types: Types, reverses: Collection[str]) -> bool:
    """May the statement put an array where it is found again under another name?"""
    match stmt:
        case Let(op="tuple"):
            return True
        case Let(op=op) if op != "[]" and op not in reverses:
            return not is_view(stmt, types) and effect_of(op) is Effect.OPAQUE
        case Call(op=op):
            return op.startswith(".append")
    return False


def _is_zero(stmt: Stmt) -> bool:
    return (isinstance(stmt, SetItem) and not stmt.accumulate and isinstance(stmt.value, Const)
            and stmt.value.value == 0)


def _meet(a: Use, b: Use, aliases: Aliases) -> bool:
    return not {s.name for s in aliases.of(a.array)}.isdisjoint(s.name for s in aliases.of(b.array))


def _is_before(read: Use, store: Use, aliases: Aliases, least: Least) -> bool:
    """Is an element that is read never one that the store has set to zero before?"""
    start = store.loops[0][1] if store.loops else store.position
    if read.position < start:
        return True
    same = read.block == store.block and (read.array, read.index) == (store.array, store.index)
    return same and read.position < store.position and _is_own(store, aliases, least)


def _is_own(store: Use, aliases: Aliases, least: Least) -> bool:
    """Does every iteration of the loops around a store have elements of its own?"""
    homes = [aliases.home.get(s.name, ()) for s in aliases.of(store.array)]
    aged = any(s.old for s in aliases.of(store.array))
    for loop, _ in store.loops:
        if not aged and all(id(loop) in home for home in homes):
            continue  # an array of its own
        if not isinstance(loop, For) or Var(loop.index) not in store.index:
            return False
        if store.array.name in {*bound_in(loop.body), *(c.phi for c in loop.carried)}:
            return False  # a view that moves may undo what the index does
        if least.get(loop.index, -1) < 0:
            return False
    return True
