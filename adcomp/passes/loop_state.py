"""The state of a loop: what has to be put back so that its iterations can be run again.

Requires: a checkpointed loop of a function with shadows, its aliases and its timeline.
Ensures:  the arrays and numbers that an iteration starts from, or a refusal that says what is in the way.

The iterations are run again on copies, under other names: the memory that the function works on stays
as the forward sweep has left it. That is right if no two names of the body lead to the same memory that
it writes to, for a copy of each would be two memories.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from numba import types as nb

from ..core.ir import (
    AdjointLoc,
    Atom,
    Call,
    For,
    Let,
    Stmt,
    Undefined,
    Var,
    While,
    blocks_of,
    bound_in,
    free_names,
    walk,
)
from ..core.names import stem
from ..core.types import is_array
from ..errors import Loc, UnsupportedSyntax
from .alias import writes
from .context import Context
from .timeline import Timeline


@dataclass(frozen=True)
class LoopState:
    """Of a checkpointed loop, by the names of its body."""

    carried: tuple[str, ...]  #: arrays that it carries
    scalars: tuple[str, ...]  #: numbers that it carries
    places: tuple[str, ...]  #: arrays from outside that it writes to
    steady: tuple[str, ...]  #: arrays from outside that it only reads, and that are written to later


class Refusal:
    """Refuses a checkpointed loop, at its place in the user's text."""

    def __init__(self, loop: For | While) -> None:
        loc = loop.loc.of if isinstance(loop.loc, AdjointLoc) else loop.loc
        self.loc = loc if isinstance(loc, Loc) else None

    def __call__(self, message: str, hint: str, stmt: Stmt | None = None) -> UnsupportedSyntax:
        loc = stmt.loc if stmt is not None and isinstance(stmt.loc, Loc) else self.loc
        return UnsupportedSyntax(f"this loop can't be checkpointed: {message}", loc=loc, hint=hint)


def loop_state(ctx: Context, timeline: Timeline, loop: For | While) -> LoopState:
    """The state of a loop; refuses one that can't be run again."""
    refuse = Refusal(loop)
    if not ctx.keep_arrays:
        raise refuse("it is in a function that calls itself", "move it to a function that does not")
    _check_repeatable(ctx, loop, refuse)
    written = {s.name for b in blocks_of(loop) for _, a in writes(b) for s in ctx.aliases.of(a)}
    shadows = set(ctx.shadow.values())
    carried, scalars = [], []
    for c in loop.carried:
        if c.phi in shadows:
            continue
        typ = ctx.types.get(c.phi)
        if is_array(typ):
            if isinstance(c.init, Undefined):
                raise refuse(f"{stem(c.phi)} is an array that it assigns first, and that is read later",
                             "assign it before the loop, in its final shape")
            carried.append(c.phi)
        elif isinstance(typ, (nb.Number, nb.Boolean)) and not isinstance(c.init, Undefined):
            scalars.append(c.phi)
        else:
            raise refuse(f"it carries {stem(c.phi)}, which is neither an array nor a number",
                         "carry arrays and numbers only")
    places, steady = _outer(ctx, timeline, loop, written)
    for name in (*carried, *places):
        typ = ctx.types[name]
        if typ.ndim == 0 or not isinstance(typ.dtype, (nb.Number, nb.Boolean)):
            raise refuse(f"{stem(name)} is of type {typ}", "use arrays of numbers, with one axis or more")
    _check_apart(ctx, [*carried, *places], written, refuse)
    return LoopState(tuple(carried), tuple(scalars), tuple(places), tuple(steady))


def _outer(ctx: Context, timeline: Timeline, loop: For | While, written: set[str]
           ) -> tuple[list[str], list[str]]:
    """The arrays from outside that a loop writes to, and those that change after it."""
    inside = {*_bound(loop), *ctx.shadow.values()}
    anchor = next((n for n in _bound(loop) if n in timeline.position), None)
    places, steady = [], []
    for name in dict.fromkeys(n for b in blocks_of(loop) for n in free_names(b)):
        if name in inside or not is_array(ctx.types.get(name)):
            continue
        if {s.name for s in ctx.aliases.of(Var(name))} & written:
            places.append(name)
        elif anchor is None or timeline.overwritten(anchor, Var(name)):
            steady.append(name)
    return places, steady


def _bound(loop: For | While) -> Iterator[str]:
    for c in loop.carried:
        yield c.phi
    for block in blocks_of(loop):
        yield from bound_in(block)
    if isinstance(loop, For):
        yield loop.index


def _check_apart(ctx: Context, names: list[str], written: set[str], refuse: Refusal) -> None:
    """A memory that is written to goes by one name in the body."""
    for k, a in enumerate(names):
        for b in names[:k]:
            shared = {s.name for s in ctx.aliases.of(Var(a))} & {s.name for s in ctx.aliases.of(Var(b))}
            if shared & written and ctx.aliases.may_share(Var(a), Var(b)):
                raise refuse(f"{stem(b)} and {stem(a)} may share memory that it writes to",
                             "make views of an array inside the loop, or work on a copy")


def _check_repeatable(ctx: Context, loop: For | While, refuse: Refusal) -> None:
    """Does an iteration do the same when it is run again?"""
    from .adjoint import is_call

    for stmt in (s for b in blocks_of(loop) for s in walk(b)):
        if not isinstance(stmt, (Let, Call)):
            continue
        kinds = [ctx.types.get(a.name) for a in stmt.args if isinstance(a, Var)]
        if stmt.op.startswith("np.random.") or any(isinstance(k, nb.NumPyRandomGeneratorType) for k in kinds):
            raise refuse("it draws random numbers, which would be others when it is run again",
                         "draw them before the loop", stmt)
        if isinstance(stmt, Let) and stmt.op == "[]" and is_array(ctx.types.get(stmt.target)) and any(
                isinstance(k, nb.BaseTuple) for k in kinds[:1]):
            raise refuse("it takes an array out of a tuple", "take it out before the loop", stmt)
        value = ctx.object_of(stmt.op) if stmt.op in ctx.namespace else None
        if value is not None and is_call(ctx.rules, stmt.op, value) and not ctx.rules.is_zero(stmt.op, value):
            raise refuse(f"it calls {stmt.op}, which calls itself", "write it as a loop", stmt)


def yields_fresh(ctx: Context, loop: For | While, last: Atom) -> bool:
    """Is an array that an iteration hands on made in the loop?"""
    inside = set(bound_in(loop.body))
    sites = ctx.aliases.of(last)
    return bool(sites) and all(s.name in inside for s in sites)


__all__ = ["LoopState", "Refusal", "loop_state", "yields_fresh"]
