"""The finite-difference engine: its formulae, its limits, and what it makes of values of all kinds."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from adcomp.errors import ShapeMismatch
from adcomp.matrices import Symmetric
from adcomp.tangents import NoTangent, Tangent
from adcomp.testing import (
    central_method,
    finite_difference,
    forward_product,
    jacobian,
    reverse_product,
)


@pytest.mark.parametrize("points, order", [(3, 1), (5, 1), (5, 2), (6, 1), (7, 3), (7, 5), (10, 1)])
def test_coefficients_are_exact_for_polynomials(points, order):
    method = central_method(points, order)
    grid = [Fraction(g) for g in method.grid]
    for power in range(points):
        derivative = math.factorial(order) if power == order else 0
        assert sum(c * g**power for c, g in zip(method.exact, grid)) == derivative


def test_the_error_model():
    method = central_method(5, 1)
    spacing, bound = 2.0**-53, 0.546
    lost = spacing * 1.5
    cut = bound * (2 * 32 / 12 + 2 * 2 / 3) / 120
    step = method.best_step(bound, spacing)
    assert step.size == pytest.approx((lost / cut / 4) ** 0.2, rel=1e-14)
    assert step.error == pytest.approx(lost / step.size + cut * step.size**4, rel=1e-14)
    for other in (0.9, 1.1):
        assert method.error(other * step.size, bound, spacing) > step.error


@pytest.mark.parametrize("f, x, slope", [
    (math.sin, 1.0, math.cos(1.0)), (math.exp, -3.0, math.exp(-3.0)), (math.sqrt, 2.0, 0.5 / math.sqrt(2.0)),
    (lambda x: x**7, 2.0, 7 * 64.0), (lambda x: 3.0 * x, 5.0, 3.0),
    (lambda x: 1e6 * math.sin(x), 0.3, 1e6 * math.cos(0.3)),
    (lambda x: math.sin(40.0 * x), 0.3, 40.0 * math.cos(12.0)),
])
def test_the_estimate_holds(f, x, slope):
    found = finite_difference(f, x, max_range=1e-2)
    assert abs(found.value - slope) <= 20.0 * found.bound
    assert abs(found.value - slope) <= 1e-9 * max(1.0, abs(slope))


def test_higher_derivatives():
    second = finite_difference(math.sin, 1.0, order=2, points=7).value
    assert second == pytest.approx(-math.sin(1.0), abs=1e-8)
    assert finite_difference(math.exp, 0.0, order=3, points=8).value == pytest.approx(1.0, abs=1e-6)


def test_limits_of_the_step():
    method = central_method(5, 1)
    step = method.best_step(1e-3, 2.0**-53)
    assert method.limited(step, 1e-3, 2.0**-53, 1.0) == step
    near = method.limited(step, 1e-3, 2.0**-53, 1e-3)
    assert near.size == 1e-3 / 2 and math.isnan(near.error) and near.bound > step.error
    slow = finite_difference(lambda x: 1.0 + 1e-30 * x**5, 1.0)
    assert slow.step <= 1000.0 * central_method().default_step.size


def test_the_range_is_not_left():
    seen = []
    finite_difference(lambda x: seen.append(x) or math.log(x), 1e-3, points=10, max_range=9e-4)
    assert min(seen) >= 1e-4 * (1 - 1e-12) and max(seen) <= 1.9e-3 * (1 + 1e-12)


def test_a_fixed_step():
    seen = []
    found = finite_difference(lambda x: seen.append(x) or x**2, 1.0, step=0.25)
    assert sorted(seen) == [0.5, 0.75, 1.25, 1.5] and found.step == 0.25 and math.isnan(found.error)


def test_results():
    assert finite_difference(lambda x: np.array([x, x * x]), 3.0).value == pytest.approx([1.0, 6.0])
    assert finite_difference(lambda x: np.exp(1j * x), 0.0).value == pytest.approx(1j)
    assert finite_difference(lambda x: int(x), 0.5).value == 0.0
    assert finite_difference(lambda x: np.float32(x), 0.5, step=0.25).value == pytest.approx(1.0)
    assert finite_difference(lambda x: np.zeros((2, 0)), 0.5).value.shape == (2, 0)


@pytest.mark.parametrize("call, error", [
    (lambda: finite_difference(math.sin, 1j), TypeError),
    (lambda: finite_difference(lambda x: "text", 1.0), TypeError),
    (lambda: finite_difference(math.sin, 1.0, points=1), ValueError),
    (lambda: finite_difference(math.sin, 1.0, order=5), ValueError),
    (lambda: finite_difference(math.sin, 1.0, step=0.0), ValueError),
    (lambda: finite_difference(math.sin, 1.0, max_range=-1.0), ValueError),
    (lambda: reverse_product(lambda x: x, np.ones(2), np.ones(3)), ShapeMismatch),
])
def test_bad_input(call, error):
    with pytest.raises(error):
        call()


# Products -----------------------------------------------------------------------------------------


def test_the_input_is_left_alone():
    x = np.array([1.0, 2.0])

    def f(x):
        x *= 2.0
        if x[0] > 2.0:
            raise RuntimeError("too large")
        return np.sum(x)

    with pytest.raises(RuntimeError):
        reverse_product(f, 1.0, x)
    np.testing.assert_array_equal(x, [1.0, 2.0])


@pytest.mark.parametrize("x", [1e-6, 1e-3, 1.0, 1e3, 1e8])
def test_numbers_of_all_sizes(x):
    (x_bar,) = reverse_product(np.log, 1.0, x, max_range=1e-2)
    assert x_bar == pytest.approx(1.0 / x, rel=1e-8)
    (x_bar,) = reverse_product(lambda x: x * x, 1.0, x, max_range=1e-2)
    assert x_bar == pytest.approx(2.0 * x, rel=1e-8)


def test_a_domain_is_not_left():
    (x_bar,) = reverse_product(math.log, 1.0, 1e-5, max_range=1e-2)
    assert x_bar == pytest.approx(1e5, rel=1e-9)
    with pytest.raises(ValueError, match="math domain"):
        reverse_product(math.log, 1.0, 0.0, max_range=1e-2)


def test_single_precision_is_differenced_in_double():
    x = np.array([1.0, 2.0], np.float32)
    (x_bar,) = reverse_product(lambda x: x * x, np.ones(2, np.float32), x)
    assert x_bar.dtype == np.float32
    np.testing.assert_allclose(x_bar, 2.0 * x, rtol=1e-7)


def test_composite_values():
    value = ({"w": np.array([1.0, 2.0]), "n": 3}, [2.0, "text"])
    (bars,) = reverse_product(lambda t: np.sum(t[0]["w"] ** t[0]["n"]) * t[1][0], 1.0, value)
    np.testing.assert_allclose(bars[0]["w"], [6.0, 24.0])
    assert bars[0]["n"] is NoTangent and bars[1][0] == pytest.approx(9.0) and bars[1][1] is NoTangent


def test_forward_and_reverse_agree():
    rng = np.random.default_rng(1)
    a, x = rng.normal(size=(2, 3)), rng.normal(size=3) + 1j * rng.normal(size=3)
    a_dot, x_dot = rng.normal(size=(2, 3)), rng.normal(size=3) - 1j
    y_bar = rng.normal(size=2) + 1j

    def f(a, x):
        return np.sin(a @ x)

    pushed = np.sum(np.conj(y_bar) * forward_product(f, (a, x), (a_dot, x_dot))).real
    a_bar, x_bar = reverse_product(f, y_bar, a, x)
    pulled = np.sum(a_bar * a_dot) + np.sum(np.conj(x_bar) * x_dot).real
    assert pushed == pytest.approx(pulled, rel=1e-10)
    assert [block.shape for block in jacobian(f, a, x)] == [(4, 6), (4, 6)]


def test_symmetric_results_and_arguments():
    """The cotangent of a matrix that comes as a result is that of its entries, whichever its form."""
    s = Symmetric(np.array([[1.0, 2.0], [9.0, 3.0]]))
    y_bar = Tangent(Symmetric, data=np.array([[1.0, 4.0], [0.0, 5.0]]))
    for given in (y_bar, np.array([[1.0, 2.0], [2.0, 5.0]])):
        (x_bar,) = reverse_product(lambda s: Symmetric(2.0 * s.data, s.uplo), given, s)
        np.testing.assert_allclose(x_bar.data, [[2.0, 8.0], [0.0, 10.0]], rtol=1e-10)
        assert x_bar.data[1, 0] == 0.0
