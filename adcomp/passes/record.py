"""To-be-recorded: bringing values of the forward sweep to the reverse sweep.

Requires: a loop's forward body, and a reverse body that uses names of it freely.
Ensures:  a forward loop that records, and a reverse loop whose body begins by getting back every
          value of the iteration that it reads: recomputed where that is cheap and what it is
          computed from is at hand, else from the tape.

Which values go on the tape is a minimum cut of the iteration's data flow, between what can't be
computed again and what the reverse sweep reads (Griewank and Walther, *Evaluating Derivatives*, ch.
5, treat the general problem; the cut by maximum flow is the method of Siskind and Pearlmutter's and
of PyTorch's partitioners). Outside of loops no tape is needed: both sweeps share one scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numba import types as nb

from ..core.ir import (
    UNDEFINED,
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
    blocks_of,
    bound_in,
    defined_by,
    free_names,
    map_atoms,
)
from ..core.names import stem
from ..core.ops import Effect, effect_of
from ..core.types import dtype_name, is_array
from .alias import is_view, rotation
from .context import Context
from .simplify import drop_dead
from .cut import FREE, minimum_cut
from .timeline import Timeline

#: calls that cost more than a store and a load
EXPENSIVE = frozenset(
    f"{module}.{name}"
    for module in ("math", "np", "cmath")
    for name in (
        "pow", "power", "erf", "erfc", "gamma", "lgamma", "asin", "acos", "atan", "atan2", "arcsin",
        "arccos", "arctan", "arctan2", "asinh", "acosh", "atanh", "arcsinh", "arccosh", "arctanh",
        "sinh", "cosh", "tan", "log1p", "expm1", "log2", "log10", "exp2", "cbrt", "logaddexp",
    )
) | {"cmath.exp", "cmath.log", "cmath.sqrt", "pow"}


#: ops that lengths of arrays are computed with
_LENGTHS = frozenset(("+", "-", "*", "max", "min", "len", "range", ".shape", ".size", "[]", "tuple"))


@dataclass(frozen=True)
class Lap:
    """A loop and the reverse of its body, before values are supplied."""

    loop: For | While
    body: Block
    reverse: Sequence[Stmt]
    yields: tuple[Atom, ...]
    carried: tuple[Carried, ...]
    loc: Where


def supply(ctx: Context, timeline: Timeline, lap: Lap) -> tuple[list[Stmt], Stmt, list[Stmt]]:
    """What comes before the forward loop (the tape), the forward loop, and the reverse loop."""
    loop = replace(lap.loop, body=lap.body)
    live = drop_dead(Function("reverse", (), Block(tuple(lap.reverse), lap.yields)))
    lap = replace(lap, reverse=live.body.stmts)
    if not lap.reverse and not lap.carried:
        return [], loop, []
    return _Supply(ctx, timeline, lap).build()


class _Plan:
    """What can be computed again of the names that a body defines."""

    def __init__(self, ctx: Context, timeline: Timeline, body: Block, loc: Where) -> None:
        self.ctx, self.timeline, self.loc = ctx, timeline, loc
        self.body = body
        self.level = _Level(body)
        self.shadows = {s: p for p, s in ctx.shadow.items()}
        self.rename: dict[str, Atom] = {}

    def choose(self, needed: Sequence[str], fixed: Mapping[str, type[FREE] | None]
               ) -> tuple[list[str], list[str]]:
        """Which names to keep, and which to compute again, in program order.

        ``fixed`` are the names that no statement defines: at hand (FREE), or to be kept (None).
        """
        local = {*self.level.where, *fixed}

        def sources(name: str) -> tuple[str, ...] | None | type[FREE]:
            if name in fixed:
                return fixed[name]
            found = self._recompute_from(name)
            return None if found is None else tuple(n for n in found if n in local)

        kept, again = minimum_cut(needed, sources, self._weight)
        order = {n: k for k, n in enumerate((*fixed, *self.level.where))}
        return sorted(kept, key=order.__getitem__), sorted(again, key=order.__getitem__)

    def _operands_of(self, names: Iterable[str]) -> list[str]:
        return [n for name in names for n in self._recompute_from(name) or ()]

    def _weight(self, name: str) -> int:
        typ = self.ctx.types.get(name)
        if is_array(typ) or not isinstance(typ, (nb.Number, nb.Boolean)):
            return 1000
        return max(1, getattr(typ, "bitwidth", 8) // 8)

    def _recompute_from(self, name: str) -> tuple[str, ...] | None:
        """The names that a value can be computed from in the reverse sweep; None if it can't."""
        stmt, guards = self.level.where[name]
        match stmt:
            case Let():
                if not self._can_repeat(stmt):
                    return None
                return (*_names(stmt.args), *guards)
            case If(cond=cond, then=then, orelse=orelse, results=results):
                k = results.index(name)
                return (*_names((cond, then.yields[k], orelse.yields[k])), *guards)
        return None

    def _can_repeat(self, stmt: Let) -> bool:
        ctx, typ = self.ctx, self.ctx.types.get(stmt.target)
        if stmt.target in self.shadows and not is_view(stmt, ctx.types):
            return self._is_local(self.shadows[stmt.target])
        if is_view(stmt, ctx.types):
            return True
        if is_array(typ):
            return False
        effect = effect_of(stmt.op)
        if effect is Effect.INDEX:
            base = stmt.args[0]
            if not is_array(ctx.type_of(base)):
                return True
            return not self.timeline.overwritten(stmt.target, base)
        return effect in (Effect.PURE, Effect.ELEMENTWISE, Effect.VIEW) and stmt.op not in EXPENSIVE

    def _is_local(self, array: str) -> bool:
        """Is an array that the body allocates gone when the body is over?"""
        return True

    # --- again ------------------------------------------------------------------------

    def _atom(self, atom: Atom) -> Atom:
        return self.rename.get(atom.name, atom) if isinstance(atom, Var) else atom

    def _renamed(self, stmt: Stmt) -> Stmt:
        return map_atoms(stmt, self._atom)

    def _again(self, stmts: Sequence[Stmt], wanted: set[str], rename: dict[str, Atom]) -> list[Stmt]:
        """The statements that define ``wanted``, again under new names."""
        ctx = self.ctx

        def atom(a: Atom) -> Atom:
            return rename.get(a.name, a) if isinstance(a, Var) else a

        out: list[Stmt] = []
        for stmt in stmts:
            match stmt:
                case Let(target=target, args=args) if target in wanted:
                    name = ctx.fresh(target, ctx.types[target])
                    out.append(replace(stmt, target=name, args=tuple(map(atom, args)), loc=self.loc))
                    rename[target] = Var(name)
                case If(cond=cond, results=results):
                    inside = [n for b in blocks_of(stmt) for n in bound_in(b) if n in wanted]
                    kept = [k for k, r in enumerate(results) if r in wanted]
                    if not inside and not kept:
                        continue
                    out.append(self._branch_again(stmt, atom(cond), inside, kept, wanted, rename))
        return out

    def _branch_again(self, stmt: If, cond: Atom, inside: list[str], kept: list[int],
                      wanted: set[str], rename: dict[str, Atom]) -> If:
        ctx = self.ctx
        blocks, seen = [], []
        for branch in (stmt.then, stmt.orelse):
            inner = dict(rename)
            stmts = self._again(branch.stmts, wanted, inner)
            ends = [inner.get(a.name, a) if isinstance(a, Var) else a
                    for a in (branch.yields[k] for k in kept)]
            blocks.append((stmts, ends))
            seen.append({n: inner[n] for n in inside if n in inner and inner[n] != rename.get(n)})
        results = []
        for k in kept:
            name = stmt.results[k]
            results.append(ctx.fresh(name, ctx.types[name]))
            rename[name] = Var(results[-1])
        for name in inside:
            results.append(ctx.fresh(name, ctx.types[name]))
            rename[name] = Var(results[-1])
            for (_, ends), values in zip(blocks, seen, strict=True):
                ends.append(values.get(name, UNDEFINED))
        then, orelse = (Block(tuple(stmts), tuple(ends)) for stmts, ends in blocks)
        return If(cond, then, orelse, tuple(results), self.loc)


class _Supply(_Plan):
    """The plan of a loop, and the two loops that follow from it."""

    def __init__(self, ctx: Context, timeline: Timeline, lap: Lap) -> None:
        super().__init__(ctx, timeline, lap.body, lap.loc)
        self.lap, self.loop = lap, lap.loop
        self.phis = {c.phi: k for k, c in enumerate(self.loop.carried)}
        self.rotation = rotation(self.loop, lap.body.yields)
        self.steps = _steps(self.loop, lap.body, ctx)

    def _is_local(self, array: str) -> bool:
        sites = self.ctx.aliases.sites
        return not any(
            site.name == array
            for c in self.loop.carried for n in (c.phi, c.result) for site in sites.get(n, ())
        )

    def build(self) -> tuple[list[Stmt], Stmt, list[Stmt]]:
        reverse = Block(tuple(self.lap.reverse), self.lap.yields)
        fixed: dict[str, type[FREE] | None] = {
            n: FREE if n in self.rotation or n in self.steps else None for n in self.phis
        }
        if isinstance(self.loop, For):
            fixed[self.loop.index] = FREE
        needed = [n for n in free_names(reverse) if n in fixed or n in self.level.where]
        kept, again = self.choose(needed, fixed)
        turns = any(n in self.rotation for n in (*needed, *self._operands_of(again)))
        return self._assemble(reverse, kept, again, turns, needed)

    def _assemble(self, reverse: Block, kept: list[str], again: list[str], turns: bool,
                  needed: Sequence[str]) -> tuple[list[Stmt], Stmt, list[Stmt]]:
        stmts, visible = export(self.ctx, self.lap.body.stmts, {n for n in kept if n not in self.phis})
        tape = _Tape(self.ctx, self.loop, self.lap.loc)
        prologue: list[Stmt] = []
        if isinstance(self.loop, For):
            self.rename[self.loop.index] = Var(tape.reverse_index)
        for name in kept:
            value = Var(visible.get(name, name))
            block = self._block_of(name)
            if block is not None:
                row, back = tape.row(name, *block)
                stmts = tuple(row if isinstance(s, Let) and s.target == name else s for s in stmts)
            else:
                back = tape.record(value, name)
            prologue.append(back)
            self.rename[name] = Var(back.target)
        tape.loop = replace(self.loop, body=Block(stmts, self.lap.body.yields))
        carried, yields = list(self.lap.carried), list(reverse.yields)
        used = {*needed, *self._operands_of(again)}
        prologue[:0] = tape.counted({n: s for n, s in self.steps.items() if n in used}, self.rename)
        if turns:
            for c, last in self._turn_back():
                carried.append(c)
                yields.append(last)
        prologue += self._again(self.lap.body.stmts, set(again), self.rename)
        body = Block(
            (*tape.reverse_prologue, *prologue, *(self._renamed(s) for s in reverse.stmts)),
            tuple(self._atom(a) for a in reverse.yields) + tuple(yields[len(reverse.yields):]),
        )
        return (tape.before, tape.forward(), tape.reverse(tuple(carried), body))

    # --- arrays that every iteration allocates anew -------------------------------------------

    def _block_of(self, name: str) -> tuple[list[Stmt], str, list[Atom]] | None:
        """The lengths of an array that the body allocates, if they are the same in all iterations.

        Then all iterations' arrays are rows of one block. Returns the statements that compute the
        lengths before the loop, the op that allocates, and the lengths.
        """
        typ = self.ctx.types.get(name)
        stmt, guards = self.level.where.get(name, (None, ()))
        if not isinstance(self.loop, For) or guards or not isinstance(stmt, Let) or stmt.keywords:
            return None
        if stmt.op not in ("np.empty", "np.zeros", "np.empty_like", "np.zeros_like"):
            return None
        if not is_array(typ) or typ.layout != "C" or self.rename.get(name) is not None:
            return None
        before: list[Stmt] = []
        known: dict[str, Atom] = {}
        size = self._before_loop(stmt.args[0], before, known)
        if size is None:
            return None
        if stmt.op.endswith("_like"):
            size = self._hoisted(before, ".shape", (size,), nb.UniTuple(nb.intp, typ.ndim))
        kind = self.ctx.type_of(size)
        if not isinstance(kind, nb.BaseTuple):
            return before, stmt.op.removesuffix("_like"), [size]
        lengths: list[Atom] = [
            self._hoisted(before, "[]", (size, Const(k)), nb.intp) for k in range(typ.ndim)
        ]
        return before, stmt.op.removesuffix("_like"), lengths

    def _hoisted(self, before: list[Stmt], op: str, args: tuple[Atom, ...], typ: Any) -> Var:
        name = self.ctx.fresh("_t", typ)
        before.append(Let(name, op, args))
        return Var(name)

    def _before_loop(self, atom: Atom, before: list[Stmt], known: dict[str, Atom]) -> Atom | None:
        """An atom of the body as it can be computed before the loop, or None."""
        if not isinstance(atom, Var) or atom.name in known:
            return known.get(atom.name, atom) if isinstance(atom, Var) else atom
        if isinstance(self.loop, For) and atom.name == self.loop.index or atom.name in self.phis:
            return None
        if atom.name not in self.level.where:
            return atom
        stmt, guards = self.level.where[atom.name]
        if guards or not isinstance(stmt, Let) or stmt.op not in _LENGTHS:
            return None
        if stmt.op == "[]" and not isinstance(self.ctx.type_of(stmt.args[0]), nb.BaseTuple):
            return None
        args = [self._before_loop(a, before, known) for a in stmt.args]
        if any(a is None for a in args):
            return None
        name = self.ctx.fresh(atom.name, self.ctx.types[atom.name])
        before.append(replace(stmt, target=name, args=tuple(args)))  # type: ignore[arg-type]
        known[atom.name] = Var(name)
        return Var(name)

    def _turn_back(self) -> list[tuple[Carried, Atom]]:
        """Carried values that only change places go back the other way."""
        out = []
        names = {k: self.ctx.fresh(self.loop.carried[k].phi, self.ctx.types[self.loop.carried[k].phi])
                 for k in set(self.rotation.values())}
        came_from = {}
        for k in names:
            last = self.lap.body.yields[k]
            assert isinstance(last, Var)
            came_from[self.phis[last.name]] = k
        for k, name in names.items():
            c = self.loop.carried[k]
            end = self.ctx.fresh(c.phi, self.ctx.types[c.phi])
            out.append((Carried(name, Var(c.result), end), Var(names[came_from[k]])))
            self.rename[c.phi] = Var(names[came_from[k]])
        return out


@dataclass(frozen=True)
class Frame:
    """What a call's reverse needs of its forward: names to keep, and what to compute again."""

    kept: tuple[str, ...]
    visible: Mapping[str, str]
    stmts: tuple[Stmt, ...]
    again: tuple[Stmt, ...]
    rename: Mapping[str, Atom]


def plan_frame(ctx: Context, timeline: Timeline, body: Block, reverse: Block, given: Iterable[str]
               ) -> Frame:
    """Choose what a call records; ``given`` are the names that its reverse is called with."""
    plan = _Plan(ctx, timeline, body, None)
    fixed: dict[str, type[FREE] | None] = dict.fromkeys(ctx.fn.params)
    fixed |= dict.fromkeys(given, FREE)
    needed = [n for n in free_names(reverse) if n in fixed or n in plan.level.where]
    for name in given:
        plan.level.where.pop(name, None)
    kept, again = plan.choose(needed, fixed)
    stmts, visible = export(ctx, body.stmts, {n for n in kept if n not in fixed})
    for name in kept:
        plan.rename[name] = Var(ctx.fresh(name, ctx.types[name]))
    clones = plan._again(body.stmts, set(again), plan.rename)
    return Frame(tuple(kept), visible, stmts, tuple(clones), plan.rename)


# --- a level of the program ----------------------------------------------------------------------


class _Level:
    """The names that one iteration defines outside of inner loops, in program order.

    ``where[name]`` is the defining statement, and the conditions of the branches around it.
    """

    def __init__(self, body: Block) -> None:
        self.where: dict[str, tuple[Stmt, tuple[str, ...]]] = {}
        self._visit(body, ())

    def _visit(self, block: Block, guards: tuple[str, ...]) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, If):
                inner = (*guards, *_names((stmt.cond,)))
                self._visit(stmt.then, inner)
                self._visit(stmt.orelse, inner)
            for name in defined_by(stmt):
                self.where[name] = (stmt, guards)


def _names(atoms: Iterable[Atom]) -> tuple[str, ...]:
    return tuple(a.name for a in atoms if isinstance(a, Var))


def _steps(loop: For | While, body: Block, ctx: Context) -> dict[str, tuple[Atom, int]]:
    """The carried integers that grow by a literal step: name -> (first value, step)."""
    lets = {s.target: s for s in body.stmts if isinstance(s, Let)}
    found = {}
    for c, last in zip(loop.carried, body.yields, strict=True):
        stmt = lets.get(last.name) if isinstance(last, Var) else None
        if stmt is None or not isinstance(ctx.types.get(c.phi), nb.Integer):
            continue
        match stmt:
            case Let(op="+", args=(Var(phi), Const(k))) | Let(op="+", args=(Const(k), Var(phi))) if (
                phi == c.phi and type(k) is int and not isinstance(c.init, Undefined)
            ):
                found[c.phi] = (c.init, k)
            case Let(op="-", args=(Var(phi), Const(k))) if (
                phi == c.phi and type(k) is int and not isinstance(c.init, Undefined)
            ):
                found[c.phi] = (c.init, -k)
    return found


def export(ctx: Context, stmts: Sequence[Stmt], names: set[str]
           ) -> tuple[tuple[Stmt, ...], Mapping[str, str]]:
    """Make names that branches define visible behind them; what each is called there."""
    visible: dict[str, str] = {}
    out: list[Stmt] = []
    for stmt in stmts:
        if isinstance(stmt, If):
            parts = [export(ctx, b.stmts, names) for b in (stmt.then, stmt.orelse)]
            here = [
                {n: got.get(n, n) for n in _defined(b.stmts) | set(got) if n in names}
                for b, (_, got) in zip((stmt.then, stmt.orelse), parts, strict=True)
            ]
            extra = list(dict.fromkeys((*here[0], *here[1])))
            results = []
            for name in extra:
                visible[name] = ctx.fresh(name, ctx.types[name])
                results.append(visible[name])
            ends = [
                tuple(Var(h[n]) if n in h else UNDEFINED for n in extra) for h in here
            ]
            stmt = replace(
                stmt, then=Block(parts[0][0], (*stmt.then.yields, *ends[0])),
                orelse=Block(parts[1][0], (*stmt.orelse.yields, *ends[1])),
                results=(*stmt.results, *results),
            )
        out.append(stmt)
    return tuple(out), visible


def _defined(stmts: Sequence[Stmt]) -> set[str]:
    return {n for s in stmts for n in defined_by(s)}


def _tape_name(name: str) -> str:
    base = stem(name).removesuffix("_tape").strip("_")
    return "tape" if base in ("", "t", "tape") else f"{base}_tape"


# --- the tape -----------------------------------------------------------------------------------


class _Tape:
    """Where one loop's values are kept: arrays by iteration, or lists when nobody knows how long."""

    def __init__(self, ctx: Context, loop: For | While, loc: Where) -> None:
        self.ctx, self.loop, self.loc = ctx, loop, loc
        self.before: list[Stmt] = []
        self.forward_prologue: list[Stmt] = []
        self.stores: list[Stmt] = []
        self.reverse_prologue: list[Stmt] = []
        self._trips: Atom | None = None
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
        if step == Const(1):
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
            self.before.append(Let(tape, "np.empty", (self.trips(), Var(dtype_name(typ)))))
            self.stores.append(SetItem(Var(tape), (forward,), value))
        else:
            tape = ctx.fresh(_tape_name(name), nb.List(typ))
            self.before.append(Let(tape, "kernels.stack", (Var(self._type_name(typ)),)))
            self.stores.append(Call(".append()", (Var(tape), value), (0,)))
        return Let(ctx.fresh(name, typ), "[]", (Var(tape), back), self.loc)

    def row(self, name: str, before: list[Stmt], op: str, lengths: list[Atom]) -> tuple[Let, Let]:
        """Make an array that the body allocates a row of a block; its two bindings."""
        ctx, typ = self.ctx, self.ctx.types[name]
        forward, back = self.ordinals()
        block = ctx.fresh(_tape_name(name), nb.Array(typ.dtype, typ.ndim + 1, "C"))
        shape = ctx.fresh("_t", nb.UniTuple(nb.intp, typ.ndim + 1))
        self.before += before
        self.before.append(Let(shape, "tuple", (self.trips(), *lengths)))
        self.before.append(Let(block, op, (Var(shape), Var(dtype_name(typ.dtype)))))
        number = Let(name, "[]", (Var(block), forward))
        return number, Let(ctx.fresh(name, typ), "[]", (Var(block), back), self.loc)

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
        return [*self.head, For(index, *self.range, carried, body, self.lap_loc)]

    @property
    def lap_loc(self) -> Where:
        return self.loc


__all__ = ["EXPENSIVE", "Lap", "Timeline", "While", "export", "supply"]
