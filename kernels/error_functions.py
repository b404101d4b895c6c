"""Rules of error functions and of the normal distribution.

Derivatives: DLMF 7.2 and 7.10.
"""

from __future__ import annotations

import math

import numpy as np

from .. import special
from ..registry import REAL, UNIT, Domain, conj, kernel, pullback

TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)
HALF_SQRT_PI = 0.5 * math.sqrt(math.pi)
SQRT_TWO_PI = math.sqrt(2.0 * math.pi)
SQRT_HALF = math.sqrt(0.5)
SQRT_TWO_OVER_PI = math.sqrt(2.0 / math.pi)

PROBABILITY = Domain("PROBABILITY", 0.1, 0.9)


@kernel
def tail_slope(a, sign):
    """The derivative of ``1/x + sign/(2 x**3) + 3/(4 x**5) + sign * 15/(8 x**7) ..`` at large `a`.

    With ``sign = -1`` that is ``sqrt(pi) * erfcx`` (DLMF 7.12.1), with 1 twice Dawson's integral (7.12).
    """
    w = 0.5 * sign / (a * a)
    total, term = 0.0, -1.0 / (a * a)
    for k in range(20):
        total += term
        term *= (2 * k + 3) * w
    return total


@kernel
def erfcx_slope(a, y):
    """``2 a y - 2 / sqrt(pi)``, of which nothing is left at large `a`: there by a series."""
    if a > 10.0:
        return 0.5 * TWO_OVER_SQRT_PI * tail_slope(1.0 * a, -1.0)
    return 2.0 * a * y - TWO_OVER_SQRT_PI


@kernel
def dawsn_slope(a, y):
    """``1 - 2 a y``, of which nothing is left at large `a`: there by a series."""
    if abs(a) > 10.0:
        return 0.5 * tail_slope(1.0 * a, 1.0)
    return 1.0 - 2.0 * a * y


@pullback(special.erf, REAL.or_complex)
def error_function(a, y_bar):
    return y_bar * conj(TWO_OVER_SQRT_PI * np.exp(-a * a))


@pullback(special.erfc, REAL.or_complex)
def error_complement(a, y_bar):
    return y_bar * conj(-TWO_OVER_SQRT_PI * np.exp(-a * a))


@pullback(special.erfcx, REAL)
def erfcx(a, y, y_bar):
    return y_bar * erfcx_slope(a, y)


@pullback(special.erfi, REAL.or_complex)
def erfi(a, y_bar):
    return y_bar * conj(TWO_OVER_SQRT_PI * np.exp(a * a))


@pullback(special.dawsn, REAL)
def dawsn(a, y, y_bar):
    return y_bar * dawsn_slope(a, y)


@pullback(special.erfinv, UNIT)
def erfinv(y, y_bar):
    """Infinite at -1 and 1."""
    return y_bar * (HALF_SQRT_PI * np.exp(y * y))


@pullback(special.erfcinv, PROBABILITY)
def erfcinv(y, y_bar):
    """Infinite at 0 and 2."""
    return y_bar * (-HALF_SQRT_PI * np.exp(y * y))


@pullback(special.ndtr, REAL.or_complex)
def ndtr(a, y_bar):
    return y_bar * conj(np.exp(-0.5 * a * a) / SQRT_TWO_PI)


@pullback(special.log_ndtr, REAL)
def log_ndtr(a, y_bar):
    """The density over the distribution function, without underflow of either."""
    return y_bar * (SQRT_TWO_OVER_PI / special.erfcx(-SQRT_HALF * a))


@pullback(special.ndtri, PROBABILITY)
def ndtri(y, y_bar):
    """Infinite at 0 and 1."""
    return y_bar * (SQRT_TWO_PI * np.exp(0.5 * y * y))


@pullback(special.owens_t, REAL, REAL)
def owens_t(a, b, y_bar):
    """D. B. Owen, Ann. Math. Statist. 27 (1956), 1075."""
    a_bar = -y_bar * (0.5 / SQRT_TWO_PI) * np.exp(-0.5 * a * a) * special.erf(SQRT_HALF * a * b)
    square = 1.0 + b * b
    return a_bar, y_bar * np.exp(-0.5 * a * a * square) / (2.0 * math.pi * square)
