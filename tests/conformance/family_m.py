"""Second order."""

from __future__ import annotations

import numpy as np

from adcomp import gradient
from adcomp.matrices import Symmetric
from tests.conformance.harness import case, error


def hessian(f, x):
    """Row by row, by differentiating the entries of the gradient."""
    df = gradient(f)
    row = gradient(lambda x, k: df(x)[k])
    return np.array([row(x, k) for k in range(len(x))])


def derivative(f):
    return gradient(f)


@case("M-01")
def _():
    return hessian(lambda v: np.sum(v[6:9] * np.abs(v[0:3] + 1j * v[3:6]) ** 2), np.arange(1.0, 10.0))


@case("M-02")
def _():
    df = gradient(lambda y: np.sum(y**2))
    return gradient(lambda x: np.sum(df(x)))(np.array([1.0, 2.0]))


@case("M-03")
def _():
    df = gradient(lambda y: np.sum(np.sin(y)))
    return gradient(lambda x: np.sum(df(x)))(np.array([1.0, 2.0]))


@case("M-04")
def _():
    return hessian(lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2), np.array([1.0, 2.0, 4.0]))


@case("M-05")
def _():
    return (gradient(lambda x: x * gradient(lambda y: x * y)(1.0))(4.0),
            gradient(lambda x: x * gradient(lambda y: x + y)(1.0))(1.0))


@case("M-06")
def _():
    return gradient(gradient(gradient(lambda x: np.sin(x))))(1.0)


@case("M-07")
def _():
    first = gradient(lambda model: np.sum(np.concatenate((model[0], model[1])) ** 2))
    w = np.array([4.0, 5.0, 6.0])

    def f(v):
        return np.sum(np.abs(first((v, w))[0]) ** 2)

    return gradient(f)(np.array([1.0, 2.0, 3.0]))


@case("M-08")
def _():
    return np.diag(hessian(lambda x: x[0] * x[1] ** 2, np.array([1.0, np.pi])))


@case("M-09")
def _():
    def g(X):
        return X[0, 1] ** 3

    data = np.array([[1.0, 2.0], [0.0, 1.0]])
    stored = hessian_entry(lambda data: g(Symmetric(data, "U")), data)
    natural = gradient(g)(Symmetric(data, "U")).dense()
    return stored, np.array([natural[0, 1], natural[1, 0]])


def hessian_entry(f, data):
    """The second derivative by the entry [0, 1]."""
    df = gradient(f)
    return gradient(lambda data: df(data)[0, 1])(data)[0, 1]


@case("M-10")
def _():
    return (error(lambda: gradient(gradient(lambda x: x + 1j))(np.pi)),
            error(lambda: gradient(gradient(lambda x: x))(np.array([1.0, 2.0]))))
