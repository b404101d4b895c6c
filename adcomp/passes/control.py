"""Arguments that a loop's result depends on through comparisons only.

Requires: verified, typed Core and its aliases.
Ensures:  for a name that no derivative flows from, the comparison in a loop through which it still
          decides a result, or None.

A bisection narrows an interval by comparing with a parameter: its result follows the parameter, and
no arithmetic leads from one to the other. The derivative along the path that was taken is zero
everywhere, and is not the derivative of the function. Outside of loops, and where the comparison is
the same in every iteration, a branch makes a step, whose derivative is zero indeed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..core.ir import (
    Atom,
    Block,
    Call,
    For,
    Function,
    If,
    Let,
    SetItem,
    Stmt,
    Var,
    Where,
    While,
    blocks_of,
    walk,
)
from ..core.ops import COMPARE
from ..core.types import Types, is_array
from .alias import Aliases, writes
from .jam import moving

_SHAPES = frozenset((".shape", ".size", ".ndim", ".dtype", ".itemsize", ".nbytes", ".strides", "len"))


def decided_by(fn: Function, types: Types, aliases: Aliases, name: str) -> Where | None:
    """Where a loop compares what comes of ``name``, if a result depends on the outcome."""
    trace = _Trace(types, aliases)
    trace.value.mark(Var(name))
    while trace.changed():
        trace.block(fn.body, frozenset(), False)
    return trace.loc if any(map(trace.outcome.has, fn.body.yields)) else None


class _Marks:
    """Names of scalars, and sites of arrays."""

    def __init__(self, types: Types, aliases: Aliases) -> None:
        self.types, self.aliases = types, aliases
        self.found: set[str] = set()

    def mark(self, atom: Atom) -> None:
        self.found |= self._keys(atom)

    def has(self, atom: Atom) -> bool:
        return not self.found.isdisjoint(self._keys(atom))

    def _keys(self, atom: Atom) -> set[str]:
        if not isinstance(atom, Var):
            return set()
        if is_array(self.types.get(atom.name)):
            return {s.name for s in self.aliases.of(atom)} or {atom.name}
        return {atom.name}


class _Trace:
    """``value`` depends on the name's value; ``outcome`` on how comparisons of it came out."""

    def __init__(self, types: Types, aliases: Aliases) -> None:
        self.value, self.outcome = _Marks(types, aliases), _Marks(types, aliases)
        self.loc: Where | None = None
        self._size = -1

    def changed(self) -> bool:
        old, self._size = self._size, len(self.value.found) + len(self.outcome.found)
        return self._size != old

    def _flow(self, sources: Iterable[Atom], target: Atom) -> None:
        for marks in (self.value, self.outcome):
            if any(map(marks.has, sources)):
                marks.mark(target)

    def block(self, block: Block, varies: frozenset[str], decided: bool) -> None:
        """Follow a block; ``varies`` are the names that differ between iterations of a loop around it,
        and ``decided`` tells whether it runs depends on an outcome.
        """
        for stmt in block.stmts:
            self._statement(stmt, varies, decided)

    def _statement(self, stmt: Stmt, varies: frozenset[str], decided: bool) -> None:
        match stmt:
            case Let(op=op) if op in _SHAPES:
                pass
            case Let(target=target, op=op, args=args) if op in COMPARE:
                if any(map(self.outcome.has, args)) or any(map(self.value.has, args)) and any(
                    isinstance(a, Var) and a.name in varies for a in args
                ):
                    self.loc = self.loc or stmt.loc
                    self.outcome.mark(Var(target))
            case Let(target=target, args=args):
                self._flow(args, Var(target))
            case SetItem(array=array, index=index, value=value):
                self._flow((*index, value), array)
                if decided:
                    self.outcome.mark(array)
            case Call(args=args, mutates=mutates):
                for k in mutates:
                    self._flow(args, args[k])
                    if decided:
                        self.outcome.mark(args[k])
            case If(cond=cond, then=then, orelse=orelse, results=results):
                inner = decided or self.outcome.has(cond)
                for branch in (then, orelse):
                    self.block(branch, varies, inner)
                for name, *ends in zip(results, then.yields, orelse.yields, strict=True):
                    self._flow((cond, *ends), Var(name))
            case For() | While():
                self._loop(stmt, varies | moving(stmt, self._reloaded(stmt)), decided)

    def _reloaded(self, loop: For | While) -> Iterator[str]:
        """What a loop loads from arrays that it writes to."""
        aliases = self.value.aliases
        written = {s.name for part in blocks_of(loop) for _, a in writes(part) for s in aliases.of(a)}
        for part in blocks_of(loop):
            for stmt in walk(part):
                if isinstance(stmt, Let) and any(s.name in written for a in stmt.args for s in aliases.of(a)):
                    yield stmt.target

    def _loop(self, loop: For | While, varies: frozenset[str], decided: bool) -> None:
        bounds = (loop.start, loop.stop) if isinstance(loop, For) else loop.test.yields
        inner = decided or any(map(self.outcome.has, bounds))
        for part in blocks_of(loop):
            self.block(part, varies, inner)
        for c, last in zip(loop.carried, loop.body.yields, strict=True):
            for name in (c.phi, c.result):
                self._flow((c.init, last), Var(name))
                if any(map(self.outcome.has, bounds)):
                    self.outcome.mark(Var(name))
