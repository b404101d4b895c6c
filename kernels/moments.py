"""Definitions of averages, covariances and correlations."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition


def _is_array(*arguments):
    return all(isinstance(a, types.Array) for a in arguments)


# Averages -----------------------------------------------------------------------------------------


@definition(np.average)
def average(a, axis=None, weights=None):
    """``sum(a * weights) / sum(weights)`` of all elements, or their mean."""
    if axis is not None or not _is_array(a):
        return None

    def mean(a):
        return np.mean(a)

    def average(a, weights):
        if weights.ndim != 1 and a.shape != weights.shape:
            raise TypeError("weights of another shape must have one axis")
        total = np.sum(weights)
        if total == 0.0:
            raise ZeroDivisionError("the weights sum to zero")
        return np.sum(a * weights) / total

    if weights is None:
        return mean
    return average if _is_array(weights) else None


# Covariances --------------------------------------------------------------------------------------


@definition(np.cov, result="of_type")
def cov(m, y=None, rowvar=True, bias=False, ddof=None):
    """``X @ conj(X.T) / (n - ddof)`` of the centred observations `X`, a row per variable."""
    single = y is None and _is_array(m) and m.ndim == 1
    if not _may_vary(m, y):
        return None
    dtype = _common(m, y)
    observations = _observations(m, y, dtype)

    def factor(n, bias, ddof):
        if ddof is None:
            freedom = n - (0 if bias else 1)
        else:
            if ddof - int(ddof) != 0:
                raise ValueError("ddof must be an integer")
            freedom = n - ddof
        return np.float64(1.0) / max(freedom, 0.0)

    def variance(m, bias, ddof):
        y = np.empty((), dtype)
        if m.size == 0:
            y[()] = np.nan
        else:
            x = m.astype(dtype)
            off = x - np.mean(x)
            y[()] = np.sum(off * np.conj(off)) * factor(m.size, bias, ddof)
        return y

    def covariance(m, y, rowvar, bias, ddof):
        x = observations(m, y, rowvar)
        rows, n = x.shape
        if x.size == 0:
            c = np.full((rows, rows), dtype(np.nan))
        else:
            for i in range(rows):
                x[i] -= np.sum(x[i]) / n
            c = (x @ np.conj(x.T)) * factor(n, bias, ddof)
        return c

    return variance if single else covariance


def _may_vary(m, y):
    return _is_array(m) and m.ndim in (1, 2) and (y is None or (_is_array(y) and y.ndim in (1, 2)))


def _common(m, y):
    """The dtype of a covariance."""
    several = [number_class(a) for a in (m, y) if a is not None]
    return np.result_type(*several, np.float64).type


def _observations(m, y, dtype):
    """A function that gives a new array with a row per variable and a column per observation."""

    def put(x, a, by_rows, start):
        if a.ndim == 1:
            x[start] = a
        elif by_rows:
            x[start:start + a.shape[0]] = a
        else:
            x[start:start + a.shape[1]] = a.T

    def extent(a, rowvar):
        """Variables, observations, and whether the variables are the rows."""
        if a.ndim == 1:
            return 1, a.shape[0], True
        if rowvar:
            return a.shape[0], a.shape[1], True
        return a.shape[1], a.shape[0], False

    def refuse_row(m):
        if m.ndim == 2 and m.shape[0] == 1:
            raise RuntimeError("a covariance of one row: pass the row itself, m[0]")

    def of_one(m, y, rowvar):
        refuse_row(m)
        rows, n, by_rows = extent(m, rowvar)
        x = np.empty((rows, n), dtype)
        put(x, m, by_rows, 0)
        return x

    def of_two(m, y, rowvar):
        refuse_row(m)
        m_rows, n, by_rows = extent(m, rowvar)
        y_rows, y_n, y_by_rows = extent(y, rowvar or y.shape[0] == 1)
        if n != y_n:
            raise ValueError("m and y have other numbers of observations")
        x = np.empty((m_rows + y_rows, n), dtype)
        put(x, m, by_rows, 0)
        put(x, y, y_by_rows, m_rows)
        return x

    return of_one if y is None else of_two


@definition(np.corrcoef, result="of_type")
def corrcoef(x, y=None, rowvar=True):
    """``c[i, j] / sqrt(c[i, i] * c[j, j])``; what rounding puts beyond 1 is 1, and has no slope."""
    if not _may_vary(x, y):
        return None
    dtype = _common(x, y)

    def of_itself(x):
        c = np.cov(x)[()]
        return c / c

    def inside(r):
        return np.sign(r) if np.fabs(r) > 1 else r

    def inside_both(r):
        return complex(inside(r.real), inside(r.imag))

    clip = inside_both if np.issubdtype(dtype, np.complexfloating) else inside

    def correlation(x, y, rowvar):
        c = np.cov(x, y, rowvar)
        n = c.shape[0]
        spread = np.empty(n)
        for i in range(n):
            spread[i] = np.sqrt(c[i, i].real)
        r = np.empty((n, n), dtype)
        for i in range(n):
            for j in range(n):
                r[i, j] = clip(c[i, j] / spread[i] / spread[j])
        return r

    return of_itself if y is None and x.ndim == 1 else correlation
