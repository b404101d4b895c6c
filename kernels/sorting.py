"""Definitions of what sorts: elements in an order that carries no derivative itself.

Value and order come from one sort, ``order = np.argsort(a); y[i] = a[order[i]]``. Among equal elements the
derivative follows the order: ``y[i]`` is the element ``a[order[i]]``, and no other.
"""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition


def holds_derivatives(a):
    """Is it the type of an array of floats or complex numbers?"""
    return isinstance(a, types.Array) and isinstance(a.dtype, types.Float | types.Complex)


def _by_rows(ndim, row):
    """``row(y, a, constant)`` for every row along the last axis of arrays with `ndim` axes."""
    for _ in range(ndim - 1):
        row = _one_axis_more(row)
    return row


def _one_axis_more(row):
    def rows(y, a, constant):
        for i in range(len(y)):
            row(y[i], a[i], constant)

    return rows


@definition(np.sort)
def sort(a, y):
    """Along the last axis; among equal elements in the order of ``np.argsort``."""
    if not holds_derivatives(a):
        return None
    dtype = number_class(y)

    def sorted_row(y, a, _):
        order = np.argsort(a)
        for i in range(len(order)):
            y[i] = a[order[i]]

    rows = _by_rows(y.ndim, sorted_row)

    def sort(a):
        y = np.empty(a.shape, dtype)
        rows(y, a, None)
        return y

    return sort


@definition(".sort()")
def sort_in_place(a, kind="quicksort"):
    """Along the last axis; ``"mergesort"`` and ``"stable"`` leave equal elements in their order."""
    if not holds_derivatives(a):
        return None
    order_of = _order if kind == "quicksort" else _stable_order

    def sort_row(a, _, __):
        order = order_of(a)
        before = a.copy()
        for i in range(len(order)):
            a[i] = before[order[i]]

    rows = _by_rows(a.ndim, sort_row)

    def sort(a):
        rows(a, a, None)

    return sort


def _order(a):
    return np.argsort(a)


def _stable_order(a):
    return np.argsort(a, kind="mergesort")


@definition(np.partition)
def partition(a, kth, y):
    """Along the last axis, all elements in the order of ``np.argpartition``."""
    if not holds_derivatives(a):
        return None
    dtype = number_class(y)

    def partitioned_row(y, a, kth):
        order = np.argpartition(a, kth)
        for i in range(len(order)):
            y[i] = a[order[i]]

    rows = _by_rows(y.ndim, partitioned_row)

    def partition(a, kth):
        y = np.empty(a.shape, dtype)
        rows(y, a, kth)
        return y

    return partition
