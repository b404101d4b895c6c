"""Loops that add to neighbouring elements, and may be gathered.

Requires: typed Core; an upward loop of the reverse sweep.
Ensures:  a :class:`Scatter`, or None where one of these is not certain:

* the iterations may run in any order, up to the rounding of sums (``accesses.any_order``);
* the arrays that are gathered are only added to in the loop, each addition at the loop's index plus a
  constant in the last dimension, with the same indices before it;
* what is added depends on the iteration through numbers and loads only, and no load is of memory that
  an earlier statement of the same iteration has written;
* nothing that costs more than arithmetic would be computed more often than before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numba import types as nb

from ..core.ir import Atom, Block, Const, For, Let, SetItem, Stmt, Var, bound_in
from ..core.ops import Effect, effect_of
from ..core.types import Types, is_array, is_float, type_of
from .accesses import accesses, any_order, lets_behind, offsets
from .alias import Aliases
from .least import Least

#: additions in one loop, and elements between the first and the last
MOST_TERMS, WIDEST = 12, 8

_ARITHMETIC = frozenset((
    "+", "-", "*", "/", "neg", "pos", "[]", "abs", "float", "min", "max", "np.float64", "np.float32", "<",
    "<=", ">", ">=", "==", "!=", "&", "|", "not", "np.conj", "np.abs", "math.fabs", "math.sqrt", "np.sqrt",
))
_PLACELESS = (Effect.PURE, Effect.ELEMENTWISE, Effect.INDEX)


@dataclass(frozen=True)
class Term:
    """One addition: ``store`` adds to the element at the iteration's index plus ``shift``."""

    store: SetItem
    shift: int

    @property
    def row(self) -> tuple[Atom, ...]:
        return (self.store.array, *self.store.index[:-1])


@dataclass(frozen=True)
class Scatter:
    """A loop without its additions to neighbours (``rest``), these, and what comes before the loop."""

    before: tuple[Stmt, ...]
    rest: For
    terms: tuple[Term, ...]
    loop: For


def find_scatter(loop: For, types: Types, aliases: Aliases, least: Least) -> Scatter | None:
    """The additions to neighbours of a loop that may be gathered."""
    hoisted, loop = _hoist(loop, types)
    terms = _terms(loop, types)
    if not 1 < len(terms) <= MOST_TERMS or not _is_legal(loop, terms, types, aliases, least):
        return None
    if max(t.shift for t in terms) - min(t.shift for t in terms) > WIDEST or _repeats_calls(loop, terms):
        return None
    left = tuple(s for s in loop.body.stmts if not any(s is t.store for t in terms))
    rest = replace(loop, body=Block(left, loop.body.yields))
    return Scatter(tuple(hoisted), rest, tuple(terms), loop)


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
    return not reads_written(loop, [t.store for t in terms], aliases, types)


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


def reads_written(loop: For, stores: Iterable[Stmt], aliases: Aliases, types: Types) -> bool:
    """May what stores read depend on memory that the same iteration has written before?"""
    needed = set(map(id, slice_of(loop, stores)))
    written: list[Atom] = []
    for stmt in loop.body.stmts:
        if isinstance(stmt, SetItem):
            written.append(stmt.array)
        elif isinstance(stmt, Let) and stmt.op == "[]" and id(stmt) in needed:
            base = stmt.args[0]
            if is_array(type_of(base, types)) and any(_meet(base, a, aliases) for a in written):
                return True
    return False


def slice_of(loop: For, stores: Iterable[Stmt]) -> list[Let]:
    """The statements of the body that compute what these read."""
    atoms = [a for s in stores if isinstance(s, SetItem) for a in (s.array, *s.index, s.value)]
    return lets_behind(loop.body.stmts, atoms)


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
        for stmt in slice_of(loop, group):
            if stmt.op not in _ARITHMETIC:
                uses[stmt.target] = uses.get(stmt.target, 0) + 1
    return any(count > 1 for count in uses.values())


def rows_of(loop: For, types: Types) -> dict[tuple[Atom, ...], bool]:
    """The rows that a loop touches, and whether it writes to them."""
    found: dict[tuple[Atom, ...], bool] = {}
    for a in accesses(loop.body, types):
        row = (Var(a.array), *a.index[:-1])
        found[row] = found.get(row, False) or a.kind != "load"
    return found
