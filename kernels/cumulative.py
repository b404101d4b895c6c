"""Definitions of running sums and products, of differences, and of what integrates samples."""

from __future__ import annotations

import math

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition
from .views import flat_of


@definition(np.cumsum, ".cumsum()")
def cumsum(a, y, axis=None, dtype=None):
    """Without an axis of all elements in C order."""
    if not isinstance(a, types.Array) or not isinstance(axis, int | None) or a.ndim == 0:
        return None
    dtype = number_class(y)
    if axis is not None and not -a.ndim <= axis < a.ndim:
        return None

    def along_last(a):
        y = np.empty(a.shape, dtype)
        y[..., :1] = a[..., :1]
        for i in range(1, a.shape[-1]):
            y[..., i] = y[..., i - 1] + a[..., i]
        return y

    def along_first(a):
        y = np.empty(a.shape, dtype)
        y[:1] = a[:1]
        for i in range(1, a.shape[0]):
            y[i] = y[i - 1] + a[i]
        return y

    def along_second(a):
        y = np.empty(a.shape, dtype)
        y[:, :1] = a[:, :1]
        for i in range(1, a.shape[1]):
            y[:, i] = y[:, i - 1] + a[:, i]
        return y

    if axis is None or a.ndim == 1:
        return _running(a, y, 0, _plus)
    axis %= a.ndim
    return along_last if axis == a.ndim - 1 else {0: along_first, 1: along_second}.get(axis)


def _running(a, y, start, step):
    """A running total of all elements in C order."""
    if not isinstance(a, types.Array) or a.ndim == 0:
        return None
    flat, dtype = flat_of(a), number_class(y)

    def running(a):
        x = flat(a)
        y = np.empty(x.size, dtype)
        total = dtype(start)
        for i in range(x.size):
            total = step(total, x[i])
            y[i] = total
        return y

    return running


def _plus(total, value):
    return total + value


def _times(total, value):
    return total * value


@definition(np.cumprod, ".cumprod()")
def cumprod(a, y):
    """Of all elements in C order."""
    return _running(a, y, 1, _times)


@definition(np.nancumsum)
def nancumsum(a, y):
    """Of all elements in C order; a NaN counts as 0, and its derivative is 0."""
    return _running(a, y, 0, lambda total, value: total if np.isnan(value) else total + value)


@definition(np.nancumprod)
def nancumprod(a, y):
    """Of all elements in C order; a NaN counts as 1, and its derivative is 0."""
    return _running(a, y, 1, lambda total, value: total if np.isnan(value) else total * value)


@definition(np.diff)
def diff(a, y, n=1):
    """Along the last axis."""
    if not isinstance(a, types.Array) or a.ndim == 0:
        return None
    dtype, times = number_class(y), tuple(range(n)) if isinstance(n, int) else ()

    def diff(a):
        y = a
        for _ in times:
            y = y[..., 1:] - y[..., :-1]
        return y

    def unchanged(a):
        return a.copy()

    def repeated(a, n):
        if n < 0:
            raise ValueError("the order of differences is not negative")
        work = np.empty(a.shape, dtype)
        work[...] = a
        size = a.shape[-1]
        for k in range(1, min(n, size) + 1):
            work[..., :size - k] = work[..., 1:size - k + 1] - work[..., :size - k]
        return work[..., :max(size - n, 0)].copy()

    if not isinstance(n, int):
        return repeated
    return None if n < 0 else diff if n > 0 else unchanged


@definition(np.ediff1d)
def ediff1d(ary, to_end=None, to_begin=None):
    """Of all elements in C order."""
    flat = flat_of(ary)
    begin, end = (None if a is None else flat_of(a) for a in (to_begin, to_end))
    if flat is None or (begin is None) != (to_begin is None) or (end is None) != (to_end is None):
        return None

    def differences(ary):
        return np.diff(flat(ary))

    def ediff1d(ary, to_end, to_begin):
        parts = (flat(ary)[:0],)
        if to_begin is not None:
            parts = (*parts, begin(to_begin))
        parts = (*parts, np.diff(flat(ary)))
        if to_end is not None:
            parts = (*parts, end(to_end))
        return np.concatenate(parts)

    return differences if begin is None and end is None else ediff1d


def _itself(a):
    return a


def _as_array(kind):
    return np.array if isinstance(kind, tuple | types.BaseTuple) else _itself


@definition(np.trapezoid)
def trapezoid(a, x=None, dx=1.0):
    """Along the last axis."""
    values, places, steps = _as_array(a), _as_array(x), _as_array(dx)
    is_vector = not isinstance(a, types.Array) or a.ndim == 1

    def area(terms):
        return np.sum(terms) if is_vector else np.sum(terms, -1)

    def by_step(a, dx):
        y = values(a)
        return area(steps(dx) * ((y[..., 1:] + y[..., :-1]) / 2.0))

    def by_places(a, x):
        y, at = values(a), places(x)
        return area((at[..., 1:] - at[..., :-1]) * ((y[..., 1:] + y[..., :-1]) / 2.0))

    return by_step if x is None else by_places


@definition(np.unwrap)
def unwrap(p, y, discont=None, axis=-1, period=2.0 * math.pi):
    """Whole periods are added, so the slope is 1, and that in `period` the number of periods."""
    if not isinstance(p, types.Array) or not isinstance(y.dtype, types.Float) or axis != -1 or p.ndim == 0:
        return None
    dtype = number_class(y)

    def unwrap_row(x, limit, period, y):
        turns = dtype(0)
        for i in range(x.size):
            if i > 0:
                step = x[i] - x[i - 1]
                rest = (step + period / 2) % period - period / 2
                if rest == -period / 2 and step > 0:
                    rest = period / 2
                if abs(step) >= limit:
                    turns += np.rint((step - rest) / period)
            y[i] = x[i] - turns * period

    def unwrap(p, discont, period):
        y = np.empty(p.shape, dtype)
        unwrap_row(p, period / 2 if discont is None else discont, period, y)
        return y

    def unwrap_rows(p, discont, period):
        y = np.empty(p.shape, dtype)
        n = p.shape[-1]
        rows, flat = p.ravel(), y.ravel()
        for k in range(p.size // n):
            unwrap_row(rows[k * n:(k + 1) * n], period / 2 if discont is None else discont, period,
                       flat[k * n:(k + 1) * n])
        return y

    return unwrap if p.ndim == 1 else unwrap_rows
