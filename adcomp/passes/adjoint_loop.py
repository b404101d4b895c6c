"""The reverse of loops.

``for i in range(n): x = f(x, a)`` with ``x_bar`` after it becomes::

    for i in reversed(range(n)):
        x_bar, a_bar += pullback of f at iteration i

Carried scalars hand their cotangent from iteration to iteration the other way round; the cotangent
of a scalar from outside the loop is carried as a sum. A ``while`` counts its iterations, and its
reverse is a ``for`` over the count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from numba import types as nb

from ..core.ir import Atom, Block, Carried, For, Let, Stmt, Undefined, Var, While, bound_in
from ..core.types import cotangent_type, is_array, zero
from .record import Lap, supply

if TYPE_CHECKING:
    from .adjoint import Adjoint, Bars


def reverse_loop(adjoint: Adjoint, stmt: For | While, bars: Bars) -> list[Stmt]:
    """Emit the reverse of a loop; the statements of its forward sweep."""
    from .adjoint import reversed_loc

    ctx, loc = adjoint.ctx, reversed_loc(stmt.loc)
    chained = [
        (k, c) for k, c in enumerate(stmt.carried)
        if (c.phi in ctx.active or c.result in ctx.active) and not is_array(ctx.types.get(c.phi))
    ]
    inner: Bars = {}
    phis: list[str] = []
    with ctx.collect() as joins:
        for k, c in chained:
            phi = ctx.fresh(adjoint.bar_name(c.phi), cotangent_type(ctx.types[c.phi]))
            phis.append(phi)
            last = stmt.body.yields[k]
            if not isinstance(last, Undefined):
                adjoint.add(inner, last, Var(phi), loc)
    adjoint.depth += 1
    forward_body, reverse = adjoint.block(stmt.body, inner)
    adjoint.depth -= 1
    reverse = joins + reverse
    nexts: list[Atom] = [inner.pop(c.phi, zero(ctx.types[c.phi])) for _, c in chained]
    carried: list[Carried] = []
    for (_, c), phi in zip(chained, phis, strict=True):
        result = ctx.fresh(adjoint.bar_name(c.phi), ctx.types[phi])
        carried.append(Carried(phi, bars.pop(c.result, zero(ctx.types[c.phi])), result))
    chain = [(c.init, Var(new.result)) for (_, c), new in zip(chained, carried, strict=True)]
    with ctx.collect() as sums:
        for name, atom in inner.items():
            typ = cotangent_type(ctx.types[name])
            phi, result = (ctx.fresh(adjoint.bar_name(name), typ) for _ in range(2))
            carried.append(Carried(phi, bars.get(name, zero(ctx.types[name])), result))
            nexts.append(ctx.let("+", (Var(phi), atom), typ, hint=adjoint.bar_name(name), loc=loc))
            bars[name] = Var(result)
    lap = Lap(stmt, forward_body, [*reverse, *sums], tuple(nexts), tuple(carried), loc,
              adjoint.depth)
    forward, after = supply(adjoint.ctx, adjoint.timeline, lap)
    ctx.out.extend(after)
    for atom, result_bar in chain:
        if not isinstance(atom, Undefined):
            adjoint.add(bars, atom, result_bar, loc)
    return forward


__all__ = ["Block", "Let", "bound_in", "dataclass", "nb", "replace", "reverse_loop"]
