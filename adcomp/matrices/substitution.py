"""Substitution: the solutions of triangular systems."""

from __future__ import annotations

import numpy as np

from .parts import SINGULAR, quotient_type


def lower_solve(a, b, unit):
    """The solution of ``a x = b`` with the lower triangle of `a`, by forward substitution."""
    n = a.shape[0]
    x = np.zeros(b.shape, quotient_type(b, a))
    for i in range(n):
        x[i] = b[i]
        for j in range(i):
            x[i] -= a[i, j] * x[j]
        if not unit:
            if a[i, i] == 0:
                raise np.linalg.LinAlgError(SINGULAR)
            x[i] /= a[i, i]
    return x


def upper_solve(a, b, unit):
    """The solution of ``a x = b`` with the upper triangle of `a`, by backward substitution."""
    n = a.shape[0]
    x = np.zeros(b.shape, quotient_type(b, a))
    for i in range(n - 1, -1, -1):
        x[i] = b[i]
        for j in range(i + 1, n):
            x[i] -= a[i, j] * x[j]
        if not unit:
            if a[i, i] == 0:
                raise np.linalg.LinAlgError(SINGULAR)
            x[i] /= a[i, i]
    return x
