"""`check_gradient`: what it takes, what it finds, and how it says so."""

from __future__ import annotations

import pickle
from collections import namedtuple

import numpy as np
import pytest
from numba import njit

import adcomp
from adcomp.errors import WrtError
from adcomp.testing import CheckFailure, GradientFailure, check_gradient

X = np.array([1.5, -2.0, 0.5])


def energy(x, k):
    return 0.5 * k * np.sum(x * x)


def energy_gradient(x, k):
    return k * x


Point = namedtuple("Point", "x y")


@njit
def half(x):
    return x * 0.5


@adcomp.pullback_rule(half)
def half_pullback(y_bar):
    return y_bar  # wrong on purpose


# What is checked ----------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [
    energy, njit(energy), adcomp.gradient(energy, wrt=(0, 1)), adcomp.value_and_gradient(energy, wrt=(0, 1)),
    adcomp.pullback(energy),
])
def test_functions_and_derivatives(f):
    report = check_gradient(f, X, 3.0)
    assert [(a.name, a.size, a.checked, a.right) for a in report.arguments] == [
        ("x", 3, 3, True), ("k", 1, 1, True)]
    assert str(report).startswith("check_gradient(energy): the gradient is right")


@pytest.mark.parametrize("wrt, names", [(0, ["x"]), ("k", ["k"]), (("k", 0), ["k", "x"]), (None, ["x", "k"])])
def test_wrt(wrt, names):
    assert [a.name for a in check_gradient(energy, X, 3.0, wrt=wrt).arguments] == names


def test_wrt_of_a_derivative():
    assert [a.name for a in check_gradient(adcomp.gradient(energy, wrt="k"), X, 3.0).arguments] == ["k"]
    with pytest.raises(TypeError, match="made before"):
        check_gradient(adcomp.gradient(energy), X, 3.0, wrt=1)
    with pytest.raises(WrtError):
        check_gradient(energy, X, 3.0, wrt="z")
    with pytest.raises(WrtError, match="no argument holds"):
        check_gradient(lambda n: 1.0 * n, 3)
    with pytest.raises(TypeError, match="takes a function"):
        check_gradient(3.0, 1.0)


def test_gradients_of_ones_own():
    check_gradient(energy, X, 3.0, gradient=energy_gradient, wrt=0)
    check_gradient(lambda x: float(np.sum(x**2)), X, gradient=lambda x: 2.0 * x)
    check_gradient(lambda x, y: x * y, 2.0, 3.0, gradient=lambda x, y: (y, x))
    with pytest.raises(GradientFailure):
        check_gradient(energy, X, 3.0, gradient=energy_gradient, wrt=1)


@pytest.mark.parametrize("f, args, options", [
    (lambda x: np.sum(np.sin(x)), (X.astype(np.float32),), {}),
    (lambda z: np.abs(z) ** 2, (1.5 - 0.5j,), {}),
    (lambda z: np.sum(np.abs(z)), (np.array([1.0 + 1j, 2.0]),), {}),
    (lambda t, x: t[0] * np.sum(x) + t[1], ((2.0, 3.0), X), {}),
    (lambda p: p.x * p.y, (Point(2.0, 3.0),), {}),
    (lambda n, x: n * x, (3, 2.0), {"wrt": ("n", "x")}),
    (lambda n: np.sum(n * 0.5), (np.array([1, 2]),), {"wrt": "n"}),
    (lambda x: np.cumsum(x), (X,), {}),
    (lambda x: (np.sum(x), x * x), (X,), {}),
    (lambda x: x * x, (X,), {"y_bar": np.array([1.0, 0.0, 2.0])}),
    (lambda x: x * (1 + 2j), (1.5,), {}),
    (lambda x, n=2: x**n, (1.5,), {"kwargs": {"n": 3}}),
    (lambda x: np.sum(np.log(x)), (np.array([1e-4, 1.0, 1e5]),), {}),
    (lambda x: np.sum(x), (np.zeros(0),), {}),
    (lambda x: np.sum(x * x), (np.arange(12.0).reshape(3, 4)[:, ::2],), {}),
])
def test_kinds_of_values(f, args, options):
    report = check_gradient(f, *args, **options)
    assert report.right and all(a.checked == a.size for a in report.arguments)


def test_functions_that_write():
    def scaled(x):
        x *= 2.0
        return x[0] * x[1]

    x = X.copy()
    check_gradient(scaled, x)
    np.testing.assert_array_equal(x, X)


def test_arguments_without_influence():
    check_gradient(lambda x, y: 2.0 * x, 1.0, X, wrt=(0, 1))
    check_gradient(adcomp.gradient(lambda x, y: 2.0 * x, wrt=(0, 1), unused="none"), 1.0, X)


# What is wrong ------------------------------------------------------------------------------------


def test_a_wrong_rule_is_found():
    with pytest.raises(GradientFailure) as failed:
        check_gradient(lambda x, k: k * np.sum(half(x)), X, 3.0)
    (x, k) = failed.value.report.arguments
    assert not x.right and k.right
    assert x.gradient == pytest.approx(3.0) and x.differences == pytest.approx(1.5) and x.error < 1e-9
    text = str(failed.value)
    assert "x: 3 of 3 entries are wrong" in text and "x[0] is 3, and differences give 1.5" in text
    assert "WRONG" in text and "right" in text
    assert str(pickle.loads(pickle.dumps(failed.value))) == text


def test_the_worst_entry_is_named():
    def gradient(x):
        bar = 2.0 * x
        bar[1, 0] += 1.0
        bar[0, 2] += 0.5
        return bar

    with pytest.raises(GradientFailure) as failed:
        check_gradient(lambda x: np.sum(x * x), np.ones((2, 3)), gradient=gradient)
    (x,) = failed.value.report.arguments
    assert x.entry == "x[1, 0]" and "x: 2 of 6 entries are wrong" in x.notes


@pytest.mark.parametrize("gradient, message", [
    (lambda x: 2.0 * x + 0j, "complex"), (lambda x: (2.0 * x).astype(np.float32), "dtype float32"),
    (lambda x: 2.0 * x[:2], "shape"), (lambda x: 3.0, "type float"), (lambda x: None, "nan|None|differences"),
])
def test_gradients_of_another_type(gradient, message):
    with pytest.raises(GradientFailure, match=message):
        check_gradient(lambda x: np.sum(x * x), X, gradient=gradient)


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1e12])
def test_small_gradients_count(scale):
    f = lambda x: scale * np.sum(x * x)  # noqa: E731
    assert check_gradient(f, X, gradient=lambda x: 2.0 * scale * x).right
    with pytest.raises(GradientFailure):
        check_gradient(f, X, gradient=lambda x: 2.001 * scale * x)
    with pytest.raises(GradientFailure):
        check_gradient(f, X, gradient=lambda x: np.zeros(3))


def test_zero_gradients_of_large_functions():
    assert check_gradient(lambda x: 1e8 + 0.0 * x, 2.0).right
    assert check_gradient(lambda x: np.cos(x) * 1e3 + 1e5, 0.0).right


def test_where_a_function_is_not_defined_to_both_sides():
    with pytest.raises(GradientFailure, match="not defined to both sides"):
        check_gradient(lambda x: np.sqrt(x), 0.0)


def test_nan_is_wrong():
    with pytest.raises(GradientFailure):
        check_gradient(lambda x: x * x, 1.0, gradient=lambda x: np.nan)


def test_a_wrong_value_beside_the_gradient(monkeypatch):
    df = adcomp.value_and_gradient(lambda x: x * x)
    monkeypatch.setattr(type(df), "__call__", lambda self, *a, **k: (1.0, 4.0))
    with pytest.raises(CheckFailure) as failed:
        check_gradient(df, 2.0)
    assert failed.value.check == "value"


# Where functions are not smooth -------------------------------------------------------------------


def test_at_a_kink_a_slope_between_both_sides_is_right():
    f = lambda x: np.sum(np.abs(x - 1.0) + 0.5 * (x - 1.0))  # noqa: E731
    x = np.array([1.0, 3.0])
    report = check_gradient(f, x, gradient=lambda x: np.sign(x - 1.0) + 0.5)
    assert report.right
    report = check_gradient(f, x, gradient=lambda x: np.where(x > 1.0, 1.0, -1.0) + 0.5)
    assert "x[0] is at a kink" in str(report)
    assert "-0.5 and 1.5" in str(report)
    with pytest.raises(GradientFailure, match="at a kink"):
        check_gradient(f, x, gradient=lambda x: np.where(x > 1.0, 1.0, 3.0) + 0.5)


def test_a_kink_nearby():
    x = 1.0 + 1e-6
    assert check_gradient(lambda x: abs(x - 1.0), x).right
    f = lambda x: np.maximum(x, 1.0 + 3e-4) * np.exp(x)  # noqa: E731
    assert check_gradient(f, 1.0).right


def test_a_jump_has_no_derivative():
    with pytest.raises(GradientFailure, match="jumps"):
        check_gradient(lambda x: x + (1.0 if x >= 2.0 else 0.0), 2.0, gradient=lambda x: 1.0)


def test_rough_functions():
    f = lambda x: np.sum(x * x) + 1e-6 * np.sin(1e6 * x[0])  # noqa: E731
    gradient = lambda x: 2.0 * x  # noqa: E731
    with pytest.raises(GradientFailure):
        check_gradient(f, X, gradient=gradient)
    assert check_gradient(f, X, gradient=gradient, noisy=True).right
    with pytest.raises(GradientFailure, match="no step"):
        check_gradient(f, X, gradient=lambda x: 2.2 * x, noisy=True)


# Large arguments ----------------------------------------------------------------------------------


def test_of_many_entries_some_are_moved_and_all_at_once():
    x = np.linspace(0.0, 1.0, 5000)
    report = check_gradient(lambda x: np.sum(x * x), x, entries=20)
    assert report.arguments[0].checked == 20 and "20 of 5000" in str(report)

    def one_wrong(x):
        bar = 2.0 * x
        bar[1234] += 1.0
        return bar

    with pytest.raises(GradientFailure, match="all entries at once"):
        check_gradient(lambda x: np.sum(x * x), x, entries=20, gradient=one_wrong)
