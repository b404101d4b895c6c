"""Derivatives that a program calls: their own programs in place of the calls.

A derivative program is Core like any other. What it calls besides NumPy are helpers of the adjoint,
which get a meaning in plain Core here, and the kernels of array rules, whose Python text is read as a
definition is. The derivative of the whole is then taken as always: reverse over reverse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from numba import types as nb

from ..backend.dispatch import DerivativeDispatcher
from ..core.ir import (
    Atom,
    Block,
    Call,
    Const,
    Function,
    If,
    Let,
    Raise,
    SetItem,
    Stmt,
    Var,
    Where,
    map_blocks,
    walk,
)
from ..core.ops import callee
from ..core.types import is_array, type_of
from ..errors import Loc, UnsupportedSyntax
from ..registry import RULES, accumulate, is_kernel, unwrap


@dataclass(frozen=True)
class Spliceable:
    """A derivative program of one function, and the types of its names."""

    fn: Function
    types: Mapping[str, Any]


_PROGRAMS: dict[Any, Spliceable] = {}


def program_of(derivative: DerivativeDispatcher, argtypes: Sequence[Any], loc: Where) -> Spliceable:
    """The program of a derivative for argument types, as plain as it can be."""
    from .program import Program

    complete, _ = derivative.complete(tuple(map(nb.unliteral, argtypes)))
    key = id(derivative), complete, derivative.state()
    if key not in _PROGRAMS:
        options = replace(derivative.options, math="libm", plain=True)
        program = Program(unwrap(derivative.primal), options)
        try:
            functions = program.functions(complete, derivative.kind.name)
        except UnsupportedSyntax as error:
            if error.loc is None and isinstance(loc, Loc):
                raise UnsupportedSyntax(str(error).splitlines()[0], loc=loc, hint=error.hint) from error
            raise
        if len(functions) != 1:
            raise UnsupportedSyntax(
                f"the derivative of {derivative.__name__} is not supported: it calls functions that are not "
                "inlined, as recursive ones are", loc=loc if isinstance(loc, Loc) else None)
        fn, types = functions[0]
        _refuse_factors(fn, loc)
        _HELD.append(derivative)
        _PROGRAMS[key] = Spliceable(replace(fn, body=_meant(fn.body, derivative, loc)), types)
    return _PROGRAMS[key]


_HELD: list[Any] = []  # keeps the ids of the derivatives theirs


def _refuse_factors(fn: Function, loc: Where) -> None:
    """Refuse what has no derivative by itself, and is read again by rules that know where it comes from."""
    for stmt in walk(fn.body):
        value = callee(stmt.op, fn.namespace) if isinstance(stmt, Let) and stmt.op in fn.namespace else None
        if is_kernel(value) and RULES.nondifferentiable(value):
            raise no_second(unwrap(value), loc if isinstance(loc, Loc) else None)


def _meant(block: Block, derivative: Any, loc: Where) -> Block:
    """A block in which the helpers of adjoints are plain statements."""
    out: list[Stmt] = []
    for stmt in block.stmts:
        match map_blocks(stmt, lambda b: _meant(b, derivative, loc)):
            case Let(op="kernels.empty_tape", args=(shape, dtype, _)) as let:
                out.append(replace(let, op="np.empty", args=(shape, dtype)))
            case Let(op="kernels.segment_length", args=(trips, _)) as let:
                out.append(replace(let, op="max", args=(Const(1), trips)))
            case Let(op="kernels.row" | "kernels.buffer" | "kernels.at_least", args=args) as let:
                out.append(replace(let, op="id", args=args[:1]))
            case Let(op="kernels.plus") as let:
                out.append(replace(let, op="+"))
            case Call(op="kernels.copy_into", args=(target, source), loc=where):
                out.append(SetItem(target, (Const(Ellipsis),), source, loc=where))
            case Let(op=op) | Call(op=op) as other:
                if op.startswith("kernels.") and op != "kernels.stretched":  # which has a rule
                    raise UnsupportedSyntax(
                        f"the derivative of {derivative.__name__} is not supported: it keeps what it needs "
                        f"in a list ({op}), as for a while loop, or for arrays that a loop makes",
                        loc=loc if isinstance(loc, Loc) else None)
                out.append(other)
            case other:
                out.append(other)
    return Block(tuple(out), block.yields)


def array_rule(value: Any) -> FunctionType | None:
    """The Python function of the kernel of an array rule."""
    function = unwrap(value)
    return function if isinstance(function, FunctionType) and function in _kernels() else None


def _kernels() -> dict[Any, int]:
    """The kernels of array rules, and how many of its last parameters each adds to."""
    return {unwrap(rule.kernel): len(rule.wrt) for rule in RULES.array_rules}


def adds(stmt: Call, types: Mapping[str, Any], namespace: dict[str, Any], namer: Callable[[str], str]
         ) -> list[Stmt] | None:
    """``accumulate`` and ``add_into`` as statements; None for another call."""
    from ..errors import ShapeMismatch
    from ..kernels import arrays

    value = callee(stmt.op, namespace) if stmt.op in namespace else None
    if value is None or value not in (accumulate, arrays.add_into):
        return None
    target, term = stmt.args[:2]
    loc = stmt.loc
    shapes = [namer("_t"), namer("_t")]
    differ = namer("_t")
    namespace["ShapeMismatch"] = ShapeMismatch
    message = Const("a cotangent has another shape than its value")
    check: list[Stmt] = [
        Let(shapes[0], ".shape", (target,), loc), Let(shapes[1], ".shape", (term,), loc),
        Let(differ, "!=", (Var(shapes[0]), Var(shapes[1])), loc),
        If(Var(differ), Block((Raise("ShapeMismatch", (message,), loc),)), Block(()), (), loc)]
    if _is_complex(type_of(term, types)) and not _is_complex(type_of(target, types)):
        name = namer("_t")
        check.append(Let(name, ".real", (term,), loc))
        term = Var(name)
    return [*check, SetItem(target, (Const(Ellipsis),), term, True, loc)]


def _is_complex(t: Any) -> bool:
    return isinstance(t.dtype if is_array(t) else t, nb.Complex)


def writes_of(value: Any) -> tuple[int, ...]:
    """The arguments that a helper of adjoints writes to, by position; none if it is no such helper."""
    from ..kernels import arrays

    try:
        if value in (accumulate, arrays.add_into):
            return (0,)
    except TypeError:
        return ()
    function = array_rule(value)
    if function is None:
        return ()
    count = function.__code__.co_argcount
    return tuple(range(count - _kernels()[function], count))


def meaning_of(value: Any) -> Any:
    """What a helper of array rules means in plain Python; any other object as it is."""
    from ..kernels.meanings import MEANINGS

    try:
        return MEANINGS.get(unwrap(value), value)
    except TypeError:  # unhashable
        return value


def no_second(rule: Any, place: Loc | None) -> UnsupportedSyntax:
    """The error about a call whose adjoint cannot be differentiated."""
    return UnsupportedSyntax(
        f"the second derivative of this is not supported: {rule.__name__}, which the first calls, has none",
        loc=place,
        hint="write the operation out, or give the first derivative a rule with adcomp.pullback_rule",
    )


def layout_of(returns: Any, atoms: Sequence[Atom], out: list[Stmt], namer: Callable[[str], str], loc: Where
              ) -> Atom:
    """One atom for results of a layout: tuples are made of them."""
    left = iter(atoms)

    def build(part: Any) -> Atom:
        if part == "value":
            return next(left)
        name = namer("_t")
        items = tuple(map(build, part))
        out.append(Let(name, "tuple", items, loc))
        return Var(name)

    return Const(None) if returns == "none" else build(returns)
