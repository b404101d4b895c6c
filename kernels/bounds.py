"""Definitions of what puts elements within bounds, in the forms that are no single op on elements."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition
from .sorting import holds_derivatives


@definition(np.clip, ".clip()")
def clip(a, y, a_min=None, a_max=None, out=None):
    """With one bound; into an array. On a bound, half goes to the element and half to the bound."""
    if not holds_derivatives(a) or (a_min is None and a_max is None):
        return None
    dtype = number_class(y)

    def into(a, a_min, a_max, out):
        out[...] = np.clip(a, a_min, a_max)
        return out

    def single(a, a_min, a_max):
        y = np.empty((), dtype)
        value = a[()] if a_min is None else np.maximum(a[()], a_min)
        y[()] = value if a_max is None else np.minimum(value, a_max)
        return y

    def below(a, a_max):
        return np.minimum(a, a_max).astype(dtype)

    def above(a, a_min):
        return np.maximum(a, a_min).astype(dtype)

    def between(a, a_min, a_max):
        return np.clip(a, a_min, a_max)

    if out is not None:
        return into
    if a.ndim == 0:
        return None if isinstance(a_min, types.Array) or isinstance(a_max, types.Array) else single
    return below if a_min is None else above if a_max is None else between


@definition(np.nan_to_num)
def nan_to_num(x, y, copy=True, nan=0.0, posinf=None, neginf=None):
    """With numbers of the caller's in place of NaN and infinities; in place. What is replaced has slope 0."""
    defaults = (nan, posinf, neginf) == (0.0, None, None)
    if isinstance(x, types.Array) and isinstance(x.dtype, types.Integer):
        return _itself
    if (defaults and copy is True) or isinstance(x, types.Integer):
        return None
    kind = number_class(x)
    limits = np.finfo(kind)
    high, low = kind(limits.max).real, kind(limits.min).real

    def replaced(x, nan, posinf, neginf):
        above = high if posinf is None else posinf
        below = low if neginf is None else neginf
        return np.where(np.isnan(x), nan, np.where(x == np.inf, above, np.where(x == -np.inf, below, x)))

    def number(x, nan, posinf, neginf):
        return nan if x != x else _finite(x, high if posinf is None else posinf, low if neginf is None else neginf)

    def complex_number(x, nan, posinf, neginf):
        return complex(number(x.real, nan, posinf, neginf), number(x.imag, nan, posinf, neginf))

    def real_array(x, copy, nan, posinf, neginf):
        y = x.copy() if copy else x
        y[...] = replaced(y, nan, posinf, neginf)
        return y

    def complex_array(x, copy, nan, posinf, neginf):
        y = x.copy() if copy else x
        y.real[...] = replaced(y.real, nan, posinf, neginf)
        y.imag[...] = replaced(y.imag, nan, posinf, neginf)
        return y

    if isinstance(x, types.Array):
        return complex_array if isinstance(x.dtype, types.Complex) else real_array
    return complex_number if isinstance(x, types.Complex) else number


def _itself(x):
    return x


def _finite(x, above, below):
    return above if x == np.inf else below if x == -np.inf else x
