"""Entropies, logistic functions, the transformations of Box and Cox, and losses."""

from __future__ import annotations

from typing import Any

import scipy.special as sc

from .external import scipy_function


@scipy_function
def xlogy(x: Any, y: Any, /) -> Any:
    """``x * log(y)``, and 0 where `x` is 0."""
    return sc.xlogy(x, y)


@scipy_function
def xlog1py(x: Any, y: Any, /) -> Any:
    """``x * log1p(y)``, and 0 where `x` is 0."""
    return sc.xlog1py(x, y)


@scipy_function
def entr(x: Any, /) -> Any:
    """``-x * log(x)``; 0 at 0, and minus infinity below."""
    return sc.entr(x)


@scipy_function
def rel_entr(x: Any, y: Any, /) -> Any:
    """``x * log(x / y)``; 0 where `x` is 0 and `y` is not negative.

    Infinite elsewhere outside of ``x, y > 0``.
    """
    return sc.rel_entr(x, y)


@scipy_function
def kl_div(x: Any, y: Any, /) -> Any:
    """``x * log(x / y) - x + y``; `y` where `x` is 0 and `y` is not negative.

    Infinite elsewhere outside of ``x, y > 0``.
    """
    return sc.kl_div(x, y)


@scipy_function
def expit(x: Any, /) -> Any:
    """The logistic function, ``1 / (1 + exp(-x))``."""
    return sc.expit(x)


@scipy_function
def logit(p: Any, /) -> Any:
    """The inverse of `expit`, ``log(p / (1 - p))``."""
    return sc.logit(p)


@scipy_function
def log_expit(x: Any, /) -> Any:
    """The logarithm of `expit`."""
    return sc.log_expit(x)


@scipy_function
def boxcox(x: Any, lmbda: Any, /) -> Any:
    """``(x**lmbda - 1) / lmbda``, and ``log(x)`` where `lmbda` is 0."""
    return sc.boxcox(x, lmbda)


@scipy_function
def boxcox1p(x: Any, lmbda: Any, /) -> Any:
    """``boxcox(1 + x, lmbda)``, precise for small `x`."""
    return sc.boxcox1p(x, lmbda)


@scipy_function
def inv_boxcox(y: Any, lmbda: Any, /) -> Any:
    """The inverse of `boxcox`, ``(1 + lmbda * y)**(1 / lmbda)``."""
    return sc.inv_boxcox(y, lmbda)


@scipy_function
def inv_boxcox1p(y: Any, lmbda: Any, /) -> Any:
    """The inverse of `boxcox1p`."""
    return sc.inv_boxcox1p(y, lmbda)


@scipy_function
def exprel(x: Any, /) -> Any:
    """``(exp(x) - 1) / x``, and 1 at 0."""
    return sc.exprel(x)


@scipy_function
def cosm1(x: Any, /) -> Any:
    """``cos(x) - 1``."""
    return sc.cosm1(x)


@scipy_function
def wrightomega(z: Any, /) -> Any:
    """The solution `w` of ``w + log(w) == z``: ``lambertw(exp(z))`` without overflow."""
    return sc.wrightomega(z)


@scipy_function
def huber(delta: Any, r: Any, /) -> Any:
    """``r**2 / 2`` where ``abs(r) <= delta``, and ``delta * (abs(r) - delta / 2)`` beyond.

    Infinite for ``delta < 0``.
    """
    return sc.huber(delta, r)


@scipy_function
def pseudo_huber(delta: Any, r: Any, /) -> Any:
    """``delta**2 * (sqrt(1 + (r / delta)**2) - 1)``.

    Infinite for ``delta < 0``.
    """
    return sc.pseudo_huber(delta, r)
