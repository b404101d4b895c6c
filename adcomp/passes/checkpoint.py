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
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    SetItem,
    Stmt,
    Undefined,
    Var,
    Where,
    While,
    bound_in,
    map_atoms,
)
from ..core.names import stem
from ..core.types import dtype_name, is_array, zero
from .context import Context, Note
from .loop_state import Refusal, loop_state, yields_fresh
from .segment import rename_block
from .simplify import drop_dead

if TYPE_CHECKING:
    from .record import _Supply

#: bytes of tape that a segment may record: it stays in the second-level cache
LEAF = 1 << 19

#: more iterations than any loop has
ENDLESS = 1 << 62


def in_checkpoints(supply: _Supply, reverse: Block, kept: list[str], again: list[str],
                   needed: Sequence[str]) -> tuple[list[Stmt], Stmt, list[Stmt]]:
    """What comes before the forward loop, the forward loop, and the reverse loop."""
    return _Checkpointing(supply, kept).build(reverse, again, needed)


class _Checkpointing:
    """One checkpointed loop."""

    def __init__(self, supply: _Supply, kept: list[str]) -> None:
        self.supply, self.kept = supply, kept
        self.ctx: Context = supply.ctx
        self.loop, self.loc = supply.loop, supply.lap.loc
        self.original = supply.lap.loop
        self.state = loop_state(self.ctx, supply.timeline, self.original)
        self.twin = {c.phi: self.ctx.shadow[c.phi] for c in self.loop.carried if c.phi in self.ctx.shadow}
        self.twins = set(self.twin.values())
        self.before: list[Stmt] = []
        self.blocks: dict[str, Var] = {}
        self.private: dict[str, str] = {}  #: outside -> the copy that the reverse sweep works on
        self.where = self._where()

    # --- small things ---------------------------------------------------------------------------

    def let(self, where: list[Stmt], op: str, args: Sequence[Atom], typ: Any, hint: str = "_t",
            loc: Where = None) -> Var:
        name = self.ctx.fresh(hint, typ)
        where.append(Let(name, op, tuple(args), loc))
        return Var(name)

    def _where(self) -> Const:
        loc = Refusal(self.original).loc
        self.place = f"loop at {Path(loc.file or '').name}:{loc.line}" if loc is not None else "loop"
        return Const(f"an array that the checkpointed {self.place} carries changes its shape")

    def put(self, where: list[Stmt], target: Atom, source: Atom, op: str = "kernels.put") -> None:
        where.append(Call(op, (target, source, self.where), (0,), self.loc))

    @property
    def arrays(self) -> tuple[str, ...]:
        return (*self.state.carried, *self.state.places)

    def start_of(self, name: str) -> Atom:
        """What a part of the state is called before the loop."""
        return next((c.init for c in self.loop.carried if c.phi == name), Var(name))

    # --- how long and how many ------------------------------------------------------------------

    def size_up(self) -> None:
        """The bytes of the state, the length of a segment, the room for snapshots."""
        where = self.before
        state: Atom = Const(8 * max(1, len(self.state.scalars)))
        for name in self.arrays:
            size = self.let(where, ".nbytes", (self.start_of(name),), nb.intp)
            state = self.let(where, "+", (state, size), nb.intp)
        size = self._recorded(where, state)
        trips: Atom = self.loop.stop if isinstance(self.loop, For) else Const(ENDLESS)
        if size is None:
            self.length: Atom = Const(1)
        else:
            args = (trips, size, Const(LEAF))
            self.length = self.let(where, "kernels.leaf_length", args, nb.intp, "length")
        self.segments: Atom = Const(ENDLESS)
        if isinstance(self.loop, For):
            self.segments = self.count(where, trips)
        limits = self.original.checkpoints
        assert limits is not None
        given = [Const(-1) if a == Const(None) else a for a in (limits.snapshots, limits.nbytes)]
        self.room = self.let(where, "kernels.slots", (*given, state, self.segments), nb.intp, "room")

    def count(self, where: list[Stmt], trips: Atom) -> Atom:
        """How many segments so many iterations are."""
        if self.length == Const(1):
            return trips
        padded = self.let(where, "+", (trips, self.length), nb.intp)
        padded = self.let(where, "-", (padded, Const(1)), nb.intp)
        return self.let(where, "//", (padded, self.length), nb.intp, "segments")

    def _recorded(self, where: list[Stmt], state: Atom) -> Atom | None:
        """The bytes that an iteration records; None if that can be any number."""
        total: Atom = Const(8)
        for name in self.kept:
            typ = self.ctx.types.get(name)
            known = self.supply._block_of(name)
            if known is not None:
                where += known[0]
                size: Atom = Const(getattr(typ.dtype, "bitwidth", 8) // 8)  # type: ignore[union-attr]
                for n in known[2]:
                    size = self.let(where, "*", (size, n), nb.intp)
            elif name in self.supply.phis or isinstance(typ, (nb.Number, nb.Boolean, nb.BaseTuple)):
                size = Const(8)
            elif is_array(typ) and not any(isinstance(s, (For, While)) for s in self.loop.body.stmts):
                size = state
            else:
                return None
            total = self.let(where, "+", (total, size), nb.intp)
        return total

    # --- snapshots ------------------------------------------------------------------------------

    def make_room(self) -> None:
        """The blocks of snapshots, and copies of what the loop reads and others write to later."""
        where = self.before
        for name in self.arrays:
            source, typ = self.start_of(name), self.ctx.types[name]
            shape = self.let(where, ".shape", (source,), nb.UniTuple(nb.intp, typ.ndim))
            lengths = [self.let(where, "[]", (shape, Const(k)), nb.intp) for k in range(typ.ndim)]
            whole = self.let(where, "tuple", (self.room, *lengths), nb.UniTuple(nb.intp, typ.ndim + 1))
            self._block(name, whole, nb.Array(typ.dtype, typ.ndim + 1, "C"))
        for name in self.state.scalars:
            self._block(name, self.room, nb.Array(self.ctx.types[name], 1, "C"))
        for name in self.state.steady:
            typ = self.ctx.result_type(".copy()", (Var(name),))
            self.private[name] = self.let(where, ".copy()", (Var(name),), typ, f"{stem(name)}_then").name

    def _block(self, name: str, shape: Atom, typ: nb.Array) -> None:
        what = Const(f"snapshots of {stem(name)} in the {self.place}")
        args = (shape, Var(dtype_name(typ.dtype)), what)
        self.blocks[name] = self.let(self.before, "kernels.empty_tape", args, typ, f"{stem(name)}_snapshots")

    def take(self, where: list[Stmt], row: Atom, values: Mapping[str, Atom]) -> None:
        """Store the state as one snapshot."""
        for name, block in self.blocks.items():
            value = values.get(name, Var(self.private.get(name, name)))
            if name in self.state.scalars:
                where.append(SetItem(block, (row,), value, loc=self.loc))
            else:
                self.put(where, self.row(where, name, row), value)

    def row(self, where: list[Stmt], name: str, row: Atom) -> Var:
        typ = self.ctx.types[name]
        return self.let(where, "[]", (self.blocks[name], row), nb.Array(typ.dtype, typ.ndim, "C"))

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
        self.plan = self.let(self.before, "kernels.open_plan", (self.room,), nb.Array(nb.int64, 1, "C"), "plan")
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
        stmts.append(If(now, Block(tuple(taken), (Var(then),)), Block((), (Var(due),)), (next_due,), loop.loc))
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
            self.put(stmts, Var(ends[self.twin[phi]]), hand, "kernels.put_sum")
        stmts += backwards
        for _, hand, start_bar, _ in hands:
            self.put(stmts, hand, start_bar)
        mapping = {n: Var(m) for n, m in self.private.items() if n not in self.state.carried}
        stmts = [map_atoms(x, lambda a: mapping.get(a.name, a) if isinstance(a, Var) else a) for x in stmts]
        last = self.let(after, "-", (segments, Const(1)), nb.intp)
        after.append(For(s, last, Const(-1), Const(-1), outer, Block(tuple(stmts), yields), self.loc))
        for _, hand, _, init_bar in hands:
            self.put(after, init_bar, hand, "kernels.put_sum")
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
        if typ.layout == "F":
            return self.let(where, "np.empty_like", (self.start_of(name),), typ, hint)
        return self.let(where, "kernels.work", (self.blocks[name],), nb.Array(typ.dtype, typ.ndim, "C"), hint)

    def _hands(self, where: list[Stmt]) -> list[tuple[str, Var, Var, Atom]]:
        """Of each carried array with a shadow: what is handed on, the shadow at a segment's start, and
        the shadow of what the loop starts from. The shadows after the loop are emptied into the hands."""
        found = []
        for c in self.loop.carried:
            if c.phi not in self.twin:
                continue
            shadow = next(t for t in self.loop.carried if t.phi == self.twin[c.phi])
            typ = self.ctx.types[shadow.phi]
            like = nb.Array(typ.dtype, typ.ndim, "F" if self.ctx.types[c.phi].layout == "F" else "C")
            base = self._room_for(where, c.phi, self.ctx.types[c.phi], "_t")
            hand, start_bar = (self.let(where, "np.zeros_like", (base,), like, f"{stem(c.phi)}_{hint}")
                               for hint in ("hand", "bar"))
            found.append((c.phi, hand, start_bar, shadow.init))
        for phi, hand, _, _ in found:
            shadow = next(t for t in self.loop.carried if t.phi == self.twin[phi])
            self.put(where, hand, Var(shadow.result))
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
            self.put(where, Var(self.private[name]), self.row(where, name, self.first))
            starts[name] = Var(self.private[name])
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
        inner, outer, yields = [], [], []
        for c in self.supply.lap.carried:
            phi, end = (ctx.fresh(c.phi, ctx.types[c.phi]) for _ in range(2))
            inner.append(Carried(c.phi, Var(phi), end))
            outer.append(Carried(phi, c.init, c.result))
            yields.append(Var(end))
        return tuple(inner), tuple(outer), tuple(yields)


__all__ = ["Undefined", "in_checkpoints"]
