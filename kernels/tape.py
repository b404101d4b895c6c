"""Storage of the tape where nobody knows beforehand how much there will be."""

from __future__ import annotations

import operator

import numpy as np
from llvmlite import ir
from numba import get_num_threads, types
from numba.core import cgutils
from numba.core.imputils import impl_ret_borrowed
from numba.extending import intrinsic, overload

from ..core import memory
from ..core.numba_adapter import launch_threads, transparent
from ..core.numba_kept import compiled_kernel
from ..errors import TapeTooLarge
from ..registry import JIT
from .schedule import due as due
from .schedule import first_plan as first_plan
from .schedule import held as held
from .schedule import leaf_length as leaf_length
from .schedule import note as note
from .schedule import open_plan as open_plan
from .schedule import place as place
from .schedule import put as put
from .schedule import put_sum as put_sum
from .schedule import retreat as retreat
from .schedule import snapshot_room as snapshot_room
from .schedule import thin as thin
from .stretch import stretched as stretched


@intrinsic
def _nothing(typing_context, kind):
    """A value of a type, all bits zero."""
    value = kind.instance_type

    def generate(context, builder, signature, arguments):
        return context.get_constant_null(value)

    return value(kind), generate


#: Bytes that are allocated without asking whether they are there.
SMALL = 1 << 26

#: Bytes that no machine has, and that still multiply and add without overflow.
HUGE = 1 << 60


@intrinsic
def _free_memory(typing_context):
    """`adcomp.core.memory.free_memory`, called as a C function."""

    def generate(context, builder, signature, arguments):
        kind = ir.FunctionType(context.get_value_type(types.int64), [])
        function = cgutils.get_or_insert_function(builder.module, kind, memory.SYMBOL)
        return builder.call(function, ())

    return types.int64(), generate


@intrinsic
def _size_of(typing_context, dtype):
    """The bytes of an element of a dtype."""

    def generate(context, builder, signature, arguments):
        data = context.get_data_type(dtype.dtype)
        return context.get_constant(types.int64, context.get_abi_sizeof(data))

    return types.int64(dtype), generate


def _elements(shape):
    """How many elements an array of a shape has; a shape is a length or a tuple of them."""
    return int(np.prod(shape))


@overload(_elements, jit_options=JIT)
def _overload_elements(shape):
    if isinstance(shape, types.Integer):
        return lambda shape: shape

    def product(shape):
        n = 1
        for length in shape:
            n *= max(length, 0)
        return n

    return product


@compiled_kernel(**JIT)
def empty_tape(shape, dtype, where):
    """An array for the tape of a loop; `TapeTooLarge` if there is no room for it.

    Parameters
    ----------
    shape : int or tuple of int
        Its lengths.
    dtype : dtype
        Their type, such as ``np.float64``.
    where : str
        What is stored, and in which loop: ``"x in the loop at model.py:12"``.
    """
    n, item = _elements(shape), _size_of(dtype)
    if n > SMALL // item:
        if n > HUGE // item:
            raise TapeTooLarge(where, -1)
        if n * item > _free_memory():
            raise TapeTooLarge(where, n * item)
    return np.empty(shape, dtype)


@compiled_kernel(**JIT)
def stack(kind):
    """An empty list of values of a type."""
    return [_nothing(kind) for _ in range(0)]


@compiled_kernel(**JIT)
def slots(n, kind):
    """A list with room for `n` values of a type."""
    return [_nothing(kind) for _ in range(n)]


@transparent(operator.add)
def plus(typing_context, a, b):
    """``a + b``, as one term of a sum that may be added up in any order."""
    both = typing_context.unify_types(a, b)
    if not isinstance(both, types.Float):
        return None

    def generate(context, builder, signature, arguments):
        terms = [context.cast(builder, value, kind, both)
                 for value, kind in zip(arguments, signature.args, strict=True)]
        return builder.fadd(*terms, flags=("reassoc", "nsz", "contract"))

    return both(a, b), generate


#: bytes of tape that a segment of a loop may write: they should stay in the second-level cache, and the
#: states that segments start from should be few, as they go through main memory
SEGMENT = 1 << 19


@compiled_kernel(**JIT)
def segment_length(trips, size):
    """How many iterations, each of which records `size` bytes, make a segment."""
    return max(1, min(trips, max(8, SEGMENT // max(size, 1))))


@compiled_kernel(**JIT)
def copy_into(target, source):
    """``target[...] = source``, for arrays of one shape.

    Numba compiles only the branch of the arrays' rank, and plain loops sooner than `np.ndindex`.
    """
    if target.ndim == 1:
        for i in range(target.shape[0]):
            target[i] = source[i]
    elif target.ndim == 2:
        for i in range(target.shape[0]):
            for j in range(target.shape[1]):
                target[i, j] = source[i, j]
    else:
        for index in np.ndindex(target.shape):
            target[index] = source[index]


@compiled_kernel(**JIT)
def fours(start, stop, trips):
    """Where a loop of `start` to `stop` that runs four iterations at a time ends.

    Parameters
    ----------
    start, stop : int
        Its range.
    trips : int
        The trip count of the loops in it: if they don't run, what they read must not be read early.

    Returns
    -------
    int

    Examples
    --------
    >>> fours(1, 12, 5), fours(1, 12, 0), fours(3, -2, 5)
    (9, 1, 3)
    """
    if stop <= start or trips <= 0:
        return start
    return stop - (stop - start) % 4


@transparent(operator.pos)
def row(typing_context, k):
    """`k` itself, in a form that LLVM can't trace to the loop that it counts."""

    def generate(context, builder, signature, arguments):
        integer = context.get_value_type(signature.return_type)
        opaque = ir.InlineAsm(ir.FunctionType(integer, [integer]), "", "=r,0", side_effect=False)
        return builder.call(opaque, arguments)

    return k(k), generate


@transparent(lambda k, low: k)
def at_least(typing_context, k, low):
    """`k`, of which LLVM may assume that it is not less than `low`."""

    def generate(context, builder, signature, arguments):
        bit = ir.IntType(1)
        assume = builder.module.declare_intrinsic("llvm.assume", (), ir.FunctionType(ir.VoidType(), [bit]))
        low = context.cast(builder, arguments[1], signature.args[1], signature.args[0])
        builder.call(assume, [builder.icmp_signed(">=", arguments[0], low)])
        return arguments[0]

    return k(k, low), generate


@transparent(lambda condition: condition)
def rare(typing_context, condition):
    """A condition that LLVM may expect not to hold: it stays a branch, and does not become a select."""
    if condition != types.boolean:
        return None

    def generate(context, builder, signature, arguments):
        bit = ir.IntType(1)
        expect = builder.module.declare_intrinsic("llvm.expect", [bit], ir.FunctionType(bit, [bit, bit]))
        return builder.call(expect, [arguments[0], ir.Constant(bit, 0)])

    return condition(condition), generate


@transparent(lambda array: array)
def buffer(typing_context, array):
    """`array` itself, in a form that LLVM can't trace to where it comes from."""

    def generate(context, builder, signature, arguments):
        struct = context.make_array(array)(context, builder, arguments[0])
        kind = struct.data.type
        opaque = ir.InlineAsm(ir.FunctionType(kind, [kind]), "", "=r,0", side_effect=False)
        struct.data = builder.call(opaque, [struct.data])
        return impl_ret_borrowed(context, builder, array, struct._getvalue())

    return array(array), generate


@compiled_kernel(**JIT)
def column(matrix, c):
    """A contiguous copy of a column; zeros if the matrix has no such column, so nobody may read it."""
    values = np.zeros(matrix.shape[0], matrix.dtype)
    if c < matrix.shape[1]:
        for i in range(matrix.shape[0]):
            values[i] = matrix[i, c]
    return values


@compiled_kernel(**JIT)
def zero_column(matrix, c):
    """Zeros in the length of a column."""
    return np.zeros(matrix.shape[0], matrix.dtype)


@compiled_kernel(**JIT)
def add_column(matrix, c, values):
    """``matrix[:, c] += values``, if the matrix has such a column."""
    if c < matrix.shape[1]:
        for i in range(matrix.shape[0]):
            matrix[i, c] += values[i]


@transparent(get_num_threads)
def _threads(typing_context):
    """`get_num_threads` by its name: Numba's own calls an address, which no other process can use."""
    launch_threads()

    def generate(context, builder, signature, arguments):
        word = context.get_value_type(types.intp)
        kind = ir.FunctionType(word, [])
        function = cgutils.get_or_insert_function(builder.module, kind, "get_num_threads")
        return builder.sext(builder.trunc(builder.call(function, ()), ir.IntType(32)), word)

    return types.intp(), generate


@compiled_kernel(**JIT)
def _in_pieces(start, trips, n):
    found = np.empty((n, 2), np.intp)
    for k in range(n):
        found[k, 0] = start + k * trips // n
        found[k, 1] = start + (k + 1) * trips // n
    return found


@compiled_kernel(**JIT)
def pieces(start, stop):
    """The range from `start` to `stop` in as many pieces as there are threads, none of them empty.

    Returns
    -------
    array of intp, shape (n, 2)
        Where each begins and ends.

    Examples
    --------
    >>> from numba import get_num_threads
    >>> found = pieces(3, 9)
    >>> len(found) == min(6, get_num_threads()), int(found[0, 0]), int(found[-1, 1])
    (True, 3, 9)
    """
    trips = max(stop - start, 0)
    return _in_pieces(start, trips, min(_threads(), trips))


@compiled_kernel(**JIT)
def pieces_of_sums(start, stop, size, work):
    """As `pieces`, of a loop whose pieces add to copies of `size` elements.

    It is one piece if the copies would cost more than the loop, where an iteration costs as much as `work`
    elements.

    Examples
    --------
    >>> len(pieces_of_sums(0, 100, 1_000_000, 4))
    1
    """
    trips = max(stop - start, 0)
    return _in_pieces(start, trips, min(_threads() if size <= work * trips else 1, trips))


@compiled_kernel(**JIT)
def parts(array, n):
    """Zeros in the shape of an array, `n` times."""
    return np.zeros((max(n, 0), *array.shape), array.dtype)


@compiled_kernel(**JIT)
def part(array, parts, k):
    """What piece `k` adds to: the first to the array itself, the others to a part each."""
    return array if k == 0 else parts[k - 1]


@compiled_kernel(**JIT)
def add_parts(array, parts):
    """Add to an array each of its parts."""
    for k in range(parts.shape[0]):
        array += parts[k]
