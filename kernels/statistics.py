"""Rules of entropies, of logistic functions, of the transformations of Box and Cox, and of losses.

Where a slope is infinite, a cotangent of 0 is stronger.
"""

from __future__ import annotations

import numpy as np

from .. import special
from ..registry import POSITIVE, REAL, Domain, conj, kernel, pullback

PROBABILITY = Domain("PROBABILITY", 0.1, 0.9)

# Slopes -------------------------------------------------------------------------------------------


@kernel
def log_quotient(a, b):
    """``log(a / b)``, without cancellation, overflow or underflow; minus infinity where `a` is 0."""
    if a == 0.0:
        return -np.inf
    ratio = a / b
    return np.log1p((a - b) / b) if 0.5 < ratio < 2.0 else np.log(a) - np.log(b)


@kernel
def exprel_slope(a):
    """The derivative of ``(exp(a) - 1) / a``: near 0 by its series, elsewhere as it does not cancel."""
    a = 1.0 * a
    if np.isinf(a):
        return max(a, 0.0)
    if a > 1.0:
        return special.exprel(a) * (1.0 - 1.0 / a) + 1.0 / a
    if a < -1.0:
        return (np.exp(a) - special.exprel(a)) / a
    total, power = 0.0, 0.5  # a**k / (k + 2)!
    for k in range(18):
        total += (k + 1) * power
        power *= a / (k + 3)
    return total


@kernel
def boxcox_slope(log_a, b):
    """The derivative of ``(a**b - 1) / b`` in `b`."""
    if np.isinf(log_a) and log_a < 0.0:
        return 1.0 / (b * b) if b > 0.0 else np.nan
    return log_a * log_a * exprel_slope(b * log_a)


@kernel
def inv_boxcox_slope(a, b):
    """The derivative of ``(1 + b a)**(1 / b)`` in `a`."""
    if b == 0.0 or b == 1.0:
        return np.exp(1.0 * a) if b == 0.0 else 1.0
    return np.exp(np.log1p(b * a) * ((1.0 - b) / b))


@kernel
def inv_boxcox_bend(a, b):
    """The derivative of ``log(1 + b a) / b`` in `b`; near ``b a == 0`` by its series."""
    t = 1.0 * a * b
    if abs(t) > 0.05:
        return (t / (1.0 + t) - np.log1p(t)) / (b * b)
    total, power = 0.0, 1.0
    for k in range(13):
        total += (k + 1) / (k + 2) * power
        power *= -t
    return -a * a * total


@kernel
def inv_boxcox_power(a, b):
    """``(1 + b a)**(1 / b)``."""
    return np.exp(np.log1p(b * a) / b if b != 0.0 else 1.0 * a)


# Entropies ----------------------------------------------------------------------------------------


@pullback(special.xlogy, REAL.or_complex, POSITIVE.or_complex)
def xlogy(a, b, y_bar):
    """Where `a` is 0, the slope in `b` is 0."""
    a_bar = 0.0 if y_bar == 0 else y_bar * conj(np.log(b))
    b_bar = 0.0 if a == 0 else y_bar * conj(a / b)
    return a_bar, b_bar


@pullback(special.xlog1py, REAL.or_complex, POSITIVE.or_complex)
def xlog1py(a, b, y_bar):
    """Where `a` is 0, the slope in `b` is 0."""
    a_bar = 0.0 if y_bar == 0 else y_bar * conj(np.log1p(b))
    b_bar = 0.0 if a == 0 else y_bar * conj(a / (1.0 + b))
    return a_bar, b_bar


@pullback(special.entr, POSITIVE)
def entr(a, y_bar):
    """Infinite at 0; NaN below, where the function is minus infinity."""
    return 0.0 if y_bar == 0 else -y_bar * (np.log(a) + 1.0)


@pullback(special.rel_entr, POSITIVE, POSITIVE)
def rel_entr(a, b, y_bar):
    """Where `a` is 0, the slope in `a` is minus infinity, that in `b` is 0."""
    a_bar = 0.0 if y_bar == 0 else y_bar * (log_quotient(a, b) + 1.0)
    b_bar = 0.0 if a == 0 else -y_bar * (a / b)
    return a_bar, b_bar


@pullback(special.kl_div, POSITIVE, POSITIVE)
def kl_div(a, b, y_bar):
    """Where `a` is 0, the slope in `a` is minus infinity, that in `b` is 1."""
    a_bar = 0.0 if y_bar == 0 else y_bar * log_quotient(a, b)
    b_bar = y_bar if a == 0 else y_bar * ((b - a) / b)
    return a_bar, b_bar


# Logistic functions -------------------------------------------------------------------------------


@pullback(special.expit, REAL)
def expit(a, y, y_bar):
    return y_bar * (y * special.expit(-a))


@pullback(special.logit, PROBABILITY)
def logit(a, y_bar):
    """Infinite at 0 and 1."""
    return y_bar / (a * (1.0 - a))


@pullback(special.log_expit, REAL)
def log_expit(a, y_bar):
    return y_bar * special.expit(-a)


# Transformations ----------------------------------------------------------------------------------


@pullback(special.boxcox, POSITIVE, REAL)
def boxcox(a, b, y_bar):
    return y_bar * a ** (b - 1.0), y_bar * boxcox_slope(np.log(a), b)


@pullback(special.boxcox1p, POSITIVE, REAL)
def boxcox1p(a, b, y_bar):
    log_a = np.log1p(a)
    return y_bar * np.exp((b - 1.0) * log_a), y_bar * boxcox_slope(log_a, b)


@pullback(special.inv_boxcox, POSITIVE, POSITIVE)
def inv_boxcox(a, b, y, y_bar):
    return y_bar * inv_boxcox_slope(a, b), y_bar * (y * inv_boxcox_bend(a, b))


@pullback(special.inv_boxcox1p, POSITIVE, POSITIVE)
def inv_boxcox1p(a, b, y_bar):
    b_bar = y_bar * (inv_boxcox_power(a, b) * inv_boxcox_bend(a, b))
    return y_bar * inv_boxcox_slope(a, b), b_bar


@pullback(special.exprel, REAL)
def exprel(a, y_bar):
    return y_bar * exprel_slope(a)


@pullback(special.cosm1, REAL)
def cosm1(a, y_bar):
    return -y_bar * np.sin(a)


@pullback(special.wrightomega, REAL.or_complex)
def wrightomega(y, y_bar):
    return y_bar * conj(y / (1.0 + y))


# Losses -------------------------------------------------------------------------------------------


@pullback(special.huber, Domain("SMALL", 0.3, 1.0), Domain("LARGE", -3.0, 3.0, avoid=(-1.0, -0.3, 0.3, 1.0)))
def huber(a, b, y_bar):
    """NaN for ``delta < 0``, where the function is infinite."""
    a_bar = y_bar * max(abs(b) - a, 0.0) if a >= 0 else np.nan
    return a_bar, (y_bar * min(max(b, -a), a) if a >= 0 else np.nan)


@pullback(special.pseudo_huber, POSITIVE, REAL)
def pseudo_huber(a, b, y_bar):
    """Where ``delta`` is 0 both slopes are 0; NaN below, where the function is infinite."""
    ratio = b / a if a != 0 else 0.0
    root = np.sqrt(1.0 + ratio * ratio) if a >= 0 else np.nan
    a_bar = y_bar * (a * ratio ** 4 / (root * (1.0 + root) ** 2))
    return a_bar, (y_bar * (b / root) if a != 0 else 0.0)
