"""Rules of elliptic integrals.

The derivatives of Legendre's integrals in the parameter are integrals of Carlson's, which do not cancel
where the formulas with K and E do (at ``m = 0``): DLMF 19.18.1 to 19.18.3, with 19.25.1 and 19.25.5.
"""

from __future__ import annotations

import math

import numpy as np

from .. import special
from ..registry import POSITIVE, UNIT, Domain, conj, kernel, pullback

ANGLE = Domain("ANGLE", -4.0, 4.0)
PARAMETER = Domain("PARAMETER", -2.0, 0.9)


@kernel
def ellipk_slope(p):
    """The derivative of K in `m`, where `p` is ``1 - m``."""
    return special.elliprd(0.0, 1.0, 1.0 * p) / 6.0


@kernel
def ellipe_slope(p):
    """The derivative of E in `m`, where `p` is ``1 - m``."""
    return -special.elliprd(0.0, 1.0 * p, 1.0) / 6.0


@kernel
def ellipkinc_slope(phi, m):
    """The derivative of F in `m`: from the nearest multiple of pi on, and of complete integrals."""
    turns = np.rint(phi / math.pi)
    s, c = math.sin(phi - turns * math.pi), math.cos(phi - turns * math.pi)
    slope = s ** 3 * special.elliprd(c * c, 1.0, 1.0 - m * s * s) / 6.0
    return slope if turns == 0.0 else slope + 2.0 * turns * ellipk_slope(1.0 - m)


@kernel
def ellipeinc_slope(phi, m):
    """The derivative of E in `m`: from the nearest multiple of pi on, and of complete integrals."""
    turns = np.rint(phi / math.pi)
    s, c = math.sin(phi - turns * math.pi), math.cos(phi - turns * math.pi)
    slope = -s ** 3 * special.elliprd(c * c, 1.0 - m * s * s, 1.0) / 6.0
    return slope if turns == 0.0 else slope + 2.0 * turns * ellipe_slope(1.0 - m)


@pullback(special.ellipk, UNIT)
def ellipk(a, y_bar):
    """At 0 the slope is ``pi / 8``; infinite at 1."""
    return y_bar * ellipk_slope(1.0 - a)


@pullback(special.ellipkm1, POSITIVE)
def ellipkm1(a, y_bar):
    """Infinite at 0."""
    return -y_bar * ellipk_slope(a)


@pullback(special.ellipe, UNIT)
def ellipe(a, y_bar):
    """At 0 the slope is ``-pi / 8``; infinite at 1."""
    return y_bar * ellipe_slope(1.0 - a)


@pullback(special.ellipkinc, ANGLE, PARAMETER)
def ellipkinc(a, b, y_bar):
    return y_bar / np.sqrt(1.0 - b * np.sin(a) ** 2), y_bar * ellipkinc_slope(a, b)


@pullback(special.ellipeinc, ANGLE, PARAMETER)
def ellipeinc(a, b, y_bar):
    return y_bar * np.sqrt(1.0 - b * np.sin(a) ** 2), y_bar * ellipeinc_slope(a, b)


@pullback(special.elliprf, POSITIVE.or_complex, POSITIVE.or_complex, POSITIVE.or_complex)
def elliprf(a, b, c, y_bar):
    a_bar = y_bar * conj(special.elliprd(b, c, a) / -6.0)
    b_bar = y_bar * conj(special.elliprd(c, a, b) / -6.0)
    c_bar = y_bar * conj(special.elliprd(a, b, c) / -6.0)
    return a_bar, b_bar, c_bar
