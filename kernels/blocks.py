"""Arguments that share memory, as parts of the block that they share.

``part(block, offset, like)`` is the array that `like` is, taken out of the array `block` of the same
memory: a view, so that its shadow is a view of the shadow of the block.
"""

from __future__ import annotations

import sys

from numba import types
from numba.core import cgutils
from numba.core.imputils import impl_ret_borrowed
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array

from ..core.ops import Effect, add_module


@intrinsic
def part(typing_context, block, offset, like):
    """The view of `block` from item `offset` on, with the shape and the strides (in items) of `like`."""
    if not isinstance(block, types.Array) or not isinstance(like, types.Array):
        return None
    view = types.Array(block.dtype, like.ndim, like.layout, readonly=not block.mutable)

    def generate(context, builder, signature, arguments):
        source = make_array(block)(context, builder, arguments[0])
        shown = make_array(like)(context, builder, arguments[2])
        result = make_array(view)(context, builder)
        size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(block.dtype)))
        old = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(like.dtype)))
        first = context.cast(builder, arguments[1], signature.args[1], types.intp)
        strides = [builder.sdiv(builder.mul(stride, size), old)
                   for stride in cgutils.unpack_tuple(builder, shown.strides, like.ndim)]
        populate_array(
            result, data=builder.gep(source.data, [first]), shape=shown.shape,
            strides=cgutils.pack_array(builder, strides, context.get_value_type(types.intp)),
            itemsize=source.itemsize, meminfo=source.meminfo, parent=source.parent,
        )
        return impl_ret_borrowed(context, builder, view, result._getvalue())

    return view(block, offset, like), generate


add_module("blocks", sys.modules[__name__], {"part": Effect.VIEW})
