"""Reductions of whole arrays to a scalar."""

from __future__ import annotations

from typing import Any

from numba import types as nb

from ...core import numba_adapter
from ...core.ir import Atom, Const, Let
from .fuse import Fuser, cast_op
from .lengths import reduction_of
from .nodes import CHEAP, Map, Node, Reduce
from .recognise import Kind, Recogniser, mean_type
from .writer import INTP, Writer


class Totals:
    """Emits them."""

    def __init__(self, writer: Writer, fuser: Fuser, recogniser: Recogniser) -> None:
        self.w, self.fuser, self.recogniser = writer, fuser, recogniser

    def compute(self, let: Let, kind: Kind) -> bool:
        base = self.recogniser.array(let.args[0])
        if kind.what == "spread":
            self.spread(let, base)
        else:
            self.total(let, base)
        return True

    def total(self, let: Let, base: Node) -> None:
        w, ty = self.w, self.w.types[let.target]
        kind = reduction_of(let.op)
        if kind == "mean":
            total = self.reduce("sum", base, mean_type(base.dtype))
            self.divide(total, base, ty, let.target)
            return
        assert kind is not None
        self.reduce(kind, base, ty, let.target)
        assert w.types[let.target] == ty

    def reduce(self, kind: str, base: Node, dtype: Any, result: str | None = None) -> Atom:
        """A reduction over all axes."""
        if kind in ("max", "min"):
            self.w.refuse_empty(base.dims, kind)
        node = Reduce(kind, base, tuple(range(len(base.dims))), dims=(), dtype=dtype)
        self.fuser.settle(node)
        return self.fuser.reduce(node, (), result)

    def divide(self, total: Atom, base: Node, ty: Any, target: str | None = None) -> Atom:
        """A total divided by the number of elements."""
        w = self.w
        size: Atom = Const(1)
        for dim in base.dims:
            n = w.length(dim)
            size = n if size == Const(1) else w.once("*", (size, n), INTP, w.base)
        raw = numba_adapter.result_type("np.divide", (w.type_of(total), INTP))
        if raw == ty:
            return w.let("np.divide", (total, size), ty, target=target)
        mean = w.let("np.divide", (total, size), raw)
        return w.let(cast_op(ty), (mean,), ty, target=target)

    def spread(self, let: Let, base: Node) -> None:
        """Variance, standard deviation, and the distance between the extremes."""
        w, ty = self.w, self.w.types[let.target]
        if base.cost > CHEAP:
            base = self.fuser.store(base)
        if let.op in ("np.ptp", ".ptp()"):
            high = self.reduce("max", base, base.dtype)
            low = self.reduce("min", base, base.dtype)
            raw = numba_adapter.result_type("-", (base.dtype, base.dtype))
            if raw == ty:
                w.let("-", (high, low), ty, target=let.target)
            else:
                w.let(cast_op(ty), (w.let("-", (high, low), raw),), ty, target=let.target)
            return
        total = self.reduce("sum", base, mean_type(base.dtype))
        mean_ty = base.dtype if isinstance(base.dtype, nb.Float) else nb.float64
        mean = self.divide(total, base, mean_ty)
        self.fuser.forget()
        off = self.recogniser.on_elements("-", (base, mean), base.dims, mean_ty)
        square = Map("*", (off, off), mean_ty, dims=base.dims, dtype=mean_ty)
        squares = self.reduce("sum", square, nb.float64)
        if "var" in let.op:
            self.divide(squares, base, ty, let.target)
        else:
            w.let("np.sqrt", (self.divide(squares, base, ty),), ty, target=let.target)
