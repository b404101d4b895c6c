"""Whether two arrays share memory, element by element."""

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import intrinsic

from ..registry import kernel


@intrinsic
def _address(typing_context, array):
    """The address of an array's first element, as an integer."""

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.ptrtoint(data, context.get_value_type(types.uintp))

    return types.uintp(array), generate


@kernel
def shares_memory(a, b):
    """Whether a byte belongs to an element of each of two arrays.

    Bounds that do not meet answer most questions. Else the elements of the smaller array are looked up in
    the other, unless elements of that may overlap one another: then the answer is yes.
    """
    if a.size == 0 or b.size == 0:
        return False
    a_low, a_high = _bounds(a)
    b_low, b_high = _bounds(b)
    if a_high <= b_low or b_high <= a_low:
        return False
    if a.size <= b.size:
        return _meets(a, b)
    return _meets(b, a)


@kernel
def _meets(a, b):
    """Whether an element of `a` meets one of `b`; the bounds of the two do."""
    lengths = np.ones(b.ndim + 1, np.int64)
    strides = np.zeros(b.ndim + 1, np.int64)
    count = 0
    low, _ = _bounds(b)
    for k in range(b.ndim):
        stride = abs(b.strides[k])
        if b.shape[k] > 1 and stride > 0:  # the axes, by falling strides
            at = count
            while at > 0 and strides[at - 1] < stride:
                strides[at], lengths[at] = strides[at - 1], lengths[at - 1]
                at -= 1
            strides[at], lengths[at] = stride, b.shape[k]
            count += 1
    reach = np.int64(b.itemsize)
    for k in range(count - 1, -1, -1):
        if strides[k] < reach:
            return True
        reach += strides[k] * (lengths[k] - 1)
    first = np.int64(_address(a))
    for index in np.ndindex(a.shape):
        start = first - low
        for k in range(a.ndim):
            start += index[k] * a.strides[k]
        # Of the elements of b that begin before the end of this one, the last must end by its start.
        rest = start + a.itemsize - 1
        if rest < 0:
            continue
        begin = np.int64(0)
        for k in range(count):
            steps = min((rest - begin) // strides[k], lengths[k] - 1)
            begin += steps * strides[k]
        if begin + b.itemsize > start:
            return True
    return False


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


@kernel
def touches(a, low, high):
    """Whether the bytes that an array spans meet those from one address to another."""
    if a.size == 0:
        return False
    a_low, a_high = _bounds(a)
    return a_low < high and low < a_high
