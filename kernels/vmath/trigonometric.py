"""Sine, cosine and tangent.

The polynomials and the splitting of pi/2 of float64 are those of fdlibm (Sun Microsystems, 1993). Where the
reduction by multiples of pi/2 loses accuracy, libm takes over.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types

from ..lanes import rare_call
from .instructions import (
    ONE_32,
    ROUND,
    ROUND_32,
    bits_of,
    both,
    differ,
    float_of,
    fma,
    left,
    part,
    plus,
    polynomial,
    select,
    vector,
)

TWO_OVER_PI = 6.36619772367581382433e-01
PI_2_1, PI_2_2 = 1.57079632673412561417e00, 6.07710050630396597660e-11
PI_2_3, PI_2_4 = 2.02226624871116645580e-21, 8.47842766036889956997e-32
PI_2, PI_2_LOW = 1.5707963267948966, 6.123233995736766e-17
PI_2_32 = (1.57079637, -4.37113883e-08, -1.71512451e-15)

#: beyond these libm takes over
LARGEST_ANGLE = 2.0**46
LARGEST_ANGLE_32 = np.float32(2.0**17)

# ``(sin(r) / r - 1) / r**2`` and ``(cos(r) - 1 + r**2 / 2) / r**4`` in ``r**2``, for ``r <= pi / 4``
sin_tail = polynomial(
    -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04,
    2.75573137070700676789e-06, -2.50507602534068634195e-08, 1.58969099521155010221e-10,
)
cos_tail = polynomial(
    4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05,
    -2.75573143513906633035e-07, 2.08757232129817482790e-09, -1.13596475577881948265e-11,
)
sin_short = polynomial(
    -0.16666666663608304, 0.00833333177968258, -0.00019840035943066543, 2.724340926404085e-06
)
cos_short = polynomial(
    0.04166666666411509, -0.0013888887592708222, 2.4800557984865608e-05, -2.72955202138196e-07
)
sin_tail_32 = polynomial(-0.166666642, 0.00833266393, -0.00019570286)
cos_tail_32 = polynomial(0.0416666642, -0.00138882185, 2.45302988e-05)


@part
def quadrant(x):
    """The number of quarter turns in `x`, sine and cosine of the rest, which is kept in two parts."""
    t = fma(x, TWO_OVER_PI, ROUND)
    n = t - ROUND
    first = fma(n, -PI_2_1, x)  # exact
    turn = n * PI_2_2
    second = first - turn
    moved = second - first
    low = (first - (second - moved)) - (turn + moved) + fma(n, -PI_2_2, turn)
    low = fma(n, -PI_2_4, fma(n, -PI_2_3, low))
    r = second + low
    low += second - r
    z = r * r
    half = 0.5 * z
    cosine = 1.0 - half
    sine = r + fma(r * z, sin_tail(z), low)
    cosine += ((1.0 - cosine) - half) + fma(z * z, cos_tail(z), -r * low)
    return bits_of(t), sine, cosine


@part
def quadrant_short(x):
    """The same in float64, for a result that becomes a float32."""
    t = fma(x, TWO_OVER_PI, ROUND)
    n = t - ROUND
    r = fma(n, -PI_2_LOW, fma(n, -PI_2, x))
    z = r * r
    return bits_of(t), fma(r * z, sin_short(z), r), fma(z * z, cos_short(z), fma(z, -0.5, 1.0))


@part
def quadrant_32(x):
    """The same of a float32."""
    t = fma(x, TWO_OVER_PI, ROUND_32)
    n = t - ROUND_32
    r = fma(n, -PI_2_32[2], fma(n, -PI_2_32[1], fma(n, -PI_2_32[0], x)))
    z = r * r
    return bits_of(t), fma(r * z, sin_tail_32(z), r), fma(z * z, cos_tail_32(z), fma(z, -0.5, ONE_32))


_sin, _cos, _tan = rare_call("sin"), rare_call("cos"), rare_call("tan")


@vector(types.float64, math.sin, np.sin, ulps=1)
def sin64(x):
    """The sine; by libm for ``abs(x) > 2**46``."""
    q, sine, cosine = quadrant(x)
    y = select((q & 1) == 1, cosine, sine)
    y = select(x == 0.0, x, float_of(bits_of(y) ^ ((q & 2) << 62)))
    if abs(x) > LARGEST_ANGLE:
        y = _sin(x)
    return y


@vector(types.float32, math.sin, np.sin, ulps=1.6)
def sin32(x):
    """The sine of a float32; by libm for ``abs(x) > 2**17``."""
    q, sine, cosine = quadrant_32(x)
    y = select(both(q, 1) == 1, cosine, sine)
    y = select(x == 0.0, x, float_of(differ(bits_of(y), left(both(q, 2), 30))))
    if abs(x) > LARGEST_ANGLE_32:
        y = _sin(x)
    return y


@vector(types.float64, math.cos, np.cos, ulps=1)
def cos64(x):
    """The cosine; by libm for ``abs(x) > 2**46``."""
    q, sine, cosine = quadrant(x)
    y = select((q & 1) == 1, sine, cosine)
    y = float_of(bits_of(y) ^ (((q + 1) & 2) << 62))
    if abs(x) > LARGEST_ANGLE:
        y = _cos(x)
    return y


@vector(types.float32, math.cos, np.cos, ulps=1.6)
def cos32(x):
    """The cosine of a float32; by libm for ``abs(x) > 2**17``."""
    q, sine, cosine = quadrant_32(x)
    y = select(both(q, 1) == 1, sine, cosine)
    y = float_of(differ(bits_of(y), left(both(plus(q, 1), 2), 30)))
    if abs(x) > LARGEST_ANGLE_32:
        y = _cos(x)
    return y


@vector(types.float64, math.tan, np.tan, ulps=2.5)
def tan64(x):
    """The tangent; by libm for ``abs(x) > 2**46``."""
    q, sine, cosine = quadrant(x)
    odd = (q & 1) == 1
    y = select(odd, -cosine, sine) / select(odd, sine, cosine)
    y = select(x == 0.0, x, y)
    if abs(x) > LARGEST_ANGLE:
        y = _tan(x)
    return y


@vector(types.float32, math.tan, np.tan, ulps=1.5)
def tan32(x):
    """The tangent of a float32, in float64; by libm for ``abs(x) > 2**46``."""
    q, sine, cosine = quadrant_short(np.float64(x))
    odd = (q & 1) == 1
    y = select(x == 0.0, x, np.float32(select(odd, -cosine, sine) / select(odd, sine, cosine)))
    if abs(x) > LARGEST_ANGLE:
        y = _tan(x)
    return y
