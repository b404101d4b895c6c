"""Rules of the gamma function, its relatives, and the distributions that are made of them.

Derivatives: DLMF 5.4, 5.12, 8.8 and 8.17. Those of the incomplete functions in their parameters are not
elementary, and not known here.
"""

from __future__ import annotations

import math

import numpy as np

from .. import special
from ..registry import ABOVE_ONE, ORDER, POSITIVE, REAL, Domain, conj, kernel, pullback

PROBABILITY = Domain("PROBABILITY", 0.1, 0.9)
LOG_TWO_PI = math.log(2.0 * math.pi)

#: ``B[2k] / (2k)`` of the Bernoulli numbers, for k = 1, 2, ...
BERNOULLI_OVER = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160)


@kernel
def log_ratio(a, b, gap):
    """``log(a / b)``, where `gap` is ``(a - b) / b`` as precisely as it is known."""
    return np.log1p(gap) if abs(gap) < 0.5 else np.log(a / b)


@kernel
def digamma_difference(a, b):
    """``digamma(a) - digamma(a + b)``, without cancellation if `a` and ``a + b`` are positive.

    By recurrence from 8 on (DLMF 5.5.2), where the terms of the asymptotic series (5.11.2) are subtracted
    one by one; all of them have one sign.
    """
    x, z = 1.0 * a, 1.0 * a + b
    if not (x > 0.0 and z > 0.0):
        return special.digamma(x) - special.digamma(z)
    total = 0.0
    while x < 8.0 or z < 8.0:
        total -= b / (x * z)
        x += 1.0
        z += 1.0
    total -= log_ratio(z, x, b / x) + 0.5 * b / (x * z)
    ratio = (x / z) ** 2
    gap = b * (x + z) / (z * z)  # 1 - ratio
    power, partial, scale = 1.0, 0.0, 1.0
    for k in range(len(BERNOULLI_OVER)):
        partial += power  # 1 + ratio + .. + ratio**k
        power *= ratio
        scale /= x * x
        total -= BERNOULLI_OVER[k] * scale * gap * partial
    return total


@kernel
def rgamma_slope(a, y):
    """``-digamma(a) / gamma(a)``; on the left by reflection (DLMF 5.5.3), which has no poles."""
    a = 1.0 * a
    if a > 0.5:
        return -y * special.digamma(a)
    turn = math.pi * (a - np.rint(a))
    slope = math.gamma(1.0 - a) * (math.cos(turn) - math.sin(turn) * special.digamma(1.0 - a) / math.pi)
    return slope if np.rint(a) % 2.0 == 0.0 else -slope


@kernel
def stirling_rest(a):
    """``lgamma(a) - (a - 1/2) log(a) + a - log(2 pi) / 2`` (DLMF 5.11.1), from 20 on."""
    w = 1.0 / (a * a)
    return (1.0 / 12.0 - w * (1.0 / 360.0 - w * (1.0 / 1260.0 - w * (1.0 / 1680.0 - w / 1188.0)))) / a


@kernel
def gamma_density(a, x):
    """``x**(a - 1) exp(-x) / gamma(a)``, the derivative of `gammainc` in `x`.

    At large `a` around its maximum, where the powers of the plain formula would cancel.
    """
    a, x = 1.0 * a, 1.0 * x
    if np.isinf(x):
        return 0.0
    if a < 20.0 or x == 0.0:
        return np.exp(special.xlogy(a - 1.0, x) - x - special.gammaln(a))
    u = (x - a) / a
    exponent = a * (log_ratio(x, a, u) - u) - stirling_rest(a) - 0.5 * LOG_TWO_PI
    return math.sqrt(a) / x * np.exp(exponent)


@kernel
def beta_density(a, b, x):
    """``x**(a - 1) (1 - x)**(b - 1) / beta(a, b)``, the derivative of `betainc` in `x`.

    At large `a` and `b` around its maximum, where the powers of the plain formula would cancel.
    """
    a, b, x = 1.0 * a, 1.0 * b, 1.0 * x
    if a < 20.0 or b < 20.0 or x == 0.0 or x == 1.0:
        return np.exp(special.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -x) - special.betaln(a, b))
    n = a + b
    gap = b * x - a * (1.0 - x)  # n x - a
    u, v = gap / a, -gap / b
    exponent = a * (log_ratio(n * x, a, u) - u) + b * (log_ratio(n * (1.0 - x), b, v) - v)
    exponent += stirling_rest(n) - stirling_rest(a) - stirling_rest(b) - 0.5 * LOG_TWO_PI
    return math.sqrt(a * b / n) / (x * (1.0 - x)) * np.exp(exponent)


# Gamma function -----------------------------------------------------------------------------------


@pullback(special.gamma, POSITIVE.or_complex)
def gamma_function(a, y, y_bar):
    return y_bar * conj(y * special.digamma(a))


@pullback(special.gammaln, POSITIVE)
def gammaln(a, y_bar):
    return y_bar * special.digamma(a)


@pullback(special.loggamma, POSITIVE.or_complex)
def loggamma(a, y_bar):
    return y_bar * conj(special.digamma(a))


@pullback(special.rgamma, REAL)
def rgamma(a, y, y_bar):
    return y_bar * rgamma_slope(a, y)


@pullback((special.digamma, special.psi), POSITIVE)
def psi(a, y_bar):
    return y_bar * special.polygamma(1, a)


@pullback(special.polygamma, ORDER, POSITIVE)
def polygamma_of_zeta(a, b, y_bar):
    return None, y_bar * special.polygamma(a + 1, b)


@pullback(special.zeta, ABOVE_ONE.without_rule, POSITIVE)
def zeta(a, b, y_bar):
    return None, -y_bar * a * special.zeta(a + 1.0, b)


@pullback(special.beta, POSITIVE, POSITIVE)
def beta(a, b, y, y_bar):
    a_bar = y_bar * y * digamma_difference(a, b)
    b_bar = y_bar * y * digamma_difference(b, a)
    return a_bar, b_bar


@pullback(special.betaln, POSITIVE, POSITIVE)
def betaln(a, b, y_bar):
    return y_bar * digamma_difference(a, b), y_bar * digamma_difference(b, a)


@pullback(special.binom, Domain("ABOVE_THREE", 3.2, 6.0), POSITIVE)
def binom(a, b, y, y_bar):
    a_bar = -y_bar * y * digamma_difference(a - b + 1.0, b)
    b_bar = y_bar * y * digamma_difference(a - b + 1.0, 2.0 * b - a)
    return a_bar, b_bar


@pullback(special.poch, POSITIVE, POSITIVE)
def poch(a, b, y, y_bar):
    return -y_bar * y * digamma_difference(a, b), y_bar * y * special.digamma(a + b)


# Incomplete functions -----------------------------------------------------------------------------


@pullback(special.gammainc, POSITIVE.without_rule, POSITIVE)
def gammainc(a, b, y_bar):
    return None, y_bar * gamma_density(a, b)


@pullback(special.gammaincc, POSITIVE.without_rule, POSITIVE)
def gammaincc(a, b, y_bar):
    return None, -y_bar * gamma_density(a, b)


@pullback(special.gammaincinv, POSITIVE.without_rule, PROBABILITY)
def gammaincinv(a, y, y_bar):
    return None, y_bar / gamma_density(a, y)


@pullback(special.gammainccinv, POSITIVE.without_rule, PROBABILITY)
def gammainccinv(a, y, y_bar):
    return None, -y_bar / gamma_density(a, y)


@pullback(special.betainc, POSITIVE.without_rule, POSITIVE.without_rule, PROBABILITY)
def betainc(a, b, c, y_bar):
    return None, None, y_bar * beta_density(a, b, c)


@pullback(special.betaincc, POSITIVE.without_rule, POSITIVE.without_rule, PROBABILITY)
def betaincc(a, b, c, y_bar):
    return None, None, -y_bar * beta_density(a, b, c)


@pullback(special.betaincinv, POSITIVE.without_rule, POSITIVE.without_rule, PROBABILITY)
def betaincinv(a, b, y, y_bar):
    return None, None, y_bar / beta_density(a, b, y)
