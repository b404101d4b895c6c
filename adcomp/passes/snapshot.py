"""Copies of arrays that the reverse sweep reads again and again.

Requires: typed Core with shadows, and the names that its loops were found to record.
Ensures:  the same program, which also copies an array before a loop that reads it all, where the
          array is overwritten later and where the copy is smaller than a record of every element read;
          ``ctx.snapshots`` tells which loads may be repeated from which copy.

A loop over ``j`` and ``k`` that reads ``h[k]`` would record ``h`` once for each ``j``; a stencil that
reads ``u[i - 1]``, ``u[i]`` and ``u[i + 1]`` would record ``u`` three times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from numba import types as nb

from ..core.ir import (
    Atom,
    Block,
    Const,
    For,
    If,
    Let,
    SetItem,
    Stmt,
    Var,
    While,
    blocks_of,
    bound_in,
    map_blocks,
    walk,
)
from ..core.names import stem
from ..core.types import dtype_name, is_array
from ..errors import Loc
from .alias import find_aliases, writes
from .context import Context, Note
from .lengths import Lengths, Linear

#: a loop that leaves out no more elements than this on either side reads all of an array
EDGE = 8

Around = tuple[Stmt, ...]
Loop = For | While


@dataclass(frozen=True)
class Snapshot:
    """A copy of ``array`` to be made before ``loop``, for the loads that bind ``loads``."""

    loop: Loop
    array: str
    loads: tuple[str, ...]


def find_snapshots(ctx: Context, recorded: frozenset[str]) -> list[Snapshot]:
    """The copies that are smaller than what is recorded."""
    lengths = Lengths(ctx.fn, ctx.types)
    groups: dict[tuple[int, str], list[tuple[Let, list[Loop]]]] = {}
    for load, path in _loads(ctx.fn.body, (), ctx):
        if load.target in recorded and load.target not in ctx.snapshots:
            loops = _unchanged(ctx, load, path)
            if loops:
                array = load.args[0]
                assert isinstance(array, Var)
                groups.setdefault((id(loops[0]), array.name), []).append((load, loops))
    found = []
    for (_, name), loads in groups.items():
        whole = [(load, loops) for load, loops in loads if _reads_all(load, loops, lengths)]
        rank = ctx.types[name].ndim
        if len(whole) > 1 or any(len(loops) > rank for _, loops in whole):
            found.append(Snapshot(loads[0][1][0], name, tuple(load.target for load, _ in loads)))
    return found


def take_snapshots(ctx: Context, found: Sequence[Snapshot]) -> None:
    """Put the copies into ``ctx.fn``."""
    lengths = Lengths(ctx.fn, ctx.types)
    copies: dict[int, list[Stmt]] = {}
    for snapshot in found:
        stmts = copies.setdefault(id(snapshot.loop), [])
        ctx.notes.append(Note("copy", snapshot.loop.loc, (stem(snapshot.array),)))
        name = _copy(ctx, snapshot.array, snapshot.loop, lengths, stmts)
        ctx.snapshots |= dict.fromkeys(snapshot.loads, name)
    ctx.fn = replace(ctx.fn, body=_insert(ctx.fn.body, copies))
    ctx.aliases = find_aliases(ctx.fn, ctx.types)


def _insert(block: Block, copies: Mapping[int, Sequence[Stmt]]) -> Block:
    stmts: list[Stmt] = []
    for stmt in block.stmts:
        stmts += copies.get(id(stmt), ())
        stmts.append(map_blocks(stmt, lambda b: _insert(b, copies)))
    return Block(tuple(stmts), block.yields)


def _loads(block: Block, path: Around, ctx: Context) -> Iterator[tuple[Let, Around]]:
    """The loads of elements, each with the loops and the branches around it."""
    for stmt in block.stmts:
        match stmt:
            case Let(op="[]", args=(Var(array), *_), target=target) if is_array(ctx.types.get(array)):
                if not is_array(ctx.types.get(target)):
                    yield stmt, path
        for inner in blocks_of(stmt):
            yield from _loads(inner, (*path, stmt), ctx)


def _unchanged(ctx: Context, load: Let, path: Around) -> list[Loop]:
    """The loops around a load during which its array stays as it is, outermost first."""
    array = load.args[0]
    assert isinstance(array, Var)
    for k, stmt in enumerate(path):
        if isinstance(stmt, If):
            break
        if array.name not in {n for b in blocks_of(stmt) for n in bound_in(b)} and not _changes(
            ctx, stmt, array
        ):
            return [s for s in path[k:] if isinstance(s, (For, While))]
    return []


def _changes(ctx: Context, loop: Stmt, array: Var) -> bool:
    assert isinstance(loop, (For, While))
    if any(c.phi == array.name for c in loop.carried):
        return True
    return not ctx.aliases.of(array) or any(
        not ctx.aliases.of(written) or ctx.aliases.may_share(array, written)
        for block in blocks_of(loop) for _, written in writes(block)
    )


def _reads_all(load: Let, loops: Sequence[Loop], lengths: Lengths) -> bool:
    """Do the loops lead the index through the whole array?"""
    array, *index = load.args
    assert isinstance(array, Var)
    left = {loop.index: loop for loop in loops if isinstance(loop, For)}
    for place, length in zip(index, lengths.dims(array.name), strict=False):
        base, _ = lengths.linear(place)
        loop = left.pop(base, None) if isinstance(base, str) else None
        if loop is None or not _is_near(lengths.trips(loop), length):
            return False
    return len(index) == len(lengths.dims(array.name))


def _is_near(a: Linear | None, b: Linear) -> bool:
    return a is not None and a[0] == b[0] and abs(a[1] - b[1]) <= 2 * EDGE


def _copy(ctx: Context, array: str, loop: Loop, lengths: Lengths, stmts: list[Stmt]) -> str:
    """Append the statements that copy an array; the name of the copy."""
    typ = ctx.types[array]

    def let(hint: str, op: str, args: Sequence[Atom], kind: object) -> Var:
        name = ctx.fresh(hint, kind)
        stmts.append(Let(name, op, tuple(args)))
        return Var(name)

    def length(value: Linear, axis: int) -> Atom:
        base, constant = value
        known = lengths.spelled(value, _before(ctx.fn.body, loop))
        if known is not None:
            return known
        like, axis = base if isinstance(base, tuple) and constant == 0 else (array, axis)
        shape = let("_t", ".shape", (Var(like),), nb.UniTuple(nb.intp, ctx.types[like].ndim))
        return let("n", "[]", (shape, Const(axis)), nb.intp)

    sizes = [length(value, axis) for axis, value in enumerate(lengths.dims(array))]
    whole = let("_t", "tuple", sizes, nb.UniTuple(nb.intp, typ.ndim))
    copy = let(f"{stem(array)}_then", "kernels.empty_tape",
               (whole, Var(dtype_name(typ.dtype)), _describe(array, loop)),
               nb.Array(typ.dtype, typ.ndim, "C"))
    index = [ctx.fresh("i", nb.intp) for _ in sizes]
    places = tuple(map(Var, index))
    value = ctx.fresh("_t", typ.dtype)
    body: tuple[Stmt, ...] = (
        Let(value, "[]", (Var(array), *places)), SetItem(copy, places, Var(value)),
    )
    for name, n in reversed(list(zip(index, sizes, strict=True))):
        body = (For(name, Const(0), n, Const(1), (), Block(body)),)
    stmts += body
    return copy.name


def _before(block: Block, loop: Loop) -> Iterator[Stmt]:
    """The statements of a function that come before the outermost loop or branch around a loop."""
    for stmt in block.stmts:
        if stmt is loop or any(inner is loop for b in blocks_of(stmt) for inner in walk(b)):
            return
        yield stmt


def _describe(array: str, loop: Loop) -> Const:
    """What an allocation that fails is to say."""
    place = f"{Path(loop.loc.file or '').name}:{loop.loc.line}" if isinstance(loop.loc, Loc) else "?"
    return Const(f"{stem(array)} before the loop at {place}")
