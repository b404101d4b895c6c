"""The values of one iteration: where they are defined, and how branches hand them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from numba import types as nb

from ..core.ir import UNDEFINED, Atom, Block, Const, If, Let, Raise, Stmt, Var, defined_by
from ..core.types import dtype_name, is_number, scalar
from .context import Context


class Level:
    """The names that one iteration defines outside of inner loops, in program order.

    ``where[name]`` is the defining statement, and the conditions of the branches around it.
    """

    def __init__(self, body: Block) -> None:
        self.where: dict[str, tuple[Stmt, tuple[str, ...]]] = {}
        self._visit(body, ())

    def _visit(self, block: Block, guards: tuple[str, ...]) -> None:
        for stmt in block.stmts:
            if isinstance(stmt, If):
                inner = (*guards, *names_of((stmt.cond,)))
                self._visit(stmt.then, inner)
                self._visit(stmt.orelse, inner)
            for name in defined_by(stmt):
                self.where[name] = (stmt, guards)


def names_of(atoms: Iterable[Atom]) -> tuple[str, ...]:
    return tuple(a.name for a in atoms if isinstance(a, Var))


def nothing(ctx: Context, name: str, out: list[Stmt]) -> Atom:
    """What a branch hands out for a name that only the other one defines; ``out`` is its block.

    A number is zero, not undefined: Numba cannot type a name whose only definition it prunes. A shape
    is one of zeros, an array is empty. A branch that raises hands out nothing at all.
    """
    if out and isinstance(out[-1], Raise):
        return UNDEFINED
    typ = ctx.types.get(name)
    if isinstance(typ, nb.UniTuple) and isinstance(typ.dtype, nb.Integer):
        zeros = ctx.fresh(name, typ)
        out.append(Let(zeros, "tuple", (Const(0),) * len(typ)))
        return Var(zeros)
    if isinstance(typ, nb.Array) and typ.layout == "C" and is_number(typ.dtype):
        shape: Atom = Const(0)
        if typ.ndim > 1:
            shape = Var(ctx.fresh("_t", nb.UniTuple(nb.intp, typ.ndim)))
            out.append(Let(shape.name, "tuple", (Const(0),) * typ.ndim))
        none = ctx.fresh(name, typ)
        out.append(Let(none, "np.empty", (shape, Var(dtype_name(typ.dtype)))))
        return Var(none)
    if isinstance(typ, nb.Boolean):
        return Const(False)
    if typ == nb.intp:
        return Const(0)
    return scalar(typ, 0) if is_number(typ) else UNDEFINED


def export(ctx: Context, stmts: Sequence[Stmt], names: set[str]
           ) -> tuple[tuple[Stmt, ...], Mapping[str, str]]:
    """Make names that branches define visible behind them; what each is called there."""
    visible: dict[str, str] = {}
    out: list[Stmt] = []
    for stmt in stmts:
        if isinstance(stmt, If):
            parts = [export(ctx, b.stmts, names) for b in (stmt.then, stmt.orelse)]
            here = [
                {n: got.get(n, n) for n in (*_defined(b.stmts), *got) if n in names}
                for b, (_, got) in zip((stmt.then, stmt.orelse), parts, strict=True)
            ]
            extra = list(dict.fromkeys((*here[0], *here[1])))
            results = []
            for name in extra:
                visible[name] = ctx.fresh(name, ctx.types[name])
                results.append(visible[name])
            branches = []
            for branch, (inner, _), known in zip((stmt.then, stmt.orelse), parts, here, strict=True):
                body = list(inner)
                ends = [Var(known[n]) if n in known else nothing(ctx, n, body) for n in extra]
                branches.append(Block(tuple(body), (*branch.yields, *ends)))
            stmt = replace(
                stmt, then=branches[0], orelse=branches[1], results=(*stmt.results, *results))
        out.append(stmt)
    return tuple(out), visible


def _defined(stmts: Sequence[Stmt]) -> list[str]:
    return [n for s in stmts for n in defined_by(s)]
