"""A block of Core on its way to statements: which temporaries may still move to their use.

Note [Moving a temporary to its use]
------------------------------------
``_t = op(a)`` is written at its one use if no run of the program can tell:

* in the same block, so that it is evaluated exactly as often as before;
* not past a store, if its value depends on memory (`Frame.forget_reads`);
* not past a statement that may raise an exception, which another exception could forestall;
* not past a call that nothing is known of, if it is one itself: such calls keep their order.
  ``f(_t, _u)`` takes both in when the calls in ``_t``, ``_u`` are the last ones that were made,
  in this order (`Frame.take`).

Names stay valid wherever an expression goes: Core assigns none twice, and variables are shared
(`coalesce`) only after this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from .expressions import Expr, size_of
from .ir import Atom, Var, Where
from .statements import Assign, PyStmt

__all__ = ["Frame", "Taken"]

LARGEST = 24  # operations in one expression; more is too much for a reader


@dataclass(frozen=True, slots=True)
class _Pending:
    """A temporary that may still be written at its use."""

    expr: Expr
    place: int
    reads: bool
    ticks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """Expressions to write for atoms, whether they read memory, and the calls in them."""

    exprs: tuple[Expr, ...]
    reads: bool
    ticks: tuple[int, ...]


class Frame:
    """A block on its way to statements.

    ``ticks`` numbers the calls that must keep their order; a pending expression knows its own.
    """

    def __init__(self) -> None:
        self.out: list[PyStmt | None] = []
        self.pending: dict[str, _Pending] = {}
        self.ticks: list[int] = []
        self.writes = False
        self.raises = False

    def take(self, atoms: Sequence[Atom], *, any_order: bool = False) -> Taken:
        """Write pending temporaries in place of atoms that are evaluated here, in this order.

        With ``any_order`` they may also be evaluated in another one.
        """
        found = [self.pending.pop(a.name, None) if isinstance(a, Var) else None for a in atoms]
        if not self._may_call(found, any_order):
            found = _without_calls(found)
        while sum(size_of(p.expr) for p in found if p) > LARGEST:
            largest = max((p for p in found if p), key=lambda p: size_of(p.expr))
            found = _without_calls(found) if largest.ticks else [
                None if p is largest else p for p in found
            ]
        for p in filter(None, found):
            self.out[p.place] = None
        return Taken(
            tuple(p.expr if p else atom for p, atom in zip(found, atoms, strict=True)),
            any(p.reads for p in found if p),
            _ticks_of(found),
        )

    def _may_call(self, found: list[_Pending | None], any_order: bool) -> bool:
        ticks = _ticks_of(found)
        if any_order and sum(bool(p and p.ticks) for p in found) > 1:
            return False
        return ticks == tuple(self.ticks[len(self.ticks) - len(ticks):])

    def emit(self, stmt: PyStmt) -> None:
        self.out.append(stmt)

    def hold(
        self, target: str, expr: Expr, loc: Where, reads: bool, ticks: tuple[int, ...]
    ) -> None:
        """Assign a temporary here, unless its use takes it."""
        self.pending[target] = _Pending(expr, len(self.out), reads, ticks)
        self.emit(Assign(((target, expr),), loc))

    def tick(self) -> int:
        """A call is made here that must keep its place among others."""
        self.ticks.append(len(self.ticks))
        return self.ticks[-1]

    def forget_reads(self) -> None:
        """Memory changes here: what was read of it stays where it is."""
        self.writes = True
        self.pending = {name: p for name, p in self.pending.items() if not p.reads}

    def pass_by(self, *inner: Frame) -> None:
        """Blocks nested here have run, or have raised."""
        if any(frame.raises for frame in inner):
            self.raises = True
            self.pending.clear()
        if any(frame.writes for frame in inner):
            self.forget_reads()
        if any(frame.ticks for frame in inner):
            self.tick()

    def statements(self) -> tuple[PyStmt, ...]:
        return tuple(stmt for stmt in self.out if stmt is not None)


def _ticks_of(found: Iterable[_Pending | None]) -> tuple[int, ...]:
    return tuple(chain.from_iterable(p.ticks for p in found if p))


def _without_calls(found: list[_Pending | None]) -> list[_Pending | None]:
    return [None if p and p.ticks else p for p in found]
