"""Inverse trigonometric functions."""

from __future__ import annotations

import math

import numpy as np
from numba import types

from .instructions import HALF_32, ONE_32, TWO_32, bits_of, fma, part, polynomial, select, vector, with_sign

PI_2, PI_2_LOW = 1.5707963267948966, 6.123233995736766e-17
PI_4, PI_4_LOW = 0.7853981633974483, 3.061616997868383e-17
PI, PI_LOW = 3.141592653589793, 1.2246467991473532e-16
TAN_PI_8, TAN_3_PI_8 = 0.41421356237309503, 2.414213562373095
PI_2_32, PI_2_LOW_32 = np.float32(1.57079637), np.float32(-4.37113883e-08)
PI_4_32, PI_4_LOW_32 = np.float32(0.785398185), np.float32(-2.18556941e-08)
PI_32, PI_LOW_32 = np.float32(3.14159274), np.float32(-8.74227766e-08)
TAN_PI_8_32, TAN_3_PI_8_32 = np.float32(0.41421357), np.float32(2.4142137)
ZERO_32 = np.float32(0.0)

# ``(atan(t) / t - 1) / t**2`` in ``t**2``, for ``t <= tan(pi / 8)``
atan_tail = polynomial(
    -0.3333333333333333, 0.19999999999995513, -0.1428571428466518, 0.11111111015146714,
    -0.0909090457366906, 0.07692183087342026, -0.06664509989818045, 0.058581362519061465,
    -0.05085383488842831, 0.03922974453661223, -0.019174543572021332,
)
atan_tail_32 = polynomial(-0.333333318, 0.199995392, -0.142639123, 0.107432634, -0.0645037735)
# ``(asin(t) / t - 1) / t**2`` in ``t**2``, for ``t <= 1/2``
asin_tail = polynomial(
    0.16666666666666669, 0.07499999999998433, 0.04464285714635543, 0.030381944138531247,
    0.02237217294214989, 0.017352392720869973, 0.013971212973552933, 0.011479177415184906,
    0.01032281435018578, 0.005457506718640358, 0.01740087944269402, -0.014851887071247204,
    0.028757851367421566,
)
asin_tail_32 = polynomial(0.166666663, 0.0750009454, 0.0445994015, 0.0311006627, 0.0171492384, 0.0336908472)


# Arcus tangent ------------------------------------------------------------------------------------


@vector(types.float64, math.atan, np.arctan, ulps=2)
def arctan64(x):
    """The inverse tangent: of ``x``, ``(x - 1) / (x + 1)`` or ``-1 / x``, whichever is small."""
    size = abs(x)
    large, middle = size > TAN_3_PI_8, size > TAN_PI_8
    above = select(large, -1.0, select(middle, size - 1.0, size))
    t = above / select(large, size, select(middle, size + 1.0, 1.0))
    z = t * t
    tail = fma(t * z, atan_tail(z), select(large, PI_2_LOW, select(middle, PI_4_LOW, 0.0)))
    return with_sign(select(large, PI_2, select(middle, PI_4, 0.0)) + (t + tail), x)


@vector(types.float32, math.atan, np.arctan, ulps=1.9)
def arctan32(x):
    """The inverse tangent of a float32."""
    size = abs(x)
    large, middle = size > TAN_3_PI_8_32, size > TAN_PI_8_32
    above = select(large, -ONE_32, select(middle, size - ONE_32, size))
    t = above / select(large, size, select(middle, size + ONE_32, ONE_32))
    z = t * t
    low = select(large, PI_2_LOW_32, select(middle, PI_4_LOW_32, ZERO_32))
    tail = fma(t * z, atan_tail_32(z), low)
    return with_sign(select(large, PI_2_32, select(middle, PI_4_32, ZERO_32)) + (t + tail), x)


@vector(types.float64, math.atan2, np.arctan2, ulps=2)
def arctan2_64(y, x):
    """The angle of the point ``(x, y)``."""
    y, x = np.float64(y), np.float64(x)
    up, along = abs(y), abs(x)
    steep = up > along
    a, b = select(steep, along, up), select(steep, up, along)
    scale = select(b > 1e300, 0.25, select(b < 1e-290, 2.0**60, 1.0))
    corner = (a == np.inf) & (b == np.inf)
    a, b = select(corner, 1.0, a * scale), select(corner | (b == 0.0), 1.0, b * scale)
    middle = a > TAN_PI_8 * b
    t = select(middle, a - b, a) / select(middle, a + b, b)
    z = t * t
    tail = fma(t * z, atan_tail(z), select(middle, PI_4_LOW, 0.0))
    high = select(middle, PI_4, 0.0)
    # the angle is high + t + tail, then a right angle less that, then two less that
    behind = bits_of(x) < 0
    sign = select(steep != behind, -1.0, 1.0)
    base = select(steep, PI_2, select(behind, PI, 0.0))
    low = select(steep, PI_2_LOW, select(behind, PI_LOW, 0.0))
    return with_sign(fma(sign, high, base) + fma(sign, t, fma(sign, tail, low)), y)


@vector(types.float32, math.atan2, np.arctan2, ulps=2)
def arctan2_32(y, x):
    """The angle of a point of float32."""
    y, x = np.float32(y), np.float32(x)
    up, along = abs(y), abs(x)
    steep = up > along
    a, b = select(steep, along, up), select(steep, up, along)
    scale = select(b > np.float32(2.0**120), np.float32(0.25), ONE_32)
    scale = select(b < np.float32(2.0**-100), np.float32(2.0**30), scale)
    corner = (a == np.inf) & (b == np.inf)
    a, b = select(corner, ONE_32, a * scale), select(corner | (b == 0.0), ONE_32, b * scale)
    middle = a > TAN_PI_8_32 * b
    t = select(middle, a - b, a) / select(middle, a + b, b)
    z = t * t
    tail = fma(t * z, atan_tail_32(z), select(middle, PI_4_LOW_32, ZERO_32))
    high = select(middle, PI_4_32, ZERO_32)
    behind = bits_of(x) < 0
    sign = select(steep != behind, -ONE_32, ONE_32)
    base = select(steep, PI_2_32, select(behind, PI_32, ZERO_32))
    low = select(steep, PI_2_LOW_32, select(behind, PI_LOW_32, ZERO_32))
    return with_sign(fma(sign, high, base) + fma(sign, t, fma(sign, tail, low)), y)


# Arcus sine and cosine ----------------------------------------------------------------------------


@part
def asin_parts(size):
    """``t`` and ``tail`` with ``asin(size) = t + tail`` up to 1/2, beyond ``pi/2 - 2 * (t + tail)``."""
    large = size > 0.5
    z = select(large, fma(size, -0.5, 0.5), size * size)
    t = select(large, np.sqrt(z), size)
    return large, t, t * z * asin_tail(z)


@part
def asin_parts_32(size):
    """The same of a float32."""
    large = size > HALF_32
    z = select(large, fma(size, -HALF_32, HALF_32), size * size)
    t = select(large, np.sqrt(z), size)
    return large, t, t * z * asin_tail_32(z)


@vector(types.float64, math.asin, np.arcsin, ulps=2)
def arcsin64(x):
    """The inverse sine; NaN beyond -1 and 1."""
    large, t, tail = asin_parts(abs(x))
    far = PI_2 - fma(2.0, t, fma(2.0, tail, -PI_2_LOW))
    return with_sign(select(large, far, t + tail), x)


@vector(types.float32, math.asin, np.arcsin, ulps=1.6)
def arcsin32(x):
    """The inverse sine of a float32."""
    large, t, tail = asin_parts_32(abs(x))
    far = PI_2_32 - fma(TWO_32, t, fma(TWO_32, tail, -PI_2_LOW_32))
    return with_sign(select(large, far, t + tail), x)


@vector(types.float64, math.acos, np.arccos, ulps=1.5)
def arccos64(x):
    """The inverse cosine; NaN beyond -1 and 1."""
    large, t, tail = asin_parts(abs(x))
    negative = x < 0.0
    half = select(negative, PI_2 - (t + (tail - PI_2_LOW)), t + tail)
    t, tail = select(negative, -t, t), select(negative, -tail, tail)
    return select(large, 2.0 * half, PI_2 - (t + (tail - PI_2_LOW)))


@vector(types.float32, math.acos, np.arccos, ulps=1.2)
def arccos32(x):
    """The inverse cosine of a float32."""
    large, t, tail = asin_parts_32(abs(x))
    negative = x < 0.0
    half = select(negative, PI_2_32 - (t + (tail - PI_2_LOW_32)), t + tail)
    t, tail = select(negative, -t, t), select(negative, -tail, tail)
    return select(large, TWO_32 * half, PI_2_32 - (t + (tail - PI_2_LOW_32)))
