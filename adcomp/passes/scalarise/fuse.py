"""From nodes to loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, overload

import numpy as np
from numba import types as nb

from ...core import numba_adapter
from ...core.ir import Atom, Block, Carried, Const, For, If, SetItem, Var
from ...core.types import scalar
from .lengths import ONE, Along, Dim, Index
from .nodes import (
    CHEAP,
    ZERO,
    Idx,
    Load,
    Map,
    Node,
    Operand,
    Read,
    Reduce,
    Select,
    children,
    inside,
    kept,
    routed,
    whole,
)
from .writer import BOOL, INTP, Writer, dtype_atom

_LETTERS = "ijklmn"


@dataclass(frozen=True)
class Carry:
    """A value that a nest of loops carries: the name and type it gets, and what it starts from."""

    name: str
    init: Atom
    dtype: Any
    result: str | None = None


class Fuser:
    """Computes nodes: an element, a reduction, or a whole array."""

    def __init__(self, writer: Writer) -> None:
        self.w = writer
        self.stored: dict[int, tuple[Node, Load]] = {}
        self.names: dict[int, str] = {}
        self._levels: dict[tuple[int, tuple[Idx, ...]], int] = {}

    def forget(self) -> None:
        """Values computed so far may be out of date."""
        self.w.forget_values()
        self._levels.clear()

    # --- loops ----------------------------------------------------------------------------------

    def nest(
        self, dims: Sequence[Dim], carries: Sequence[Carry],
        body: Callable[[tuple[Idx, ...], tuple[Atom, ...]], Sequence[Atom]],
        order: Sequence[int] | None = None,
    ) -> tuple[Atom, ...]:
        """Loops over some dimensions, in the given order; the last values of what they carry."""
        axes = [a for a in (range(len(dims)) if order is None else order) if dims[a] != ONE]
        stops = {axis: self.w.bound(dims[axis]) for axis in axes}
        idx = [ZERO] * len(dims)

        def run(k: int, values: tuple[Atom, ...]) -> tuple[Atom, ...]:
            if k == len(axes):
                return tuple(body(tuple(idx), values))
            return self._loop(k, stops[axes[k]], carries, values, lambda index, phis: (
                idx.__setitem__(axes[k], index), run(k + 1, phis))[1])

        return run(0, tuple(c.init for c in carries))

    def _loop(self, k: int, stop: Atom, carries: Sequence[Carry], values: tuple[Atom, ...],
              body: Callable[[Idx, tuple[Atom, ...]], tuple[Atom, ...]]) -> tuple[Atom, ...]:
        w = self.w
        loops = sum(frame.is_loop for frame in w.frames)
        results = [c.result if k == 0 and c.result else w.name(c.name, c.dtype) for c in carries]
        with w.block(is_loop=True) as frame:
            index = w.name(_LETTERS[min(loops, len(_LETTERS) - 1)], INTP)
            phis = [w.name(c.name, c.dtype) for c in carries]
            yields = body(Idx(Var(index), w.top), tuple(map(Var, phis)))
        carried = tuple(map(Carried, phis, values, results))
        loop = For(index, Const(0), stop, Const(1), carried,
                   Block(tuple(frame.stmts), tuple(yields)), w.loc)
        w.emit(loop)
        w.shapes.indices[index] = loop
        return tuple(map(Var, results))

    # --- elements -------------------------------------------------------------------------------

    def level(self, node: Operand, idx: tuple[Idx, ...]) -> int:
        """The depth of the innermost loop that an element depends on."""
        key = (id(node), idx)
        if key not in self._levels:
            self._levels[key] = self._level(node, idx)
        return self._levels[key]

    def _level(self, node: Operand, idx: tuple[Idx, ...]) -> int:
        node = self.now(node)
        if not isinstance(node, Node):
            return 0
        if isinstance(node, Load):
            return max((i.level for i in routed(node.index, idx)), default=0)
        if isinstance(node, Reduce):
            return self.level(node.base, inside(node, idx, [ZERO] * len(node.axes)))
        return max((self.level(child, at) for child, at in children(node, idx)), default=0)

    @overload
    def now(self, node: Node) -> Node: ...

    @overload
    def now(self, node: Operand) -> Operand: ...

    def now(self, node: Operand) -> Operand:
        """The node, or the array that it has been stored in."""
        found = self.stored.get(id(node))
        return node if found is None else found[1]

    def index(self, idx: Idx) -> Atom:
        """An index as an atom."""
        w = self.w
        atom = idx.atom
        for kind, value in idx.steps:
            if kind == "flag":
                value, _ = value
            level = max(idx.level, w.base)
            if kind == "flag":
                key = ("flag", atom, value)
                known = w.found("lengths", key)
                if known is None:
                    known = w.choice(value, atom, Const(0), INTP, level)
                    w.frames[level].lengths[key] = known
                atom = known
            elif kind == "plus":
                atom = w.once("+" if value > 0 else "-", (atom, Const(abs(value))), INTP, level)
            else:
                atom = w.once("+", (atom, value), INTP, level)
        return atom

    def element(self, node: Operand, idx: tuple[Idx, ...]) -> Atom:
        """The element of a node at some indices."""
        node = self.now(node)
        match node:
            case Load(array=array, index=index, dtype=dtype):
                array, places = self.stretched(array, index, routed(index, idx))
                args = (Var(array), *map(self.index, places))
                return self._remember(args, node, idx, lambda level: self.w.let(
                    "[]", args, dtype, level=level))
            case Read(source=source, index=index):
                return self.element(source, routed(index, idx))
            case Map():
                return self._remember((id(node), idx), node, idx, lambda level: self._map(
                    node, idx, level))
            case Select():
                return self._remember((id(node), idx), node, idx, lambda level: self._select(
                    node, idx, level))
            case Reduce():
                return self._remember((id(node), idx), node, idx, lambda level: self._reduce(
                    node, idx, level))
        assert not isinstance(node, Node)
        return node

    def stretched(self, array: str, index: tuple[Index, ...], places: tuple[Idx, ...]
                  ) -> tuple[str, tuple[Idx, ...]]:
        """An array that needs no flags in its indices, and the indices without them."""
        out = list(places)
        for axis, (item, idx) in enumerate(zip(index, places, strict=True)):
            is_whole = isinstance(item, Along) and item == Along(item.axis)
            if idx.steps and is_whole and all(kind == "flag" for kind, _ in idx.steps):
                _, to = idx.steps[0][1]
                name = self.w.stretched(array, axis, to)
                if name is not None:
                    array, out[axis] = name, replace(idx, steps=())
        return array, tuple(out)

    def _remember(
        self, key: Any, node: Node, idx: tuple[Idx, ...], make: Callable[[int], Atom]
    ) -> Atom:
        """A value computed once, in the block of the innermost loop that it depends on."""
        known = self.w.found("values", key)
        if known is None:
            level = self.w.level_for(self.level(node, idx))
            known = make(level)
            self.w.frames[level].values[key] = known
        return known

    def _map(self, node: Map, idx: tuple[Idx, ...], level: int) -> Atom:
        args = [self.element(a, idx) for a in node.args]
        value: Atom = self.w.let(node.op, args, node.raw, level=level, keywords=node.keywords)
        return self.cast(value, node.raw, node.dtype, level)

    def cast(self, value: Atom, have: Any, want: Any, level: int) -> Atom:
        """A value of another type, where it is not of that type already."""
        if have == want:
            return value
        return self.w.let(cast_op(want), (value,), want, level=level)

    def _select(self, node: Select, idx: tuple[Idx, ...], level: int) -> Atom:
        w = self.w
        cond = self.element(node.cond, idx)
        for side in (node.then, node.orelse):
            side = self.now(side)
            if isinstance(side, Load | Read) and side.cost == 0:
                self.element(side, idx)
        with w.at(level):
            result = w.name("_t", node.dtype)
            then, orelse = (self._branch(side, node, idx) for side in (node.then, node.orelse))
            w.emit(If(cond, then, orelse, (result,), w.loc))
        return Var(result)

    def _branch(self, side: Operand, node: Select, idx: tuple[Idx, ...]) -> Block:
        w = self.w
        with w.block() as frame:
            value = self.element(side, idx)
            have = side.dtype if isinstance(side, Node) else w.type_of(value)
            value = self.cast(value, have, node.dtype, w.top)
        return Block(tuple(frame.stmts), (value,))

    # --- reductions -----------------------------------------------------------------------------

    def _reduce(self, node: Reduce, idx: tuple[Idx, ...], level: int) -> Atom:
        with self.w.at(level):
            return self.reduce(node, idx)

    def reduce(self, node: Reduce, idx: tuple[Idx, ...] = (), result: str | None = None) -> Atom:
        """A reduction over the axes of a node, in loops here; ``result`` names its value."""
        w = self.w
        name = result or "_t"
        carry = Carry(name, start_of(node.kind, node.dtype), node.dtype, result)

        def body(over: tuple[Idx, ...], values: tuple[Atom, ...]) -> list[Atom]:
            value = self.element(node.base, inside(node, idx, list(over)))
            return [self.combine(node, values[0], value)]

        value, = self.nest([node.base.dims[a] for a in node.axes], [carry], body)
        if result is not None and value != Var(result):
            return w.let("id", (value,), node.dtype, target=result)
        return value

    def combine(self, node: Reduce, total: Atom, value: Atom) -> Atom:
        """One step of a reduction."""
        w, base = self.w, node.base.dtype
        match node.kind:
            case "sum" | "prod":
                op = "+" if node.kind == "sum" else "*"
                raw = numba_adapter.result_type(op, (node.dtype, base))
                return self.cast(w.let(op, (total, value), raw), raw, node.dtype, w.top)
            case "max" | "min":
                better: Atom = w.let(">" if node.kind == "max" else "<", (value, total), BOOL)
                if isinstance(base, nb.Float):
                    is_nan = w.let("!=", (value, value), BOOL)
                    better = w.let("|", (better, is_nan), BOOL)
                return w.choice(better, value, total, node.dtype)
        if not isinstance(base, nb.Boolean):
            value = w.let("!=", (value, Const(0)), BOOL)
        return w.let("|" if node.kind == "any" else "&", (total, value), BOOL)

    # --- arrays ---------------------------------------------------------------------------------

    def settle(self, node: Node, order: Sequence[int] | None = None) -> None:
        """Store what the loops over a node would compute again and again."""
        while True:
            dims = node.dims
            axes = [a for a in (range(len(dims)) if order is None else order) if dims[a] != ONE]
            idx = [ZERO] * len(dims)
            for k, axis in enumerate(axes):
                idx[axis] = Idx(Var(f"#{k}"), k + 1)
            again = _Repeats(self).find(node, tuple(idx))
            if again is None:
                return
            self.store(again)

    def store(self, node: Node) -> Load:
        """Compute a node into an array of its own, here."""
        found = self.stored.get(id(node))
        if found is None:
            with self.w.at(self.w.base):
                name = self.names.get(id(node))
                if name is None or self.w.types[name].dtype != node.dtype:
                    name = self.w.name("_t", nb.Array(node.dtype, len(node.dims), "C"))
                self.materialise(node, name)
            load = Load(name, whole(node), dims=node.dims, dtype=node.dtype)
            found = self.stored[id(node)] = (node, load)
            self._levels.clear()
        return found[1]

    def materialise(self, node: Node, name: str) -> None:
        """Compute a node into a new array of this name."""
        layout = self.w.types[name].layout
        if isinstance(node, Reduce) and node.kind == "sum" and kept(node):
            if kept(node)[-1] > node.axes[0]:
                self._sum_rows(node, name)
                return
        order = list(range(len(node.dims)))[::-1] if layout == "F" else None
        self.settle(node, order)
        self.allocate(name, node.dims, "np.empty")
        self.nest(node.dims, (), lambda idx, _: self._put(name, idx, node), order)

    def _put(self, name: str, idx: tuple[Idx, ...], node: Node) -> tuple[()]:
        value = self.element(node, idx)
        self.w.emit(SetItem(Var(name), tuple(map(self.index, idx)), value, loc=self.w.loc))
        return ()

    def _sum_rows(self, node: Reduce, name: str) -> None:
        """A sum over an axis that is not the last: in the order of memory, into the result."""
        self.settle(node.base)
        self.allocate(name, node.dims, "np.zeros")

        def body(idx: tuple[Idx, ...], _: Any) -> tuple[()]:
            value = self.element(node.base, idx)
            at = tuple(self.index(idx[a]) for a in kept(node))
            self.w.emit(SetItem(Var(name), at, value, accumulate=True, loc=self.w.loc))
            return ()

        self.nest(node.base.dims, (), body)

    def allocate(self, name: str, dims: Sequence[Dim], op: str) -> None:
        """A new array of the type that is known for its name."""
        w = self.w
        ty = w.types[name]
        if ty.layout == "A" or (ty.layout == "F" and ty.ndim == 1):
            ty = w.types[name] = ty.copy(layout="C")
            w.changed.add(name)
        lengths = [w.length(dim) for dim in dims]
        transposed = ty.layout == "F"
        if transposed:
            lengths.reverse()
        shape = lengths[0] if len(lengths) == 1 else w.let(
            "tuple", lengths, nb.UniTuple(INTP, len(lengths)) if lengths else nb.Tuple(()))
        args = (shape,) if ty.dtype == nb.float64 else (shape, dtype_atom(ty.dtype))
        if transposed:
            plain = w.let(op, args, ty.copy(layout="C"))
            w.let(".T", (plain,), ty, target=name)
        else:
            w.let(op, args, ty, target=name)


class _Repeats:
    """Finds a costly node that loops would compute more than once for the same element."""

    def __init__(self, fuser: Fuser) -> None:
        self.fuser = fuser
        self.seen: dict[int, tuple[Idx, ...]] = {}
        self.done: set[tuple[int, tuple[Idx, ...]]] = set()
        self.levels: dict[tuple[int, tuple[Idx, ...]], set[int]] = {}

    def find(self, node: Node, idx: tuple[Idx, ...]) -> Node | None:
        node = self.fuser.now(node)
        if (id(node), idx) in self.done:
            return None
        self.done.add((id(node), idx))
        inner = 1 + max((i.level for i in idx), default=0)
        if not isinstance(node, Load | Read) and node.cost > CHEAP:
            used = self._used(node, idx)
            if used != set(range(1, len(used) + 1)) or self.seen.setdefault(id(node), idx) != idx:
                return node
            inner = 1 + max(used, default=0)
        for child, at in children(node, idx, inner):
            found = self.find(child, at)
            if found is not None:
                return found
        return None

    def _used(self, node: Node, idx: tuple[Idx, ...]) -> set[int]:
        """The loops that an element depends on."""
        node = self.fuser.now(node)
        key = (id(node), idx)
        if key not in self.levels:
            self.levels[key] = self._levels_of(node, idx)
        return self.levels[key]

    def _levels_of(self, node: Node, idx: tuple[Idx, ...]) -> set[int]:
        if isinstance(node, Load):
            return {i.level for i in routed(node.index, idx)} - {0}
        if isinstance(node, Reduce):
            return self._used(node.base, inside(node, idx, [ZERO] * len(node.axes)))
        return set().union(*(self._used(child, at) for child, at in children(node, idx)))


def cast_op(dtype: Any) -> str:
    """The op that converts a scalar to a type."""
    return dtype_atom(dtype).name  # type: ignore[union-attr]


def start_of(kind: str, dtype: Any) -> Const:
    """What a reduction starts from."""
    if kind in ("any", "all"):
        return Const(kind == "all")
    if isinstance(dtype, nb.Boolean):
        return Const(kind == "min")
    if kind in ("sum", "prod"):
        one = kind == "prod"
        return _integer(dtype, int(one)) if isinstance(dtype, nb.Integer) else scalar(dtype, one)
    if isinstance(dtype, nb.Float):
        return scalar(dtype, -np.inf if kind == "max" else np.inf)
    limits = np.iinfo(str(dtype))
    return _integer(dtype, limits.min if kind == "max" else limits.max)


def _integer(dtype: Any, value: int) -> Const:
    return Const(value) if dtype == nb.int64 else scalar(dtype, value)
