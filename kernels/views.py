"""Definitions of what turns arrays around, and shows them in another shape."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition


@definition(np.real)
def real(val):
    """Of an array a view."""
    def real(val):
        return val.real

    return real


@definition(np.imag)
def imag(val):
    """Of an array a view."""
    def imag(val):
        return val.imag

    return imag


@definition(".item()")
def item(a):
    """Of an array with one element."""
    def item(a):
        if a.size != 1:
            raise ValueError("item() takes an array with one element")
        return a.ravel()[0]

    return item if isinstance(a, types.Array) else None


def flat_of(kind):
    """A function that gives the elements of a value in C order, in one axis; None if there is none.

    The value is an array, a number, or a tuple of numbers. The function may return the array itself.
    """

    def itself(a):
        return a

    def flat(a):
        return a.ravel()

    def of_tuple(a):
        return np.array(a)

    def of_number(a):
        y = np.empty(1, dtype)
        y[0] = a
        return y

    if isinstance(kind, types.Array):
        return itself if kind.ndim == 1 else flat if kind.ndim > 1 else None
    if isinstance(kind, tuple | types.BaseTuple):
        return of_tuple if len(kind) and not isinstance(kind[0], tuple | types.BaseTuple) else None
    if isinstance(kind, types.Number | bool | int | float | complex | np.generic):
        dtype = number_class(kind) if isinstance(kind, types.Type) else np.asarray(kind).dtype.type
        return of_number
    return None


def _axis_0(a, start, stop):
    return a[start:stop]


def _axis_1(a, start, stop):
    return a[:, start:stop]


def _axis_2(a, start, stop):
    return a[:, :, start:stop]


def _axis_last(a, start, stop):
    return a[..., start:stop]


def cut(ndim, axis):
    """A function that cuts a piece out of an axis; None for an axis between the third and the last."""
    axis %= ndim
    return _axis_last if axis == ndim - 1 > 0 else {0: _axis_0, 1: _axis_1, 2: _axis_2}.get(axis)


# --- turns -----------------------------------------------------------------------------------------


@definition(np.roll)
def roll(a, shift, y):
    """Of all elements in C order."""
    if not isinstance(a, types.Array):
        return None
    flat, dtype = flat_of(a), number_class(y)

    def roll(a, shift):
        y = np.empty(a.shape, dtype)
        x, z = flat(a), flat(y)
        k = shift % max(x.size, 1)
        z[k:] = x[:x.size - k]
        z[:k] = x[x.size - k:]
        return y

    return None if flat is None else roll


@definition(np.rot90)
def rot90(m, k=1):
    if not isinstance(m, types.Array) or m.ndim < 2:
        return None
    is_matrix = m.ndim == 2

    def turned(m):
        return m.T if is_matrix else np.swapaxes(m, 0, 1)

    def rot90(m, k):
        turns = k % 4
        if turns == 0:
            return m[:]
        if turns == 1:
            return turned(m)[::-1]
        if turns == 2:
            return m[::-1, ::-1]
        return turned(m)[:, ::-1]

    return rot90


@definition(np.trim_zeros)
def trim_zeros(filt, trim="fb"):
    if not isinstance(trim, str):
        return None
    at_front, at_back = "f" in trim.lower(), "b" in trim.lower()

    def trim_zeros(filt):
        kept = np.flatnonzero(filt != 0)
        first, last = 0, filt.size
        if at_front:
            first = kept[0] if kept.size > 0 else filt.size
        if at_back:
            last = kept[kept.size - 1] + 1 if kept.size > 0 else 0
        return filt[first:last]

    return trim_zeros


# --- views -----------------------------------------------------------------------------------------


def _several(f):
    """The definition of a function that views each of several arrays."""

    def template(*arys):
        def views(arys):
            result = ()
            for a in arys:
                result = (*result, f(a))
            return result

        return views if len(arys) > 1 and all(isinstance(a, types.Array) for a in arys) else None

    return template


for _f in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    definition(_f)(_several(_f))


@definition(np.broadcast_to, for_view=True)
def broadcast_to(array, shape):
    """An array stays; the scalariser reads it as if it had the shape."""
    if isinstance(array, types.Array):
        return None

    def of_number(array, shape):
        return np.full(shape, array)

    def of_tuple(array, shape):
        return np.broadcast_to(np.array(array), shape)

    return of_tuple if isinstance(array, tuple | types.BaseTuple) else of_number


def _common(n, m):
    if n != 1 and m != 1 and n != m:
        raise ValueError("shapes do not broadcast to a single shape")
    return m if n == 1 else n


@definition(np.broadcast_shapes)
def broadcast_shapes(*args):
    is_tuple = tuple(isinstance(a, tuple | types.BaseTuple) for a in args)
    ranks = tuple(len(a) if isinstance(a, tuple | types.BaseTuple) else 1 for a in args)
    ndim = max(ranks, default=0)
    axes = tuple(range(ndim))

    def broadcast_shapes(args):
        shape = ()
        for axis in axes:
            n = 1
            for k, a in enumerate(args):
                if axis >= ndim - ranks[k]:
                    n = _common(n, a[axis - ndim + ranks[k]] if is_tuple[k] else a)
            shape = (*shape, n)
        return shape

    return broadcast_shapes if ndim else None


@definition(np.broadcast_arrays, for_view=True)
def broadcast_arrays(*args):
    """A tuple, where Numba returns a list."""
    is_array = tuple(isinstance(a, types.Array) for a in args)
    ranks = tuple(a.ndim if isinstance(a, types.Array) else 1 for a in args)
    ndim = max(ranks, default=0)
    axes = tuple(range(ndim))

    def broadcast_arrays(args):
        arrays, shape, result = (), (), ()
        for k, a in enumerate(args):
            arrays = (*arrays, a if is_array[k] else np.full(1, a))
        for axis in axes:
            n = 1
            for k, a in enumerate(arrays):
                if axis >= ndim - ranks[k]:
                    n = _common(n, a.shape[axis - ndim + ranks[k]])
            shape = (*shape, n)
        for a in arrays:
            result = (*result, np.broadcast_to(a, shape))
        return result

    known = all(isinstance(a, types.Array | types.Number | int | float | complex) for a in args)
    return broadcast_arrays if known and all(ranks) else None


@definition(np.asarray)
def asarray(a, y, dtype=None):
    if isinstance(a, tuple | types.BaseTuple):
        result = number_class(y)

        def of_tuple(a):
            return np.array(a, result)

        return of_tuple if len(a) else None
    if not isinstance(a, types.Array):
        result = number_class(y)

        def of_number(a):
            made = np.empty((), result)
            made[()] = a
            return made

        return of_number if isinstance(a, types.Number | int | float | complex) else None

    def itself(a):
        return a

    def converted(a, dtype):
        return a.astype(dtype)

    return itself if y.dtype == a.dtype else converted


@definition(np.asarray_chkfinite)
def asarray_chkfinite(a, dtype=None):
    def asarray_chkfinite(a):
        if not np.all(np.isfinite(a)):
            raise ValueError("array must not contain infs or NaNs")
        return a

    return asarray_chkfinite if isinstance(a, types.Array) and dtype is None else None


@definition(np.asfortranarray, for_view=True)
def asfortranarray(a, y):
    """A copy, unless the type says that the array is in Fortran's order."""
    if not isinstance(a, types.Array) or a.layout == "F" or (a.ndim == 1 and a.layout == "C"):
        return None
    dtype = number_class(y)

    def asfortranarray(a):
        y = np.empty(a.shape[::-1], dtype).T
        y[...] = a
        return y

    return asfortranarray
