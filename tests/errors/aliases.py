"""Arguments that share memory, which the program writes."""

import numpy as np

from adcomp import gradient, vjp


def shift(a, b):
    for i in range(a.shape[0]):
        a[i] = a[i] * b[i]
    return a.sum()


def case_same_array():
    x = np.ones(3)
    gradient(shift)(x, x)


def case_overlapping_views():
    x = np.ones(4)
    gradient(shift)(x[1:], x[:-1])


def case_in_a_tuple():
    x = np.ones(3)
    gradient(lambda t, b: shift(t[1], b), wrt="b")((1.0, x), x)


def case_cotangent():
    def scale(x):
        x *= 2.0
        return x * x

    x = np.ones(3)
    vjp(scale, (x,), x)
