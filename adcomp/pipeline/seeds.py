"""What a reverse sweep starts from: the cotangents of the primal's results.

For a gradient that is the number one. A pullback is given ``y_bar``, which has the structure of the
result; a part of it may be None, for a cotangent of zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import tee
from types import FunctionType
from typing import Any

from numba import types as nb

from ..core.ir import Atom, Built, Call, Const, Fixed, Stmt, Var
from ..core.numba_structures import ContainerType, StructureType
from ..core.types import cotangent_type, dtype_name, has_tangent, is_array, is_number, parts_of, scalar
from ..errors import Loc, NotScalarOutput, ShapeMismatch, TypeInferenceError
from ..passes.context import Context
from ..tangents.makers import TangentOf
from ..tangents.structures import structure_of
from ..tangents.trees import DictOf

HINT = ("reduce the result to a real number; a Jacobian has adcomp.pullback, with one call for each entry "
        "of the result")


def definition(f: FunctionType) -> Loc:
    """Where a function is defined: the line of its ``def``, below its decorators."""
    from ..frontend.lifting import lifting_of
    from ..frontend.source import source_of

    lifting = lifting_of(f)
    source = source_of(lifting.function if lifting else f)
    return source.loc(source.node)


def seed_one(ctx: Context, f: FunctionType, bars: dict[str, Atom], holomorphic: bool = False) -> None:
    """The cotangent of a real result is one; of a complex one as well, if the function is holomorphic."""
    fn = ctx.fn
    y = fn.body.yields[0] if fn.returns == "value" else None
    typ = None if y is None else ctx.type_of(y)
    wanted = nb.Complex if holomorphic else (nb.Float, nb.Integer)
    if not isinstance(typ, wanted) or isinstance(typ, nb.Boolean):
        what = "nothing" if fn.returns == "none" else "a tuple" if y is None else str(typ)
        needs = "a gradient needs one real number"
        if holomorphic:
            needs = "holomorphic=True needs one complex number"
        hint = HINT
        if isinstance(typ, nb.Complex):
            hint = ("take the real part, or abs, of the result; holomorphic=True gives the derivative of a "
                    "holomorphic function, and adcomp.pullback takes a complex cotangent")
        elif isinstance(typ, nb.Float) and holomorphic:
            hint = "leave holomorphic=True out"
        raise NotScalarOutput(f"{f.__name__} returns {what}; {needs}", loc=definition(f), hint=hint)
    if isinstance(y, Var) and y.name in ctx.active:
        bars[y.name] = scalar(cotangent_type(typ), 1)


def seed_given(
    ctx: Context, f: FunctionType, given: Any, bars: dict[str, Atom]
) -> tuple[str, list[Stmt]]:
    """A parameter of type ``given`` for the cotangent of the result: its name, and its use."""
    if ctx.fn.returns == "none":
        raise NotScalarOutput(
            f"{f.__name__} returns nothing, so there is nothing to pull back from",
            loc=definition(f), hint="return the arrays that it fills",
        )
    y_bar = ctx.fresh("y_bar", given)
    seeds = _Seeds(ctx, bars, iter(ctx.fn.body.yields))
    with ctx.collect() as stmts:
        seeds.add(ctx.fn.returns, Var(y_bar), given, "y")
    return y_bar, stmts


class _Seeds:
    def __init__(self, ctx: Context, bars: dict[str, Atom], yields: Iterator[Atom]) -> None:
        self.ctx, self.bars, self.yields = ctx, bars, yields

    def add(self, layout: Any, atom: Atom, given: Any, name: str) -> None:
        """One part of the result, of which `atom` is the cotangent."""
        if layout == "value":
            self._value(next(self.yields), atom, given, name)
        elif isinstance(layout, Fixed):
            return
        elif isinstance(layout, Built):
            self._structure(layout, atom, given, name)
        elif isinstance(given, nb.NoneType):
            for k, part in enumerate(layout):
                self.add(part, Const(None), given, f"{name}[{k}]")
        elif not isinstance(given, nb.BaseTuple):
            raise ShapeMismatch(f"{name} is a tuple of {len(layout)}, and its cotangent is {given}",
                                hint="give a tuple of cotangents; None stands for zero")
        elif len(given) != len(layout):
            raise ShapeMismatch(
                f"{name} is a tuple of {len(layout)}, and its cotangent one of {len(given)}")
        else:
            for k, part in enumerate(layout):
                item = self.ctx.let("[]", (atom, Const(k)), given.types[k], hint=f"y{k}_bar")
                self.add(part, item, given.types[k], f"{name}[{k}]")

    def _structure(self, layout: Built, atom: Atom, given: Any, name: str) -> None:
        """The cotangent of a structure: by its fields, or in natural form."""
        cls = self.ctx.namespace[layout.maker]
        if isinstance(cls, DictOf):
            self._dict(layout, cls.keys, atom, given, name)
            return
        known = structure_of(cls)
        assert known is not None
        entries: dict[str, tuple[Atom, Any]] = {}
        if isinstance(given, StructureType) and isinstance(given.maker, TangentOf):
            if given.maker.primal_type is not cls:
                raise ShapeMismatch(f"{name} is a {cls.__name__}, and its cotangent one of a "
                                    f"{given.maker.primal_type.__name__}")
            for key, kind in parts_of(given):
                entries[str(key.value)] = self.ctx.let("[]", (atom, key), kind, hint=f"{key.value}_bar"), kind
        elif not isinstance(given, nb.NoneType):
            entries = self._by_fields(layout, atom, given, name)
        for field, part in zip(known.fields, layout.parts, strict=True):
            item, kind = entries.get(field, (Const(None), nb.none))
            self.add(part, item, kind, f"{name}.{field}")

    def _dict(self, layout: Built, keys: tuple[str, ...], atom: Atom, given: Any, name: str) -> None:
        """The cotangent of a dict, by its keys; one that is left out is zero."""
        entries: dict[str, tuple[Atom, Any]] = {}
        if isinstance(given, ContainerType) and given.maker.container is dict and {*given.names} <= {*keys}:
            for key, kind in parts_of(given):
                entries[str(key.value)] = self.ctx.let("[]", (atom, key), kind, hint="y_bar"), kind
        elif not isinstance(given, nb.NoneType):
            shown = ", ".join(map(repr, keys))
            raise ShapeMismatch(f"{name} is a dict with the keys {shown}, and its cotangent {_kind(given)}",
                                hint="give a dict with some of these keys")
        for word, part in zip(keys, layout.parts, strict=True):
            entry, kind = entries.get(word, (Const(None), nb.none))
            self.add(part, entry, kind, f"{name}[{word!r}]")

    def _by_fields(self, layout: Built, atom: Atom, given: Any, name: str) -> dict[str, tuple[Atom, Any]]:
        """The cotangents of the fields, from one in natural form."""
        ctx, cls = self.ctx, self.ctx.namespace[layout.maker]
        known = structure_of(cls)
        if known is None or not hasattr(cls, "_pull_d") or isinstance(given, nb.BaseTuple):
            raise ShapeMismatch(f"{name} is a {cls.__name__}, and its cotangent is {given}",
                                hint="give its structural cotangent, a Tangent with an entry for each field")
        self.yields, again = tee(self.yields)
        y = self._made(layout, again)
        if is_array(given) and given.ndim != 2 and hasattr(cls, "_pull_checked"):
            raise ShapeMismatch(f"{name} is a matrix, and its cotangent {_kind(given)}")
        method = "_pull_checked" if hasattr(cls, "_pull_checked") else "_pull_d"
        parts = ctx.let(f".{method}()", (y, atom), hint="y_bar")
        kinds = ctx.type_of(parts).types
        return {field: (ctx.let("[]", (parts, Const(k)), kind, hint=f"{field}_bar"), kind)
                for k, (field, kind) in enumerate(zip(known.differentiable, kinds, strict=True))}

    def _made(self, layout: Any, yields: Iterator[Atom]) -> Atom:
        """The value of a part of the result."""
        if isinstance(layout, Fixed):
            return Const(layout.value)
        if layout == "value":
            return next(yields)
        op = layout.maker if isinstance(layout, Built) else "tuple"
        parts = layout.parts if isinstance(layout, Built) else layout
        return self.ctx.let(op, [self._made(part, yields) for part in parts], hint="y")

    def _value(self, y: Atom, atom: Atom, given: Any, name: str) -> None:
        typ = self.ctx.type_of(y)
        if isinstance(given, nb.NoneType) or not has_tangent(typ):
            return
        wanted = cotangent_type(typ)
        self._check(name, given, wanted)
        if not self.ctx.is_active(y):
            return
        assert isinstance(y, Var)
        if _is_complex(given) and not _is_complex(wanted):
            atom = self.ctx.let(".real", (atom,), hint="y_bar")
            given = self.ctx.type_of(atom)
        if is_array(typ):
            self._add_array(y.name, atom)
        else:
            self._add_number(y.name, atom, given, wanted)

    def _check(self, name: str, given: Any, wanted: Any) -> None:
        if is_array(given) != is_array(wanted) or is_array(given) and given.ndim != wanted.ndim:
            raise ShapeMismatch(f"{name} is {_kind(wanted)}, and its cotangent {_kind(given)}")
        item, target = (t.dtype if is_array(t) else t for t in (given, wanted))
        if not (is_number(item) or isinstance(item, nb.Boolean)):
            raise TypeInferenceError(f"the cotangent of {name} has to be {target}, and is {item}")

    def _add_array(self, name: str, atom: Atom) -> None:
        from ..kernels import arrays

        self.ctx.namespace["add_into"] = arrays.add_into
        self.ctx.out.append(Call("add_into", (Var(self.ctx.shadow[name]), atom), (0,)))

    def _add_number(self, name: str, atom: Atom, given: Any, wanted: Any) -> None:
        if given != wanted:
            atom = self.ctx.let(dtype_name(wanted), (atom,), wanted, hint="y_bar")
        known = self.bars.get(name)
        self.bars[name] = atom if known is None else self.ctx.let("+", (known, atom), wanted)


def _is_complex(t: Any) -> bool:
    return isinstance(t.dtype if is_array(t) else t, nb.Complex)


def _kind(t: Any) -> str:
    if is_array(t):
        return f"an array of {t.ndim} dimension{'' if t.ndim == 1 else 's'}"
    if isinstance(t, ContainerType):
        return f"a {t.maker.container.__name__}"
    return "a tuple" if isinstance(t, nb.BaseTuple) else "a number" if is_number(t) else str(t)
