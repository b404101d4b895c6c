"""Results that have no gradient."""

import numpy as np

from adcomp import gradient, pullback, value_and_gradient


def case_array():
    @gradient
    def f(x):
        return x * 2.0

    f(np.ones(3))


def case_complex():
    gradient(lambda z: z * z)(1.0 + 2.0j)


def case_bool():
    value_and_gradient(lambda x: x > 0.0)(1.0)


def case_tuple():
    @gradient(wrt="x")
    def f(x):
        return x, x * x

    f(1.0)


def case_nothing():
    def fill(x):
        x[0] = 1.0

    gradient(fill)(np.ones(3))


def case_pullback_of_nothing():
    def fill(x):
        x[0] = 1.0

    pullback(fill).vjp((np.ones(3),), None)
