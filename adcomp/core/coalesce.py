"""One variable for the versions of a name, as far as their values do not get in each other's way.

This is Chaitin's register coalescing [1]_ on structured code: names that are wanted at the same
time interfere; of the others, those joined by a copy share a variable, and then those with the
same base name.

.. [1] G. J. Chaitin, "Register allocation & spilling via graph coloring", SIGPLAN 1982.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .expressions import Expr, names_of, negated, renamed
from .ir import UNDEFINED, Const, Var
from .statements import (
    Assign,
    Branch,
    Break,
    Copies,
    Loop,
    Move,
    PyStmt,
    Range,
    Throw,
    expressions_in,
    in_order,
    map_expressions,
)

__all__ = ["Plan", "base_of", "coalesce", "tidy"]

_SUFFIX = re.compile(r"_\d+$")


def base_of(name: str) -> str:
    """A name without the number that tells its versions apart.

    Examples
    --------
    >>> base_of("x_bar_12"), base_of("x2"), base_of("_t")
    ('x_bar', 'x2', '_t')
    """
    return _SUFFIX.sub("", name) or name


@dataclass(frozen=True, slots=True)
class Plan:
    """The variable of each name, and the copies that nobody reads."""

    spelling: Mapping[str, str]
    unread: frozenset[tuple[int, str]]

    def spell(self, name: str) -> str:
        """The variable of a name; a global keeps its own."""
        return self.spelling.get(name, name)

    def kept(self, assign: Assign) -> Iterator[Move]:
        """The moves of an assignment that somebody reads."""
        return (move for move in assign.moves if (id(assign), move[0]) not in self.unread)


def coalesce(
    params: Sequence[str],
    body: Sequence[PyStmt],
    *,
    reserved: Iterable[str] = (),
    kinds: Mapping[str, Any] | None = None,
) -> Plan:
    """Share variables between names.

    Parameters
    ----------
    params : sequence of str
        Parameters, which keep their names.
    body : sequence of PyStmt
        Statements in which every name has its own variable.
    reserved : iterable of str
        Names that mean something else in the text, such as ``np``.
    kinds : mapping of str to object, optional
        Types of names; names of different types do not share a variable.

    Returns
    -------
    Plan
        Under it, the statements compute the same values as before.
    """
    liveness = _Liveness(params, body)
    groups = _Groups(params, liveness, kinds)
    for copies, target, source in _copies_in(body):
        groups.join(copies, target, source)
    groups.join_versions()
    return Plan(groups.spelling(set(reserved)), liveness.unread)


# --- who is wanted when -------------------------------------------------------------------------


class _Liveness:
    """Walks statements backwards with the set of names that are still wanted, as bits of an int.

    Afterwards ``clash`` has, for each name, those that hold a wanted value where it is assigned.
    """

    def __init__(self, params: Sequence[str], body: Sequence[PyStmt]) -> None:
        self.names = tuple(dict.fromkeys((*params, *_assigned_in(body))))
        self.bit = {name: 1 << k for k, name in enumerate(self.names)}
        self.clash = dict.fromkeys(self.names, 0)
        self._read: set[tuple[int, str]] = set()
        self._optional: set[tuple[int, str]] = set()
        self._entry: dict[int, int] = {}  # what is wanted at the top of each loop, as far as known
        wanted = self._before(body, 0, 0)
        for name in params:
            self._assign(name, wanted | self._bits(params))
        self._make_symmetric()
        self.unread = frozenset(self._optional - self._read)

    def _before(self, stmts: Sequence[PyStmt], wanted: int, on_break: int) -> int:
        """What is wanted before statements, given what is after them and after a ``break``."""
        for stmt in reversed(stmts):
            wanted = self._before_one(stmt, wanted, on_break)
        return wanted

    def _before_one(self, stmt: PyStmt, wanted: int, on_break: int) -> int:
        match stmt:
            case Assign():
                return self._before_assign(stmt, wanted)
            case Branch(then=then, orelse=orelse):
                before_then = self._before(then, wanted, on_break)
                wanted = before_then | self._before(orelse, wanted, on_break)
            case Break():
                wanted |= on_break
            case Range() | Loop():
                wanted = self._top_of_loop(stmt, wanted)
            case Throw():
                wanted = 0
        return wanted | self._used_by(expressions_in(stmt))

    def _before_assign(self, stmt: Assign, wanted: int) -> int:
        after, used = wanted, 0
        targets = {target for target, _ in stmt.moves}
        for target, value in stmt.moves:
            wanted &= ~self.bit[target]
            if stmt.copies and isinstance(value, Var | Const):
                self._optional.add((id(stmt), target))
                if not after & self.bit[target]:
                    continue
                self._read.add((id(stmt), target))
            if value is UNDEFINED:
                continue
            # After `a = b` both hold the same value, and may be one variable.
            same = isinstance(value, Var) and value.name not in targets
            self._assign(target, after & ~self._used_by([value]) if same else after)
            used |= self._used_by([value])
        return wanted | used

    def _top_of_loop(self, loop: Range | Loop, after: int) -> int:
        exits = after if isinstance(loop, Range) or loop.test != Const(True) else 0
        wanted = self._entry.get(id(loop), 0) | exits | self._used_by_test(loop)
        while True:
            inside = self._before(loop.body, wanted, after)
            if isinstance(loop, Range):
                self._assign(loop.index, inside)
                inside &= ~self.bit[loop.index]
                self._keep_apart(loop)
            if inside | wanted == wanted:
                self._entry[id(loop)] = wanted
                return wanted
            wanted |= inside

    def _keep_apart(self, loop: Range) -> None:
        """The loops inside count with other variables; iterations at the same time assign none."""
        inside = _assigned_in(loop.body) if loop.parallel else _indices_in(loop.body)
        self._assign(loop.index, self._bits(inside))

    def _assign(self, name: str, wanted: int) -> None:
        self.clash[name] |= wanted & ~self.bit[name]

    def _used_by_test(self, loop: Range | Loop) -> int:
        return self._used_by([loop.test]) if isinstance(loop, Loop) else 0

    def _used_by(self, exprs: Iterable[Expr]) -> int:
        return self._bits(name for expr in exprs for name in names_of(expr))

    def _bits(self, names: Iterable[str]) -> int:
        bits = 0
        for name in names:
            bits |= self.bit.get(name, 0)
        return bits

    def _make_symmetric(self) -> None:
        for name, others in list(self.clash.items()):
            for other in self.members(others):
                self.clash[other] |= self.bit[name]

    def members(self, bits: int) -> Iterator[str]:
        """The names of a set of bits."""
        while bits:
            low = bits & -bits
            yield self.names[low.bit_length() - 1]
            bits ^= low


def _nested_in(stmt: PyStmt) -> tuple[Sequence[PyStmt], ...]:
    match stmt:
        case Branch(then=then, orelse=orelse):
            return (then, orelse)
        case Range(body=body) | Loop(body=body):
            return (body,)
    return ()


def _assigned_in(body: Sequence[PyStmt]) -> Iterator[str]:
    """The names that statements assign, in the order of the text."""
    for stmt in body:
        if isinstance(stmt, Assign):
            yield from (target for target, _ in stmt.moves)
        elif isinstance(stmt, Range):
            yield stmt.index
        for inner in _nested_in(stmt):
            yield from _assigned_in(inner)


def _indices_in(body: Sequence[PyStmt]) -> Iterator[str]:
    for stmt in body:
        if isinstance(stmt, Range):
            yield stmt.index
        for inner in _nested_in(stmt):
            yield from _indices_in(inner)


def _copies_in(body: Sequence[PyStmt]) -> list[tuple[Copies, str, str]]:
    """Pairs of names joined by a copy, the most important pairs first."""
    found: list[tuple[bool, int, int, tuple[Copies, str, str]]] = []

    def visit(stmts: Sequence[PyStmt], depth: int) -> None:
        for stmt in stmts:
            if isinstance(stmt, Assign) and stmt.copies:
                for target, value in stmt.moves:
                    if isinstance(value, Var):
                        renames = base_of(target) != base_of(value.name)
                        pair = stmt.copies, target, value.name
                        found.append((renames, -depth, len(found), pair))
            for inner in _nested_in(stmt):
                visit(inner, depth + isinstance(stmt, Range | Loop))

    visit(body, 0)
    return [pair for *_, pair in sorted(found, key=lambda entry: entry[:3])]


# --- who shares with whom -----------------------------------------------------------------------


@dataclass(slots=True)
class _Group:
    """Names that share a variable."""

    first: int
    members: int
    clash: int
    base: str
    kind: Any
    param: bool


class _Groups:
    """A partition of the names."""

    def __init__(
        self, params: Sequence[str], liveness: _Liveness, kinds: Mapping[str, Any] | None
    ) -> None:
        self._liveness = liveness
        kinds = kinds or {}
        self._group = {
            name: _Group(k, liveness.bit[name], liveness.clash[name], base_of(name),
                         kinds.get(name), name in params)
            for k, name in enumerate(liveness.names)
        }

    def join(self, copies: Copies, target: str, source: str) -> None:
        """Let the two ends of a copy share a variable, if they can; a loop's phi gives its base."""
        if source not in self._group:
            return
        a, b = self._group[target], self._group[source]
        if _compatible(a, b) and _may_rename(a, b, copies):
            self._merge(*((b, a) if copies is Copies.FROM_PHI else (a, b)))

    def join_versions(self) -> None:
        """Let versions of one name share a variable, as far as they can."""
        by_base: dict[str, list[_Group]] = {}
        for group in self._in_order():
            same = by_base.setdefault(group.base, [])
            home = next((other for other in same if _compatible(other, group)), None)
            if home is None:
                same.append(group)
            else:
                self._merge(home, group)

    def spelling(self, reserved: set[str]) -> dict[str, str]:
        """A variable for every name; groups that come first in the text choose first."""
        spelling: dict[str, str] = {}
        groups = sorted(self._in_order(), key=lambda g: (not g.param, g.first))
        taken = set(reserved)
        for group in groups:
            names = list(self._liveness.members(group.members))
            text = names[0] if group.param else _free(group.base, names, taken)
            taken.add(text)
            spelling |= dict.fromkeys(names, text)
        return spelling

    def _in_order(self) -> list[_Group]:
        return sorted({id(g): g for g in self._group.values()}.values(), key=lambda g: g.first)

    def _merge(self, a: _Group, b: _Group) -> None:
        """Put the names of ``b`` into ``a``, whose base the variable gets."""
        if a is b:
            return
        base = b.base if b.param or _is_anonymous(a.base) else a.base
        for name in self._liveness.members(b.members):
            self._group[name] = a
        a.first, a.base, a.param = min(a.first, b.first), base, a.param or b.param
        a.members |= b.members
        a.clash |= b.clash


def _compatible(a: _Group, b: _Group) -> bool:
    return not a.clash & b.members and a.kind == b.kind


def _may_rename(a: _Group, b: _Group, copies: Copies) -> bool:
    """Whether names with these bases may be spelled alike, given the copies that join them.

    A parameter keeps its name, and what a branch only hands on keeps its own: in
    ``if c: y = a`` the names are the user's.
    """
    if a.base == b.base:
        return True
    if a.param or b.param:
        return _is_anonymous((b if a.param else a).base)
    return copies is not Copies.FROM_BRANCH or _is_anonymous(a.base) or _is_anonymous(b.base)


def _is_anonymous(base: str) -> bool:
    return base == "_t"


def _free(base: str, names: Sequence[str], taken: set[str]) -> str:
    for text in (base, *names):
        if text not in taken and not keyword.iskeyword(text):
            return text
    k = 1
    while f"{base}_{k}" in taken:
        k += 1
    return f"{base}_{k}"


# --- carrying a plan out ------------------------------------------------------------------------


def tidy(body: Sequence[PyStmt], plan: Plan | None = None) -> tuple[PyStmt, ...]:
    """Statements as they are written.

    Parameters
    ----------
    body : sequence of PyStmt
    plan : Plan, optional
        Names the variables; without it they are called as they are.

    Returns
    -------
    tuple of PyStmt
        Parallel copies are single assignments as far as possible, and nothing is left of statements
        that do nothing.
    """
    plan = plan or Plan({}, frozenset())
    return tuple(new for stmt in body for new in _tidied(stmt, plan))


def _tidied(stmt: PyStmt, plan: Plan) -> Iterator[PyStmt]:
    if isinstance(stmt, Assign):
        moves = tuple((plan.spell(t), renamed(v, plan.spell)) for t, v in plan.kept(stmt))
        yield from (replace(stmt, moves=group) for group in in_order(moves))
        return
    stmt = map_expressions(stmt, lambda expr: renamed(expr, plan.spell))
    match stmt:
        case Branch(then=then, orelse=orelse):
            stmt = replace(stmt, then=tidy(then, plan), orelse=tidy(orelse, plan))
            if stmt.orelse and not stmt.then:
                stmt = replace(stmt, cond=negated(stmt.cond), then=stmt.orelse, orelse=())
            if not stmt.then:
                return
            if isinstance(stmt.then[-1], Throw):
                yield replace(stmt, orelse=())
                yield from stmt.orelse
                return
        case Range(index=index, body=body):
            stmt = replace(stmt, index=plan.spell(index), body=tidy(body, plan))
        case Loop(body=body):
            stmt = replace(stmt, body=tidy(body, plan))
    yield stmt
