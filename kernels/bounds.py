"""Definitions of what puts elements within bounds, in the forms that are no single op on elements."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition
from .sorting import holds_derivatives


@definition(".clip()")
def clip_method(a, y, a_min=None, a_max=None):
    if not isinstance(a, types.Array):
        return None

    def both(a, a_min, a_max):
        return np.clip(a, a_min, a_max)

    return clip(a, y, a_min, a_max) or both


@definition(np.clip)
def clip(a, y, a_min=None, a_max=None):
    """With one bound. On a bound, half goes to the element and half to the bound."""
    if not holds_derivatives(a) or (a_min is None and a_max is None):
        return None
    dtype = number_class(y)

    def single(a, a_min, a_max):
        y = np.empty((), dtype)
        value = a[()] if a_min is None else np.maximum(a[()], a_min)
        y[()] = value if a_max is None else np.minimum(value, a_max)
        return y

    def below(a, a_max):
        return np.minimum(a, a_max).astype(dtype)

    def above(a, a_min):
        return np.maximum(a, a_min).astype(dtype)

    if a.ndim == 0:
        return None if isinstance(a_min, types.Array) or isinstance(a_max, types.Array) else single
    return below if a_min is None else above if a_max is None else None


@definition(np.nan_to_num)
def nan_to_num(x, y, copy=True, nan=0.0, posinf=None, neginf=None):
    """With numbers of the caller's in place of NaN and infinities; what is replaced has slope 0."""
    if isinstance(x, types.Array) and isinstance(x.dtype, types.Integer):
        return _itself
    if (nan, posinf, neginf) == (0.0, None, None) or isinstance(x, types.Integer):
        return None
    dtype, limits = number_class(y), np.finfo(number_class(x))
    high, low = limits.max, limits.min

    def number(x, nan, posinf, neginf):
        above = high if posinf is None else posinf
        below = low if neginf is None else neginf
        return nan if x != x else above if x == np.inf else below if x == -np.inf else x

    def complex_number(x, nan, posinf, neginf):
        return complex(number(x.real, nan, posinf, neginf), number(x.imag, nan, posinf, neginf))

    def replaced(x, nan, posinf, neginf):
        above = high if posinf is None else posinf
        below = low if neginf is None else neginf
        return np.where(np.isnan(x), nan, np.where(x == np.inf, above, np.where(x == -np.inf, below, x)))

    def real_array(x, nan, posinf, neginf):
        return replaced(x, nan, posinf, neginf).astype(dtype)

    def complex_array(x, nan, posinf, neginf):
        y = np.empty(x.shape, dtype)
        y.real[...] = replaced(x.real, nan, posinf, neginf)
        y.imag[...] = replaced(x.imag, nan, posinf, neginf)
        return y

    if isinstance(x, types.Array):
        return complex_array if isinstance(x.dtype, types.Complex) else real_array
    return complex_number if isinstance(x, types.Complex) else number


def _itself(x):
    return x
