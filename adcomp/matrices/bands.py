"""The algorithms of the banded matrices: ``dl``, ``d`` and ``du`` are the diagonals from below to above."""

from __future__ import annotations

import numpy as np

from .parts import SINGULAR, product_type, quotient_type, sum_type, zero_rows


def band_matrix(dl, d, du):
    """The dense matrix of three diagonals."""
    n = len(d)
    y = np.zeros((n, n), (np.empty(0, sum_type(dl, d)) + np.empty(0, du.dtype)).dtype)
    for i in range(n):
        y[i, i] = d[i]
    for i in range(n - 1):
        y[i, i + 1] = du[i]
        y[i + 1, i] = dl[i]
    return y


def tridiagonal_product(dl, d, du, b):
    """The product with a vector or a matrix, in O(n)."""
    n = len(d)
    mixed = np.empty(0, sum_type(dl, d)) + np.empty(0, du.dtype)
    y = zero_rows(n, b, product_type(mixed, b))
    for i in range(n):
        y[i] = d[i] * b[i]
    for i in range(n - 1):
        y[i] += du[i] * b[i + 1]
        y[i + 1] += dl[i] * b[i]
    return y


def lower_bidiagonal_solve(d, dl, b):
    """Forward substitution with two diagonals."""
    if np.any(d == 0):
        raise np.linalg.LinAlgError(SINGULAR)
    x = np.zeros(b.shape, quotient_type(b, np.empty(0, sum_type(d, dl))))
    for i in range(len(d)):
        if i == 0:
            x[i] = b[i] / d[i]
        else:
            x[i] = (b[i] - dl[i - 1] * x[i - 1]) / d[i]
    return x


def upper_bidiagonal_solve(d, du, b):
    """Backward substitution with two diagonals."""
    if np.any(d == 0):
        raise np.linalg.LinAlgError(SINGULAR)
    n = len(d)
    x = np.zeros(b.shape, quotient_type(b, np.empty(0, sum_type(d, du))))
    for i in range(n - 1, -1, -1):
        if i == n - 1:
            x[i] = b[i] / d[i]
        else:
            x[i] = (b[i] - du[i] * x[i + 1]) / d[i]
    return x


def tridiagonal_solve(dl, d, du, b):
    """The solution by elimination, which takes the larger of two pivots, in O(n).

    Source: Golub and Van Loan, *Matrix Computations*, 4.3: an interchange of rows adds a second upper
    diagonal, here ``w``.
    """
    n = len(d)
    dtype = quotient_type(b, np.empty(0, sum_type(dl, d)) + np.empty(0, du.dtype))
    p = np.zeros(n, dtype)
    u = np.zeros(n, dtype)
    w = np.zeros(n, dtype)
    x = np.zeros(b.shape, dtype)
    for i in range(n):
        if i == 0:
            p[i] = d[i]
            x[i] = b[i]
        if i < n - 1:
            if i == 0:
                u[i] = du[i]
            if np.abs(p[i]) >= np.abs(dl[i]):
                if p[i] == 0:
                    raise np.linalg.LinAlgError(SINGULAR)
                f = dl[i] / p[i]
                p[i + 1] = d[i + 1] - f * u[i]
                x[i + 1] = b[i + 1] - f * x[i]
                if i < n - 2:
                    u[i + 1] = du[i + 1]
            else:
                f = p[i] / dl[i]
                p[i + 1] = u[i] - f * d[i + 1]
                x[i + 1] = x[i] - f * b[i + 1]
                p[i] = dl[i]
                u[i] = d[i + 1]
                x[i] = b[i + 1]
                if i < n - 2:
                    w[i] = du[i + 1]
                    u[i + 1] = -f * du[i + 1]
    for i in range(n - 1, -1, -1):
        if p[i] == 0:
            raise np.linalg.LinAlgError(SINGULAR)
        if i < n - 2:
            x[i] = (x[i] - u[i] * x[i + 1] - w[i] * x[i + 2]) / p[i]
        elif i == n - 2:
            x[i] = (x[i] - u[i] * x[i + 1]) / p[i]
        else:
            x[i] = x[i] / p[i]
    return x


def tridiagonal_det(dl, d, du):
    """The determinant by the recurrence of the leading minors."""
    mixed = np.empty(0, sum_type(dl, d)) + np.empty(0, du.dtype)
    minors = np.ones(len(d) + 1, mixed.dtype)
    for i in range(len(d)):
        if i == 0:
            minors[i + 1] = d[i]
        else:
            minors[i + 1] = d[i] * minors[i] - dl[i - 1] * du[i - 1] * minors[i - 1]
    return minors[len(d)]


def tridiagonal_logdet(dl, d, du):
    """The logarithm of the absolute value of the determinant, by elimination as in `tridiagonal_solve`."""
    n = len(d)
    dtype = quotient_type(d, np.empty(0, sum_type(dl, d)) + np.empty(0, du.dtype))
    p = np.zeros(n, dtype)
    u = np.zeros(n, dtype)
    total = np.sum(np.abs(np.zeros(1, dtype)))
    for i in range(n):
        if i == 0:
            p[i] = d[i]
        if i == n - 1:
            total += np.log(np.abs(p[i]))
        else:
            if i == 0:
                u[i] = du[i]
            if np.abs(p[i]) >= np.abs(dl[i]):
                total += np.log(np.abs(p[i]))
                if p[i] == 0:
                    return total
                p[i + 1] = d[i + 1] - dl[i] / p[i] * u[i]
                if i < n - 2:
                    u[i + 1] = du[i + 1]
            else:
                total += np.log(np.abs(dl[i]))
                f = p[i] / dl[i]
                p[i + 1] = u[i] - f * d[i + 1]
                if i < n - 2:
                    u[i + 1] = -f * du[i + 1]
    return total
