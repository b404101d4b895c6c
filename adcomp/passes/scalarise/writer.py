"""Writing typed statements: the blocks that are open, lengths, and the checks of broadcasting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from numba import types as nb

from ...core import numba_adapter
from ...core.ir import Atom, Block, Const, If, Let, Raise, Stmt, Undefined, Var, Where
from ...core.names import Namer
from ...core.types import dtype_name
from .lengths import ONE, Along, Dim, Fixed, Index, Part, same, union
from .memory import Memory
from .shapes import Shapes

MISMATCH = "operands could not be broadcast together"
EMPTY = "zero-size array to reduction operation {} which has no identity"
INTP = nb.intp
BOOL = nb.boolean
ZERO_INDEX = Fixed(Const(0))
#: the most axes of an array that ``kernels.stretched`` takes
MOST_AXES = 3


@dataclass
class Frame:
    """An open block: its statements, the lengths it knows, and the values valid for the moment."""

    stmts: list[Stmt] = field(default_factory=list)
    lengths: dict[Any, Atom] = field(default_factory=dict)
    values: dict[Any, Atom] = field(default_factory=dict)
    is_loop: bool = False


class Writer:
    """Emits statements into the innermost of the open blocks, or into one around it.

    The blocks of the program itself come first in ``frames``; ``base`` is the depth of the
    innermost of them. Loops that the scalariser makes are opened above it.
    """

    def __init__(
        self, shapes: Shapes, memory: Memory, types: dict[str, Any], namer: Namer
    ) -> None:
        self.shapes, self.memory, self.types, self.namer = shapes, memory, types, namer
        self.frames: list[Frame] = []
        self.depth: dict[str, int] = {}
        self.base = 0
        self.loc: Where = None
        self.changed: set[str] = set()

    # --- blocks ---------------------------------------------------------------------------------

    @property
    def top(self) -> int:
        return len(self.frames) - 1

    @contextmanager
    def block(self, is_loop: bool = False) -> Iterator[Frame]:
        """Open a block; what is emitted inside is in ``frame.stmts``."""
        frame = Frame(is_loop=is_loop)
        self.frames.append(frame)
        try:
            yield frame
        finally:
            assert self.frames.pop() is frame

    @contextmanager
    def at(self, level: int) -> Iterator[None]:
        """Emit into an outer block: those inside it are set aside."""
        inner = self.frames[level + 1:]
        del self.frames[level + 1:]
        try:
            yield
        finally:
            self.frames += inner

    def level_for(self, level: int) -> int:
        """The block for a value that depends on loops up to ``level``.

        What changes in the innermost loop is computed where it is needed, maybe in a branch.
        """
        level = max(level, self.base)
        loops = [k for k, frame in enumerate(self.frames) if frame.is_loop]
        innermost = loops[-1] if loops else self.base
        return self.top if level >= innermost else level

    def forget_values(self) -> None:
        """Values read so far may have changed."""
        for frame in self.frames:
            frame.values.clear()

    def found(self, table: str, key: Any, level: int | None = None) -> Atom | None:
        """What a table of the open blocks has, or of those around a level."""
        for frame in reversed(self.frames if level is None else self.frames[: level + 1]):
            atom = getattr(frame, table).get(key)
            if atom is not None:
                return atom
        return None

    # --- statements -----------------------------------------------------------------------------

    def emit(self, stmt: Stmt, level: int | None = None) -> None:
        self.frames[self.top if level is None else level].stmts.append(stmt)

    def name(self, base: str, ty: Any, level: int | None = None) -> str:
        """A fresh name of a given type."""
        name = self.namer(base)
        self.types[name] = ty
        self.depth[name] = self.top if level is None else level
        return name

    def let(
        self, op: str, args: Sequence[Atom], ty: Any, *, level: int | None = None,
        keywords: tuple[str, ...] = (), target: str | None = None,
    ) -> Var:
        """``target = op(*args)``, under a fresh name unless one is given."""
        target = target or self.name("_t", ty, level)
        let = Let(target, op, tuple(args), self.loc, keywords)
        self.shapes.lets[target] = let
        self.emit(let, level)
        return Var(target)

    def once(self, op: str, args: Sequence[Atom], ty: Any, level: int) -> Atom:
        """``op(*args)`` of integers and shapes, computed once."""
        key = (op, *args)
        known = self.found("lengths", key, level)
        if known is None:
            known = self.let(op, args, ty, level=level)
            self.frames[level].lengths[key] = known
        return known

    def is_integer(self, name: str) -> bool:
        return isinstance(self.types.get(name), nb.Integer)

    def type_of(self, atom: Atom) -> Any:
        if isinstance(atom, Const):
            return numba_adapter.typeof(atom.value)
        assert not isinstance(atom, Undefined)
        return self.types[atom.name]

    def fail(self, cond: Atom, message: str, level: int | None = None) -> None:
        """``if cond: raise ValueError(message)``"""
        raising = Block((Raise("ValueError", (Const(message),), self.loc),))
        self.emit(If(cond, raising, Block(()), (), self.loc), level)

    def choice(self, cond: Atom, a: Atom, b: Atom, ty: Any, level: int | None = None) -> Var:
        """``a if cond else b``"""
        result = self.name("_t", ty, level)
        self.emit(If(cond, Block((), (a,)), Block((), (b,)), (result,), self.loc), level)
        return Var(result)

    # --- lengths --------------------------------------------------------------------------------

    def _depth_of(self, atom: Atom) -> int:
        return min(self.depth.get(atom.name, 0), self.base) if isinstance(atom, Var) else 0

    def part_base(self, part: Part) -> Atom:
        if not isinstance(part.source, tuple):
            return part.source
        array, axis = part.source
        known = self.found("lengths", part.base)
        if known is None:
            level = self._depth_of(Var(array))
            ndim = self.types[array].ndim
            shape = self.once(".shape", (Var(array),), nb.UniTuple(INTP, ndim), level)
            known = self.once("[]", (shape, Const(axis)), INTP, level)
            self.frames[level].lengths[part.base] = known
        return known

    def bound(self, dim: Dim) -> Atom:
        """A length, or a negative number for a length of 0: enough to end a loop."""
        if len(dim) != 1 or dim[0].base[0] == "lit" or dim[0].offset == 0:
            return self.length(dim)
        part = dim[0]
        base = self.part_base(part)
        op = "+" if part.offset > 0 else "-"
        return self.once(op, (base, Const(abs(part.offset))), INTP, self._depth_of(base))

    def length(self, dim: Dim) -> Atom:
        """A length."""
        if dim == ONE:
            return Const(1)
        if len(dim) > 1:
            return self.agreed(dim)
        part = dim[0]
        if part.base[0] == "lit" or part.offset == 0:
            return self.part_base(part)
        bound = self.bound(dim)
        if part.offset > 0:
            return bound
        return self.once("max", (bound, Const(0)), INTP, self._depth_of(bound))

    def is_not_one(self, dim: Dim) -> Atom:
        """Whether a length is not 1: where it is 1, an operand is repeated."""
        return self.once("!=", (self.length(dim), Const(1)), BOOL, self.base)

    def agreed(self, dim: Dim) -> Atom:
        """The common length of several; raises where they do not broadcast."""
        key = ("agreed", frozenset(dim))
        known = self.found("lengths", key)
        if known is None:
            first: Dim = dim[:1]
            known = self.length(first)
            for part in dim[1:]:
                known = self._agree(known, (part,))
            self.frames[self.base].lengths[key] = known
        return known

    def _agree(self, n: Atom, dim: Dim) -> Atom:
        m = self.length(dim)
        n_counts = self.once("!=", (n, Const(1)), BOOL, self.base)
        both = self.let("&", (n_counts, self.is_not_one(dim)), BOOL, level=self.base)
        differ = self.let("!=", (n, m), BOOL, level=self.base)
        wrong = self.let("&", (both, differ), BOOL, level=self.base)
        self.fail(wrong, MISMATCH, self.base)
        return self.choice(n_counts, n, m, INTP, self.base)

    def stretched(self, array: str, axis: int, to: Dim) -> str | None:
        """An array that is as long along an axis as what it broadcasts to.

        The array itself, or a copy where its length is 1 and not the other; None where that is not
        safe or worth while: in loops, and for arrays that somebody writes to.
        """
        ty = self.types[array]
        if ty.layout == "F" or ty.ndim > MOST_AXES or not ty.mutable or self.depth.get(array, 0) > 0:
            return None
        key = ("stretched", array, axis, frozenset(to))
        known = self.found("lengths", key)
        if known is None:
            lengths = [self.length((part,)) for part in to]
            if any(map(self._depth_of, lengths)) or not self.memory.is_steady(array):
                return None
            known = self.frames[0].lengths[key] = self._stretch(array, axis, to, lengths)
        assert isinstance(known, Var)
        return known.name

    def _stretch(self, array: str, axis: int, to: Dim, lengths: Sequence[Atom]) -> Var:
        n = self.agreed(to) if self.base == 0 else self._common(lengths)
        ty = self.types[array]
        shape = self.once(".shape", (Var(array),), nb.UniTuple(INTP, ty.ndim), 0)
        own = self.once("[]", (shape, Const(axis)), INTP, 0)
        short = self.once("==", (own, Const(1)), BOOL, 0)
        wide = self.let("&", (short, self.once("!=", (n, Const(1)), BOOL, 0)), BOOL, level=0)
        copy, result = self.name(array, ty.copy(layout="C"), 0), self.name(array, ty, 0)
        args = (Var(array), Const(axis), n)
        self.emit(If(wide, Block((Let(copy, "kernels.stretched", args, self.loc),), (Var(copy),)),
                     Block((), (Var(array),)), (result,), self.loc), 0)
        return Var(result)

    def _common(self, lengths: Sequence[Atom]) -> Atom:
        """What lengths broadcast to, if they do; of loops around, without a check."""
        key = ("common", *lengths)
        n = self.found("lengths", key, 0)
        if n is None:
            n, *others = lengths
            for m in others:
                n = self.choice(self.once("!=", (n, Const(1)), BOOL, 0), n, m, INTP, 0)
            self.frames[0].lengths[key] = n
        return n

    def check_fits(self, dim: Dim, target: Dim) -> None:
        """Raise where a value of one length can't be stored in a target of another."""
        n, m = self.length(dim), self.length(target)
        differ = self.let("!=", (n, m), BOOL)
        wrong = self.let("&", (self.is_not_one(dim), differ), BOOL)
        self.fail(wrong, MISMATCH)

    def refuse_empty(self, dims: Sequence[Dim], kind: str) -> None:
        """Raise where there is nothing to take the ``max`` or ``min`` of."""
        for dim in dims:
            if dim != ONE and not any(part.base[0] == "lit" and part.base[1] for part in dim):
                empty = self.let("==", (self.length(dim), Const(0)), BOOL)
                self.fail(empty, EMPTY.format(f"{kind}imum"))

    def aligned(
        self, dims: tuple[Dim, ...], target: tuple[Dim, ...]
    ) -> tuple[Index, ...]:
        """How an operand of one shape is indexed in loops over another that it broadcasts to."""
        skip = len(target) - len(dims)
        out: list[Index] = []
        for k, dim in enumerate(dims):
            wanted = target[skip + k]
            if dim == ONE:
                out.append(ZERO_INDEX)
            elif same(dim, wanted):
                out.append(Along(skip + k))
            elif wanted == ONE:
                out.append(ZERO_INDEX)
            elif any(part.base[0] == "lit" for part in dim):
                out.append(Along(skip + k))
            else:
                out.append(Along(skip + k, flag=self.is_not_one(dim), to=wanted))
        return tuple(out)

    def broadcast(self, shapes: Sequence[tuple[Dim, ...]]) -> tuple[Dim, ...]:
        """What shapes broadcast to; emits the checks that this takes."""
        rank = max(map(len, shapes), default=0)
        padded = [(ONE,) * (rank - len(s)) + tuple(s) for s in shapes]
        out = []
        for column in zip(*padded, strict=True):
            dim = union(column)
            for other in column:
                if other != ONE and not same(other, dim):
                    self._check(dim, other)
            out.append(dim)
        return tuple(out)

    def _check(self, dim: Dim, other: Dim) -> None:
        if len(dim) > 1:
            self.agreed(dim)
        else:
            self.check_fits(other, dim)


def dtype_atom(dtype: Any) -> Atom:
    """An element type as an argument of ``np.empty``."""
    return Var(dtype_name(dtype))
