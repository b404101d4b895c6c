"""Definitions of what fills arrays with evenly spaced numbers."""

from __future__ import annotations

import math

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition


@definition(np.arange)
def arange(start, y, stop=None, step=None, dtype=None):
    """With numbers that vary; the number of elements has no derivative."""
    varies = any(isinstance(a, types.Float) for a in (start, stop, step))
    if not varies or not isinstance(y.dtype, types.Float):
        return None
    dtype, from_zero, by_one = number_class(y), stop is None, step is None

    def arange(start, stop, step):
        first, end = (0, start) if from_zero else (start, stop)
        width = 1 if by_one else step
        if width == 0:
            raise ValueError("Maximum allowed size exceeded")
        n = max(int(math.ceil((end - first) / width)), 0)
        y = np.empty(n, dtype)
        for i in range(n):
            y[i] = first + i * width
        return y

    return arange


@definition(np.linspace)
def linspace(start, stop, y, num=50):
    """The last number is `stop` itself."""
    dtype = number_class(y)

    def linspace(start, stop, num):
        y = np.empty(num, dtype)
        span, steps = stop - start, max(num - 1, 1)
        for i in range(num):
            y[i] = start + span * (i / steps)
        if num > 1:
            y[num - 1] = stop
        return y

    return linspace


@definition(np.logspace)
def logspace(start, stop, num=50):
    def logspace(start, stop, num):
        return np.power(10.0, np.linspace(start, stop, num))

    return logspace


@definition(np.geomspace)
def geomspace(start, stop, y, num=50):
    """The end points are those that are given."""

    def ends(values, start, stop):
        n = values.size
        if n > 0:
            values[0] = start
        if n > 1:
            values[n - 1] = stop
        return values

    def real(start, stop, num):
        if start == 0 or stop == 0:
            raise ValueError("Geometric sequence cannot include zero")
        sign = -1.0 if start < 0 and stop < 0 else 1.0
        logs = np.log10(sign * start), np.log10(sign * stop)
        return ends(sign * np.logspace(logs[0], logs[1], num), start, stop)

    def from_complex(start, stop, num):
        if start == 0 or stop == 0:
            raise ValueError("Geometric sequence cannot include zero")
        first, last = start + 0j, stop + 0j
        sign = first / abs(first)
        logs = np.log10(first / sign), np.log10(last / sign)
        return ends(sign * np.logspace(logs[0], logs[1], num), first, last)

    return from_complex if isinstance(y.dtype, types.Complex) else real
