"""The gamma function, its relatives, and the distributions that are made of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sc
from numba.extending import overload

from ..core.numba_external import Loop, declare
from ..registry import JIT
from .external import add_primitive, scipy_function
from .hurwitz import hurwitz_zeta


@scipy_function
def gamma(z: Any, /) -> Any:
    """The gamma function."""
    return sc.gamma(z)


@scipy_function
def gammaln(x: Any, /) -> Any:
    """The logarithm of the absolute value of the gamma function, of real numbers."""
    return sc.gammaln(x)


@scipy_function
def loggamma(z: Any, /) -> Any:
    """The principal branch of the logarithm of the gamma function; NaN for negative real numbers."""
    return sc.loggamma(z)


@scipy_function
def rgamma(z: Any, /) -> Any:
    """The reciprocal of the gamma function, which is 0 at its poles."""
    return sc.rgamma(z)


@scipy_function
def psi(z: Any, /) -> Any:
    """The logarithmic derivative of the gamma function."""
    return sc.psi(z)


@scipy_function(of="psi")
def digamma(z: Any, /) -> Any:
    """The logarithmic derivative of the gamma function."""
    return sc.digamma(z)


@add_primitive
def polygamma(n: Any, x: Any, /) -> Any:
    """The derivative of `digamma` of order `n`, an integer from 0.

    Compiled code takes it from a zeta function of its own, equal to SciPy's up to rounding.
    """
    return sc.polygamma(n, x)


def _polygamma(n: Any, x: Any) -> Any:
    """DLMF 25.11.12."""
    if n == 0:
        return psi(x)
    if n < 0:
        return np.nan
    y = math.gamma(n + 1.0) * zeta(n + 1.0, x)
    return y if n % 2 == 1 else -y


declare(polygamma, [Loop("ld", "d", "", "", "")], _polygamma)


@add_primitive
def zeta(x: Any, q: Any, /) -> Any:
    """The zeta function of Hurwitz: the sum of ``(k + q)**-x`` for k from 0; NaN for ``x < 1``.

    Compiled code has an implementation of its own, equal to SciPy's up to rounding.
    """
    return sc.zeta(x, q)


declare(zeta, [Loop("dd", "d", "", "", "")], hurwitz_zeta)


@scipy_function
def beta(a: Any, b: Any, /) -> Any:
    """The beta function, ``gamma(a) * gamma(b) / gamma(a + b)``."""
    return sc.beta(a, b)


@scipy_function
def betaln(a: Any, b: Any, /) -> Any:
    """The logarithm of the absolute value of `beta`."""
    return sc.betaln(a, b)


@scipy_function
def binom(n: Any, k: Any, /) -> Any:
    """The binomial coefficient of real numbers, ``1 / ((n + 1) * beta(1 + n - k, 1 + k))``."""
    return sc.binom(n, k)


@scipy_function
def poch(z: Any, m: Any, /) -> Any:
    """The rising factorial, ``gamma(z + m) / gamma(z)``."""
    return sc.poch(z, m)


@scipy_function
def gammainc(a: Any, x: Any, /) -> Any:
    """The lower incomplete gamma function, divided by ``gamma(a)``."""
    return sc.gammainc(a, x)


@scipy_function
def gammaincc(a: Any, x: Any, /) -> Any:
    """``1 - gammainc(a, x)``."""
    return sc.gammaincc(a, x)


@scipy_function
def gammaincinv(a: Any, p: Any, /) -> Any:
    """The `x` for which ``gammainc(a, x)`` is `p`."""
    return sc.gammaincinv(a, p)


@scipy_function
def gammainccinv(a: Any, p: Any, /) -> Any:
    """The `x` for which ``gammaincc(a, x)`` is `p`."""
    return sc.gammainccinv(a, p)


@scipy_function
def betainc(a: Any, b: Any, x: Any, /) -> Any:
    """The incomplete beta function, divided by ``beta(a, b)``."""
    return sc.betainc(a, b, x)


@scipy_function
def betaincc(a: Any, b: Any, x: Any, /) -> Any:
    """``1 - betainc(a, b, x)``."""
    return sc.betaincc(a, b, x)


@scipy_function
def betaincinv(a: Any, b: Any, p: Any, /) -> Any:
    """The `x` for which ``betainc(a, b, x)`` is `p`."""
    return sc.betaincinv(a, b, p)


LOG_PI = math.log(math.pi)


def multigammaln(a: Any, d: Any) -> Any:
    """The logarithm of the multivariate gamma function.

    Parameters
    ----------
    a : float
    d : int
        The dimension.

    Raises
    ------
    ValueError
        If not ``a > (d - 1) / 2``.

    Examples
    --------
    >>> bool(multigammaln(2.5, 1) == gammaln(2.5))
    True
    """
    n = int(d)
    if not 2.0 * a > n - 1.0:
        raise ValueError("multigammaln needs a > (d - 1) / 2")
    y = n * (n - 1.0) * (0.25 * LOG_PI)
    for k in range(n):
        y += gammaln(a - 0.5 * k)
    return y


@overload(multigammaln, jit_options=JIT)
def _multigammaln(a: Any, d: Any) -> Any:
    return multigammaln


