"""Running maxima and minima over loops that are long enough to run in blocks."""

import math

import numpy as np

from ._registry import normal, positive, program


@program(args=lambda rng: (normal(rng, 150),))
def log_sum_exp_of_many(x):
    """a maximum with no index, and a sum that it shifts"""
    largest = x[0]
    for i in range(x.size):
        if x[i] > largest:
            largest = x[i]
    total = 0.0
    for i in range(x.size):
        total += math.exp(x[i] - largest)
    return largest + math.log(total) + 0.1 * largest * largest


@program(args=lambda rng: (normal(rng, 3, 131), normal(rng, 131)))
def softmax_of_rows(a, w):
    """a maximum per row, and its shift"""
    s = 0.0
    for i in range(a.shape[0]):
        m = -np.inf
        for j in range(a.shape[1]):
            if a[i, j] > m:
                m = a[i, j]
        z = 0.0
        t = 0.0
        for j in range(a.shape[1]):
            e = math.exp(a[i, j] - m)
            z += e
            t += w[j] * e
        s += t / z + 0.01 * m * m
    return s


@program(args=lambda rng: (normal(rng, 140), positive(rng, 140)))
def weight_of_the_minimum(x, w):
    """a minimum with its index, and what else is remembered with it"""
    least = np.inf
    at = 0
    weight = 1.0
    for i in range(len(x)):
        if x[i] <= least:
            least = x[i]
            at = i
            weight = w[i] * w[i]
    return weight * least + w[at]


@program(args=lambda rng: (normal(rng, 2, 129),))
def largest_element_by_both_indices(a):
    """a maximum that goes on from row to row"""
    m = 0.0
    p = 0
    q = 0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > m:
                m = a[i, j]
                p = i
                q = j
    return m * m * m + a[p, q] * a[1 - p, q]


@program(args=lambda rng: (normal(rng, 200), normal(rng, 200)))
def largest_residual(x, y):
    """the maximum of a difference, from the second element on"""
    worst = abs(x[0] - y[0])
    for i in range(1, len(x)):
        r = abs(x[i] - y[i])
        if r > worst:
            worst = r
    return worst * worst


@program(args=lambda rng: (normal(rng, 130),))
def records_are_written(x):
    """each new maximum is stored into the array that the loop reads"""
    y = x.copy()
    m = 0.0
    for i in range(len(y) - 1):
        if y[i] > m:
            m = y[i]
            y[i + 1] = y[i + 1] * m
    return m * np.sum(y * y)


@program(args=lambda rng: (normal(rng, 70), 4))
def maximum_of_a_buffer_that_changes(x, n):
    """a maximum in a time loop, which scales what it is taken of"""
    u = x.copy()
    s = 0.0
    for _ in range(n):
        m = 0.0
        for i in range(len(u)):
            if u[i] > m:
                m = u[i]
        for i in range(len(u)):
            u[i] = u[i] / m + 0.1 * u[i] * u[i]
        s += m
    return s + u[3]


@program(args=lambda rng: (normal(rng, 100),), interpreted=True)
def spread_of_an_array(x):
    """reductions"""
    return (x.max() - np.min(x)) ** 2 + x.max()
