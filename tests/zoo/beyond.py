"""Programs that Numba refuses though adcomp covers them: the primal runs in plain Python."""

import math

import numpy as np

from ._registry import normal, positive, program


def bump(x):
    """A plain, undecorated helper."""
    return math.exp(-x * x)


def blend(x, y, weight=0.25):
    """A plain helper with a default, which calls another plain helper."""
    return weight * bump(x) + (1.0 - weight) * bump(y) * x


def decay(u, rate):
    """A plain helper that changes its argument."""
    for i in range(1, len(u)):
        u[i] -= rate * u[i - 1] ** 2


@program(args=lambda rng: (0.4, 0.9), interpreted=True)
def plain_helpers(x, y):
    """plain functions called, nested, with a default and a keyword"""
    return bump(x) + blend(x, y) * blend(y, x, weight=0.5)


@program(args=lambda rng: (normal(rng, 6), 0.2), interpreted=True)
def plain_helper_mutates(x, rate):
    """a plain function changes a local array"""
    y = x.copy()
    for _ in range(3):
        decay(y, rate)
    return np.sum(y * y)


@program(args=lambda rng: (0.9, 5), interpreted=True)
def plain_recursion(x, n):
    """a program that calls itself by name"""
    if n == 0:
        return 1.0
    return math.sin(x) * plain_recursion(x, n - 1) + x


@program(args=lambda rng: (normal(rng, 7),), interpreted=True)
def for_reversed_array(x):
    """for over reversed(array)"""
    s = 0.0
    for v in reversed(x):
        s = s * 0.7 + v * v
    return s


@program(args=lambda rng: (normal(rng, 7),), interpreted=True)
def for_reversed_range(x):
    """for over reversed(range) with a step"""
    s = 1.0
    for i in reversed(range(1, len(x), 2)):
        s = s * x[i] + x[i - 1]
    return s


@program(args=lambda rng: (normal(rng, 3, 4),), interpreted=True)
def mean_axes(a):
    """means over each axis"""
    return float(np.sum(np.mean(a, axis=0) ** 2) + np.sum(a.mean(axis=1) ** 3))


@program(args=lambda rng: (normal(rng, 3, 4),), interpreted=True)
def extrema_axes(a):
    """maxima and minima over each axis"""
    return float(np.sum(np.max(a, axis=0) ** 2) + np.sum(a.min(axis=1) * a.max(axis=1)))


@program(args=lambda rng: (positive(rng, 3, 4),), interpreted=True)
def product_axes(a):
    """products over each axis"""
    return float(np.sum(np.prod(a, axis=0) ** 2) + np.sum(a.prod(axis=1)))
