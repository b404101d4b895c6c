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

from .expressions import negated, renamed
from .ir import Var
from .liveness import Liveness
from .statements import (
    Assign,
    Branch,
    Copies,
    Loop,
    Move,
    PyStmt,
    Range,
    Throw,
    in_order,
    map_expressions,
    nested_in,
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
    liveness = Liveness(params, body)
    groups = _Groups(params, liveness, kinds)
    for copies, target, source in _copies_in(body):
        groups.join(copies, target, source)
    groups.join_versions()
    return Plan(groups.spelling(set(reserved)), liveness.unread)


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
            for inner in nested_in(stmt):
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
        self, params: Sequence[str], liveness: Liveness, kinds: Mapping[str, Any] | None
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
