"""Definitions of what cuts arrays into parts, or into windows.

What Numba returns as a list is a tuple here, and its length must be known.
"""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition
from .views import cut

_SPLIT = "split into a number of parts, or at places, that are written in the program"


def _splitter(ary, sections, axis, is_equal):
    """The function that splits; None where the number of parts is not known."""
    if not isinstance(ary, types.Array) or not isinstance(axis, int) or not -ary.ndim <= axis < ary.ndim:
        return None
    part, axis = cut(ary.ndim, axis), axis % ary.ndim
    if part is None:
        return None

    def split(ary, indices_or_sections):
        n = ary.shape[axis]
        if is_equal and n % sections != 0:
            raise ValueError("the length of an array that is split must be a multiple of the number of parts")
        parts, stop = (), 0
        for k in numbers:
            start = stop
            stop = start + n // sections if is_equal else start + (n + sections - 1 - k) // sections
            parts = (*parts, part(ary, start, stop))
        return parts

    def split_at(ary, indices_or_sections):
        parts, start = (), 0
        for stop in indices_or_sections:
            parts = (*parts, part(ary, start, stop))
            start = stop
        return (*parts, part(ary, start, None))

    if type(sections) is int and sections > 0:
        numbers = tuple(range(sections))
        return split
    known = isinstance(sections, tuple) and all(type(k) is int for k in sections)
    if not known and isinstance(sections, types.BaseTuple):
        known = all(isinstance(k, types.Integer) for k in sections)
    return split_at if known and len(sections) else None


@definition(np.split, hint=_SPLIT)
def split(ary, indices_or_sections, axis=0):
    return _splitter(ary, indices_or_sections, axis, True)


@definition(np.array_split, hint=_SPLIT)
def array_split(ary, indices_or_sections, axis=0):
    """The first parts are longer by one where the length is no multiple of the number of parts."""
    return _splitter(ary, indices_or_sections, axis, False)


@definition(np.vsplit, hint=_SPLIT)
def vsplit(ary, indices_or_sections):
    return _splitter(ary, indices_or_sections, 0, True) if ary.ndim > 1 else None


@definition(np.hsplit, hint=_SPLIT)
def hsplit(ary, indices_or_sections):
    return _splitter(ary, indices_or_sections, 0 if ary.ndim == 1 else 1, True)


@definition(np.dsplit, hint=_SPLIT)
def dsplit(ary, indices_or_sections):
    return _splitter(ary, indices_or_sections, 2, True) if ary.ndim > 2 else None


# --- windows ---------------------------------------------------------------------------------------


def _windows(n, w):
    """How many windows of a length there are."""
    if w < 0:
        raise ValueError("the length of a window is not negative")
    if w > n:
        raise ValueError("a window is no longer than the array")
    return n - w + 1


@definition(np.lib.stride_tricks.sliding_window_view, for_view=True)
def sliding_window_view(x, window_shape, y, axis=None):
    """A copy of the windows, along one axis or two."""
    is_tuple = isinstance(window_shape, tuple | types.BaseTuple)
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if not all(isinstance(k, int) for k in axes) or len(axes) != (len(window_shape) if is_tuple else 1):
        return None
    axes = tuple(k % x.ndim for k in axes)
    cuts = [cut(x.ndim, k) for k in axes]
    if None in cuts or len(set(axes)) != len(axes):
        return None
    dtype, (first, *rest), part, axes = number_class(y), axes, cuts[0], tuple(range(x.ndim))
    second, other = (*rest, None)[0], cuts[-1]

    def along_one(x, window_shape):
        w = window_shape[0] if is_tuple else window_shape
        n = _windows(x.shape[first], w)
        y = np.empty((*x.shape[:first], n, *x.shape[first + 1:], w), dtype)
        for i in range(w):
            y[..., i] = part(x, i, i + n)
        return y

    def along_two(x, window_shape):
        v, w = window_shape
        m, n, shape = _windows(x.shape[first], v), _windows(x.shape[second], w), ()
        for k in axes:
            shape = (*shape, m if k == first else n if k == second else x.shape[k])
        y = np.empty((*shape, v, w), dtype)
        for i in range(v):
            for j in range(w):
                y[..., i, j] = other(part(x, i, i + m), j, j + n)
        return y

    return {0: along_one, 1: along_two}.get(len(rest))
