"""Races that can be seen in a parallel loop.

Requires: verified, typed Core, before `normalise`.
Ensures:  no parallel loop stores to an element that does not depend on its index, and none reads or writes
          in one iteration what another one writes, as far as the indices tell. What they do not tell is the
          user's word, as it is in Numba.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
from ..core.types import Types, is_array
from ..errors import Loc, UnsupportedSyntax
from .accesses import offsets
from .alias import Aliases, find_aliases


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
        place = offsets(self.loop.body, self.loop.index)
        stores = [(s.array, s.index, s.loc) for s in walk(self.loop.body) if isinstance(s, SetItem)]
        loads = [(s.args[0], s.args[1:], s.loc) for s in walk(self.loop.body)
                 if isinstance(s, Let) and s.op == "[]" and is_array(self._type(s.args[0]))]
        for array, index, _ in stores:
            for other, elsewhere, at in (*stores, *loads):
                if array == other and self._shifted(index, elsewhere, place):
                    assert isinstance(array, Var)
                    raise refused(
                        f"an iteration of this prange loop touches an element of {stem(array.name)!r} that "
                        f"another one stores to, at the same time", at,
                        "read from a copy, or use range",
                    )

    def _type(self, atom: Atom) -> object:
        return self.types.get(atom.name) if isinstance(atom, Var) else None

    def _shifted(self, a: tuple[Atom, ...], b: tuple[Atom, ...], place: Mapping[str, int]) -> bool:
        """Is one index the other, of a neighbouring iteration?"""
        apart = [(place.get(p.name), place.get(q.name)) if isinstance(p, Var) and isinstance(q, Var) else None
                 for p, q in zip(a, b, strict=False) if p != q]
        if len(a) != len(b) or len(apart) != 1 or apart[0] is None or None in apart[0]:
            return False
        if not any(p == q and isinstance(p, Var) and p.name in place for p, q in zip(a, b, strict=True)):
            shift = abs(apart[0][0] - apart[0][1])  # type: ignore[operator]
            start, stop = self.loop.start, self.loop.stop
            known = isinstance(start, Const) and isinstance(stop, Const)
            return not (known and shift >= stop.value - start.value)  # type: ignore[union-attr]
        return False


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
            if isinstance(stmt, For) and not found.isdisjoint(_names((stmt.start, stmt.stop, stmt.step))):
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
