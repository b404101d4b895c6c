"""From a function to its derivative: the stages, in order.

parse -> infer -> normalise -> scalarise -> simplify -> (aliases, activity) -> shadows -> adjoint and
record -> simplify -> print. Each stage is a function of what the stage before it returned, and
:func:`adcomp.core.verify.verify` runs after each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import FunctionType
from typing import Any

from numba import types as nb

from .backend.cpu import Generated
from .core.ir import (
    Atom,
    Block,
    Call,
    Const,
    Function,
    If,
    Let,
    SetItem,
    Stmt,
    Var,
    bound_in,
    defined_by,
    free_names,
    map_atoms,
    walk,
)
from .core.names import Namer
from .core.numba_adapter import typeof
from .core.ops import STANDARD, effect_of, Effect, callee
from .core.printer import plain, show
from .core.types import cotangent_type, dtype_name, has_tangent, is_array, scalar, zero
from .core.verify import verify
from .errors import Loc, NotScalarOutput, UnsupportedSyntax
from .frontend.infer import infer_types
from .frontend.parse import parse
from .passes.activity import find_active
from .passes.adjoint import Adjoint
from .passes.alias import find_aliases
from .passes.context import Context
from .passes.define import define_numbers, for_inference
from .passes.normalise import normalise
from .passes.record import export
from .passes.scalarise import scalarise
from .passes.shadows import add_shadows
from .passes.simplify import simplify
from .registry import RULES, ArrayRule, Rules, UserRule, conj, is_kernel, unwrap
from .frontend.calls import dispatcher_of


@dataclass(frozen=True)
class Options:
    """What decides the generated program, beyond the primal and its argument types."""

    wrt: tuple[int, ...] = (0,)
    several: bool = False
    math: str = "vector"
    alias: str = "error"
    unused: str = "zero"
    comments: bool = True


@dataclass(frozen=True)
class Typed:
    """Core with the type of every name, and the namer that makes new ones."""

    fn: Function
    types: Mapping[str, Any]
    namer: Namer


# --- the primal ---------------------------------------------------------------------------------


def front(f: FunctionType, argtypes: Sequence[Any], rules: Rules = RULES) -> Typed:
    """Parse, infer, normalise and scalarise a function."""
    fn = parse(f, argtypes, is_primitive=lambda g: is_primitive(g, rules))
    verify(fn)
    fn = simplify(fn)
    untyped = for_inference(fn)
    types = infer_types(untyped, tuple(argtypes), plain(untyped))
    fn = define_numbers(fn, types)
    namer = Namer([*fn.params, *bound_in(fn.body), *fn.namespace, *STANDARD, "kernels"])
    types |= {n: typeof(v) for n, v in fn.namespace.items() if hasattr(v, "dtype")}
    fn, types = normalise(fn, types, namer)
    fn = simplify(fn)
    verify(fn)
    fn, types = scalarise(fn, types)
    verify(fn)
    fn = simplify(fn, types)
    verify(fn)
    namer.reserve((*bound_in(fn.body), *fn.namespace))
    return Typed(fn, types, namer)


def is_primitive(g: Any, rules: Rules) -> bool:
    """Is a called function left as a call, because a rule is known for it?"""
    try:
        return (is_kernel(g) or g is conj or rules.user(g) is not None
                or not isinstance(g, type) and unwrap(g) is not g and rules.nondifferentiable(g)
                or isinstance(g, FunctionType) and rules.nondifferentiable(g))
    except TypeError:
        return False


def core_source(f: Any, argtypes: Sequence[Any]) -> tuple[str, Callable[..., Any]]:
    """The scalarised Core of a function as Python source, and that source as a compiled function."""
    import numba

    typed = front(unwrap(f), tuple(argtypes))
    source = show(typed.fn, types=typed.types)
    return source, numba.njit(error_model="numpy")(_run(source, typed.fn))


def _run(source: str, fn: Function) -> Callable[..., Any]:
    scope = dict(STANDARD) | dict(fn.namespace)
    exec(compile(source, f"<core of {fn.name}>", "exec"), scope)
    return scope[fn.name]


# --- rules as Core ------------------------------------------------------------------------------


class Book:
    """The rules, in the form that the passes ask for."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def equation(self, op: str, value: Any) -> Function | None:
        rule = self.rules.scalar(op)
        if rule is None and value is not None:
            rule = self.rules.scalar(value)
        return None if rule is None else _equation(rule.function, rule.params)

    def kernels(self, op: str, value: Any) -> Mapping[str, ArrayRule]:
        return self.rules.array(op)

    def user(self, value: Any) -> UserRule | None:
        try:
            return self.rules.user(value)
        except TypeError:
            return None

    def is_zero(self, op: str, value: Any) -> bool:
        if self.rules.nondifferentiable(op):
            return True
        try:
            return value is not None and self.rules.nondifferentiable(value)
        except TypeError:
            return False

    def name_of(self, rule: ArrayRule | UserRule, ctx: Context) -> str:
        """The op that calls a rule's function."""
        target = rule.kernel if isinstance(rule, ArrayRule) else dispatcher_of(rule.function)
        for name, value in ctx.namespace.items():
            if value is target:
                return name
        name = ctx.namer(rule.name)
        ctx.namespace[name] = target
        return name


@lru_cache(maxsize=None)
def _equation(function: FunctionType, params: tuple[str, ...]) -> Function:
    fn = parse(function, [nb.float64] * len(params), is_primitive=lambda g: is_primitive(g, RULES))
    return simplify(fn)


# --- gradients ----------------------------------------------------------------------------------


def generate(f: FunctionType, argtypes: tuple[Any, ...], kind: Any, options: Options) -> Generated:
    """The derivative program of a function for argument types."""
    from . import kernels

    typed = front(f, argtypes)
    fn, types = reverse_mode(f, typed, argtypes, kind.name, options)
    if options.math == "vector":
        fn = vectorise(fn, types, kernels.VECTOR)
    verify(fn)
    source = show(fn, comments=options.comments, types=types)
    used = {name.split(".")[0] for name in (*free_names(fn.body), *_heads(fn))}
    namespace = {n: v for n, v in {**STANDARD, **fn.namespace}.items() if n in used or n == "np"}
    return Generated(source, fn.name, namespace)


def _heads(fn: Function) -> set[str]:
    from .core.ir import Raise

    out = set()
    for stmt in walk(fn.body):
        if isinstance(stmt, (Let, Call)):
            out.add(stmt.op)
        elif isinstance(stmt, Raise):
            out.add(stmt.exception)
    return out


def reverse_mode(
    f: FunctionType, typed: Typed, argtypes: tuple[Any, ...], kind: str, options: Options
) -> tuple[Function, dict[str, Any]]:
    """The two sweeps as one function, and the types of its names."""
    from .kernels import tape as kernels

    fn, types = typed.fn, dict(typed.types)
    for name, typ in zip(fn.params, argtypes, strict=True):
        types.setdefault(name, typ)
    book = Book(RULES)
    namespace = dict(fn.namespace) | {"kernels": kernels}
    parts = [argument(fn.params[k], types[fn.params[k]], fn.body) for k in options.wrt]

    def is_zero(op: str) -> bool:
        return book.is_zero(op, callee(op, namespace))

    aliases = find_aliases(fn, types)
    varied = [n for part in parts for n in leaves(part) if has_tangent(types.get(n))]
    active = find_active(fn, types, aliases, varied=varied, is_zero=is_zero)
    ctx = Context(fn, types, aliases, active, book, typed.namer, namespace)
    ctx.fn = add_shadows(ctx)
    ctx.aliases = find_aliases(ctx.fn, types)
    return _sweeps(f, ctx, kind, parts, options), ctx.types


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


def _sweeps(f: FunctionType, ctx: Context, kind: str, wrt: list[Argument], options: Options) -> Function:
    fn = ctx.fn
    bars: dict[str, Atom] = {}
    params, seeds = _seed(f, ctx, kind, bars)
    forward, reverse = Adjoint(ctx).block(fn.body, bars)
    reverse = [*seeds, *reverse]
    inside = {n for s in forward.stmts if isinstance(s, If) for n in _branch_names(s)}
    leaked = {n for n in free_names(Block(tuple(reverse))) if n in inside}
    stmts, visible = export(ctx, forward.stmts, leaked)
    reverse = [map_atoms(s, lambda a: Var(visible[a.name]) if isinstance(a, Var) and a.name in visible
                         else a) for s in reverse]
    with ctx.collect() as epilogue:
        results = [_result(ctx, part, bars) for part in wrt]
    yields = tuple(Var(visible[a.name]) if isinstance(a, Var) and a.name in visible else a
                   for _, atoms in results for a in atoms)
    layout: Any = tuple(form for form, _ in results)
    if not options.several:
        layout = layout[0]
    if kind == "value_and_gradient":
        layout, yields = ("value", layout), (*fn.body.yields, *yields)
    body = Block((*stmts, *reverse, *epilogue), yields)
    result = Function(
        f"{fn.name}_{kind}", (*fn.params, *params), body, ctx.namespace, layout, fn.defaults,
        f"{_TITLES[kind]} of {fn.name}.",
    )
    return sink(simplify(result, ctx.types), ctx)


_TITLES = {"gradient": "Gradient", "value_and_gradient": "Value and gradient", "vjp": "Pullback"}


def _branch_names(stmt: If) -> set[str]:
    return {n for b in (stmt.then, stmt.orelse) for s in b.stmts for n in
            (*defined_by(s), *(_branch_names(s) if isinstance(s, If) else ()))}


def _seed(f: FunctionType, ctx: Context, kind: str, bars: dict[str, Atom]
          ) -> tuple[tuple[str, ...], list[Stmt]]:
    """The cotangents of the results: one for a gradient, parameters for a pullback."""
    fn = ctx.fn
    where = Loc(file=f.__code__.co_filename, line=f.__code__.co_firstlineno, function=f.__name__)
    if kind != "vjp":
        y = fn.body.yields[0] if fn.returns == "value" else None
        typ = ctx.type_of(y) if y is not None else None
        if not isinstance(typ, (nb.Float, nb.Integer)) or isinstance(typ, nb.Boolean):
            kind_of = "nothing" if fn.returns == "none" else "a tuple" if y is None else str(typ)
            raise NotScalarOutput(
                f"{fn.name} returns {kind_of}; a gradient needs one real number", loc=where,
                hint="reduce the result to a real scalar, or use adcomp.pullback",
            )
        if isinstance(y, Var) and y.name in ctx.active:
            bars[y.name] = scalar(cotangent_type(typ), 1)
        return (), []
    seeds: list[Stmt] = []
    names = []
    for k, y in enumerate(fn.body.yields):
        base = "y_bar" if len(fn.body.yields) == 1 else f"y{k}_bar"
        name = ctx.fresh(base, cotangent_type(ctx.type_of(y)))
        names.append(name)
        if not ctx.is_active(y):
            continue
        assert isinstance(y, Var)
        if is_array(ctx.types[y.name]):
            from .kernels import arrays

            ctx.namespace["add_into"] = arrays.add_into
            seeds.append(Call("add_into", (Var(ctx.shadow[y.name]), Var(name)), (0,)))
        else:
            known = bars.get(y.name)
            bars[y.name] = Var(name) if known is None else Var(name)
    return tuple(names), seeds


def _result(ctx: Context, part: Argument, bars: dict[str, Atom]) -> tuple[Any, list[Atom]]:
    """The cotangent of an argument: its layout, and the values in it."""
    if isinstance(part.type, nb.BaseTuple):
        got = [_result(ctx, item, bars) for item in part.items]
        return tuple(form for form, _ in got), [a for _, atoms in got for a in atoms]
    return "value", [_cotangent(ctx, part, bars)]


def _cotangent(ctx: Context, part: Argument, bars: dict[str, Atom]) -> Atom:
    typ, name = part.type, part.name
    if not has_tangent(typ):
        if len(part.path) > 1:  # an element of a tuple: it has no tangent, and says so
            return Const(None)
        raise UnsupportedSyntax(f"the argument {name} of type {typ} has no derivative",
                                hint="choose wrt among the floating-point arguments")
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


def sink(fn: Function, ctx: Context) -> Function:
    """Move the making of shadows from the forward sweep to where they are first used."""
    shadows = set(ctx.shadow.values())
    out: list[Stmt] = []
    waiting: list[Let] = []

    def flush(names: set[str]) -> None:
        for let in [w for w in waiting if w.target in names]:
            inner = {a.name for a in let.args if isinstance(a, Var)}
            waiting.remove(let)
            flush(inner)
            out.append(let)

    for stmt in fn.body.stmts:
        if isinstance(stmt, Let) and stmt.target in shadows:
            waiting.append(stmt)
            continue
        flush(set(free_names(Block((stmt,)))))
        out.append(stmt)
    flush({a.name for a in fn.body.yields if isinstance(a, Var)})
    return replace(fn, body=Block(tuple(out), fn.body.yields))


def vectorise(fn: Function, types: Mapping[str, Any], table: Mapping[str, Any]) -> Function:
    """Replace elementary functions of float64 by kernels that LLVM vectorises."""
    namespace = dict(fn.namespace)

    def block(b: Block) -> Block:
        from .core.ir import map_blocks

        out = []
        for stmt in b.stmts:
            stmt = map_blocks(stmt, block)
            if isinstance(stmt, Let) and stmt.op in table and types.get(stmt.target) == nb.float64 and all(
                _is_float64(a, types) for a in stmt.args
            ):
                kernel = table[stmt.op]
                name = unwrap(kernel).__name__
                namespace[name] = kernel
                stmt = replace(stmt, op=name)
            out.append(stmt)
        return Block(tuple(out), b.yields)

    body = block(fn.body)
    return replace(fn, body=body, namespace=namespace)


def _is_float64(atom: Atom, types: Mapping[str, Any]) -> bool:
    if isinstance(atom, Const):
        return type(atom.value) is float
    return isinstance(atom, Var) and types.get(atom.name) == nb.float64


__all__ = ["Const", "Effect", "Options", "SetItem", "core_source", "effect_of", "front", "generate"]
