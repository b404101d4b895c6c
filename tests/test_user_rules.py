"""Rules that users give: `adcomp.pullback_rule` and `adcomp.nondifferentiable`.

Their derivatives are wrong on purpose where that shows that the rule was used.
"""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from numba.extending import overload

import adcomp
from adcomp import gradient, nondifferentiable, pullback_rule, vjp
from adcomp.api import related
from adcomp.backend.fingerprint import fingerprint
from tests import differences

X = np.array([0.5, -1.0, 2.0])


def power(a, b, n=2):
    return a * b**n


@pullback_rule(power)
def power_pullback(n, b, a, y, y_bar):
    return y / a * y_bar, 10.0 * n * a * b ** (n - 1) * y_bar, None


@njit
def softened(x, y):
    return x * np.exp(y)


@pullback_rule(softened)
@njit
def softened_pullback(result_bar, result, y):
    return result_bar * np.exp(y), result_bar * result


@njit
def cumulative(x):  # stands for a function of another package
    return np.cumsum(x)


@pullback_rule(cumulative)
def cumulative_pullback(y_bar):
    return np.cumsum(y_bar[::-1])[::-1]


def square_and_next(x):
    return x * x, x + 1.0


@pullback_rule(square_and_next)
def square_and_next_pullback(x, y_bar):
    return 2.0 * x * y_bar[0] + y_bar[1]


def weighted(t, x):
    return t[0] * t[1] * x


@pullback_rule(weighted)
def weighted_pullback(t, x, y_bar):
    return (t[1] * x * y_bar, t[0] * x * y_bar), t[0] * t[1] * y_bar


@nondifferentiable
@njit
def frozen(x):
    return x * x


def noisy(x):
    """A Python function that Numba knows by an overload; adcomp can't read it."""
    raise NotImplementedError


@overload(noisy)
def _overload_noisy(x):
    return lambda x: x * 3.0


@pullback_rule(noisy)
def noisy_pullback(y_bar):
    return 5.0 * y_bar


def test_plain_function_with_defaults_and_names():
    both = gradient(lambda a, b: power(a, b), wrt=(0, 1))
    assert both(2.0, 3.0) == (9.0, 120.0)
    named = gradient(lambda a, b: power(n=3, b=b, a=a), wrt=(0, 1))
    assert named(2.0, 3.0) == (27.0, 540.0)
    assert gradient(lambda b: power(2.0, b))(3.0) == 120.0


def test_jitted_function_with_a_parameter_called_y():
    x_bar, y_bar = gradient(lambda a, b: softened(a, b).sum(), wrt=(0, 1))(X, 0.5 * X)
    np.testing.assert_allclose(x_bar, np.exp(0.5 * X))
    np.testing.assert_allclose(y_bar, X * np.exp(0.5 * X))


def test_array_function_of_another_package():
    np.testing.assert_allclose(vjp(lambda x: cumulative(x), (X,), X)[0], cumulative(X[::-1])[::-1])


def test_arrays_that_are_overwritten_before_the_rule_reads_them():
    def f(x):
        s = 0.0
        for i in range(4):
            x = softened(x, x)
            s += x[i % x.size]
            x[0] = 0.1 * x[1]
        return s

    x = np.array([0.1, -0.2, 0.3])
    expected, _ = differences.gradient(f, lambda: (x.copy(),), 0)
    np.testing.assert_allclose(gradient(f)(x), expected, rtol=1e-8)


def test_tuples():
    def f(x):
        a, b = square_and_next(x)
        return a * b

    assert gradient(f)(2.0) == 16.0
    assert gradient(lambda x: square_and_next(x)[1] * 3.0)(2.0) == 3.0
    apart = gradient(lambda a, b, x: weighted((a, b), x), wrt=(0, 1, 2))
    assert apart(2.0, 3.0, 5.0) == (15, 10, 6)
    assert gradient(lambda t, x: weighted(t, x), wrt=(0, 1))((2.0, 3.0), 5.0) == ((15, 10), 6)


def test_function_with_an_overload():
    assert adcomp.value_and_gradient(lambda x: noisy(x))(2.0) == (6.0, 5.0)


def test_nondifferentiable():
    np.testing.assert_array_equal(gradient(lambda x: np.sum(frozen(x) * x))(X), X * X)
    first, second = (lambda x: x), (lambda x: x)  # fmt: skip
    assert nondifferentiable(first, second) is None
    assert nondifferentiable(frozen) is frozen


def test_a_complex_contribution_to_a_real_argument_is_projected():
    @njit
    def f(x):
        return x * 1j

    pullback_rule(f)(lambda y_bar: np.conj(1j) * y_bar)
    (x_bar,) = vjp(lambda x: f(x), (X,), np.full(3, 2.0 + 3.0j))
    np.testing.assert_array_equal(x_bar, np.full(3, 3.0))
    assert x_bar.dtype == np.float64


def test_rules_count_in_the_fingerprint():
    def f(x):
        return g(x)

    def make(scale):
        def g(x):
            return x * x

        def g_pullback(x, y_bar):
            return scale * x * y_bar

        return g, g_pullback

    found = []
    for scale in (None, 2.0, 2.0, 3.0):
        g, g_pullback = make(scale)
        if scale is not None:
            pullback_rule(g)(g_pullback)
        found.append(fingerprint(f, related=related))
    assert found[1] == found[2] and len(set(found)) == 3
    g, _ = make(None)
    nondifferentiable(g)
    assert fingerprint(f, related=related) not in found


@pytest.mark.parametrize("wrong", [3.0, None, "f"])
def test_a_rule_is_of_a_function(wrong):
    with pytest.raises(TypeError, match="takes the function that it is the rule of"):
        pullback_rule(wrong)
