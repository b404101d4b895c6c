"""What is no function, and options that are none."""

import functools
import math

import numpy as np

from adcomp import gradient, pullback, value_and_gradient


def f(x, y=2.0):
    return x * y


class Model:
    def loss(self, x):
        return x

    def __call__(self, x):
        return x


def case_builtin():
    gradient(math.sin)


def case_ufunc():
    gradient(np.sin)


def case_partial():
    gradient(functools.partial(f, y=1.0))


def case_method():
    gradient(Model().loss)


def case_object():
    gradient(Model())


def case_class():
    gradient(Model)


def case_number():
    gradient(3.0)


def case_unknown_option():
    gradient(f, fast=True)


def case_unknown_option_of_a_decorator():
    value_and_gradient(fast=True)


def case_unknown_value():
    gradient(f, math="fast")


def case_unknown_value_of_unused():
    gradient(f, unused=None)


def case_holomorphic():
    pullback(holomorphic=True)


def case_parallel():
    gradient(f, parallel="omp")


def case_control_dependence():
    gradient(f, control_dependence="ignore")
