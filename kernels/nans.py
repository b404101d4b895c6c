"""Definitions of what passes over NaN: an element that is not a number has no part in the result."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition


def _is_array(a):
    return isinstance(a, types.Array)


def _is_real(a):
    return _is_array(a) and not isinstance(a.dtype, types.Complex)


def _numbers(a):
    """The elements that are numbers, in C order."""
    flat = a.ravel()
    return flat[~np.isnan(flat)]


@definition(np.nansum)
def nansum(a, y):
    dtype = number_class(y)

    def nansum(a):
        total = dtype(0)
        for value in a.ravel():
            if not np.isnan(value):
                total += value
        return total

    return nansum if _is_array(a) else None


@definition(np.nanprod)
def nanprod(a, y):
    dtype = number_class(y)

    def nanprod(a):
        product = dtype(1)
        for value in a.ravel():
            if not np.isnan(value):
                product *= value
        return product

    return nanprod if _is_array(a) else None


@definition(np.nanmean)
def nanmean(a, y):
    """NaN if there is no number."""
    dtype = number_class(y)

    def nanmean(a):
        total, count = dtype(0), 0
        for value in a.ravel():
            if not np.isnan(value):
                total += value
                count += 1
        return np.divide(total, count)

    return nanmean if _is_array(a) else None


def _variance(a):
    mean = np.nanmean(a)
    total, count = 0.0, 0
    for value in a.ravel():
        if not np.isnan(value):
            off = value - mean
            total += np.real(off * np.conj(off))
            count += 1
    return np.divide(total, count)


@definition(np.nanvar)
def nanvar(a):
    """NaN if there is no number."""
    def nanvar(a):
        return _variance(a)

    return nanvar if _is_array(a) else None


@definition(np.nanstd)
def nanstd(a):
    """NaN if there is no number."""
    def nanstd(a):
        return np.sqrt(_variance(a))

    return nanstd if _is_array(a) else None


def _define_extreme(function, name, better):
    @definition(function)
    def template(a, y):
        """The first of equal elements; NaN if there is no number."""
        dtype = number_class(y)

        def extreme(a):
            if a.size == 0:
                raise ValueError(name + "(): empty array")
            best = dtype(np.nan)
            for value in a.ravel():
                if np.isnan(best) or better(value, best):
                    best = value
            return best

        return extreme if _is_real(a) and isinstance(a.dtype, types.Float) else None


_define_extreme(np.nanmax, "nanmax", lambda value, best: value > best)
_define_extreme(np.nanmin, "nanmin", lambda value, best: value < best)


@definition(np.nanmedian)
def nanmedian(a):
    """NaN if there is no number."""
    def nanmedian(a):
        numbers = _numbers(a)
        return np.median(numbers) if numbers.size > 0 else np.nan

    return nanmedian if _is_real(a) else None


def _define_quantile(function, plain):
    @definition(function)
    def template(a, q):
        """NaN if there is no number."""
        def quantile(a, q):
            numbers = _numbers(a)
            return plain(numbers, q) if numbers.size > 0 else np.nan

        def quantiles(a, q):
            numbers = _numbers(a)
            return plain(numbers, q) if numbers.size > 0 else np.full(q.size, np.nan)

        return None if not _is_real(a) else quantiles if _is_array(q) else quantile


_define_quantile(np.nanpercentile, np.percentile)
_define_quantile(np.nanquantile, np.quantile)
