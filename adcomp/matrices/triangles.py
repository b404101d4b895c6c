"""The loops of symmetric, triangular and diagonal matrices.

Each reads the entries that mean something and no others: what else an array holds may be nan. `lower` is
known while compiling.
"""

from __future__ import annotations

import numpy as np

from .parts import constant_of, sum_type


def triangle(a, lower):
    """A triangle, and zeros."""
    n = a.shape[0]
    y = np.zeros_like(a)
    if lower:
        for i in range(n):
            for j in range(i + 1):
                y[i, j] = a[i, j]
    else:
        for i in range(n):
            for j in range(i, n):
                y[i, j] = a[i, j]
    return y


def strict_triangle(a, lower):
    """A triangle without its diagonal, and zeros."""
    n = a.shape[0]
    y = np.zeros_like(a)
    if lower:
        for i in range(n):
            for j in range(i):
                y[i, j] = a[i, j]
    else:
        for i in range(n):
            for j in range(i + 1, n):
                y[i, j] = a[i, j]
    return y


def unit_triangle(a, lower):
    """A triangle with ones on its diagonal, and zeros."""
    y = strict_triangle(a, lower)
    for i in range(a.shape[0]):
        y[i, i] = 1
    return y


def hermitian_triangle(a, lower):
    """A triangle with the real part of its diagonal, and zeros."""
    y = strict_triangle(a, lower)
    for i in range(a.shape[0]):
        y[i, i] = np.real(a[i, i])
    return y


def mirrored(a, lower):
    """The symmetric matrix of a triangle."""
    n = a.shape[0]
    y = np.zeros_like(a)
    for i in range(n):
        y[i, i] = a[i, i]
        for j in range(i):
            v = a[i, j] if lower else a[j, i]
            y[i, j] = v
            y[j, i] = v
    return y


def conjugate_mirrored(a, lower):
    """The Hermitian matrix of a triangle."""
    n = a.shape[0]
    y = np.zeros_like(a)
    for i in range(n):
        y[i, i] = np.real(a[i, i])
        for j in range(i):
            if lower:
                y[i, j] = a[i, j]
                y[j, i] = np.conj(a[i, j])
            else:
                y[i, j] = np.conj(a[j, i])
                y[j, i] = a[j, i]
    return y


def folded(a, lower):
    """The adjoint of `mirrored`: both triangles of an array added onto one."""
    n = a.shape[0]
    y = np.zeros_like(a)
    for i in range(n):
        y[i, i] = a[i, i]
        for j in range(i):
            if lower:
                y[i, j] = a[i, j] + a[j, i]
            else:
                y[j, i] = a[j, i] + a[i, j]
    return y


def conjugate_folded(a, lower):
    """The adjoint of `conjugate_mirrored`."""
    n = a.shape[0]
    y = np.zeros_like(a)
    for i in range(n):
        y[i, i] = np.real(a[i, i])
        for j in range(i):
            if lower:
                y[i, j] = a[i, j] + np.conj(a[j, i])
            else:
                y[j, i] = a[j, i] + np.conj(a[i, j])
    return y


def halved(a, lower):
    """A triangle with half of what is off its diagonal, and zeros."""
    half = constant_of(a, 0.5)
    y = strict_triangle(a, lower)
    for i in range(a.shape[0]):
        y[i, i] = a[i, i] + a[i, i]
    return y * half


def diagonal_matrix(d):
    """The dense matrix of a diagonal."""
    n = len(d)
    y = np.zeros((n, n), d.dtype)
    for i in range(n):
        y[i, i] = d[i]
    return y


def with_diagonal(a, d):
    """A square array with numbers added to its diagonal."""
    y = a.astype(sum_type(a, d))
    for i in range(len(d)):
        y[i, i] += d[i]
    return y


def on_triangle(f, a, lower):
    """`f` of the elements of a triangle, zeros elsewhere."""
    n = a.shape[0]
    y = np.zeros(a.shape, f(np.empty(0, a.dtype)).dtype)
    if lower:
        for i in range(n):
            for j in range(i + 1):
                y[i, j] = f(a[i, j])
    else:
        for i in range(n):
            for j in range(i, n):
                y[i, j] = f(a[i, j])
    return y
