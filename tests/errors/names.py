"""Names, calls, and what a call may not be."""

import collections
import math

import numpy as np
from numba import njit, prange

from adcomp import gradient, pullback


def of(f):
    return lambda: gradient(f)(2.0)


@of
def case_not_defined(x):
    return x * SCALE  # noqa: F821


@of
def case_before_assignment(x):
    y = x + z  # noqa: F821
    z = 1.0
    return y


@of
def case_unknown_function(x):
    return collections.deque(x)


@of
def case_not_callable(x):
    return x(1.0)


@of
def case_double_star(x):
    return scaled(**{"x": x})


def scaled(x, by):
    return x * by


@of
def case_too_many_arguments(x):
    return scaled(x, 1.0, 2.0)


@of
def case_argument_is_missing(x):
    return scaled(x)


@of
def case_no_such_parameter(x):
    return scaled(x, by=1.0, to=2.0)


@of
def case_two_values(x):
    return scaled(x, 1.0, by=2.0)


def case_race():
    def f(x):
        s = 0.0
        for i in prange(3):
            s = s * x + i
        return s

    gradient(f, parallel=True)(2.0)


def case_race_in_an_array():
    def f(x):
        y = np.zeros(3)
        for i in prange(3):
            y[0] += x * i
        return y[0]

    gradient(f, parallel=True)(2.0)


def case_race_of_neighbours():
    def f(x):
        y = np.full(4, x)
        for i in prange(3):
            y[i + 1] = x * y[i]
        return y[3]

    gradient(f, parallel=True)(2.0)


@of
def case_inner_function_that_calls_itself(x):
    def power(n):
        return 1.0 if n == 0 else x * power(n - 1)

    return power(3)


@of
def case_different_functions(x):
    f = np.sin if x > 0.0 else np.cos
    return f(x)


@of
def case_different_tuples(x):
    t = (x, x) if x > 0.0 else (x, x, x)
    return t[0]


def case_in_a_callee():
    @njit
    def helper(x):
        return np.sum([k * x for k in range(3) if k])

    gradient(lambda x: helper(x) * 2.0)(3.0)


def halve(a, n):
    if n > 0:
        a[n - 1] *= 0.5
        return halve(a, n - 1)
    return a[0]


def case_recursion_that_writes():
    gradient(halve)(np.ones(3), 3)


@gradient
def halved(x):
    y = 1.0
    while x > 1.0:
        x = x / 2.0
        y = y * math.sin(x)
    return y


def case_second_derivative_of_a_while_loop():
    gradient(lambda x: halved(x) * x)(9.0)


@njit
def factorial(x, n):
    return 1.0 if n == 0 else x * factorial(x + 1.0, n - 1)


def case_second_derivative_of_recursion():
    gradient(gradient(lambda x: factorial(x, 4)))(2.0)


def case_second_derivative_of_a_complex_result():
    gradient(gradient(lambda x: x + 1j))(2.0)


def case_derivative_used_in_a_closure():
    def f(x):
        dg = gradient(lambda y: x * y * y)
        return gradient(lambda y: dg(y) * y)(x)

    gradient(f)(2.0)


def case_derivative_of_a_pullback():
    gradient(pullback(lambda x: x * x))
