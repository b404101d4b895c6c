"""Cotangents of another structure, shape or kind than the result."""

import numpy as np

from adcomp import pullback, vjp

X = np.array([1.0, 2.0, 3.0])


def double(x):
    return 2.0 * x


def pair(x):
    return x.sum(), 2.0 * x


def case_shape():
    vjp(double, (X,), np.ones(4))


def case_shape_later():
    _, back = pullback(double)(X)
    back(np.ones(2))


def case_dimensions():
    vjp(double, (X,), np.ones((3, 1)))


def case_number_for_an_array():
    vjp(double, (X,), 1.0)


def case_array_for_a_number():
    vjp(double, (1.0,), X)


def case_tuple_for_an_array():
    vjp(double, (X,), (X,))


def case_array_for_a_tuple():
    vjp(pair, (X,), X)


def case_tuple_of_another_length():
    vjp(pair, (X,), (1.0, X, X))


def case_inside_a_tuple():
    vjp(pair, (X,), (X, X))


def case_text():
    vjp(double, (1.0,), "one")


def case_list():
    vjp(double, (X,), [1.0, "one", 1.0])


def case_arguments_are_no_tuple():
    vjp(double, X, X)
