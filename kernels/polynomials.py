"""Definitions of ``numpy.polynomial.polynomial``: coefficients in ascending order."""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import definition

PATH = "np.polynomial.polynomial"


def _vectors(*arrays):
    return all(isinstance(a, types.Array) and a.ndim == 1 for a in arrays)


def _trimmed(c):
    """The coefficients without zeros at the end, but one at least."""
    n = c.size
    while n > 1 and c[n - 1] == 0:
        n -= 1
    return c[:n].copy()


def _refuse_empty(a, b):
    if a.size == 0 or b.size == 0:
        raise ValueError("a polynomial has at least one coefficient")


def _define_sum(name, sign):
    @definition(f"{PATH}.{name}")
    def template(c1, c2, y):
        if not _vectors(c1, c2):
            return None
        dtype = number_class(y)

        def total(c1, c2):
            _refuse_empty(c1, c2)
            y = np.zeros(max(c1.size, c2.size), dtype)
            y[:c1.size] += c1
            y[:c2.size] += sign * c2
            return _trimmed(y)

        return total


_define_sum("polyadd", 1)
_define_sum("polysub", -1)


@definition(f"{PATH}.polymul")
def polymul(c1, c2):
    if not _vectors(c1, c2):
        return None

    def polymul(c1, c2):
        _refuse_empty(c1, c2)
        return _trimmed(np.convolve(c1, c2))

    return polymul


@definition(f"{PATH}.polyval")
def polyval(x, c, y, tensor=True):
    """Horner's scheme."""
    if not _vectors(c):
        return None

    def polyval(x, c):
        value = c[c.size - 1] + x * 0
        for i in range(2, c.size + 1):
            value = c[c.size - i] + value * x
        return value

    return polyval


@definition(f"{PATH}.polyint")
def polyint(c, y, m=1):
    """With all constants of integration 0."""
    if not _vectors(c) or not isinstance(m, int):
        return None
    dtype, rounds = number_class(y), tuple(range(m))

    def once(c):
        y = np.zeros(c.size + 1, dtype)
        for i in range(c.size):
            y[i + 1] = c[i] / (i + 1)
        return y

    def polyint(c):
        for _ in rounds:
            c = once(c)
        return c

    return polyint
