"""Rules of exponentials, logarithms, roots, trigonometric and hyperbolic functions.

They hold on every branch of the complex functions, away from the cuts.
"""

from __future__ import annotations

import cmath
import math

import numpy as np

from ..registry import ABOVE_ONE, NONZERO, POSITIVE, REAL, UNIT, conj, pullback

LOG_2 = math.log(2.0)
LOG_10 = math.log(10.0)
DEGREE = math.pi / 180.0

# Exponentials and logarithms ----------------------------------------------------------------------


@pullback((math.exp, np.exp, cmath.exp), REAL.or_complex)
def exp(y, y_bar):
    return y_bar * conj(y)


@pullback((math.exp2, np.exp2), REAL.or_complex)
def exp2(y, y_bar):
    return y_bar * conj(y) * LOG_2


@pullback((math.expm1, np.expm1), REAL.or_complex)
def expm1(y, y_bar):
    return y_bar * conj(y + 1.0)


@pullback((math.log, np.log, cmath.log), POSITIVE.or_complex)
def log(a, y_bar):
    return y_bar / conj(a)


@pullback((math.log2, np.log2), POSITIVE.or_complex)
def log2(a, y_bar):
    return y_bar / conj(a * LOG_2)


@pullback((math.log10, np.log10, cmath.log10), POSITIVE.or_complex)
def log10(a, y_bar):
    return y_bar / conj(a * LOG_10)


@pullback((math.log1p, np.log1p), POSITIVE.or_complex)
def log1p(a, y_bar):
    return y_bar / conj(1.0 + a)


@pullback(np.logaddexp, REAL, REAL)
def logaddexp(a, b, y_bar):
    """Where both arguments are minus infinity, half each."""
    gap = 0.0 if (a == b) & np.isinf(a) else b - a
    return y_bar / (1.0 + np.exp(gap)), y_bar / (1.0 + np.exp(-gap))


@pullback(np.logaddexp2, REAL, REAL)
def logaddexp2(a, b, y_bar):
    """Where both arguments are minus infinity, half each."""
    gap = 0.0 if (a == b) & np.isinf(a) else b - a
    return y_bar / (1.0 + np.exp2(gap)), y_bar / (1.0 + np.exp2(-gap))


# Roots and powers ---------------------------------------------------------------------------------


@pullback((math.sqrt, np.sqrt, cmath.sqrt), POSITIVE.or_complex)
def sqrt(y, y_bar):
    """At 0 the slope is infinite; a cotangent of 0 is stronger, and stronger than a NaN that nobody used."""
    return 0.0 if y_bar == 0 else y_bar / conj(y + y)


@pullback((np.cbrt, math.cbrt), NONZERO)
def cbrt(y, y_bar):
    """At 0 the slope is infinite, and a cotangent of 0 is stronger."""
    return 0.0 if (y == 0) & (y_bar == 0) else y_bar / (3.0 * y * y)


@pullback(np.square, REAL.or_complex)
def square(a, y_bar):
    return y_bar * conj(a + a)


@pullback(np.reciprocal, NONZERO.or_complex)
def reciprocal(y, y_bar):
    return -y_bar * conj(y * y)


# Trigonometric functions --------------------------------------------------------------------------


@pullback((math.sin, np.sin, cmath.sin), REAL.or_complex)
def sin(a, y_bar):
    return y_bar * conj(np.cos(a))


@pullback((math.cos, np.cos, cmath.cos), REAL.or_complex)
def cos(a, y_bar):
    return -y_bar * conj(np.sin(a))


@pullback((math.tan, np.tan, cmath.tan), UNIT.or_complex)
def tan(y, y_bar):
    return y_bar * conj(1.0 + y * y)


@pullback((math.asin, np.arcsin, cmath.asin), UNIT.or_complex)
def arcsin(a, y_bar):
    return y_bar / conj(np.sqrt((1.0 - a) * (1.0 + a)))


@pullback((math.acos, np.arccos, cmath.acos), UNIT.or_complex)
def arccos(a, y_bar):
    return -y_bar / conj(np.sqrt((1.0 - a) * (1.0 + a)))


@pullback((math.atan, np.arctan, cmath.atan), REAL.or_complex)
def arctan(a, y_bar):
    return y_bar / conj(1.0 + a * a)


@pullback((math.degrees, np.degrees, np.rad2deg), REAL)
def degrees(y_bar):
    return y_bar / DEGREE


@pullback((math.radians, np.radians, np.deg2rad), REAL)
def radians(y_bar):
    return y_bar * DEGREE


# Hyperbolic functions -----------------------------------------------------------------------------


@pullback((math.sinh, np.sinh, cmath.sinh), REAL.or_complex)
def sinh(a, y_bar):
    return y_bar * conj(np.cosh(a))


@pullback((math.cosh, np.cosh, cmath.cosh), REAL.or_complex)
def cosh(a, y_bar):
    return y_bar * conj(np.sinh(a))


@pullback((math.tanh, np.tanh, cmath.tanh), REAL.or_complex)
def tanh(y, y_bar):
    return y_bar * conj(1.0 - y * y)


@pullback((math.asinh, np.arcsinh, cmath.asinh), REAL.or_complex)
def arcsinh(a, y_bar):
    return y_bar / conj(np.sqrt(1.0 + a * a))


@pullback((math.acosh, np.arccosh, cmath.acosh), ABOVE_ONE.or_complex)
def arccosh(a, y_bar):
    """Two roots, because on half of the complex plane the root of the product is the other one."""
    return y_bar / conj(np.sqrt(a - 1.0) * np.sqrt(a + 1.0))


@pullback((math.atanh, np.arctanh, cmath.atanh), UNIT.or_complex)
def arctanh(a, y_bar):
    return y_bar / conj((1.0 - a) * (1.0 + a))
