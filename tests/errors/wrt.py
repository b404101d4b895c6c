"""Arguments that can't be differentiated by."""

import numpy as np

from adcomp import gradient, pullback


def f(x, n=3):
    return x**n


def case_no_such_name():
    gradient(f, wrt="z")


def case_out_of_range():
    gradient(f, wrt=2)


def case_no_arguments():
    gradient(lambda: 1.0)


def case_neither_position_nor_name():
    gradient(f, wrt=1.5)


def case_bool():
    gradient(f, wrt=True)


def case_twice():
    gradient(f, wrt=("x", 0))


def case_empty():
    gradient(f, wrt=())


def case_without_derivative():
    gradient(lambda x, flag: x if flag else 0.0, wrt="flag")(1.0, True)


def case_array_without_derivative():
    gradient(lambda x: x.sum() * 1.0)(np.ones(3, bool))


def case_left_at_its_default():
    gradient(f, wrt="n")(2.0)


def case_no_floating_point_argument():
    pullback(lambda n: n * 1.5).vjp((3,), 1.0)
