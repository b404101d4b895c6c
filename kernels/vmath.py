"""Elementary functions of float64 that loops vectorise over.

LLVM cannot vectorise a loop that calls libm. These are straight-line arithmetic, without branches
or tables, which it inlines and runs on as many elements at once as the machine has lanes. They are
within 3 units in the last place over all arguments, subnormal, infinite, huge and NaN ones too;
`tests/kernels/test_vmath.py` measures that.

`VECTOR` says which op is which kernel. The logarithm, the polynomials of sine and cosine, and the
splitting of pi/2 and log(2) are those of fdlibm (Sun Microsystems, 1993).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, kernel
from .lanes import rare_call

OPTIONS: dict[str, Any] = {**JIT, "inline": "never"}


# Instructions -------------------------------------------------------------------------------------


@intrinsic
def bits_of(typingctx, x):
    """The bit pattern of a float64, as an int64."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@intrinsic
def float_of(typingctx, bits):
    """The float64 of a bit pattern."""

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


@intrinsic
def fma(typingctx, a, b, c):
    """``a * b + c``, rounded once."""

    def codegen(context, builder, signature, args):
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), codegen


@intrinsic
def select(typingctx, condition, a, b):
    """``a if condition else b``, without a branch."""

    def codegen(context, builder, signature, args):
        return builder.select(*args)

    return types.float64(types.boolean, types.float64, types.float64), codegen


# Exponentials -------------------------------------------------------------------------------------

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it leaves the nearest integer in the low bits
ROUND_BITS = 4843621399236968448
SIGN_BIT = np.int64(-(2**63))
C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13 = (1.0 / math.factorial(k) for k in range(2, 14))


@compiled_kernel(**OPTIONS)
def _exp_parts(x):
    """``exp(x) = 2**n * (1 + r + r*r*p)`` with ``|r| <= log(2) / 2``; returns ``n, r, p``."""
    t = fma(x, LOG2_E, ROUND)
    n = t - ROUND
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x))
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
    return bits_of(t) - ROUND_BITS, r, p


@kernel
@compiled_kernel(**OPTIONS)
def exp64(x):
    """The exponential."""
    inside = select(x > 710.0, 710.0, select(x < -746.0, -746.0, x))
    n, r, p = _exp_parts(inside)
    half = n >> 1  # two steps reach subnormal results, and 2**1024
    first = float_of((half + 1023) << 52)
    second = float_of((n - half + 1023) << 52)
    return fma(r, fma(r, p, 1.0), 1.0) * first * second


@kernel
@compiled_kernel(**OPTIONS)
def expm1_64(x):
    """``exp(x) - 1``, accurate near 0."""
    inside = select(x > 710.0, 710.0, select(x < -50.0, -50.0, x))
    n, r, p = _exp_parts(inside)
    half = float_of((n + 1022) << 52)
    y = 2.0 * fma(half, fma(r * r, p, r), half - 0.5)
    return select(x == 0.0, x, y)


@kernel
@compiled_kernel(**OPTIONS)
def tanh64(x):
    """The hyperbolic tangent, ``e / (e + 2)`` with ``e = exp(2 * abs(x)) - 1``."""
    size = abs(x)
    e = expm1_64(2.0 * select(size > 20.0, 20.0, size))
    y = e / (e + 2.0)
    return float_of(bits_of(y) | (bits_of(x) & SIGN_BIT))


# Logarithms ---------------------------------------------------------------------------------------

SMALLEST_NORMAL = 2.2250738585072014e-308
TWO_54 = 18014398509481984.0
ROOT_HALF_BITS = 4604544271217802189


@kernel
@compiled_kernel(**OPTIONS)
def log64(x):
    """The natural logarithm; minus infinity at 0, NaN below."""
    subnormal = x < SMALLEST_NORMAL
    bits = bits_of(select(subnormal, x * TWO_54, x))
    exponent = (bits - ROOT_HALF_BITS) >> 52
    m = float_of(bits - (exponent << 52))  # in [sqrt(1/2), sqrt(2))
    n = float_of(exponent + ROUND_BITS) - ROUND - select(subnormal, 54.0, 0.0)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = fma(w, 1.531383769920937332e-01, 2.222219843214978396e-01)
    even = fma(w, even, 3.999999999940941908e-01)
    odd = fma(w, 1.479819860511658591e-01, 1.818357216161805012e-01)
    odd = fma(w, odd, 2.857142874366239149e-01)
    odd = fma(w, odd, 6.666666666666735130e-01)
    half_square = 0.5 * f * f
    tail = s * (half_square + w * even + z * odd) + n * LN2_LOW
    y = n * LN2_HIGH - ((half_square - tail) - f)
    y = select(x == np.inf, np.inf, y)
    y = select(x == 0.0, -np.inf, y)
    return select((x < 0.0) | (x != x), np.nan, y)


@kernel
@compiled_kernel(**OPTIONS)
def log1p_64(x):
    """``log(1 + x)``, accurate near 0 (W. Kahan's correction of the rounding of ``1 + x``)."""
    u = 1.0 + x
    y = log64(u) * (x / (u - 1.0))
    y = select(u == np.inf, np.inf, y)
    return select(u == 1.0, x, y)


# Sine and cosine ----------------------------------------------------------------------------------

TWO_OVER_PI = 6.36619772367581382433e-01
PI_2_1, PI_2_2 = 1.57079632673412561417e00, 6.07710050630396597660e-11
PI_2_3, PI_2_4 = 2.02226624871116645580e-21, 8.47842766036889956997e-32


@compiled_kernel(**OPTIONS)
def _quadrant(x):
    """The number of quarter turns in `x`, sine and cosine of the rest."""
    t = fma(x, TWO_OVER_PI, ROUND)
    n = t - ROUND
    r = fma(n, -PI_2_2, fma(n, -PI_2_1, x))
    r = fma(n, -PI_2_4, fma(n, -PI_2_3, r))
    z = r * r
    s = fma(z, 1.58969099521155010221e-10, -2.50507602534068634195e-08)
    s = fma(z, s, 2.75573137070700676789e-06)
    s = fma(z, s, -1.98412698298579493134e-04)
    s = fma(z, s, 8.33333333332248946124e-03)
    s = fma(z, s, -1.66666666666666324348e-01)
    c = fma(z, -1.13596475577881948265e-11, 2.08757232129817482790e-09)
    c = fma(z, c, -2.75573143513906633035e-07)
    c = fma(z, c, 2.48015872894767294178e-05)
    c = fma(z, c, -1.38888888888741095749e-03)
    c = fma(z, c, 4.16666666666666019037e-02)
    return bits_of(t), fma(r * z, s, r), fma(z * z, c, fma(z, -0.5, 1.0))


#: Beyond this the reduction loses accuracy, and libm takes over.
LARGEST_ANGLE = 2.0**46
_libm_sin, _libm_cos = rare_call("sin"), rare_call("cos")


@kernel
@compiled_kernel(**OPTIONS)
def sin64(x):
    """The sine; by libm for ``abs(x) > 2**46``."""
    q, sine, cosine = _quadrant(x)
    y = select((q & 1) == 1, cosine, sine)
    y = select(x == 0.0, x, float_of(bits_of(y) ^ ((q & 2) << 62)))
    if abs(x) > LARGEST_ANGLE:
        y = _libm_sin(x)
    return y


@kernel
@compiled_kernel(**OPTIONS)
def cos64(x):
    """The cosine; by libm for ``abs(x) > 2**46``."""
    q, sine, cosine = _quadrant(x)
    y = select((q & 1) == 1, sine, cosine)
    y = float_of(bits_of(y) ^ (((q + 1) & 2) << 62))
    if abs(x) > LARGEST_ANGLE:
        y = _libm_cos(x)
    return y


VECTOR = {
    "math.exp": exp64, "np.exp": exp64, "math.expm1": expm1_64, "np.expm1": expm1_64,
    "math.log": log64, "np.log": log64, "math.log1p": log1p_64, "np.log1p": log1p_64,
    "math.sin": sin64, "np.sin": sin64, "math.cos": cos64, "np.cos": cos64,
    "math.tanh": tanh64, "np.tanh": tanh64,
}
