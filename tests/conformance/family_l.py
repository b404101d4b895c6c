"""Arrays that share memory: explicit and implicit gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from adcomp import gradient, value_and_gradient
from adcomp.errors import AliasedArguments
from adcomp.implicit_parameters import implicit_gradient
from tests.conformance.harness import case


def vector():
    return np.array([1.0, 2.0, 4.0])


@dataclass
class Box:
    x: np.ndarray


@case("L-01")
def _():
    x = vector()
    return implicit_gradient(lambda: np.sum(x[None, :] * x[:, None]), [x])[x]


@case("L-02")
def _():
    x = vector()
    xt = x[None, :]
    return implicit_gradient(lambda: np.sum(xt * x[:, None]), [x])[x]


@case("L-03")
def _():
    x = vector()
    xt = x[None, :]
    grads = implicit_gradient(lambda: np.sum(xt * x[:, None]), [x, xt])
    return grads[x], grads[xt]


@case("L-04")
def _():
    x = vector()
    xt = x[None, :]
    owner = xt.base
    return implicit_gradient(lambda: np.sum(owner * x), [x])[x]


@case("L-05")
def _():
    x = vector()
    xt = x[None, :]
    owner = xt.base
    grads = implicit_gradient(lambda: np.sum(owner * x), [x, xt])
    return grads[x], grads[xt]


@case("L-06")
def _():
    x = vector()
    xt = x[None, :]
    owner = xt.base
    return implicit_gradient(lambda: np.sum(owner * x), [xt])[xt]


@case("L-07")
def _():
    x = vector()
    a = Box(x)
    return implicit_gradient(lambda: np.sum(a.x), [x])[x]


@case("L-08")
def _():
    x = vector()
    xt = x[None, :]
    return implicit_gradient(lambda: np.sum(xt), [x])[x]


@case("L-09")
def _():
    x = vector()
    xt = x[None, :]
    return gradient(lambda x: np.sum(xt * x[:, None]))(x)


@case("L-10")
def _():
    x = vector()
    a, xt = Box(x), x[None, :]
    for f in (lambda x: np.sum(a.x), lambda x: np.sum(xt)):
        assert np.array_equal(gradient(f)(x), np.zeros(3))
        assert gradient(f, unused="none")(x) is None
    return "hard zero"


@case("L-11")
def _():
    x = vector()
    a, b = gradient(lambda a, b: np.sum(a[None, :] * b[:, None]), wrt=(0, 1))(x, x)
    assert a is not b and not np.shares_memory(a, b) and not np.shares_memory(a, x)
    return a, b


@case("L-12")
def _():
    x = np.array([1.0, 2.0, 3.0, 4.0])
    a, b = x[:-1], x[1:]
    a_bar, b_bar = gradient(lambda a, b: np.sum(a * b**2), wrt=(0, 1))(a, b)
    return a_bar, b_bar, implicit_gradient(lambda: np.sum(a * b**2), [x])[x]


@case("L-13")
def _():
    W, v = np.array([[1, -1, 2], [0.5, 3, 1]]), np.array([1.0, 2.0, -1.0])
    enc, dec = W, W.T
    enc_bar, dec_bar = gradient(lambda enc, dec: np.sum(dec @ (enc @ v)), wrt=(0, 1))(enc, dec)
    return enc_bar, dec_bar, implicit_gradient(lambda: np.sum(dec @ (enc @ v)), [W])[W]


@case("L-22")
def _():
    def f(x1):
        x2 = x1
        x3 = x1 + x2
        x4 = x1 + x2 + x3
        x5 = x1 + x2 + x3 + x4
        x6 = x1 + x2 + x3 + x4 + x5
        x7 = x1 + x2 + x3 + x4 + x5 + x6
        x8 = x1 + x2 + x3 + x4 + x5 + x6 + x7
        x9 = x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8
        x10 = x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9
        return np.sum(x10**2)

    return gradient(f)(np.ones((2, 2)))


@case("L-23")
def _():
    def f(x):
        y = x.copy()
        v = y[1:]
        v *= y[0]
        return np.sum(y)

    return gradient(f)(np.array([2.0, 3.0, 5.0]))


@case("L-24")
def _():
    def g(a, b):
        b[0] = 2 * a[0]
        return a[0] * b[0]

    x = np.array([3.0])
    with pytest.raises(AliasedArguments):
        gradient(g, wrt=(0, 1))(x, x)
    value, (a_bar, b_bar) = value_and_gradient(g, wrt=(0, 1), alias="memory")(x, x)
    assert a_bar[0] == b_bar[0] and np.shares_memory(a_bar, b_bar)
    return value, a_bar[0]
