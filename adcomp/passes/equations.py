"""Pasting a rule into an adjoint.

Requires: a rule as straight-line Core over the parameters ``a b c y y_bar``, atoms for these.
Ensures:  its statements are emitted with new names and Numba's types; what is known while compiling
          is folded (``x ** 2`` needs no logarithm); ``conj`` of a real is the real itself, and its
          direction is its sign. Returns an atom per cotangent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from numba import types as nb

from ..core.ir import Atom, Block, Const, Function, If, Let, Raise, Stmt, Undefined, Var
from ..errors import InternalError
from .context import Context
from .fold import fold
from .simplify import drop_dead


def instantiate(
    ctx: Context, rule: Function, arguments: Mapping[str, Atom], wanted: tuple[bool, ...], loc: Any
) -> tuple[Atom, ...]:
    """Emit what a rule needs for the wanted ones of its results; the others are None."""
    env: dict[str, Atom] = dict(arguments)
    rule = _slice(rule, wanted)
    ctx.namespace.update(rule.namespace)
    _block(ctx, rule.body, env, loc)
    return tuple(_resolve(env, a) for a in rule.body.yields)


@cache
def _slice(rule: Function, wanted: tuple[bool, ...]) -> Function:
    """The rule without what only its unwanted results need."""
    yields = tuple(
        atom if k >= len(wanted) or wanted[k] else Const(None)
        for k, atom in enumerate(rule.body.yields)
    )
    return drop_dead(replace(rule, body=Block(rule.body.stmts, yields)))


def _resolve(env: Mapping[str, Atom], atom: Atom) -> Atom:
    return env.get(atom.name, atom) if isinstance(atom, Var) else atom


def _block(ctx: Context, block: Block, env: dict[str, Atom], loc: Any) -> None:
    for stmt in block.stmts:
        match stmt:
            case Let(target=target, op=op, args=args, keywords=keywords):
                atoms = tuple(_resolve(env, a) for a in args)
                env[target] = emit(ctx, op, atoms, loc, keywords)
            case If():
                _branch(ctx, stmt, env, loc)
            case _:
                raise InternalError(f"a rule holds a {type(stmt).__name__}")


def _branch(ctx: Context, stmt: If, env: dict[str, Atom], loc: Any) -> None:
    cond = _resolve(env, stmt.cond)
    if isinstance(cond, Const):
        taken = stmt.then if cond.value else stmt.orelse
        _block(ctx, taken, env, loc)
        for name, atom in zip(stmt.results, taken.yields, strict=True):
            env[name] = _resolve(env, atom)
        return
    blocks: list[Block] = []
    for branch in (stmt.then, stmt.orelse):
        with ctx.collect() as stmts:
            _block(ctx, branch, env, loc)
        blocks.append(Block(tuple(stmts), tuple(_resolve(env, a) for a in branch.yields)))
    results = []
    for k, name in enumerate(stmt.results):
        typ = _unify(ctx, blocks[0].yields[k], blocks[1].yields[k])
        results.append(ctx.fresh("_t", typ))
        env[name] = Var(results[-1])
    ctx.out.append(If(cond, blocks[0], blocks[1], tuple(results), loc))


def _unify(ctx: Context, a: Atom, b: Atom) -> Any:
    ta, tb = ctx.type_of(a), ctx.type_of(b)
    if ta == tb or isinstance(b, Undefined):
        return ta
    if isinstance(a, Undefined):
        return tb
    return ctx.result_type("+", (a, b))


def emit(ctx: Context, op: str, args: tuple[Atom, ...], loc: Any = None,
         keywords: tuple[str, ...] = ()) -> Atom:
    """Emit one op, or what it comes to when that is known while compiling."""
    if op in ("conj", "np.conj", "np.conjugate") and isinstance(ctx.type_of(args[0]), (nb.Float, nb.Integer)):
        return args[0]
    if op == "conj":
        op = "np.conj"
    if op == "along" and isinstance(ctx.type_of(args[1]), (nb.Float, nb.Integer)):
        op, args = "*", (args[0], emit(ctx, "np.sign", args[1:2], loc))
    if op in (".real", ".imag") and isinstance(ctx.type_of(args[0]), nb.Float):
        return args[0] if op == ".real" else Const(0.0)
    folded = fold(op, args)
    return folded if folded is not None else ctx.let(op, args, loc=loc, keywords=keywords)


__all__ = ["Raise", "Stmt", "emit", "instantiate"]
