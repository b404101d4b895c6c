"""Error functions and the normal distribution."""

from __future__ import annotations

from typing import Any

import scipy.special as sc

from .external import scipy_function


@scipy_function
def erf(x: Any, /) -> Any:
    """The error function: ``2 / sqrt(pi)`` times the integral of ``exp(-t**2)`` from 0 to `x`."""
    return sc.erf(x)


@scipy_function
def erfc(x: Any, /) -> Any:
    """``1 - erf(x)``."""
    return sc.erfc(x)


@scipy_function
def erfcx(x: Any, /) -> Any:
    """``exp(x**2) * erfc(x)``."""
    return sc.erfcx(x)


@scipy_function
def erfi(x: Any, /) -> Any:
    """``2 / sqrt(pi)`` times the integral of ``exp(t**2)`` from 0 to `x`."""
    return sc.erfi(x)


@scipy_function
def erfinv(y: Any, /) -> Any:
    """The inverse of `erf`, for `y` from -1 to 1."""
    return sc.erfinv(y)


@scipy_function
def erfcinv(y: Any, /) -> Any:
    """The inverse of `erfc`, for `y` from 0 to 2."""
    return sc.erfcinv(y)


@scipy_function
def dawsn(x: Any, /) -> Any:
    """Dawson's integral: ``exp(-x**2)`` times the integral of ``exp(t**2)`` from 0 to `x`."""
    return sc.dawsn(x)


@scipy_function
def ndtr(x: Any, /) -> Any:
    """The distribution function of the standard normal distribution."""
    return sc.ndtr(x)


@scipy_function
def log_ndtr(x: Any, /) -> Any:
    """The logarithm of `ndtr`."""
    return sc.log_ndtr(x)


@scipy_function
def ndtri(p: Any, /) -> Any:
    """The inverse of `ndtr`, for `p` from 0 to 1."""
    return sc.ndtri(p)


@scipy_function
def owens_t(h: Any, a: Any, /) -> Any:
    """Owen's T: the probability of ``x > h`` and ``0 < y < a * x`` for independent normal `x`, `y`."""
    return sc.owens_t(h, a)
