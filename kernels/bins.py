"""Definitions of counts in bins; how many elements a bin has is no function with a derivative."""

from __future__ import annotations

import numpy as np
from numba import types

from ..registry import definition, kernel, nondifferentiable


@nondifferentiable
@kernel
def counts_within(a, bins, low, high):
    """How many elements are in each of `bins` bins of one width between `low` and `high`."""
    return np.histogram(a, bins, (low, high))[0]


@nondifferentiable
@kernel
def counts_between(a, edges):
    """How many elements are in each of the bins between ascending edges."""
    return np.histogram(a, edges)[0]


@definition(np.histogram)
def histogram(a, bins=10, range=None):
    """The counts, and the edges of the bins, which move with `range`, or else with the extremes of `a`."""
    if not isinstance(a, types.Array):
        return None

    def given(a, bins):
        return counts_between(a, bins), bins

    def refuse_none(bins):
        if bins <= 0:
            raise ValueError("a histogram has one bin at least")

    def within(a, bins, range):
        refuse_none(bins)
        low, high = range
        return counts_within(a, bins, low, high), np.linspace(low, high, bins + 1)

    def of_all(a, bins):
        refuse_none(bins)
        low, high = np.inf, -np.inf
        for value in a.ravel():
            if low > value:
                low = value
            if high < value:
                high = value
        return counts_within(a, bins, low, high), np.linspace(low, high, bins + 1)

    if isinstance(bins, types.Array):
        return given
    if not isinstance(bins, int | types.Integer):
        return None
    return of_all if range is None else within


@definition(np.bincount)
def bincount(a, weights=None, minlength=0):
    """``y[a[i]] += weights[i]``."""
    if not (isinstance(a, types.Array) and isinstance(weights, types.Array)):
        return None

    def bincount(a, weights, minlength):
        if len(a) != len(weights):
            raise ValueError("the weights must be as many as the elements")
        y = np.zeros(len(np.bincount(a, None, minlength)))
        for i in range(len(a)):
            y[a[i]] += weights[i]
        return y

    return bincount
