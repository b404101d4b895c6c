"""Arguments that decide a loop's result through comparisons, and nothing else."""

import numpy as np

from adcomp import gradient, value_and_gradient


def bisect(c, low, high):
    for _ in range(50):
        middle = 0.5 * (low + high)
        if middle * middle > c:
            high = middle
        else:
            low = middle
    return 0.5 * (low + high)


def newton(c, x, tolerance):
    while abs(x * x - c) > tolerance:
        x = 0.5 * (x + c / x)
    return x


def count(x, threshold):
    n = 0.0
    for i in range(x.size):
        if x[i] > threshold:
            n += 1.0
    return n


def first_above(x, threshold):
    for i in range(x.size):
        if x[i] > threshold:
            return x[i]
    return 0.0


def case_bisection():
    gradient(bisect)(2.0, 0.0, 2.0)


def case_tolerance():
    value_and_gradient(newton, wrt=("c", "tolerance"))(2.0, 1.0, 1e-9)


def case_count():
    gradient(count)(np.ones(3), 0.5)


def case_early_return():
    gradient(first_above, wrt="threshold")(np.ones(3), 0.5)
