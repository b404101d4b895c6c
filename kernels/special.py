"""Special functions that other rules need, as compiled kernels with rules of their own.

Their rules make second and higher derivatives: that of `digamma` is `polygamma` of order 1, and so
on.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numba.extending import overload

from ..registry import (
    JIT,
    NONZERO,
    ORDER,
    POSITIVE,
    REAL,
    conj,
    kernel,
    overloaded_kernel,
    pullback,
)

# Direction ----------------------------------------------------------------------------------------


def _along_complex(length, a, size):
    re, im = (a.real / size, a.imag / size) if size != 0 else (size, size)
    return complex(length * re, length * im)  # a product of numbers that are made complex does not vectorise


@overloaded_kernel
def along(length, a, size):
    """``length * a / size``, where `size` is ``abs(a)``: in the direction of a complex number, or with the
    sign of a real one; 0 at 0."""
    return _along_complex(length, a, size) if isinstance(a, complex) else length * np.sign(a)


@overload(along, jit_options=JIT)
def _overload_along(length, a, size):
    if isinstance(a, types.Complex):
        return _along_complex
    return lambda length, a, size: length * np.sign(a)


def _ratio_complex(length, a, size):
    return length / size if size != 0 else 0.0 * length


@overloaded_kernel
def ratio(length, a, size):
    """``length / size`` of a complex `a`: what ``along`` changes by where `a` does; 0 of a real `a`."""
    return _ratio_complex(length, a, size) if isinstance(a, complex) else 0.0 * length


@overload(ratio, jit_options=JIT)
def _overload_ratio(length, a, size):
    if isinstance(a, types.Complex):
        return _ratio_complex
    return lambda length, a, size: 0.0 * length


@pullback(along, REAL.beside_complex, NONZERO.or_complex, POSITIVE.beside_complex)
def along_slopes(a, b, c, y_bar):
    """``y = a b / c`` of a complex `b`, ``a sign(b)`` of a real one; 0 where `c` is 0."""
    a_bar = (y_bar * conj(along(1.0, b, c))).real
    step = ratio(a, b, c)
    return a_bar, y_bar * step, -a_bar * step


@pullback(ratio, REAL.beside_complex, NONZERO.or_complex, POSITIVE.beside_complex)
def ratio_slopes(a, b, c, y, y_bar):
    inverse = ratio(1.0, b, c)
    return y_bar * inverse, None, -y_bar * y * inverse


# Gamma function -----------------------------------------------------------------------------------


@kernel
def digamma(a):
    """The logarithmic derivative of the gamma function; NaN at its poles 0, -1, -2, ...

    Reflection below 0, recurrence up to 8, then the asymptotic series (Abramowitz and Stegun,
    6.3.5, 6.3.7, 6.3.18).
    """
    if a <= 0.0 and a == np.floor(a):
        return np.nan
    y = 0.0
    x = 1.0 * a
    if x < 0.0:
        y = -math.pi / math.tan(math.pi * (x - np.rint(x)))
        x = 1.0 - x
    while x < 8.0:
        y -= 1.0 / x
        x += 1.0
    w = 1.0 / (x * x)
    series = w * (1.0 / 12.0 - w * (1.0 / 120.0 - w * (1.0 / 252.0 - w * (1.0 / 240.0 - w * (
        1.0 / 132.0 - w * (691.0 / 32760.0 - w * (1.0 / 12.0 - w * (3617.0 / 8160.0))))))))
    return y + math.log(x) - 0.5 / x - series


#: ``B[2k] / (2k)!`` of the Bernoulli numbers, for k = 1, 2, ...
BERNOULLI = (
    1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600,
    -3617 / 10670622842880000, 43867 / 5109094217170944000,
)


@kernel
def polygamma(a, b):
    """The derivative of order ``a >= 1`` of `digamma` at `b`; infinite or NaN at the poles.

    Recurrence up to ``15 + a``, then the asymptotic series (Abramowitz and Stegun, 6.4.6, 6.4.11);
    below 0 by reflection (6.4.7) for orders up to 3, and NaN for higher ones.
    """
    sign = -1.0 if a % 2 == 0 else 1.0
    reflected = 0.0
    x = 1.0 * b
    if x <= 0.0:
        if x == np.floor(x) or a > 3:
            return np.inf if a % 2 == 1 and a <= 3 else np.nan
        c = 1.0 / math.tan(math.pi * (x - np.rint(x)))
        square = 1.0 + c * c
        if a == 1:
            reflected = math.pi ** 2 * square
        elif a == 2:
            reflected = -2.0 * math.pi ** 3 * c * square
        else:
            reflected = 2.0 * math.pi ** 4 * square * (1.0 + 3.0 * c * c)
        x = 1.0 - x
    factorial = 1.0
    for k in range(2, a):
        factorial *= k  # (a - 1)!
    total = 0.0
    while x < 15.0 + a:
        total += a * factorial / x ** (a + 1)
        x += 1.0
    total += factorial / x ** a + a * factorial / (2.0 * x ** (a + 1))
    rising = factorial
    for k in range(1, len(BERNOULLI) + 1):
        rising *= (a + 2 * k - 2) * (a + 2 * k - 1)  # (a + 2k - 1)!
        total += BERNOULLI[k - 1] * rising / x ** (a + 2 * k)
    return reflected - total if b <= 0.0 else sign * total


@pullback(digamma, POSITIVE)
def digamma_slope(a, y_bar):
    return y_bar * polygamma(1, a)


@pullback(polygamma, ORDER, POSITIVE)
def polygamma_slope(a, b, y_bar):
    return None, y_bar * polygamma(a + 1, b)


@pullback(math.gamma, POSITIVE)
def gamma(a, y, y_bar):
    return y_bar * y * digamma(a)


@pullback(math.lgamma, POSITIVE)
def lgamma(a, y_bar):
    return y_bar * digamma(a)


# Error function -----------------------------------------------------------------------------------

TWO_OVER_SQRT_PI = 2.0 / math.sqrt(math.pi)


@pullback(math.erf, REAL)
def erf(a, y_bar):
    return y_bar * (TWO_OVER_SQRT_PI * np.exp(-a * a))


@pullback(math.erfc, REAL)
def erfc(a, y_bar):
    return y_bar * (-TWO_OVER_SQRT_PI * np.exp(-a * a))


# Cardinal sine ------------------------------------------------------------------------------------

PI_SQUARED = math.pi ** 2


@kernel
def sinc_slope(a):
    """The derivative of ``sin(pi a) / (pi a)``; near 0 by its series, which does not cancel."""
    w = PI_SQUARED * a * a
    if abs(w) > 1.0:
        return (np.cos(math.pi * a) - np.sinc(a)) / a
    series = -1.0 / 3.0 + w * (1.0 / 30.0 - w * (1.0 / 840.0 - w * (1.0 / 45360.0 - w * (
        1.0 / 3991680.0 - w * (1.0 / 518918400.0 - w * (1.0 / 93405312000.0))))))
    return PI_SQUARED * a * series


@pullback(np.sinc, REAL.or_complex)
def sinc(a, y_bar):
    return y_bar * conj(sinc_slope(a))


@pullback(sinc_slope, NONZERO.or_complex)
def sinc_curvature(a, y, y_bar):
    bend = -2.0 * y / a if a != 0 else 2.0 / 3.0 * PI_SQUARED
    return y_bar * conj(bend - PI_SQUARED * np.sinc(a))
