"""Programs that Numba rejects: its message, about the user's line."""

import numpy as np
from numba import njit

from adcomp import gradient, pullback


def case_attribute():
    @gradient
    def f(x):
        y = x * x
        return y.total

    f(1.0)


def case_unknown_method():
    gradient(lambda x: x.cumulative() + 1.0)(np.ones(3))


def case_branches_of_different_types():
    @gradient
    def f(x):
        if x.sum() > 0.0:
            y = x
        else:
            y = 1.0
        return y + 1.0

    f(np.ones(3))


def case_none():
    @gradient
    def f(x):
        return x[0] * 2.0

    f(None)


def case_index_of_a_0d_array():
    gradient(lambda x: x[0] * 2.0)(np.array(1.0))


def case_in_a_callee():
    @njit
    def helper(x):
        return x.total

    pullback(lambda x: helper(x) * 2.0).vjp((1.0,), 1.0)


def case_set():
    gradient(lambda x: x[0])({1.0})


def case_dict_without_names():
    gradient(lambda x: x[0])({0: 1.0})


def case_missing_key():
    gradient(lambda x: x["b"])({"a": 1.0})


def case_attribute_of_a_list():
    gradient(lambda x: x.shape[0])([1.0, [2.0]])


def case_objects():
    gradient(lambda x: x[0])(np.array([None]))


def case_half_precision():
    gradient(lambda x: x[0])(np.ones(2, np.float16))


def case_byte_order():
    gradient(lambda x: x[0])(np.ones(2, ">f8"))
