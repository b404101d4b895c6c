"""Additions to neighbours, element by element.

Requires: typed Core; an upward loop of the reverse sweep.
Ensures:  the same meaning up to the rounding of sums of cotangents; a loop that :mod:`scatter
          <adcomp.passes.scatter>` does not vouch for stays as it is. The adjoint of a stencil is a
          scatter, ::

              for i in range(lo, hi):
                  v_bar[i - 1] += A(i)
                  v_bar[i] += B(i)
                  v_bar[i + 1] += C(i)
                  u_bar[i] = 0.0

          and becomes one loop over the elements that are added to, ::

              for i in range(lo + 1, hi - 1):
                  v_bar[i] += C(i - 1) + B(i) + A(i + 1)
                  u_bar[i - 1] = 0.0

          between two short loops over the first and the last iterations, which add what is missing.

Note [Lag]: what else an iteration does, it does in the step that needs its values for the last time, and
after all additions of that step have read theirs. So ``u_bar[i]`` is read by ``A``, ``B`` and ``C``
before it is set to zero, and LLVM sees loads that run ahead of a store, which it vectorises.

Note [Rows apart]: LLVM compares ``u_bar[i - 1]`` with ``u_bar[i]`` only if it knows that they are of one
array, and of another one than ``v_bar``. It does not where a loop swaps the two, or where they are rows
of one array: then it asks, when the program runs, whether ``u_bar[1:]`` and ``u_bar[:-1]`` overlap, and
the loop runs scalar. ``kernels.buffer`` hides what the rows have in common; LLVM still checks that they
do not overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from numba import types as nb

from ..core.ir import Atom, Block, Carried, Const, For, If, Let, SetItem, Stmt, Var
from ..core.types import Types, type_of
from .accesses import offsets
from .alias import Aliases
from .least import Least
from .scatter import Term, find_scatter, rows_of, slice_of

#: comparisons of address ranges that LLVM puts before a loop at most
MOST_CHECKS = 8

Fresh = Callable[[str, object], str]


def gather(
    loop: For, types: Types, aliases: Aliases, least: Least, fresh: Fresh, given: Collection[str] = ()
) -> tuple[list[Stmt], For | None] | None:
    """The loops that a scatter into neighbours becomes, and one for what they leave to do.

    None if it has to stay as it is. ``given`` are the arrays that the function did not make.
    """
    found = find_scatter(loop, types, aliases, least)
    if found is None:
        return None
    worker = _Gather(found.loop, fresh, types, aliases)
    if _checks(found.loop, types, aliases, given) <= MOST_CHECKS:
        return [*found.before, *worker.emit(found.terms, found.rest)], None
    out = [*found.before]
    for row in dict.fromkeys(t.row for t in found.terms):
        nothing = replace(loop, carried=(), body=Block(()))
        out += worker.emit([t for t in found.terms if t.row == row], nothing)
    return out, found.rest


def _checks(loop: For, types: Types, aliases: Aliases, given: Collection[str]) -> int:
    """How many pairs of rows there are of which one is written, and that LLVM cannot tell apart.

    It is told that arrays which a function makes are apart, but not that its arguments are.
    """
    rows = list(rows_of(loop, types).items())

    def may_meet(a: Atom, b: Atom) -> bool:
        of_a, of_b = ({s.name for s in aliases.of(x)} for x in (a, b))
        return bool(of_a & of_b) or not (of_a.isdisjoint(given) or of_b.isdisjoint(given))

    return sum(
        (a_written or b_written) and may_meet(a[0], b[0])
        for k, (a, a_written) in enumerate(rows) for b, b_written in rows[:k]
    )


class _Gather:
    def __init__(self, loop: For, fresh: Fresh, types: Types, aliases: Aliases) -> None:
        self.loop, self.fresh, self.types, self.aliases = loop, fresh, types, aliases
        self.before: list[Stmt] = []

    def emit(self, terms: Sequence[Term], rest: For) -> list[Stmt]:
        """The first iterations, the elements in between, the last iterations."""
        loop, self.before = self.loop, []
        low, high = min(t.shift for t in terms), max(t.shift for t in terms)
        width = high - low
        first = self._plus(loop.start, high)
        last = self._let("max", self._plus(loop.stop, low), first)
        end = self._let("min", self._plus(loop.start, width), loop.stop)
        begin = self._let("max", self._plus(loop.stop, -width), loop.start)

        head_limits = {t.shift: self._plus(first, -t.shift) for t in terms if low < t.shift < high}
        tail_limits = {t.shift: self._plus(last, -t.shift) for t in terms if low < t.shift < high}
        head = self._edge("<", [t for t in terms if t.shift < high], head_limits)
        touched = replace(loop, body=Block((*slice_of(loop, [t.store for t in terms]),
                                            *(t.store for t in terms), *rest.body.stmts)))
        renamed, apart = self._apart(touched)
        middle = _Body(loop, self.fresh, self.types, renamed)
        self._middle(middle, terms)
        middle.run(rest.body.stmts, -high)
        closing = self._edge(">=", [t for t in terms if t.shift > low], tail_limits)
        closing.run(rest.body.stmts, 0)

        carried, yields = self._carry(middle, -high, rest.carried, [c.init for c in rest.carried],
                                      [self.fresh(c.result, self.types[c.result]) for c in rest.carried])
        results = [Var(c.result) for c in carried]
        closing_carried, closing_yields = self._carry(
            closing, 0, rest.carried, results, [c.result for c in rest.carried])
        return [
            *self.before,
            head.loop(loop.start, end),
            *apart,
            middle.loop(first, last, carried, yields),
            closing.loop(begin, loop.stop, closing_carried, closing_yields),
        ]

    def _apart(self, loop: For) -> tuple[dict[tuple[Atom, ...], Var], list[Stmt]]:
        """Names for the rows of a loop that LLVM would not tell apart. See Note [Rows apart]."""
        rows = rows_of(loop, self.types)
        names: dict[tuple[Atom, ...], Var] = {}
        stmts: list[Stmt] = []
        for row in rows:
            array = row[0]
            assert isinstance(array, Var)
            others = [r for r in rows if r != row and self.aliases.of(r[0]) & self.aliases.of(array)]
            if any(rows[r] for r in (row, *others)) and others:
                names[row] = Var(self.fresh(array.name, self.types[array.name]))
                stmts.append(Let(names[row].name, "kernels.buffer", (array,)))
        return names, stmts

    def _middle(self, body: _Body, terms: Sequence[Term]) -> None:
        """All additions to one element of each row."""
        ordered = sorted(terms, key=lambda t: -t.shift)
        for t in ordered:
            body.run(slice_of(self.loop, [t.store]), -t.shift)
        for row in dict.fromkeys(t.row for t in terms):
            typ = type_of(row[0], self.types).dtype
            total: Atom | None = None
            for t in (t for t in ordered if t.row == row):
                value = body.atom(t.store.value, -t.shift)
                if total is None:
                    total, loc = value, t.store.loc
                    continue
                name = self.fresh("_t", typ)
                body.stmts.append(Let(name, "+", (total, value), t.store.loc))
                total = Var(name)
            assert total is not None
            body.add(SetItem(body.rows.get(row, row[0]), (*row[1:], Var(body.index)), total, True, loc))

    def _edge(self, op: str, terms: Sequence[Term], limits: Mapping[int, Atom]) -> _Body:
        """The additions of an iteration at an edge to elements that the middle leaves out."""
        body = _Body(self.loop, self.fresh, self.types)
        body.run(slice_of(self.loop, [t.store for t in terms]), 0)
        shifts = dict.fromkeys(t.shift for t in terms)
        for shift in shifts:
            adds = tuple(body.moved(t.store, 0) for t in terms if t.shift == shift)
            if shift not in limits:
                body.stmts += adds
                continue
            cond = self.fresh("_t", nb.boolean)
            body.stmts.append(Let(cond, op, (Var(body.index), limits[shift])))
            body.stmts.append(If(Var(cond), Block(adds), Block(()), (), self.loop.loc))
        body.forget_loads()
        return body

    def _carry(self, body: _Body, shift: int, carried: Sequence[Carried], inits: Sequence[Atom],
               results: Sequence[str]) -> tuple[tuple[Carried, ...], tuple[Atom, ...]]:
        new = tuple(Carried(body.phis[c.phi], init, result)
                    for c, init, result in zip(carried, inits, results, strict=True))
        yields = self.loop.body.yields if carried else ()
        return new, tuple(body.atom(a, shift) for a in yields)

    def _plus(self, atom: Atom, k: int) -> Atom:
        """``atom + k``, computed before the loops."""
        if k == 0:
            return atom
        if isinstance(atom, Const):
            return Const(atom.value + k)
        return self._let("+" if k > 0 else "-", atom, Const(abs(k)))

    def _let(self, op: str, a: Atom, b: Atom) -> Atom:
        if isinstance(a, Const) and isinstance(b, Const):
            return Const({"min": min, "max": max}[op](a.value, b.value))
        name = self.fresh("_t", nb.intp)
        self.before.append(Let(name, op, (a, b)))
        return Var(name)


class _Body:
    """The body of a new loop, into which statements of iterations ``index + shift`` are copied."""

    def __init__(self, loop: For, fresh: Fresh, types: Types,
                 rows: Mapping[tuple[Atom, ...], Var] = MappingProxyType({})) -> None:
        self.old, self.fresh, self.types, self.rows = loop, fresh, types, rows
        self.index = fresh(loop.index, nb.intp)
        self.phis = {c.phi: fresh(c.phi, types[c.phi]) for c in loop.carried}
        self.place = offsets(loop.body, loop.index)
        self.stmts: list[Stmt] = []
        self.names: dict[tuple[str, int], Atom] = {}
        self.shifted: dict[int, Atom] = {0: Var(self.index)}
        self.known: dict[tuple[str, tuple[Atom, ...]], Atom] = {}

    def atom(self, a: Atom, shift: int) -> Atom:
        """What an atom of the old body is in iteration ``index + shift``."""
        if not isinstance(a, Var):
            return a
        if a.name in self.phis:
            return Var(self.phis[a.name])
        if a.name in self.place:
            return self._shifted(self.place[a.name] + shift)
        return self.names.get((a.name, shift), a)

    def _shifted(self, k: int) -> Atom:
        if k not in self.shifted:
            name = self.fresh("_t", nb.intp)
            self.stmts.append(Let(name, "+" if k > 0 else "-", (Var(self.index), Const(abs(k)))))
            self.shifted[k] = Var(name)
        return self.shifted[k]

    def run(self, stmts: Iterable[Stmt], shift: int) -> None:
        """Do what statements do in iteration ``index + shift``; what is known is not computed again."""
        for stmt in stmts:
            if isinstance(stmt, SetItem):
                self.add(self.moved(stmt, shift))
                self.forget_loads()
            elif isinstance(stmt, Let) and stmt.target not in self.place:
                if (stmt.target, shift) not in self.names:
                    self.names[stmt.target, shift] = self._compute(stmt, shift)

    def moved(self, stmt: SetItem, shift: int) -> SetItem:
        array = self.rows.get((stmt.array, *stmt.index[:-1]), stmt.array)
        index = tuple(self.atom(a, shift) for a in stmt.index)
        return replace(stmt, array=array, index=index, value=self.atom(stmt.value, shift))

    def _compute(self, stmt: Let, shift: int) -> Atom:
        args = tuple(self.atom(a, shift) for a in stmt.args)
        if stmt.op == "[]":
            args = (self.rows.get(stmt.args[:-1], args[0]), *args[1:])
        if (stmt.op, args) not in self.known:
            name = self.fresh(stmt.target, self.types[stmt.target])
            self.stmts.append(replace(stmt, target=name, args=args))
            self.known[stmt.op, args] = Var(name)
        return self.known[stmt.op, args]

    def add(self, stmt: Stmt) -> None:
        self.stmts.append(stmt)

    def forget_loads(self) -> None:
        """A load after a store is a new one."""
        self.known = {key: value for key, value in self.known.items() if key[0] != "[]"}

    def loop(self, start: Atom, stop: Atom, carried: tuple[Carried, ...] = (),
             yields: tuple[Atom, ...] = ()) -> For:
        return For(self.index, start, stop, Const(1), carried, Block(tuple(self.stmts), yields), self.old.loc)
