"""Indices that LLVM is told are not negative.

Requires: typed Core, with its loops in their last form.
Ensures:  the same program; an innermost loop that LLVM would think may have negative indices binds its
          index again, as ``i = kernels.at_least(i, 2)``.

A negative index counts from the end of an array, so each access chooses between two addresses, and a
loop with such a choice is not vectorised. LLVM finds that an index is not negative if a loop starts at 0
or 1, and not if it starts at 2, or after the index of another loop. A downward loop whose iterations need
their order is not vectorised in any case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from numba import types as nb

from ..core.ir import (
    Atom,
    Block,
    Const,
    For,
    Function,
    Let,
    SetItem,
    Stmt,
    Var,
    While,
    map_atoms,
    map_blocks,
    walk,
)
from ..core.names import Namer
from ..core.types import is_array, type_of
from .accesses import any_order, offsets
from .alias import find_aliases
from .least import Least, find_least

#: starts of upward loops from which LLVM finds it out by itself
_KNOWN = (Const(0), Const(1))


def mark_natural(fn: Function, types: dict[str, object], namer: Namer) -> Function:
    """Say what is known of the indices of a function's innermost loops; ``types`` gets new names."""
    least = find_least(fn.body, types)
    aliases = find_aliases(fn, types)
    made = {s.target: s for s in walk(fn.body) if isinstance(s, Let)}

    def block(b: Block) -> Block:
        return Block(tuple(statement(s) for s in b.stmts), b.yields)

    def statement(stmt: Stmt) -> Stmt:
        if (
            isinstance(stmt, For) and _is_worth_it(stmt, types, least) and not _is_short(stmt, made)
            and (stmt.step == Const(1) or any_order(stmt, types, aliases, least))
        ):
            name = namer(stmt.index)
            types[name] = types[stmt.index]
            return _bound_again(stmt, name, least[stmt.index])
        return map_blocks(stmt, block)

    return replace(fn, body=block(fn.body))


def _is_worth_it(loop: For, types: dict[str, object], least: Least) -> bool:
    if loop.step == Const(1) and loop.start in _KNOWN or loop.step == Const(-1) and loop.stop == Const(-1):
        return False
    if least.get(loop.index, -1) < 0 or types.get(loop.index) != nb.intp or loop.parallel:
        return False
    if any(isinstance(s, (For, While)) for s in loop.body.stmts):
        return False
    place = offsets(loop.body, loop.index)
    return any(
        isinstance(a, Var) and a.name in place for s in loop.body.stmts for a in _index(s, types)
    )


def _is_short(loop: For, made: Mapping[str, Let]) -> bool:
    """Does it run over the last few elements only, ``range(max(stop - 2, start), stop)``?"""
    match loop.start:
        case Var(name) if name in made:
            first = made[name]
            return first.op == "max" and any(
                isinstance(a, Var) and a.name in made and made[a.name].op == "-"
                and made[a.name].args[0] == loop.stop and isinstance(made[a.name].args[1], Const)
                for a in first.args
            )
    return False


def _index(stmt: Stmt, types: dict[str, object]) -> tuple[Atom, ...]:
    """The index at which a statement accesses an array."""
    match stmt:
        case SetItem(index=index):
            return index
        case Let(op="[]", args=(base, *index)) if is_array(type_of(base, types)):
            return tuple(index)
    return ()


def _bound_again(loop: For, name: str, low: int) -> For:
    def atom(a: Atom) -> Atom:
        return Var(name) if a == Var(loop.index) else a

    first = Let(name, "kernels.at_least", (Var(loop.index), Const(low)))
    stmts = (first, *(map_atoms(s, atom) for s in loop.body.stmts))
    return replace(loop, body=Block(stmts, tuple(map(atom, loop.body.yields))))
