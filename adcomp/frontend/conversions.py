"""Numbers that are converted because a dispatcher declares their types: see `adcomp.core.declared`."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
from numba import types

from ..core.declared import is_number
from ..core.ir import Const, Undefined, Var
from .frame import Frame
from .values import TupleValue, Value


def converted(frame: Frame, value: Value, kind: Any, node: ast.AST, hint: str | None = None) -> Value:
    """A number as one of a declared type; what is no number as it is, tuples item by item."""
    if isinstance(value, TupleValue) and isinstance(kind, types.BaseTuple):
        pairs = zip(value.items, kind.types, strict=True)
        return TupleValue(tuple(converted(frame, v, k, node) for v, k in pairs), value.fields)
    if not is_number(kind) or isinstance(value, Undefined) or frame.kind_of(value) == kind:
        return value
    if isinstance(value, Const):
        return _constant(value, kind)
    if not isinstance(value, Var) or not is_number(frame.kind_of(value) or kind):
        return value
    name = "bool" if isinstance(kind, types.Boolean) else f"np.{kind}"
    return frame.emit(name, (value,), node, hint)


def _constant(value: Const, kind: Any) -> Value:
    if not isinstance(value.value, bool | int | float | complex | np.number):
        return value
    if isinstance(kind, types.Boolean):
        return Const(bool(value.value))
    number = getattr(np, str(kind))(value.value)
    return Const(number.item() if kind in (types.float64, types.complex128, types.intp) else number)


def given(frame: Frame) -> None:
    """Convert the arguments of a function to those of its declared signature."""
    spec = frame.source.node.args
    names = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    values = [frame.env[name] for name in names]
    frame.signature = frame.declared.signature([frame.kind_of(v) for v in values])
    if frame.signature is not None:
        for name, value, kind in zip(names, values, frame.signature[0], strict=True):
            frame.env[name] = converted(frame, value, kind, frame.source.node, name)
    for name in names:
        if name in frame.declared.locals:
            kind = frame.declared.locals[name]
            frame.env[name] = converted(frame, frame.env[name], kind, frame.source.node, name)


def returned(frame: Frame, value: Value) -> Value:
    """The result of a function, as its declared signature has it."""
    if frame.signature is None:
        return value
    return converted(frame, value, frame.signature[1], frame.source.node)
