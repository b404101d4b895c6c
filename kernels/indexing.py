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


def _is_list(selector):
    return selector.ndim == 1 and not _is_mask(selector)


def _refuse_outside(k, n):
    if k < -n or k >= n:
        raise IndexError("index is out of bounds")


def _rows(selector, n):
    """The rows that are selected, as numbers."""
    rows = selector if selector.ndim == 1 else selector.ravel()
    for i in range(rows.size):
        _refuse_outside(rows[i], n)
    return rows


def _rows_of_mask(selector, n):
    if selector.size != n:
        raise IndexError("a mask must have the length of what it selects from")
    return np.flatnonzero(selector)


def _common_length(m, n):
    """How many pairs two arrays of indices make."""
    if m != n and m != 1 and n != 1:
        raise IndexError("arrays that index together must have one length")
    return max(m, n) if m != 0 and n != 0 else 0


def _refuse_length(m, n):
    if m != n and m != 1:
        raise ValueError("cannot assign to a selection of another length")


@definition("gather")
def gather(a, axis, first, second=None, third=None):
    """``y[.., i, ..] = a[.., first[i], ..]``."""
    dtype = number_class(a)
    if second is not None:
        if axis != 0 or third is not None or not (_is_list(first) and _is_list(second)):
            return None

        def pairs(a, first, second):
            n = _common_length(first.size, second.size)
            y = np.empty((n, *a.shape[2:]), dtype)
            for i in range(n):
                j, k = first[i if first.size > 1 else 0], second[i if second.size > 1 else 0]
                _refuse_outside(j, a.shape[0])
                _refuse_outside(k, a.shape[1])
                y[i] = a[j, k]
            return y

        return pairs
    rows_of = _rows_of_mask if _is_mask(first) else _rows
    flat = first.ndim == 1

    def rows(a, axis, first):
        chosen = rows_of(first, a.shape[axis])
        y = np.empty((*a.shape[:axis], chosen.size, *a.shape[axis + 1:]), dtype)
        y_rows = y if axis == 0 else np.swapaxes(y, 0, axis)
        a_rows = a if axis == 0 else np.swapaxes(a, 0, axis)
        for i in range(chosen.size):
            y_rows[i] = a_rows[chosen[i]]
        return y if flat else y.reshape((*a.shape[:axis], *first.shape, *a.shape[axis + 1:]))

    return None if _is_mask(first) and not flat else rows


@definition("scatter")
def scatter(a, axis, value, first, second=None, third=None):
    """``a[.., first[i], ..] = value``, of equal indices the last."""
    is_array = isinstance(value, types.Array)
    if second is not None:
        pairs = axis == 0 and third is None and _is_list(first) and _is_list(second)
        return _scatter_pairs(is_array and value.ndim == a.ndim - 1) if pairs else None
    rows_of = _rows_of_mask if _is_mask(first) else _rows

    def same_everywhere(a, axis, value, first):
        rows = rows_of(first, a.shape[axis])
        a_rows = a if axis == 0 else np.swapaxes(a, 0, axis)
        for i in range(rows.size):
            a_rows[rows[i]] = value

    def row_by_row(a, axis, value, first):
        rows = rows_of(first, a.shape[axis])
        values = value if axis == 0 or value.ndim == 1 else np.swapaxes(value, 0, axis)
        _refuse_length(values.shape[0], rows.size)
        a_rows = a if axis == 0 else np.swapaxes(a, 0, axis)
        for i in range(rows.size):
            a_rows[rows[i]] = values[i if values.shape[0] != 1 else 0]

    if not is_array or (axis == 0 and value.ndim < a.ndim + first.ndim - 1):
        return None if first.ndim != 1 and _is_mask(first) else same_everywhere
    if first.ndim == 1 and (value.ndim == a.ndim or (value.ndim == 1 and axis == a.ndim - 1 == 1)):
        return row_by_row
    return None


def _scatter_pairs(each):
    """``a[first[i], second[i]] = value``, or ``value[i]``."""

    def pairs(a, value, first, second):
        n = _common_length(first.size, second.size)
        if each:
            _refuse_length(value.shape[0], n)
        for i in range(n):
            j, k = first[i if first.size > 1 else 0], second[i if second.size > 1 else 0]
            _refuse_outside(j, a.shape[0])
            _refuse_outside(k, a.shape[1])
            if each:
                a[j, k] = value[i if value.shape[0] != 1 else 0]
            else:
                a[j, k] = value

    return pairs
