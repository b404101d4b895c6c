"""Rules of exponential, trigonometric and Fresnel integrals: their derivatives are the integrands."""

from __future__ import annotations

import math

import numpy as np

from .. import special
from ..registry import NONZERO, ORDER, POSITIVE, REAL, conj, kernel, pullback


@kernel
def spence_slope(a):
    """``log(a) / (1 - a)``, and its limit -1 at 1."""
    gap = 1.0 * a - 1.0
    if gap == 0.0:
        return -1.0
    return -(np.log1p(gap) if abs(gap) < 0.5 else np.log(1.0 * a)) / gap


@pullback(special.expn, ORDER, POSITIVE)
def expn(a, b, y_bar):
    slope = -special.expn(a - 1, b) if a > 0 else -np.exp(-b) * (1.0 / b + 1.0 / (b * b))
    return None, y_bar * slope


@pullback(special.exp1, POSITIVE.or_complex)
def exp1(a, y_bar):
    return -y_bar * conj(np.exp(-a) / a)


@pullback(special.expi, NONZERO.or_complex)
def expi(a, y_bar):
    return y_bar * conj(np.exp(a) / a)


@pullback(special.spence, POSITIVE)
def spence(a, y_bar):
    return y_bar * spence_slope(a)


@pullback(special.sine_integral, REAL)
def sine_integral(a, y_bar):
    return y_bar * (np.sin(a) / a if a != 0 else 1.0)


@pullback(special.cosine_integral, POSITIVE.or_complex)
def cosine_integral(a, y_bar):
    return y_bar * conj(np.cos(a) / a)


@pullback(special.sinh_integral, REAL)
def sinh_integral(a, y_bar):
    return y_bar * (np.sinh(a) / a if a != 0 else 1.0)


@pullback(special.cosh_integral, POSITIVE.or_complex)
def cosh_integral(a, y_bar):
    return y_bar * conj(np.cosh(a) / a)


@pullback(special.fresnel_sine, REAL.or_complex)
def fresnel_sine(a, y_bar):
    return y_bar * conj(np.sin(0.5 * math.pi * a * a))


@pullback(special.fresnel_cosine, REAL.or_complex)
def fresnel_cosine(a, y_bar):
    return y_bar * conj(np.cos(0.5 * math.pi * a * a))
