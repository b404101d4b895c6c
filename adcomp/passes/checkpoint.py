"""Loops in bounded memory: snapshots of the state, and iterations that are run again.

Requires: a loop that the user has marked with `adcomp.checkpointed`, and its reverse.
Ensures:  a forward loop that records nothing but a few snapshots of the state, and a reverse loop over
          segments, last one first. ``kernels.schedule`` decides where snapshots are::

    plan = the snapshots of the forward sweep
    for k in range(number of them):
        snapshots[k] = state
        for i in the segments from snapshot k to the next: A
    for s in reversed(range(segments)):
        state = the last snapshot
        plan more of them up to segment s, where there is room
        for k in range(the new ones):
            snapshots[k] = state
            for i in the segments from snapshot k to the next: A
        for i in segment s: A, recording
        for i in reversed(segment s): reverse of A

A ``while``, of which nobody knows how long it runs, takes a snapshot every so often and thins them out;
the reverse sweep is the same.

The reverse sweep runs on copies of the state, so what the function leaves in memory is what it left
without checkpoints. The cotangents of carried arrays are handed from segment to segment in ``x_hand``: a
segment starts with shadows of zeros, gets what the later ones have handed on added to those at its end,
and hands on those at its start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from numba import types as nb

from ..core.ir import Atom, Block, Call, Carried, Const, For, Let, Stmt, Var, While, map_atoms
from ..core.names import stem
from ..core.types import zero
from .checkpoint_run import Runs
from .context import Note

if TYPE_CHECKING:
    from .record import _Supply


def in_checkpoints(supply: _Supply, reverse: Block, kept: list[str], again: list[str],
                   needed: Sequence[str]) -> tuple[list[Stmt], Stmt, list[Stmt]]:
    """What comes before the forward loop, the forward loop, and the reverse loop."""
    return _Checkpointing(supply, kept).build(reverse, again, needed)


class _Checkpointing(Runs):
    """The two sweeps of one checkpointed loop."""

    # --- reverse --------------------------------------------------------------------------------

    def build(self, reverse: Block, again: list[str], needed: Sequence[str]
              ) -> tuple[list[Stmt], Stmt, list[Stmt]]:
        ctx, supply, loop = self.ctx, self.supply, self.loop
        leaf = self._as_leaf()
        self.size_up()
        self.make_room()
        forward = self.forward()
        after: list[Stmt] = []
        segments = self.segments if isinstance(loop, For) else self.count(after, self.trips)
        hands = self._hands(after)
        for name in self.arrays:
            typ = ctx.types[name]
            self.private[name] = self._room_for(after, name, typ, f"{stem(name)}_again").name
        s = ctx.fresh("s", nb.intp)
        stmts: list[Stmt] = []
        starts = self.restore(stmts, s)
        starts = self.advance(stmts, s, starts)
        low: Atom = Var(s)
        if self.length != Const(1):
            low = self.let(stmts, "*", (Var(s), self.length), nb.intp)
        high: Atom = self.let(stmts, "+", (low, self.length), nb.intp)
        if self.length != Const(1):
            high = self.let(stmts, "min", (high, self.trips), nb.intp)
        for _, _, start_bar, _ in hands:
            kind = zero(ctx.types[start_bar.name].dtype)
            stmts.append(Call(".fill()", (start_bar, kind), (0,), self.loc))
        starts |= {self.twin[phi]: start_bar for phi, _, start_bar, _ in hands}
        supply.loop = replace(leaf, start=low, stop=high)
        supply.length = self.length
        supply.steps = {n: (starts[n], step) for n, (_, step) in supply.steps.items()}
        ends = {c.phi: ctx.fresh(c.phi, ctx.types[c.phi]) for c in loop.carried}
        supply.turn_from = {n: Var(end) for n, end in ends.items()}
        inner, outer, yields = self._chain()
        supply.lap = replace(supply.lap, carried=inner)
        tape, leaf_run, backwards = supply._assemble(reverse, self.kept, again, True, needed)
        assert isinstance(leaf_run, For)
        carried = tuple(Carried(c.phi, starts.get(c.phi, c.init), ends[c.phi]) for c in loop.carried)
        leaf_run = replace(leaf_run, loc=self.loc, carried=carried, checkpoints=None)
        lists = [b for b in tape if isinstance(b, Let) and b.op == "kernels.stack"]
        after += [b for b in tape if b not in lists]
        stmts += [*lists, leaf_run]
        for phi, hand, _, _ in hands:
            self.put(stmts, phi, Var(ends[self.twin[phi]]), hand, "kernels.put_sum")
        stmts += backwards
        for _, hand, start_bar, _ in hands:
            self.copy(stmts, hand, start_bar)
        mapping = {n: Var(m) for n, m in self.private.items() if n not in self.state.carried}
        stmts = [map_atoms(x, lambda a: mapping.get(a.name, a) if isinstance(a, Var) else a) for x in stmts]
        last = self.let(after, "-", (segments, Const(1)), nb.intp)
        after.append(For(s, last, Const(-1), Const(-1), outer, Block(tuple(stmts), yields), self.loc))
        for phi, hand, _, init_bar in hands:
            self.put(after, phi, init_bar, hand, "kernels.put_sum")
        ctx.notes.append(Note("checkpoints", self.original.loc))
        supply.behind = self.made_twins()
        return self.before, forward, after

    def _as_leaf(self) -> For:
        """The loop as a ``for``, whose trip count the reverse sweep knows."""
        loop = self.loop
        if isinstance(loop, While):
            index = self.ctx.fresh("i", nb.intp)
            loop = For(index, Const(0), Const(0), Const(1), loop.carried, loop.body, loop.loc)
        self.supply.loop = replace(loop, checkpoints=None)
        return self.supply.loop  # type: ignore[return-value]

    def _room_for(self, where: list[Stmt], name: str, typ: Any, hint: str) -> Var:
        """Memory for one state array, in the layout that the body knows it in."""
        like = self.start_of(name) if typ.layout == "F" else self.row(where, name, Const(0))
        layout = "F" if typ.layout == "F" else "C"
        return self.let(where, "np.empty_like", (like,), nb.Array(typ.dtype, typ.ndim, layout), hint)

    def _hands(self, where: list[Stmt]) -> list[tuple[str, Var, Var, Atom]]:
        """Of each carried array with a shadow: what is handed on, the shadow at a segment's start, and
        the shadow of what the loop starts from. The shadows after the loop are emptied into the hands."""
        found = []
        for c in self.loop.carried:
            if c.phi not in self.twin:
                continue
            shadow = next(t for t in self.loop.carried if t.phi == self.twin[c.phi])
            typ = self.ctx.types[c.phi]
            assert self.ctx.types[shadow.phi].dtype == typ.dtype
            hand, start_bar = (self._room_for(where, c.phi, typ, f"{stem(c.phi)}_{hint}")
                               for hint in ("hand", "bar"))
            found.append((c.phi, hand, start_bar, shadow.init))
        for phi, hand, _, _ in found:
            shadow = next(t for t in self.loop.carried if t.phi == self.twin[phi])
            self.put(where, phi, hand, Var(shadow.result))
            nothing = zero(self.ctx.types[shadow.result].dtype)
            where.append(Call(".fill()", (Var(shadow.result), nothing), (0,), self.loc))
        return found

    def restore(self, where: list[Stmt], s: str) -> dict[str, Atom]:
        """Get back the last snapshot that segment ``s`` can start from."""
        where.append(Call("kernels.retreat", (self.plan, Var(s)), (0,), self.loc))
        held = self.let(where, "kernels.held", (self.plan,), nb.intp)
        self.first = self.let(where, "-", (held, Const(1)), nb.intp, "first")
        starts: dict[str, Atom] = {}
        for name, block in self.blocks.items():
            if name in self.state.scalars:
                starts[name] = self.let(where, "[]", (block, self.first), self.ctx.types[name], name)
                continue
            starts[name] = Var(self.private[name])
            self.copy(where, starts[name], self.row(where, name, self.first))
        return starts

    def advance(self, where: list[Stmt], s: str, starts: Mapping[str, Atom]) -> dict[str, Atom]:
        """Run on to segment ``s``, with snapshots on the way."""
        where.append(Call("kernels.place", (self.plan, Var(s)), (0,), self.loc))
        held = self.let(where, "kernels.held", (self.plan,), nb.intp)
        carried = [c for c in self.loop.carried if c.phi not in self.twins]
        results = {c.phi: self.ctx.fresh(c.phi, self.ctx.types[c.phi]) for c in carried}
        inits = {c.phi: starts.get(c.phi, c.init) for c in carried}
        where.append(self.legs(self.first, held, Const(None), inits, results, self.twins, True, self.loc))
        return dict(starts) | {n: Var(r) for n, r in results.items()}

    def _chain(self) -> tuple[tuple[Carried, ...], tuple[Carried, ...], tuple[Atom, ...]]:
        """The cotangents of carried scalars: through a segment, and from segment to segment."""
        ctx = self.ctx
        inner: list[Carried] = []
        outer: list[Carried] = []
        yields: list[Atom] = []
        for c in self.supply.lap.carried:
            phi, end = (ctx.fresh(c.phi, ctx.types[c.phi]) for _ in range(2))
            inner.append(Carried(c.phi, Var(phi), end))
            outer.append(Carried(phi, c.init, c.result))
            yields.append(Var(end))
        return tuple(inner), tuple(outer), tuple(yields)


__all__ = ["in_checkpoints"]
