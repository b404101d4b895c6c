"""Lengths, indices and places: what the scalariser says about the elements of arrays.

A dimension is a set of parts that broadcast together: no part is the length 1, one part is a length
that is known by name, two or more are lengths that a check at run time makes agree. Equal sets are
equal lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...core.ir import Atom, Const, Let


@dataclass(frozen=True)
class Part:
    """The length ``max(base + offset, 0)``.

    ``base`` names it: ``("lit", n)``, ``("int", name)``, ``("dim", array, axis)`` or ``("slice",
    ...)``. ``source`` is where its value is found: an atom, or an axis of an array.
    """

    base: tuple[Any, ...]
    offset: int = 0
    source: Atom | tuple[str, int] = field(default=Const(0), compare=False)


Dim = tuple[Part, ...]
ONE: Dim = ()


def same(a: Dim, b: Dim) -> bool:
    """Are two dimensions surely equal?"""
    return set(a) == set(b)


def literal(n: int) -> Dim:
    return ONE if n == 1 else (Part(("lit", n), source=Const(n)),)


def union(dims: Sequence[Dim]) -> Dim:
    """What dimensions broadcast to."""
    for dim in dims:
        if any(part.base[0] == "lit" for part in dim):
            return dim
    return tuple(dict.fromkeys(part for dim in dims for part in dim))


def broadcast(shapes: Sequence[tuple[Dim, ...]]) -> tuple[Dim, ...]:
    """What shapes broadcast to."""
    rank = max(map(len, shapes), default=0)
    padded = [(ONE,) * (rank - len(s)) + tuple(s) for s in shapes]
    return tuple(union(column) for column in zip(*padded, strict=True))


@dataclass(frozen=True)
class Fixed:
    """The index ``atom + plus``."""

    atom: Atom
    plus: int = 0


@dataclass(frozen=True)
class Along:
    """The index along an axis, plus ``start``, plus ``plus``; 0 where ``flag`` does not hold.

    A flag comes with the length ``to`` that an axis of length 1 is stretched to. ``cut`` says that the
    axis is not the whole of what it runs over.
    """

    axis: int
    start: Atom | None = None
    plus: int = 0
    flag: Atom | None = None
    to: Dim = ()
    cut: bool = False


Index = Fixed | Along


@dataclass(frozen=True)
class Place:
    """Where the elements of an array or a view of it are: ``array[index]``, with its shape."""

    array: str
    index: tuple[Index, ...]
    dims: tuple[Dim, ...]


@dataclass(frozen=True)
class Slice:
    """A written slice."""

    start: Atom
    stop: Atom
    step: Atom

    @property
    def is_whole(self) -> bool:
        none = Const(None)
        from_start = self.start in (none, Const(0))
        return from_start and self.stop == none and self.step in (none, Const(1))


NEW_AXIS = "newaxis"
Item = Atom | Slice | str
WHOLE = Slice(Const(None), Const(None), Const(None))


def compose(
    outer: tuple[Index, ...], inner: tuple[Index, ...],
    is_natural: Callable[[Atom], bool] = lambda atom: False,
) -> tuple[Index, ...] | None:
    """The index of a view of a view: ``outer`` leads to memory, ``inner`` to the view between."""
    out: list[Index] = []
    for item in outer:
        if isinstance(item, Fixed):
            out.append(item)
            continue
        step = inner[item.axis]
        if isinstance(step, Fixed):
            if item.start is not None or (item.cut and not is_natural(step.atom)):
                return None
            if isinstance(step.atom, Const):
                out.append(Fixed(Const(step.atom.value + step.plus + item.plus)))
            else:
                out.append(Fixed(step.atom, step.plus + item.plus))
        elif item.start is not None and step.start is not None:
            return None
        else:
            out.append(Along(step.axis, item.start or step.start, item.plus + step.plus,
                             cut=item.cut or step.cut))
    return tuple(out)


_REDUCTIONS = {"sum", "prod", "mean", "max", "min", "any", "all"}


def reduction_of(op: str) -> str | None:
    """The name of the reduction that an op is: ``"np.amax"`` and ``".max()"`` are ``"max"``."""
    name = op[3:] if op.startswith("np.") else op[1:-2] if op.endswith("()") else ""
    if name in ("amax", "amin"):
        return name.removeprefix("a")
    return name if name in _REDUCTIONS else None


def is_transpose(let: Let) -> bool:
    """Does an op reverse the axes of an array?"""
    return let.op == ".T" or (let.op in ("np.transpose", ".transpose()") and len(let.args) == 1)


def reduced_axis(let: Let) -> int | None:
    """The literal axis that a reduction runs over; None if it has none, or is no reduction."""
    if reduction_of(let.op) is None:
        return None
    named = dict(zip(let.keywords, let.args[len(let.args) - len(let.keywords):], strict=True))
    positional = let.args[1: len(let.args) - len(let.keywords)]
    axis = named.get("axis", positional[0] if positional else None)
    return axis.value if isinstance(axis, Const) and type(axis.value) is int else None
