"""Operations whose result is known while compiling."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types as nb

from ..core.ir import Atom, Const
from ..core.ops import BINARY, COMPARE

_ONE = (1, 1.0)


def fold(op: str, args: tuple[Atom, ...], kind: Any = None) -> Atom | None:
    """What an op gives, as an atom, or None; ``kind`` is the type of the result, where it is known."""
    a = args[0] if args else None
    if op in ("np.isinf", "np.isnan") and isinstance(a, Const):
        return Const(bool(getattr(np, op[3:])(a.value)))
    b = args[1] if len(args) > 1 else None
    if isinstance(a, Const) and isinstance(b, Const):
        function: Callable[[Any, Any], Any] | None = BINARY.get(op) or COMPARE.get(op)
        exact = op in COMPARE or type(a.value) is type(b.value) is int and op in ("+", "-", "*")
        if function in (operator.eq, operator.ne) or exact and function is not None:
            return Const(function(a.value, b.value))
        if op == "&":
            return Const(a.value & b.value)
    for x, other in ((a, b), (b, a)):
        if op == "&" and isinstance(x, Const) and x.value is False:
            return Const(False)
        if op == "&" and isinstance(x, Const) and x.value is True:
            return other
        if op == "*" and isinstance(x, Const) and type(x.value) in (int, float) and x.value in _ONE:
            return other
    if op in ("+", "-") and b == Const(0) and isinstance(kind, nb.Integer):  # -0.0 + 0 is 0.0
        return a
    if op == "**" and isinstance(b, Const) and type(b.value) is int:
        if b.value == 0:
            return Const(1.0)
        if b.value == 1:
            return a
    return None
