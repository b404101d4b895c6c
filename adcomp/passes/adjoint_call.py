"""The reverse of calls that are not inlined: recursion.

``y = g(a, b)`` becomes ``y = g_forward(a, b, frames)`` in the forward sweep, and in the reverse sweep
``a_bar, b_bar += g_reverse(y_bar, frames)``; shadows of array arguments are passed and added to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from numba import types as nb

from ..core.ir import Atom, Const, Let, Stmt, Var
from ..core.types import cotangent_type, is_array, zero
from ..errors import Loc, UnsupportedSyntax
from .context import FRAMES

if TYPE_CHECKING:
    from .adjoint import Adjoint, Bars


def reverse_call(adjoint: Adjoint, stmt: Let, bars: Bars) -> list[Stmt]:
    """Emit the reverse call; the forward call."""
    from .adjoint import part_of, reversed_loc

    ctx, loc = adjoint.ctx, reversed_loc(stmt.loc)
    active = tuple(map(ctx.is_active, stmt.args))
    argtypes = tuple(map(ctx.type_of, stmt.args))
    steady = tuple(not adjoint.timeline.overwritten(stmt.target, a) for a in (*stmt.args, Var(stmt.target)))
    pair = ctx.calls.pair(ctx.object_of(stmt.op), argtypes, active, steady)
    _check_aliases(adjoint, stmt, pair.returns_argument)
    typ = ctx.types[stmt.target]
    seeds: list[Atom] = []
    if isinstance(typ, nb.BaseTuple):
        for k, part in enumerate(typ.types):
            if is_array(part) or isinstance(part, nb.BaseTuple):
                raise adjoint.no_rule(stmt)
            seeds.append(bars.pop(part_of(stmt.target, k), zero(part)))
    elif is_array(typ):
        seeds.append(Var(ctx.shadow[stmt.target]))
    else:
        seeds.append(bars.pop(stmt.target, zero(typ)))
    wanted = [a for a, is_active in zip(stmt.args, active, strict=True) if is_active]
    shadows = [adjoint.shadow_of(a) for a in wanted if is_array(ctx.type_of(a))]
    scalars = [a for a in wanted if not is_array(ctx.type_of(a))]
    kinds = nb.Tuple([cotangent_type(ctx.type_of(a)) for a in scalars]) if scalars else nb.none
    got = ctx.fresh("_t", kinds)
    ctx.out.append(Let(got, pair.reverse, (*seeds, *shadows, Var(FRAMES)), loc))
    for k, atom in enumerate(scalars):
        part_bar = ctx.let("[]", (Var(got), Const(k)), kinds.types[k], loc=loc)
        adjoint.add(bars, atom, part_bar, loc)
    ctx.namespace.setdefault(pair.forward, None)
    ctx.namespace.setdefault(pair.reverse, None)
    return [replace(stmt, op=pair.forward, args=(*stmt.args, Var(FRAMES)), keywords=())]


def _check_aliases(adjoint: Adjoint, stmt: Let, returns_argument: bool) -> None:
    """A result that may be an argument itself has a shadow of its own: nobody may write to either."""
    if not returns_argument:
        return
    for atom in (Var(stmt.target), *stmt.args):
        if is_array(adjoint.ctx.type_of(atom)) and adjoint.timeline.overwritten(stmt.target, atom):
            raise UnsupportedSyntax(
                f"{stmt.op} may return its own argument, and the memory is written later",
                loc=stmt.loc if isinstance(stmt.loc, Loc) else None, hint="return a copy",
            )
