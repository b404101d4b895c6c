"""``np.ndindex`` and ``np.ndenumerate``: all indices of a shape, the last axis fastest."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..core.ir import Atom, Const
from .expressions import expression
from .frame import Frame
from .values import Static, TupleValue, Value


@dataclass(frozen=True)
class Grid:
    """The lengths of the axes, and the value of a loop's target at an index of each."""

    lengths: tuple[Atom, ...]
    value: Callable[[Sequence[Atom]], Value]


def grid(frame: Frame, node: ast.expr) -> Grid | None:
    """What an iterable means, if it goes over all indices of a shape."""
    if not isinstance(node, ast.Call) or node.keywords or not node.args:
        return None
    kind = expression(frame, node.func) if isinstance(node.func, (ast.Name, ast.Attribute)) else None
    if not isinstance(kind, Static):
        return None
    if kind.value is np.ndindex:
        return Grid(_lengths(frame, node), lambda index: TupleValue(tuple(index)))
    if kind.value is np.ndenumerate and len(node.args) == 1:
        array = frame.atom(expression(frame, node.args[0]), node)

        def element(index: Sequence[Atom]) -> Value:
            return TupleValue((TupleValue(tuple(index)), frame.emit("[]", (array, *index), node)))

        return Grid(_shape(frame, array, node), element)
    return None


def _lengths(frame: Frame, node: ast.Call) -> tuple[Atom, ...]:
    if len(node.args) > 1:
        return tuple(frame.atom(expression(frame, a), a) for a in node.args)
    arg = node.args[0]
    if isinstance(arg, ast.Attribute) and arg.attr == "shape":
        return _shape(frame, frame.atom(expression(frame, arg.value), arg), node)
    value = expression(frame, arg)
    return tuple(frame.atom(v, arg) for v in (value.items if isinstance(value, TupleValue) else (value,)))


def _shape(frame: Frame, array: Atom, node: ast.AST) -> tuple[Atom, ...]:
    rank = frame.rank_of(array)
    if rank is None:
        raise frame.refuse(
            "a loop over all indices of an array whose number of axes is not known", node,
            hint="write a loop for each axis, or np.ndindex with the lengths one by one",
        )
    shape = frame.emit(".shape", (array,), node)
    return tuple(frame.emit("[]", (shape, Const(k)), node) for k in range(rank))


def counted(frame: Frame, all_indices: Grid, node: ast.AST) -> tuple[Atom, Callable[[Atom], Value]]:
    """The number of indices, and the value at one of them by its number."""
    n: Atom = Const(1)
    for length in all_indices.lengths:
        n = length if n == Const(1) else frame.emit("*", (n, length), node)

    def value(k: Atom) -> Value:
        index: list[Atom] = []
        for length in reversed(all_indices.lengths[1:]):
            index.append(frame.emit("%", (k, length), node))
            k = frame.emit("//", (k, length), node)
        return all_indices.value([*([k] if all_indices.lengths else []), *reversed(index)])

    return n, value


__all__ = ["Grid", "counted", "grid"]
