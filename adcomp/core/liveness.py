"""Which names hold a value that is still wanted, at every place of a function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .expressions import Expr, names_of
from .ir import UNDEFINED, Const, Var
from .statements import (
    Assign,
    Branch,
    Break,
    Loop,
    PyStmt,
    Range,
    Throw,
    expressions_in,
    nested_in,
)

__all__ = ["Liveness"]


class Liveness:
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


def _assigned_in(body: Sequence[PyStmt]) -> Iterator[str]:
    """The names that statements assign, in the order of the text."""
    for stmt in body:
        if isinstance(stmt, Assign):
            yield from (target for target, _ in stmt.moves)
        elif isinstance(stmt, Range):
            yield stmt.index
        for inner in nested_in(stmt):
            yield from _assigned_in(inner)


def _indices_in(body: Sequence[PyStmt]) -> Iterator[str]:
    for stmt in body:
        if isinstance(stmt, Range):
            yield stmt.index
        for inner in nested_in(stmt):
            yield from _indices_in(inner)
