"""Rules of Bessel and Airy functions.

Derivatives: DLMF 9.2, 10.6 and 10.29. Those in the order of a Bessel function are not known here.
"""

from __future__ import annotations

import math

import numpy as np

from .. import special
from ..registry import ORDER, POSITIVE, REAL, Domain, conj, kernel, pullback

REAL_ORDER = Domain("REAL_ORDER", 0.3, 3.0).without_rule

# Slopes -------------------------------------------------------------------------------------------


@kernel
def odd_slope(y, over, a):
    """``over - y / a``, and at 0 its limit for functions that begin like ``a / 2``."""
    return over - y / a if a != 0 else 0.5 * over


@kernel
def scaled_slope(v, a, sign):
    """The derivative of ``a**-0.5 * (1 - sign * (4 v**2 - 1) / (8 a) + ..)`` at large `a`.

    That is the modified Bessel function of order `v` without its exponential and constant factors: of the
    first kind with ``sign = 1``, of the second with -1 (DLMF 10.40.1 and 10.40.2).
    """
    total, term = 0.0, -1.0 / (a * math.sqrt(a))
    for k in range(22):
        total += (k + 0.5) * term
        term *= sign * ((2 * k + 1) ** 2 - 4.0 * v * v) / (8.0 * (k + 1) * a)
    return total


@kernel
def ive_slope(v, a, y):
    """The derivative of `ive` in `a`; at large `a` by a series, where the plain formula cancels."""
    v, a = 1.0 * v, 1.0 * a
    if a > max(30.0, 2.0 * v * v):
        return scaled_slope(v, a, 1.0) / math.sqrt(2.0 * math.pi)
    return 0.5 * (special.ive(v - 1.0, a) + special.ive(v + 1.0, a)) - np.sign(a) * y


@kernel
def i0e_slope(a, y):
    """The derivative of `i0e`, which is even; 0 at its kink 0, a maximum."""
    size = abs(1.0 * a)
    if size > 30.0:
        slope = scaled_slope(0.0, size, 1.0) / math.sqrt(2.0 * math.pi)
    else:
        slope = special.i1e(size) - y
    return np.sign(a) * slope


@kernel
def i1e_slope(a, y):
    """The derivative of `i1e`, which is odd."""
    size = abs(1.0 * a)
    if size > 30.0:
        return scaled_slope(1.0, size, 1.0) / math.sqrt(2.0 * math.pi)
    if size == 0.0:
        return 0.5
    return special.i0e(size) - y / a - abs(y)


@kernel
def kve_slope(v, a, y):
    """The derivative of `kve` in `a`; at large `a` by a series, where the plain formula cancels."""
    v, a = 1.0 * v, 1.0 * a
    if a > max(30.0, 2.0 * v * v):
        return scaled_slope(v, a, -1.0) * math.sqrt(0.5 * math.pi)
    return y - 0.5 * (special.kve(v - 1.0, a) + special.kve(v + 1.0, a))


# First and second kind ----------------------------------------------------------------------------


@pullback(special.j0, REAL)
def j0(a, y_bar):
    return -y_bar * special.j1(a)


@pullback(special.j1, REAL)
def j1(a, y, y_bar):
    return y_bar * odd_slope(y, special.j0(a), a)


@pullback((special.jv, special.jn), REAL_ORDER, POSITIVE.or_complex)
def jv(a, b, y_bar):
    return None, y_bar * conj(0.5 * (special.jv(a - 1, b) - special.jv(a + 1, b)))


@pullback(special.y0, POSITIVE)
def y0(a, y_bar):
    return -y_bar * special.y1(a)


@pullback(special.y1, POSITIVE)
def y1(a, y, y_bar):
    """Infinite at 0."""
    return y_bar * (special.y0(a) - y / a if a != 0 else np.inf)


@pullback(special.yn, ORDER, POSITIVE)
def yn(a, b, y_bar):
    return None, y_bar * (0.5 * (special.yn(a - 1, b) - special.yn(a + 1, b)))


@pullback(special.yv, REAL_ORDER, POSITIVE.or_complex)
def yv(a, b, y_bar):
    return None, y_bar * conj(0.5 * (special.yv(a - 1, b) - special.yv(a + 1, b)))


# Modified -----------------------------------------------------------------------------------------


@pullback(special.i0, REAL)
def i0(a, y_bar):
    return y_bar * special.i1(a)


@pullback(special.i1, REAL)
def i1(a, y, y_bar):
    return y_bar * odd_slope(y, special.i0(a), a)


@pullback(special.iv, REAL_ORDER, POSITIVE.or_complex)
def iv(a, b, y_bar):
    return None, y_bar * conj(0.5 * (special.iv(a - 1, b) + special.iv(a + 1, b)))


@pullback(special.i0e, REAL)
def i0e(a, y, y_bar):
    """At the kink 0, a maximum, the slope is 0."""
    return y_bar * i0e_slope(a, y)


@pullback(special.i1e, REAL)
def i1e(a, y, y_bar):
    return y_bar * i1e_slope(a, y)


@pullback(special.ive, REAL_ORDER, POSITIVE)
def ive(a, b, y, y_bar):
    return None, y_bar * ive_slope(a, b, y)


@pullback(special.k0, POSITIVE)
def k0(a, y_bar):
    return -y_bar * special.k1(a)


@pullback(special.k1, POSITIVE)
def k1(a, y, y_bar):
    return -y_bar * (special.k0(a) + y / a)


@pullback(special.kn, ORDER, POSITIVE)
def kn(a, b, y_bar):
    return None, y_bar * (-0.5 * (special.kn(a - 1, b) + special.kn(a + 1, b)))


@pullback(special.kv, REAL_ORDER, POSITIVE.or_complex)
def kv(a, b, y_bar):
    return None, y_bar * conj(-0.5 * (special.kv(a - 1, b) + special.kv(a + 1, b)))


@pullback(special.k0e, POSITIVE)
def k0e(a, y, y_bar):
    return y_bar * kve_slope(0.0, a, y)


@pullback(special.k1e, POSITIVE)
def k1e(a, y, y_bar):
    return y_bar * kve_slope(1.0, a, y)


@pullback(special.kve, REAL_ORDER, POSITIVE)
def kve(a, b, y, y_bar):
    return None, y_bar * kve_slope(a, b, y)


# Airy functions -----------------------------------------------------------------------------------


@pullback(special.airy_ai, REAL.or_complex)
def airy_ai(a, y_bar):
    return y_bar * conj(special.airy_ai_slope(a))


@pullback(special.airy_ai_slope, REAL.or_complex)
def airy_ai_slope(a, y_bar):
    return y_bar * conj(a * special.airy_ai(a))


@pullback(special.airy_bi, REAL.or_complex)
def airy_bi(a, y_bar):
    return y_bar * conj(special.airy_bi_slope(a))


@pullback(special.airy_bi_slope, REAL.or_complex)
def airy_bi_slope(a, y_bar):
    return y_bar * conj(a * special.airy_bi(a))
