"""From Core to the statements that are printed: out of SSA form, and temporaries nested again.

How far a temporary may be moved is decided in `frame`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from numba import types as nb

from .coalesce import base_of
from .expressions import Choice, Expr, Logic, Op, negated, size_of
from .frame import Frame, Taken
from .ir import (
    UNDEFINED,
    Atom,
    Block,
    Built,
    Call,
    Carried,
    Const,
    Fixed,
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
    blocks_of,
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
    if isinstance(layout, Fixed):
        return Const(layout.value)
    if isinstance(layout, Built):
        return Op(layout.maker, tuple(_arranged(inner, values) for inner in layout.parts))
    return Op("tuple", tuple(_arranged(inner, values) for inner in layout))


def _raises(block: Block) -> bool:
    return bool(block.stmts) and isinstance(block.stmts[-1], Raise)


class _Lowering:
    """Turns the blocks of one function into statements."""

    def __init__(self, fn: Function, nest: bool, kinds: Mapping[str, Any] | None) -> None:
        self._values = Values(kinds)
        self._nest, self._kinds = nest, kinds or {}
        self.body = _settled(fn.body, self._values) if nest else fn.body
        uses = Counter(names_in(self.body)) if nest else {}
        self._once = {name for name, count in uses.items() if count == 1 and is_temporary(name)}
        self._once -= set(self._choices_beside_sums(self.body))
        self._conditions = _only_conditions(self.body) if nest else set()

    def block(self, block: Block) -> tuple[tuple[PyStmt, ...], tuple[Expr, ...]]:
        """The statements of a block, and its yields."""
        frame, taken = self._run(block)
        return frame.statements(), taken.exprs

    def _choices_beside_sums(self, block: Block) -> Iterator[str]:
        """The results of branches beside ``x[i] += v`` on complex numbers.

        They are names of their own. As parts of ``v`` they would be between the load and the store of the
        element, whose two parts LLVM then loses track of, and the loop would not be vectorised.
        """
        sums = any(isinstance(s, SetItem) and s.accumulate and self._is_complex(s.array) for s in block.stmts)
        for stmt in block.stmts:
            if sums and isinstance(stmt, If):
                yield from stmt.results
            for inner in blocks_of(stmt):
                yield from self._choices_beside_sums(inner)

    def _is_complex(self, array: Atom) -> bool:
        kind = self._kinds.get(array.name) if isinstance(array, Var) else None
        return isinstance(getattr(kind, "dtype", None), nb.Complex)

    def _run(self, block: Block) -> tuple[Frame, Taken]:
        frame = Frame()
        for stmt in block.stmts:
            self._stmt(stmt, frame)
        return frame, frame.take(block.yields, any_order=True)

    def _stmt(self, stmt: Stmt, frame: Frame) -> None:
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
                frame.raises = True
            case If():
                self._if(stmt, frame)
            case For():
                self._for(stmt, frame)
            case While():
                self._while(stmt, frame)

    def _let(self, let: Let, frame: Frame) -> None:
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
        frame: Frame,
        reads: bool,
        ticks: tuple[int, ...],
    ) -> None:
        if target in self._once:
            frame.hold(target, expr, loc, reads, ticks)
        else:
            frame.emit(Assign(((target, expr),), loc))

    def _set_item(self, stmt: SetItem, frame: Frame) -> None:
        if stmt.accumulate:  # a[i] += v evaluates a and i first; a[i] = v evaluates v first
            array, *index, value = frame.take((stmt.array, *stmt.index, stmt.value)).exprs
        else:
            value, array, *index = frame.take((stmt.value, stmt.array, *stmt.index)).exprs
        frame.emit(Store(array, tuple(index), value, stmt.accumulate, stmt.loc))
        frame.forget_reads()

    def _for(self, loop: For, frame: Frame) -> None:
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

    def _while(self, loop: While, frame: Frame) -> None:
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

    def _if(self, stmt: If, frame: Frame) -> None:
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
