"""Lengths of arrays and trip counts of loops, as far as the program's text tells.

Requires: verified, typed Core.
Ensures:  two integers with the same :data:`Linear` are equal; two arrays whose ``dims`` are the same
          have the same shape. Nothing is said of what is not known to be equal.
"""

from __future__ import annotations

from collections.abc import Iterable

from numba import types as nb

from ..core.ir import Atom, Carried, Const, For, Function, Let, Stmt, Undefined, Var, While, walk
from ..core.types import Types, is_array
from .alias import rotation

#: an integer as ``base + constant``: a name, ``(array, axis)`` for a length, or None for a literal
Linear = tuple[str | tuple[str, int] | None, int]

_FILLED = frozenset(("np.empty", "np.zeros", "np.ones", "np.full"))
_SAME_SHAPE = frozenset(("np.empty_like", "np.zeros_like", "np.ones_like", "np.full_like", ".copy()"))


class Lengths:
    """What is known of the integers and the shapes of a function."""

    def __init__(self, fn: Function, types: Types) -> None:
        self.types = types
        self.lets: dict[str, Let] = {}
        self.turns: dict[str, tuple[Atom, ...]] = {}
        for stmt in walk(fn.body):
            if isinstance(stmt, Let):
                self.lets[stmt.target] = stmt
            elif isinstance(stmt, (For, While)):
                self._note_swaps(stmt)

    def _note_swaps(self, loop: For | While) -> None:
        turned = rotation(loop, loop.body.yields)
        group: list[Carried] = [
            c for c in loop.carried if c.phi in turned and is_array(self.types.get(c.phi))
        ]
        inits = tuple(c.init for c in group)
        if any(isinstance(a, Undefined) for a in inits):
            return
        self.turns |= {n: inits for c in group for n in (c.phi, c.result)}

    def linear(self, atom: Atom) -> Linear:
        """An integer as a base and a constant."""
        if isinstance(atom, Const):
            return None, atom.value
        assert isinstance(atom, Var)
        match self.lets.get(atom.name):
            case Let(op="+", args=(a, Const(k))) | Let(op="+", args=(Const(k), a)) if type(k) is int:
                base, c = self.linear(a)
                return base, c + k
            case Let(op="-", args=(a, Const(k))) if type(k) is int:
                base, c = self.linear(a)
                return base, c - k
            case Let(op="[]", args=(Var(shape), Const(k))):
                match self.lets.get(shape):
                    case Let(op=".shape", args=(Var(array),)):
                        return self.dims(array)[k]
                    case Let(op="tuple", args=elements):
                        return self.linear(elements[k])
            case Let(op=".size" | "len", args=(Var(array),)) if self._rank(array) == 1:
                return self.dims(array)[0]
        return atom.name, 0

    def dims(self, array: str) -> tuple[Linear, ...]:
        """The lengths of an array."""
        match self.lets.get(array):
            case Let(op=op, args=(shape, *_)) if op in _FILLED:
                return self._shape(shape)
            case Let(op=op, args=(Var(like), *_)) if op in _SAME_SHAPE and is_array(self.types.get(like)):
                return self.dims(like)
        inits = self.turns.get(array)
        if inits is not None:
            shapes = {self.dims(a.name) for a in inits if isinstance(a, Var)}
            if len(shapes) == 1:
                return shapes.pop()
        return tuple(((array, k), 0) for k in range(self._rank(array)))

    def _shape(self, shape: Atom) -> tuple[Linear, ...]:
        if isinstance(shape, Var):
            match self.lets.get(shape.name):
                case Let(op="tuple", args=elements):
                    return tuple(map(self.linear, elements))
                case Let(op=".shape", args=(Var(array),)):
                    return self.dims(array)
                case _ if isinstance(self.types.get(shape.name), nb.BaseTuple):
                    return tuple(((shape.name, k), 0) for k in range(len(self.types[shape.name])))
        return (self.linear(shape),)

    def spelled(self, value: Linear, before: Iterable[Stmt]) -> Atom | None:
        """An atom that has this value, among what straight-line statements bind."""
        base, constant = value
        if base is None:
            return Const(constant)
        for stmt in before:
            if isinstance(stmt, Let) and isinstance(self.types.get(stmt.target), nb.Integer):
                if self.linear(Var(stmt.target)) == value:
                    return Var(stmt.target)
        return None

    def trips(self, loop: For) -> Linear | None:
        """How often a loop of step 1 or -1 runs, if that is not negative."""
        ends = (loop.stop, loop.start) if loop.step == Const(1) else (loop.start, loop.stop)
        if loop.step not in (Const(1), Const(-1)):
            return None
        (high, c), (low, b) = map(self.linear, ends)
        if high == low:
            return None, c - b
        return (high, c - b) if low is None else None

    def _rank(self, array: str) -> int:
        return getattr(self.types.get(array), "ndim", 0)


