"""What adjoints record, and what they leave out: read off the generated source, and run."""

from __future__ import annotations

import numba
import numpy as np
import pytest

import adcomp


def source(f, *args, wrt=0):
    return adcomp.gradient(f, wrt=wrt, cache=False).source_for(*args)


def directional(f, args, position, gradient):
    """The derivative along a random direction by differences, and by the gradient."""
    rng = np.random.default_rng(7)
    direction = rng.uniform(0.5, 1.5, np.shape(args[position]))
    primal = numba.njit(error_model="numpy")(f)

    def along(step):
        moved = list(args)
        moved[position] = args[position] + step * direction
        return primal(*(np.copy(a) if isinstance(a, np.ndarray) else a for a in moved))

    h = 1e-4
    difference = (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h)
    return difference, np.sum(direction * gradient)


def heat(u0, k, steps):
    n = u0.size
    u = u0.copy()
    v = u0.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            v[i] = u[i] + k * (u[i - 1] - 2.0 * u[i] + u[i + 1])
        u, v = v, u
    total = 0.0
    for i in range(n):
        total += u[i] * (i + 1.0)
    return total


def burgers(u0, c, steps):
    n = u0.size
    u = u0.copy()
    v = u0.copy()
    energy = 0.0
    for t in range(steps):
        for i in range(1, n - 1):
            v[i] = u[i] - c * u[i] * (u[i] - u[i - 1])
        u, v = v, u
        energy += u[t % n] * u[t % n]
    total = energy * energy
    for i in range(n):
        total += u[i] * u[i]
    return total


def test_linear_code_records_nothing():
    text = source(heat, np.ones(5), 0.1, 3)
    assert "tape" not in text and "starts" not in text


def test_float64_code_has_no_projection():
    text = source(burgers, np.ones(5), 0.1, 3, wrt=(0, 1))
    for cast in ("np.float64(", "np.float32(", ".real", "np.conj"):
        assert cast not in text


def test_float32_stays_float32():
    def f(x):
        s = np.float32(0.0)
        for i in range(x.size):
            s += np.float32(0.5) * x[i] * x[i]
        return s

    x = np.arange(4, dtype=np.float32)
    value, gradient = adcomp.value_and_gradient(f, cache=False)(x)
    assert isinstance(value, float)  # Numba returns float32 results as Python floats
    assert gradient.dtype == np.float32
    np.testing.assert_array_equal(gradient, x)


@pytest.mark.parametrize("steps", [0, 1, 7, 16, 17, 97, 128])
def test_a_time_loop_in_segments(steps):
    """Whole and broken segments, and none: 2000 points make segments of about ten steps."""
    rng = np.random.default_rng(3)
    args = (0.1 + 0.01 * rng.standard_normal(2000), 0.3, steps)
    df = adcomp.value_and_gradient(burgers, wrt=(0, 1), cache=False)
    assert "segments" in df.source_for(*args)
    value, (u_bar, c_bar) = df(*args)
    assert value == pytest.approx(numba.njit(error_model="numpy")(burgers)(*args), rel=1e-13)
    for position, gradient in ((0, u_bar), (1, c_bar)):
        expected, got = directional(burgers, args, position, gradient)
        assert got == pytest.approx(expected, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("rows", [0, 1, 6])
def test_columns_of_a_narrow_matrix(rows):
    def energy(x):
        total = 0.0
        for i in range(x.shape[0]):
            for j in range(x.shape[0]):
                a = x[j, 0] - x[i, 0]
                b = x[j, 1] * x[i, 2]
                total += a * a * b + b
        return total

    x = np.random.default_rng(5).standard_normal((rows, 3))
    df = adcomp.gradient(energy, cache=False)
    assert "kernels.column" in df.source_for(x)
    expected, got = directional(energy, (x,), 0, df(x))
    assert got == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_columns_that_are_not_there():
    def f(x, n):
        total = 0.0
        for _ in range(n):
            for j in range(n):
                total += x[j, 7] * x[j, 7]
        return total

    x = np.ones((3, 2))
    np.testing.assert_array_equal(adcomp.gradient(f, cache=False)(x, 0), np.zeros((3, 2)))


@pytest.mark.parametrize("x", [[3.0, 1.0, 2.0], [1.0, 2.0, 3.0], [1.0, 3.0, 3.0], [2.0]])
def test_a_maximum_goes_to_the_first_that_reached_it(x):
    def f(x):
        m = x[0]
        for i in range(x.size):
            if x[i] > m:
                m = x[i]
        return m * m

    x = np.array(x)
    df = adcomp.gradient(f, cache=False)
    assert "tape" not in df.source_for(x)
    expected = np.zeros_like(x)
    expected[np.argmax(x)] = 2 * x.max()
    np.testing.assert_array_equal(df(x), expected)
