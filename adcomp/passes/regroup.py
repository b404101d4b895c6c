"""Recurrences of cotangents, with fewer operations from one iteration to the next.

Requires: verified, typed Core, simplified.
Ensures:  the same meaning up to the rounding of sums of cotangents. In a reverse loop that carries
          cotangents, a sum is added up so that what is known sooner comes first, and terms that
          share a factor share a multiplication.

Pullbacks add one contribution after the other. Where a loop carries the sum, each addition waits for
the one before, and that chain is what the loop costs::

    x_bar += t * a
    x_bar += t * b          x_bar += t * (a + b + c)
    x_bar += t * c

Here ``t`` follows from the carried cotangents and ``a``, ``b``, ``c`` do not, so their sum is ready by
the time that ``t`` is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from numba import types as nb

from ..core.ir import (
    AdjointLoc,
    Atom,
    Block,
    For,
    Function,
    Let,
    Stmt,
    Var,
    Where,
    defined_by,
    map_blocks,
    names_in,
)
from ..core.names import Namer, typed_namer
from ..core.types import scalar, type_of
from .accesses import is_sum


def regroup(fn: Function, types: dict[str, object], namer: Namer) -> Function:
    """Regroup the sums of reverse loops; ``types`` gets those of new names."""

    def block(b: Block) -> Block:
        return Block(tuple(statement(s) for s in b.stmts), b.yields)

    def statement(stmt: Stmt) -> Stmt:
        stmt = map_blocks(stmt, block)
        if isinstance(stmt, For) and isinstance(stmt.loc, AdjointLoc) and _is_recurrence(stmt, types):
            return replace(stmt, body=_Regroup(stmt, types, namer).body())
        return stmt

    return replace(fn, body=block(fn.body))


def _is_recurrence(loop: For, types: dict[str, object]) -> bool:
    return any(isinstance(types.get(c.phi), nb.Float) and not is_sum(loop, k)
               for k, c in enumerate(loop.carried))


@dataclass(frozen=True)
class _Term:
    """A product: a factor that follows from what is carried, or None, and factors that do not."""

    late: Atom | None
    early: tuple[Atom, ...]
    negative: bool


def _cancels(terms: list[_Term]) -> bool:
    """Do two terms add up to nothing?"""
    return any(replace(t, negative=not t.negative) in terms for t in terms)


class _Regroup:
    """The body of one loop, whose sums are regrouped."""

    def __init__(self, loop: For, types: dict[str, object], namer: Namer) -> None:
        self.loop, self.types, self.fresh = loop, types, typed_namer(namer, types)
        self.lets = {s.target: s for s in loop.body.stmts if isinstance(s, Let)}
        self.uses: dict[str, int] = {}
        for name in names_in(loop.body):
            self.uses[name] = self.uses.get(name, 0) + 1
        self.order = {c.phi: -1 for c in loop.carried}
        for k, stmt in enumerate(loop.body.stmts):
            if not self.order.keys().isdisjoint(names_in(Block((stmt,)))):
                self.order |= dict.fromkeys(defined_by(stmt), k)
        self.out: list[Stmt] = []

    def body(self) -> Block:
        absorbed = {a.name for s in self.lets.values() if self._is_sum(s) for a in s.args
                    if isinstance(a, Var) and self._is_part(a, self.types[s.target])}
        for stmt in self.loop.body.stmts:
            new = None
            if isinstance(stmt, Let) and self._is_sum(stmt) and stmt.target not in absorbed:
                new = self._again(stmt)
            self.out += [stmt] if new is None else new
        return Block(tuple(self.out), self.loop.body.yields)

    # --- terms ----------------------------------------------------------------------------------

    def _is_sum(self, stmt: Let) -> bool:
        """A sum of cotangents that follows from what is carried."""
        return (stmt.op in ("+", "-") and len(stmt.args) == 2 and stmt.target in self.order
                and isinstance(stmt.loc, AdjointLoc) and self._is_plain(stmt))

    def _is_plain(self, stmt: Let) -> bool:
        """Do a statement's result and its arguments have one type, a real one?"""
        kind = self.types.get(stmt.target)
        return isinstance(kind, nb.Float) and all(type_of(a, self.types) == kind for a in stmt.args)

    def _is_part(self, atom: Atom, kind: object) -> bool:
        """Is it a sum that nobody else reads?"""
        if not isinstance(atom, Var) or self.uses.get(atom.name) != 1:
            return False
        stmt = self.lets.get(atom.name)
        return stmt is not None and self._is_sum(stmt) and self.types[stmt.target] == kind

    def _parts(self, stmt: Let, negative: bool) -> list[tuple[Atom, bool]]:
        """What a sum adds up, and what it subtracts."""
        kind = self.types[stmt.target]
        parts: list[tuple[Atom, bool]] = []
        for k, atom in enumerate(stmt.args):
            sign = negative != (stmt.op == "-" and k == 1)
            if self._is_part(atom, kind):
                parts += self._parts(self.lets[atom.name], sign)  # type: ignore[union-attr]
            else:
                parts.append((atom, sign))
        return parts

    def _products(self, atom: Atom, negative: bool) -> list[_Term]:
        """The ways to read a part as a product, each a step further back."""
        if not isinstance(atom, Var) or atom.name not in self.order:
            return [_Term(None, (atom,), negative)]
        ways = [_Term(atom, (), negative)]
        while (step := self._step(ways[-1])) is not None:
            ways.append(step)
        return ways

    def _step(self, term: _Term) -> _Term | None:
        stmt = self.lets.get(term.late.name) if isinstance(term.late, Var) else None
        if stmt is None or not self._is_plain(stmt):
            return None
        late = [a for a in stmt.args if isinstance(a, Var) and a.name in self.order]
        if stmt.op == "neg":
            return replace(term, late=stmt.args[0], negative=not term.negative)
        if stmt.op == "*" and len(late) == 1:
            other = stmt.args[1] if stmt.args[0] == late[0] else stmt.args[0]
            return replace(term, late=late[0], early=(*term.early, other))
        return None

    def _terms(self, stmt: Let) -> list[_Term]:
        """The terms of a sum, with the factor that most of them share, else as they are."""
        ways = [self._products(atom, negative) for atom, negative in self._parts(stmt, False)]
        count: dict[Atom, int] = {}
        for way in ways:
            for atom in {t.late: None for t in way if t.late is not None}:
                count[atom] = count.get(atom, 0) + 1
        return [max(way, key=lambda t: count.get(t.late, 1) if t.late is not None else 0) for way in ways]

    # --- the sum --------------------------------------------------------------------------------

    def _again(self, stmt: Let) -> list[Stmt] | None:
        terms = self._terms(stmt)
        groups: dict[Atom | None, list[_Term]] = {}
        for term in terms:
            groups.setdefault(term.late, []).append(term)
        if len(terms) < 3 and len(groups) == len(terms) or any(map(_cancels, groups.values())):
            return None
        kind, out = self.types[stmt.target], list[Stmt]()
        ordered = sorted((g for g in groups if g is not None), key=self._place)
        total = self._early(groups.get(None, []), kind, stmt.loc, out)
        for late in ordered:
            total = self._added(total, late, groups[late], kind, stmt.loc, out)
        atom, negative = total  # type: ignore[misc]
        last = out[-1] if out else None
        if negative or not isinstance(last, Let) or Var(last.target) != atom:
            return None
        return [*out[:-1], replace(last, target=stmt.target)]

    def _place(self, atom: Atom) -> int:
        assert isinstance(atom, Var)
        return self.order[atom.name]

    def _let(self, out: list[Stmt], op: str, args: tuple[Atom, ...], kind: object, loc: Where) -> Var:
        name = self.fresh("_t", kind)
        out.append(Let(name, op, args, loc))
        return Var(name)

    def _added(
        self, total: tuple[Atom, bool] | None, late: Atom, terms: list[_Term], kind: object, loc: Where,
        out: list[Stmt],
    ) -> tuple[Atom, bool]:
        """A sum and the terms of one factor: the atom, and whether it stands for its negative."""
        if len(terms) == 1 and not terms[0].early:
            part: tuple[Atom, bool] = late, terms[0].negative
        else:
            found = self._early(terms, kind, loc, out)
            assert found is not None
            part = self._let(out, "*", (late, found[0]), kind, loc), found[1]
        return part if total is None else self._sum(total, part, kind, loc, out)

    def _sum(self, a: tuple[Atom, bool], b: tuple[Atom, bool], kind: object, loc: Where,
             out: list[Stmt]) -> tuple[Atom, bool]:
        (x, minus_x), (y, minus_y) = a, b
        if minus_x == minus_y:
            return self._let(out, "+", (x, y), kind, loc), minus_x
        if minus_x:
            x, y = y, x
        return self._let(out, "-", (x, y), kind, loc), False

    def _early(self, terms: list[_Term], kind: object, loc: Where, out: list[Stmt]
               ) -> tuple[Atom, bool] | None:
        """The sum of what does not follow from what is carried: positive terms first."""
        counts: dict[tuple[Atom, ...], int] = {}
        for term in terms:
            counts[term.early] = counts.get(term.early, 0) + (-1 if term.negative else 1)
        total: tuple[Atom, bool] | None = None
        for early, count in sorted(counts.items(), key=lambda item: item[1] < 0):
            factors = [*early, *([] if abs(count) == 1 and early else [scalar(kind, abs(count))])]
            atom = factors[0]
            for factor in factors[1:]:
                atom = self._let(out, "*", (atom, factor), kind, loc)
            part = atom, count < 0
            total = part if total is None else self._sum(total, part, kind, loc, out)
        return total
