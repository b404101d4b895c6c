"""Definitions of convolutions and of piecewise linear interpolation."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition


def _products(a, v, offset, y):
    """``y[k] += a[i] v[j]`` for all ``i + j = k + offset``."""
    for j in range(v.size):
        for k in range(max(0, j - offset), min(y.size, a.size + j - offset)):
            y[k] += a[k + offset - j] * v[j]


def _refuse_empty(a, v):
    if a.size == 0:
        raise ValueError("the first array is empty")
    if v.size == 0:
        raise ValueError("the second array is empty")


def _window(mode):
    """The length of the result, and the first product that counts, for ``n >= m``."""
    return {
        "full": (lambda n, m: n + m - 1, lambda n, m: 0),
        "same": (lambda n, m: n, lambda n, m: (m - 1) // 2),
        "valid": (lambda n, m: n - m + 1, lambda n, m: m - 1),
    }[mode]


def _convolution(a, v, y, mode, change, shift):
    """The template of both: `change` is done to `v`, and `shift` moves the window if `v` is longer."""
    if a.ndim != 1 or v.ndim != 1 or mode not in ("full", "same", "valid"):
        return None
    dtype, (length, offset) = number_class(y), _window(mode)

    def convolution(a, v):
        _refuse_empty(a, v)
        w = change(v)
        n, m = max(a.size, v.size), min(a.size, v.size)
        y = np.zeros(length(n, m), dtype)
        if a.size >= v.size:
            _products(a, w, offset(n, m), y)
        else:
            _products(w, a, offset(n, m) + shift(m), y)
        return y

    return convolution


@definition(np.convolve)
def convolve(a, v, y, mode="full"):
    return _convolution(a, v, y, mode, lambda v: v, lambda m: 0)


@definition(np.correlate)
def correlate(a, v, y, mode="valid"):
    """``sum(a[n + k] conj(v[n]))``: the convolution of `a` with the reverse of ``conj(v)``."""
    shift = (lambda m: 1 - m % 2) if mode == "same" else (lambda m: 0)
    return _convolution(a, v, y, mode, lambda v: np.conj(v[::-1]), shift)


@definition(np.interp)
def interp(x, xp, fp, y):
    """Constant beyond the ends, where the slope is 0; at a node, the slope on its right."""
    dtype = number_class(y)

    def interpolated(x, xp, fp):
        last = xp.size - 1
        if x != x:
            value = dtype(x) + fp[last] * 0
        elif x < xp[0]:
            value = dtype(fp[0])
        elif x >= xp[last]:
            value = dtype(fp[last])
        else:
            j = np.searchsorted(xp, x, "right") - 1
            slope = (fp[j + 1] - fp[j]) / (xp[j + 1] - xp[j])
            value = slope * (x - xp[j]) + fp[j]
        return value

    def refuse_lengths(xp, fp):
        if xp.size == 0:
            raise ValueError("there is nothing to interpolate between")
        if xp.size != fp.size:
            raise ValueError("fp and xp are not of the same length.")

    if not isinstance(x, types.Array):
        def interp(x, xp, fp):
            refuse_lengths(xp, fp)
            return interpolated(x, xp, fp)

        return interp

    def interp(x, xp, fp):
        refuse_lengths(xp, fp)
        y = np.empty(x.shape, dtype)
        points, values = x.ravel(), y.ravel()
        for i in range(points.size):
            values[i] = interpolated(points[i], xp, fp)
        return y

    return interp
