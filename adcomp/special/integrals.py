"""Exponential, trigonometric and Fresnel integrals, and the dilogarithm."""

from __future__ import annotations

from typing import Any

import scipy.special as sc
from numba.extending import overload

from ..registry import JIT
from .external import scipy_function


@scipy_function(integer_order=True)
def expn(n: Any, x: Any, /) -> Any:
    """The exponential integral of integer order `n`: the integral of ``exp(-x * t) / t**n`` from 1."""
    return sc.expn(n, x)


@scipy_function
def exp1(z: Any, /) -> Any:
    """The exponential integral of order 1."""
    return sc.exp1(z)


@scipy_function
def expi(x: Any, /) -> Any:
    """The exponential integral: the principal value of the integral of ``exp(t) / t`` up to `x`."""
    return sc.expi(x)


@scipy_function
def spence(z: Any, /) -> Any:
    """The dilogarithm of ``1 - z``: the integral of ``log(t) / (1 - t)`` from 1 to `z`."""
    return sc.spence(z)


@scipy_function(of="sici", part=0)
def sine_integral(x: Any, /) -> Any:
    """The integral of ``sin(t) / t`` from 0 to `x`."""
    return sc.sici(x)[0]


@scipy_function(of="sici", part=1)
def cosine_integral(x: Any, /) -> Any:
    """``euler_gamma + log(x)`` and the integral of ``(cos(t) - 1) / t`` from 0 to `x`."""
    return sc.sici(x)[1]


@scipy_function(of="shichi", part=0)
def sinh_integral(x: Any, /) -> Any:
    """The integral of ``sinh(t) / t`` from 0 to `x`."""
    return sc.shichi(x)[0]


@scipy_function(of="shichi", part=1)
def cosh_integral(x: Any, /) -> Any:
    """``euler_gamma + log(x)`` and the integral of ``(cosh(t) - 1) / t`` from 0 to `x`."""
    return sc.shichi(x)[1]


@scipy_function(of="fresnel", part=0)
def fresnel_sine(x: Any, /) -> Any:
    """The integral of ``sin(pi * t**2 / 2)`` from 0 to `x`."""
    return sc.fresnel(x)[0]


@scipy_function(of="fresnel", part=1)
def fresnel_cosine(x: Any, /) -> Any:
    """The integral of ``cos(pi * t**2 / 2)`` from 0 to `x`."""
    return sc.fresnel(x)[1]


def sici(x: Any) -> Any:
    """The sine integral and the cosine integral.

    Examples
    --------
    >>> sici(0.5) == (sine_integral(0.5), cosine_integral(0.5))
    True
    """
    return sine_integral(x), cosine_integral(x)


def shichi(x: Any) -> Any:
    """The hyperbolic sine integral and the hyperbolic cosine integral.

    Examples
    --------
    >>> shichi(0.5) == (sinh_integral(0.5), cosh_integral(0.5))
    True
    """
    return sinh_integral(x), cosh_integral(x)


def fresnel(x: Any) -> Any:
    """The two Fresnel integrals, of the sine and of the cosine.

    Examples
    --------
    >>> fresnel(0.5) == (fresnel_sine(0.5), fresnel_cosine(0.5))
    True
    """
    return fresnel_sine(x), fresnel_cosine(x)


@overload(sici, jit_options=JIT)
def _sici(x: Any) -> Any:
    return sici


@overload(shichi, jit_options=JIT)
def _shichi(x: Any) -> Any:
    return shichi


@overload(fresnel, jit_options=JIT)
def _fresnel(x: Any) -> Any:
    return fresnel
