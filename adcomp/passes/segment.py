"""Time loops in segments: a tape that stays in the cache.

Requires: a ``for`` of the function's top level whose iterations each record whole arrays, and whose
          state is a few local arrays and scalars.
Ensures:  a forward loop that records nothing but the state at the start of each segment, and a
          reverse loop over the segments, last one first, that runs a segment again with the tape and
          then backwards.

One more run of a cheap primal costs less than a tape that goes through main memory. This is two-level
checkpointing (Griewank and Walther, *Evaluating Derivatives*, ch. 12) with the segment's length
chosen so that its tape fits in the cache::

    for s in range(segments):
        state_tape[s] = state
        for i in segment s: A
    for s in reversed(range(segments)):
        state = state_tape[s]
        for i in segment s: A, recording
        for i in reversed(segment s): reverse of A
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from numba import types as nb

from ..core.ir import (
    Atom,
    Block,
    Call,
    Carried,
    Const,
    For,
    Let,
    SetItem,
    Stmt,
    Undefined,
    Var,
    While,
    bound_in,
    map_atoms,
    names_in,
    walk,
)
from ..core.ops import Effect, effect_of
from ..core.types import dtype_name, is_array, is_number
from .alias import Aliases, writes
from .context import Context
from .lengths import Lengths
from .plan import is_expensive
from .timeline import Timeline

#: elementary functions: a loop that calls them is not cheap to run again
_COSTLY = ("math.", "cmath.", "np.exp", "np.log", "np.sin", "np.cos", "np.tanh")


@dataclass(frozen=True)
class State:
    """What a segment starts from: arrays by the name they go by outside, and carried scalars."""

    arrays: tuple[str, ...]
    swapped: tuple[str, ...]
    scalars: tuple[str, ...]


def state_of(ctx: Context, timeline: Timeline, loop: For | While, rotation: Mapping[str, int]
             ) -> State | None:
    """The state of a loop that can run in segments, or None."""
    if not isinstance(loop, For) or loop.step != Const(1) or not _is_cheap(loop):
        return None
    shadows = set(ctx.shadow.values())
    arrays: list[str] = []
    swapped: list[str] = []
    scalars: list[str] = []
    for c in loop.carried:
        if c.phi in shadows:
            if c.phi not in rotation:
                return None
        elif is_array(ctx.types.get(c.phi)):
            if c.phi not in rotation or not _is_local(ctx, c.phi) or not _keeps_shape(ctx, c.phi):
                return None
            swapped.append(c.phi)
        elif is_number(ctx.types.get(c.phi)) and not isinstance(c.init, Undefined):
            scalars.append(c.phi)
        else:
            return None
    inside = {*bound_in(loop.body), *(c.phi for c in loop.carried)}
    for _, array in writes(loop.body):
        assert isinstance(array, Var)
        root = ctx.aliases.root(array.name)
        if root in swapped or root in inside and _made_inside(ctx.aliases, root, inside):
            continue
        if root in inside or not _is_local(ctx, root):
            return None
        if root not in arrays:
            arrays.append(root)
    if not _are_apart(ctx, arrays, swapped):
        return None
    if _reads_what_changes(ctx, timeline, loop, (*arrays, *swapped)):
        return None
    return State(tuple(arrays), tuple(swapped), tuple(scalars))


def _reads_what_changes(ctx: Context, timeline: Timeline, loop: For, state: Sequence[str]) -> bool:
    """May the loop read memory that is written after it, and that a segment does not get back?"""
    restored = {s.name for name in state for s in ctx.aliases.sites.get(name, ())}
    if len(restored) != len(state):  # it is not known which of its arrays a name stands for
        restored = set()
    inside = set(bound_in(loop.body))
    end = max((timeline.position[n] for n in inside if n in timeline.position), default=-1)
    read = {s.name for name in names_in(loop.body) for s in ctx.aliases.sites.get(name, ())}
    read -= restored | inside
    return not read.isdisjoint(timeline.unsteady) or any(
        store.position > end and any(hit.name in read for hit in store.sites)
        for store in timeline.stores
    )


def _keeps_shape(ctx: Context, phi: str) -> bool:
    """Are all the buffers that a name stands for in turn of one shape?"""
    lengths = Lengths(ctx.fn, ctx.types)
    buffers = lengths.turns.get(phi, ())
    return len({lengths.dims(a.name) for a in buffers if isinstance(a, Var)}) == 1


def _is_cheap(loop: For) -> bool:
    for stmt in walk(loop.body):
        if isinstance(stmt, (Call, While)):
            return False
        if isinstance(stmt, Let) and (
            is_expensive(stmt.op) or stmt.op == "**" or stmt.op.startswith(_COSTLY)
            and stmt.op not in ("math.sqrt", "math.fabs", "math.floor")
            or effect_of(stmt.op) is Effect.OPAQUE
        ):
            return False
    return True


def _is_local(ctx: Context, name: str) -> bool:
    """Is it memory of this call only: no argument's, no captured array's, no result's?"""
    returned = {s.name for a in ctx.fn.body.yields for s in ctx.aliases.of(a)}
    sites = {s.name for s in ctx.aliases.sites.get(name, ())}
    outer = {*ctx.fn.params, *ctx.namespace, *returned}
    made = {s.target for s in walk(ctx.fn.body) if isinstance(s, Let) and effect_of(s.op) in (
        Effect.FRESH, Effect.READ, Effect.ELEMENTWISE)}
    return bool(sites) and not sites & outer and sites <= made


def _made_inside(aliases: Aliases, root: str, inside: set[str]) -> bool:
    return all(s.name in inside and not s.old for s in aliases.sites.get(root, ()))


def _are_apart(ctx: Context, arrays: Sequence[str], swapped: Sequence[str]) -> bool:
    names = (*arrays, *swapped)
    return not any(
        ctx.aliases.may_share(Var(a), Var(b)) for k, a in enumerate(names) for b in names[:k]
    )


class Segments:
    """The loops over segments; what runs inside of them is given by the recording of one segment."""

    def __init__(self, ctx: Context, loop: For, state: State, loc: object) -> None:
        self.ctx, self.loop, self.state, self.loc = ctx, loop, state, loc
        self.before: list[Stmt] = []
        self.blocks: dict[str, Var] = {}
        self.length = ctx.fresh("length", nb.intp)
        self.count = ctx.fresh("segments", nb.intp)

    def let(self, where: list[Stmt], op: str, args: Sequence[Atom], typ: object, hint: str = "_t") -> Var:
        name = self.ctx.fresh(hint, typ)
        where.append(Let(name, op, tuple(args)))
        return Var(name)

    def plan(self, sizes: Sequence[Sequence[Atom]], trips: Atom) -> None:
        """Choose the length of a segment from what an iteration records."""
        where = self.before
        total: Atom = Const(8)
        for lengths in sizes:
            size: Atom = Const(8)
            for n in lengths:
                size = self.let(where, "*", (size, n), nb.intp)
            total = self.let(where, "+", (total, size), nb.intp)
        where.append(Let(self.length, "kernels.segment_length", (trips, total)))
        padded = self.let(where, "+", (trips, Var(self.length)), nb.intp)
        padded = self.let(where, "-", (padded, Const(1)), nb.intp)
        where.append(Let(self.count, "//", (padded, Var(self.length))))
        for name in (*self.state.arrays, *self.state.swapped):
            source = self._outside(name)
            typ = self.ctx.types[name]
            shape = self.let(where, ".shape", (source,), nb.UniTuple(nb.intp, typ.ndim))
            lengths = [self.let(where, "[]", (shape, Const(k)), nb.intp) for k in range(typ.ndim)]
            whole = self.let(where, "tuple", (Var(self.count), *lengths), nb.UniTuple(nb.intp, typ.ndim + 1))
            self._block(name, whole, typ.dtype, typ.ndim + 1)
        for name in self.state.scalars:
            self._block(name, Var(self.count), self.ctx.types[name], 1)

    def _block(self, name: str, shape: Atom, dtype: object, ndim: int) -> None:
        from ..core.names import stem

        typ = nb.Array(dtype, ndim, "C")
        args = (shape, Var(dtype_name(dtype)))
        self.blocks[name] = self.let(self.before, "np.empty", args, typ, f"{stem(name)}_starts")

    def _outside(self, name: str) -> Atom:
        """What a state array is called before the loop."""
        for c in self.loop.carried:
            if c.phi == name:
                return c.init
        return Var(name)

    def bounds(self, where: list[Stmt], s: str) -> tuple[Var, Var]:
        """The range of the loop's index in segment ``s``."""
        offset = self.let(where, "*", (Var(s), Var(self.length)), nb.intp)
        low = offset
        if self.loop.start != Const(0):
            low = self.let(where, "+", (self.loop.start, offset), nb.intp)
        end = self.let(where, "+", (low, Var(self.length)), nb.intp)
        return low, self.let(where, "min", (end, self.loop.stop), nb.intp)

    # --- forward --------------------------------------------------------------------------------

    def forward(self) -> For:
        """Run the segments, and note what each starts from."""
        ctx, loop = self.ctx, self.loop
        s = ctx.fresh("s", nb.intp)
        phis = {c.phi: ctx.fresh(c.phi, ctx.types[c.phi]) for c in loop.carried}
        stmts: list[Stmt] = []
        for name, block in self.blocks.items():
            value = Var(phis.get(name, name))
            if name in self.state.scalars:
                stmts.append(SetItem(block, (Var(s),), value))
            else:
                row = self.let(stmts, "[]", (block, Var(s)), self.row_type(name))
                stmts.append(Call("kernels.copy_into", (row, value), (0,)))
        low, high = self.bounds(stmts, s)
        names = {n: ctx.fresh(n, ctx.types.get(n)) for n in
                 (loop.index, *bound_in(loop.body), *(c.phi for c in loop.carried))}
        ends = {c.phi: ctx.fresh(c.phi, ctx.types[c.phi]) for c in loop.carried}
        carried = tuple(Carried(names[c.phi], Var(phis[c.phi]), ends[c.phi]) for c in loop.carried)
        stmts.append(For(names[loop.index], low, high, Const(1), carried,
                         rename_block(loop.body, names), loop.loc))
        outer = tuple(Carried(phis[c.phi], c.init, c.result) for c in loop.carried)
        yields = tuple(Var(ends[c.phi]) for c in loop.carried)
        return For(s, Const(0), Var(self.count), Const(1), outer, Block(tuple(stmts), yields), loop.loc)

    def row_type(self, name: str) -> object:
        typ = self.ctx.types[name]
        return nb.Array(typ.dtype, typ.ndim, "C")

    # --- reverse --------------------------------------------------------------------------------

    def restore(self, where: list[Stmt], s: str) -> dict[str, Atom]:
        """Get back what segment ``s`` started from; the starting values of what is carried."""
        starts: dict[str, Atom] = {}
        results = {c.phi: c.result for c in self.loop.carried}
        for name, block in self.blocks.items():
            if name in self.state.scalars:
                starts[name] = self.let(where, "[]", (block, Var(s)), self.ctx.types[name], name)
                continue
            buffer = Var(results.get(name, name))
            row = self.let(where, "[]", (block, Var(s)), self.row_type(name))
            where.append(Call("kernels.copy_into", (buffer, row), (0,)))
            starts[name] = buffer
        return starts


def rename_block(block: Block, names: Mapping[str, str]) -> Block:
    """The block with the names that it binds replaced."""

    def atom(a: Atom) -> Atom:
        return Var(names[a.name]) if isinstance(a, Var) and a.name in names else a

    def bind(stmt: Stmt) -> Stmt:
        from ..core.ir import If, map_blocks

        new = lambda n: names.get(n, n)  # noqa: E731
        match stmt:
            case Let(target=target):
                return replace(stmt, target=new(target))
            case If(results=results):
                stmt = replace(stmt, results=tuple(map(new, results)))
            case For(index=index, carried=carried):
                stmt = replace(stmt, index=new(index), carried=tuple(
                    Carried(new(c.phi), c.init, new(c.result)) for c in carried))
            case While(carried=carried):
                stmt = replace(stmt, carried=tuple(
                    Carried(new(c.phi), c.init, new(c.result)) for c in carried))
        return map_blocks(stmt, lambda b: Block(tuple(map(bind, b.stmts)), b.yields))

    stmts = tuple(bind(map_atoms(s, atom)) for s in block.stmts)
    return Block(stmts, tuple(map(atom, block.yields)))
