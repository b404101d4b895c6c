"""The reverse of a call that the user has given a rule for.

``y = f(a, b)`` stays as it is in the forward sweep. In the reverse sweep the rule is called with
what its parameters name, and each cotangent that it returns is added to its argument's.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from numba import types as nb

from ..core.ir import Atom, Call, Const, Let, Var, Where
from ..core.numba_adapter import gist
from ..core.types import is_array, is_number, zero
from ..errors import InternalError, Loc, NoRuleError, ShapeMismatch, TypeInferenceError

if TYPE_CHECKING:
    from .adjoint import Adjoint, Bars

HINT = "return one cotangent per argument, None where there is none"


def reverse_user_call(adjoint: Adjoint, stmt: Let, rule: Any, bars: Bars) -> None:
    """Emit the call of a rule, and add what it returns."""
    y_bar = _cotangent_of_result(adjoint, stmt, bars)
    if y_bar is not None:
        _UserCall(adjoint, stmt, rule, bars).emit(y_bar)


def _cotangent_of_result(adjoint: Adjoint, stmt: Let, bars: Bars) -> Atom | None:
    from .adjoint import part_of, reversed_loc

    ctx, typ = adjoint.ctx, adjoint.ctx.types[stmt.target]
    if is_array(typ):
        return Var(ctx.shadow[stmt.target])
    if not isinstance(typ, nb.BaseTuple):
        return bars.pop(stmt.target, None)
    names = [part_of(stmt.target, k) for k in range(len(typ))]
    if not any(name in bars for name in names):
        return None
    parts = [bars.pop(name, None) for name in names]
    atoms = [zero(t) if part is None else part for part, t in zip(parts, typ.types, strict=True)]
    return ctx.let("tuple", atoms, hint="y_bar", loc=reversed_loc(stmt.loc))


class _UserCall:
    def __init__(self, adjoint: Adjoint, stmt: Let, rule: Any, bars: Bars) -> None:
        from .adjoint import reversed_loc

        self.adjoint, self.ctx, self.stmt = adjoint, adjoint.ctx, stmt
        self.rule, self.bars = rule, bars
        self.where = stmt.loc if isinstance(stmt.loc, Loc) else None
        self.loc: Where = reversed_loc(stmt.loc)
        self.given = _bound(stmt, rule)

    def emit(self, y_bar: Atom) -> None:
        got = self._call(y_bar)
        typ, count = self.ctx.types[got.name], len(self.rule.arguments)
        several = isinstance(typ, nb.BaseTuple)
        if several and len(typ) != count or not several and count != 1:
            what = f"{len(typ)} cotangents" if several else "one cotangent"
            raise NoRuleError(
                f"the pullback {self.rule.name} returns {what}; {self.rule.primal.__name__} has "
                f"{count} argument{'' if count == 1 else 's'}", loc=self.where, hint=HINT)
        for k, name in enumerate(self.rule.arguments):
            atom = self.given.get(name)
            if isinstance(atom, Var):
                self._add(name, atom, got, k if several else None)

    def _call(self, y_bar: Atom) -> Var:
        ctx, rule = self.ctx, self.rule
        result, cotangent = rule.result
        args = []
        for param in rule.params:
            if param == cotangent:
                args.append(y_bar)
            elif param == result:
                args.append(self.adjoint.as_it_was(self.stmt, Var(self.stmt.target), "y"))
            else:
                args.append(self.adjoint.as_it_was(self.stmt, self.given[param], "a"))
        try:
            return ctx.let(ctx.rules.name_of(rule, ctx), args, loc=self.loc)
        except InternalError as error:
            named = zip(rule.params, args, strict=True)
            kinds = ", ".join(f"{p}: {ctx.type_of(a)}" for p, a in named)
            cause = error.__cause__
            raise TypeInferenceError(
                f"Numba cannot type the pullback {rule.name}({kinds}): {gist(cause)}",
                loc=self.where) from cause

    def _add(self, name: str, atom: Var, got: Var, place: int | None) -> None:
        """Add the cotangent of one argument; a tuple's goes to its elements."""
        ctx = self.ctx
        elements = self.adjoint.tuples.get(atom.name)
        wanted = elements if elements is not None else (atom,)
        if not any(map(ctx.is_active, wanted)):
            return
        typ = ctx.types[got.name] if place is None else ctx.types[got.name].types[place]
        if isinstance(typ, nb.NoneType):
            return
        if place is not None:
            got = ctx.let("[]", (got, Const(place)), typ, loc=self.loc)
        if elements is not None:
            if not isinstance(typ, nb.BaseTuple) or len(typ) != len(elements):
                raise self._wrong(name, typ, f"a tuple of {len(elements)}")
            for k, element in enumerate(elements):
                if isinstance(element, Var):
                    self._add(f"{name}[{k}]", element, got, k)
        elif is_array(ctx.type_of(atom)):
            self._add_array(name, atom, got, typ)
        elif not ctx.is_active(atom) or not is_number(ctx.type_of(atom)):
            raise self.adjoint.no_rule(self.stmt)  # an array or a tuple that is hidden in a tuple
        else:
            if not is_number(typ):
                raise self._wrong(name, typ, "a number")
            self.adjoint.add(self.bars, atom, got, self.loc)

    def _add_array(self, name: str, atom: Var, got: Var, typ: Any) -> None:
        ndim = self.ctx.type_of(atom).ndim
        if not is_array(typ) or typ.ndim != ndim:
            raise self._wrong(name, typ, f"an array of {ndim} dimension{'' if ndim == 1 else 's'}")
        message = f"the pullback {self.rule.name} gives {name} a cotangent of another shape"
        self.ctx.namespace.setdefault("accumulate", _accumulate())
        args = (self.adjoint.shadow_of(atom), got, Const(message))
        self.ctx.out.append(Call("accumulate", args, (0,), self.loc))

    def _wrong(self, name: str, typ: Any, wanted: str) -> ShapeMismatch:
        return ShapeMismatch(
            f"the pullback {self.rule.name} gives {name} a cotangent of type {typ}; "
            f"{name} is {wanted}",
            loc=self.where, hint="the cotangent of an argument has its shape")


def _bound(stmt: Let, rule: Any) -> dict[str, Atom]:
    """The arguments of the call by name; those that are left at their defaults too."""
    positional = stmt.args[: len(stmt.args) - len(stmt.keywords)]
    named = zip(stmt.keywords, stmt.args[len(positional):], strict=True)
    defaults = {
        p.name: Const(p.default) for p in inspect.signature(rule.primal).parameters.values()
        if p.default is not p.empty
    }
    return {**defaults, **dict(zip(rule.arguments, positional, strict=False)), **dict(named)}


def _accumulate() -> Any:
    from ..registry import accumulate

    return accumulate


__all__ = ["reverse_user_call"]
