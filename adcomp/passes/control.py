"""Arguments that a loop's result depends on through comparisons only.

Requires: verified, typed Core and its aliases.
Ensures:  for a name that no derivative flows from, the decision in a loop through which it still
          determines a result, or None.

A bisection narrows an interval by comparing with a parameter: its result follows the parameter, and
no arithmetic leads from one to the other. The derivative along the path that was taken is zero
everywhere, and is not the derivative of the function. What decides may be a comparison, or anything else
that no derivative goes through, such as a sign or a rounding; and a function that calls itself is a loop
too. Outside of loops, and where it is the same in every iteration, a decision makes a step, whose
derivative is zero indeed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

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
    bound_in,
    walk,
)
from ..core.types import Types, is_array
from .activity import differentiates, stores_derivative
from .alias import Aliases, writes
from .jam import moving

_SHAPES = frozenset((".shape", ".size", ".ndim", ".dtype", ".itemsize", ".nbytes", ".strides", "len"))


@dataclass(frozen=True)
class Decider:
    """A function whose decisions are traced.

    ``is_zero`` tells of ops, users' functions included, whose derivative is zero; ``callee`` gives the
    function that a statement calls, where it is neither inlined nor has a rule.
    """

    fn: Function
    types: Types
    aliases: Aliases
    is_zero: Callable[[str], bool]
    callee: Callable[[Let], Decider | None]


def decided_by(
    function: Decider, name: str, *, repeats: bool = False, within: frozenset[str] = frozenset()
) -> Where | None:
    """Where a loop decides by what comes of ``name``, if a result depends on the outcome.

    With ``repeats``, the whole function is run again and again, by itself; ``within`` are the names of the
    functions that are being traced.
    """
    trace = _Trace(function, within | {function.fn.name})
    trace.value.mark(Var(name))
    body = function.fn.body
    varies = frozenset((*function.fn.params, *bound_in(body))) if repeats else frozenset()
    while trace.changed():
        trace.block(body, varies, False)
    return trace.loc if any(map(trace.outcome.has, body.yields)) else None


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
    """``value`` depends on the name's value; ``outcome`` on what was decided by it."""

    def __init__(self, function: Decider, within: frozenset[str]) -> None:
        self.function, self.within = function, within
        self.types, self.aliases = function.types, function.aliases
        self.value, self.outcome = (_Marks(self.types, self.aliases) for _ in range(2))
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
            case Let(op=op) if op in _SHAPES or self._is_declared(op):
                pass
            case Let(target=target, args=args) if self._cuts(stmt):
                self._decide(args, Var(target), varies, stmt.loc)
            case Let(target=target, args=args):
                self._flow(args, Var(target))
                self._call(stmt)
            case SetItem(array=array, index=index, value=value):
                if stores_derivative(stmt, self.types):
                    self._flow((*index, value), array)
                else:
                    self._decide((*index, value), array, varies, stmt.loc)
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

    def _cuts(self, stmt: Let) -> bool:
        """Is it a statement that no derivative goes through?"""
        return not differentiates(stmt, self.types, self.function.is_zero)

    def _is_declared(self, op: str) -> bool:
        """Does a user say that the derivative of a function is zero? Then it is meant."""
        return op in self.function.fn.namespace and self.function.is_zero(op)

    def _decide(self, args: Iterable[Atom], target: Atom, varies: frozenset[str], loc: Where) -> None:
        args = tuple(args)
        if any(map(self.outcome.has, args)) or any(map(self.value.has, args)) and any(
            isinstance(a, Var) and a.name in varies for a in args
        ):
            self.loc = self.loc or loc
            self.outcome.mark(target)

    def _call(self, stmt: Let) -> None:
        """What a function that calls itself decides."""
        if not any(map(self.value.has, stmt.args)):
            return
        callee = self.function.callee(stmt)
        if callee is None or callee.fn.name in self.within:
            return
        for param, atom in zip(callee.fn.params, stmt.args, strict=False):
            if self.value.has(atom):
                loc = decided_by(callee, param, repeats=True, within=self.within)
                if loc is not None:
                    self.loc = self.loc or loc
                    self.outcome.mark(Var(stmt.target))

    def _reloaded(self, loop: For | While) -> Iterator[str]:
        """What a loop loads from arrays that it writes to."""
        aliases = self.aliases
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
