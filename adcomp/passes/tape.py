"""The tape of one loop, and the loop that reads it back.

Requires: a loop of the forward sweep.
Ensures:  arrays that hold a value of every iteration, indexed by the iteration's number, where the
          number of iterations is known when the loop begins; lists otherwise. An array that every
          iteration allocates, always of the same shape, is a row of one block.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from numba import types as nb

from ..core.ir import (
    AdjointLoc,
    Atom,
    Block,
    Call,
    Carried,
    Const,
    For,
    Let,
    SetItem,
    Stmt,
    Var,
    Where,
    While,
)
from ..core.names import stem
from ..core.types import dtype_name, zero
from .context import Context


class Tape:
    """Where one loop's values are kept: arrays by iteration, or lists when nobody knows how long."""

    def __init__(self, ctx: Context, loop: For | While, loc: Where, length: Atom | None = None) -> None:
        self.ctx, self.loop, self.loc = ctx, loop, loc
        self.before: list[Stmt] = []
        self.forward_prologue: list[Stmt] = []
        self.stores: list[Stmt] = []
        self.reverse_prologue: list[Stmt] = []
        self._trips: Atom | None = length
        self.shared = length is not None
        self._ordinals: tuple[Atom, Atom] | None = None
        self.counter: Carried | None = None
        self.head: list[Stmt] = []
        if isinstance(loop, For):
            self._plan_range(loop)
        else:
            self._plan_count()

    # --- iteration numbers ----------------------------------------------------------------------

    def _emit(self, where: list[Stmt], op: str, *args: Atom, hint: str = "_t", loc: Where = None) -> Var:
        with self.ctx.collect() as stmts:
            result = self.ctx.let(op, args, nb.range_state64_type if op == "range" else nb.intp,
                                  hint=hint, loc=loc)
        where.extend(stmts)
        return result

    def _plan_range(self, loop: For) -> None:
        ctx = self.ctx
        self.reverse_index = ctx.fresh(loop.index, ctx.types.get(loop.index, nb.intp))
        start, stop, step = loop.start, loop.stop, loop.step
        if loop.parallel:  # the iterations know nothing of each other: any order will do
            self.range = (start, stop, step)
        elif step == Const(1):
            first = self._plus(self.head, stop, -1)
            self.range = (first, self._plus(self.head, start, -1), Const(-1))
        elif step == Const(-1):
            self.range = (self._plus(self.head, stop, 1), self._plus(self.head, start, 1), Const(1))
        else:
            count = ctx.fresh("k", nb.intp)
            trips = self._count(self.head)
            self.range = (self._plus(self.head, trips, -1), Const(-1), Const(-1))
            offset = self._emit(self.reverse_prologue, "*", Var(count), step)
            with ctx.collect() as stmts:
                value = ctx.let("+", (start, offset), nb.intp, hint=loop.index)
            self.reverse_prologue += stmts
            self.reverse_index, self._reverse_count = value.name, count
        self._reverse_counter = getattr(self, "_reverse_count", self.reverse_index)

    def _plan_count(self) -> None:
        ctx = self.ctx
        self.counter = Carried(ctx.fresh("k", nb.intp), Const(0), ctx.fresh("trips", nb.intp))
        self._reverse_counter = self.reverse_index = ctx.fresh("k", nb.intp)
        last = self._plus(self.head, Var(self.counter.result), -1)
        self.range = (last, Const(-1), Const(-1))

    def _plus(self, where: list[Stmt], atom: Atom, k: int) -> Atom:
        if isinstance(atom, Const):
            return Const(atom.value + k)
        return self._emit(where, "+" if k > 0 else "-", atom, Const(abs(k)))

    def _count(self, where: list[Stmt]) -> Atom:
        loop = self.loop
        assert isinstance(loop, For)
        return self._emit(where, "len", self._emit(where, "range", loop.start, loop.stop, loop.step))

    def trips(self) -> Atom:
        if self._trips is None:
            loop = self.loop
            assert isinstance(loop, For)
            if loop.step == Const(1):
                count: Atom = loop.stop
                if loop.start != Const(0):
                    count = self._emit(self.before, "-", loop.stop, loop.start)
                self._trips = self._emit(self.before, "max", count, Const(0))
            else:
                self._trips = self._count(self.before)
        return self._trips

    def ordinals(self) -> tuple[Atom, Atom]:
        """The number of the iteration, as the forward and as the reverse body compute it."""
        if self._ordinals is None:
            if self.counter is not None:
                self._ordinals = (Var(self.counter.phi), Var(self._reverse_counter))
            else:
                assert isinstance(self.loop, For)
                forward = self._ordinal(self.forward_prologue, Var(self.loop.index))
                back = (Var(self._reverse_counter) if self._reverse_counter != self.reverse_index
                        else self._ordinal(self.reverse_prologue, Var(self.reverse_index)))
                self._ordinals = (forward, back)
        return self._ordinals

    def _ordinal(self, where: list[Stmt], index: Atom) -> Atom:
        loop = self.loop
        assert isinstance(loop, For)
        if loop.start != Const(0):
            index = self._emit(where, "-", index, loop.start)
        return index if loop.step == Const(1) else self._emit(where, "//", index, loop.step)

    # --- values ---------------------------------------------------------------------------------

    def record(self, value: Var, name: str) -> Let:
        """Keep a value of every iteration; the statement that gets it back."""
        ctx, typ = self.ctx, self.ctx.types[name]
        forward, back = self.ordinals()
        number = isinstance(typ, (nb.Number, nb.Boolean))
        if number and isinstance(self.loop, For):
            tape = ctx.fresh(_tape_name(name), nb.Array(typ, 1, "C"))
            args = (self.trips(), Var(dtype_name(typ)), self._where(name))
            self.before.append(Let(tape, "kernels.empty_tape", args))
            self.stores.append(SetItem(Var(tape), (forward,), value))
        elif self._is_parallel:
            tape = ctx.fresh(_tape_name(name), nb.List(typ))
            kind = Var(self._type_name(typ))
            self.before.append(Let(tape, "kernels.slots", (self.trips(), kind)))
            self.stores.append(SetItem(Var(tape), (forward,), value))
        else:
            tape = ctx.fresh(_tape_name(name), nb.List(typ))
            self.before.append(Let(tape, "kernels.stack", (Var(self._type_name(typ)),)))
            self.stores.append(Call(".append()", (Var(tape), value), (0,)))
        return Let(ctx.fresh(name, typ), "[]", (Var(tape), back), self.loc)

    def row(self, name: str, before: list[Stmt], op: str, lengths: list[Atom]
            ) -> tuple[tuple[Stmt, ...], Let]:
        """Make an array that the body allocates a row of a block; its two bindings.

        Segments share a block: where the loop runs in segments, each makes its own zeros.
        """
        ctx, typ = self.ctx, self.ctx.types[name]
        forward, back = self.ordinals()
        block = ctx.fresh(_tape_name(name), nb.Array(typ.dtype, typ.ndim + 1, "C"))
        shape = ctx.fresh("_t", nb.UniTuple(nb.intp, typ.ndim + 1))
        self.before += before
        self.before.append(Let(shape, "tuple", (self.trips(), *lengths)))
        args = (Var(shape), Var(dtype_name(typ.dtype)))
        if op == "kernels.empty_tape":
            self.before.append(Let(block, op, (*args, self._where(name))))
        else:
            self.before.append(Let(block, op, args))
        rows: tuple[Stmt, ...] = (Let(name, "[]", (Var(block), forward)),)
        if op == "np.zeros" and self.shared:
            rows += (Call(".fill()", (Var(name), zero(typ.dtype)), (0,)),)
        return rows, Let(ctx.fresh(name, typ), "[]", (Var(block), back), self.loc)

    def _where(self, name: str) -> Const:
        """What an allocation that fails is to say: the value, and the loop that records it."""
        loc = self.loc.of if isinstance(self.loc, AdjointLoc) else self.loc
        value = stem(name).strip("_").removesuffix("_then")
        what = "a value" if value in ("t", "") else "its tape" if value.startswith("tape") else value
        place = f"{Path(loc.file or '').name}:{loc.line}" if loc is not None else "?"
        return Const(f"{what} in the loop at {place}")

    def _type_name(self, typ: Any) -> str:
        if isinstance(typ, nb.Number) and not isinstance(typ, nb.Boolean):
            return dtype_name(typ)
        namespace = self.ctx.namespace
        for name, value in namespace.items():
            if value is typ:
                return name
        name = self.ctx.namer("kind")
        namespace[name] = typ
        return name

    def counted(self, steps: Mapping[str, tuple[Atom, int]], rename: dict[str, Atom]) -> list[Stmt]:
        """Integers that grow by the same step in every iteration, from the iteration's number."""
        out: list[Stmt] = []
        for name, (init, step) in steps.items():
            _, value = self.ordinals()
            if step != 1:
                value = self._emit(out, "*", value, Const(step))
            if init != Const(0):
                value = self._emit(out, "+", init, value, hint=name)
            rename[name] = value
        return out

    # --- loops ----------------------------------------------------------------------------------

    def forward(self) -> Stmt:
        loop = self.loop
        stmts, yields = (*self.forward_prologue, *loop.body.stmts, *self.stores), loop.body.yields
        if self.counter is None:
            return replace(loop, body=Block(stmts, yields))
        following = self.ctx.fresh("k", nb.intp)
        stmts = (*stmts, Let(following, "+", (Var(self.counter.phi), Const(1))))
        return replace(loop, carried=(*loop.carried, self.counter),
                       body=Block(stmts, (*yields, Var(following))))

    def reverse(self, carried: tuple[Carried, ...], body: Block) -> list[Stmt]:
        index = self._reverse_counter
        return [*self.head, For(index, *self.range, carried, body, self.lap_loc, self._is_parallel)]

    @property
    def _is_parallel(self) -> bool:
        return isinstance(self.loop, For) and self.loop.parallel

    @property
    def lap_loc(self) -> Where:
        return self.loc


def _tape_name(name: str) -> str:
    base = stem(name).removesuffix("_tape").strip("_")
    return "tape" if base in ("", "t", "tape") else f"{base}_tape"
