"""Values that a loop carries but that no path before it has assigned.

Python leaves such a name unbound until the loop binds it. In Core the carried value starts out
UNDEFINED, and a branch that does not assign the name yields that again.
"""

from __future__ import annotations

from dataclasses import replace

from numba import types as nb

from ..core.ir import (
    UNDEFINED,
    Atom,
    Block,
    Const,
    For,
    Function,
    If,
    Let,
    Stmt,
    Undefined,
    Var,
    While,
    blocks_of,
    map_blocks,
)
from ..core.types import Types, is_number, scalar

#: reductions that Numba has no ``axis`` for, and whose result has the type of a sum
_LIKE_SUM = frozenset(
    f"{prefix}{name}{suffix}"
    for prefix, suffix in (("np.", ""), (".", "()"))
    for name in ("max", "min", "prod", "mean", "amax", "amin")
)


def for_inference(fn: Function) -> Function:
    """Core that Numba can type, and that has the same types; not the same meaning.

    Branches do not hand on what is unbound: Numba refuses to read it, even to copy it. A maximum
    along an axis, which adcomp computes in loops and Numba does not know, is typed as a sum.
    """
    unbound: set[str] = set()

    def block(b: Block) -> Block:
        return Block(tuple(statement(s) for s in b.stmts), b.yields)

    def statement(stmt: Stmt) -> Stmt:
        if isinstance(stmt, (For, While)):
            unbound.update(c.phi for c in stmt.carried if isinstance(c.init, Undefined))
            unbound.update(c.phi for c in stmt.carried
                           if isinstance(c.init, Var) and c.init.name in unbound)
        stmt = map_blocks(stmt, block)
        if isinstance(stmt, Let) and stmt.op in _LIKE_SUM and len(stmt.args) > 1:
            stmt = replace(stmt, op="np.sum")
        if isinstance(stmt, If):
            stmt = replace(stmt, then=_without(stmt.then, unbound), orelse=_without(stmt.orelse, unbound))
        if isinstance(stmt, (For, While)):
            carried = tuple(
                replace(c, init=UNDEFINED) if isinstance(c.init, Var) and c.init.name in unbound else c
                for c in stmt.carried
            )
            stmt = replace(stmt, carried=carried)
        return stmt

    return replace(fn, body=block(fn.body))


def _without(block: Block, unbound: set[str]) -> Block:
    yields: tuple[Atom, ...] = tuple(
        UNDEFINED if isinstance(a, Var) and a.name in unbound else a for a in block.yields
    )
    return Block(block.stmts, yields)


def drop_untyped(fn: Function, types: Types) -> Function:
    """Branches that Numba found never to run, and gave no types, are never taken.

    Numba compares constants while compiling, as in ``if x.ndim == 2``, and leaves out the rest.
    """

    def block(b: Block) -> Block:
        return Block(tuple(new for s in b.stmts for new in statement(s)), b.yields)

    def statement(stmt: Stmt) -> tuple[Stmt, ...]:
        stmt = map_blocks(stmt, block)
        if isinstance(stmt, If):
            then, orelse = (_is_typed(b, types) for b in (stmt.then, stmt.orelse))
            if then != orelse:
                return (replace(stmt, cond=Const(then)),)
        if isinstance(stmt, While) and _is_typed(stmt.test, types) and not _is_typed(stmt.body, types):
            inits = Block((), tuple(c.init for c in stmt.carried))
            first = [If(Const(True), inits, inits, tuple(getattr(c, part) for c in stmt.carried))
                     for part in ("phi", "result")]
            return (first[0], *stmt.test.stmts, first[1])
        return (stmt,)

    return replace(fn, body=block(fn.body))


def _is_typed(block: Block, types: Types) -> bool:
    """Has everything a type that a block surely runs?"""
    return all(
        stmt.target in types if isinstance(stmt, Let)
        else isinstance(stmt, If) or all(_is_typed(b, types) for b in blocks_of(stmt))
        for stmt in block.stmts
    )


def define_numbers(fn: Function, types: Types) -> Function:
    """Numbers that a loop carries start from a zero of their type, not from nothing."""

    def block(b: Block) -> Block:
        return Block(tuple(statement(s) for s in b.stmts), b.yields)

    def statement(stmt: Stmt) -> Stmt:
        stmt = map_blocks(stmt, block)
        if isinstance(stmt, (For, While)):
            stmt = replace(stmt, carried=tuple(
                replace(c, init=_start(types.get(c.phi))) if isinstance(c.init, Undefined) else c
                for c in stmt.carried
            ))
        return stmt

    return replace(fn, body=block(fn.body))


def _start(typ: object) -> Atom:
    if isinstance(typ, nb.Boolean):
        return Const(False)
    if isinstance(typ, nb.Integer):
        return Const(0)
    return scalar(typ, 0) if is_number(typ) else UNDEFINED
