"""Expressions to Core."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from numba import types

from ..core.ir import Atom, Const, Var
from ..core.ops import BINARY, COMPARE
from . import structures
from .fence import refuse
from .frame import Frame
from .values import LocalFunction, Static, StructureValue, TupleValue, Value

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.LShift: "<<", ast.RShift: ">>",
}
_UNARY: dict[type[ast.unaryop], str] = {
    ast.USub: "neg", ast.UAdd: "pos", ast.Not: "not", ast.Invert: "~",
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}


def atom_of(frame: Frame, node: ast.expr, hint: str | None = None) -> Atom:
    """The expression as an argument of an op."""
    return frame.atom(expression(frame, node, hint), node)


def expression(frame: Frame, node: ast.expr, hint: str | None = None) -> Value:
    """Emit an expression; ``hint`` is the name that its value is about to get."""
    from .calls import call

    match node:
        case ast.Constant(value=value):
            if value is None or isinstance(value, (bool, int, float, complex, str)):
                return Const(value)
            return Static(value)
        case ast.Name():
            return frame.lookup(node)
        case ast.Tuple(elts=elts) | ast.List(elts=elts):
            return TupleValue(tuple(_elements(frame, elts)))
        case ast.Attribute():
            return _attribute(frame, node, hint)
        case ast.Subscript():
            return _subscript(frame, node, hint)
        case ast.BinOp(left=left, op=op, right=right):
            a, b = expression(frame, left), expression(frame, right)
            return binary_op(frame, op, a, b, node, hint)
        case ast.UnaryOp():
            return _unary(frame, node, hint)
        case ast.Compare():
            return _comparison(frame, node, hint)
        case ast.BoolOp(op=op, values=values):
            return _bool_op(frame, isinstance(op, ast.And), values, node, hint)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _conditional(frame, test, body, orelse, node, hint)
        case ast.Call():
            return call(frame, node, hint)
        case ast.ListComp():
            from .comprehensions import unrolled

            return unrolled(frame, node)
        case ast.Lambda():
            return LocalFunction(
                node, frame, tuple(expression(frame, d) for d in node.args.defaults)
            )
    refuse(node, frame.loc(node))


def tuple_items(frame: Frame, value: Value, node: ast.AST) -> tuple[Value, ...] | None:
    """The elements of a tuple, also of one that an op gives, as a shape; None of what is none."""
    if isinstance(value, TupleValue):
        return value.items
    kind = frame.kind_of(value)
    if not isinstance(kind, types.BaseTuple):
        return None
    return tuple(frame.emit("[]", (frame.atom(value, node), Const(k)), node) for k in range(len(kind)))


def _elements(frame: Frame, elts: Sequence[ast.expr]) -> list[Value]:
    out: list[Value] = []
    for elt in elts:
        if isinstance(elt, ast.Starred):
            items = tuple_items(frame, expression(frame, elt.value), elt)
            if items is None:
                raise frame.refuse("only a tuple of known length can be starred", elt)
            out += items
        else:
            out.append(expression(frame, elt))
    return out


# --- attributes and subscripts ------------------------------------------------------------------


def _attribute(frame: Frame, node: ast.Attribute, hint: str | None) -> Value:
    base = expression(frame, node.value)
    if isinstance(base, Static):
        try:
            return frame.static(getattr(base.value, node.attr), node.attr)
        except AttributeError as error:
            raise frame.refuse(str(error), node) from error
    if isinstance(base, StructureValue):
        return structures.attribute(frame, base, node.attr, node)
    if isinstance(base, TupleValue):
        if node.attr in base.fields:
            return base.items[base.fields.index(node.attr)]
        raise frame.refuse(f"a tuple or list has no attribute {node.attr}", node)
    atom = frame.atom(base, node)
    if node.attr == "ndim" and (axes := frame.rank_of(atom)):
        return Const(axes)
    rank = frame.builder.ranks.get(atom.name) if isinstance(atom, Var) else None
    value = frame.emit(f".{node.attr}", (atom,), node, hint)
    if rank is not None and node.attr == "shape":
        return TupleValue(tuple(frame.emit("[]", (value, Const(k)), node) for k in range(rank)))
    return value


def _subscript(frame: Frame, node: ast.Subscript, hint: str | None) -> Value:
    base = expression(frame, node.value)
    if isinstance(base, StructureValue):
        return structures.item(frame, base, index_atoms(frame, node.slice), node)
    if isinstance(base, TupleValue):
        return _tuple_item(frame, base, node, hint)
    if isinstance(base, Static) and isinstance(base.value, Mapping | list):
        return _static_item(frame, base.value, node)
    if isinstance(base, (Static, LocalFunction)):
        raise frame.refuse("this object can't be indexed in compiled code", node,
                           hint="use an array or a tuple")
    return frame.emit("[]", (frame.atom(base, node), *index_atoms(frame, node.slice)), node, hint)


def _static_item(frame: Frame, base: Any, node: ast.Subscript) -> Value:
    """An item of a captured dictionary or list, which counts as it is while compiling."""
    index = expression(frame, node.slice) if not isinstance(node.slice, ast.Slice) else None
    if not isinstance(index, Const):
        raise frame.refuse("a captured dictionary or list is indexed with what is not constant", node,
                           hint="use an array or a tuple")
    try:
        return frame.static(base[index.value], index.value if isinstance(index.value, str) else "item")
    except (LookupError, TypeError) as error:
        raise frame.refuse(f"{type(error).__name__}: {error}", node) from error


def _tuple_item(frame: Frame, base: TupleValue, node: ast.Subscript, hint: str | None) -> Value:
    if isinstance(node.slice, ast.Slice):
        bounds = [None if b is None else expression(frame, b)
                  for b in (node.slice.lower, node.slice.upper, node.slice.step)]
        if all(b is None or isinstance(b, Const) for b in bounds):
            return TupleValue(base.items[slice(*(b and b.value for b in bounds))])  # type: ignore
        raise frame.refuse("a tuple is sliced with bounds that are not literal", node)
    index = expression(frame, node.slice)
    if isinstance(index, Const):
        try:
            return base.items[index.value]
        except (IndexError, TypeError) as error:
            raise frame.refuse(str(error), node) from error
    return frame.emit("[]", (frame.atom(base, node), frame.atom(index, node)), node, hint)


def index_atoms(frame: Frame, node: ast.expr) -> tuple[Atom, ...]:
    """The written indices of a subscript, one atom each."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    atoms: list[Atom] = []
    for part in parts:
        if isinstance(part, ast.Slice):
            bounds = [Const(None) if b is None else atom_of(frame, b)
                      for b in (part.lower, part.upper, part.step)]
            atoms.append(frame.emit("slice", bounds, part))
            continue
        if isinstance(part, ast.Constant) and part.value is Ellipsis:
            atoms.append(Const(Ellipsis))
            continue
        value = expression(frame, part)
        items = value.items if isinstance(value, TupleValue) else (value,)
        atoms += [frame.atom(v, part) for v in items]
    return tuple(atoms)


# --- operators ----------------------------------------------------------------------------------


def binary_op(
    frame: Frame, op: ast.operator, a: Value, b: Value, node: ast.AST, hint: str | None = None
) -> Value:
    """Emit ``a op b``; tuples are joined and repeated while compiling."""
    symbol = _BINARY[type(op)]
    if structures.is_structure(a) or structures.is_structure(b):
        return structures.binary(frame, symbol, a, b, node)
    if isinstance(a, TupleValue) and isinstance(b, TupleValue) and symbol == "+":
        return TupleValue(a.items + b.items)
    for x, y in ((a, b), (b, a)):
        if isinstance(x, TupleValue):
            if symbol == "+" and (items := tuple_items(frame, y, node)) is not None:
                return TupleValue(x.items + items if x is a else items + x.items)
            if symbol == "*" and isinstance(y, Const) and isinstance(y.value, int):
                return TupleValue(x.items * y.value)
            raise frame.refuse(f"{symbol} is not supported between these tuples", node)
    divides = symbol in ("//", "%") and isinstance(b, Const) and b.value != 0
    if isinstance(a, Const) and isinstance(b, Const) and (symbol in ("+", "-", "*") or divides):
        if type(a.value) is int and type(b.value) is int:
            return Const(BINARY[symbol](a.value, b.value))
    return frame.emit(symbol, (frame.atom(a, node), frame.atom(b, node)), node, hint)


def _unary(frame: Frame, node: ast.UnaryOp, hint: str | None) -> Value:
    value = expression(frame, node.operand)
    op = _UNARY[type(node.op)]
    if isinstance(value, Const):
        if op == "not":
            return Const(not value.value)
        if op in ("neg", "pos") and type(value.value) in (int, float, complex):
            return Const(-value.value if op == "neg" else value.value)
    if isinstance(value, StructureValue):
        return structures.unary(frame, op, value, node)
    if isinstance(value, TupleValue) and op == "not":
        return Const(not value.items)
    return frame.emit(op, (frame.atom(value, node),), node, hint)


def _comparison(frame: Frame, node: ast.Compare, hint: str | None) -> Value:
    first = expression(frame, node.left)
    return _chain(frame, first, list(zip(node.ops, node.comparators, strict=True)), node, hint)


def _chain(
    frame: Frame, a: Value, rest: list[tuple[ast.cmpop, ast.expr]], node: ast.AST, hint: str | None
) -> Value:
    (op, right), *rest = rest
    b = expression(frame, right)
    value = _compare(frame, _COMPARE[type(op)], a, b, node, hint if not rest else None)
    if not rest:
        return value
    if isinstance(value, Const):
        return _chain(frame, b, rest, node, hint) if value.value else value
    result = frame.branch(
        frame.atom(value, node), lambda: _chain(frame, b, rest, node, None), lambda: Const(False),
        node, hint,
    )
    assert result is not None
    return result


def _compare(frame: Frame, op: str, a: Value, b: Value, node: ast.AST, hint: str | None) -> Value:
    known = _known(a), _known(b)
    if op in ("is", "is not") and Const(None) in (a, b):
        other = b if a == Const(None) else a
        same = other == Const(None)
        return Const(same if op == "is" else not same)
    compare = COMPARE[op]
    if known[0] is not None and known[1] is not None and compare is not None:
        return Const(bool(compare(known[0][0], known[1][0])))
    if isinstance(b, StructureValue) and b.cls is dict:
        b = TupleValue(tuple(map(Const, b.fields)))
    if op in ("in", "not in") and isinstance(b, TupleValue):
        items = [_known(item) for item in b.items]
        if known[0] is not None and None not in items:
            return Const((known[0] in items) == (op == "in"))
        return _member(frame, op == "in", frame.atom(a, node), b.items, node)
    if isinstance(a, TupleValue) and isinstance(b, TupleValue) and op in ("==", "!="):
        return _tuples_equal(frame, op == "==", a, b, node)
    return frame.emit(op, (frame.atom(a, node), frame.atom(b, node)), node, hint)


def _known(value: Value) -> tuple[Any] | None:
    """A value that is known while compiling, in a tuple of one."""
    if isinstance(value, (Const, Static)):
        return (value.value,)
    return None


def _member(frame: Frame, positive: bool, a: Atom, items: Sequence[Value], node: ast.AST) -> Value:
    if not items:
        return Const(not positive)
    hit = frame.emit("==", (a, frame.atom(items[0], node)), node)
    found = frame.branch(
        hit, lambda: Const(True), lambda: _member(frame, True, a, items[1:], node), node
    )
    assert found is not None
    return found if positive else frame.emit("not", (frame.atom(found, node),), node)


def _tuples_equal(
    frame: Frame, positive: bool, a: TupleValue, b: TupleValue, node: ast.AST
) -> Value:
    if len(a.items) != len(b.items):
        return Const(not positive)
    result: Value = Const(True)
    for x, y in zip(a.items, b.items, strict=True):
        same = _compare(frame, "==", x, y, node, None)
        if result == Const(True):
            result = same
        else:
            result = frame.emit("&", (frame.atom(result, node), frame.atom(same, node)), node)
    if positive:
        return result
    return Const(not result.value) if isinstance(result, Const) else frame.emit(
        "not", (frame.atom(result, node),), node
    )


def _bool_op(
    frame: Frame, is_and: bool, values: Sequence[ast.expr], node: ast.AST, hint: str | None
) -> Value:
    first = expression(frame, values[0])
    if len(values) == 1:
        return first
    known = _known(first)
    if known is not None:
        go_on = bool(known[0]) == is_and
        return _bool_op(frame, is_and, values[1:], node, hint) if go_on else first
    return bool_op(
        frame, is_and, frame.atom(first, node),
        lambda: _bool_op(frame, is_and, values[1:], node, None), node, hint,
    )


def bool_op(frame: Frame, is_and: bool, a: Atom, rest: Any, node: ast.AST,
            hint: str | None = None) -> Value:
    """``a and rest()``, or ``a or rest()``, with the right side run only when it counts."""
    if is_and:
        value = frame.branch(a, rest, lambda: Const(False), node, hint)
    else:
        value = frame.branch(a, lambda: Const(True), rest, node, hint)
    assert value is not None
    return value


def _conditional(
    frame: Frame, test: ast.expr, body: ast.expr, orelse: ast.expr, node: ast.AST, hint: str | None
) -> Value:
    cond = expression(frame, test)
    known = _known(cond)
    if known is not None:
        return expression(frame, body if known[0] else orelse, hint)
    value = frame.branch(
        frame.atom(cond, node), lambda: expression(frame, body, hint),
        lambda: expression(frame, orelse, hint), node, hint,
    )
    assert value is not None
    return value


__all__ = ["Var", "atom_of", "binary_op", "bool_op", "expression", "index_atoms"]
