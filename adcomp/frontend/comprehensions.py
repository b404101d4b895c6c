"""List comprehensions: one of known length is a tuple, and ``np.array`` of another fills an array."""

from __future__ import annotations

import ast

from numba import types

from ..core.declared import is_number
from ..core.ir import Atom, Block, Const, For, Let, SetItem, Var
from ..core.types import dtype_name
from .expressions import expression
from .fence import refuse
from .frame import Frame
from .loops import Iteration, counting, iteration
from .statements import assign
from .values import TupleValue, Value

#: a comprehension over a range of constants is written out up to this length
LONGEST = 32


def unrolled(frame: Frame, node: ast.ListComp) -> Value:
    """The elements, if it is known while compiling how many there are; otherwise it is refused."""
    over = _iterated(frame, node)
    if isinstance(over, Iteration):
        refuse(node, frame.loc(node))
    return TupleValue(tuple(_element(frame, node, item) for item in over.items))


def filled(frame: Frame, node: ast.ListComp, dtype: Atom | None) -> Value:
    """``np.array([... for ...])``: an array, and a loop that stores the elements.

    Without ``dtype`` it is the type of the element.
    """
    over = _iterated(frame, node)
    if isinstance(over, TupleValue):
        items = [frame.atom(_element(frame, node, item), node) for item in over.items]
        made = frame.emit("tuple", items, node)
        return frame.emit("np.array", (made,) if dtype is None else (made, dtype), node)
    builder, loc = frame.builder, frame.loc(node)
    over = counting(frame, over, node)
    array, index = builder.namer("made"), builder.namer("i")
    builder.kinds.given[index] = types.intp
    with builder.capture() as stmts:
        value = frame.atom(_element(frame, node, over.value(Var(index))), node.elt)
        stmts.append(SetItem(Var(array), (Var(index),), value, loc=frame.loc(node.elt)))
    if dtype is None:
        kind = types.unliteral(frame.kind_of(value) or types.none)
        if not is_number(kind):
            raise frame.refuse("the type of the elements of this comprehension is not known", node,
                               hint="fill an array in a loop, or give np.array a dtype")
        dtype = Var(dtype_name(kind))
    made_empty = Let(array, "np.empty", (over.stop, dtype), loc)
    builder.kinds.lets[array] = made_empty
    builder.stmts += [made_empty, For(index, Const(0), over.stop, Const(1), (), Block(tuple(stmts)), loc)]
    return Var(array)


def _iterated(frame: Frame, node: ast.ListComp) -> Iteration | TupleValue:
    """What a comprehension with one ``for`` and no ``if`` runs over."""
    if len(node.generators) != 1 or node.generators[0].ifs or node.generators[0].is_async:
        refuse(node, frame.loc(node))
    over = iteration(frame, node.generators[0].iter)
    bounds = (over.start, over.stop) if isinstance(over, Iteration) and over.step == Const(1) else ()
    if bounds and all(isinstance(b, Const) for b in bounds):
        places = range(over.start.value, over.stop.value)  # type: ignore[union-attr]
        if len(places) <= LONGEST:
            return TupleValue(tuple(over.value(Const(k)) for k in places))  # type: ignore[union-attr]
    return over


def _element(frame: Frame, node: ast.ListComp, item: Value) -> Value:
    """The element for one item; what a comprehension binds is not seen outside."""
    outside = dict(frame.env)
    assign(frame, node.generators[0].target, item)
    value = expression(frame, node.elt)
    frame.env = outside
    return value


def array_of(frame: Frame, node: ast.Call) -> Value | None:
    """A call of ``np.array`` or ``np.asarray`` of a comprehension; None of anything else."""
    if not node.args or not isinstance(node.args[0], ast.ListComp) or len(node.args) > 2:
        return None
    given = [*node.args[1:], *(k.value for k in node.keywords if k.arg == "dtype")]
    if len(given) != len(node.args) - 1 + len(node.keywords) or len(given) > 1:
        return None
    dtype = frame.atom(expression(frame, given[0]), node) if given else None
    return filled(frame, node.args[0], dtype)


__all__ = ["array_of", "filled", "unrolled"]
