"""Logarithms, and the inverse hyperbolic functions, which are made of them.

The float64 polynomial, and the splitting of log(2), are those of fdlibm (Sun Microsystems, 1993).
"""

from __future__ import annotations

import math

import numpy as np
from numba import types

from .exponential import LN2_HIGH, LN2_LOW
from .instructions import (
    HALF_32,
    INF_32,
    NAN_32,
    ONE_32,
    ROUND,
    ROUND_BITS,
    bits_of,
    float_of,
    fma,
    left,
    minus,
    part,
    polynomial,
    right,
    right_unsigned,
    select,
    vector,
    with_sign,
)

LN2 = 0.6931471805599453
SMALLEST_NORMAL = 2.2250738585072014e-308
TWO_54 = 18014398509481984.0
ROOT_HALF_BITS = 4604544271217802189
MANTISSA, ONE_BITS = (1 << 52) - 1, 1023 << 52
LOG2_E, LOG2_E_LOW = 1.4426950408889634, 2.0355273740931033e-17
LOG10_E, LOG10_E_LOW = 0.4342944819032518, 1.098319650216765e-17
LOG10_2_HIGH, LOG10_2_LOW = 3.01029995663611771306e-01, 3.69423907715893078616e-13

SMALLEST_NORMAL_32, TWO_24 = np.float32(1.1754943508222875e-38), np.float32(16777216.0)
ROOT_HALF_BITS_32 = 0x3F3504F3
LN2_HIGH_32, LN2_LOW_32 = np.float32(0.693359375), np.float32(-2.12194440e-4)
LOG2_E_32, LOG2_E_LOW_32 = np.float32(1.44269502), np.float32(1.92596303e-08)
LOG10_E_32, LOG10_E_LOW_32 = np.float32(0.434294492), np.float32(-1.010305e-08)
LOG10_2_HIGH_32, LOG10_2_LOW_32 = np.float32(0.30078125), np.float32(2.48745663981195e-04)

# ``(log(1 + f) - f + f**2 / 2) / f**3``, and ``(log(1 + f) / s - 2) / s**2`` with ``s = f / (2 + f)``
log_tail_32 = polynomial(
    0.333333307, -0.25000307, 0.200010484, -0.166412475, 0.142143565, -0.129984906, 0.126237385,
    -0.079036437,
)
log_short = polynomial(
    0.6666666666737545, 0.39999998796848674, 0.2857175463573276, 0.22191394493175057,
    0.19362776836747533,
)


@part
def normal_mantissa(x):
    """``x = 2**n * m`` with ``m`` in ``[sqrt(1/2), sqrt(2))``, for a normal number; returns ``n, m``.

    The shift is of a positive number: AVX2 has no shift of an int64 that keeps the sign.
    """
    bits = bits_of(x) - (ROOT_HALF_BITS - ONE_BITS)
    n = float_of(right_unsigned(bits, 52) + ROUND_BITS) - (ROUND + 1023.0)
    return n, float_of((bits & MANTISSA) + ROOT_HALF_BITS)


@part
def mantissa(x):
    """The same for a subnormal number too."""
    subnormal = x < SMALLEST_NORMAL
    n, m = normal_mantissa(select(subnormal, x * TWO_54, x))
    return n - select(subnormal, 54.0, 0.0), m


@part
def log_parts(x):
    """``x = 2**n * (1 + f)`` with ``1 + f`` in ``[sqrt(1/2), sqrt(2))``; returns ``n, f``."""
    n, m = mantissa(x)
    return n, m - 1.0


@part
def log_parts_32(x):
    """The same of a float32."""
    subnormal = x < SMALLEST_NORMAL_32
    bits = bits_of(select(subnormal, x * TWO_24, x))
    exponent = right(minus(bits, ROOT_HALF_BITS_32), 23)
    n = np.float32(exponent) - select(subnormal, np.float32(24.0), np.float32(0.0))
    return n, float_of(minus(bits, left(exponent, 23))) - ONE_32


@part
def log_tail(f):
    """``log(1 + f) = f - half_square + tail``; returns ``half_square, tail``."""
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = fma(w, 1.531383769920937332e-01, 2.222219843214978396e-01)
    even = fma(w, even, 3.999999999940941908e-01)
    odd = fma(w, 1.479819860511658591e-01, 1.818357216161805012e-01)
    odd = fma(w, odd, 2.857142874366239149e-01)
    odd = fma(w, odd, 6.666666666666735130e-01)
    half_square = 0.5 * f * f
    return half_square, s * (half_square + w * even + z * odd)


@part
def at_the_ends(x, y):
    """The logarithm of `x`, where `y` is what the polynomials say."""
    ends = select(x == 0.0, -np.inf, select(x > 0.0, np.inf, np.nan))
    return select((x > 0.0) & (x < np.inf), y, ends)


@part
def at_the_ends_32(x, y):
    """The same of float32."""
    ends = select(x == 0.0, -INF_32, select(x > 0.0, INF_32, NAN_32))
    return select((x > 0.0) & (x < np.inf), y, ends)


# Logarithms ---------------------------------------------------------------------------------------


@vector(types.float64, math.log, np.log, ulps=1)
def log64(x):
    """The natural logarithm; minus infinity at 0, NaN below."""
    n, f = log_parts(x)
    half_square, tail = log_tail(f)
    y = n * LN2_HIGH - ((half_square - (tail + n * LN2_LOW)) - f)
    return at_the_ends(x, y)


@vector(types.float32, math.log, np.log, ulps=1.1)
def log32(x):
    """The natural logarithm of a float32."""
    n, f = log_parts_32(x)
    square = f * f
    low = fma(n, LN2_LOW_32, square * fma(f, log_tail_32(f), -HALF_32))
    return at_the_ends_32(x, fma(n, LN2_HIGH_32, f + low))


@vector(types.float64, math.log2, np.log2, ulps=1)
def log2_64(x):
    """The logarithm to base 2, exact for powers of 2."""
    n, f = log_parts(x)
    half_square, tail = log_tail(f)
    high = f - half_square
    low = (f - high) - half_square + tail
    y = high * LOG2_E
    rest = fma(high, LOG2_E, -y) + fma(high, LOG2_E_LOW, low * LOG2_E)
    total = n + y
    return at_the_ends(x, total + ((n - total) + y + rest))


@vector(types.float32, math.log2, np.log2, ulps=1.4)
def log2_32(x):
    """The logarithm to base 2 of a float32, exact for powers of 2."""
    n, f = log_parts_32(x)
    low = f * f * fma(f, log_tail_32(f), -HALF_32)
    y = f * LOG2_E_32
    rest = fma(f, LOG2_E_32, -y) + fma(f, LOG2_E_LOW_32, low * LOG2_E_32)
    total = n + y
    return at_the_ends_32(x, total + ((n - total) + y + rest))


@vector(types.float64, math.log10, np.log10, ulps=1)
def log10_64(x):
    """The logarithm to base 10."""
    n, f = log_parts(x)
    half_square, tail = log_tail(f)
    high = f - half_square
    low = (f - high) - half_square + tail
    y = high * LOG10_E
    rest = fma(high, LOG10_E, -y) + fma(high, LOG10_E_LOW, low * LOG10_E) + n * LOG10_2_LOW
    whole = n * LOG10_2_HIGH
    total = whole + y
    return at_the_ends(x, total + ((whole - total) + y + rest))


@vector(types.float32, math.log10, np.log10, ulps=1.3)
def log10_32(x):
    """The logarithm to base 10 of a float32."""
    n, f = log_parts_32(x)
    low = f * f * fma(f, log_tail_32(f), -HALF_32)
    y = f * LOG10_E_32
    rest = fma(f, LOG10_E_32, -y) + fma(f, LOG10_E_LOW_32, low * LOG10_E_32)
    rest = fma(n, LOG10_2_LOW_32, rest)
    whole = n * LOG10_2_HIGH_32
    total = whole + y
    return at_the_ends_32(x, total + ((whole - total) + y + rest))


@part
def log_of_sum(x):
    """``log(1 + x)`` for ``x > -1``, with what the rounding of ``1 + x`` loses."""
    u = 1.0 + x
    rounded = u - 1.0
    lost = (1.0 - (u - rounded)) + (x - rounded)
    n, f = log_parts(u)
    half_square, tail = log_tail(f)
    y = n * LN2_HIGH - ((half_square - (tail + (n * LN2_LOW + lost / u))) - f)
    return select(u == 1.0, x, y)


@vector(types.float64, math.log1p, np.log1p, ulps=1)
def log1p_64(x):
    """``log(1 + x)``, accurate near 0."""
    ends = select(x == -1.0, -np.inf, select(x > 0.0, np.inf, np.nan))
    return select((x > -1.0) & (x < np.inf), log_of_sum(x), ends)


@vector(types.float32, math.log1p, np.log1p, ulps=1.2)
def log1p_32(x):
    """``log(1 + x)`` of a float32."""
    u = ONE_32 + x
    rounded = u - ONE_32
    lost = (ONE_32 - (u - rounded)) + (x - rounded)
    n, f = log_parts_32(u)
    low = fma(n, LN2_LOW_32, f * f * fma(f, log_tail_32(f), -HALF_32)) + lost / u
    y = select(u == 1.0, x, fma(n, LN2_HIGH_32, f + low))
    ends = select(x == -1.0, -INF_32, select(x > 0.0, INF_32, NAN_32))
    return select((x > -1.0) & (x < np.inf), y, ends)


# Inverse hyperbolic functions ---------------------------------------------------------------------


@part
def log_of_sum_short(x):
    """``log(1 + x)`` for ``x > -1``, in float64 for a result that becomes a float32."""
    n, m = normal_mantissa(1.0 + x)
    f = select(n == 0.0, x, m - 1.0)
    s = f / (2.0 + f)
    return fma(n, LN2, s * fma(s * s, log_short(s * s), 2.0))


#: beyond this, ``x**2 + 1`` is ``x**2`` in float64
LARGE = 2.0**60


@vector(types.float64, math.asinh, np.arcsinh, ulps=2)
def arcsinh64(x):
    """The inverse hyperbolic sine."""
    size = abs(x)
    large = size > LARGE
    square = x * x
    y = log_of_sum(select(large, size, size + square / (1.0 + np.sqrt(1.0 + square))))
    return with_sign(select(size < np.inf, select(large, y + LN2, y), size), x)


@vector(types.float32, math.asinh, np.arcsinh, ulps=0.6)
def arcsinh32(x):
    """The inverse hyperbolic sine of a float32, in float64."""
    x = np.float64(x)
    size = abs(x)
    square = x * x
    y = log_of_sum_short(size + square / (1.0 + np.sqrt(1.0 + square)))
    return np.float32(with_sign(select(size < np.inf, y, size), x))


@vector(types.float64, math.acosh, np.arccosh, ulps=3)
def arccosh64(x):
    """The inverse hyperbolic cosine; NaN below 1."""
    large = x > LARGE
    t = x - 1.0
    y = log_of_sum(select(large, t, t + np.sqrt(t * (t + 2.0))))
    y = select(x == np.inf, x, select(large, y + LN2, y))
    return select(x >= 1.0, y, np.nan)


@vector(types.float32, math.acosh, np.arccosh, ulps=0.6)
def arccosh32(x):
    """The inverse hyperbolic cosine of a float32, in float64."""
    x = np.float64(x)
    t = x - 1.0
    y = log_of_sum_short(t + np.sqrt(t * (t + 2.0)))
    y = select(x == np.inf, x, y)
    return np.float32(select(x >= 1.0, y, np.nan))


@vector(types.float64, math.atanh, np.arctanh, ulps=2)
def arctanh64(x):
    """The inverse hyperbolic tangent; infinite at -1 and 1, NaN beyond."""
    size = abs(x)
    y = 0.5 * log_of_sum(2.0 * size / (1.0 - size))
    y = select(size == 1.0, np.inf, y)
    return with_sign(select(size <= 1.0, y, np.nan), x)


@vector(types.float32, math.atanh, np.arctanh, ulps=0.6)
def arctanh32(x):
    """The inverse hyperbolic tangent of a float32, in float64."""
    x = np.float64(x)
    size = abs(x)
    y = 0.5 * log_of_sum_short(2.0 * size / (1.0 - size))
    y = select(size == 1.0, np.inf, y)
    return np.float32(with_sign(select(size <= 1.0, y, np.nan), x))
