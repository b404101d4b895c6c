"""Calls of what ``numba.vectorize`` makes: of numbers, and element by element of arrays."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from numba import types
from numba.np.ufunc.dufunc import DUFunc

from ..core.declared import is_number
from ..core.ir import Atom, Block, Const, For, Let, Raise, SetItem, Var
from ..core.numba_adapter import python_function
from ..core.types import dtype_name
from .frame import Frame
from .values import Value

Inline = Callable[[Frame, Any, list[Value], dict[str, Value], ast.Call], Value]


def is_vectorised(f: Any) -> bool:
    """Is an object a function that ``numba.vectorize`` made?"""
    return isinstance(f, DUFunc)


def call_vectorised(frame: Frame, f: Any, args: list[Value], kwargs: dict[str, Value], node: ast.Call,
                    inline: Inline) -> Value:
    """The function inlined, in loops over the elements if there are arrays among the arguments."""
    function = python_function(f)
    atoms = [frame.atom(v, node) for v in args]
    ranks = [frame.rank_of(a) for a in atoms]
    if kwargs or None in ranks:
        raise frame.refuse("a function made by vectorize is called with what is not known to be a number "
                           "or an array", node, hint="call a plain function for each element")
    if not any(ranks):
        return inline(frame, function, list(atoms), {}, node)
    arrays = [a for a, rank in zip(atoms, ranks, strict=True) if rank]
    rank = ranks[atoms.index(arrays[0])] or 0
    if any(r not in (0, rank) for r in ranks):
        raise frame.refuse("a function made by vectorize is called with arrays of several ranks", node,
                           hint="broadcast them with np.broadcast_to")
    lengths = _lengths(frame, arrays, rank, node)
    return _loops(frame, function, atoms, ranks, lengths, node, inline)


def _lengths(frame: Frame, arrays: list[Atom], rank: int, node: ast.AST) -> list[Atom]:
    """The lengths of the axes, which have to be the same for all arrays."""
    shape = frame.emit(".shape", (arrays[0],), node)
    lengths: list[Atom] = [frame.emit("[]", (shape, Const(k)), node) for k in range(rank)]
    name = frame.builder.global_name(ValueError, "ValueError")
    message = Const("a vectorised function is called with arrays of different shapes")

    def fail() -> None:
        frame.builder.stmts.append(Raise(name, (message,), frame.loc(node)))

    for array in arrays[1:]:
        other = frame.emit(".shape", (array,), node)
        for k, n in enumerate(lengths):
            differs = frame.emit("!=", (n, frame.emit("[]", (other, Const(k)), node)), node)
            frame.branch(differs, fail, lambda: None, node)
    return lengths


def _loops(frame: Frame, function: Any, atoms: list[Atom], ranks: list[int | None], lengths: list[Atom],
           node: ast.Call, inline: Inline) -> Value:
    builder, loc = frame.builder, frame.loc(node)
    result = builder.namer("made")
    indices = tuple(builder.namer("ijkl"[min(k, 3)]) for k in range(len(lengths)))
    builder.kinds.given |= dict.fromkeys(indices, types.intp)
    places = tuple(map(Var, indices))
    with builder.capture() as stmts:
        items: list[Value] = [frame.emit("[]", (a, *places), node) if rank else a
                              for a, rank in zip(atoms, ranks, strict=True)]
        value = frame.atom(inline(frame, function, items, {}, node), node)
        stmts.append(SetItem(Var(result), places, value, loc=loc))
    kind = types.unliteral(frame.kind_of(value) or types.none)
    if not is_number(kind):
        raise frame.refuse("the type of what this function gives for an element is not known", node,
                           hint="call it in a loop")
    shape = frame.emit("tuple", lengths, node)
    made = Let(result, "np.empty", (shape, Var(dtype_name(kind))), loc)
    builder.kinds.lets[result] = made
    body = Block(tuple(stmts))
    for index, n in reversed(list(zip(indices, lengths, strict=True))):
        body = Block((For(index, Const(0), n, Const(1), (), body, loc),))
    builder.stmts += [made, *body.stmts]
    return Var(result)


__all__ = ["call_vectorised", "is_vectorised"]
