"""Exponentials, and the error function, which is made of one."""

from __future__ import annotations

import math

import numpy as np
from numba import types

from .instructions import (
    HALF_32,
    ONE_32,
    ROUND,
    ROUND_32,
    ROUND_BITS,
    ROUND_BITS_32,
    TWO_32,
    bits_of,
    float_of,
    fma,
    left,
    minus,
    part,
    plus,
    polynomial,
    right_unsigned,
    select,
    two_to,
    two_to_32,
    vector,
    with_sign,
)

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
#: what is smaller is its own hyperbolic sine, and its own `expm1`
TINY = 2.0**-55
LN2_HIGH_32, LN2_LOW_32 = 0.693147182, -1.90465421e-09

# ``(exp(r) - 1 - r) / r**2`` for ``abs(r) <= log(2) / 2``
exp_tail = polynomial(
    0.5, 0.1666666666666667, 0.04166666666666667, 0.00833333333332612, 0.0013888888888883737,
    0.00019841269874873975, 2.480158732558584e-05, 2.755725533255441e-06, 2.7557273594799413e-07,
    2.510524515390137e-08, 2.0914707069612355e-09,
)
exp_short = polynomial(
    0.5000000013557447, 0.16666666681725, 0.04166646401078555, 0.008333310823923211,
    0.0013933751387987224, 0.00019891103420544327,
)
exp_tail_32 = polynomial(0.5, 0.166665755, 0.0416665528, 0.00836341962, 0.00139264841)

# ``(2**r - 1) / r`` for ``abs(r) <= 1/2``
exp2_tail = polynomial(
    0.6931471805599453, 0.24022650695910097, 0.0555041086648216, 0.009618129107606854,
    0.0013333558146416916, 0.00015403530441794136, 1.525273382986708e-05, 1.3215442552522291e-06,
    1.0178062426976924e-07, 7.072593027878997e-09, 4.4549643712692967e-10,
)
exp2_short = polynomial(
    0.6931471805599453, 0.2402265092256076, 0.05550410883930555, 0.00961805662050108,
    0.001333350234150156, 0.00015461467905285986, 1.529734162283227e-05,
)
exp2_tail_32 = polynomial(
    0.693147188, 0.240226508, 0.0555035668, 0.00961808218, 0.00133910932, 0.00015453362
)


# exp ----------------------------------------------------------------------------------------------


@part
def whole_and_rest(x):
    """``n`` and ``r`` with ``x = n * log(2) + r`` and ``abs(r) <= log(2) / 2``."""
    t = fma(x, LOG2_E, ROUND)
    n = t - ROUND
    return bits_of(t) - ROUND_BITS, fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x))


@part
def whole_and_rest_32(x):
    """The same of a float32."""
    t = fma(x, LOG2_E, ROUND_32)
    n = t - ROUND_32
    return minus(bits_of(t), ROUND_BITS_32), fma(n, -LN2_LOW_32, fma(n, -LN2_HIGH_32, x))


@part
def scaled(y, n):
    """``y * 2**n`` in two steps, which reach subnormal results, and 2**1024; for ``-2046 < n < 2048``.

    Both exponents are taken with their bias: few processors shift vectors of signed integers.
    """
    biased = n + 2046
    half = right_unsigned(biased, 1)
    return y * float_of(half << 52) * float_of((biased - half) << 52)


@part
def scaled_32(y, n):
    """The same of a float32."""
    biased = plus(n, 254)
    half = right_unsigned(biased, 1)
    return y * float_of(left(half, 23)) * float_of(left(minus(biased, half), 23))


@vector(types.float64, math.exp, np.exp, ulps=1)
def exp64(x):
    """The exponential."""
    n, r = whole_and_rest(select(x > 710.0, 710.0, select(x < -746.0, -746.0, x)))
    return scaled(fma(r, fma(r, exp_tail(r), 1.0), 1.0), n)


@vector(types.float32, math.exp, np.exp, ulps=1.0)
def exp32(x):
    """The exponential of a float32."""
    n, r = whole_and_rest_32(select(x > 89.0, 89.0, select(x < -104.0, -104.0, x)))
    return scaled_32(fma(r, fma(r, exp_tail_32(r), ONE_32), ONE_32), n)


@vector(types.float64, math.exp2, np.exp2, ulps=1)
def exp2_64(x):
    """``2**x``."""
    inside = select(x > 1025.0, 1025.0, select(x < -1077.0, -1077.0, x))
    t = inside + ROUND
    r = inside - (t - ROUND)
    return scaled(fma(r, exp2_tail(r), 1.0), bits_of(t) - ROUND_BITS)


@vector(types.float32, math.exp2, np.exp2, ulps=1.0)
def exp2_32(x):
    """``2**x`` of a float32."""
    inside = select(x > 129.0, 129.0, select(x < -151.0, -151.0, x))
    t = inside + ROUND_32
    r = inside - (t - ROUND_32)
    return scaled_32(fma(r, exp2_tail_32(r), ONE_32), minus(bits_of(t), ROUND_BITS_32))


@vector(types.float64, math.expm1, np.expm1, ulps=2)
def expm1_64(x):
    """``exp(x) - 1``, accurate near 0."""
    n, r = whole_and_rest(select(x > 710.0, 710.0, select(x < -50.0, -50.0, x)))
    half = two_to(n - 1)
    y = 2.0 * fma(half, fma(r * r, exp_tail(r), r), half - 0.5)
    return select(abs(x) < TINY, x, y)


@vector(types.float32, math.expm1, np.expm1, ulps=1.7)
def expm1_32(x):
    """``exp(x) - 1`` of a float32."""
    n, r = whole_and_rest_32(select(x > 89.0, 89.0, select(x < -30.0, -30.0, x)))
    half = two_to_32(minus(n, 1))
    y = TWO_32 * fma(half, fma(r * r, exp_tail_32(r), r), half - HALF_32)
    return select(abs(x) < TINY, x, y)


# erf ----------------------------------------------------------------------------------------------
#
# Near 0 a polynomial; else ``erfc(x) = exp(-x**2) * G(t) / (1 + 2 * x)``, where G is a polynomial
# in ``t = (x - K) / (x + K)`` (M. Shepherd and J. Laframboise, Math. Comp. 36, 1981).

K = 3.75

# ``erf(x) / x - 1`` in ``x**2``, up to 1
erf_near = polynomial(
    0.12837916709551256, -0.37612638903183543, 0.11283791670945006, -0.02686617064323777,
    0.0052239776071164225, -0.0008548325975389692, 0.00012055294904839707, -1.492473690741966e-05,
    1.6447424703317362e-06, -1.6208483801871705e-07, 1.3720064546777686e-08, -7.795898827002142e-10,
)
erf_near_short = polynomial(
    0.12837916584835093, -0.37612626666720334, 0.11283594715160218, -0.026854212010626412,
    0.005189087423433974, -0.000801686428716587, 7.875875062685488e-05,
)
# G for ``1 <= x <= 6``, up to 4.2 in the short one
erf_far = polynomial(
    1.2375126308378275, -0.1402405985855466, 0.0035854154854724073, 0.08227673849003762,
    -0.10880393014331381, 0.09230432116741229, -0.05869339847725245, 0.028362277374262605,
    -0.009746583059977002, 0.0017556186793693791, 0.0002937546787549174, -0.0002899669460493346,
    5.171676232576705e-05, 2.124757922498866e-05, -1.4561883504238394e-05, -4.5904500727330906e-06,
)
erf_far_short = polynomial(
    1.2375126308355648, -0.14024059855317292, 0.003585423683792543, 0.08227684431502783,
    -0.10880579273656697, 0.09226233620934002, -0.05899839510648973, 0.027272771601022382,
    -0.011774586148071505,
)
# G for ``0 <= x <= 27.4``, up to 10.2 in the short one
erfc_all = polynomial(
    1.2375126308378275, -0.14024059858554702, 0.0035854154854629674, 0.08227673849015156,
    -0.10880393014166151, 0.09230432116019828, -0.058693398591690225, 0.02836227742106304,
    -0.009746579533044574, 0.0017556258423538239, 0.0002937134868398356, -0.0002901540789083176,
    5.16498999588817e-05, 2.2384482165091166e-05, -1.1446447970754225e-05, -9.748566469703568e-07,
    1.7558227157509764e-06, -5.383025232569218e-08, -2.631645906908448e-07, 1.828840451232149e-08,
    4.0938876758198885e-08, 1.88746453631223e-10, -5.066587061577766e-09, -9.955911503263368e-10,
)
erfc_short = polynomial(
    1.2375126307013256, -0.14024058628972444, 0.0035854333829724353, 0.08227610894716862,
    -0.10880465460035642, 0.0923130453679158, -0.05868104362423325, 0.028318350035475677,
    -0.009829920022600492, 0.0018129850685642574, 0.0004892392806287384, -0.00020821906339540006,
)


@part
def bell(size):
    """``n`` and ``y`` with ``exp(-size**2) = 2**n * (1 + y)``; the square in two parts."""
    square = size * size
    n, r = whole_and_rest(-square)
    r -= fma(size, size, -square)
    return n, fma(r * r, exp_tail(r), r)


@part
def bell_short(size):
    """``exp(-size**2)`` for a result that becomes a float32."""
    n, r = whole_and_rest(-size * size)
    return fma(r, fma(r, exp_short(r), 1.0), 1.0) * two_to(n)


@vector(types.float64, math.erf, ulps=2)
def erf64(x):
    """The error function."""
    size = abs(x)
    square = x * x
    near = fma(x, erf_near(square), x)
    inside = select(size > 6.0, 6.0, size)
    n, y = bell(inside)
    q = erf_far((inside - K) / (inside + K)) / fma(2.0, inside, 1.0)
    rest = fma(q, y, q) * two_to(n)
    return select(size < 1.0, near, with_sign(1.0 - rest, x))


@vector(types.float32, math.erf, ulps=0.6)
def erf32(x):
    """The error function of a float32, in float64."""
    x = np.float64(x)
    size = abs(x)
    near = fma(x, erf_near_short(x * x), x)
    inside = select(size > 4.2, 4.2, size)
    t = (inside - K) / (inside + K)
    rest = bell_short(inside) * erf_far_short(t) / fma(2.0, inside, 1.0)
    return np.float32(select(size < 1.0, near, with_sign(1.0 - rest, x)))


@vector(types.float64, math.erfc, ulps=3.5)
def erfc64(x):
    """``1 - erf(x)``, accurate where that is small."""
    size = abs(x)
    near = fma(x, erf_near(x * x), x)
    size = select(size > 27.3, 27.3, size)
    n, y = bell(size)
    g = erfc_all((size - K) / (size + K))
    double = 2.0 * size
    below = 1.0 + double
    inverse = 1.0 / below
    q = g * inverse
    twice = below - 1.0
    below_low = (1.0 - (below - twice)) + (double - twice)
    lost = inverse * (fma(-q, below, g) - q * below_low)
    far = scaled(q + fma(q, y, lost), n)
    return select((x < 0.5) & (x > -1.0), 1.0 - near, select(x < 0.0, 2.0 - far, far))


@vector(types.float32, math.erfc, ulps=0.6)
def erfc32(x):
    """``1 - erf(x)`` of a float32, in float64."""
    x = np.float64(x)
    size = select(abs(x) > 10.2, 10.2, abs(x))
    y = bell_short(size) * erfc_short((size - K) / (size + K)) / fma(2.0, size, 1.0)
    return np.float32(select(x < 0.0, 2.0 - y, y))
