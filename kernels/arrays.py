"""Kernels on whole arrays that derivative programs call."""

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import intrinsic

from ..errors import ShapeMismatch
from ..registry import kernel


@kernel
def add_into(target, value):
    """``target += value``, for a cotangent of exactly the target's shape."""
    if target.shape != value.shape:
        raise ShapeMismatch("a cotangent has another shape than its value", value.shape, target.shape)
    for index in np.ndindex(target.shape):
        target[index] += value[index]


@intrinsic
def _address(typing_context, array):
    """The address of an array's first element, as an integer."""

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.ptrtoint(data, context.get_value_type(types.uintp))

    return types.uintp(array), generate


@kernel
def shares_memory(a, b):
    """Whether the bytes that two arrays span overlap (their bounds, not element by element)."""
    if a.size == 0 or b.size == 0:
        return False
    a_low, a_high = _bounds(a)
    b_low, b_high = _bounds(b)
    return a_low < b_high and b_low < a_high


@kernel
def _bounds(a):
    low = high = np.int64(_address(a))
    for k in range(a.ndim):
        reach = (a.shape[k] - 1) * a.strides[k]
        if reach < 0:
            low += reach
        else:
            high += reach
    return low, high + a.itemsize
