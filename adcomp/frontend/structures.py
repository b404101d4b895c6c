"""Structures while a function is read: instances of registered classes, taken apart into their fields.

A structure never reaches Core: its fields are values of their own, its methods and properties are read
like functions, and an operator is the method that Python would call.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Mapping, Sequence
from types import FunctionType
from typing import Any

import numpy as np
from numba import types

from ..core.ir import Atom, Const
from ..core.numba_structures import methods_of, subscript_of
from ..core.ops import BINARY, UNARY
from ..errors import UnsupportedSyntax
from ..tangents.structures import (
    METHODS,
    OPERATORS,
    Structure,
    is_of_structures,
    structure_of,
)
from .frame import Frame
from .values import LocalFunction, Static, StructureValue, TupleValue, Value

_BINARY = {symbol: function.__name__.strip("_") for symbol, function in BINARY.items()}
_UNARY = {symbol: function.__name__.strip("_") for symbol, function in UNARY.items()}


def is_structure(value: Value) -> bool:
    return isinstance(value, StructureValue)


def made(frame: Frame, cls: type, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.AST
         ) -> StructureValue:
    """The call of a class of structures."""
    known = structure_of(cls)
    assert known is not None
    if not known.is_plain:
        raise not_plain(frame, cls, node)
    given = dict(zip(known.fields, args, strict=False))
    if len(args) > len(known.fields) or given.keys() & kwargs.keys() or kwargs.keys() - set(known.fields):
        raise frame.refuse(f"{cls.__name__} is made of {', '.join(known.fields)}", node)
    given |= kwargs
    for field in dataclasses.fields(cls):
        if field.name not in given:
            if field.default is dataclasses.MISSING:
                raise frame.refuse(f"{cls.__name__} is made without its field {field.name}", node)
            given[field.name] = frame.static(field.default, field.name)
    for name in known.static:
        if not isinstance(given[name], Const):
            raise frame.refuse(f"the field {name} of {cls.__name__} has to be a constant", node,
                               hint="its value is part of the type of what is made")
    return StructureValue(tuple(given[name] for name in known.fields), known.fields, cls)


def not_plain(frame: Frame, cls: type, node: ast.AST) -> UnsupportedSyntax:
    """The error about an instance of a class that compiled code cannot make."""
    return frame.refuse(
        f"{cls.__name__} has an __init__ or a __post_init__ of its own, which compiled code does not run",
        node, hint="make it outside, and pass it in; or return its fields")


def instance(frame: Frame, value: Any, known: Structure, hint: str) -> StructureValue:
    """An instance that is known while compiling."""
    items = tuple(frame.static(getattr(value, name), f"{hint}_{name}") for name in known.fields)
    return StructureValue(items, known.fields, known.cls)


def attribute(frame: Frame, value: StructureValue, name: str, node: ast.AST) -> Value:
    """A field, a property, or a constant of the class."""
    if value.cls is dict:
        raise frame.refuse(f"a dict has no field {name}", node, hint="index it with the key")
    if name in value.fields:
        return value.items[value.fields.index(name)]
    found = inspect.getattr_static(value.cls, name, None)
    if isinstance(found, property) and isinstance(found.fget, FunctionType):
        return _run(frame, found.fget, [value], {}, node)
    if found is None or isinstance(found, FunctionType | classmethod | staticmethod):
        raise frame.refuse(f"{value.cls.__name__} has no field or property {name}", node)
    return frame.static(found, name)


def call_method(frame: Frame, value: StructureValue, name: str, args: Sequence[Value],
                kwargs: Mapping[str, Value], node: ast.AST) -> Value:
    """The call of a method."""
    if value.cls is dict:
        return _call_of_dict(frame, value, name, args, kwargs, node)
    found = inspect.getattr_static(value.cls, name, None)
    if isinstance(found, staticmethod):
        return _run(frame, found.__func__, args, kwargs, node)
    if isinstance(found, classmethod):
        return _run(frame, found.__func__, [Static(value.cls), *args], kwargs, node)
    if not isinstance(found, FunctionType):
        raise frame.refuse(f"{value.cls.__name__} has no method {name}", node)
    return _run(frame, found, [value, *args], kwargs, node)


def _call_of_dict(frame: Frame, value: StructureValue, name: str, args: Sequence[Value],
                  kwargs: Mapping[str, Value], node: ast.AST) -> Value:
    """A method of a dict that is an argument: its keys are known."""
    keys = tuple(map(Const, value.fields))
    if name == "get" and args and isinstance(args[0], Const) and len(args) <= 2 and not kwargs:
        known = args[0].value in value.fields
        return key_of(frame, value, args[0], node) if known else args[1] if args[1:] else Const(None)
    if args or kwargs or name not in ("keys", "values", "items"):
        raise frame.refuse(f"the method {name} of a dict is not supported", node,
                           hint="a dict that is an argument can be read by its keys, and not changed")
    if name == "items":
        return TupleValue(tuple(map(TupleValue, zip(keys, value.items, strict=True))))
    return TupleValue(keys if name == "keys" else value.items)


def key_of(frame: Frame, value: StructureValue, key: Value, node: ast.AST) -> Value:
    """``value[key]`` of a dict."""
    if not isinstance(key, Const):
        raise frame.refuse("the key of a dict has to be a constant", node,
                           hint="loop over its items, which is unrolled")
    if key.value not in value.fields:
        raise frame.refuse(f"the dict has no key {key.value!r}", node,
                           hint=f"its keys are {', '.join(map(repr, value.fields))}")
    return value.items[value.fields.index(key.value)]


def item(frame: Frame, value: StructureValue, index: Sequence[Atom], node: ast.AST) -> Value:
    """``value[index]``: an entry, or a subscript of the matrix in full."""
    if value.cls is dict:
        return key_of(frame, value, index[0] if len(index) == 1 else TupleValue(tuple(index)), node)
    if subscript_of(value.cls) != "entry":
        key = index[0] if len(index) == 1 else TupleValue(tuple(index))
        return call_method(frame, value, "__getitem__", [key], {}, node)
    if len(index) == 2 and all(isinstance(frame.kind_of(a), types.Integer) for a in index):
        return call_method(frame, value, "entry", list(index), {}, node)
    whole = frame.atom(call_method(frame, value, "dense", [], {}, node), node)
    return frame.emit("[]", (whole, *index), node)


def binary(frame: Frame, symbol: str, a: Value, b: Value, node: ast.AST) -> Value:
    """``a op b``, where at least one is a structure, as Python chooses the method."""
    word = _BINARY[symbol]
    left, right = (v.cls if isinstance(v, StructureValue) else None for v in (a, b))
    for side in methods_of(word, left, right):
        value, name, other = (a, f"__{word}__", b) if side == "left" else (b, f"__r{word}__", a)
        assert isinstance(value, StructureValue)
        if isinstance(inspect.getattr_static(value.cls, name, None), FunctionType):
            result = call_method(frame, value, name, [other], {}, node)
            if not (isinstance(result, Static) and result.value is NotImplemented):
                return result
    names = " and ".join(v.cls.__name__ if isinstance(v, StructureValue) else "an array or number"
                         for v in (a, b))
    raise frame.refuse(f"{symbol} is not defined between {names}", node)


def unary(frame: Frame, op: str, a: StructureValue, node: ast.AST) -> Value:
    """``op a`` of a structure."""
    return call_method(frame, a, f"__{_UNARY[op]}__", [], {}, node)


def function(frame: Frame, f: Any, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.AST
             ) -> Value | None:
    """The call of a function of NumPy or Python on structures; None if no class says what it means."""
    first = next(a for a in args if is_structure(a))
    assert isinstance(first, StructureValue)
    if first.cls is dict:
        return None
    if f in OPERATORS and len(args) == 2 and not kwargs:
        return binary(frame, OPERATORS[f], args[0], args[1], node)
    if f is np.negative:
        return unary(frame, "neg", first, node)
    name = METHODS.get(f)
    if name is not None and first is args[0] and hasattr(first.cls, name):
        if isinstance(inspect.getattr_static(first.cls, name), property):
            return attribute(frame, first, name, node)
        return call_method(frame, first, name, args[1:], kwargs, node)
    if isinstance(f, np.ufunc) and len(args) == 1 and not kwargs and hasattr(first.cls, "elementwise"):
        return call_method(frame, first, "elementwise", [Static(f)], {}, node)
    return None


def is_instance(frame: Frame, args: Sequence[Value], node: ast.AST) -> Const:
    """``isinstance(value, classes)``, which is known while compiling."""
    if len(args) == 2:
        value, classes = args
        several = classes.items if isinstance(classes, TupleValue) else (classes,)
        wanted = tuple(c.value for c in several if isinstance(c, Static) and isinstance(c.value, type))
        if len(wanted) == len(several) and not isinstance(value, Static | LocalFunction):
            if isinstance(value, Const):
                return Const(isinstance(value.value, wanted))
            if isinstance(value, StructureValue):
                return Const(issubclass(value.cls, wanted))
            if all(map(is_of_structures, wanted)):
                return Const(False)  # what is none is known to be none
    raise frame.refuse("isinstance is only supported of structures and constants", node,
                       hint="the types of arrays and numbers are fixed when the function is compiled")


def _run(frame: Frame, f: Any, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.AST
         ) -> Value:
    """Read a method in place of its call; what is refused in one of ours is refused at the call."""
    from .calls import inline_function

    builder = frame.builder
    place = builder.place
    if place is None and f.__module__.startswith("adcomp."):
        builder.place = frame.loc(node)
    try:
        return inline_function(frame, f, list(args), dict(kwargs), node)
    finally:
        builder.place = place
