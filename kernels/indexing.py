"""Definitions of what selects elements by arrays of indices or of truth values.

``gather`` and ``scatter`` are what ``y = x[.., rows]`` and ``x[.., rows] = value`` become: `axis` is the
first of the axes that the selectors pick from, one axis each.
"""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition


def _is_mask(selector):
    return isinstance(selector.dtype, types.Boolean)


def _refuse_outside(k, n):
    if k < -n or k >= n:
        raise IndexError("index is out of bounds")


@definition("gather")
def gather(a, axis, first, second=None, third=None):
    """``y[.., i, ..] = a[.., first[i], ..]``."""
    dtype = number_class(a)
    if third is not None or (second is not None and any(map(_is_mask, (first, second)))):
        return None
    if second is not None:
        if first.ndim != 1 or second.ndim != 1:
            return None

        def of_leading_pairs(a, first, second):
            n = max(first.size, second.size)
            for size in (first.size, second.size):
                if size != n and size != 1:
                    raise IndexError("arrays that index together must have one length")
            y = np.empty((n, *a.shape[2:]), dtype)
            for i in range(n):
                j, k = first[i if first.size > 1 else 0], second[i if second.size > 1 else 0]
                _refuse_outside(j, a.shape[0])
                _refuse_outside(k, a.shape[1])
                y[i] = a[j, k]
            return y

        return of_leading_pairs if axis == 0 else None
    if _is_mask(first):
        if first.ndim != 1:
            return None

        def of_mask(a, axis, first):
            if first.size != a.shape[axis]:
                raise IndexError("a mask must have the length of what it selects from")
            rows = np.flatnonzero(first)
            y = np.empty((*a.shape[:axis], rows.size, *a.shape[axis + 1:]), dtype)
            y_rows = np.swapaxes(y, 0, axis)
            a_rows = np.swapaxes(a, 0, axis)
            for i in range(rows.size):
                y_rows[i] = a_rows[rows[i]]
            return y

        def of_leading_mask(a, first):
            if first.size != a.shape[0]:
                raise IndexError("a mask must have the length of what it selects from")
            rows = np.flatnonzero(first)
            y = np.empty((rows.size, *a.shape[1:]), dtype)
            for i in range(rows.size):
                y[i] = a[rows[i]]
            return y

        return of_leading_mask if axis == 0 else of_mask

    def of_rows(a, axis, first):
        rows = first.ravel()
        y = np.empty((*a.shape[:axis], rows.size, *a.shape[axis + 1:]), dtype)
        y_rows = np.swapaxes(y, 0, axis)
        a_rows = np.swapaxes(a, 0, axis)
        for i in range(rows.size):
            _refuse_outside(rows[i], a.shape[axis])
            y_rows[i] = a_rows[rows[i]]
        return y.reshape((*a.shape[:axis], *first.shape, *a.shape[axis + 1:]))

    def of_leading_rows(a, first):
        y = np.empty((first.size, *a.shape[1:]), dtype)
        for i in range(first.size):
            _refuse_outside(first[i], a.shape[0])
            y[i] = a[first[i]]
        return y

    return of_leading_rows if axis == 0 and first.ndim == 1 else of_rows


@definition("scatter")
def scatter(a, axis, value, first, second=None, third=None):
    """``a[.., first[i], ..] = value``, of equal indices the last."""
    if axis != 0 or third is not None:
        return None if third is not None else _scatter_inside(a, axis, value, first, second)
    if second is not None:
        return _scatter_pairs(a, value, first, second)
    rows_of = _rows_of_mask if _is_mask(first) else _rows
    if not isinstance(value, types.Array) or value.ndim < a.ndim + first.ndim - 1:
        def same_everywhere(a, value, first):
            rows = rows_of(first, a.shape[0])
            for i in range(rows.size):
                a[rows[i]] = value

        return same_everywhere
    if first.ndim != 1:
        return None

    def row_by_row(a, value, first):
        rows = rows_of(first, a.shape[0])
        if value.shape[0] != rows.size and value.shape[0] != 1:
            raise ValueError("cannot assign to a selection of another length")
        for i in range(rows.size):
            a[rows[i]] = value[i if value.shape[0] != 1 else 0]

    return row_by_row


def _rows(selector, n):
    """The rows that are selected, as numbers."""
    rows = selector.ravel()
    for i in range(rows.size):
        _refuse_outside(rows[i], n)
    return rows


def _rows_of_mask(selector, n):
    if selector.size != n:
        raise IndexError("a mask must have the length of what it selects from")
    return np.flatnonzero(selector)


def _scatter_inside(a, axis, value, first, second):
    """Along an axis that is not the first."""
    if second is not None or first.ndim != 1:
        return None
    rows_of = _rows_of_mask if _is_mask(first) else _rows
    last = a.ndim - 1

    def same_everywhere(a, axis, value, first):
        rows = rows_of(first, a.shape[axis])
        a_rows = np.swapaxes(a, 0, axis)
        for i in range(rows.size):
            a_rows[rows[i]] = value

    def element_by_element(a, axis, value, first):
        rows = rows_of(first, a.shape[axis])
        if value.shape[0] != rows.size and value.shape[0] != 1:
            raise ValueError("cannot assign to a selection of another length")
        a_rows = np.swapaxes(a, 0, axis)
        for i in range(rows.size):
            a_rows[rows[i]] = value[i if value.shape[0] != 1 else 0]

    def row_by_row(a, axis, value, first):
        rows = rows_of(first, a.shape[axis])
        if value.shape[axis] != rows.size and value.shape[axis] != 1:
            raise ValueError("cannot assign to a selection of another length")
        a_rows, values = np.swapaxes(a, 0, axis), np.swapaxes(value, 0, axis)
        for i in range(rows.size):
            a_rows[rows[i]] = values[i if value.shape[axis] != 1 else 0]

    if not isinstance(value, types.Array):
        return same_everywhere
    if value.ndim == a.ndim:
        return row_by_row
    if value.ndim == 1 and axis == last == 1:
        return element_by_element
    return None


def _scatter_pairs(a, value, first, second):
    """``a[first[i], second[i]] = value``."""
    if first.ndim != 1 or second.ndim != 1 or _is_mask(first) or _is_mask(second):
        return None
    each = isinstance(value, types.Array) and value.ndim == a.ndim - 1

    def pairs(a, value, first, second):
        n = max(first.size, second.size)
        for size in (first.size, second.size):
            if size != n and size != 1:
                raise IndexError("arrays that index together must have one length")
        if each and value.shape[0] != n and value.shape[0] != 1:
            raise ValueError("cannot assign to a selection of another length")
        for i in range(n):
            j, k = first[i if first.size > 1 else 0], second[i if second.size > 1 else 0]
            _refuse_outside(j, a.shape[0])
            _refuse_outside(k, a.shape[1])
            if each:
                a[j, k] = value[i if value.shape[0] != 1 else 0]
            else:
                a[j, k] = value

    return pairs
