"""Tapes for which there is no room."""

import os

import numpy as np

from adcomp import gradient
from adcomp.kernels.tape import empty_tape


def in_100_megabytes(f, *args):
    os.environ["ADCOMP_MEMORY_LIMIT"] = "100000000"
    try:
        f(*args)
    finally:
        del os.environ["ADCOMP_MEMORY_LIMIT"]


def case_too_large():
    in_100_megabytes(empty_tape, 10**8, np.float64, "x in the loop at model.py:12")


@gradient
def logistic(x, n):
    for i in range(n):
        x = 3.5 * x * (1.0 - x)
        if x > 2.0:
            x = np.sin(x)
    return x


def case_of_a_loop():
    in_100_megabytes(logistic, 0.3, 10**9)


def case_beyond_numbers():
    empty_tape(2**62, np.float64, "x in the loop at model.py:12")
