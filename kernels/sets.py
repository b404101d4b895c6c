"""Definitions of what treats arrays as sets: the elements that remain, each taken from one place.

Of equal elements the first one counts, in C order and, of two arrays, in the first: the derivative with
respect to the others is 0. Which elements are equal is decided, not differentiated.
"""

from __future__ import annotations

import numpy as np

from ..registry import definition, kernel, nondifferentiable
from .sorting import holds_derivatives


@nondifferentiable
@kernel
def first_of_each(flat):
    """Where every value is found first, in the order of the values; all NaN count as one value."""
    order = np.argsort(flat, kind="mergesort")
    n = 0
    for i in range(order.size):
        value, last = flat[order[i]], flat[order[n - 1]]
        if n == 0 or (value != last and not (value != value and last != last)):
            order[n] = order[i]
            n += 1
    return order[:n]


@nondifferentiable
@kernel
def first_of_pairs(flat):
    """Where every value that is followed by an equal one is found, in the order of the values."""
    order = np.argsort(flat, kind="mergesort")
    n = 0
    for i in range(order.size - 1):
        if flat[order[i]] == flat[order[i + 1]]:
            order[n] = order[i]
            n += 1
    return order[:n]


@nondifferentiable
@kernel
def singles(flat):
    """Where the values are that are found once, in the order of the values."""
    order = np.argsort(flat, kind="mergesort")
    n, last = 0, order.size - 1
    differs = True
    for i in range(order.size):
        differed = differs
        differs = i == last or flat[order[i]] != flat[order[i + 1]]
        if differed and differs:
            order[n] = order[i]
            n += 1
    return order[:n]


def _picked(flat, rows):
    """``flat[rows]``, of rows that are there."""
    y = np.empty(rows.size, flat.dtype)
    for i in range(rows.size):
        y[i] = flat[rows[i]]
    return y


@definition(np.unique)
def unique(ar):
    """The values in ascending order, each from where it is found first."""
    if not holds_derivatives(ar):
        return None

    def unique(ar):
        flat = ar.ravel()
        return _picked(flat, first_of_each(flat))

    return unique


@definition(np.union1d)
def union1d(ar1, ar2):
    if not (holds_derivatives(ar1) or holds_derivatives(ar2)):
        return None

    def union1d(ar1, ar2):
        return np.unique(np.concatenate((ar1.ravel(), ar2.ravel())))

    return union1d


def _both(ar1, ar2):
    return np.concatenate((np.unique(ar1), np.unique(ar2)))


def _both_as_they_are(ar1, ar2):
    return np.concatenate((ar1.ravel(), ar2.ravel()))


def _of_both(rows_of):
    """Definitions that select of two arrays, one after the other."""

    def template(ar1, ar2, assume_unique=False):
        if not (holds_derivatives(ar1) or holds_derivatives(ar2)) or not isinstance(assume_unique, bool):
            return None
        join = _both_as_they_are if assume_unique else _both

        def select(ar1, ar2):
            both = join(ar1, ar2)
            return _picked(both, rows_of(both))

        return select

    return template


intersect1d = definition(np.intersect1d)(_of_both(first_of_pairs))
setxor1d = definition(np.setxor1d)(_of_both(singles))


@definition(np.setdiff1d)
def setdiff1d(ar1, ar2, assume_unique=False):
    if not holds_derivatives(ar1) or not isinstance(assume_unique, bool):
        return None

    def difference(ar1, ar2):
        values = ar1.ravel() if assume_unique else np.unique(ar1)
        return values[np.isin(values, ar2, assume_unique=assume_unique, invert=True)]

    return difference
