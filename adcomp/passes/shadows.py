"""Shadows: for every active array an array that holds its cotangent.

Requires: verified, typed Core, its aliases and activity.
Ensures:  beside every statement that makes, views, selects or carries an active array stands its
          twin that does the same with the shadow: same memory, same shadow. ``Context.shadow`` maps
          an array's name to its shadow's.

The twins stand in the forward sweep, where the arrays are; the record pass moves to the reverse
sweep what can be made again there, and what nobody reads is dropped.
"""

from __future__ import annotations

from dataclasses import replace

from numba import types as nb

from ..core.ir import (
    UNDEFINED,
    Atom,
    Block,
    Carried,
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
)
from ..core.names import stem
from ..core.types import cotangent_type, dtype_name, is_array
from ..errors import Loc, NoRuleError
from .alias import is_view
from .context import Context

_ZEROED = {"np.empty": "np.zeros", "np.zeros": "np.zeros", "np.ones": "np.zeros",
           "np.empty_like": "np.zeros_like", "np.zeros_like": "np.zeros_like",
           "np.ones_like": "np.zeros_like"}


#: views whose elements may share memory, which passes take for distinct
OVERLAPPING = frozenset(("np.lib.stride_tricks.as_strided",))


def add_shadows(ctx: Context, *, keep_arrays: bool = True) -> Function:
    """The function with the twins of its arrays."""
    wanted = _wanted(ctx)
    ctx.keep_arrays = keep_arrays
    fn = ctx.fn
    with ctx.collect() as prologue:
        for name in fn.params:
            if name in wanted:
                _allocate(ctx, name, Var(name))
    body = _block(ctx, fn.body, wanted)
    return replace(fn, body=Block((*prologue, *body.stmts), body.yields))


def _wanted(ctx: Context) -> frozenset[str]:
    """The arrays that need a shadow: the active ones, and all that shadows are taken from."""
    wanted = {n for n in ctx.active if is_array(ctx.types.get(n))}

    def add(atoms: tuple[Atom, ...]) -> bool:
        new = {a.name for a in atoms if isinstance(a, Var)} - wanted
        wanted.update(new)
        return bool(new)

    def visit(block: Block) -> bool:
        changed = False
        for stmt in reversed(block.stmts):
            match stmt:
                case Let(target=target, args=args) if target in wanted and is_view(stmt, ctx.types):
                    changed |= add(args[:1])
                case If(then=then, orelse=orelse, results=results):
                    for k, name in enumerate(results):
                        if name in wanted:
                            changed |= add((then.yields[k], orelse.yields[k]))
                case For(carried=carried) | While(carried=carried):
                    for c, last in zip(carried, stmt.body.yields, strict=True):
                        if c.phi in wanted or c.result in wanted:
                            changed |= add((c.init, last, Var(c.phi), Var(c.result)))
            for inner in blocks_of(stmt):
                changed |= visit(inner)
        return changed

    while visit(ctx.fn.body):
        pass
    return frozenset(wanted)


def _twin_name(ctx: Context, name: str, typ: object = None) -> str:
    twin = ctx.fresh(f"{stem(name)}_bar", typ or cotangent_type(ctx.types[name]))
    ctx.shadow[name] = twin
    return twin


def _allocate(ctx: Context, name: str, array: Atom, loc: object = None) -> None:
    """``x_bar = zeros like x``, of the cotangent's dtype."""
    primal, twin = ctx.types[name], cotangent_type(ctx.types[name])
    if primal.dtype == twin.dtype and (ctx.keep_arrays or name in ctx.fn.params or primal.layout == "F"):
        typ = ctx.result_type("np.zeros_like", (array,))
        ctx.out.append(Let(_twin_name(ctx, name, typ), "np.zeros_like", (array,), loc))  # type: ignore
        return
    shape = ctx.let(".shape", (array,), loc=loc)  # type: ignore[arg-type]
    args = (shape, Var(dtype_name(twin.dtype)))
    typ = ctx.result_type("np.zeros", args)
    ctx.out.append(Let(_twin_name(ctx, name, typ), "np.zeros", args, loc))  # type: ignore[arg-type]


def _block(ctx: Context, block: Block, wanted: frozenset[str]) -> Block:
    out: list[Stmt] = []
    for stmt in block.stmts:
        match stmt:
            case Let(target=target) if target in wanted:
                out.append(stmt)
                with ctx.collect() as twins:
                    _let(ctx, stmt)
                out += twins
            case If():
                out.append(_branch(ctx, stmt, wanted))
            case For() | While():
                out.append(_loop(ctx, stmt, wanted))
            case _:
                out.append(stmt)
    return Block(tuple(out), block.yields)


def _let(ctx: Context, stmt: Let) -> None:
    if is_view(stmt, ctx.types):
        if stmt.op in OVERLAPPING:
            raise NoRuleError(
                f"no pullback for {stmt.op}: elements of its result may be one and the same",
                loc=stmt.loc if isinstance(stmt.loc, Loc) else None,
                hint="use np.lib.stride_tricks.sliding_window_view, or index the array itself",
            )
        base = stmt.args[0]
        assert isinstance(base, Var)
        args = (Var(ctx.shadow[base.name]), *stmt.args[1:])
        typ = ctx.result_type(stmt.op, args, stmt.keywords)
        if not typ.mutable:
            raise NoRuleError(
                f"no pullback for {stmt.op}: its result cannot be written to",
                loc=stmt.loc if isinstance(stmt.loc, Loc) else None,
                hint="let the expression that uses it broadcast",
            )
        twin = _twin_name(ctx, stmt.target, typ)
        ctx.out.append(replace(stmt, target=twin, args=args))
        return
    op = _ZEROED.get(stmt.op)
    same = ctx.types[stmt.target].dtype == cotangent_type(ctx.types[stmt.target]).dtype
    if op is None or not same:
        _allocate(ctx, stmt.target, Var(stmt.target), stmt.loc)
        return
    typ = ctx.result_type(op, stmt.args, stmt.keywords)
    ctx.out.append(replace(stmt, target=_twin_name(ctx, stmt.target, typ), op=op))


def _twin(ctx: Context, atom: Atom) -> Atom:
    if isinstance(atom, Undefined):
        return UNDEFINED
    assert isinstance(atom, Var), atom
    return Var(ctx.shadow[atom.name])


def _branch(ctx: Context, stmt: If, wanted: frozenset[str]) -> If:
    then, orelse = _block(ctx, stmt.then, wanted), _block(ctx, stmt.orelse, wanted)
    names, extra_then, extra_else = [], [], []
    for k, name in enumerate(stmt.results):
        if name in wanted:
            extra_then.append(_twin(ctx, then.yields[k]))
            extra_else.append(_twin(ctx, orelse.yields[k]))
            names.append(_twin_name(ctx, name, _joined(ctx, extra_then[-1], extra_else[-1])))
    return replace(
        stmt, then=Block(then.stmts, (*then.yields, *extra_then)),
        orelse=Block(orelse.stmts, (*orelse.yields, *extra_else)), results=(*stmt.results, *names),
    )


def _joined(ctx: Context, a: Atom, b: Atom) -> object:
    kinds = [ctx.type_of(x) for x in (a, b) if isinstance(x, Var)]
    if all(k == kinds[0] for k in kinds):
        return kinds[0]
    return nb.Array(kinds[0].dtype, kinds[0].ndim, "A")


def _loop(ctx: Context, stmt: For | While, wanted: frozenset[str]) -> For | While:
    twins: list[tuple[int, Carried]] = []
    for k, c in enumerate(stmt.carried):
        if c.phi in wanted:
            twins.append((k, Carried(_twin_name(ctx, c.phi), _twin(ctx, c.init),
                                     _twin_name(ctx, c.result))))
    body = _block(ctx, stmt.body, wanted)
    extra = tuple(_twin(ctx, body.yields[k]) for k, _ in twins)
    carried = (*stmt.carried, *(c for _, c in twins))
    return replace(stmt, carried=carried, body=Block(body.stmts, (*body.yields, *extra)))


__all__ = ["Const", "add_shadows"]
