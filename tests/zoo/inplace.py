"""In-place programs: recurrences, stencils, scans, overwritten arguments, factorisations."""

import math

import numpy as np

from ._registry import normal, positive, program


@program(args=lambda rng: (positive(rng, 6),))
def product_recurrence(y):
    """y[i] = y[i] * y[i-1] on the argument itself"""
    for i in range(1, len(y)):
        y[i] = y[i] * y[i - 1]
    return y[-1] + y[2]


@program(args=lambda rng: (positive(rng, 6), normal(rng, 6)))
def multiply_in_place(y, x):
    """y[i] *= x[i], then a nonlinear sum"""
    for i in range(len(y)):
        y[i] *= x[i]
    s = 0.0
    for i in range(len(y)):
        s += math.sin(y[i])
    return s


@program(args=lambda rng: (positive(rng, 6), normal(rng, 6)))
def every_augmented_store(y, x):
    """+=, -=, *=, /= and **= on elements"""
    for i in range(len(y)):
        y[i] += x[i]
        y[i] *= y[i]
        y[i] -= 0.5 * x[i]
        y[i] /= 2.0 + x[i] ** 2
        y[i] **= 2
    return y.sum()


@program(args=lambda rng: (positive(rng, 6),))
def self_square(y):
    """an element replaced by a nonlinear function of itself, several times"""
    for k in range(3):
        for i in range(y.size):
            y[i] = y[i] * y[i] * 0.7 + 0.1
    return y.sum()


@program(args=lambda rng: (normal(rng, 8),))
def overwritten_argument(x):
    """the argument is overwritten and read again: its old values must come back"""
    s = 0.0
    for i in range(len(x)):
        s += x[i] ** 2
        x[i] = math.cos(x[i])
        s += x[i] ** 3
    return s


@program(args=lambda rng: (normal(rng, 8), 0.4))
def overwritten_by_constant(x, c):
    """a store of a constant and of a scalar kills what was there"""
    x[0] = 1.0
    x[3] = c
    x[4:6] = 2.0
    return np.sum(x * x) * c


@program(args=lambda rng: (normal(rng, 10),))
def gauss_seidel(u):
    """a stencil in place, old and new neighbours mixed"""
    for _ in range(3):
        for i in range(1, len(u) - 1):
            u[i] = 0.5 * (u[i - 1] + u[i + 1]) + 0.1 * u[i] ** 2
    return np.sum(u * u)


@program(args=lambda rng: (normal(rng, 5, 6),))
def gauss_seidel_2d(u):
    """a five-point stencil in place"""
    for _ in range(2):
        for i in range(1, u.shape[0] - 1):
            for j in range(1, u.shape[1] - 1):
                u[i, j] = 0.2 * (u[i, j] + u[i - 1, j] + u[i + 1, j] + u[i, j - 1] * u[i, j + 1])
    s = 0.0
    for i in range(u.shape[0]):
        for j in range(u.shape[1]):
            s += u[i, j] ** 2 * (i - j)
    return s


@program(args=lambda rng: (normal(rng, 9),))
def prefix_sum(x):
    """a running sum stored in another array"""
    c = np.empty(len(x))
    c[0] = x[0]
    for i in range(1, len(x)):
        c[i] = c[i - 1] + x[i]
    return np.sum(c * c)


@program(args=lambda rng: (positive(rng, 7),))
def prefix_product(x):
    """a running product in place and its logarithms"""
    for i in range(1, len(x)):
        x[i] *= x[i - 1]
    s = 0.0
    for i in range(len(x)):
        s += math.log1p(x[i])
    return s


@program(args=lambda rng: (positive(rng, 7),))
def suffix_scan(x):
    """a scan from the right"""
    for i in range(len(x) - 2, -1, -1):
        x[i] = x[i] * x[i + 1] + 0.5 * x[i + 1]
    return x[0] * x[3]


@program(args=lambda rng: (normal(rng, 5), normal(rng, 6)))
def smooth_dtw(x, y):
    """dynamic time warping with a smooth minimum: a 2-D table filled in place"""
    n, m = len(x), len(y)
    d = np.full((n + 1, m + 1), 1e3)
    d[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            a, b, c = d[i - 1, j], d[i, j - 1], d[i - 1, j - 1]
            low = min(a, b, c)
            soft = low - math.log(math.exp(low - a) + math.exp(low - b) + math.exp(low - c))
            d[i, j] = (x[i - 1] - y[j - 1]) ** 2 + soft
    return d[n, m]


@program(args=lambda rng: (normal(rng, 6), 0.7))
def horner(c, x):
    """a polynomial and its derivative in one sweep"""
    p = 0.0
    dp = 0.0
    for k in range(len(c) - 1, -1, -1):
        dp = dp * x + p
        p = p * x + c[k]
    return p * dp


@program(args=lambda rng: (normal(rng, 4, 4) + 5.0 * np.eye(4),))
def lu_log_determinant(a):
    """LU without pivoting, in place on the argument"""
    n = a.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    s = 0.0
    for k in range(n):
        s += math.log(abs(a[k, k]))
    return s


@program(args=lambda rng: (normal(rng, 4, 4),))
def cholesky_by_hand(b):
    """a positive matrix built, factorised in place, and its diagonal summed"""
    n = b.shape[0]
    a = b @ b.T + 2.0 * np.eye(n)
    for j in range(n):
        for k in range(j):
            for i in range(j, n):
                a[i, j] -= a[i, k] * a[j, k]
        d = math.sqrt(a[j, j])
        for i in range(j, n):
            a[i, j] /= d
    s = 0.0
    for j in range(n):
        s += a[j, j] + a[n - 1, j] ** 2
    return s


@program(args=lambda rng: (normal(rng, 5, 5) * 0.3 + 2.0 * np.eye(5), normal(rng, 5)))
def triangular_solves(l, b):
    """forward then backward substitution, the right-hand side overwritten"""
    n = len(b)
    for i in range(n):
        for j in range(i):
            b[i] -= l[i, j] * b[j]
        b[i] /= l[i, i]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            b[i] -= l[j, i] * b[j]
        b[i] /= l[i, i]
    return np.sum(b * b)


@program(args=lambda rng: (normal(rng, 8),))
def element_swaps(x):
    """the array reversed by swapping elements, then read with weights"""
    n = len(x)
    for i in range(n // 2):
        x[i], x[n - 1 - i] = x[n - 1 - i], x[i] * 0.5
    s = 0.0
    for i in range(n):
        s += x[i] ** 2 * i
    return s


@program(args=lambda rng: (normal(rng, 6), np.array([0, 2, 2, 5, 1, 0])))
def indirect_writes(x, index):
    """scatter and gather through an integer array with repeated entries"""
    h = np.zeros(6)
    for i in range(len(x)):
        h[index[i]] += x[i] ** 2
    s = 0.0
    for i in range(len(x)):
        s += h[index[i]] * x[i]
    return s
