"""Storage of the tape where nobody knows beforehand how much there will be."""

from __future__ import annotations

from numba import njit
from numba.extending import intrinsic

from ..registry import JIT


@intrinsic
def _nothing(typing_context, kind):
    """A value of a type, all bits zero."""
    value = kind.instance_type

    def generate(context, builder, signature, arguments):
        return context.get_constant_null(value)

    return value(kind), generate


@njit(**JIT)
def stack(kind):
    """An empty list of values of a type."""
    return [_nothing(kind) for _ in range(0)]
