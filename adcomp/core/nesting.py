"""From Core to the statements that are printed: out of SSA form, and temporaries nested again.

Note [Moving a temporary to its use]
------------------------------------
``_t = op(a)`` is written at its one use if no run of the program can tell:

* in the same block, so that it is evaluated exactly as often as before;
* not past a store, if its value depends on memory (`_Frame.forget_reads`);
* not past a call that nothing is known of, if it is one itself: such calls keep their order.
  ``f(_t, _u)`` takes both in when the calls in ``_t``, ``_u`` are the last ones that were made,
  in this order (`_Frame.take`).

Names stay valid wherever an expression goes: Core assigns none twice, and variables are shared
(`coalesce`) only after this.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from .coalesce import base_of
from .expressions import Choice, Expr, Logic, Op, negated, size_of
from .ir import (
    UNDEFINED,
    Atom,
    Block,
    Call,
    Carried,
    Const,
    For,
    Function,
    If,
    Let,
    Raise,
    SetItem,
    Stmt,
    Var,
    Where,
    While,
    atoms_of,
    map_blocks,
    names_in,
)
from .scalars import Values, in_sequence
from .statements import (
    Assign,
    Branch,
    Break,
    Copies,
    Loop,
    Move,
    PyStmt,
    Range,
    Return,
    Run,
    Store,
    Throw,
)

__all__ = ["is_temporary", "statements_of"]

_TEMPORARY = re.compile(r"_t(_\d+)?$")
_LARGEST = 24  # operations in one expression; more is too much for a reader
_LARGEST_CHOICE = 10


def is_temporary(name: str) -> bool:
    """Whether a name was made by the compiler for an intermediate value."""
    return _TEMPORARY.match(name) is not None


def statements_of(
    fn: Function, *, nest: bool, kinds: Mapping[str, Any] | None = None
) -> tuple[PyStmt, ...]:
    """The statements of a function's body.

    Parameters
    ----------
    fn : Function
    nest : bool
        Write temporaries at their uses; otherwise every name of Core is assigned.
    kinds : mapping of str to numba types, optional
        The types of names; with them more temporaries can be moved.
    """
    lowering = _Lowering(fn, nest, kinds)
    body, yields = lowering.block(lowering.body)
    if fn.returns == "none" or _raises(fn.body):
        return body
    return (*body, Return(_arranged(fn.returns, iter(yields))))


def _arranged(layout: Any, values: Any) -> Expr:
    if layout == "value":
        return next(values)
    if layout == "none":
        return Const(None)
    return Op("tuple", tuple(_arranged(inner, values) for inner in layout))


def _raises(block: Block) -> bool:
    return bool(block.stmts) and isinstance(block.stmts[-1], Raise)


@dataclass(frozen=True, slots=True)
class _Pending:
    """A temporary that may still be written at its use."""

    expr: Expr
    place: int
    reads: bool
    ticks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Taken:
    """Expressions to write for atoms, whether they read memory, and the calls in them."""

    exprs: tuple[Expr, ...]
    reads: bool
    ticks: tuple[int, ...]


class _Frame:
    """A block on its way to statements.

    ``ticks`` numbers the calls that must keep their order; a pending expression knows its own.
    """

    def __init__(self) -> None:
        self.out: list[PyStmt | None] = []
        self.pending: dict[str, _Pending] = {}
        self.ticks: list[int] = []
        self.writes = False

    def take(self, atoms: Sequence[Atom], *, any_order: bool = False) -> _Taken:
        """Write pending temporaries in place of atoms that are evaluated here, in this order.

        With ``any_order`` they may also be evaluated in another one.
        """
        found = [self.pending.pop(a.name, None) if isinstance(a, Var) else None for a in atoms]
        if not self._may_call(found, any_order):
            found = _without_calls(found)
        while sum(size_of(p.expr) for p in found if p) > _LARGEST:
            largest = max((p for p in found if p), key=lambda p: size_of(p.expr))
            found = _without_calls(found) if largest.ticks else [
                None if p is largest else p for p in found
            ]
        for p in filter(None, found):
            self.out[p.place] = None
        return _Taken(
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

    def pass_by(self, *inner: _Frame) -> None:
        """Blocks nested here have run."""
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


class _Lowering:
    """Turns the blocks of one function into statements."""

    def __init__(self, fn: Function, nest: bool, kinds: Mapping[str, Any] | None) -> None:
        self._values = Values(kinds)
        self._nest = nest
        self.body = _settled(fn.body, self._values) if nest else fn.body
        uses = Counter(names_in(self.body)) if nest else {}
        self._once = {name for name, count in uses.items() if count == 1 and is_temporary(name)}
        self._conditions = _only_conditions(self.body) if nest else set()

    def block(self, block: Block) -> tuple[tuple[PyStmt, ...], tuple[Expr, ...]]:
        """The statements of a block, and its yields."""
        frame, taken = self._run(block)
        return frame.statements(), taken.exprs

    def _run(self, block: Block) -> tuple[_Frame, _Taken]:
        frame = _Frame()
        for stmt in block.stmts:
            self._stmt(stmt, frame)
        return frame, frame.take(block.yields, any_order=True)

    def _stmt(self, stmt: Stmt, frame: _Frame) -> None:
        match stmt:
            case Let():
                self._let(stmt, frame)
            case SetItem():
                self._set_item(stmt, frame)
            case Call(op, args, _, loc, keywords):
                frame.emit(Run(Op(op, frame.take(args).exprs, keywords), loc))
                frame.forget_reads()
                frame.tick()
            case Raise(exception, args, loc):
                frame.emit(Throw(exception, frame.take(args).exprs, loc))
            case If():
                self._if(stmt, frame)
            case For():
                self._for(stmt, frame)
            case While():
                self._while(stmt, frame)

    def _let(self, let: Let, frame: _Frame) -> None:
        taken = frame.take(let.args)
        expr = Op(let.op, taken.exprs, let.keywords)
        reads = taken.reads or self._values.reads_memory(let)
        ticks = taken.ticks
        if in_sequence(let.op):
            ticks = (*ticks, frame.tick())
        self._bind(let.target, expr, let.loc, frame, reads, ticks)

    def _bind(
        self,
        target: str,
        expr: Expr,
        loc: Where,
        frame: _Frame,
        reads: bool,
        ticks: tuple[int, ...],
    ) -> None:
        if target in self._once:
            frame.hold(target, expr, loc, reads, ticks)
        else:
            frame.emit(Assign(((target, expr),), loc))

    def _set_item(self, stmt: SetItem, frame: _Frame) -> None:
        if stmt.accumulate:  # a[i] += v evaluates a and i first; a[i] = v evaluates v first
            array, *index, value = frame.take((stmt.array, *stmt.index, stmt.value)).exprs
        else:
            value, array, *index = frame.take((stmt.value, stmt.array, *stmt.index)).exprs
        frame.emit(Store(array, tuple(index), value, stmt.accumulate, stmt.loc))
        frame.forget_reads()

    def _for(self, loop: For, frame: _Frame) -> None:
        inits = tuple(c.init for c in loop.carried)
        *first, start, stop, step = frame.take(
            (*inits, loop.start, loop.stop, loop.step), any_order=True
        ).exprs
        inner, taken = self._run(loop.body)
        body = (*inner.statements(), *_repeated(loop.carried, loop.body, taken.exprs))
        frame.out += _initialised(loop.carried, first)
        frame.emit(Range(loop.index, (start, stop, step), body, loop.parallel, loop.loc))
        frame.out += _finished(loop.carried)
        frame.pass_by(inner)

    def _while(self, loop: While, frame: _Frame) -> None:
        first = frame.take(tuple(c.init for c in loop.carried), any_order=True).exprs
        test_frame, test = self._run(loop.test)
        inner, taken = self._run(loop.body)
        body = (*inner.statements(), *_repeated(loop.carried, loop.body, taken.exprs))
        cond, before = test.exprs[0], test_frame.statements()
        if before:
            cond, body = Const(True), (*before, Break(negated(cond), loop.loc), *body)
        frame.out += _initialised(loop.carried, first)
        frame.emit(Loop(cond, body, loop.loc))
        frame.out += _finished(loop.carried)
        frame.pass_by(test_frame, inner)

    # --- branches -----------------------------------------------------------------------------

    def _if(self, stmt: If, frame: _Frame) -> None:
        taken = frame.take((stmt.cond,))
        cond = taken.exprs[0]
        then_frame, then = self._run(stmt.then)
        else_frame, orelse = self._run(stmt.orelse)
        then_body, else_body = then_frame.statements(), else_frame.statements()
        if self._nest and len(stmt.results) == 1 and not (then_body or else_body):
            (result,) = stmt.results
            expr = self._choice(stmt, cond, then.exprs[0], orelse.exprs[0])
            if expr is not None:
                reads = taken.reads or then.reads or orelse.reads
                ticks = taken.ticks
                if then.ticks or orelse.ticks:
                    ticks = (*ticks, frame.tick())
                self._bind(result, expr, stmt.loc, frame, reads, ticks)
                return
        then_body = (*then_body, *_resulting(stmt.results, stmt.then, then.exprs))
        else_body = (*else_body, *_resulting(stmt.results, stmt.orelse, orelse.exprs))
        frame.emit(Branch(cond, then_body, else_body, stmt.loc))
        frame.pass_by(then_frame, else_frame)

    def _choice(self, stmt: If, cond: Expr, then: Expr, orelse: Expr) -> Expr | None:
        """An expression that is ``then`` or ``orelse``; None if statements read better."""
        if UNDEFINED in (then, orelse):
            return None
        (result,) = stmt.results
        truth = self._values.is_test(stmt.cond)
        if truth and (then, orelse) == (Const(True), Const(False)):
            return cond
        if truth and (then, orelse) == (Const(False), Const(True)):
            return negated(cond)
        truth = truth or result in self._conditions
        if orelse == stmt.cond or (truth and orelse == Const(False)):
            return Logic("and", cond, then)
        if then == stmt.cond or (truth and then == Const(True)):
            return Logic("or", cond, orelse)
        keeps = [isinstance(e, Var) and base_of(e.name) == base_of(result) for e in (then, orelse)]
        if any(keeps) and not is_temporary(result):  # if c: x = 0.0
            return None
        expr = Choice(cond, then, orelse)
        return expr if size_of(expr) <= _LARGEST_CHOICE else None


def _initialised(carried: tuple[Carried, ...], inits: Sequence[Expr]) -> Iterator[PyStmt]:
    return _copies(Copies.TO_PHI, ((c.phi, v) for c, v in zip(carried, inits, strict=True)))


def _repeated(
    carried: tuple[Carried, ...], body: Block, yields: Sequence[Expr]
) -> Iterator[PyStmt]:
    return iter(()) if _raises(body) else _initialised(carried, yields)


def _finished(carried: tuple[Carried, ...]) -> Iterator[PyStmt]:
    return _copies(Copies.FROM_PHI, ((c.result, Var(c.phi)) for c in carried))


def _resulting(results: tuple[str, ...], block: Block, yields: Sequence[Expr]) -> Iterator[PyStmt]:
    if not _raises(block):
        yield from _copies(Copies.FROM_BRANCH, zip(results, yields, strict=True))


def _copies(copies: Copies, moves: Iterable[Move]) -> Iterator[PyStmt]:
    moves = tuple(moves)
    if moves:
        yield Assign(moves, copies=copies)


# --- what is known before -------------------------------------------------------------------------


def _settled(block: Block, values: Values) -> Block:
    """Learn the values of a block; write yields that are the condition of an `If` as constants."""
    return Block(tuple(_settled_stmt(stmt, values) for stmt in block.stmts), block.yields)


def _settled_stmt(stmt: Stmt, values: Values) -> Stmt:
    if isinstance(stmt, For):
        values.see(stmt)
    stmt = map_blocks(stmt, lambda inner: _settled(inner, values))
    if isinstance(stmt, If) and values.is_test(stmt.cond):
        then, orelse = (
            Block(block.stmts, tuple(Const(truth) if y == stmt.cond else y for y in block.yields))
            for block, truth in ((stmt.then, True), (stmt.orelse, False))
        )
        stmt = replace(stmt, then=then, orelse=orelse)
    values.see(stmt)
    return stmt


def _only_conditions(body: Block) -> set[str]:
    """The names of which every use only asks whether they are true."""
    valued: set[str] = set()

    def block(b: Block, asked: Sequence[bool]) -> None:
        value(y for y, only_asked in zip(b.yields, asked, strict=True) if not only_asked)
        for stmt in reversed(b.stmts):
            visit(stmt)

    def visit(stmt: Stmt) -> None:
        match stmt:
            case If(then=then, orelse=orelse, results=results):
                for branch in (then, orelse):
                    block(branch, [name not in valued for name in results])
                return
            case While(test=test, body=inner):
                block(test, [True])
                block(inner, [False] * len(inner.yields))
            case For(body=inner):
                block(inner, [False] * len(inner.yields))
        if not (isinstance(stmt, Let) and stmt.op == "not"):
            value(atoms_of(stmt))

    def value(atoms: Iterable[Atom]) -> None:
        valued.update(atom.name for atom in atoms if isinstance(atom, Var))

    block(body, [False] * len(body.yields))
    return set(names_in(body)) - valued
