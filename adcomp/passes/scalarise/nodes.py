"""Array expressions that are not computed yet.

A node stands for an array: it knows its shape and the type of its elements, and what the element
at given indices is. Nodes are built by `recognise`, and turned into loops by `fuse`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ...core.ir import Atom, Const, Var
from .lengths import ONE, Along, Dim, Fixed, Index

#: what an operation costs beside an addition; a loop may repeat what costs no more than CHEAP
CHEAP = 8
#: how many ops are fused upon each other at most
DEEP = 40
_COSTS = {"/": 5, "np.divide": 5, "np.sqrt": 5, "**": 3} | dict.fromkeys(
    ("+", "-", "*", "neg", "pos", "<", "<=", ">", ">=", "==", "!=", "&", "|", "^", "~", "not", "id",
     "abs", "np.abs", "np.absolute", "np.minimum", "np.maximum", "np.negative", "np.square",
     ".conj()", "np.float64", "np.float32", "np.int64", "np.add", "np.subtract", "np.multiply"), 1)


@dataclass(frozen=True, eq=False, kw_only=True)
class Node:
    """An array expression: its shape, and the type of its elements."""

    dims: tuple[Dim, ...]
    dtype: Any

    @property
    def operands(self) -> tuple[Node, ...]:
        """The nodes that it is computed from."""
        return ()

    @property
    def own_cost(self) -> int:
        return 0

    @cached_property
    def cost(self) -> int:
        """How much work an element is, an addition being 1."""
        return self.own_cost + sum(node.cost for node in self.operands)

    @cached_property
    def depth(self) -> int:
        """How many nodes are stacked upon each other."""
        return 1 + max((node.depth for node in self.operands), default=0)


Operand = Node | Atom


@dataclass(frozen=True, eq=False)
class Load(Node):
    """Elements of an array in memory: ``array[index]``."""

    array: str
    index: tuple[Index, ...]


@dataclass(frozen=True, eq=False)
class Read(Node):
    """Elements of a node: ``source[index]``."""

    source: Node
    index: tuple[Index, ...]

    @property
    def operands(self) -> tuple[Node, ...]:
        return (self.source,)


@dataclass(frozen=True, eq=False)
class Map(Node):
    """``op``, with results of type ``raw``, of scalars and elements of nodes of this shape."""

    op: str
    args: tuple[Operand, ...]
    raw: Any
    keywords: tuple[str, ...] = ()

    @property
    def operands(self) -> tuple[Node, ...]:
        return tuple(a for a in self.args if isinstance(a, Node))

    @property
    def own_cost(self) -> int:
        return _COSTS.get(self.op, 20)


@dataclass(frozen=True, eq=False)
class Select(Node):
    """``then if cond else orelse``, element by element."""

    cond: Operand
    then: Operand
    orelse: Operand

    @property
    def operands(self) -> tuple[Node, ...]:
        return tuple(a for a in (self.cond, self.then, self.orelse) if isinstance(a, Node))

    @property
    def own_cost(self) -> int:
        return 1


@dataclass(frozen=True, eq=False)
class Reduce(Node):
    """A reduction (``sum``, ``prod``, ``max``, ``min``, ``any``, ``all``) over some axes."""

    kind: str
    base: Node
    axes: tuple[int, ...]

    @property
    def operands(self) -> tuple[Node, ...]:
        return (self.base,)

    @property
    def own_cost(self) -> int:
        return 1000


@dataclass(frozen=True)
class Idx:
    """An index: an atom, what is done with it, and the depth of the block that defines it."""

    atom: Atom
    level: int = 0
    steps: tuple[tuple[str, Any], ...] = ()


ZERO = Idx(Const(0))


def kept(node: Reduce) -> tuple[int, ...]:
    """The axes of its base that a reduction keeps."""
    return tuple(a for a in range(len(node.base.dims)) if a not in node.axes)


def routed(index: tuple[Index, ...], idx: tuple[Idx, ...]) -> tuple[Idx, ...]:
    """The indices of a source, from the indices of what reads it."""
    return tuple(_route(item, idx) for item in index)


def _route(item: Index, idx: tuple[Idx, ...]) -> Idx:
    if isinstance(item, Fixed):
        return _stepped(Idx(item.atom), plus=item.plus)
    inner = idx[item.axis]
    if item.flag is not None and inner != ZERO:
        inner = replace(inner, steps=(*inner.steps, ("flag", (item.flag, item.to))))
    if item.start is not None:
        inner = replace(inner, steps=(*inner.steps, ("add", item.start)))
    return _stepped(inner, plus=item.plus)


def _stepped(idx: Idx, plus: int) -> Idx:
    if plus == 0:
        return idx
    if isinstance(idx.atom, Const) and not idx.steps:
        return replace(idx, atom=Const(idx.atom.value + plus))
    if idx.steps and idx.steps[-1][0] == "plus":
        return replace(_stepped(replace(idx, steps=idx.steps[:-1]), idx.steps[-1][1] + plus))
    return replace(idx, steps=(*idx.steps, ("plus", plus)))


def children(
    node: Node, idx: tuple[Idx, ...], inner: int = 0
) -> Iterator[tuple[Node, tuple[Idx, ...]]]:
    """The nodes that an element reads, with the indices at which it reads them.

    ``inner`` is the depth of the first loop of a reduction.
    """
    match node:
        case Read(source=source, index=index):
            yield source, routed(index, idx)
        case Map() | Select():
            yield from ((operand, idx) for operand in node.operands)
        case Reduce(base=base):
            yield base, inside(node, idx, [
                ZERO if base.dims[axis] == ONE else Idx(Var(f"{id(node)}:{k}"), inner + k)
                for k, axis in enumerate(node.axes)
            ])


def inside(node: Reduce, idx: tuple[Idx, ...], over: list[Idx]) -> tuple[Idx, ...]:
    """The indices of the base of a reduction, from its own and those that it runs over."""
    full = dict(zip(kept(node), idx, strict=True)) | dict(zip(node.axes, over, strict=True))
    return tuple(full[axis] for axis in range(len(full)))


def whole(node: Node) -> tuple[Index, ...]:
    """The index of every element of a node in place."""
    return tuple(Along(axis) for axis in range(len(node.dims)))
