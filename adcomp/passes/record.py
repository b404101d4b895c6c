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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numba import types as nb

from ..core.ir import (
    Atom,
    Block,
    Carried,
    Const,
    For,
    Function,
    Let,
    Stmt,
    Undefined,
    Var,
    Where,
    While,
    free_names,
)
from ..core.names import stem
from ..core.types import is_array
from ..errors import Loc
from .alias import rotation
from .checkpoint import in_checkpoints
from .context import Context, Note
from .cut import FREE
from .lengths import Lengths
from .level import export
from .overwrite import Overwrite, find_overwrite, note_last, visit_last
from .plan import Plan
from .segment import Segments, State, state_of
from .simplify import drop_dead
from .tape import Tape
from .timeline import Timeline

#: ops that allocate, and those that allocate all iterations' arrays at once
_ALLOCATES = {
    "np.empty": "np.empty", "np.zeros": "np.zeros", "np.empty_like": "np.empty",
    "np.zeros_like": "np.zeros", "kernels.empty_tape": "kernels.empty_tape",
}

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
    depth: int = 0  #: loops around it


def supply(ctx: Context, timeline: Timeline, lap: Lap) -> tuple[list[Stmt], list[Stmt]]:
    """The forward loop with what is before and behind it (the tape), and the reverse loop."""
    loop = replace(lap.loop, body=lap.body)
    live = drop_dead(Function("reverse", (), Block(tuple(lap.reverse), lap.yields)))
    lap = replace(lap, reverse=live.body.stmts)
    if not lap.reverse and not lap.carried:
        return [replace(loop, checkpoints=None)], []
    loops = _Supply(ctx, timeline, lap)
    before, forward, after = loops.build()
    return [*before, forward, *loops.behind], after


class _Supply(Plan):
    """The plan of a loop, and the two loops that follow from it."""

    def __init__(self, ctx: Context, timeline: Timeline, lap: Lap) -> None:
        super().__init__(ctx, timeline, lap.body, lap.loc)
        self.lap, self.loop = lap, lap.loop
        self.phis = {c.phi: k for k, c in enumerate(self.loop.carried)}
        self.rotation = rotation(self.loop, lap.body.yields)
        self.steps = _steps(self.loop, lap.body, ctx)
        self.length: Atom | None = None
        self.turn_from: dict[str, Atom] = {}
        self.turned: dict[str, str] = {}
        self.behind: list[Stmt] = []

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
        parallel = isinstance(self.loop, For) and self.loop.parallel
        once = None if parallel else find_overwrite(
            self.ctx, self.loop, self.lap.reverse, self.lap.yields, self.lap.carried)
        if once is not None:
            loops = self._once(once, fixed)
            if loops is not None:
                return loops
        kept, again = self.choose(needed, fixed)
        self.ctx.recorded.update(kept)
        turns = any(n in self.rotation for n in (*needed, *self._operands_of(again)))
        state = None
        if self.loop.checkpoints is not None and kept and not self.ctx.rules.plain:
            return in_checkpoints(self, reverse, kept, again, needed)
        self.loop = replace(self.loop, checkpoints=None)
        if self.lap.depth == 0 and not parallel:
            state = state_of(self.ctx, self.timeline, self.loop, self.rotation)
        if state is not None and any(self._block_of(n) for n in kept):
            self.ctx.notes.append(Note("segments", self.loop.loc))
            return self._in_segments(reverse, kept, again, state, needed)
        return self._assemble(reverse, kept, again, turns, needed)

    def _once(self, found: Overwrite, fixed: Mapping[str, type[FREE] | None]
              ) -> tuple[list[Stmt], Stmt, list[Stmt]] | None:
        """The loops of a value that is overwritten now and then, if its index tells all."""
        assert isinstance(self.loop, For)
        local = {**fixed, **dict.fromkeys(self.level.where)}
        needed = [n for n in free_names(Block(found.stmts)) if n in local]
        kept, again = self.choose(needed, fixed)
        noted = note_last(self.ctx, replace(self.loop, body=self.lap.body), found)
        if kept or noted is None or any(n in self.rotation or n in self.steps for n in needed):
            return None
        self.ctx.notes.append(Note("last", self.loop.loc))
        forward, last = noted
        self.rename[self.loop.index] = Var(last)
        clones = self.again(self.lap.body.stmts, set(again), self.rename)
        return [], forward, visit_last(self.ctx, found, last, clones, self.rename, self.lap.loc)

    def _in_segments(self, reverse: Block, kept: list[str], again: list[str], state: State,
                     needed: Sequence[str]) -> tuple[list[Stmt], Stmt, list[Stmt]]:
        """The loop over segments, and the reverse of one segment inside its reverse."""
        ctx, loop = self.ctx, self.loop
        assert isinstance(loop, For)
        segments = Segments(ctx, loop, state, self.lap.loc)
        whole = Tape(ctx, loop, self.lap.loc)
        trips = whole.trips()
        sizes: list[Sequence[Atom]] = []
        for name in kept:
            block = self._block_of(name)
            if block is not None:
                segments.before += block[0]
                sizes.append(block[2])
        segments.before += whole.before
        segments.plan(sizes, trips)
        s = ctx.fresh("s", nb.intp)
        stmts: list[Stmt] = []
        starts = segments.restore(stmts, s)
        self.steps = {n: (starts[n], step) for n, (_, step) in self.steps.items()}
        low, high = segments.bounds(stmts, s)
        shadows = set(ctx.shadow.values())
        kept_carried = [(k, c) for k, c in enumerate(loop.carried) if c.phi not in shadows]
        again_results = {c.phi: ctx.fresh(c.phi, ctx.types[c.phi]) for _, c in kept_carried}
        yields = self.lap.body.yields
        self.loop = replace(loop, start=low, stop=high)
        self.length = Var(segments.length)
        outer: list[Carried] = []
        ends: list[Atom] = []
        inner: list[Carried] = []
        for c in self.lap.carried:
            phi, end = (ctx.fresh(c.phi, ctx.types[c.phi]) for _ in range(2))
            inner.append(Carried(c.phi, Var(phi), end))
            outer.append(Carried(phi, c.init, c.result))
            ends.append(Var(end))
        self.lap = replace(self.lap, carried=tuple(inner))
        for _, c in ((k, c) for k, c in enumerate(loop.carried) if c.phi in shadows):
            phi = ctx.fresh(c.phi, ctx.types[c.phi])
            outer.append(Carried(phi, Var(c.result), ctx.fresh(c.phi, ctx.types[c.phi])))
            self.turn_from[c.phi] = Var(phi)
        for _, c in kept_carried:
            self.turn_from[c.phi] = Var(again_results[c.phi])
        before, forward, after = self._assemble(reverse, kept, again, True, needed)
        assert isinstance(forward, For)
        forward = replace(
            forward, loc=self.lap.loc,
            carried=tuple(Carried(c.phi, starts.get(c.phi, c.init), again_results[c.phi])
                          for _, c in kept_carried),
            body=Block(forward.body.stmts, tuple(yields[k] for k, _ in kept_carried)),
        )
        backward = after[-1]
        assert isinstance(backward, For)
        for c in loop.carried:
            if c.phi in shadows:
                ends.append(Var(self.turned[c.phi]))
        lists = [b for b in before if isinstance(b, Let) and b.op == "kernels.stack"]
        stmts += [*lists, forward, *after]  # a segment begins with empty lists
        last = ctx.fresh("_t", nb.intp)
        reverse_loop = For(s, Var(last), Const(-1), Const(-1), tuple(outer),
                           Block(tuple(stmts), tuple(ends)), self.lap.loc)
        return (
            [*segments.before, *(b for b in before if b not in lists)], segments.forward(),
            [Let(last, "-", (Var(segments.count), Const(1))), reverse_loop],
        )

    def _assemble(self, reverse: Block, kept: list[str], again: list[str], turns: bool,
                  needed: Sequence[str]) -> tuple[list[Stmt], Stmt, list[Stmt]]:
        stmts, visible = export(self.ctx, self.lap.body.stmts, {n for n in kept if n not in self.phis})
        tape = Tape(self.ctx, self.loop, self.lap.loc, self.length)
        self._note(kept)
        prologue: list[Stmt] = []
        if isinstance(self.loop, For):
            self.rename[self.loop.index] = Var(tape.reverse_index)
        for name in kept:
            value = Var(visible.get(name, name))
            block = self._block_of(name)
            if block is not None:
                rows, back = tape.row(name, *block)
                stmts = tuple(
                    new for s in stmts
                    for new in (rows if isinstance(s, Let) and s.target == name else (s,))
                )
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
        prologue += self.again(self.lap.body.stmts, set(again), self.rename)
        body = Block(
            (*tape.reverse_prologue, *prologue, *(self._renamed(s) for s in reverse.stmts)),
            tuple(self._atom(a) for a in reverse.yields) + tuple(yields[len(reverse.yields):]),
        )
        return (tape.before, tape.forward(), tape.reverse(tuple(carried), body))

    def _note(self, kept: Sequence[str]) -> None:
        """Say what the loop records itself; what loops in it record, they say."""
        values = [n for n in kept if isinstance(self.ctx.types.get(n), (nb.Number, nb.Boolean, nb.BaseTuple))]
        words = tuple(dict.fromkeys(map(self._word, values)))
        self.ctx.notes.append(Note("tape", self.loop.loc, words, sum(map(self.weight, values))))

    def _word(self, name: str) -> str:
        """What a value is called: its name, or the text that computes it."""
        stmt, _ = self.level.where.get(name, (None, ()))
        loc = stmt.loc if isinstance(stmt, Let) else None
        if name.startswith("_") and isinstance(loc, Loc) and loc.text and loc.column is not None:
            return loc.text[loc.column:loc.end_column]
        return stem(name)

    # --- arrays that every iteration allocates anew -------------------------------------------

    def _block_of(self, name: str) -> tuple[list[Stmt], str, list[Atom]] | None:
        """The lengths of an array that the body allocates, if they are the same in all iterations.

        Then all iterations' arrays are rows of one block. Returns the statements that compute the
        lengths before the loop, the op that allocates, and the lengths.
        """
        typ: Any = self.ctx.types.get(name)
        stmt, guards = self.level.where.get(name, (None, ()))
        if not isinstance(self.loop, For) or guards or not isinstance(stmt, Let) or stmt.keywords:
            return None
        if stmt.op not in _ALLOCATES:
            return None
        if not is_array(typ) or typ.layout != "C" or self.rename.get(name) is not None:
            return None
        before: list[Stmt] = []
        known: dict[str, Atom] = {}
        shape, _ = self.level.where.get(getattr(stmt.args[0], "name", ""), (None, ()))
        if isinstance(shape, Let) and shape.op == "tuple":
            parts = [self._before_loop(a, before, known) for a in shape.args]
            return None if None in parts else (before, _ALLOCATES[stmt.op], parts)  # type: ignore
        size = self._before_loop(stmt.args[0], before, known)
        if size is None:
            return None
        if stmt.op.endswith("_like"):
            size = self._hoisted(before, ".shape", (size,), nb.UniTuple(nb.intp, typ.ndim))
        kind = self.ctx.type_of(size)
        if not isinstance(kind, nb.BaseTuple):
            return before, _ALLOCATES[stmt.op], [size]
        lengths: list[Atom] = [
            self._hoisted(before, "[]", (size, Const(k)), nb.intp) for k in range(typ.ndim)
        ]
        return before, _ALLOCATES[stmt.op], lengths

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
        if stmt.op in (".shape", ".size", "len") and args == [None]:
            args = [self._of_same_shape(stmt.args[0])]
        if any(a is None for a in args):
            return None
        name = self.ctx.fresh(atom.name, self.ctx.types[atom.name])
        before.append(replace(stmt, target=name, args=tuple(args)))  # type: ignore[arg-type]
        known[atom.name] = Var(name)
        return Var(name)

    def _of_same_shape(self, array: Atom) -> Atom | None:
        """An array from before the loop that has the shape of a carried one in every iteration."""
        if not isinstance(array, Var) or array.name not in self.rotation:
            return None
        lengths = Lengths(self.ctx.fn, self.ctx.types)
        inits = lengths.turns.get(array.name, ())
        shapes = {lengths.dims(a.name) for a in inits if isinstance(a, Var)}
        return inits[0] if len(shapes) == 1 else None

    def _turn_back(self) -> list[tuple[Carried, Atom]]:
        """Carried values that only change places go back the other way."""
        out: list[tuple[Carried, Atom]] = []
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
            start = self.turn_from.get(c.phi, Var(c.result))
            self.turned[c.phi] = end
            out.append((Carried(name, start, end), Var(names[came_from[k]])))
            self.rename[c.phi] = Var(names[came_from[k]])
        return out


def _steps(loop: For | While, body: Block, ctx: Context) -> dict[str, tuple[Atom, int]]:
    """The carried integers that grow by a literal step: name -> (first value, step)."""
    lets = {s.target: s for s in body.stmts if isinstance(s, Let)}
    found: dict[str, tuple[Atom, int]] = {}
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
