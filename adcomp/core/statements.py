"""Statements of printed Python: Core out of SSA form, its carried values and results assigned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from .expressions import Expr, names_of
from .ir import UNDEFINED, Where

__all__ = [
    "Assign", "Branch", "Break", "Copies", "Loop", "Move", "PyStmt", "Range", "Return", "Run",
    "Store", "Throw", "expressions_in", "in_order", "map_expressions", "nested_in",
]

Move = tuple[str, Expr]


class Copies(Enum):
    """Assignments that only carry values into, round and out of blocks.

    They may be dropped where nobody reads them, and both sides may share a variable.
    """

    TO_PHI = "first and next values of a loop"
    FROM_PHI = "last values of a loop"
    FROM_BRANCH = "results of a branch"


@dataclass(frozen=True, slots=True)
class Assign:
    """Assignments that happen at once: ``a, b = b, a``.

    The value `UNDEFINED` stands for no assignment: whatever the variable held is not wanted.
    """

    moves: tuple[Move, ...]
    loc: Where = None
    copies: Copies | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """``array[index] = value`` or ``array[index] += value``."""

    array: Expr
    index: tuple[Expr, ...]
    value: Expr
    accumulate: bool
    loc: Where = None


@dataclass(frozen=True, slots=True)
class Run:
    """A call for its effect."""

    call: Expr
    loc: Where = None


@dataclass(frozen=True, slots=True)
class Branch:
    """``if cond: then``, ``else: orelse``."""

    cond: Expr
    then: tuple[PyStmt, ...]
    orelse: tuple[PyStmt, ...]
    loc: Where = None


@dataclass(frozen=True, slots=True)
class Range:
    """``for index in range(start, stop, step): body``."""

    index: str
    bounds: tuple[Expr, Expr, Expr]
    body: tuple[PyStmt, ...]
    parallel: bool = False
    loc: Where = None


@dataclass(frozen=True, slots=True)
class Loop:
    """``while test: body``."""

    test: Expr
    body: tuple[PyStmt, ...]
    loc: Where = None


@dataclass(frozen=True, slots=True)
class Break:
    """``if cond: break``."""

    cond: Expr
    loc: Where = None


@dataclass(frozen=True, slots=True)
class Throw:
    """``raise exception(*args)``."""

    exception: str
    args: tuple[Expr, ...]
    loc: Where = None


@dataclass(frozen=True, slots=True)
class Return:
    """``return value``."""

    value: Expr
    loc: Where = None


PyStmt = Assign | Store | Run | Branch | Range | Loop | Break | Throw | Return


def expressions_in(stmt: PyStmt) -> tuple[Expr, ...]:
    """The expressions that a statement itself evaluates, those of nested statements excluded."""
    match stmt:
        case Assign(moves=moves):
            return tuple(value for _, value in moves)
        case Store(array=array, index=index, value=value):
            return (value, array, *index)
        case Run(call=expr) | Branch(cond=expr) | Loop(test=expr) | Break(cond=expr):
            return (expr,)
        case Return(value=expr):
            return (expr,)
        case Range(bounds=bounds):
            return bounds
        case Throw(args=args):
            return args
    raise AssertionError(stmt)


def nested_in(stmt: PyStmt) -> tuple[tuple[PyStmt, ...], ...]:
    """The blocks nested directly in a statement."""
    match stmt:
        case Branch(then=then, orelse=orelse):
            return (then, orelse)
        case Range(body=body) | Loop(body=body):
            return (body,)
    return ()


def map_expressions(stmt: PyStmt, f: Callable[[Expr], Expr]) -> PyStmt:
    """A statement with ``f`` applied to the expressions that it itself evaluates."""
    match stmt:
        case Assign(moves=moves):
            return replace(stmt, moves=tuple((target, f(value)) for target, value in moves))
        case Store(array=array, index=index, value=value):
            return replace(stmt, array=f(array), index=tuple(map(f, index)), value=f(value))
        case Run(call=call):
            return replace(stmt, call=f(call))
        case Branch(cond=cond) | Break(cond=cond):
            return replace(stmt, cond=f(cond))
        case Loop(test=test):
            return replace(stmt, test=f(test))
        case Return(value=value):
            return replace(stmt, value=f(value))
        case Range(bounds=(start, stop, step)):
            return replace(stmt, bounds=(f(start), f(stop), f(step)))
        case Throw(args=args):
            return replace(stmt, args=tuple(map(f, args)))
    raise AssertionError(stmt)


def in_order(moves: tuple[Move, ...]) -> Iterator[tuple[Move, ...]]:
    """Split parallel moves into assignments to run one after the other.

    Ensures that no assignment overwrites what a later one reads; those that swap values stay
    together. Moves that do nothing are left out.

    Examples
    --------
    >>> from .ir import Var
    >>> [[target for target, _ in group] for group in in_order(
    ...     (("a", Var("b")), ("b", Var("c")), ("d", Var("e")), ("e", Var("d"))))]
    [['a'], ['b'], ['d', 'e']]
    """
    left = [(t, v, frozenset(names_of(v))) for t, v in moves if v is not UNDEFINED]
    left = [(t, v, reads) for t, v, reads in left if getattr(v, "name", None) != t]
    while left:
        group = _next_group(left)
        yield tuple(left[k][:2] for k in sorted(group))
        left = [move for k, move in enumerate(left) if k not in group]


_ReadingMove = tuple[str, Expr, frozenset[str]]


def _next_group(moves: list[_ReadingMove]) -> frozenset[int]:
    """The positions of moves that overwrite nothing which others read; the fewest there are."""
    for k, (target, _, _) in enumerate(moves):
        if not any(target in reads for j, (_, _, reads) in enumerate(moves) if j != k):
            return frozenset({k})
    return min((_readers(moves, k) for k in range(len(moves))), key=len)


def _readers(moves: list[_ReadingMove], k: int) -> frozenset[int]:
    """The move ``k`` and all that have to run no later, since they read what it overwrites."""
    found = {k}
    todo = [k]
    while todo:
        target = moves[todo.pop()][0]
        new = {j for j, move in enumerate(moves) if target in move[2]} - found
        found |= new
        todo += new
    return frozenset(found)
