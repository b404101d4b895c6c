"""Rules of conversions and of the parts of a complex number.

What a rule returns is projected to the type of the argument: the cotangent of a real argument is
the real part, so that a cast needs no more than the identity.
"""

from __future__ import annotations

import cmath

import numpy as np

from ..registry import POSITIVE, REAL, conj, nondifferentiable, pullback


@pullback((float, np.float64, np.float32, np.float16), REAL)
def cast(y_bar):
    return y_bar


@pullback((np.complex128, np.complex64), REAL.or_complex)
def complex_cast(y_bar):
    return y_bar


@pullback(complex, REAL.or_complex, REAL.or_complex)
def join(y_bar):
    """``complex(a)`` and ``complex(a, b)``, which is ``a + 1j * b``."""
    return y_bar, y_bar * -1j


@pullback((np.real, ".real"), REAL.or_complex)
def real(y_bar):
    return y_bar


@pullback((np.imag, ".imag"), REAL.or_complex)
def imag(y_bar):
    return y_bar * 1j


@pullback((np.conjugate, ".conjugate()", ".conj()"), REAL.or_complex)
def conjugate(y_bar):
    return conj(y_bar)


@pullback((np.angle, cmath.phase), REAL.or_complex)
def angle(a, y_bar):
    """At 0 the slope is 0; along the negative axis, where the angle jumps, that of either side."""
    square = a.real * a.real + a.imag * a.imag
    return y_bar * (1j * a) / square if square > 0 else 0.0


@pullback(cmath.rect, POSITIVE, REAL)
def rect(a, b, y, y_bar):
    """``a * exp(1j * b)``."""
    return y_bar * np.exp(-1j * b), y_bar * conj(1j * y)


nondifferentiable(
    int, bool, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64,
    np.bool_, cmath.isnan, cmath.isinf, cmath.isfinite,
)
