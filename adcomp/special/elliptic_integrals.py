"""Elliptic integrals: Legendre's, of the parameter ``m = k**2``, and Carlson's."""

from __future__ import annotations

from typing import Any

import scipy.special as sc

from .external import scipy_function


@scipy_function
def ellipk(m: Any, /) -> Any:
    """The complete elliptic integral of the first kind."""
    return sc.ellipk(m)


@scipy_function
def ellipkm1(p: Any, /) -> Any:
    """``ellipk(1 - p)``, precise for small `p`."""
    return sc.ellipkm1(p)


@scipy_function
def ellipe(m: Any, /) -> Any:
    """The complete elliptic integral of the second kind."""
    return sc.ellipe(m)


@scipy_function
def ellipkinc(phi: Any, m: Any, /) -> Any:
    """The elliptic integral of the first kind up to the angle `phi`."""
    return sc.ellipkinc(phi, m)


@scipy_function
def ellipeinc(phi: Any, m: Any, /) -> Any:
    """The elliptic integral of the second kind up to the angle `phi`."""
    return sc.ellipeinc(phi, m)


@scipy_function
def elliprd(x: Any, y: Any, z: Any, /) -> Any:
    """Carlson's integral R_D, which is symmetric in `x` and `y`; adcomp has no derivative of it."""
    return sc.elliprd(x, y, z)


@scipy_function
def elliprf(x: Any, y: Any, z: Any, /) -> Any:
    """Carlson's symmetric integral R_F of the first kind."""
    return sc.elliprf(x, y, z)
