"""Public functions that are read as plain Python: what they do is a loop like any other."""

from __future__ import annotations

import builtins
from types import FunctionType
from typing import Any

# The functions below are sources for the frontend: they are inlined, not called.


def _sum(values, start=0):  # type: ignore[no-untyped-def]
    total = start
    for value in values:
        total = total + value
    return total


#: function -> its meaning in Python
REPLACED: dict[Any, FunctionType] = {builtins.sum: _sum}
