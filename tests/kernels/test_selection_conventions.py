"""What sorting and selecting do where there is no one derivative: ties, NaN, infinities, bad input."""

from __future__ import annotations

import numba
import numpy as np
import pytest

import adcomp


def gradient_of(f, x):
    """The gradient of ``sum(w * f(x))`` for weights 1, 2, 3, .."""

    def program(x):
        y = f(x)
        total = 0.0
        for i in range(len(y)):
            total += (i + 1) * y[i]
        return total

    return adcomp.gradient(program)(x)


def test_equal_elements_of_a_sort_keep_the_order_of_argsort():
    x = np.array([2.0, 1.0, 2.0, 1.0, 2.0])

    def in_order(x):
        y = x.copy()
        y.sort(kind="mergesort")
        return y

    np.testing.assert_array_equal(gradient_of(in_order, x), [3.0, 1.0, 4.0, 2.0, 5.0])


def test_the_first_of_equal_elements_stands_for_a_set():
    x = np.array([2.0, 1.0, 2.0, 1.0, np.nan, np.nan])
    np.testing.assert_array_equal(gradient_of(lambda x: np.unique(x), x), [2.0, 1.0, 0.0, 0.0, 3.0, 0.0])


def test_the_first_of_equal_maxima_gets_all():
    x = np.array([1.0, 3.0, 3.0, 2.0])
    np.testing.assert_array_equal(adcomp.gradient(lambda x: np.max(x))(x), [0.0, 1.0, 0.0, 0.0])


def test_replaced_elements_have_no_slope():
    x = np.array([1.5, np.nan, np.inf, -np.inf])

    def replaced(x, s):
        return np.sum(np.nan_to_num(x, nan=s, posinf=2.0 * s, neginf=0.0) * np.arange(1.0, 5.0))

    value, (x_bar, s_bar) = adcomp.value_and_gradient(replaced, wrt=(0, 1))(x, 0.5)
    assert value == 1.5 + 1.0 + 3.0
    np.testing.assert_array_equal(x_bar, [1.0, 0.0, 0.0, 0.0])
    assert s_bar == 2.0 + 2.0 * 3.0


@pytest.mark.parametrize("x", [
    [1.0, 2.0, np.inf], [-np.inf, 1.0, 2.0], [np.inf, 1.0], [-np.inf, -np.inf, 0.0, 3.0], [np.nan, 1.0],
    [4.0],
])
def test_quantiles_of_infinite_elements_are_those_of_numba(x):
    def quantiles(x):
        y = np.quantile(x, np.array([0.0, 0.3, 1.0]))
        return y[0], y[1], y[2]

    x = np.array(x)
    value, _ = adcomp.pullback(quantiles)(x)
    np.testing.assert_array_equal(value, numba.njit(quantiles)(x))


BAD = {
    "quantile": (lambda x: np.quantile(x, x[1]), ValueError),
    "take": (lambda x: np.take(x, 7), IndexError),
    "partition": (lambda x: np.partition(x, 7)[0], ValueError),
    "weights": (lambda x: np.average(x, weights=x - x), ZeroDivisionError),
    "bincount": (lambda x: np.bincount(np.array([0, 1]), x)[0], ValueError),
    "bins": (lambda x: np.histogram(x, x.size - 3)[1][0], ValueError),
    "observations": (lambda x: np.cov(x, x[1:])[0, 0], ValueError),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_raises_as_the_primal_does(name):
    f, error = BAD[name]
    x = np.array([1.0, 2.0, 3.0])
    with pytest.raises(error):
        numba.njit(f)(x)
    with pytest.raises(error):
        adcomp.gradient(f)(x)
