"""Tapes for which there is no room."""

import os

import numpy as np

from adcomp.kernels.tape import empty_tape


def case_too_large():
    os.environ["ADCOMP_MEMORY_LIMIT"] = "100000000"
    try:
        empty_tape(10**8, np.float64, "x in the loop at model.py:12")
    finally:
        del os.environ["ADCOMP_MEMORY_LIMIT"]


def case_beyond_numbers():
    empty_tape(2**62, np.float64, "x in the loop at model.py:12")
