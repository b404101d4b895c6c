"""Calls that Numba compiles as something else than the object that is called.

A function with an ``@overload`` is what that gives, whatever its own body says; a named tuple is made by its
class; and ``np.array`` of a list comprehension is an array.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from types import FunctionType
from typing import Any

import numpy as np

from .expressions import expression
from .frame import Frame
from .values import Static, TupleValue, Value


def overloaded(frame: Frame, f: Any, overloads: Sequence[Any], args: list[Value], kwargs: dict[str, Value],
               node: ast.Call) -> Value:
    """A call of a function that has overloads, which take types and give functions."""
    from .calls import inline_function

    kinds = [frame.full_kind_of(v) for v in args]
    named = {name: frame.full_kind_of(v) for name, v in kwargs.items()}
    if any(k is None for k in (*kinds, *named.values())):
        raise frame.refuse(
            f"{f.__name__} has an @overload, and the types of its arguments are not known here", node,
            hint="call what it stands for, or give it a rule with adcomp.pullback_rule")
    for choose in overloads:
        function = choose(*kinds, **named)
        if isinstance(function, FunctionType):
            return inline_function(frame, function, args, kwargs, node)
    raise frame.refuse(f"{f.__name__} has no @overload for these arguments", node)


def named_tuple(frame: Frame, f: Any, args: list[Value], kwargs: dict[str, Value], node: ast.Call
                ) -> TupleValue:
    """A named tuple, made by its class."""
    from .calls import bind

    fields = [ast.arg(name) for name in f._fields]
    spec = ast.arguments(posonlyargs=[], args=fields, kwonlyargs=[], kw_defaults=[], defaults=[])
    defaults = [frame.static(v, name) for name, v in f._field_defaults.items()]
    bound = bind(frame, spec, args, kwargs, defaults, {}, f.__name__, node)
    return TupleValue(tuple(bound.values()), tuple(f._fields))


def of_comprehension(frame: Frame, node: ast.Call) -> Value | None:
    """``np.array([... for ...])``; None if it is another call."""
    from .comprehensions import array_of

    if not node.args or not isinstance(node.args[0], ast.ListComp):
        return None
    f = expression(frame, node.func) if isinstance(node.func, ast.Name | ast.Attribute) else None
    return array_of(frame, node) if isinstance(f, Static) and f.value in (np.array, np.asarray) else None


__all__ = ["named_tuple", "of_comprehension", "overloaded"]
