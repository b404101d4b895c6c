"""Additions to neighbours, element by element.

Requires: typed Core; an upward loop of the reverse sweep.
Ensures:  the same meaning up to the rounding of sums of cotangents. The adjoint of a stencil is a
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

The pass leaves a loop alone unless it can prove that

* the iterations may run in any order, up to the rounding of sums (``accesses.any_order``);
* the arrays that are gathered are only added to in the loop, each addition at the loop's index plus a
  constant in the last dimension, with the same indices before it;
* what is added depends on the iteration through numbers and loads only, and no load is of memory that
  an earlier statement of the same iteration has written;
* nothing that costs more than arithmetic is computed more often than before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from numba import types as nb

from ..core.ir import (
    Atom,
    Block,
    Carried,
    Const,
    For,
    If,
    Let,
    SetItem,
    Stmt,
    Var,
    bound_in,
)
from ..core.ops import Effect, effect_of
from ..core.types import Types, is_array, is_float, type_of
from .accesses import accesses, any_order, offsets
from .alias import Aliases
from .least import Least

#: additions in one loop, and elements between the first and the last
MOST_TERMS, WIDEST = 12, 8

#: comparisons of address ranges that LLVM puts before a loop at most
MOST_CHECKS = 8

_ARITHMETIC = frozenset(("+", "-", "*", "/", "neg", "pos", "[]", "abs", "float", "min", "max", "np.float64",
                         "np.float32", "<", "<=", ">", ">=", "==", "!=", "&", "|", "not", "np.conj",
                         ".real", ".imag", "np.abs", "math.fabs", "math.sqrt", "np.sqrt"))
_PLACELESS = (Effect.PURE, Effect.ELEMENTWISE, Effect.INDEX)

Fresh = Callable[[str, object], str]


@dataclass(frozen=True)
class Term:
    """One addition: ``store`` adds to the element at the iteration's index plus ``shift``."""

    store: SetItem
    shift: int

    @property
    def row(self) -> tuple[Atom, ...]:
        return (self.store.array, *self.store.index[:-1])


def gather(
    loop: For, types: Types, aliases: Aliases, least: Least, fresh: Fresh
) -> tuple[list[Stmt], For | None] | None:
    """The loops that a scatter into neighbours becomes, and one for what they leave to do.

    None if it has to stay as it is.
    """
    hoisted, loop = _hoist(loop, types)
    terms = _terms(loop, types)
    if not 1 < len(terms) <= MOST_TERMS or not _is_legal(loop, terms, types, aliases, least):
        return None
    if max(t.shift for t in terms) - min(t.shift for t in terms) > WIDEST or _repeats_calls(loop, terms):
        return None
    rest = replace(loop, body=Block(
        tuple(s for s in loop.body.stmts if not any(s is t.store for t in terms)), loop.body.yields
    ))
    if _checks(loop, types) <= MOST_CHECKS:
        return [*hoisted, *_Gather(loop, fresh, types, aliases).emit(terms, rest)], None
    out = [*hoisted]
    for row in dict.fromkeys(t.row for t in terms):
        nothing = replace(loop, carried=(), body=Block(()))
        out += _Gather(loop, fresh, types, aliases).emit([t for t in terms if t.row == row], nothing)
    return out, rest


# --- proof --------------------------------------------------------------------------------------


def _hoist(loop: For, types: Types) -> tuple[list[Stmt], For]:
    """Sums of integers that are the same in every iteration, and the loop without them."""
    inside = set(bound_in(loop.body)) | {loop.index} | {c.phi for c in loop.carried}
    hoisted: list[Stmt] = []
    kept: list[Stmt] = []
    for stmt in loop.body.stmts:
        if isinstance(stmt, Let) and stmt.op in ("+", "-") and types.get(stmt.target) == nb.intp and not any(
            isinstance(a, Var) and a.name in inside for a in stmt.args
        ):
            hoisted.append(stmt)
            inside.discard(stmt.target)
        else:
            kept.append(stmt)
    return hoisted, replace(loop, body=Block(tuple(kept), loop.body.yields))


def _terms(loop: For, types: Types) -> list[Term]:
    """The additions to more than one element of a row."""
    place = offsets(loop.body, loop.index)
    inside = set(bound_in(loop.body)) | {loop.index} | {c.phi for c in loop.carried}
    found = [
        Term(s, place[s.index[-1].name]) for s in loop.body.stmts
        if isinstance(s, SetItem) and s.accumulate and s.index and isinstance(s.index[-1], Var)
        and s.index[-1].name in place
        and not any(isinstance(a, Var) and a.name in inside for a in (s.array, *s.index[:-1]))
    ]
    shifts: dict[tuple[Atom, ...], set[int]] = {}
    for t in found:
        shifts.setdefault(t.row, set()).add(t.shift)
    return [t for t in found if len(shifts[t.row]) > 1]


def _is_legal(loop: For, terms: Sequence[Term], types: Types, aliases: Aliases, least: Least) -> bool:
    if loop.step != Const(1) or loop.parallel or types.get(loop.index) != nb.intp:
        return False
    if any(type_of(a, types) != nb.intp for a in (loop.start, loop.stop)):
        return False
    if not all(_is_plain(s, types) for s in loop.body.stmts):
        return False
    found = list(accesses(loop.body, types))
    if not all(aliases.of(Var(a.array)) for a in found):
        return False
    if not any_order(loop, types, aliases, least):
        return False
    for t in terms:
        dtype = type_of(t.store.array, types).dtype
        if not is_float(dtype) or type_of(t.store.value, types) != dtype:
            return False
        if any(a.kind != "add" and _meet(Var(a.array), t.store.array, aliases) for a in found):
            return False
    return not _reads_written(loop, terms, aliases, types)


def _is_plain(stmt: Stmt, types: Types) -> bool:
    """Is it arithmetic, a load of one number, or a store of one?"""
    match stmt:
        case Let(target=target, op=op, args=args, keywords=()):
            numbers = not any(is_array(type_of(a, types)) for a in args)
            scalar = isinstance(types.get(target), (nb.Number, nb.Boolean))
            return scalar and effect_of(op) in _PLACELESS and (
                numbers or op == "[]" or effect_of(op) is Effect.PURE
            )
        case SetItem(array=Var(name), index=index):
            array: Any = types.get(name)
            return is_array(array) and len(index) == array.ndim and all(
                isinstance(type_of(a, types), nb.Integer) for a in index
            )
    return False


def _meet(a: Atom, b: Atom, aliases: Aliases) -> bool:
    return a == b or aliases.may_share(a, b)


def _reads_written(loop: For, terms: Sequence[Term], aliases: Aliases, types: Types) -> bool:
    """May what is added depend on memory that the same iteration has written before?"""
    needed = set(map(id, _slice(loop, [t.store for t in terms])))
    written: list[Atom] = []
    for stmt in loop.body.stmts:
        if isinstance(stmt, SetItem):
            written.append(stmt.array)
        elif isinstance(stmt, Let) and stmt.op == "[]" and id(stmt) in needed:
            base = stmt.args[0]
            if is_array(type_of(base, types)) and any(_meet(base, a, aliases) for a in written):
                return True
    return False


def _slice(loop: For, stores: Iterable[Stmt]) -> list[Let]:
    """The statements of the body that compute what these read."""
    needed = {a.name for s in stores if isinstance(s, SetItem)
              for a in (s.array, *s.index, s.value) if isinstance(a, Var)}
    found: list[Let] = []
    for stmt in reversed(loop.body.stmts):
        if isinstance(stmt, Let) and stmt.target in needed:
            needed |= {a.name for a in stmt.args if isinstance(a, Var)}
            found.append(stmt)
    return found[::-1]


def _repeats_calls(loop: For, terms: Sequence[Term]) -> bool:
    """Is there more than arithmetic that several additions, or an addition and the rest, need?"""
    by_shift: dict[int, list[Stmt]] = {}
    for t in terms:
        by_shift.setdefault(t.shift, []).append(t.store)
    stored = [s for s in loop.body.stmts if isinstance(s, SetItem) and not any(s is t.store for t in terms)]
    last = SetItem(Const(0), loop.body.yields, Const(0))
    uses: dict[str, int] = {}
    groups: list[list[Stmt]] = [*by_shift.values(), [*stored, last]]
    for group in groups:
        for stmt in _slice(loop, group):
            if stmt.op not in _ARITHMETIC:
                uses[stmt.target] = uses.get(stmt.target, 0) + 1
    return any(count > 1 for count in uses.values())


def _rows(loop: For, types: Types) -> dict[tuple[Atom, ...], bool]:
    """The rows that a loop touches, and whether it writes to them."""
    found: dict[tuple[Atom, ...], bool] = {}
    for a in accesses(loop.body, types):
        row = (Var(a.array), *a.index[:-1])
        found[row] = found.get(row, False) or a.kind != "load"
    return found


def _checks(loop: For, types: Types) -> int:
    """How many pairs of rows there are of which one is written."""
    written = list(_rows(loop, types).values())
    return sum(written[j] or written[k] for k in range(len(written)) for j in range(k))


# --- emission -----------------------------------------------------------------------------------


class _Gather:
    def __init__(self, loop: For, fresh: Fresh, types: Types, aliases: Aliases) -> None:
        self.loop, self.fresh, self.types, self.aliases = loop, fresh, types, aliases
        self.before: list[Stmt] = []

    def emit(self, terms: Sequence[Term], rest: For) -> list[Stmt]:
        """The first iterations, the elements in between, the last iterations."""
        loop = self.loop
        low, high = min(t.shift for t in terms), max(t.shift for t in terms)
        width = high - low
        first = self._plus(loop.start, high)
        last = self._let("max", self._plus(loop.stop, low), first)  # See Note [Counting up] in tighten.
        end = self._let("min", self._plus(loop.start, width), loop.stop)
        begin = self._let("max", self._plus(loop.stop, -width), loop.start)

        head_limits = {t.shift: self._plus(first, -t.shift) for t in terms if low < t.shift < high}
        tail_limits = {t.shift: self._plus(last, -t.shift) for t in terms if low < t.shift < high}
        head = self._edge("<", [t for t in terms if t.shift < high], head_limits)
        touched = replace(loop, body=Block((*_slice(loop, [t.store for t in terms]),
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
        rows = _rows(loop, self.types)
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
            body.run(_slice(self.loop, [t.store]), -t.shift)
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
        body.run(_slice(self.loop, [t.store for t in terms]), 0)
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
