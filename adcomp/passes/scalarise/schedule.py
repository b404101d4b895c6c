"""Where the arrays of a block are computed: at once, or fused into the statement that uses them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ...core.ir import Block, Let, Var, atoms_of, blocks_of, names_in
from .memory import Memory, written
from .recognise import Kind
from .shapes import Shapes


def schedule(
    block: Block, kinds: Sequence[Kind | None], shapes: Shapes, memory: Memory
) -> list[int | None]:
    """For each statement, the position of the one that computes its array.

    That is itself, a later one that it is fused into, or None if nothing uses the array.

    Fusing is refused where an array is used by statements that compute apart, by an op that needs
    it in memory, and where a store may come in between that changes what it is computed from.
    """
    stmts = block.stmts
    users, pinned = _users(block, kinds)
    sinks: list[int | None] = list(range(len(stmts)))
    stores = [tuple(written(stmt, shapes.types)) for stmt in stmts]
    for k in reversed(range(len(stmts))):
        kind, stmt = kinds[k], stmts[k]
        if kind is None or not kind.is_lazy or not isinstance(stmt, Let) or stmt.target in pinned:
            continue
        at = {sinks[u] for u in users[stmt.target]} - {None}
        if any(_is_kept_view(kinds[u], sinks[u], u) for u in users[stmt.target]):
            continue
        if not at:
            sinks[k] = None
        elif len(at) == 1:
            sink, = at
            assert sink is not None
            if kind.what == "view" or not _changed(kind, stores[k + 1: sink], memory):
                sinks[k] = sink
    return sinks


def _is_kept_view(kind: Kind | None, sink: int | None, at: int) -> bool:
    return kind is not None and kind.what == "view" and sink == at


def _users(block: Block, kinds: Sequence[Kind | None]) -> tuple[dict[str, list[int]], set[str]]:
    """Who reads the elements of each array, and the arrays that something needs in memory."""
    users: dict[str, list[int]] = defaultdict(list)
    pinned = {a.name for a in block.yields if isinstance(a, Var)}
    for k, (stmt, kind) in enumerate(zip(block.stmts, kinds, strict=True)):
        reads = set(kind.reads) if kind is not None else set()
        for name in reads:
            users[name].append(k)
        pinned |= {a.name for a in atoms_of(stmt) if isinstance(a, Var)} - reads
        for inner in blocks_of(stmt):
            pinned |= set(names_in(inner))
    return users, pinned


def _changed(kind: Kind, between: Sequence[tuple[str, ...]], memory: Memory) -> bool:
    """May what an array is computed from be written to, before it is computed?"""
    return any(memory.may_alias(name, read) for names in between for name in names
               for read in kind.reads)
