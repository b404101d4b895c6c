"""Missing rules, and rules that are wrong."""

import math

import numpy as np
from numba import njit

from adcomp import gradient, pullback_rule, special


def case_missing():
    gradient(lambda x: math.frexp(x)[0])(0.5)


def case_missing_for_an_array():
    gradient(lambda x: np.roots(x)[0])(np.ones(3))


def product(a, b):
    return a * b


@pullback_rule(product)
def product_pullback(b, y_bar):
    return y_bar * b


def case_too_few_cotangents():
    gradient(lambda x: product(x, 2.0))(1.0)


def square(x):
    return x * x


@pullback_rule(square)
def square_pullback(x, y_bar):
    return 2.0 * x * y_bar, 0.0


def case_too_many_cotangents():
    gradient(lambda x: square(x))(1.0)


def double(x):
    return 2.0 * x


@pullback_rule(double)
def double_pullback(x, y_bar):
    return np.full(x.size + 1, 2.0)


def case_shape():
    gradient(lambda x: double(x).sum())(np.ones(3))


def case_array_for_a_number():
    @njit
    def twice(x):
        return 2.0 * x

    pullback_rule(twice)(lambda y_bar: np.full(3, 2.0))
    gradient(lambda x: twice(x))(1.0)


def case_number_for_an_array():
    @njit
    def twice(x):
        return 2.0 * x

    pullback_rule(twice)(lambda y_bar: 2.0)
    gradient(lambda x: twice(x).sum())(np.ones(3))


def case_numba_rejects_the_rule():
    @njit
    def twice(x):
        return 2.0 * x

    pullback_rule(twice)(lambda y_bar: y_bar.total)
    gradient(lambda x: twice(x))(1.0)


def case_unknown_parameter():
    pullback_rule(max_of)(lambda a, y_bar: (y_bar, y_bar))


def case_no_result_called_y():
    pullback_rule(ratio)(lambda x, y, y_bar: (y_bar, y_bar))


def case_second_rule():
    pullback_rule(square)(lambda y_bar: y_bar)


def case_rule_of_no_function():
    pullback_rule(3.0)


def max_of(x, z):
    return max(x, z)


def ratio(x, y):
    return x / y


def case_missing_for_an_argument():
    gradient(lambda v: special.jv(v, 2.0))(0.5)
