"""Points where the derivative is a convention, and powers."""

from __future__ import annotations

import numpy as np

from adcomp import gradient, pullback
from tests.conformance.harness import case

_power = gradient(lambda x, p: x**p, wrt=(0, 1))


@case("N-01")
def _():
    return _power(2.0, 2)


@case("N-02")
def _():
    return _power(0.0, 2)


@case("N-03")
def _():
    return _power(0.0, 1)


@case("N-04")
def _():
    return _power(0.0, 0)


@case("N-05")
def _():
    return _power(0.0, -1.0)  # of an integer -1, the power itself raises ZeroDivisionError


@case("N-06")
def _():
    return _power(0.0, 0.5)


@case("N-07")
def _():
    df = gradient(lambda x: np.sqrt(x**2))
    return df(0.0), df(2.0), df(-2.0)


@case("N-08")
def _():
    return gradient(lambda x: np.sqrt(x))(0.0)


@case("N-09")
def _():
    df = gradient(lambda x: np.sum(np.abs(x)))
    return df(np.array([0.0], np.float32)), df(np.array([3.0, -2.0], np.float32))


@case("N-10")
def _():
    return (gradient(lambda x: np.floor(x))(1), gradient(lambda x: np.ceil(x))(1),
            gradient(lambda x: np.round(x))(1))


@case("N-11")
def _():
    return gradient(lambda x: np.linalg.norm(x))(np.zeros(3))


@case("N-12")
def _():
    return (*gradient(lambda x, y: np.hypot(x, y), wrt=(0, 1))(0.0, 0.0),
            gradient(lambda x: np.sign(x))(0.0), gradient(lambda z: np.angle(z))(0j))


@case("N-14")
def _():
    _, back = pullback(lambda x: np.cumprod(x))(np.array([1.0, 2.0, 3.0]))
    return back(np.full(3, 0.5))[0]
