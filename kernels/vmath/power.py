"""Powers, cube roots and distances."""

from __future__ import annotations

import math
import operator

import numpy as np
from numba import types

from .exponential import exp2_short, exp2_tail, scaled
from .instructions import (
    ROUND,
    ROUND_BITS,
    as_float,
    bits_of,
    float_of,
    fma,
    part,
    polynomial,
    right_unsigned,
    select,
    two_to,
    vector,
    with_sign,
)
from .logarithm import MANTISSA, ONE_BITS, SMALLEST_NORMAL, TWO_54, mantissa, normal_mantissa

POWERS = (operator.pow, np.power, math.pow, pow)

# ``log2(m) = s * (C0 + s**2 * (C1 + s**2 * q))`` with ``s = (m - 1) / (m + 1)``; q in ``s**2``
C0, C0_LOW = 2.8853900817779268, 4.0710547481862066e-17
C1, C1_LOW = 0.9617966939259756, 5.0577616648125907e-17
log2_tail = polynomial(
    0.5770780163555853, 0.4121985831111439, 0.3205988979671547, 0.2623081914681522,
    0.2219527885851067, 0.19238056603036385, 0.16888529114458137, 0.16912971664122153,
)
log2_short = polynomial(
    0.5770780149840546, 0.41220007270570375, 0.32034700155023904, 0.27584985334650425,
)


# Powers -------------------------------------------------------------------------------------------


@part
def log2_in_two(x):
    """``log2(x)`` as a sum of two floats, to 66 bits."""
    n, m = mantissa(x)
    above, below = m - 1.0, m + 1.0  # the first is exact
    inverse = 1.0 / below
    s = above * inverse
    s_low = inverse * fma(-s, below, above) - s * inverse * ((1.0 - below) + m)
    z = s * s
    z_low = fma(s, s, -z) + 2.0 * s * s_low
    # the bracket of s**2, then that of s
    tail = z * log2_tail(z)
    a = C1 + tail
    a_low = (C1 - a) + tail + C1_LOW
    b = z * a
    b_low = fma(z, a, -b) + fma(z, a_low, z_low * a)
    c = C0 + b
    c_low = (C0 - c) + b + (C0_LOW + b_low)
    y = s * c
    y_low = fma(s, c, -y) + fma(s, c_low, s_low * c)
    high = n + y
    return high, (n - high) + y + y_low


@part
def power_of_size(size, y):
    """``size ** y`` for a size that is neither 0 nor infinite."""
    high, low = log2_in_two(size)
    product = y * high
    rest = fma(y, high, -product) + y * low
    outside = abs(product) > 1100.0
    inside = select(product > 1100.0, 1100.0, select(product < -1100.0, -1100.0, product))
    t = inside + ROUND
    r = (inside - (t - ROUND)) + select(outside, 0.0, rest)
    return scaled(fma(r, exp2_tail(r), 1.0), bits_of(t) - ROUND_BITS)


@part
def power_of_size_short(size, y):
    """The same for a result that becomes a float32."""
    n, m = normal_mantissa(size)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    product = y * fma(s, fma(z, fma(z, log2_short(z), C1), C0), n)
    inside = select(product > 300.0, 300.0, select(product < -300.0, -300.0, product))
    t = inside + ROUND
    r = inside - (t - ROUND)
    return fma(r, exp2_short(r), 1.0) * two_to(bits_of(t) - ROUND_BITS)


@part
def power_at_the_ends(x, y, power):
    """``x ** y`` as C99 has it, where `power` is that of the size of `x`."""
    size = abs(x)
    grows = (size > 1.0) == (y > 0.0)
    extreme = (size == 0.0) | (size == np.inf) | (abs(y) == np.inf)
    power = select(extreme, select(grows, np.inf, 0.0), power)
    half = fma(y, 0.5, 0.0)
    whole = np.floor(y) == y
    odd = whole & (np.floor(half) != half)
    power = select(odd & (bits_of(x) < 0), -power, power)
    power = select((x < 0.0) & (x != -np.inf) & (not whole), np.nan, power)
    power = select((x != x) | (y != y), np.nan, power)
    one = (y == 0.0) | (x == 1.0) | ((x == -1.0) & (abs(y) == np.inf))
    return select(one, 1.0, power)


@vector(types.float64, *POWERS, ulps=1.5)
def pow64(x, y):
    """``x ** y``; at the ends of the range as C99 has it, and NaN where that is not real."""
    x, y = np.float64(x), np.float64(y)
    return power_at_the_ends(x, y, power_of_size(abs(x), y))


@vector(types.float32, *POWERS, ulps=1)
def pow32(x, y):
    """``x ** y`` of float32, in float64."""
    x, y = np.float32(x), np.float32(y)
    power = power_of_size_short(np.float64(abs(x)), np.float64(y))
    return power_at_the_ends(x, y, np.float32(power))


# Square roots -------------------------------------------------------------------------------------


@part
def square_root(x):
    """``x ** 0.5``, which differs from the square root at -0.0 and at minus infinity."""
    return select(x == -np.inf, np.inf, abs(np.sqrt(x)))


@vector(types.float64, "** -0.5", ulps=1.5)
def power_minus_half64(x):
    """``x ** -0.5``."""
    return 1.0 / square_root(np.float64(x))


@vector(types.float64, "** 1.5", ulps=1.5)
def power_3_halves64(x):
    """``x ** 1.5``."""
    x = np.float64(x)
    return abs(x) * square_root(x)


@vector(types.float64, "** 2.5", ulps=2)
def power_5_halves64(x):
    """``x ** 2.5``."""
    x = np.float64(x)
    return x * x * square_root(x)


# Cube root ----------------------------------------------------------------------------------------

THIRD = 1.0 / 3.0
ROOT_2, ROOT_4 = 1.2599210498948732, 1.5874010519681996
UPPER = -(1 << 27)  # the bits of a float without the last 27

# the cube root on ``[1, 2]``
root = polynomial(
    0.44864263080415745, 0.9437338117552575, -0.655068561722188, 0.3751475301420356,
    -0.13924853171031618, 0.029496704251914946, -0.002703333870412061,
)
root_short = polynomial(0.5557909602691388, 0.5808263911380952, -0.1586624600531909, 0.022148699208245196)


@part
def thirds(size):
    """``size = 8**k * f * m`` with ``m`` in ``[1, 2)`` and ``f`` one of 1, 2, 4.

    Returns the bits of ``k + ROUND``, ``m``, ``f`` and the cube root of ``f``.
    """
    bits = bits_of(size)
    n = as_float(right_unsigned(bits, 52) - 1023)
    t = fma(n - 1.0, THIRD, ROUND)
    rest = n - 3.0 * (t - ROUND)
    m = float_of((bits & MANTISSA) | ONE_BITS)
    one, two = rest == 1.0, rest == 2.0
    factor, its_root = select(one, 2.0, 1.0), select(one, ROOT_2, 1.0)
    return bits_of(t), m, select(two, 4.0, factor), select(two, ROOT_4, its_root)


@vector(types.float64, np.cbrt, math.cbrt, ulps=1)
def cbrt64(x):
    """The cube root: a polynomial, and one step of Halley's method."""
    size = abs(x)
    subnormal = size < SMALLEST_NORMAL
    k, m, factor, its_root = thirds(select(subnormal, size * TWO_54, size))
    first = float_of(bits_of(root(m) * its_root) & UPPER)  # its square is exact
    m *= factor
    gap = fma(first * first, first, -m)
    y = first - first * gap / fma(2.0, gap, 3.0 * m)
    y *= two_to(k - ROUND_BITS) * select(subnormal, 2.0**-18, 1.0)
    return select((x == 0.0) | (size == np.inf) | (x != x), x, with_sign(y, x))


@vector(types.float32, np.cbrt, math.cbrt, ulps=0.6)
def cbrt32(x):
    """The cube root of a float32, in float64."""
    size = np.float64(abs(x))
    k, m, factor, its_root = thirds(size)
    first = root_short(m) * its_root
    m *= factor
    gap = fma(first * first, first, -m)
    y = np.float32((first - first * gap / fma(2.0, gap, 3.0 * m)) * two_to(k - ROUND_BITS))
    return select((x == 0.0) | (size == np.inf) | (x != x), x, select(x < 0.0, -y, y))


# Distance -----------------------------------------------------------------------------------------


@vector(types.float64, np.hypot, math.hypot, ulps=1.5)
def hypot64(x, y):
    """``sqrt(x**2 + y**2)``, scaled so that no square overflows or vanishes."""
    a, b = abs(np.float64(x)), abs(np.float64(y))
    larger = select(a > b, a, b)
    large, small = larger > 2.0**500, larger < 2.0**-500
    scale = select(large, 2.0**-600, select(small, 2.0**600, 1.0))
    back = select(large, 2.0**600, select(small, 2.0**-600, 1.0))
    p, q = a * scale, b * scale
    distance = back * np.sqrt(fma(p, p, q * q))
    return select((a == np.inf) | (b == np.inf), np.inf, distance)


@vector(types.complex128, abs, np.abs, ulps=1.5)
def modulus64(z):
    """The absolute value of a complex number."""
    return hypot64(z.real, z.imag)


@vector(types.float32, np.hypot, math.hypot, ulps=1)
def hypot32(x, y):
    """``sqrt(x**2 + y**2)`` of float32, in float64."""
    a, b = np.float64(np.float32(x)), np.float64(np.float32(y))
    distance = np.sqrt(fma(a, a, b * b))
    return np.float32(select((abs(a) == np.inf) | (abs(b) == np.inf), np.inf, distance))


@vector(types.complex64, abs, np.abs, ulps=1)
def modulus32(z):
    """The absolute value of a complex number of float32."""
    return hypot32(z.real, z.imag)
