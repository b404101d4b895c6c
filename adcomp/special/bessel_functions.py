"""Bessel functions of integer and of real order, and Airy functions."""

from __future__ import annotations

from typing import Any

import scipy.special as sc
from numba.extending import overload

from ..registry import JIT
from .external import scipy_function


@scipy_function
def j0(x: Any, /) -> Any:
    """The Bessel function of the first kind of order 0."""
    return sc.j0(x)


@scipy_function
def j1(x: Any, /) -> Any:
    """The Bessel function of the first kind of order 1."""
    return sc.j1(x)


@scipy_function
def jv(v: Any, z: Any, /) -> Any:
    """The Bessel function of the first kind of real order `v`."""
    return sc.jv(v, z)


@scipy_function(of="jv")
def jn(v: Any, z: Any, /) -> Any:
    """Another name of `jv`."""
    return sc.jn(v, z)


@scipy_function
def y0(x: Any, /) -> Any:
    """The Bessel function of the second kind of order 0."""
    return sc.y0(x)


@scipy_function
def y1(x: Any, /) -> Any:
    """The Bessel function of the second kind of order 1."""
    return sc.y1(x)


@scipy_function(integer_order=True)
def yn(n: Any, x: Any, /) -> Any:
    """The Bessel function of the second kind of integer order `n`."""
    return sc.yn(n, x)


@scipy_function
def yv(v: Any, z: Any, /) -> Any:
    """The Bessel function of the second kind of real order `v`."""
    return sc.yv(v, z)


@scipy_function
def i0(x: Any, /) -> Any:
    """The modified Bessel function of the first kind of order 0."""
    return sc.i0(x)


@scipy_function
def i1(x: Any, /) -> Any:
    """The modified Bessel function of the first kind of order 1."""
    return sc.i1(x)


@scipy_function
def iv(v: Any, z: Any, /) -> Any:
    """The modified Bessel function of the first kind of real order `v`."""
    return sc.iv(v, z)


@scipy_function
def i0e(x: Any, /) -> Any:
    """``exp(-abs(x)) * i0(x)``."""
    return sc.i0e(x)


@scipy_function
def i1e(x: Any, /) -> Any:
    """``exp(-abs(x)) * i1(x)``."""
    return sc.i1e(x)


@scipy_function
def ive(v: Any, z: Any, /) -> Any:
    """``exp(-abs(real(z))) * iv(v, z)``."""
    return sc.ive(v, z)


@scipy_function
def k0(x: Any, /) -> Any:
    """The modified Bessel function of the second kind of order 0."""
    return sc.k0(x)


@scipy_function
def k1(x: Any, /) -> Any:
    """The modified Bessel function of the second kind of order 1."""
    return sc.k1(x)


@scipy_function(integer_order=True)
def kn(n: Any, x: Any, /) -> Any:
    """The modified Bessel function of the second kind of integer order `n`."""
    return sc.kn(n, x)


@scipy_function
def kv(v: Any, z: Any, /) -> Any:
    """The modified Bessel function of the second kind of real order `v`."""
    return sc.kv(v, z)


@scipy_function
def k0e(x: Any, /) -> Any:
    """``exp(x) * k0(x)``."""
    return sc.k0e(x)


@scipy_function
def k1e(x: Any, /) -> Any:
    """``exp(x) * k1(x)``."""
    return sc.k1e(x)


@scipy_function
def kve(v: Any, z: Any, /) -> Any:
    """``exp(z) * kv(v, z)``."""
    return sc.kve(v, z)


@scipy_function(of="airy", part=0)
def airy_ai(z: Any, /) -> Any:
    """The Airy function Ai."""
    return sc.airy(z)[0]


@scipy_function(of="airy", part=1)
def airy_ai_slope(z: Any, /) -> Any:
    """The derivative of the Airy function Ai."""
    return sc.airy(z)[1]


@scipy_function(of="airy", part=2)
def airy_bi(z: Any, /) -> Any:
    """The Airy function Bi."""
    return sc.airy(z)[2]


@scipy_function(of="airy", part=3)
def airy_bi_slope(z: Any, /) -> Any:
    """The derivative of the Airy function Bi."""
    return sc.airy(z)[3]


def airy(z: Any) -> Any:
    """The Airy functions and their derivatives: Ai, Ai', Bi, Bi'.

    Examples
    --------
    >>> bool(airy(0.0)[0] == airy_ai(0.0))
    True
    """
    return airy_ai(z), airy_ai_slope(z), airy_bi(z), airy_bi_slope(z)


@overload(airy, jit_options=JIT)
def _airy(z: Any) -> Any:
    return airy
