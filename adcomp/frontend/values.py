"""What an expression can be while a function is parsed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..core.ir import UNDEFINED, Atom, Const, Undefined, Var


@dataclass(frozen=True)
class Static:
    """A Python object that is known while compiling: a module, a function, a type."""

    value: Any


@dataclass(frozen=True)
class TupleValue:
    """A tuple whose elements are known one by one; ``fields`` are a namedtuple's names.

    With ``cls`` it is a structure, an instance of that class, and the elements are its fields.
    """

    items: tuple[Value, ...]
    fields: tuple[str, ...] = ()
    cls: type | None = None


@dataclass(frozen=True)
class LocalFunction:
    """A lambda or an inner function, with the scope that it was made in."""

    node: ast.FunctionDef | ast.Lambda
    frame: Any
    defaults: tuple[Value, ...] = ()
    kwdefaults: tuple[tuple[str, Value], ...] = ()


Value = Atom | Static | TupleValue | LocalFunction


def leaves(value: Value) -> Iterator[Value]:
    """The parts of a value that are not tuples, in order."""
    if isinstance(value, TupleValue):
        for item in value.items:
            yield from leaves(item)
    else:
        yield value


def rebuild(shape: Value, parts: Iterator[Value]) -> Value:
    """A value of the given nesting with new leaves."""
    if isinstance(shape, TupleValue):
        return TupleValue(tuple(rebuild(item, parts) for item in shape.items), shape.fields, shape.cls)
    return next(parts)


def map_leaves(value: Value, f: Callable[[Value], Value]) -> Value:
    """The value with ``f`` applied to every leaf."""
    return rebuild(value, iter([f(leaf) for leaf in leaves(value)]))


def same_shape(a: Value, b: Value) -> bool:
    """Do two values nest in the same way?"""
    if isinstance(a, TupleValue) and isinstance(b, TupleValue):
        return a.cls is b.cls and len(a.items) == len(b.items) and all(map(same_shape, a.items, b.items))
    return not isinstance(a, TupleValue) and not isinstance(b, TupleValue)


def is_atom(value: Value) -> bool:
    return isinstance(value, (Var, Const, Undefined))


def undefined_like(value: Value) -> Value:
    return map_leaves(value, lambda _: UNDEFINED)
