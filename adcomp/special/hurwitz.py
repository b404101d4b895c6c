"""The zeta function of Hurwitz for compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np

#: ``B[2k] / (2k)!`` of the Bernoulli numbers, for k = 1, 2, ...
BERNOULLI = (
    1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600,
    -3617 / 10670622842880000, 43867 / 5109094217170944000, -174611 / 802857662698291200000,
)


def hurwitz_zeta(x: Any, q: Any) -> Any:
    """The sum of ``(k + q)**-x`` for k from 0.

    The formula of Euler and Maclaurin (DLMF 25.11.28, with the sum taken to a place where the rest
    converges). Infinite at ``x == 1`` and at the poles in `q`; NaN for ``x < 1``, and for negative `q`
    unless `x` is an integer.
    """
    if x == 1.0:
        return np.inf
    if not x > 1.0:
        return np.nan
    if q <= 0.0:
        if q == np.floor(q):
            return np.inf
        if x != np.floor(x):
            return np.nan
    if np.isinf(q):
        return 0.0
    total = 0.0
    at = q
    while at < 10.0 + x:
        term = at ** -x
        total += term
        at += 1.0
        if at > 1.0 and term * (1.0 + at / (x - 1.0)) <= 1e-17 * abs(total):
            return total
    term = at ** -x
    total += term * (0.5 + at / (x - 1.0))
    factor = term * x / at
    for k in range(len(BERNOULLI)):
        total += BERNOULLI[k] * factor
        factor *= (x + 2 * k + 1) * (x + 2 * k + 2) / (at * at)
    return total
