"""The finite-difference engine."""

import math

from adcomp.testing import central_method, finite_difference, jacobian
from tests.conformance.harness import case


@case("K-01")
def coefficients():
    return central_method(5, 1).coefficients


@case("K-02")
def sine():
    found = finite_difference(math.sin, 1.0)
    return found.value, abs(found.value - math.cos(1.0)), found.step, found.error


@case("K-03")
def sine_with_a_fixed_step():
    return finite_difference(math.sin, 1.0, step=1e-3).value - math.cos(1.0)


@case("K-04")
def a_function_of_zero_size():
    found = finite_difference(lambda x: 0.0, 1.0)
    return found.step, found.error


@case("K-05")
def constant():
    return finite_difference(lambda x: 5.0, 0.0).value


@case("K-06")
def beside_a_kink():
    return finite_difference(abs, 0.001).value


@case("K-07")
def within_a_range():
    return finite_difference(math.log, 1e-3, points=10, max_range=9e-4).value


@case("K-08")
def complex_jacobian():
    return jacobian(lambda x, y: x * y, 1 + 2j, 3 - 1j)
