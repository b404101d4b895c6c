"""Stores into slices and whole arrays."""

from __future__ import annotations

from dataclasses import replace
from itertools import starmap
from typing import Any

from ...core import numba_adapter
from ...core.ir import Atom, Call, Let, SetItem, Var
from ...core.ops import INPLACE
from .fuse import Fuser
from .lengths import ONE, Place, same
from .nodes import ZERO, Idx, Load, Node, Operand, Read, children, routed
from .recognise import NotScalar, Recogniser
from .writer import Writer


class Stores:
    """Emits loops that store into an array that exists."""

    def __init__(self, writer: Writer, fuser: Fuser, recogniser: Recogniser) -> None:
        self.w, self.fuser, self.recogniser = writer, fuser, recogniser
        self._seen: set[tuple[int, tuple[Idx, ...]]] = set()

    def store(self, stmt: SetItem) -> bool:
        """``array[slices] = value``"""
        place = self.place(stmt.array, stmt.index)
        return self.put(place, self.recogniser.operand(stmt.value), stmt.accumulate)

    def fill(self, stmt: Call) -> bool:
        """``array.fill(value)``, ``np.copyto(array, values)``"""
        return self.put(self.place(stmt.args[0], ()), self.recogniser.operand(stmt.args[1]), False)

    def in_place(self, let: Let) -> bool:
        """``array += value``, by name"""
        w, op = self.w, INPLACE[let.op]
        array, value = let.args
        target = w.types[array.name]  # type: ignore[union-attr]
        place = self.place(array, ())
        operand = self.recogniser.operand(value)
        if op != "+":
            whole = Load(place.array, place.index, dims=place.dims, dtype=target.dtype)
            if isinstance(operand, Node):
                operand = self.fitted(place, operand)
            try:
                operand = self.recogniser.on_elements(
                    op, (whole, operand), place.dims, target.dtype)
            except NotScalar:
                return False
        done = self.put(place, operand, op == "+")
        if done:
            w.let("id", (array,), target, target=let.target)
        return done

    def place(self, array: Atom, index: tuple[Atom, ...]) -> Place:
        """Where ``array[index]`` is; a view of it is made if that takes one."""
        w = self.w
        assert isinstance(array, Var)
        base = w.shapes.place_of(array.name)
        if not index:
            return base
        found = w.shapes.indexed(base, index)
        dims = w.shapes.view_dims(base.dims, index, None)
        if found is not None and dims is not None:
            return replace(found, dims=dims)
        kinds = [w.type_of(a) for a in index]
        view = w.let("[]", (array, *index), numba_adapter.result_type(
            "[]", (w.types[array.name], *kinds)))
        return w.shapes.place_of(view.name)

    def fitted(self, place: Place, value: Node) -> Node:
        """A value in the shape of the place that it is stored in; raises where it does not fit."""
        skip = len(place.dims) - len(value.dims)
        for k, dim in enumerate(value.dims):
            if dim != ONE and not same(dim, place.dims[skip + k]):
                self.w.check_fits(dim, place.dims[skip + k])
        index = self.w.aligned(value.dims, place.dims)
        return Read(value, index, dims=place.dims, dtype=value.dtype)

    def put(self, place: Place, value: Operand, accumulate: bool) -> bool:
        """Loops that store a value into a place."""
        w = self.w
        if isinstance(value, Node):
            if len(value.dims) > len(place.dims):
                return False
            if self.clashes(place, value):
                value = self.fuser.store(value)
            value = self.fitted(place, value)
            self.fuser.settle(value, self.order(place))

        def body(idx: tuple[Idx, ...], _: Any) -> tuple[()]:
            element = self.fuser.element(value, idx)
            at = tuple(map(self.fuser.index, routed(place.index, idx)))
            w.emit(SetItem(Var(place.array), at, element, accumulate, w.loc))
            return ()

        self.fuser.nest(place.dims, (), body, self.order(place))
        return True

    def order(self, place: Place) -> list[int] | None:
        """The order of loops that follows memory."""
        ranks = range(len(place.dims))
        return list(reversed(ranks)) if self.w.types[place.array].layout == "F" else None

    # --- overlap --------------------------------------------------------------------------------

    def clashes(self, place: Place, value: Node) -> bool:
        """May a value read memory that the store has already changed?"""
        self._seen = set()
        idx = tuple(ZERO if dim == ONE else Idx(Var(f"#{k}"), k + 1)
                    for k, dim in enumerate(place.dims))
        target = routed(place.index, idx)
        aligned = self.w.aligned(value.dims, place.dims)
        return self._reads_elsewhere(value, routed(aligned, idx), place, target)

    def _reads_elsewhere(self, node: Node, idx: tuple[Idx, ...], place: Place,
                         target: tuple[Idx, ...]) -> bool:
        node = self.fuser.now(node)
        if (id(node), idx) in self._seen:
            return False
        self._seen.add((id(node), idx))
        if isinstance(node, Load):
            if not self.w.memory.may_alias(node.array, place.array):
                return False
            return not self._is_safe(node.array, routed(node.index, idx), place.array, target)
        return any(self._reads_elsewhere(child, at, place, target)
                   for child, at in children(node, idx, 100))

    def _is_safe(
        self, source: str, idx: tuple[Idx, ...], array: str, target: tuple[Idx, ...]
    ) -> bool:
        """Is what is read the very element that is stored, or one that is never stored?"""
        if not self._same_array(source, array):
            return False
        pairs = list(zip(idx, target, strict=True))
        return all(a == b for a, b in pairs) or any(self._differ(a, b) for a, b in pairs)

    def _differ(self, a: Idx, b: Idx) -> bool:
        """Are two fixed indices surely different?"""
        if a.level or b.level or not self._is_natural(a) or not self._is_natural(b):
            return False
        p, q = self._linear(a), self._linear(b)
        return p[0] == q[0] and p[1] != q[1]

    def _is_natural(self, idx: Idx) -> bool:
        low = self.w.shapes.lower_bound(idx.atom)
        return low is not None and low + self._plus(idx) >= 0

    def _plus(self, idx: Idx) -> int:
        return sum(value for kind, value in idx.steps if kind == "plus")

    def _linear(self, idx: Idx) -> tuple[Any, int]:
        part = self.w.shapes.linear(idx.atom)
        if part.base[0] == "lit":
            return None, part.base[1] + self._plus(idx)
        return part.base, part.offset + self._plus(idx)

    def _same_array(self, a: str, b: str) -> bool:
        """Are two names the same view of the same array?"""
        if a == b:
            return True
        p, q = self.w.shapes.lets.get(a), self.w.shapes.lets.get(b)
        if p is None or q is None or p.op != q.op or len(p.args) != len(q.args):
            return False
        if p.op not in ("[]", ".T", ".real", ".imag"):
            return False
        first, second = p.args[0], q.args[0]
        if not (isinstance(first, Var) and isinstance(second, Var)):
            return False
        items = zip(p.args[1:], q.args[1:], strict=True)
        return all(starmap(self._same_item, items)) and self._same_array(first.name, second.name)

    def _same_item(self, x: Atom, y: Atom) -> bool:
        if x == y:
            return True
        a, b = (self.w.shapes.lets.get(v.name) if isinstance(v, Var) else None for v in (x, y))
        return a is not None and b is not None and a.op == b.op == "slice" and a.args == b.args
