"""What statements on arrays mean, element by element."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import types as nb

from ...core import numba_adapter
from ...core.ir import Atom, Call, Const, Let, SetItem, Stmt, Undefined, Var
from ...core.ops import INPLACE, Effect, effect_of
from ...core.types import is_array
from .fuse import cast_op
from .lengths import NEW_AXIS, ONE, Along, Slice, reduced_axis, reduction_of, same
from .nodes import Load, Map, Node, Operand, Read, Reduce, Select, whole
from .shapes import Shapes
from .writer import Writer

_COPIES = {"np.copy", ".copy()", "np.array", ".astype()", ".flatten()", "np.ravel", ".ravel()",
           "np.ascontiguousarray"}
_TRANSPOSES = {".T", "np.transpose", ".transpose()"}
_SPREADS = {"np.var", ".var()", "np.std", ".std()", "np.ptp", ".ptp()"}
#: what an operator on arrays is on their elements, where the same operator would mean another thing
_ON_ELEMENTS = {"/": "np.divide", "//": "np.floor_divide", "%": "np.remainder"}
_UFUNC_OF = _ON_ELEMENTS | {
    "+": "np.add", "-": "np.subtract", "*": "np.multiply", "**": "np.power", "neg": "np.negative",
    "abs": "np.absolute", "pos": "np.positive", "&": "np.bitwise_and", "|": "np.bitwise_or",
    "^": "np.bitwise_xor", "<<": "np.left_shift", ">>": "np.right_shift",
}


@dataclass(frozen=True)
class Kind:
    """What the scalariser does with a statement.

    ``what`` is one of ``map view copy rows`` (its array may be fused into whoever uses it) or
    ``flat total spread scalar store inplace fill`` (it computes at once). ``reads`` are the arrays that
    it reads by element: those of them that are not stored yet are fused into it.
    """

    what: str
    reads: tuple[str, ...] = ()

    @property
    def is_lazy(self) -> bool:
        return self.what in ("map", "view", "copy", "rows")


def kind_of(stmt: Stmt, shapes: Shapes) -> Kind | None:
    """What to do with a statement; None where it stays as it is."""
    match stmt:
        case Let():
            return _kind_of_let(stmt, shapes)
        case SetItem(array=Var(name), index=index, value=value):
            dims = shapes.dims_of(name) if is_array(shapes.types.get(name)) else ()
            items = shapes.items(index, len(dims))
            if not dims or items is None or all(not isinstance(i, Slice) for i in items):
                return None
            return Kind("store", _arrays((value,), shapes)) if _is_value(value, shapes) else None
        case Call(op=".fill()" | "np.copyto", args=(Var(), value)):
            return Kind("fill", _arrays((value,), shapes)) if _is_value(value, shapes) else None
    return None


def _kind_of_let(let: Let, shapes: Shapes) -> Kind | None:
    ty: Any = shapes.types.get(let.target)
    arrays = _arrays(let.args, shapes)
    if not arrays or not all(map(_is_numeric, (shapes.types[a] for a in arrays))):
        return None
    first = let.args[0] == Var(arrays[0])
    if let.op in INPLACE:
        return Kind("inplace", arrays[1:] if first else ()) if first and is_array(ty) else None
    if is_array(ty) and first and let.op in ("[]", "id", *_TRANSPOSES):
        return Kind("view", arrays) if _is_simple_view(let, shapes) else None
    if is_array(ty) and first and let.op in _COPIES:
        flattens = shapes.types[arrays[0]].ndim != ty.ndim
        return Kind("flat" if flattens else "copy", arrays) if _is_copy(let, shapes) else None
    if reduction_of(let.op) is not None and first and len(arrays) == 1:
        return _kind_of_reduction(let, shapes, ty)
    if let.op in _SPREADS and len(let.args) == 1:
        is_real = isinstance(shapes.types[arrays[0]].dtype, nb.Float | nb.Integer)
        return Kind("spread", arrays) if is_real else None
    if let.op == "np.broadcast_to":
        return Kind("map", arrays) if first and is_array(ty) and shapes.is_known(let.target) else None
    if let.op == "np.outer":
        fits = len(let.args) == 2 and all(shapes.types[a].ndim == 1 for a in arrays)
        return Kind("map", arrays) if fits and len(arrays) == len(set(let.args)) else None
    if effect_of(let.op) is Effect.ELEMENTWISE and all(_is_value(a, shapes) for a in let.args):
        if is_array(ty) and ty.ndim > 0:
            return Kind("map", arrays)
        return Kind("scalar", arrays) if isinstance(ty, nb.Number | nb.Boolean) else None
    return None


def _kind_of_reduction(let: Let, shapes: Shapes, ty: Any) -> Kind | None:
    array = let.args[0].name  # type: ignore[union-attr]
    dtype = shapes.types[array].dtype
    if set(let.keywords) - {"axis", "dtype", "a"}:
        return None
    if isinstance(dtype, nb.Complex) and reduction_of(let.op) in ("max", "min"):
        return None
    if is_array(ty):
        return None if reduced_axis(let) is None else Kind("rows", (array,))
    if len(let.args) > 1 and reduced_axis(let) is None and let.args[1] != Const(None):
        return None
    return Kind("total", (array,))


def _is_simple_view(let: Let, shapes: Shapes) -> bool:
    """Can the elements of a view be told from those of its base, as they are computed?"""
    if let.op != "[]":
        return let.op == "id" or len(let.args) == 1
    dims = shapes.array_dims(let.args[0])
    assert dims is not None
    items = shapes.items(let.args[1:], len(dims))
    if items is None or any(item != NEW_AXIS and not isinstance(item, Slice) for item in items):
        return False
    known = shapes.view_dims(dims, let.args[1:], None)
    return known is not None and shapes.steps(items) is not None


def _is_copy(let: Let, shapes: Shapes) -> bool:
    """Does an op make a copy of an array, with elements of a type that a cast gives?"""
    source, ty = shapes.types[let.args[0].name], shapes.types[let.target]  # type: ignore[union-attr]
    if let.op in ("np.ravel", ".ravel()", "np.ascontiguousarray") and source.layout == "C":
        return False
    if isinstance(source.dtype, nb.Complex) and not isinstance(ty.dtype, nb.Complex):
        return False
    return _is_numeric(ty) and (len(let.args) == 1 or let.op == ".astype()")


def _arrays(atoms: Sequence[Atom], shapes: Shapes) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a.name for a in atoms if isinstance(a, Var)
                               and is_array(shapes.types.get(a.name))))


def _is_value(atom: Atom, shapes: Shapes) -> bool:
    """Is an atom a number, a truth value, or an array of such?"""
    if isinstance(atom, Const):
        return isinstance(atom.value, bool | int | float | complex | np.generic)
    if isinstance(atom, Undefined):
        return False
    ty = shapes.types.get(atom.name)
    return isinstance(ty, nb.Number | nb.Boolean) or (is_array(ty) and _is_numeric(ty))


def _is_numeric(ty: Any) -> bool:
    return isinstance(ty.dtype, nb.Number | nb.Boolean)


# --- nodes --------------------------------------------------------------------------------------


class Recogniser:
    """Builds nodes from statements; emits the checks of shapes that they need."""

    def __init__(self, writer: Writer) -> None:
        self.w = writer
        self.pending: dict[str, Node] = {}

    def operand(self, atom: Atom) -> Operand:
        """An argument: a node for an array."""
        if isinstance(atom, Var) and is_array(self.w.types.get(atom.name)):
            return self.array(atom)
        return atom

    def array(self, atom: Atom) -> Node:
        """An argument that is an array."""
        assert isinstance(atom, Var)
        pending = self.pending.get(atom.name)
        if pending is not None:
            return pending
        place = self.w.shapes.place_of(atom.name)
        dtype = self.w.types[atom.name].dtype
        return Load(place.array, place.index, dims=place.dims, dtype=dtype)

    def node(self, let: Let, kind: Kind) -> Node:
        """The array that a statement computes."""
        dtype = getattr(self.w.types[let.target], "dtype", self.w.types[let.target])
        match kind.what:
            case "view":
                return self._view(let, dtype)
            case "copy" | "flat":
                return self.converted(self.array(let.args[0]), dtype)
            case "rows":
                return self._rows(let, dtype)
        if let.op == "np.outer":
            return self._outer(let, dtype)
        if let.op == "np.broadcast_to":
            return self._spread_to(let)
        return self.mapped(let.op, [self.operand(a) for a in let.args], dtype, let.keywords)

    def _rows(self, let: Let, dtype: Any) -> Node:
        base, kind = self.array(let.args[0]), reduction_of(let.op)
        axis = (reduced_axis(let) or 0) % len(base.dims)
        dims = base.dims[:axis] + base.dims[axis + 1:]
        if kind != "mean":
            assert kind is not None
            if kind in ("max", "min"):
                self.w.refuse_empty((base.dims[axis],), kind)
            return Reduce(kind, base, (axis,), dims=dims, dtype=dtype)
        total = Reduce("sum", base, (axis,), dims=dims, dtype=mean_type(base.dtype))
        return self.on_elements("/", (total, self.w.length(base.dims[axis])), dims, dtype)

    def converted(self, node: Node, dtype: Any) -> Node:
        """The node with elements of another type."""
        if node.dtype == dtype:
            return node
        return Map(cast_op(dtype), (node,), dtype, dims=node.dims, dtype=dtype)

    def _view(self, let: Let, dtype: Any) -> Node:
        base = self.array(let.args[0])
        rank = len(base.dims)
        if let.op == "id":
            return base
        if let.op != "[]":
            backwards = tuple(Along(rank - 1 - k) for k in range(rank))
            return Read(base, backwards, dims=base.dims[::-1], dtype=dtype)
        items = self.w.shapes.items(let.args[1:], rank)
        steps = None if items is None else self.w.shapes.steps(items)
        dims = self.w.shapes.view_dims(base.dims, let.args[1:], None)
        assert steps is not None and dims is not None
        return Read(base, steps, dims=dims, dtype=dtype)

    def _outer(self, let: Let, dtype: Any) -> Node:
        a, b = (self.array(x) for x in let.args)
        dims = (a.dims[0], b.dims[0])
        column = Read(a, (Along(0),), dims=dims, dtype=a.dtype)
        row = Read(b, (Along(1),), dims=dims, dtype=b.dtype)
        return self.on_elements("*", (column, row), dims, dtype)

    def mapped(self, op: str, args: Sequence[Operand], dtype: Any,
               keywords: tuple[str, ...] = ()) -> Node:
        """An elementwise op on operands that broadcast."""
        dims = self.w.broadcast([a.dims for a in args if isinstance(a, Node)])
        spread = tuple(self.spread(a, dims) if isinstance(a, Node) else a for a in args)
        if op == "np.where" and len(args) == 3:
            cond, then, orelse = spread
            return Select(cond, then, orelse, dims=dims, dtype=dtype)
        if op == "np.clip":
            return self._clipped(spread, dims, dtype)
        return self.on_elements(op, spread, dims, dtype, keywords)

    def spread(self, node: Node, dims: tuple[Any, ...]) -> Node:
        """An operand as if it had the shape that it broadcasts to."""
        index = self.w.aligned(node.dims, dims)
        if len(dims) == len(node.dims) and index == whole(node):
            return node
        return Read(node, index, dims=dims, dtype=node.dtype)

    def _spread_to(self, let: Let) -> Node:
        """An array in a shape that is given; raises where it does not broadcast to that."""
        w, (array, shape) = self.w, let.args
        node, dims = self.array(array), w.shapes.dims_of(let.target)
        known = w.shapes.lets.get(shape.name) if isinstance(shape, Var) else None
        for n in known.args if known is not None and known.op == "tuple" else (shape,):
            if isinstance(n, Var) and w.is_integer(n.name) and not w.shapes.is_natural(n):
                w.fail(w.let("<", (n, Const(0)), nb.boolean), "negative dimensions are not allowed")
        for dim, wanted in zip(reversed(node.dims), reversed(dims), strict=False):
            if dim != ONE and not same(dim, wanted):
                w.check_fits(dim, wanted)
        return self.spread(node, dims)

    def _clipped(self, args: tuple[Operand, ...], dims: Any, dtype: Any) -> Node:
        value = args[0]
        for op, limit in zip(("np.maximum", "np.minimum"), args[1:], strict=False):
            if limit != Const(None):
                value = self.on_elements(op, (value, limit), dims, dtype)
        if isinstance(value, Node):
            return value
        return self.on_elements("id", (value,), dims, dtype)

    def on_elements(self, op: str, args: tuple[Operand, ...], dims: Any, dtype: Any,
                    keywords: tuple[str, ...] = ()) -> Map:
        """The op on scalars that has the meaning and the type of an op on arrays."""
        types = tuple(a.dtype if isinstance(a, Node) else self.w.type_of(a) for a in args)
        best: tuple[str, Any] | None = None
        for name in scalar_forms(op, args, types):
            raw = _result(name, types, keywords, args)
            if raw == dtype:
                best = (name, raw)
                break
            if best is None and raw is not None:
                best = (name, raw)
        if best is None:
            raise NotScalar(op)
        return Map(best[0], args, best[1], keywords, dims=dims, dtype=dtype)


def mean_type(dtype: Any) -> Any:
    """The type in which a mean is summed."""
    if isinstance(dtype, nb.Float | nb.Complex):
        return dtype
    return nb.uint64 if isinstance(dtype, nb.Integer) and not dtype.signed else nb.int64


class NotScalar(Exception):
    """An op on arrays that Numba does not have on scalars."""


def scalar_forms(op: str, args: Sequence[Operand], types: Sequence[Any]) -> list[str]:
    """The ops on elements that an op on arrays may be, the best one first."""
    if op == "~" and isinstance(types[0], nb.Boolean):
        return ["not"]
    if op in _ON_ELEMENTS and not _is_nonzero(args[1]):
        return [_ON_ELEMENTS[op]]
    if op in (".conj()", ".conjugate()"):
        return ["np.conjugate"]
    ufunc = _UFUNC_OF.get(op)
    return [op] if ufunc is None else [op, ufunc]


def _is_nonzero(divisor: Operand) -> bool:
    return isinstance(divisor, Const) and divisor.value != 0


def _result(
    op: str, types: tuple[Any, ...], keywords: tuple[str, ...], args: Sequence[Operand]
) -> Any:
    """The type of an op on scalars; None if Numba has no such op."""
    power = op == "**" and isinstance(args[1], Const) and type(args[1].value) is int
    if power and isinstance(types[0], nb.Float):
        return types[0]
    split = len(types) - len(keywords)
    named = tuple(zip(keywords, types[split:], strict=True))
    try:
        return numba_adapter.result_type(op, types[:split], named)
    except (numba_adapter.TypingError, KeyError, AttributeError):
        return None
