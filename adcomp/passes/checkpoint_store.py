"""What a checkpointed loop keeps: how many snapshots of its state, of how long a segment.

Requires: a checkpointed loop, and what an iteration of it records.
Ensures:  statements before the loop that make room for snapshots, and those that take one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numba import types as nb

from ..core.ir import Atom, Call, Const, For, Let, SetItem, Stmt, Var, Where, While, walk
from ..core.names import stem
from ..core.types import dtype_name, is_array
from .context import Context
from .loop_state import Refusal, loop_state

if TYPE_CHECKING:
    from .record import _Supply

#: bytes of tape that a segment may record: it stays in the second-level cache
LEAF = 1 << 19

#: more iterations than any loop has
ENDLESS = 1 << 62


class Snapshots:
    """The snapshots of one checkpointed loop."""

    plan: Var  #: where snapshots are: see ``kernels.schedule``
    trips: Atom  #: how often the loop runs

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
        self.place = self._place()

    # --- small things ---------------------------------------------------------------------------

    def let(self, where: list[Stmt], op: str, args: Sequence[Atom], typ: Any, hint: str = "_t",
            loc: Where = None) -> Var:
        name = self.ctx.fresh(hint, typ)
        where.append(Let(name, op, tuple(args), loc))
        return Var(name)

    def _place(self) -> str:
        loc = Refusal(self.original).loc
        return f"loop at {Path(loc.file or '').name}:{loc.line}" if loc is not None else "loop"

    def put(self, where: list[Stmt], name: str, target: Atom, source: Atom, op: str = "kernels.put") -> None:
        """``target[...] = source``, or ``+=``, for a state array; its shape may have changed."""
        what = Const(f"{stem(name)} in the {self.place}")
        where.append(Call(op, (target, source, what), (0,), self.loc))

    def copy(self, where: list[Stmt], target: Atom, source: Atom) -> None:
        where.append(Call("kernels.copy_into", (target, source), (0,), self.loc))

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
        recorded = self._recorded(where, state)
        trips: Atom = self.loop.stop if isinstance(self.loop, For) else Const(ENDLESS)
        if recorded is None:
            self.length: Atom = Const(1)
        else:
            args = (trips, recorded, Const(LEAF))
            self.length = self.let(where, "kernels.leaf_length", args, nb.intp, "length")
        self.segments: Atom = Const(ENDLESS)
        if isinstance(self.loop, For):
            self.segments = self.count(where, trips)
        limits = self.original.checkpoints
        assert limits is not None
        given = [Const(-1) if a == Const(None) else a for a in (limits.snapshots, limits.nbytes)]
        self.room = self.let(where, "kernels.snapshot_room", (*given, state, self.segments), nb.intp, "room")

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
            elif isinstance(typ, (nb.Number, nb.Boolean, nb.UniTuple)):
                size = Const(self.supply.weight(name))
            elif is_array(typ) and (name in self.supply.phis or not self._has_loops()):
                size = state  # the arrays of an iteration are about as large as its state
            else:
                return None
            total = self.let(where, "+", (total, size), nb.intp)
        return total

    def _has_loops(self) -> bool:
        return any(isinstance(s, (For, While)) for s in walk(self.loop.body))

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
                self.put(where, name, self.row(where, name, row), value)

    def row(self, where: list[Stmt], name: str, row: Atom) -> Var:
        typ = self.ctx.types[name]
        return self.let(where, "[]", (self.blocks[name], row), nb.Array(typ.dtype, typ.ndim, "C"))
