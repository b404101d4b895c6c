"""What an expression can be while a function is parsed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from ..core.ir import UNDEFINED, Atom, Const, Undefined, Var
from ..tangents.structures import structure_of


@dataclass(frozen=True)
class Static:
    """A Python object that is known while compiling: a module, a function, a type."""

    value: Any


@dataclass(frozen=True)
class TupleValue:
    """A tuple whose elements are known one by one; ``fields`` are a namedtuple's names."""

    items: tuple[Value, ...]
    fields: tuple[str, ...] = ()
    static: ClassVar[frozenset[int]] = frozenset()


@dataclass(frozen=True)
class StructureValue:
    """An instance of a structure by its fields, or a dict by its keys.

    It is no tuple: code that does not know of it passes it on, and does not take it apart.
    """

    items: tuple[Value, ...]
    fields: tuple[str, ...]
    cls: type

    @property
    def static(self) -> frozenset[int]:
        """The positions of the fields that are constants of the type."""
        known = structure_of(self.cls)
        return frozenset() if known is None else frozenset(map(known.fields.index, known.static))


@dataclass(frozen=True)
class LocalFunction:
    """A lambda or an inner function, with the scope that it was made in."""

    node: ast.FunctionDef | ast.Lambda
    frame: Any
    defaults: tuple[Value, ...] = ()
    kwdefaults: tuple[tuple[str, Value], ...] = ()


Value = Atom | Static | TupleValue | StructureValue | LocalFunction


def leaves(value: Value) -> Iterator[Value]:
    """The parts of a value that have no parts, in order; the static fields of structures left out."""
    if isinstance(value, TupleValue | StructureValue):
        for k, item in enumerate(value.items):
            if k not in value.static:
                yield from leaves(item)
    else:
        yield value


def rebuild(shape: Value, parts: Iterator[Value]) -> Value:
    """A value of the given nesting with new leaves."""
    if isinstance(shape, TupleValue | StructureValue):
        items = (item if k in shape.static else rebuild(item, parts) for k, item in enumerate(shape.items))
        return replace(shape, items=tuple(items))
    return next(parts)


def map_leaves(value: Value, f: Callable[[Value], Value]) -> Value:
    """The value with ``f`` applied to every leaf."""
    return rebuild(value, iter([f(leaf) for leaf in leaves(value)]))


def same_shape(a: Value, b: Value) -> bool:
    """Do two values nest in the same way?"""
    if isinstance(a, StructureValue) and isinstance(b, StructureValue):
        if (a.cls, a.fields) != (b.cls, b.fields) or any(a.items[k] != b.items[k] for k in a.static):
            return False
        return all(map(same_shape, a.items, b.items))
    if isinstance(a, TupleValue) and isinstance(b, TupleValue):
        return len(a.items) == len(b.items) and all(map(same_shape, a.items, b.items))
    return not isinstance(a, TupleValue | StructureValue) and not isinstance(b, TupleValue | StructureValue)


def is_atom(value: Value) -> bool:
    return isinstance(value, (Var, Const, Undefined))


def undefined_like(value: Value) -> Value:
    return map_leaves(value, lambda _: UNDEFINED)
