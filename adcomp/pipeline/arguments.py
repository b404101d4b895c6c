"""Arguments and their cotangents: tuples are taken apart on the way in and put together again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numba import types as nb

from ..core.ir import Atom, Block, Const, Let, Var
from ..core.types import cotangent_type, dtype_name, has_tangent, is_array, is_float, zero
from ..errors import WrtError
from ..passes.context import Context


@dataclass(frozen=True)
class Argument:
    """A parameter, or an element of one that is a tuple: ``name`` is what Core calls it.

    An element that the program does not use has no name.
    """

    name: str | None
    type: Any
    items: tuple[Argument, ...] = ()
    path: tuple[Atom, ...] = ()


def argument(name: str, typ: Any, body: Block) -> Argument:
    """The parts of a parameter, as the frontend has taken it apart."""
    names = {
        s.args: s.target for s in body.stmts
        if isinstance(s, Let) and s.op == "[]" and len(s.args) == 2 and isinstance(s.args[1], Const)
    }

    def build(known: str | None, t: Any, path: tuple[Atom, ...]) -> Argument:
        items: tuple[Argument, ...] = ()
        if isinstance(t, nb.BaseTuple):
            items = tuple(
                build(names.get((Var(known), Const(k))) if known else None, part, (*path, Const(k)))
                for k, part in enumerate(t.types)
            )
        return Argument(known, t, items, path)

    return build(name, typ, (Var(name),))


def leaves(part: Argument) -> list[str]:
    """The names of the parts that are not tuples."""
    if isinstance(part.type, nb.BaseTuple):
        return [n for item in part.items for n in leaves(item)]
    return [] if part.name is None else [part.name]


def positions(wrt: tuple[int, ...] | None, argtypes: tuple[Any, ...], f: Any) -> tuple[int, ...]:
    """The positions of the arguments; those that hold floating-point numbers if ``wrt`` is None."""
    if wrt is None:
        wrt = tuple(k for k, t in enumerate(argtypes) if _holds_floats(t))
        if not wrt:
            raise WrtError(f"{f.__name__} has no floating-point argument",
                           hint="say which arguments to differentiate by: wrt=...")
    names = f.__code__.co_varnames
    for k in wrt:
        if isinstance(argtypes[k], nb.Omitted):
            raise WrtError(f"the argument {names[k]} of {f.__name__} is left at its default, "
                           "which is a constant", hint=f"pass {names[k]}")
        if not has_tangent(argtypes[k]):
            raise WrtError(
                f"the argument {names[k]} of {f.__name__} has no derivative: it is {argtypes[k]}",
                hint="choose wrt among the arguments that hold numbers")
    return wrt


def _holds_floats(t: Any) -> bool:
    if isinstance(t, nb.BaseTuple):
        return any(map(_holds_floats, t.types))
    return is_float(t.dtype if is_array(t) else t)


def cotangents(
    ctx: Context, part: Argument, bars: dict[str, Atom], unused: str
) -> tuple[Any, list[Atom]]:
    """The cotangent of an argument after the reverse sweep: its layout, and the values in it.

    With ``unused="none"``, that of one which the result does not depend on is None.
    """
    if unused == "none" and not any(n in ctx.active for n in leaves(part)):
        return "value", [Const(None)]
    if isinstance(part.type, nb.BaseTuple):
        got = [cotangents(ctx, item, bars, unused) for item in part.items]
        return tuple(form for form, _ in got), [a for _, atoms in got for a in atoms]
    return "value", [_cotangent(ctx, part, bars)]


def _cotangent(ctx: Context, part: Argument, bars: dict[str, Atom]) -> Atom:
    typ, name = part.type, part.name
    if not has_tangent(typ):  # an element of a tuple: it has no tangent, and says so
        return Const(None)
    if not is_array(typ):
        return zero(typ) if name is None else bars.get(name, zero(typ))
    if name in ctx.shadow:
        return Var(ctx.shadow[name])
    base = part.path[0]
    for k in part.path[1:]:
        base = ctx.let("[]", (base, k))
    shape = ctx.let(".shape", (base,))
    dtype = cotangent_type(typ).dtype
    return ctx.let("np.zeros", (shape, Var(dtype_name(dtype))), hint=f"{name or 'part'}_bar")
