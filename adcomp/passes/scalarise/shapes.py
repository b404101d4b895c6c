"""Shapes as far as they are known while compiling, and where the elements of views lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from numba import types as nb

from ...core.ir import Atom, Const, For, Function, If, Let, Stmt, Undefined, Var, While, walk
from ...core.ops import INPLACE, Effect, effect_of
from ...core.types import is_array
from .lengths import (
    NEW_AXIS,
    ONE,
    WHOLE,
    Along,
    Dim,
    Fixed,
    Index,
    Item,
    Part,
    Place,
    Slice,
    broadcast,
    compose,
    is_transpose,
    literal,
    reduced_axis,
    same,
)

_SAME_SHAPE = {
    "id", "np.copy", ".copy()", "np.array", "np.asarray", "np.ascontiguousarray",
    "np.asfortranarray", ".astype()", "np.empty_like", "np.zeros_like", "np.ones_like",
    "np.full_like", ".real", ".imag", "np.real", "np.imag",
}
_ALLOCATE = {"np.empty", "np.zeros", "np.ones", "np.full"}


class Shapes:
    """What the definitions of a function tell about its integers and the shapes of its arrays."""

    def __init__(self, fn: Function, types: Mapping[str, Any]) -> None:
        self.types = types
        self.lets: dict[str, Let] = {}
        self.indices: dict[str, For] = {}
        self.merged: dict[str, tuple[Atom, ...]] = {}
        self.phis: dict[str, tuple[Atom, Atom]] = {}
        self._dims: dict[str, tuple[Dim, ...]] = {}
        self._assumed: dict[str, tuple[Dim, ...]] = {}
        for stmt in walk(fn.body):
            self._collect(stmt)
        self._settle_phis()

    def _collect(self, stmt: Stmt) -> None:
        match stmt:
            case Let(target=target):
                self.lets[target] = stmt
            case If(then=then, orelse=orelse, results=results):
                self.merged |= {r: (a, b) for r, a, b in
                                zip(results, then.yields, orelse.yields, strict=True)}
            case For(carried=carried, body=body) | While(carried=carried, body=body):
                if isinstance(stmt, For):
                    self.indices[stmt.index] = stmt
                for c, last in zip(carried, body.yields, strict=True):
                    self.phis[c.phi] = (c.init, last)
                    self.merged[c.result] = (c.init, Var(c.phi))

    def _settle_phis(self) -> None:
        """Keep the shapes of carried arrays that no iteration changes."""
        arrays = [p for p in self.phis if is_array(self.types.get(p))]
        for phi in arrays:
            self._assumed[phi] = self._of_atom(phi, self.phis[phi][0])
        while True:
            self._dims.clear()
            changed = [p for p in arrays if not self._holds(p)]
            for phi in changed:
                last = self._of_atom(phi, self.phis[phi][1])
                self._assumed[phi] = tuple(
                    a if same(a, b) else self._opaque_axis(phi, k)
                    for k, (a, b) in enumerate(zip(self._assumed[phi], last, strict=True))
                )
            if not changed:
                return

    def _holds(self, phi: str) -> bool:
        last = self._of_atom(phi, self.phis[phi][1])
        own = self._assumed[phi]
        return all(same(a, b) or a == self._opaque_axis(phi, k)
                   for k, (a, b) in enumerate(zip(own, last, strict=True)))

    def _of_atom(self, name: str, atom: Atom) -> tuple[Dim, ...]:
        if isinstance(atom, Undefined):
            return self._assumed.get(name) or self._opaque(name)
        return self.dims_of(atom.name) if isinstance(atom, Var) else self._opaque(name)

    # --- shapes ---------------------------------------------------------------------------------

    def _opaque_axis(self, name: str, axis: int) -> Dim:
        return (Part(("dim", name, axis), source=(name, axis)),)

    def _opaque(self, name: str) -> tuple[Dim, ...]:
        return tuple(self._opaque_axis(name, k) for k in range(self.types[name].ndim))

    def dims_of(self, name: str) -> tuple[Dim, ...]:
        """The shape of an array."""
        if name in self._assumed:
            return self._assumed[name]
        if name not in self._dims:
            dims = self._derive(name)
            if dims is None or len(dims) != self.types[name].ndim:
                dims = self._opaque(name)
            self._dims[name] = dims
        return self._dims[name]

    def _derive(self, name: str) -> tuple[Dim, ...] | None:
        if name in self.merged:
            a, b = (self._of_atom(name, x) for x in self.merged[name])
            if Undefined in map(type, self.merged[name]):
                return None
            return tuple(x if same(x, y) and self._visible(x, name) else self._opaque_axis(name, k)
                         for k, (x, y) in enumerate(zip(a, b, strict=True)))
        let = self.lets.get(name)
        return None if let is None else self._of_let(let)

    def _visible(self, dim: Dim, name: str) -> bool:
        """Can a dimension be named after the block that it comes from?"""
        return not any(part.source[0] in self._assumed for part in dim
                       if isinstance(part.source, tuple))

    def _of_let(self, let: Let) -> tuple[Dim, ...] | None:
        op, args = let.op, let.args
        first = self.array_dims(args[0]) if args else None
        if op in _SAME_SHAPE or op in INPLACE:
            return first
        if op in _ALLOCATE:
            return self._of_shape(args[0], let.target)
        if op in ("np.arange", "np.linspace"):
            return self._of_count(let)
        if op == "[]" and first is not None:
            return self.view_dims(first, args[1:], let.target)
        if first is not None and is_transpose(let):
            return first[::-1]
        if op in (".reshape()", "np.reshape"):
            shape = args[1:] if len(args) > 2 else args[1]
            return self._of_column(first, shape) or self._of_shape(shape, let.target, self.is_natural)
        if op == "np.broadcast_to":
            return self._of_shape(args[1], let.target)
        if op in (".ravel()", "np.ravel", ".flatten()") and first is not None and len(first) == 1:
            return first
        if op in ("@", "np.dot", "np.matmul"):
            return self._of_product(args)
        if op == "np.outer":
            shapes = [self.array_dims(a) for a in args[:2]]
            return (shapes[0][0], shapes[1][0]) if all(s and len(s) == 1 for s in shapes) else None  # type: ignore
        axis = reduced_axis(let)
        if axis is not None and first is not None:
            axis %= len(first)
            return first[:axis] + first[axis + 1:]
        if effect_of(op) is Effect.ELEMENTWISE:
            return broadcast([s for s in map(self.array_dims, args) if s is not None])
        return None

    def array_dims(self, atom: Atom) -> tuple[Dim, ...] | None:
        """The shape of an atom that is an array, or None."""
        if isinstance(atom, Var) and is_array(self.types.get(atom.name)):
            return self.dims_of(atom.name)
        return None

    def _of_shape(
        self, shape: Atom | Sequence[Atom], target: str,
        valid: Callable[[Atom], bool] = lambda n: True,
    ) -> tuple[Dim, ...] | None:
        if isinstance(shape, Var):
            let = self.lets.get(shape.name)
            if let is not None and let.op == "tuple":
                shape = let.args
            elif let is not None and let.op == ".shape":
                return self.array_dims(let.args[0])
            elif isinstance(self.types.get(shape.name), nb.Integer):
                shape = (shape,)
            else:
                return None
        elif isinstance(shape, Const):
            shape = (shape,)
        elif isinstance(shape, Undefined):
            return None
        lengths = [self.length(n) if valid(n) else None for n in shape]
        return tuple(self._opaque_axis(target, k) if dim is None else dim
                     for k, dim in enumerate(lengths))

    def _of_column(self, dims: tuple[Dim, ...] | None, shape: Atom | Sequence[Atom]
                   ) -> tuple[Dim, ...] | None:
        """What ``x.reshape(-1, 1)`` and the like make of a vector: its own length, and ones."""
        let = self.lets.get(shape.name) if isinstance(shape, Var) else None
        if let is not None and let.op == "tuple":
            shape = let.args
        if dims is None or len(dims) != 1 or isinstance(shape, (Var, Const, Undefined)):
            return None
        if [n for n in shape if n != Const(1)] != [Const(-1)]:
            return None
        return tuple(dims[0] if n == Const(-1) else ONE for n in shape)

    def is_known(self, name: str) -> bool:
        """Is every length of an array one that does not take the array to find?"""
        return not any(part.source == (name, k) for k, dim in enumerate(self.dims_of(name)) for part in dim)

    def length(self, n: Atom) -> Dim | None:
        """The dimension of an allocation of this length."""
        if isinstance(n, Const):
            is_length = type(n.value) is int and n.value >= 0
            return literal(n.value) if is_length else None
        if not (isinstance(n, Var) and isinstance(self.types.get(n.name), nb.Integer)):
            return None
        part = self.linear(n)
        if part.base[0] == "lit":
            return None
        return (part,)

    def _of_count(self, let: Let) -> tuple[Dim, ...] | None:
        n = let.args[2 if let.op == "np.linspace" else 0] if len(let.args) in (1, 3) else None
        if n is None or let.keywords or (let.op == "np.arange" and len(let.args) != 1):
            return None
        dim = self.length(n)
        return None if dim is None or not self.is_natural(n) else (dim,)

    def _of_product(self, args: Sequence[Atom]) -> tuple[Dim, ...] | None:
        a, b = (self.array_dims(x) for x in args[:2])
        if a is None or b is None or not 1 <= len(a) <= 2 or not 1 <= len(b) <= 2:
            return None
        return (*a[:-1], *(b[1:] if len(b) == 2 else ()))

    # --- integers -------------------------------------------------------------------------------

    def linear(self, atom: Atom) -> Part:
        """An integer as ``base + offset``."""
        if isinstance(atom, Const):
            return Part(("lit", atom.value), source=atom)
        assert isinstance(atom, Var)
        let = self.lets.get(atom.name)
        own = Part(("int", atom.name), source=atom)
        if let is None:
            return own
        match let.op, let.args:
            case ("id", (inner,)):
                return self.linear(inner)
            case ("+" | "-", (a, Const(int(c)))):
                return self._plus(a, c if let.op == "+" else -c, own)
            case ("+", (Const(int(c)), a)):
                return self._plus(a, c, own)
            case ("len", (Var(name),)) if is_array(self.types.get(name)):
                return self._axis_part(name, 0, own)
            case (".size", (Var(name),)) if getattr(self.types.get(name), "ndim", 0) == 1:
                return self._axis_part(name, 0, own)
            case ("[]", (Var(shape), Const(int(axis)))):
                source = self.lets.get(shape)
                if source is not None and source.op == ".shape" and isinstance(source.args[0], Var):
                    return self._axis_part(source.args[0].name, axis, own)
        return own

    def _plus(self, atom: Atom, c: int, own: Part) -> Part:
        if not isinstance(atom, Var):
            return own
        part = self.linear(atom)
        if part.base[0] == "lit":
            return own
        return replace(part, offset=part.offset + c)

    def _axis_part(self, array: str, axis: int, own: Part) -> Part:
        if not is_array(self.types.get(array)):
            return own
        dim = self.dims_of(array)[axis]
        # A length max(base + offset, 0) is linear only where nothing is clipped.
        if len(dim) != 1 or dim[0].offset < 0 or dim[0].base[0] == "lit":
            return own
        return dim[0]

    def lower_bound(self, atom: Atom, depth: int = 0) -> int | None:
        """A number that an integer is surely not below, or None."""
        if isinstance(atom, Const):
            return atom.value if type(atom.value) is int else None
        if not isinstance(atom, Var) or depth > 20:
            return None
        if isinstance(self.types.get(atom.name), nb.Integer) and not self.types[atom.name].signed:
            return 0
        loop = self.indices.get(atom.name)
        if loop is not None and isinstance(loop.step, Const):
            return self._index_bound(loop, depth)
        let = self.lets.get(atom.name)
        return None if let is None else self._let_bound(let, depth + 1)

    def _index_bound(self, loop: For, depth: int) -> int | None:
        assert isinstance(loop.step, Const)
        if loop.step.value > 0:
            return self.lower_bound(loop.start, depth + 1)
        stop = self.lower_bound(loop.stop, depth + 1)
        return None if stop is None else stop + 1

    def _let_bound(self, let: Let, depth: int) -> int | None:
        def bound(atom: Atom) -> int | None:
            return self.lower_bound(atom, depth)

        match let.op, let.args:
            case ("len" | ".size", _):
                return 0
            case ("[]", (Var(shape), _)) if shape in self.lets and self.lets[shape].op == ".shape":
                return 0
            case ("id" | "int", (a,)):
                return bound(a)
            case ("+", (a, b)):
                low = bound(a), bound(b)
                return None if None in low else low[0] + low[1]  # type: ignore[operator]
            case ("-", (a, Const(int(c)))):
                low_a = bound(a)
                return None if low_a is None else low_a - c
            case ("*", (a, b)):
                low = bound(a), bound(b)
                fits = all(x is not None and x >= 0 for x in low)
                return low[0] * low[1] if fits else None  # type: ignore[operator]
            case ("//" | "%", (a, Const(int(c)))) if c > 0:
                low_a = bound(a)
                return 0 if let.op == "%" or (low_a is not None and low_a >= 0) else None
            case ("max", (a, b)):
                known = [x for x in (bound(a), bound(b)) if x is not None]
                return max(known, default=None)
            case ("min", (a, b)):
                low = bound(a), bound(b)
                return None if None in low else min(low)  # type: ignore[type-var]
        return None

    # --- views ----------------------------------------------------------------------------------

    def items(self, index: Sequence[Atom], rank: int) -> list[Item] | None:
        """A written index with ``...`` and missing axes filled in; None if it is not basic."""
        items: list[Item] = []
        for atom in self._flat(index):
            item = self._item(atom)
            if item is None:
                return None
            items.append(item)
        missing = rank - sum(item not in (NEW_AXIS, "...") for item in items)
        at = items.index("...") if "..." in items else len(items)
        if missing < 0 or items.count("...") > 1:
            return None
        return items[:at] + [WHOLE] * missing + items[at + 1:]

    def _flat(self, index: Sequence[Atom]) -> list[Atom]:
        if len(index) == 1 and isinstance(index[0], Var):
            let = self.lets.get(index[0].name)
            if let is not None and let.op == "tuple":
                return list(let.args)
        return list(index)

    def _item(self, atom: Atom) -> Item | None:
        if isinstance(atom, Const):
            if atom.value is None:
                return NEW_AXIS
            if atom.value is Ellipsis:
                return "..."
            return atom if type(atom.value) is int else None
        if not isinstance(atom, Var):
            return None
        ty = self.types.get(atom.name)
        if isinstance(ty, nb.Integer):
            return atom
        if isinstance(ty, nb.NoneType):
            return NEW_AXIS
        let = self.lets.get(atom.name)
        if let is not None and let.op == "slice":
            none = Const(None)
            match let.args:
                case (stop,):
                    return Slice(none, stop, none)
                case (start, stop):
                    return Slice(start, stop, none)
                case (start, stop, step):
                    return Slice(start, stop, step)
        return None

    def view_dims(
        self, dims: tuple[Dim, ...], index: Sequence[Atom], name: str | None
    ) -> tuple[Dim, ...] | None:
        """The shape of ``array[index]``; None if it can't be told without the view's name."""
        items = self.items(index, len(dims))
        if items is None:
            return None
        out: list[Dim] = []
        axes = iter(dims)
        for item in items:
            if item == NEW_AXIS:
                out.append(ONE)
                continue
            dim = next(axes)
            if isinstance(item, Slice):
                cut = self.sliced(dim, item)
                if cut is None:
                    if name is None:
                        return None
                    cut = (Part(("slice", dim, item), source=(name, len(out))),)
                out.append(cut)
        return tuple(out)

    def sliced(self, dim: Dim, cut: Slice) -> Dim | None:
        """The length of a slice with step 1, as a length that needs no slice to be named."""
        none = Const(None)
        if cut.is_whole:
            return dim
        if cut.step not in (none, Const(1)) or len(dim) > 1:
            return None
        start = Const(0) if cut.start == none else cut.start
        if not (isinstance(start, Const) and type(start.value) is int and start.value >= 0):
            return None
        taken = self._taken_at_end(dim, cut.stop)
        if taken is None:
            return None
        taken += start.value
        if dim == ONE or dim[0].base[0] == "lit":
            return literal(max((1 if dim == ONE else dim[0].base[1]) - taken, 0))
        return (replace(dim[0], offset=dim[0].offset - taken),) if taken else dim

    def _taken_at_end(self, dim: Dim, stop: Atom) -> int | None:
        """How many elements a slice that stops here leaves out at the end of an axis."""
        if stop == Const(None):
            return 0
        known = 1 if dim == ONE else dim[0].base[1] if dim[0].base[0] == "lit" else None
        if isinstance(stop, Const) and type(stop.value) is int:
            if stop.value < 0:
                return -stop.value
            return None if known is None else max(known - stop.value, 0)
        if not isinstance(stop, Var) or known is not None:
            return None
        part = self.linear(stop)
        if part.base != dim[0].base:
            return None
        taken = dim[0].offset - part.offset
        # base - taken < 0 would count from the end; for 1 and 2 that comes to the same.
        low = self.lower_bound(stop)
        return max(taken, 0) if taken <= 2 or (low is not None and low >= 0) else None

    def place_of(self, name: str) -> Place:
        """Where the elements of an array are: in one that it is a simple view of, or in itself."""
        dims = self.dims_of(name)
        own = Place(name, tuple(Along(k) for k in range(len(dims))), dims)
        let = self.lets.get(name)
        if let is None or not let.args or self.array_dims(let.args[0]) is None:
            return own
        base = let.args[0]
        assert isinstance(base, Var)
        if let.op == "id" or let.op in INPLACE:
            return self.place_of(base.name)
        if is_transpose(let):
            inner = self.place_of(base.name)
            rank = len(dims)
            index = compose(inner.index, tuple(Along(rank - 1 - k) for k in range(rank)))
            assert index is not None
            return replace(inner, dims=dims, index=index)
        if let.op == "[]":
            found = self.indexed(self.place_of(base.name), let.args[1:])
            if found is not None:
                return replace(found, dims=dims)
        return own

    def indexed(self, place: Place, index: Sequence[Atom]) -> Place | None:
        """The place of ``view[index]`` without its shape; None if that takes a view of its own."""
        items = self.items(index, len(place.dims))
        steps = None if items is None else self.steps(items)
        composed = None if steps is None else compose(place.index, steps, self.is_natural)
        return None if composed is None else Place(place.array, composed, ())

    def steps(self, items: Sequence[Item]) -> tuple[Index, ...] | None:
        """An index per axis of the base, from the written ones."""
        out: list[Index] = []
        axis = 0
        for item in items:
            if item == NEW_AXIS:
                axis += 1
            elif isinstance(item, Slice):
                along = self._along(axis, item)
                if along is None:
                    return None
                out.append(along)
                axis += 1
            else:
                out.append(Fixed(item))  # type: ignore[arg-type]
        return tuple(out)

    def _along(self, axis: int, cut: Slice) -> Along | None:
        none = Const(None)
        if cut.step not in (none, Const(1)):
            return None
        if cut.start in (none, Const(0)):
            return Along(axis, cut=not cut.is_whole)
        if not self.is_natural(cut.start):
            return None
        if isinstance(cut.start, Const):
            return Along(axis, plus=cut.start.value, cut=True)
        return Along(axis, start=cut.start, cut=True)

    def is_natural(self, atom: Atom) -> bool:
        """Is an integer surely not negative?"""
        low = self.lower_bound(atom)
        return low is not None and low >= 0
