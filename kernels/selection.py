"""Definitions of selections by index and by condition.

What is not selected has derivative 0, even where it is infinite or NaN.
"""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition


def _refuse_outside(k, n):
    if k < -n or k >= n:
        raise IndexError("index is out of bounds")


# By index -----------------------------------------------------------------------------------------


@definition(np.take, ".take()")
def take(a, indices, axis=None):
    """Of all elements in C order, or along an axis."""
    if not isinstance(a, types.Array):
        return None
    if isinstance(axis, types.Integer):
        return _take_along_any(a.ndim)
    if axis is not None and not -a.ndim <= axis < a.ndim:
        return None
    is_one = isinstance(indices, int | types.Integer)
    several = _as_array if isinstance(indices, types.BaseTuple | tuple) else _as_it_is

    def one_of_all(a, indices):
        _refuse_outside(indices, a.size)
        return a.ravel()[indices]

    def several_of_all(a, indices):
        return a.ravel()[several(indices)]

    if axis is None:
        return one_of_all if is_one else several_of_all
    dtype, axis = number_class(a), axis % a.ndim

    def one_along(a, indices):
        _refuse_outside(indices, a.shape[axis])
        y = np.empty((*a.shape[:axis], *a.shape[axis + 1:]), dtype)
        y[...] = (a if axis == 0 else np.moveaxis(a, axis, 0))[indices]
        return y

    def element(a, indices):
        _refuse_outside(indices, a.size)
        return a[indices]

    def several_along(a, indices):
        rows = several(indices)
        y = np.empty((*a.shape[:axis], len(rows), *a.shape[axis + 1:]), dtype)
        y_rows = y if axis == 0 else np.swapaxes(y, 0, axis)
        a_rows = a if axis == 0 else np.swapaxes(a, 0, axis)
        for i in range(len(rows)):
            _refuse_outside(rows[i], a.shape[axis])
            y_rows[i] = a_rows[rows[i]]
        return y

    if is_one:
        return element if a.ndim == 1 else one_along
    return several_along


def _as_array(indices):
    return np.array(indices)


def _as_it_is(indices):
    return indices


def _take_along_any(ndim):
    """Along an axis that is known at run time."""

    def nowhere(a, indices, axis):
        raise ValueError("the axis is out of range")

    take = nowhere
    for k in range(ndim):
        take = _take_along_or(k, take)
    return take


def _take_along_or(k, otherwise):
    def take(a, indices, axis):
        if axis == k or axis == k - a.ndim:
            y = np.take(a, indices, k)
        else:
            y = otherwise(a, indices, axis)
        return y

    return take


@definition(np.take_along_axis)
def take_along_axis(arr, indices, axis):
    """``y[.., j, ..] = arr[.., indices[.., j, ..], ..]``; the other axes broadcast."""
    dtype = number_class(arr)

    def row(y, a, k):
        for j in range(len(k)):
            _refuse_outside(k[j], len(a))
            y[j] = a[k[j]]

    def of_all(arr, indices):
        y = np.empty(indices.size, dtype)
        row(y, arr.ravel(), indices)
        return y

    if axis is None:
        return of_all
    if not isinstance(axis, int) or not -arr.ndim <= axis < arr.ndim:
        return None
    axis, last = axis % arr.ndim, arr.ndim - 1
    axes = tuple(range(arr.ndim))
    rows = row
    for _ in range(last):
        rows = _one_axis_more(rows)

    def along(arr, indices):
        shape = ()
        for k in axes:
            n = indices.shape[k]
            shape = (*shape, n if k == axis else _common_length(arr.shape[k], n))
        y = np.empty(shape, dtype)
        if axis == last:
            rows(y, arr, indices)
        else:
            rows(np.swapaxes(y, axis, last), np.swapaxes(arr, axis, last), np.swapaxes(indices, axis, last))
        return y

    return along


def _one_axis_more(row):
    def rows(y, a, k):
        for i in range(len(y)):
            row(y[i], a[i if len(a) != 1 else 0], k[i if len(k) != 1 else 0])

    return rows


def _common_length(m, n):
    if m != n and m != 1 and n != 1:
        raise ValueError("the array and the indices must agree in the other axes")
    return n if m == 1 else m


# By condition -------------------------------------------------------------------------------------


@definition(np.where, result="of_type")
def where(condition, x=None, y=None, of_type=None):
    """Of numbers, an array without axes; arrays are selected from element by element."""
    if x is None or not isinstance(of_type, types.Array) or of_type.ndim > 0:
        return None
    dtype = number_class(of_type)
    chosen, first, second = map(_number_of, (condition, x, y))

    def where(condition, x, y):
        value = np.empty((), dtype)
        value[()] = first(x) if chosen(condition) else second(y)
        return value

    return where


def _number_of(argument):
    """A function that gives the number in an argument that is one, or an array without axes."""
    return _only_element if isinstance(argument, types.Array) else _as_it_is


def _only_element(a):
    return a[()]


@definition(np.select)
def select(condlist, choicelist, default=0):
    """The first choice whose condition holds."""
    cases = tuple(range(len(condlist) - 1, -1, -1))
    if len(condlist) != len(choicelist):
        return None

    def select(condlist, choicelist, default):
        y = default
        for k in cases:
            y = np.where(condlist[k], choicelist[k], y)
        return y

    return select


@definition(np.extract)
def extract(condition, arr):
    """The elements, in C order, at whose places the condition holds."""
    if not isinstance(arr, types.Array):
        return None
    dtype, is_tuple = number_class(arr), isinstance(condition, types.BaseTuple | tuple)
    is_one = not is_tuple and not isinstance(condition, types.Array)

    def extract(condition, arr):
        holds = np.array((condition,)) if is_one else np.array(condition) if is_tuple else condition
        flat, rows = arr.ravel(), np.flatnonzero(holds)
        if flat.size == 0:
            raise ValueError("elements of an empty array")
        y = np.empty(rows.size, dtype)
        for i in range(rows.size):
            if rows[i] >= flat.size:
                raise ValueError("the condition is longer than the array")
            y[i] = flat[rows[i]]
        return y

    return extract
