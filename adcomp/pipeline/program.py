"""Derivative programs: the entry, and a pair of functions for every call that is not inlined.

A recursive call ``y = g(a)`` with active arguments becomes ``y = g_forward(a, tape)`` in the forward
sweep and ``a_bar = g_reverse(y_bar, tape)`` in the reverse sweep. ``g_forward`` ends by pushing on
the tape what ``g_reverse`` needs of its frame; the frames come back in the opposite order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

from numba import types as nb

from ..backend.cpu import Generated
from ..core.ir import (
    Atom,
    Block,
    Call,
    Const,
    Function,
    Let,
    Raise,
    Stmt,
    Var,
    bound_in,
    free_names,
    map_atoms,
    map_blocks,
    walk,
)
from ..core.names import Namer
from ..core.ops import STANDARD, Effect, effect_of
from ..core.printer import show
from ..core.types import cotangent_type, has_tangent, is_array, is_float, type_of, zero
from ..core.verify import verify
from ..errors import Loc, UnsupportedSyntax
from ..passes.adjoint import Adjoint
from ..passes.alias import find_aliases
from ..passes.context import FRAMES, Context, Pair
from ..passes.plan import Frame, plan_frame
from ..passes.simplify import simplify
from ..passes.sink import sink
from ..passes.tighten import tighten
from ..passes.timeline import Timeline
from ..passes.vectorise import vectorise
from ..registry import unwrap
from .arguments import argument, cotangents, leaves, positions
from .front import Typed, front
from .guard import guard
from .options import Options
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
    functions: list[tuple[Function, Mapping[str, Any]]] = field(default_factory=list)
    pairs: dict[Any, Pair] = field(default_factory=dict)
    names: Namer = field(default_factory=lambda: Namer(["kernels", *STANDARD]))

    # --- the entry ------------------------------------------------------------------------------

    def entry(self, argtypes: tuple[Any, ...], kind: str) -> Generated:
        given, argtypes = (argtypes[0], argtypes[1:]) if kind == "vjp" else (None, argtypes)
        typed = front(self.f, argtypes)
        self.names.reserve([*bound_in(typed.fn.body), *typed.fn.namespace, *typed.fn.params])
        if kind == "value":
            self.functions.append(self._value_function(typed))
        else:
            self.functions.append(self._entry_function(typed, argtypes, kind, given))
        return self._print()

    def _value_function(self, typed: Typed) -> tuple[Function, Mapping[str, Any]]:
        fn, ctx = typed.fn, prepare(typed, [], self)
        refuse_random(fn)
        body = Block((*guard(ctx, typed), *fn.body.stmts), fn.body.yields)
        result = replace(fn, name=f"{fn.name}_value", body=body, namespace=ctx.namespace,
                         doc=f"Value of {fn.name}.")
        return self._polish(result, ctx), ctx.types

    def _entry_function(
        self, typed: Typed, argtypes: tuple[Any, ...], kind: str, given: Any
    ) -> tuple[Function, Mapping[str, Any]]:
        fn, options = typed.fn, self.options
        wrt = [argument(fn.params[k], argtypes[k], fn.body)
               for k in positions(options.wrt, argtypes, self.f)]
        ctx = prepare(typed, [n for part in wrt for n in leaves(part)], self)
        bars: dict[str, Atom] = {}
        params, seeds = fn.params, []
        if kind == "vjp":
            y_bar, seeds = seed_given(ctx, self.f, given, bars)
            params = (y_bar, *params)
        else:
            seed_one(ctx, self.f, bars)
        sweeps = sweep(ctx, seeds, bars)
        with ctx.collect() as epilogue:
            results = [cotangents(ctx, part, sweeps.bars, options.unused) for part in wrt]
        yields = tuple(a for _, atoms in results for a in atoms)
        layout: Any = tuple(form for form, _ in results)
        if not options.several:
            layout = layout[0]
        if kind == "value_and_gradient":
            layout, yields = ("value", layout), (*fn.body.yields, *yields)
        tests = guard(ctx, typed, params[: len(params) - len(fn.params)])
        stmts = (*tests, *self._stacks(ctx), *sweeps.forward, *sweeps.reverse, *epilogue)
        result = Function(
            f"{fn.name}_{kind}", params, Block(stmts, yields), ctx.namespace, layout, fn.defaults,
            f"{TITLES[kind]} of {fn.name}.",
        )
        result = self._polish(result, ctx)
        return sink(result, set(ctx.shadow.values())), ctx.types

    def _polish(self, fn: Function, ctx: Context) -> Function:
        """Drop what is dead, and give the loops the form that LLVM vectorises."""
        fn = simplify(fn, ctx.types)
        fn = tighten(fn, ctx.types, ctx.namer, reorder=self.options.math == "vector")
        return simplify(fn, ctx.types)

    def _cotangent_parameters(
        self, ctx: Context, bars: dict[str, Atom]
    ) -> tuple[tuple[str, ...], list[Stmt]]:
        """One parameter for the cotangent of each result, added to what the sweep starts from."""
        from ..kernels import arrays

        seeds: list[Stmt] = []
        params = []
        yields = ctx.fn.body.yields
        for k, y in enumerate(yields):
            typ = ctx.type_of(y)
            base = "y_bar" if len(yields) == 1 else f"y{k}_bar"
            params.append(ctx.fresh(base, cotangent_type(typ)))
            if not ctx.is_active(y):
                continue
            assert isinstance(y, Var)
            if is_array(typ):
                ctx.namespace["add_into"] = arrays.add_into
                seeds.append(Call("add_into", (Var(ctx.shadow[y.name]), Var(params[-1])), (0,)))
            else:
                bars[y.name] = self._sum(ctx, seeds, bars.get(y.name), Var(params[-1]))
        return tuple(params), seeds

    def _sum(self, ctx: Context, where: list[Stmt], a: Atom | None, b: Atom) -> Atom:
        if a is None:
            return b
        with ctx.collect() as stmts:
            total = ctx.let("+", (a, b))
        where += stmts
        return total

    # --- calls that are not inlined ----------------------------------------------------------------

    def pair(self, g: Any, argtypes: tuple[Any, ...], active: tuple[bool, ...]) -> Pair:
        """The forward and the reverse function of a callee, for its active arguments."""
        function = unwrap(g)
        key = (function, argtypes, active)
        if key not in self.pairs:
            name = function.__name__
            pair = Pair(self.names(f"{name}_forward"), self.names(f"{name}_reverse"), len(self.pairs))
            self.pairs[key] = pair
            self._make_pair(function, argtypes, active, pair)
        return self.pairs[key]

    def _make_pair(self, g: FunctionType, argtypes: tuple[Any, ...], active: tuple[bool, ...],
                   pair: Pair) -> None:
        typed = front(g, argtypes)
        fn = typed.fn
        self._describe(g, typed, pair)
        names = [n for n, is_active in zip(fn.params, active, strict=True) if is_active]
        ctx = prepare(typed, names, self)
        bars: dict[str, Atom] = {}
        params, seeds = self._cotangent_parameters(ctx, bars)
        forward, emitted = Adjoint(ctx).block(ctx.fn.body, bars)
        shadows = tuple(ctx.shadow.get(n) or ctx.fresh(f"{n}_bar", cotangent_type(ctx.types[n]))
                        for n in names if is_array(ctx.types[n]))
        scalars = tuple(bars.get(n, zero(ctx.types[n])) for n in names if not is_array(ctx.types[n]))
        reverse = simplify(
            Function("reverse", (), Block((*seeds, *emitted), scalars), ctx.namespace), ctx.types
        ).body
        ctx.fn = replace(ctx.fn, body=forward)
        timeline = Timeline(ctx.fn, find_aliases(ctx.fn, ctx.types))
        frame = plan_frame(ctx, timeline, forward, reverse, shadows)
        self._emit_pair(ctx, fn, pair, frame, reverse, (*params, *shadows))

    def _emit_pair(self, ctx: Context, fn: Function, pair: Pair, frame: Frame, reverse: Block,
                   given: tuple[str, ...]) -> None:
        """The functions of a pair: the first pushes its frame, the second pops it."""
        push: list[Stmt] = []
        pop: list[Stmt] = []
        if frame.kept:
            record = pair.kind = nb.Tuple([ctx.types[n] for n in frame.kept])
            packed, opened = (ctx.fresh("frame", record) for _ in range(2))
            stacks = [ctx.fresh("stack", nb.List(record)) for _ in range(2)]
            place = (Var(FRAMES), Const(pair.number))
            values = tuple(Var(frame.visible.get(n, n)) for n in frame.kept)
            push = [Let(packed, "tuple", values), Let(stacks[0], "[]", place),
                    Call(".append()", (Var(stacks[0]), Var(packed)), (0,))]
            pop = [Let(stacks[1], "[]", place), Let(opened, ".pop()", (Var(stacks[1]),))]
            for k, name in enumerate(frame.kept):
                again = frame.rename[name]
                assert isinstance(again, Var)
                pop.append(Let(again.name, "[]", (Var(opened), Const(k))))

        def renamed(a: Atom) -> Atom:
            return frame.rename.get(a.name, a) if isinstance(a, Var) else a

        body = Block((*pop, *frame.again, *(map_atoms(s, renamed) for s in reverse.stmts)),
                     tuple(map(renamed, reverse.yields)))
        ctx.types[FRAMES] = nb.undefined
        first = Function(pair.forward, (*fn.params, FRAMES),
                         Block((*frame.stmts, *push), fn.body.yields), ctx.namespace, fn.returns)
        second = Function(pair.reverse, (*given, FRAMES), body, ctx.namespace,
                          tuple("value" for _ in body.yields) or "none")
        twins = set(ctx.shadow.values()) - set(given)
        first = _without(first, twins | set(given))
        for part in (first, second):
            self.functions.append((self._polish(part, ctx), ctx.types))

    def _stacks(self, ctx: Context) -> list[Stmt]:
        """The tapes of the callees, made by the entry."""
        if not self.pairs:
            return []
        out: list[Stmt] = []
        stacks = []
        for pair in self.pairs.values():
            kind = ctx.namer("kind")
            ctx.namespace[kind] = pair.kind
            stacks.append(ctx.fresh("stack", nb.List(pair.kind)))
            out.append(Let(stacks[-1], "kernels.stack", (Var(kind),)))
        ctx.types[FRAMES] = nb.Tuple([ctx.types[s] for s in stacks])
        return [*out, Let(FRAMES, "tuple", tuple(map(Var, stacks)))]

    def _describe(self, g: FunctionType, typed: Typed, pair: Pair) -> None:
        """What callers must know; refuses a callee that writes into its arguments."""
        fn = typed.fn
        aliases = find_aliases(fn, typed.types)
        pair.returns = tuple(type_of(a, typed.types) for a in fn.body.yields)
        pair.returns_argument = any(
            site.name in fn.params for a in fn.body.yields for site in aliases.of(a)
        )
        for store in Timeline(typed.fn, aliases).stores:
            hit = [s.name for s in store.sites if s.name in typed.fn.params]
            if hit:
                raise UnsupportedSyntax(
                    f"the recursive function {g.__name__} writes into its argument {hit[0]}",
                    loc=store.stmt.loc if isinstance(store.stmt.loc, Loc) else None,
                    hint="return a new array instead",
                )

    # --- text ------------------------------------------------------------------------------------

    def _print(self) -> Generated:
        from .. import kernels

        texts, namespace = [], {"np": STANDARD["np"]}
        made = {fn.name for fn, _ in self.functions}
        for fn, types in self.functions:
            if self.options.math == "vector":
                fn = vectorise(fn, types, kernels.VECTOR)
            fn = replace(fn, namespace=dict(fn.namespace) | {n: None for n in made})
            verify(fn)
            texts.append(show(fn, comments=self.options.comments, types=types))
            used = {n.split(".")[0] for n in (*free_names(fn.body), *_called(fn))}
            namespace |= {n: v for n, v in {**STANDARD, **fn.namespace}.items()
                          if n in used and n not in made}
        return Generated("\n\n".join(texts), self.functions[-1][0].name, namespace)


def _without(fn: Function, names: set[str]) -> Function:
    """The function without the statements that define shadows, which its reverse makes itself."""

    def block(b: Block) -> Block:
        stmts = tuple(
            map_blocks(s, block) for s in b.stmts
            if not (isinstance(s, Let) and (s.target in names or _uses(s, names)))
        )
        return Block(stmts, b.yields)

    return replace(fn, body=block(fn.body))


def _uses(stmt: Let, names: set[str]) -> bool:
    return any(isinstance(a, Var) and a.name in names for a in stmt.args)


def refuse_random(fn: Function) -> None:
    """A pullback that runs a function again has to get the same numbers again."""
    for stmt in walk(fn.body):
        if isinstance(stmt, (Let, Call)) and stmt.op.startswith("np.random."):
            raise UnsupportedSyntax(
                f"{fn.name} draws random numbers, which would be others when it is pulled back",
                loc=stmt.loc if isinstance(stmt.loc, Loc) else None,
                hint="draw them outside and pass them in, or use the one-call form pb.vjp",
            )


def _called(fn: Function) -> set[str]:
    return {s.exception if isinstance(s, Raise) else s.op for s in walk(fn.body)
            if isinstance(s, (Let, Call, Raise))}


__all__ = ["Effect", "Program", "effect_of", "generate", "has_tangent", "is_float"]
