"""Definitions of what joins arrays, and puts elements in, takes them out or repeats them."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition
from .views import cut, flat_of


def _are_arrays(arrays):
    return isinstance(arrays, types.BaseTuple) and all(isinstance(a, types.Array) for a in arrays)


def _refuse_other(m, n):
    if m != n:
        raise ValueError("arrays that are joined must agree in the other axes")


@definition(np.concatenate)
def concatenate(arrays, y, axis=0):
    if not isinstance(axis, int) or not _are_arrays(arrays):
        return None
    dtype, axis, part = number_class(y), axis % y.ndim, cut(y.ndim, axis)
    others = tuple(k for k in range(y.ndim) if k != axis)

    def concatenate(arrays):
        first, n = arrays[0].shape, 0
        for a in arrays:
            for k in others:
                _refuse_other(a.shape[k], first[k])
            n += a.shape[axis]
        y = np.empty((*first[:axis], n, *first[axis + 1:]), dtype)
        start = 0
        for a in arrays:
            stop = start + a.shape[axis]
            part(y, start, stop)[...] = a
            start = stop
        return y

    return None if part is None else concatenate


def _plane_1(a, k):
    return a[:, k]


def _plane_2(a, k):
    return a[:, :, k]


@definition(np.stack)
def stack(arrays, y, axis=0):
    if not isinstance(axis, int) or not _are_arrays(arrays) or not -y.ndim <= axis < y.ndim:
        return None
    dtype, axis, axes = number_class(y), axis % y.ndim, tuple(range(y.ndim - 1))
    last, plane = len(axes), {1: _plane_1, 2: _plane_2}.get(axis)

    def stack(arrays):
        first = arrays[0].shape
        for a in arrays[1:]:
            for k in axes:
                _refuse_other(a.shape[k], first[k])
        y = np.empty((*first[:axis], len(arrays), *first[axis:]), dtype)
        if axis == 0:
            for k, a in enumerate(arrays):
                y[k] = a
        elif axis == last:
            for k, a in enumerate(arrays):
                y[..., k] = a
        else:
            for k, a in enumerate(arrays):
                plane(y, k)[...] = a
        return y

    def of_numbers(arrays):
        y = np.empty(len(arrays), dtype)
        for k, a in enumerate(arrays):
            y[k] = a[()]
        return y

    if last == 0:
        return of_numbers
    return None if 2 < axis < last else stack


@definition(np.hstack)
def hstack(tup):
    if not _are_arrays(tup) or tup[0].ndim == 0:
        return None
    axis = 0 if tup[0].ndim == 1 else 1

    def hstack(tup):
        return np.concatenate(tup, axis)

    return hstack


@definition(np.vstack, *([np.row_stack] if hasattr(np, "row_stack") else []))
def vstack(tup):
    if not _are_arrays(tup) or tup[0].ndim == 0:
        return None
    join = np.stack if tup[0].ndim == 1 else np.concatenate

    def vstack(tup):
        return join(tup)

    return vstack


@definition(np.dstack)
def dstack(tup):
    if not _are_arrays(tup) or tup[0].ndim == 0:
        return None

    def of_vectors(tup):
        return np.expand_dims(np.stack(tup, 1), 0)

    def of_matrices(tup):
        return np.stack(tup, 2)

    def dstack(tup):
        return np.concatenate(tup, 2)

    return {1: of_vectors, 2: of_matrices}.get(tup[0].ndim, dstack)


@definition(np.column_stack)
def column_stack(tup):
    if not _are_arrays(tup) or any(a.ndim == 0 for a in tup):
        return None

    def of_vectors(tup):
        return np.stack(tup, 1)

    def column_stack(tup):
        columns = ()
        for a in tup:
            columns = (*columns, a if a.ndim == 2 else np.expand_dims(a, 1))
        return np.concatenate(columns, 1)

    return of_vectors if all(a.ndim == 1 for a in tup) else column_stack


@definition(np.append)
def append(arr, values, axis=None):
    """Without an axis, of all elements of both in C order."""
    first, second = flat_of(arr), flat_of(values)
    if axis is not None:
        joined = isinstance(axis, int) and _are_arrays(types.Tuple([arr, values]))

        def append_along(arr, values, axis):
            return np.concatenate((arr, values), axis)

        return append_along if joined else None

    def append(arr, values):
        return np.concatenate((first(arr), second(values)))

    return None if first is None or second is None else append


# --- elements put in and taken out -----------------------------------------------------------------


def _place(k, low, high, n):
    """The index ``k``, counted from the start, if it is in ``[low, high]``."""
    if k < low or k > high:
        raise IndexError("index is out of bounds")
    return k + n if k < 0 else k


@definition(np.insert)
def insert(arr, obj, values, y, axis=None):
    """Of all elements of `arr` in C order."""
    flat, new = flat_of(arr), flat_of(values)
    if axis is not None or flat is None or new is None:
        return None
    dtype = number_class(y)

    def insert_at(arr, obj, values):
        a, b = flat(arr), new(values)
        start = _place(obj, -a.size, a.size, a.size)
        stop = start + b.size
        y = np.empty(a.size + b.size, dtype)
        y[:start] = a[:start]
        y[start:stop] = b
        y[stop:] = a[start:]
        return y

    def insert(arr, obj, values):
        a, b, places = flat(arr), new(values), np.asarray(obj).ravel()
        m, n = places.size, a.size
        if m != 1 and b.size != 1 and b.size != m:
            raise ValueError("as many values as places, or one, are inserted")
        count = b.size if m == 1 else m
        at = np.empty(count, np.int64)
        for i in range(count):
            at[i] = _place(places[i if m > 1 else 0], -n, n, n)
        order = np.argsort(at, kind="mergesort")
        is_old = np.ones(n + count, np.bool_)
        for i in range(count):
            at[order[i]] += i
            is_old[at[order[i]]] = False
        old = np.flatnonzero(is_old)
        y = np.empty(n + count, dtype)
        for i in range(n):
            y[old[i]] = a[i]
        for i in range(count):
            y[at[i]] = b[i if b.size > 1 else 0]
        return y

    if isinstance(obj, int | types.Integer):
        return insert_at
    return insert if isinstance(obj, tuple | types.Array | types.BaseTuple) else None


@definition(np.delete)
def delete(arr, obj, y):
    """Of all elements of `arr` in C order."""
    flat, dtype = flat_of(arr), number_class(y)
    if flat is None:
        return None

    def delete_one(arr, obj):
        a = flat(arr)
        k = _place(obj, -a.size, a.size - 1, a.size)
        y = np.empty(a.size - 1, dtype)
        y[:k] = a[:k]
        y[k:] = a[k + 1:]
        return y

    def delete(arr, obj):
        a, places = flat(arr), np.asarray(obj).ravel()
        keep = np.ones(a.size, np.bool_)
        for i in range(places.size):
            keep[_place(places[i], -a.size, a.size - 1, a.size)] = False
        return a[np.flatnonzero(keep)]

    def delete_slice(arr, obj):
        a = flat(arr)
        keep = np.ones(a.size, np.bool_)
        keep[obj] = False
        return a[np.flatnonzero(keep)]

    if isinstance(obj, int | types.Integer):
        return delete_one
    if isinstance(obj, types.SliceType):
        return delete_slice
    return delete if isinstance(obj, tuple | types.Array | types.BaseTuple) else None


# --- repetition ------------------------------------------------------------------------------------


@definition(np.repeat, ".repeat()")
def repeat(a, repeats, y):
    """Of all elements in C order, each `repeats` times, or ``repeats[i]`` times."""
    flat, dtype = flat_of(a), number_class(y)
    if flat is None:
        return None

    def repeat(a, repeats):
        if repeats < 0:
            raise ValueError("negative dimensions are not allowed")
        x = flat(a)
        y = np.empty((x.size, repeats), dtype)
        for i in range(x.size):
            y[i] = x[i]
        return y.ravel()

    def repeat_each(a, repeats):
        x = flat(a)
        n = repeats.size
        if n != 1 and n != x.size:
            raise ValueError("there are as many numbers of repetitions as elements, or one")
        if np.any(repeats < 0):
            raise ValueError("negative dimensions are not allowed")
        stops = np.empty(x.size, np.int64)
        total = 0
        for i in range(x.size):
            total += repeats[i if n > 1 else 0]
            stops[i] = total
        y = np.empty(total, dtype)
        for i in range(x.size):
            y[stops[i] - repeats[i if n > 1 else 0]:stops[i]] = x[i]
        return y

    if isinstance(repeats, int | types.Integer):
        return repeat
    return repeat_each if isinstance(repeats, types.Array) and repeats.ndim == 1 else None


@definition(np.resize)
def resize(a, new_shape, y):
    """All elements in C order, from the start again where they do not suffice."""
    flat, dtype = flat_of(a), number_class(y)
    is_tuple = isinstance(new_shape, tuple | types.BaseTuple)

    def resize(a, new_shape):
        x, n = flat(a), 1
        for length in new_shape if is_tuple else (new_shape,):
            if length < 0:
                raise ValueError("the lengths of a new shape are not negative")
            n *= length
        y = np.zeros(n, dtype)
        if x.size > 0:
            for i in range(n):
                y[i] = x[i % x.size]
        return y.reshape(new_shape)

    return None if flat is None else resize
