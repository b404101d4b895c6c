"""Hyperbolic functions.

``x = n * log(2) + r``; with ``a = 2**(n - 1)`` and ``b = 2**(-n - 1)`` the addition theorems read
``sinh(x) = (a - b) * cosh(r) + (a + b) * sinh(r)`` and ``cosh(x) = (a + b) * cosh(r) + (a - b) * sinh(r)``.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types

from .exponential import TINY, expm1_32, expm1_64, whole_and_rest, whole_and_rest_32
from .instructions import (
    TWO_32,
    fma,
    minus,
    part,
    polynomial,
    select,
    two_to,
    two_to_32,
    vector,
    with_sign,
)

# ``(sinh(r) / r - 1) / r**2`` and ``(cosh(r) - 1) / r**2`` in ``r**2``, for ``r <= log(2) / 2``
sinh_tail = polynomial(
    0.16666666666666666, 0.008333333333333333, 0.00019841269841263263, 2.7557319247313303e-06,
    2.505207099314993e-08, 1.6086665349709771e-10,
)
cosh_tail = polynomial(
    0.5, 0.04166666666666668, 0.001388888888887902, 2.4801587336584125e-05, 2.755726312733979e-07,
    2.0918193839431254e-09,
)
sinh_tail_32 = polynomial(0.166666667, 0.0083333106, 0.000198913483)
cosh_tail_32 = polynomial(0.500000001, 0.041666462, 0.00139339719)


@part
def sums(size):
    """``(a - b) / 2``, ``(a + b) / 2``, ``sinh(r)`` and ``cosh(r) - 1``; at most 2**1024 in all."""
    n, r = whole_and_rest(select(size > 710.6, 710.6, size))
    a = two_to(n - 2)
    b = select(size > 30.0, 0.0, two_to(-n - 2))
    z = r * r
    return a - b, a + b, fma(r * z, sinh_tail(z), r), z * cosh_tail(z)


@part
def sums_32(size):
    """The same of a float32."""
    n, r = whole_and_rest_32(select(size > 89.5, 89.5, size))
    a = two_to_32(minus(n, 2))
    b = select(size > 20.0, np.float32(0.0), two_to_32(minus(-2, n)))
    z = r * r
    return a - b, a + b, fma(r * z, sinh_tail_32(z), r), z * cosh_tail_32(z)


@vector(types.float64, math.sinh, np.sinh, ulps=3)
def sinh64(x):
    """The hyperbolic sine."""
    difference, total, s, c = sums(abs(x))
    y = 2.0 * fma(total, s, fma(difference, c, difference))
    return select(abs(x) < TINY, x, with_sign(y, x))


@vector(types.float32, math.sinh, np.sinh, ulps=2.3)
def sinh32(x):
    """The hyperbolic sine of a float32."""
    difference, total, s, c = sums_32(abs(x))
    y = TWO_32 * fma(total, s, fma(difference, c, difference))
    return select(abs(x) < TINY, x, with_sign(y, x))


@vector(types.float64, math.cosh, np.cosh, ulps=2)
def cosh64(x):
    """The hyperbolic cosine."""
    difference, total, s, c = sums(abs(x))
    return 2.0 * (total + fma(difference, s, total * c))


@vector(types.float32, math.cosh, np.cosh, ulps=2.1)
def cosh32(x):
    """The hyperbolic cosine of a float32."""
    difference, total, s, c = sums_32(abs(x))
    return TWO_32 * (total + fma(difference, s, total * c))


@vector(types.float64, math.tanh, np.tanh, ulps=3)
def tanh64(x):
    """The hyperbolic tangent, ``e / (e + 2)`` with ``e = exp(2 * abs(x)) - 1``."""
    size = abs(x)
    e = expm1_64(2.0 * select(size > 20.0, 20.0, size))
    return with_sign(e / (e + 2.0), x)


@vector(types.float32, math.tanh, np.tanh, ulps=2.5)
def tanh32(x):
    """The hyperbolic tangent of a float32."""
    size = abs(x)
    e = expm1_32(TWO_32 * select(size > 10.0, 10.0, size))
    return with_sign(e / (e + TWO_32), x)
