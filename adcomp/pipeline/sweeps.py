"""The second half of the pipeline: the two sweeps of a typed function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.ir import Atom, Block, Function, If, Stmt, Var, defined_by, free_names, map_atoms
from ..passes.adjoint import Adjoint
from ..passes.alias import find_aliases
from ..passes.context import Calls, Context
from ..passes.level import export
from ..passes.shadows import add_shadows
from ..passes.snapshot import find_snapshots, take_snapshots
from .callees import Callees
from .front import Typed


def prepare(typed: Typed, varied: Sequence[str], calls: Calls, callees: Callees, *,
            keep_arrays: bool = True) -> Context:
    """Find what is active, and give the active arrays their shadows.

    Without ``keep_arrays``, shadows are made from the shapes of arrays that callees return, so that a
    frame need not hold the arrays.
    """
    fn, types = typed.fn, dict(typed.types)
    namespace = dict(fn.namespace)
    aliases = find_aliases(fn, types)
    active = callees.active(typed, aliases, varied)
    ctx = Context(fn, types, aliases, active, callees.book, calls, typed.namer, namespace)
    ctx.fn = add_shadows(ctx, keep_arrays=keep_arrays)
    ctx.aliases = find_aliases(ctx.fn, types)
    return ctx


@dataclass(frozen=True)
class Sweeps:
    """The statements of both sweeps; ``bars`` holds the cotangents after the reverse one."""

    forward: tuple[Stmt, ...]
    reverse: tuple[Stmt, ...]
    bars: dict[str, Atom]


def sweep(ctx: Context, seeds: Sequence[Stmt], bars: dict[str, Atom]) -> Sweeps:
    """Run the adjoint over a function; ``bars`` and ``seeds`` set the cotangents of its results."""
    given = dict(bars)
    forward, emitted = Adjoint(ctx).block(ctx.fn.body, bars)
    smaller = find_snapshots(ctx, frozenset(ctx.recorded))
    if smaller:
        ctx.notes.clear()
        take_snapshots(ctx, smaller)
        bars.clear()
        bars.update(given)
        forward, emitted = Adjoint(ctx).block(ctx.fn.body, bars)
    reverse = [*seeds, *emitted]
    inside = {n for s in forward.stmts if isinstance(s, If) for n in _branch_names(s)}
    used = (*free_names(Block(tuple(reverse))), *(a.name for a in bars.values() if isinstance(a, Var)))
    stmts, visible = export(ctx, forward.stmts, {n for n in used if n in inside})

    def outside(atom: Atom) -> Atom:
        return Var(visible[atom.name]) if isinstance(atom, Var) and atom.name in visible else atom

    reverse = [map_atoms(s, outside) for s in reverse]
    return Sweeps(stmts, tuple(reverse), {n: outside(a) for n, a in bars.items()})


def _branch_names(stmt: If) -> set[str]:
    return {n for b in (stmt.then, stmt.orelse) for s in b.stmts for n in
            (*defined_by(s), *(_branch_names(s) if isinstance(s, If) else ()))}


__all__ = ["Function", "Sweeps", "prepare", "sweep"]
