"""Builtins that are read as plain Python: what they do is a loop like any other."""

from __future__ import annotations

import builtins
from typing import Any

# The functions below are sources for the frontend: they are inlined, not called.


def _sum(values, start=0):  # type: ignore[no-untyped-def]
    total = start
    for value in values:
        total = total + value
    return total


def largest(values):  # type: ignore[no-untyped-def]
    """``max(values)`` of an array: the first of equal ones."""
    if len(values) == 0:
        raise ValueError("the maximum of an empty array")
    value = values[0]
    for i in range(1, len(values)):
        if values[i] > value:
            value = values[i]
    return value


def smallest(values):  # type: ignore[no-untyped-def]
    """``min(values)`` of an array: the first of equal ones."""
    if len(values) == 0:
        raise ValueError("the minimum of an empty array")
    value = values[0]
    for i in range(1, len(values)):
        if values[i] < value:
            value = values[i]
    return value


#: function -> its meaning in Python
REPLACED: dict[Any, Any] = {builtins.sum: _sum}
