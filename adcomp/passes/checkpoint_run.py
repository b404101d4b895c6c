"""Running a checkpointed loop: forward, and again from a snapshot.

Requires: the room for its snapshots.
Ensures:  loops that run the body without recording, and take snapshots where the plan says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from numba import types as nb

from ..core.ir import (
    Atom,
    Block,
    Call,
    Carried,
    Const,
    For,
    Function,
    If,
    Let,
    Stmt,
    Var,
    Where,
    While,
    bound_in,
)
from .checkpoint_store import Snapshots
from .loop_state import yields_fresh
from .segment import rename_block
from .simplify import drop_dead


class Runs(Snapshots):
    """The loops that run a checkpointed loop, and record nothing but snapshots."""

    fresh: set[str]  #: carried shadows that are made after the forward loop

    # --- running the loop -----------------------------------------------------------------------

    def legs(self, first: Atom, stop: Atom, end: Atom, inits: Mapping[str, Atom], results: Mapping[str, str],
             dropped: set[str], skip_first: bool, loc: Where) -> For:
        """The loop over snapshots: take one, and run on to the next."""
        ctx = self.ctx
        k = ctx.fresh("k", nb.intp)
        carried = [c for c in self.loop.carried if c.phi not in dropped]
        outer = {c.phi: ctx.fresh(c.phi, ctx.types[c.phi]) for c in carried}
        stmts: list[Stmt] = []
        values = {n: Var(outer[n]) for n in outer}
        if skip_first:
            later = self.let(stmts, ">", (Var(k), first), nb.boolean)
            taken: list[Stmt] = []
            self.take(taken, Var(k), values)
            stmts.append(If(later, Block(tuple(taken)), Block(()), (), loc))
        else:
            self.take(stmts, Var(k), values)
        low, high = self._bound(stmts, k, 1), self._bound(stmts, k, 2)
        if end != Const(None):
            high = self.let(stmts, "min", (high, end), nb.intp)
        index, body, phis, ends = self.replay(carried, dropped)
        inner = tuple(Carried(phis[c.phi], Var(outer[c.phi]), ends[c.phi]) for c in carried)
        stmts.append(For(index, low, high, Const(1), inner, body, loc))
        around = tuple(Carried(outer[c.phi], inits[c.phi], results[c.phi]) for c in carried)
        yields = tuple(Var(ends[c.phi]) for c in carried)
        return For(k, first, stop, Const(1), around, Block(tuple(stmts), yields), loc)

    def _bound(self, where: list[Stmt], k: str, offset: int) -> Var:
        at = self.let(where, "+", (Var(k), Const(offset)), nb.intp)
        segment = self.let(where, "[]", (self.plan, at), nb.int64)
        return self.let(where, "*", (segment, self.length), nb.intp)

    def replay(self, carried: Sequence[Carried], dropped: set[str]
               ) -> tuple[str, Block, dict[str, str], dict[str, str]]:
        """The body under new names, without what belongs to the shadows that are dropped."""
        ctx, loop = self.ctx, self.original
        kept = tuple(last for c, last in zip(loop.carried, loop.body.yields, strict=True)
                     if c.phi not in dropped)
        body = drop_dead(Function("again", (), Block(loop.body.stmts, kept))).body
        names = {n: ctx.fresh(n, ctx.types.get(n)) for n in (*bound_in(body), *(c.phi for c in carried))}
        new = ctx.fresh(loop.index if isinstance(loop, For) else "i", nb.intp)
        if isinstance(loop, For):
            names[loop.index] = new
        ends = {c.phi: ctx.fresh(c.phi, ctx.types[c.phi]) for c in carried}
        return new, rename_block(body, names), {c.phi: names[c.phi] for c in carried}, ends

    # --- forward --------------------------------------------------------------------------------

    def forward(self) -> Stmt:
        """The forward loop; `self.trips` and `self.segments` are how long it ran."""
        loop = self.loop
        self.fresh = self._fresh_twins()
        if isinstance(loop, While):
            return self._online(loop)
        where = self.before
        args = (self.segments, self.room)
        self.plan = self.let(where, "kernels.first_plan", args, nb.Array(nb.int64, 1, "C"), "plan")
        self.trips: Atom = loop.stop
        held = self.let(where, "kernels.held", (self.plan,), nb.intp)
        inits = {c.phi: c.init for c in loop.carried}
        results = {c.phi: c.result for c in loop.carried}
        return self.legs(Const(0), held, loop.stop, inits, results, self.fresh, False, loop.loc)

    def _online(self, loop: While) -> While:
        """The ``while``, which takes a snapshot every so often."""
        ctx = self.ctx
        kind = nb.Array(nb.int64, 1, "C")
        self.plan = self.let(self.before, "kernels.open_plan", (self.room,), kind, "plan")
        k, next_k, trips, due, next_due, then, last = (
            ctx.fresh(n, nb.intp) for n in ("k", "k", "trips", "due", "due", "due", "due"))
        self.trips = Var(trips)
        carried = [c for c in loop.carried if c.phi not in self.fresh]
        _, body, phis, _ = self.replay(carried, self.fresh)
        tests = [*bound_in(loop.test)]
        test = rename_block(loop.test, phis | {n: ctx.fresh(n, ctx.types.get(n)) for n in tests})
        taken: list[Stmt] = []
        for block in self.blocks.values():
            taken.append(Call("kernels.thin", (block, self.plan), (0,), loop.loc))
        segment: Atom = Var(k)
        if self.length != Const(1):
            segment = self.let(taken, "//", (Var(k), self.length), nb.intp)
        taken.append(Call("kernels.note", (self.plan, segment), (0,), loop.loc))
        held = self.let(taken, "kernels.held", (self.plan,), nb.intp)
        row = self.let(taken, "-", (held, Const(1)), nb.intp)
        self.take(taken, row, {n: Var(phi) for n, phi in phis.items()})
        taken.append(Let(then, "kernels.due", (self.plan, self.length), loop.loc))
        stmts: list[Stmt] = []
        now = self.let(stmts, "==", (Var(k), Var(due)), nb.boolean)
        snapshot = Block(tuple(taken), (Var(then),))
        stmts.append(If(now, snapshot, Block((), (Var(due),)), (next_due,), loop.loc))
        end = [Let(next_k, "+", (Var(k), Const(1)))]
        body = Block((*stmts, *body.stmts, *end), (*body.yields, Var(next_k), Var(next_due)))
        renamed = [replace(c, phi=phis[c.phi]) for c in carried]
        counters = [Carried(k, Const(0), trips), Carried(due, Const(0), last)]
        return While((*renamed, *counters), test, body, loop.loc)

    def _fresh_twins(self) -> set[str]:
        """The carried shadows, if all are of arrays that iterations make: they need not be made yet."""
        loop, rotation = self.original, self.supply.rotation
        found = set()
        for c, last in zip(loop.carried, loop.body.yields, strict=True):
            if c.phi in self.twin and c.phi not in rotation:
                if not yields_fresh(self.ctx, loop, last):
                    return set()
                found.add(self.twin[c.phi])
        return found

    def made_twins(self) -> list[Stmt]:
        """The shadows, after the forward loop, of what its iterations have made."""
        out: list[Stmt] = []
        for c in self.loop.carried:
            shadow = next((t for t in self.loop.carried if t.phi == self.twin.get(c.phi)), None)
            if shadow is None or shadow.phi not in self.fresh:
                continue
            ran = self.let(out, ">", (self.trips, Const(0)), nb.boolean)
            typ = self.ctx.types[shadow.result]
            made = self.ctx.fresh(shadow.result, typ)
            out.append(If(ran, Block((Let(made, "np.zeros_like", (Var(c.result),)),), (Var(made),)),
                          Block((), (shadow.init,)), (shadow.result,), self.original.loc))
        return out
