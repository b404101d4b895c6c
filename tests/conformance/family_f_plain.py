"""Gradients whose answer needs projection: numbers and plain arrays."""

from __future__ import annotations

import numpy as np

from adcomp import gradient, pullback
from tests.conformance.harness import case


@case("F-01")
def _():
    return gradient(lambda x: abs(x + 1j) ** 2)(2)


@case("F-02")
def _():
    return gradient(lambda x: abs(x + 1j) ** 2)(2 + 0j)


@case("F-03")
def _():
    df = gradient(lambda x: abs(np.sum(x + 1j)) ** 2)
    got = df(np.array([1, 2]))
    assert np.array_equal(got, df([1, 2]))
    return got


@case("F-04")
def _():
    return gradient(lambda x: abs(np.sum(x + 1j)) ** 2)(np.array([1, 2 + 0j]))


@case("F-14")
def _():
    _, back = pullback(lambda x: x + 1)(np.array([[0.5, 1.5, 2.5]]))
    return back(np.array([[1, 2, 3 + 1j]]))[0]


@case("F-15")
def _():
    _, back = pullback(lambda x: x + 1)(np.array([[0.5, 1.5, 2.5 + 0j]]))
    return back(np.array([[1, 2, 3 + 1j]]))[0]


@case("F-16")
def _():
    return gradient(lambda x: x[0, 1])(np.array([[1.0, 2.0, 3.0]]))


@case("F-22")
def _():
    return gradient(lambda x: (x + 2j).real)(3.0), gradient(lambda x: (x + 2j).imag)(3.0)


@case("F-23")
def _():
    _, back = pullback(lambda x: x[0] * 1j)(np.array([1.0, 2.0]))
    return back(3 + 7j)[0]


@case("F-24")
def _():
    return gradient(lambda x: np.sum(np.abs(1j + x[x % 2 == 0]) ** 2))(np.arange(1, 11))


@case("F-25")
def _():
    return gradient(lambda p: ((1 + 3j) * (5 + 7j) ** p).real)(2 + 0j)


@case("F-26")
def _():
    return gradient(lambda x: abs((1j * x) / 1j))(2), gradient(lambda x: abs(1j / (1j * x)))(2)


@case("F-27")
def _():
    df = gradient(lambda x: np.sum(np.exp(x)).imag)
    return df(np.array([1.0, 2.0, 3.0])), df(np.array([1 + 0j, 2, 3]))


@case("F-29")
def _():
    return gradient(lambda x, y: np.sum(x * y), wrt=(0, 1))(np.array([1.0, 2.0]), 5.0)


@case("F-30")
def _():
    df = gradient(lambda x, y: np.sum(x * y), wrt=(0, 1))
    return df(np.array([[1.0], [2.0]]), np.array([[3.0, 4.0, 5.0]]))


@case("F-31")
def _():
    return gradient(lambda x: np.sum(x[np.array([0, 1, 2, 2])]))(np.array([0.5, 1.5, 2.5]))


@case("F-32")
def _():
    return gradient(lambda x: np.sum(np.array([1, x], np.float32) + x))(4)


@case("F-37")
def _():
    return gradient(lambda x: abs(x + 2j))(1)
