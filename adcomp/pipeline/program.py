"""Derivative programs: the entry function, its callees, and their text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from numba import prange

from ..backend.cpu import Generated
from ..core.ir import (
    Atom,
    Block,
    Call,
    For,
    Function,
    Let,
    Raise,
    bound_in,
    free_names,
    makers_in,
    walk,
)
from ..core.names import Namer, stem
from ..core.ops import STANDARD, Effect, effect_of
from ..core.printer import show
from ..core.types import has_tangent, is_float
from ..core.verify import verify
from ..errors import ControlOnlyDependence, Loc, UnsupportedSyntax
from ..frontend.lifting import lifting_of
from ..passes.columns import pack_columns
from ..passes.context import Context
from ..passes.control import Decider, decided_by
from ..passes.fresh import store_first
from ..passes.jam import jam
from ..passes.lend import lend_shadows
from ..passes.maxima import block_maxima
from ..passes.regroup import regroup
from ..passes.signs import settle_signs
from ..passes.simplify import simplify
from ..passes.sink import sink
from ..passes.spent import drop_spent
from ..passes.threads import cut_loops
from ..passes.tighten import tighten
from ..passes.vectorise import vectorise
from ..registry import is_kernel
from .arguments import argument, cotangents, leaves, positions
from .front import Typed, front
from .guard import guard
from .holomorphic import check_complex, conjugates
from .lifted import refuse_frozen
from .options import Options
from .pairs import Pairs
from .seeds import seed_given, seed_one
from .sweeps import prepare, sweep

TITLES = {"gradient": "Gradient", "value_and_gradient": "Value and gradient", "vjp": "Pullback",
          "value": "Value"}


def generate(f: FunctionType, argtypes: tuple[Any, ...], kind: Any, options: Options) -> Generated:
    """The derivative program of a function for argument types.

    Parameters
    ----------
    f : function
        The primal, a plain Python function.
    argtypes : tuple of numba types
        The types of its arguments; for ``"vjp"``, after that of the cotangent of its result.
    kind : object
        Its ``name`` is ``"gradient"``, ``"value_and_gradient"``, ``"vjp"``, or ``"value"`` for the
        primal as the derivatives compute it.
    options : Options
    """
    return Program(f, options).entry(argtypes, kind.name)


@dataclass
class Program:
    """The functions of one derivative program, callees first."""

    f: FunctionType
    options: Options

    def __post_init__(self) -> None:
        self.names = Namer(["kernels", "prange", *STANDARD])
        self.context: Context | None = None  #: that of the entry, once it is made
        self.calls = Pairs(self.names, self._polish)
        self.calls.callees.book.plain = self.options.plain
        self.calls.callees.book.raising = self.options.raising

    # --- the entry ------------------------------------------------------------------------------

    def entry(self, argtypes: tuple[Any, ...], kind: str) -> Generated:
        self.functions(argtypes, kind)
        return self._print()

    def functions(self, argtypes: tuple[Any, ...], kind: str) -> list[tuple[Function, Mapping[str, Any]]]:
        """The functions of the program in Core, the entry last, with the types of their names."""
        given, argtypes = (argtypes[0], argtypes[1:]) if kind == "vjp" else (None, argtypes)
        typed = front(self.f, argtypes, plain=self.options.plain,
                      parallel=self.options.parallel and not self.options.plain)
        self.calls.callees.book.infinite |= typed.infinite
        self.names.reserve([*bound_in(typed.fn.body), *typed.fn.namespace, *typed.fn.params])
        if kind == "value":
            self.calls.functions.append(self._value_function(typed))
        else:
            self.calls.functions.append(self._entry_function(typed, argtypes, kind, given))
        return self.calls.functions

    def _value_function(self, typed: Typed) -> tuple[Function, Mapping[str, Any]]:
        fn, ctx = typed.fn, prepare(typed, [], self.calls, self.calls.callees)
        refuse_random(fn)
        body = Block((*guard(ctx, typed, lifting=lifting_of(self.f)), *fn.body.stmts), fn.body.yields)
        result = replace(fn, name=f"{fn.name}_value", body=body, namespace=ctx.namespace,
                         doc=f"Value of {fn.name}.")
        return self._polish(result, ctx), ctx.types

    def _entry_function(
        self, typed: Typed, argtypes: tuple[Any, ...], kind: str, given: Any
    ) -> tuple[Function, Mapping[str, Any]]:
        fn, options = typed.fn, self.options
        wrt = [argument(fn.params[k], argtypes[k], fn.body)
               for k in positions(options.wrt, argtypes, self.f)]
        if options.holomorphic:
            check_complex(wrt, self.f)
        ctx = prepare(typed, [n for part in wrt for n in leaves(part)], self.calls,
                      self.calls.callees)
        self.context = ctx
        if options.control == "error" and options.wrt is not None:
            refuse_control(ctx, self.calls.callees.decider(typed), [n for part in wrt for n in leaves(part)])
        bars: dict[str, Atom] = {}
        params, seeds = fn.params, list[Any]()
        if kind == "vjp":
            y_bar, seeds = seed_given(ctx, self.f, given, bars)
            params = (y_bar, *params)
        else:
            seed_one(ctx, self.f, bars, options.holomorphic)
        sweeps = sweep(ctx, seeds, bars)
        with ctx.collect() as epilogue:
            results = [cotangents(ctx, part, sweeps.bars, options.unused, options.form) for part in wrt]
            if options.holomorphic:
                results = [conjugates(ctx, result) for result in results]
        yields = tuple(a for _, atoms in results for a in atoms)
        layout: Any = tuple(form for form, _ in results)
        if not options.several:
            layout = layout[0]
        if kind == "value_and_gradient":
            layout, yields = ("value", layout), (*fn.body.yields, *yields)
        tests = guard(ctx, typed, params[: len(params) - len(fn.params)], lifting_of(self.f))
        stmts = (*tests, *self.calls.stacks(ctx), *sweeps.forward, *sweeps.reverse, *epilogue)
        result = Function(
            f"{fn.name}_{kind}", params, Block(stmts, yields), ctx.namespace, layout, fn.defaults,
            f"{TITLES[kind]} of {fn.name}.",
        )
        result = self._polish(result, ctx)
        return sink(result, set(ctx.shadow.values())), ctx.types

    def _polish(self, fn: Function, ctx: Context) -> Function:
        """Drop what is dead, and give the loops the form that LLVM vectorises."""
        fn = simplify(fn, ctx.types, lambda op: is_kernel(ctx.namespace.get(op)))
        fn = settle_signs(fn, ctx.types, ctx.namer)
        if self.options.plain:
            return fn
        fn = simplify(cut_loops(fn, ctx.types, ctx.namer), ctx.types)
        reverses = {pair.reverse for pair in self.calls.made.values()}
        fn = simplify(drop_spent(fn, ctx.types, reverses), ctx.types)
        fn = pack_columns(fn, ctx.types, ctx.namer)
        fn = block_maxima(fn, ctx.types, ctx.namer)
        fn = tighten(fn, ctx.types, ctx.namer, reorder=self.options.math == "vector")
        fn = regroup(simplify(fn, ctx.types), ctx.types, ctx.namer)
        shadows = set(ctx.shadow.values())
        fn = store_first(simplify(fn, ctx.types), ctx.types, shadows)
        fn = simplify(lend_shadows(fn, ctx.types, shadows), ctx.types)
        return jam(fn, ctx.types, ctx.namer) if self.options.math == "vector" else fn

    # --- text ------------------------------------------------------------------------------------

    def _print(self) -> Generated:
        from .. import kernels

        texts, namespace = [], {"np": STANDARD["np"]}
        made = {fn.name for fn, _ in self.calls.functions}
        for fn, types in self.calls.functions:
            if self.options.math == "vector":
                fn = vectorise(fn, types, kernels.VECTOR)
            fn = replace(fn, namespace=dict(fn.namespace) | {n: None for n in made})
            verify(fn)
            texts.append(show(fn, comments=self.options.comments, types=types))
            used = {n.split(".")[0] for n in (*free_names(fn.body), *_called(fn), *makers_in(fn.returns))}
            namespace |= {n: v for n, v in {**STANDARD, **fn.namespace}.items()
                          if n in used and n not in made}
            if any(isinstance(s, For) and s.parallel for s in walk(fn.body)):
                namespace["prange"] = prange
        refuse_frozen(self.f, namespace)
        return Generated("\n\n".join(texts), self.calls.functions[-1][0].name, namespace,
                         lasting="touches" not in namespace)


def refuse_random(fn: Function) -> None:
    """A pullback that runs a function again has to get the same numbers again."""
    for stmt in walk(fn.body):
        if isinstance(stmt, (Let, Call)) and stmt.op.startswith("np.random."):
            raise UnsupportedSyntax(
                f"{fn.name} draws random numbers, which would be others when it is pulled back",
                loc=stmt.loc if isinstance(stmt.loc, Loc) else None,
                hint="draw them outside and pass them in, or use the one-call form pb.vjp",
            )


def refuse_control(ctx: Context, function: Decider, names: Sequence[str]) -> None:
    """A gradient that is zero only because comparisons have none would mislead."""
    for name in names:
        loc = None if name in ctx.active else decided_by(function, name)
        if loc is not None:
            raise ControlOnlyDependence(
                f"the result of {ctx.fn.name} depends on {stem(name)!r} only through comparisons in a loop",
                loc=loc if isinstance(loc, Loc) else None,
                hint="its gradient would be zero, which is wrong of a search; give the function that "
                     "searches a rule with @adcomp.pullback_rule, or say control_dependence=\"zero\"",
            )


def _called(fn: Function) -> set[str]:
    return {s.exception if isinstance(s, Raise) else s.op for s in walk(fn.body)
            if isinstance(s, (Let, Call, Raise))}


__all__ = ["Effect", "Program", "effect_of", "generate", "has_tangent", "is_float"]
