"""Arguments and their cotangents: tuples are taken apart on the way in and put together again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numba import types as nb

from ..core.ir import Atom, Block, Built, Const, Let, Var
from ..core.numba_structures import StructureType
from ..core.types import (
    COMPOUND,
    cotangent_type,
    differentiable,
    dtype_name,
    has_tangent,
    is_array,
    is_float,
    parts_of,
    zero,
)
from ..errors import WrtError
from ..passes.context import Context, Note
from ..tangents.makers import has_natural_form, tangent_of
from ..tangents.trees import container_of


@dataclass(frozen=True)
class Argument:
    """A parameter, or a part of one that is a tuple or a structure: ``name`` is what Core calls it.

    A part that the program does not use has no name; one that is ``passive`` carries no derivative.
    """

    name: str | None
    type: Any
    items: tuple[Argument, ...] = ()
    path: tuple[Atom, ...] = ()
    passive: bool = False


def argument(name: str, typ: Any, body: Block) -> Argument:
    """The parts of a parameter, as the frontend has taken it apart."""
    names = {
        s.args: s.target for s in body.stmts
        if isinstance(s, Let) and s.op == "[]" and len(s.args) == 2 and isinstance(s.args[1], Const)
    }

    def build(known: str | None, t: Any, path: tuple[Atom, ...], passive: bool) -> Argument:
        items: tuple[Argument, ...] = ()
        if isinstance(t, COMPOUND):
            without = getattr(t, "passive", ())
            items = tuple(
                build(names.get((Var(known), key)) if known else None, part, (*path, key),
                      passive or key.value in without)
                for key, part in parts_of(t)
            )
        return Argument(known, t, items, path, passive)

    return build(name, typ, (Var(name),), False)


def leaves(part: Argument) -> list[str]:
    """The names of the parts that are not made of parts, those that are passive left out."""
    if isinstance(part.type, COMPOUND):
        return [n for item in part.items for n in leaves(item)]
    return [] if part.name is None or part.passive else [part.name]


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
    if isinstance(t, StructureType):
        return any(map(_holds_floats, differentiable(t).values()))
    if isinstance(t, nb.BaseTuple):
        return any(map(_holds_floats, t.types))
    return is_float(t.dtype if is_array(t) else t)


def cotangents(
    ctx: Context, part: Argument, bars: dict[str, Atom], unused: str, form: str
) -> tuple[Any, list[Atom]]:
    """The cotangent of an argument after the reverse sweep: its layout, and the values in it.

    With ``unused="none"``, that of one which the result does not depend on is None. Structures get
    theirs in natural form, where they have one, or by their fields.
    """
    if unused == "none" and not any(n in ctx.active for n in leaves(part)):
        return "value", [Const(None)]
    if isinstance(part.type, StructureType) and has_tangent(part.type):
        return _of_structure(ctx, part, bars, form, unused)
    if isinstance(part.type, nb.BaseTuple):
        got = [cotangents(ctx, item, bars, unused, form) for item in part.items]
        return tuple(layout for layout, _ in got), [a for _, atoms in got for a in atoms]
    return "value", [_cotangent(ctx, part, bars)]


def _of_structure(ctx: Context, part: Argument, bars: dict[str, Atom], form: str, unused: str = "zero"
                  ) -> tuple[Any, list[Atom]]:
    if container_of(part.type.maker) is not None:
        got = [cotangents(ctx, item, bars, unused, form) for item in part.items]
        return _built(ctx, part.type.maker, got)
    fields = [item for item in part.items if not item.passive]
    if form == "natural" and has_natural_form(part.type.maker):
        values = [_natural(ctx, item, bars) for item in fields]
        made = ctx.let("._pull_r()", (_fetched(ctx, part), *values), hint=_bar_of(part))
        ctx.notes.append(Note("clamp", None, (f"the fields of {part.name} to its natural form", made.name)))
        return "value", [made]
    got = [cotangents(ctx, item, bars, "zero", form) for item in fields]
    maker = tangent_of(part.type.maker, tuple(str(item.path[-1].value) for item in fields))  # type: ignore
    return _built(ctx, maker, got)


def _built(ctx: Context, maker: Any, got: Sequence[tuple[Any, list[Atom]]]) -> tuple[Any, list[Atom]]:
    """The layout of what is made of parts, and the values in it."""
    name = next((n for n, value in ctx.namespace.items() if value is maker), None)
    if name is None:
        name = ctx.namer(maker.__name__)
        ctx.namespace[name] = maker
    return Built(name, tuple(layout for layout, _ in got)), [a for _, atoms in got for a in atoms]


def _natural(ctx: Context, part: Argument, bars: dict[str, Atom]) -> Atom:
    """The cotangent of a field as one value."""
    if isinstance(part.type, StructureType):
        layout, atoms = _of_structure(ctx, part, bars, "natural")
        if layout == "value":
            return atoms[0]
    if isinstance(part.type, nb.BaseTuple):
        return ctx.let("tuple", [_natural(ctx, item, bars) for item in part.items])
    return _cotangent(ctx, part, bars)


def _cotangent(ctx: Context, part: Argument, bars: dict[str, Atom]) -> Atom:
    typ, name = part.type, part.name
    if not has_tangent(typ) or part.passive:  # an element of a tuple: it has no tangent, and says so
        return Const(None)
    if not is_array(typ):
        return zero(typ) if name is None else bars.get(name, zero(typ))
    if name in ctx.shadow:
        return Var(ctx.shadow[name])
    shape = ctx.let(".shape", (_fetched(ctx, part),))
    dtype = cotangent_type(typ).dtype
    return ctx.let("np.zeros", (shape, Var(dtype_name(dtype))), hint=_bar_of(part))


def _bar_of(part: Argument) -> str:
    return f"{part.name or 'part'}_bar"


def _fetched(ctx: Context, part: Argument) -> Atom:
    """The part, out of the parameter that holds it."""
    base = part.path[0]
    for key in part.path[1:]:
        base = ctx.let("[]", (base, key))
    return base
