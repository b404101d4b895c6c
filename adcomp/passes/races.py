"""Races that can be seen in a parallel loop.

Requires: verified, typed Core, before `normalise`.
Ensures:  no parallel loop stores to an element that does not depend on its index, and none reads or writes
          in one iteration what another one writes, as far as the indices tell. What they do not tell is the
          user's word, as it is in Numba.
"""

from __future__ import annotations

from collections.abc import Iterator

from numba import types as nb

from ..core.ir import (
    Atom,
    Block,
    Call,
    Const,
    For,
    Function,
    If,
    Let,
    SetItem,
    Stmt,
    Var,
    Where,
    While,
    atoms_of,
    blocks_of,
    bound_in,
    defined_by,
    walk,
)
from ..core.names import stem
from ..core.ops import INPLACE
from ..core.types import Types, is_array, type_of
from ..errors import Loc, UnsupportedSyntax
from .alias import Aliases, find_aliases, is_view


def refused(message: str, loc: Where, hint: str) -> UnsupportedSyntax:
    return UnsupportedSyntax(message, loc=loc if isinstance(loc, Loc) else None, hint=hint)


def check_races(fn: Function, types: Types) -> None:
    """Refuse the parallel loops of a function that race."""
    aliases = find_aliases(fn, types)
    for stmt in walk(fn.body):
        if isinstance(stmt, For) and stmt.parallel:
            _Loop(stmt, types, aliases).check()


class _Loop:
    def __init__(self, loop: For, types: Types, aliases: Aliases) -> None:
        self.loop, self.types, self.aliases = loop, types, aliases
        self.inside = set(bound_in(loop.body))
        self.own = following(loop)
        self.shift = _shifts(loop)
        self.ranges = {s.index: s for s in walk(loop.body) if isinstance(s, For)}
        self.rows = {
            s.target: s for s in walk(loop.body)
            if isinstance(s, Let) and s.op == "[]" and isinstance(s.args[0], Var) and is_view(s, types)
            and all(isinstance(type_of(a, types), nb.Integer) for a in s.args[1:])
        }

    def check(self) -> None:
        for stmt, guarded in _guarded(self.loop.body, self.own):
            if not guarded:
                for array, index in _stores(stmt, self.types):
                    if not self._is_private(array) and self.own.isdisjoint(_names((array, *index))):
                        raise refused(
                            f"every iteration of this prange loop stores to the same place of "
                            f"{stem(array.name)!r}, at the same time", stmt.loc,
                            "let the index of the loop choose the place, or use range",
                        )
        self._check_neighbours()

    def _is_private(self, array: Var) -> bool:
        sites = self.aliases.of(array)
        return not sites or all(s.name in self.inside for s in sites)

    def _check_neighbours(self) -> None:
        stores, loads = [], []
        for stmt in walk(self.loop.body):
            match stmt:
                case SetItem(array=Var(name), index=index):
                    stores.append((*self._place(name, index), stmt.loc))
                case Let(op="[]", args=(Var(name), *index)) if is_array(self.types.get(name)):
                    loads.append((*self._place(name, tuple(index)), stmt.loc))
        for array, index, _ in stores:
            for other, elsewhere, at in (*stores, *loads):
                if array == other and not self._is_private(Var(array)) and self._meet(index, elsewhere):
                    raise refused(
                        f"an iteration of this prange loop touches an element of {stem(array)!r} that "
                        f"another one stores to, at the same time", at, "read from a copy, or use range",
                    )

    def _place(self, name: str, index: tuple[Atom, ...]) -> tuple[str, tuple[Atom, ...]]:
        """An element of a row, ``x[i][j]``, as one of the array that the row was taken from."""
        while name in self.rows:
            row = self.rows[name]
            assert isinstance(row.args[0], Var)
            name, index = row.args[0].name, (*row.args[1:], *index)
        return name, index

    def _meet(self, a: tuple[Atom, ...], b: tuple[Atom, ...]) -> bool:
        """Do two indices, at which one axis differs, surely mean one element in different iterations?"""
        apart = [(p, q) for p, q in zip(a, b, strict=False) if p != q]
        if len(a) != len(b) or len(apart) != 1:
            return False
        if any(p == q and isinstance(p, Var) and p.name in self.own for p, q in zip(a, b, strict=True)):
            return False
        p, q = (atom.name if isinstance(atom, Var) else "" for atom in apart[0])
        if p not in self.shift:
            return False
        if q not in self.shift:
            return q in self.ranges and self._overlaps(self.ranges[q])
        start, stop = self.loop.start, self.loop.stop
        if not (isinstance(start, Const) and isinstance(stop, Const)):
            return True
        return abs(self.shift[p] - self.shift[q]) < stop.value - start.value

    def _overlaps(self, inner: For) -> bool:
        """Does a loop inside run over what other iterations have for their index?"""
        starts, stops = inner.start == self.loop.start, inner.stop == self.loop.stop
        first, last = (isinstance(a, Var) and a.name in self.shift for a in (inner.start, inner.stop))
        return inner.step == Const(1) and (starts and (stops or last) or first and stops)


def _shifts(loop: For) -> dict[str, int]:
    """The names of a loop's body that are its index plus a constant, in loops inside too."""
    found = {loop.index: 0}
    for stmt in walk(loop.body):
        match stmt:
            case Let(target=target, op="+", args=(Var(name), Const(k)) | (Const(k), Var(name))) if (
                name in found and type(k) is int
            ):
                found[target] = found[name] + k
            case Let(target=target, op="-", args=(Var(name), Const(k))) if name in found and type(k) is int:
                found[target] = found[name] - k
            case Let(target=target, op="id", args=(Var(name),)) if name in found:
                found[target] = found[name]
    return found


def following(loop: For) -> set[str]:
    """The names of a loop's body that may be others in every iteration."""
    found = {loop.index}
    while True:
        before = len(found)
        _follow(loop.body, found)
        if len(found) == before:
            return found


def _follow(block: Block, found: set[str]) -> None:
    for stmt in block.stmts:
        if not found.isdisjoint(_names(atoms_of(stmt))):
            found.update(defined_by(stmt))
            # Ranges of which one end is fixed overlap: range(i), range(i, n).
            if isinstance(stmt, For):
                if all(not found.isdisjoint(_names((a,))) for a in (stmt.start, stmt.stop)):
                    found.add(stmt.index)
        for inner in blocks_of(stmt):
            _follow(inner, found)
        if isinstance(stmt, If):
            for name, *ends in zip(stmt.results, stmt.then.yields, stmt.orelse.yields, strict=True):
                if not found.isdisjoint(_names(ends)):
                    found.add(name)
        elif isinstance(stmt, (For, While)):
            for c, last in zip(stmt.carried, stmt.body.yields, strict=True):
                if not found.isdisjoint((*_names((c.init, last)), c.phi)):
                    found.update((c.phi, c.result))


def _names(atoms: object) -> list[str]:
    return [a.name for a in atoms if isinstance(a, Var)]  # type: ignore[attr-defined]


def _stores(stmt: Stmt, types: Types) -> Iterator[tuple[Var, tuple[Atom, ...]]]:
    """The places that a statement stores to; a sum ``a += v`` of arrays is none, `separate` sees to it."""
    match stmt:
        case SetItem(array=Var() as array, index=index):
            yield array, index
        case Let(op=op, args=(Var(name) as array, *_)) if (
            op in INPLACE and INPLACE[op] not in ("+", "-") and is_array(types.get(name))
        ):
            yield array, ()
        case Call(args=args, mutates=mutates):
            for k in mutates:
                atom = args[k]
                if isinstance(atom, Var) and is_array(types.get(atom.name)):
                    yield atom, ()


def _guarded(block: Block, own: set[str], guarded: bool = False,
             tests: dict[str, Let] | None = None) -> Iterator[tuple[Stmt, bool]]:
    """Every statement, and whether it runs in one iteration alone: under ``if i == k``."""
    tests = {} if tests is None else tests
    for stmt in block.stmts:
        yield stmt, guarded
        if isinstance(stmt, Let) and stmt.op == "==":
            tests[stmt.target] = stmt
        if isinstance(stmt, If):
            test = tests.get(stmt.cond.name) if isinstance(stmt.cond, Var) else None
            one = test is not None and sum(not own.isdisjoint(_names((a,))) for a in test.args) == 1
            yield from _guarded(stmt.then, own, guarded or one, tests)
            yield from _guarded(stmt.orelse, own, guarded, tests)
        else:
            for inner in blocks_of(stmt):
                yield from _guarded(inner, own, guarded, tests)
