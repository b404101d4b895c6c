"""Joins, splits and views of arguments that do not fit raise what Numba raises."""

from __future__ import annotations

import numba
import numpy as np
import pytest

import adcomp

X = np.arange(1.0, 7.0)


@pytest.mark.parametrize(
    ("f", "error"),
    [
        (lambda x: np.stack((x, x[1:]))[0, 0], ValueError),
        (lambda x: np.concatenate((np.outer(x, x), np.outer(x, x[1:])))[0, 0], ValueError),
        (lambda x: np.insert(x, 9, 1.0)[0], IndexError),
        (lambda x: np.insert(x, np.array([1, 2]), x[:3])[0], ValueError),
        (lambda x: np.delete(x, 6)[0], IndexError),
        (lambda x: np.repeat(x, 5 - x.size)[0], ValueError),
        (lambda x: np.repeat(x, np.array([1, 2]))[0], ValueError),
        (lambda x: np.resize(x, (5 - x.size, 2))[0, 0], ValueError),
        (lambda x: np.split(x, 4)[0][0], ValueError),
        (lambda x: np.sum(np.broadcast_to(x, (2, 3))), ValueError),
        (lambda x: np.sum(np.broadcast_to(x[:1], (x.size - 7,))), ValueError),
        (lambda x: np.sum(np.broadcast_arrays(x, x[:2])[0]), ValueError),
        (lambda x: np.lib.stride_tricks.sliding_window_view(x, 7)[0, 0], ValueError),
        (lambda x: np.vander(x, x.size - 9)[0, 0], ValueError),
        (lambda x: np.diff(x, x.size - 9)[0], ValueError),
        (lambda x: np.average(x, weights=x * 0.0), ZeroDivisionError),
        (lambda x: np.cross(x[:2], x[2:4])[0], ValueError),
        (lambda x: np.geomspace(x[0] - 1.0, x[1], 3)[1], ValueError),
        (lambda x: np.arange(x[0], x[1], x[0] - 1.0)[0], ValueError),
        (lambda x: np.asarray_chkfinite(x / (x - 1.0))[1], ValueError),
    ],
)  # fmt: skip
def test_raises_what_the_primal_raises(f, error):
    with pytest.raises(error):
        numba.njit(f)(X)
    with pytest.raises(error):
        adcomp.gradient(f, cache=False)(X)
