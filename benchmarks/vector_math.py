"""Elementary functions that LLVM vectorises, for the hand-written adjoints.

Numba ships without a vector library for mathematics, so `math.exp` in a loop is a scalar call.
These kernels are straight-line polynomials in plain jitted code; a loop that calls them vectorises.
They hold at most 3 units in the last place on the ranges that the benchmark programs use
and make no claim outside them: infinities, NaN and subnormal results are not handled.
"""

import math

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

# Fast-math must be off explicitly: the rounding by a magic number would be folded away.
INLINED = {"error_model": "numpy", "fastmath": False}

LOG2_E = 1.4426950408889634
LN_2_HIGH = 0.693147180369123816490
LN_2_LOW = 1.90821492927058770002e-10
ROUND_TO_INTEGER = 6755399441055744.0  # 1.5 * 2**52: adding it leaves the integer in the low bits
ROUND_TO_INTEGER_BITS = 4843621399236968448
_, _, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13 = (
    1.0 / math.factorial(k) for k in range(14)
)


@intrinsic
def bits_of(typing_context, x):
    """Reinterpret a float64 as an int64."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@intrinsic
def float_of(typing_context, bits):
    """Reinterpret an int64 as a float64."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


@intrinsic
def fma(typing_context, a, b, c):
    """``a * b + c`` with one rounding."""

    def codegen(context, builder, signature, args):
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), codegen


@njit(**INLINED)
def exp(x):
    """``e**x`` for ``-708 < x < 709``, clamped to that range."""
    x = min(max(x, -708.0), 709.0)
    rounded = x * LOG2_E + ROUND_TO_INTEGER
    n = rounded - ROUND_TO_INTEGER
    r = fma(n, -LN_2_LOW, fma(n, -LN_2_HIGH, x))
    p = fma(r, C13, C12)
    p = fma(r, p, C11)
    p = fma(r, p, C10)
    p = fma(r, p, C9)
    p = fma(r, p, C8)
    p = fma(r, p, C7)
    p = fma(r, p, C6)
    p = fma(r, p, C5)
    p = fma(r, p, C4)
    p = fma(r, p, C3)
    p = fma(r, p, C2)
    p = fma(r, p, 1.0)
    p = fma(r, p, 1.0)
    exponent = bits_of(rounded) - ROUND_TO_INTEGER_BITS + 1023
    return p * float_of(exponent << 52)


@njit(**INLINED)
def sigmoid(x):
    """``1 / (1 + e**-x)``."""
    return 1.0 / (1.0 + exp(-x))


@njit(**INLINED)
def tanh(x):
    """Hyperbolic tangent; absolute error 2e-16, relative error grows below ``abs(x) = 1e-3``."""
    return 1.0 - 2.0 / (1.0 + exp(2.0 * x))
