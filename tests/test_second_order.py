"""Derivatives of derivatives, against differences of the first."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba import njit

import adcomp
from adcomp import gradient, pullback, value_and_gradient
from adcomp.errors import NotScalarOutput, UnsupportedSyntax

X = np.array([0.3, -0.7, 1.1, 0.4])
M = np.array([[2.0, 0.3, -0.1], [0.2, 1.5, 0.4], [-0.3, 0.1, 1.8]])


def hessian(f, x):
    df = gradient(f)

    def along(x, v):
        return np.sum(df(x) * v)

    product = gradient(along)
    directions = np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([product(x.copy(), v) for v in directions])


def by_differences(f, x):
    df, rows = gradient(f), []
    for v in np.eye(x.size).reshape(x.size, *x.shape):
        step = 1e-3
        near, far = (df(x + k * step * v) - df(x - k * step * v) for k in (1, 2))
        rows.append((8 * near - far) / (12 * step))
    return np.array(rows)


def recurrence(x):
    s = 0.5
    for i in range(x.shape[0]):
        s = np.sin(s) * x[i] + s * s
    return s


def in_place(x):
    y = x.copy()
    for t in range(3):
        for i in range(1, x.shape[0]):
            y[i] = y[i] * y[i - 1] + 0.1 * t
    return np.sum(y)


def segments(x):
    y = x.copy()
    for t in range(40):
        for i in range(1, x.shape[0]):
            y[i] += 0.05 * y[i - 1] * y[i] * x[i]
    return np.sum(y * y)


def branches(x):
    s = 0.0
    for i in range(x.shape[0]):
        if x[i] > 0:
            s += x[i] ** 3
        else:
            s += math.exp(x[i]) * s
    return s


def inner_loop(x):
    s = 0.0
    for i in range(x.shape[0]):
        for j in range(i):
            s += x[i] * x[j] ** 2 * np.cos(x[i] * x[j])
    return s


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


@njit
def helper(v):
    return np.tanh(v) * v


PROGRAMS = {
    "recurrence": recurrence, "in place": in_place, "segments": segments, "branches": branches,
    "inner loop": inner_loop, "rosenbrock": rosenbrock,
    "helper": lambda x: np.sum(helper(x) ** 2),
    "softmax": lambda x: np.log(np.sum(np.exp(x))),
    "outer": lambda x: np.sum(np.sin(np.outer(x, x))),
    "views": lambda x: np.sum(x[::-1] * x**2) + np.dot(x[1:], x[:-1]) ** 2,
    "concatenate": lambda x: np.sum(np.concatenate((x, x * x)) ** 3),
    "cumsum": lambda x: np.sum(np.cumsum(x) ** 3),
    "norm": lambda x: np.linalg.norm(x),
    "maximum": lambda x: np.sum(np.maximum(x, 0.1) ** 3),
    "gather": lambda x: np.sum(x[np.array([0, 2, 2, 1])] ** 3),
    "complex": lambda x: np.sum(np.abs(x[:2] + 1j * x[2:]) ** 3),
    "fft": lambda x: np.sum(np.abs(np.fft.rfft(x)) ** 3),
    "variance": lambda x: np.var(x) ** 2,
    "broadcast": lambda x: np.sum((x[:, None] - x[None, :]) ** 4),
    "where": lambda x: np.sum(np.where(x > 0, x**3, np.exp(x))),
    "root": lambda x: np.sum((np.sqrt(x * x + 0.91) - 1.0) ** 2),
    "zeros in a product": lambda x: np.prod(x - x[0] + 0.0) + np.prod(np.sin(x - 0.3)),
    "power": lambda x: np.prod(np.abs(x) ** 1.5),
}


def thinned(names):
    """Every third is run by `make test`."""
    return [pytest.param(name, marks=[pytest.mark.slow] if k % 3 else []) for k, name in enumerate(names)]


@pytest.mark.parametrize("name", thinned(PROGRAMS))
def test_hessian_of_vectors(name):
    f = PROGRAMS[name]
    expected = by_differences(f, X)
    np.testing.assert_allclose(hessian(f, X), expected, rtol=1e-7, atol=1e-7 * np.max(np.abs(expected)))


MATRIX_PROGRAMS = {
    "product": lambda a: np.sum((a @ a) ** 2),
    "vectors": lambda a: np.sum(np.tanh(a @ np.array([1.0, 2.0, 3.0]))),
    "trace": lambda a: np.trace(a @ a.T @ a),
    "rows": lambda a: np.sum(np.sum(a, axis=1) ** 3),
    "transposed": lambda a: np.sum(a.T[1:] * a[:, 1:].T ** 2),
    "determinant": lambda a: np.linalg.det(a),
    "inverse": lambda a: np.sum(np.linalg.inv(a) ** 2),
    "solve": lambda a: np.sum(np.linalg.solve(a, np.array([1.0, 2.0, 3.0])) ** 2),
}


@pytest.mark.parametrize("name", thinned(MATRIX_PROGRAMS))
def test_hessian_of_matrices(name):
    f = MATRIX_PROGRAMS[name]
    expected = by_differences(f, M)
    np.testing.assert_allclose(hessian(f, M), expected, rtol=1e-6, atol=1e-7 * np.max(np.abs(expected)))


def test_a_derivative_of_a_derivative_of_a_derivative():
    df = gradient(lambda x: x**5)
    for k, expected in enumerate((5 * 1.3**4, 20 * 1.3**3, 60 * 1.3**2, 120 * 1.3)):
        if k:
            df = gradient(df)
        assert df(1.3) == pytest.approx(expected, rel=1e-12)


def test_other_options_and_results():
    first = value_and_gradient(lambda a, b: np.sum(a * b**2), wrt=("a", "b"))

    def f(a, b):
        value, (a_bar, b_bar) = first(a, b)
        return value * np.sum(a_bar * b_bar)

    a, b = np.array([1.0, 2.0]), np.array([0.5, -1.0])
    got = gradient(f, wrt=(0, 1))(a, b)
    plain = gradient(lambda a, b: np.sum(a * b**2) * np.sum(b**2 * 2 * a * b), wrt=(0, 1))(a, b)
    np.testing.assert_allclose(got[0], plain[0])
    np.testing.assert_allclose(got[1], plain[1])


def test_a_pullback_inside():
    pb = pullback(lambda x: np.sin(x) * x)

    def f(x, v):
        return np.sum(pb.dispatcher(v, x)[0] ** 2)

    v = np.array([1.0, 2.0, -1.0, 0.5])
    expected = 2 * (v * (np.sin(X) + X * np.cos(X))) * v * (2 * np.cos(X) - X * np.sin(X))
    np.testing.assert_allclose(gradient(f)(X, v), expected)


def test_keywords_and_defaults():
    df = gradient(lambda x, n=3, c=1.0: c * x**n)
    assert gradient(lambda x: df(x))(2.0) == pytest.approx(12.0)
    assert gradient(lambda x: df(x, c=2.0))(2.0) == pytest.approx(24.0)
    assert gradient(lambda x: df(x, n=2))(2.0) == pytest.approx(2.0)
    assert gradient(gradient(lambda x, n=3: x**n))(2.0) == pytest.approx(12.0)


def test_the_derivative_of_a_closure():
    def f(x, w):
        scale = np.sum(x * x)

        def energy(v):
            s = 0.0
            for i in range(v.shape[0]):
                s += scale * v[i] ** 3 * w
            return s

        force = adcomp.gradient(energy)
        return np.sum(force(x))

    x = np.array([1.0, 2.0])
    got = gradient(f, wrt=(0, 1))(x, 0.5)
    plain = gradient(lambda x, w: np.sum(3 * np.sum(x * x) * x**2 * w), wrt=(0, 1))(x, 0.5)
    np.testing.assert_allclose(got[0], plain[0])
    assert got[1] == pytest.approx(plain[1])


def test_closures_in_closures():
    def f(x):
        return gradient(lambda y: y * gradient(lambda z: x * y * z * z)(y))(x)

    # d/dz = 2 x y z at z = y gives 2 x y^2; times y, the slope is 6 x y^2; at y = x it is 6 x^3
    assert gradient(f)(2.0) == pytest.approx(18 * 4.0)


def test_a_closure_that_calls_inner_functions():
    def f(x, w):
        def scaled(v, power=2):
            return w * v**power

        square = lambda v: scaled(v) * x

        return gradient(lambda y: square(y) + scaled(y, 3))(x)

    # 2 w y x + 3 w y^2 at y = x: 5 w x^2
    x_bar, w_bar = gradient(f, wrt=(0, 1))(2.0, 0.5)
    assert x_bar == pytest.approx(10 * 0.5 * 2.0) and w_bar == pytest.approx(20.0)


def test_a_value_that_is_not_differentiated():
    df = gradient(lambda x: x * x)
    assert gradient(lambda x, y: df(y) * x)(3.0, 2.0) == 4.0


def test_the_value_is_that_of_the_first_derivative():
    df = gradient(lambda x: np.sum(np.exp(x) * x))
    value, _ = value_and_gradient(lambda x: np.sum(df(x)))(X)
    assert value == pytest.approx(np.sum(df(X)), rel=1e-14)


def test_a_captured_number_that_changes_counts():
    place = {"scale": 2.0}

    def cubed(x):
        return place["scale"] * x**3

    df = gradient(cubed)
    assert gradient(lambda x: df(x))(1.0) == 12.0
    place["scale"] = 3.0
    assert gradient(lambda x: df(x) + 0.0)(1.0) == 18.0


def test_single_precision_stays():
    df = gradient(lambda x: np.sum(x**3))
    got = gradient(lambda x: np.sum(df(x)))(X.astype(np.float32))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, 6 * X, rtol=1e-6)


def test_unused_arguments():
    df = gradient(lambda x, y: np.sum(y), unused="zero")
    np.testing.assert_array_equal(gradient(lambda x: np.sum(df(x, x)))(X), np.zeros(4))


def test_a_cotangent_of_zero_may_depend_on_something():
    """The first derivative of a root is 0 by convention where its cotangent is; its own slope is not."""
    assert gradient(gradient(lambda x: 0.5 * (np.sqrt(x) - 1.0) ** 2))(1.0) == 0.25


def test_limits_at_points_are_not_differentiated():
    from adcomp import special

    with pytest.raises(UnsupportedSyntax, match="second derivative of xlogy"):
        gradient(gradient(lambda x: special.xlogy(x, x)))(0.5)


def test_factors_are_not_differentiated():
    def f(a):
        return np.sum(np.linalg.svd(a)[1] ** 3)

    with pytest.raises(UnsupportedSyntax, match="second derivative"):
        gradient(lambda a: np.sum(gradient(f)(a)))(M)


def test_refusals():
    def halving(x):
        y = 1.0
        while x > 1.0:
            x = x / 2.0
            y = y * math.sin(x)
        return y

    with pytest.raises(UnsupportedSyntax, match="in a list"):
        gradient(gradient(halving))(9.0)
    with pytest.raises(NotScalarOutput, match="complex128"):
        gradient(gradient(lambda x: x + 1j))(1.0)
