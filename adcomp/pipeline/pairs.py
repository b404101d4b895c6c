"""Calls that are not inlined: a forward and a reverse function for each.

A recursive call ``y = g(a)`` with active arguments becomes ``y = g_forward(a, frames)`` in the forward
sweep and ``a_bar = g_reverse(y_bar, frames)`` in the reverse sweep. ``g_forward`` ends by pushing on a
stack what ``g_reverse`` needs of its frame; the frames come back in the opposite order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

from numba import types as nb

from ..core.ir import Atom, Block, Call, Const, Function, If, Let, Stmt, Var, map_atoms, map_blocks
from ..core.names import Namer, stem
from ..core.ops import Effect, effect_of
from ..core.types import Types, cotangent_type, is_array, type_of, zero
from ..errors import Loc, UnsupportedSyntax
from ..passes.adjoint import Adjoint
from ..passes.alias import find_aliases, is_view
from ..passes.context import FRAMES, Context, Note, Pair
from ..passes.plan import Frame, plan_frame
from ..passes.simplify import simplify
from ..passes.timeline import Timeline
from ..registry import unwrap
from .callees import Callees
from .front import Typed
from .sweeps import prepare


@dataclass
class Pairs:
    """The pairs of one derivative program: a :class:`adcomp.passes.context.Calls`.

    ``functions`` are what has been made, callees first; ``polish`` is what every function goes
    through before it is printed.
    """

    names: Namer
    polish: Callable[[Function, Context], Function]
    functions: list[tuple[Function, Types]] = field(default_factory=list)
    made: dict[Any, Pair] = field(default_factory=dict)
    callees: Callees = field(default_factory=Callees)
    contexts: list[Context] = field(default_factory=list)  #: those of the pairs, in which they note

    def pair(self, g: Any, argtypes: tuple[Any, ...], active: tuple[bool, ...],
             steady: tuple[bool, ...]) -> Pair:
        """The forward and the reverse function of a callee, for its active arguments."""
        function = unwrap(g)
        key = (function, argtypes, active, steady)
        if key not in self.made:
            name = function.__name__
            pair = Pair(self.names(f"{name}_forward"), self.names(f"{name}_reverse"), len(self.made))
            self.made[key] = pair
            self._make(function, argtypes, active, steady, pair)
        return self.made[key]

    def stacks(self, ctx: Context) -> list[Stmt]:
        """The stacks of frames, made by the entry."""
        if not self.made:
            return []
        out: list[Stmt] = []
        stacks = []
        for pair in self.made.values():
            kind = ctx.namer("kind")
            ctx.namespace[kind] = pair.kind
            stacks.append(ctx.fresh("stack", nb.List(pair.kind)))
            out.append(Let(stacks[-1], "kernels.stack", (Var(kind),)))
        ctx.types[FRAMES] = nb.Tuple([ctx.types[s] for s in stacks])
        return [*out, Let(FRAMES, "tuple", tuple(map(Var, stacks)))]

    # --- one pair -------------------------------------------------------------------------------

    def _make(self, g: FunctionType, argtypes: tuple[Any, ...], active: tuple[bool, ...],
              steady: tuple[bool, ...], pair: Pair) -> None:
        typed = self.callees.typed(g, argtypes)
        fn = typed.fn
        _describe(g, typed, pair)
        names = [n for n, is_active in zip(fn.params, active, strict=True) if is_active]
        ctx = prepare(typed, names, self, self.callees, keep_arrays=False)
        ctx.unsteady = _unsteady(ctx, steady)
        self.contexts.append(ctx)
        bars: dict[str, Atom] = {}
        given: dict[str, Atom] = {}
        params, seeds = _cotangent_parameters(ctx, bars, given)
        forward, emitted = Adjoint(ctx).block(ctx.fn.body, bars)
        shadows = tuple(ctx.shadow.get(n) or ctx.fresh(f"{n}_bar", cotangent_type(ctx.types[n]))
                        for n in names if is_array(ctx.types[n]))
        given |= {n: Var(n) for n in shadows}
        scalars = tuple(bars.get(n, zero(ctx.types[n])) for n in names if not is_array(ctx.types[n]))
        reverse = simplify(
            Function("reverse", (), Block((*seeds, *emitted), scalars), ctx.namespace), ctx.types
        ).body
        ctx.fn = replace(ctx.fn, body=forward)
        timeline = Timeline(ctx.fn, find_aliases(ctx.fn, ctx.types), ctx.unsteady)
        frame = plan_frame(ctx, timeline, forward, reverse, given)
        kept = tuple(dict.fromkeys(stem(n) for n in frame.kept if not n.startswith("_")))
        ctx.notes.append(Note("frame", None, (g.__name__, *kept)))
        self._emit(ctx, fn, pair, frame, reverse, (*params, *shadows))

    def _emit(self, ctx: Context, fn: Function, pair: Pair, frame: Frame, reverse: Block,
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
        first = _without(first, set(ctx.shadow.values()) | set(given))
        for part in (first, second):
            self.functions.append((self.polish(part, ctx), ctx.types))


def _unsteady(ctx: Context, steady: tuple[bool, ...]) -> frozenset[str]:
    """The sites that callers may write to after the call: arguments, and what is returned."""
    handed = [*((Var(n),) for n in ctx.fn.params), ctx.fn.body.yields]
    return frozenset(
        site.name for atoms, stays in zip(handed, steady, strict=True) if not stays
        for atom in atoms for site in ctx.aliases.of(atom)
    )


def _describe(g: FunctionType, typed: Typed, pair: Pair) -> None:
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


def _cotangent_parameters(
    ctx: Context, bars: dict[str, Atom], given: dict[str, Atom]
) -> tuple[tuple[str, ...], list[Stmt]]:
    """One parameter for the cotangent of each result.

    Where the result is an array that the function has made, the parameter is its shadow (``given``);
    else it is added to the shadow by the statements that are returned.
    """
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
        if not is_array(typ):
            bars[y.name] = _sum(ctx, seeds, bars.get(y.name), Var(params[-1]))
            continue
        made = _made(ctx.fn.body, y, ctx.types) if len(yields) == 1 else None
        if made is None:
            ctx.namespace["add_into"] = arrays.add_into
            seeds.append(Call("add_into", (Var(ctx.shadow[y.name]), Var(params[-1])), (0,)))
        else:
            given |= {ctx.shadow[n]: Var(params[-1]) for n in made if n in ctx.shadow}
    return tuple(params), seeds


def _made(block: Block, atom: Atom, types: Types) -> list[str] | None:
    """The allocations one of which a block hands out, each made where it is handed out; or None."""
    for stmt in block.stmts:
        match stmt:
            case Let(target=target) if Var(target) == atom:
                fresh = not is_view(stmt, types) and effect_of(stmt.op) not in (
                    Effect.VIEW, Effect.INDEX)
                return [target] if fresh else None
            case If(then=then, orelse=orelse, results=results) if (
                isinstance(atom, Var) and atom.name in results
            ):
                k = results.index(atom.name)
                parts = [_made(b, b.yields[k], types) for b in (then, orelse)]
                if None in parts:
                    return None
                return [n for part in parts for n in part or ()]
    return None


def _sum(ctx: Context, where: list[Stmt], a: Atom | None, b: Atom) -> Atom:
    if a is None:
        return b
    with ctx.collect() as stmts:
        total = ctx.let("+", (a, b))
    where += stmts
    return total


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


__all__ = ["Mapping", "Pairs"]
