"""clamptype: every contribution to a cotangent is projected onto the space of the value that it is for.

Requires: a typed contribution, and the type of the value that receives it.
Ensures:  a contribution of the cotangent type of the receiver. Where the types prove that it is that
          already, nothing is emitted, and the machine code is that of a program without the projection.

The projections of scalars, and of the elements of arrays, follow from the types alone: the real part of
what is complex, a cast to the receiver's precision. What depends on values (the shape of an array that
comes from outside, the triangle of a structured matrix) is projected where it enters and where it leaves.
"""

from __future__ import annotations

from numba import types as nb

from ..core.ir import Atom, Const, Var, Where
from ..core.types import cotangent_type, dtype_name, scalar
from .context import Context, Note


def clamp(ctx: Context, value: Atom, like: object, loc: Where = None) -> Atom:
    """The projection of a contribution onto the space of a value of type ``like``."""
    want, have = cotangent_type(like), ctx.type_of(value)
    if want == have:
        ctx.notes.append(Note("erased", loc))
        return value
    if isinstance(value, Const):
        raw = value.value
        return scalar(want, raw.real if isinstance(raw, complex) and isinstance(want, nb.Float) else raw)
    what = f"{have} to {want}"
    if isinstance(have, nb.Complex) and isinstance(want, nb.Float):
        value = ctx.let(".real", (value,), have.underlying_float, loc=loc)
        have = have.underlying_float
    if have != want:
        value = ctx.let(dtype_name(want), (value,), want, loc=loc)
    assert isinstance(value, Var)
    ctx.notes.append(Note("clamp", loc, (what, value.name)))
    return value
