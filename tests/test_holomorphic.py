"""``holomorphic=True``: the derivative of complex analysis."""

from __future__ import annotations

import numpy as np
import pytest

from adcomp import gradient, pullback, value_and_gradient
from adcomp.errors import NotScalarOutput, UnsupportedOption, WrtError

Z = 0.7 - 0.4j


@pytest.mark.parametrize(("f", "derivative"), [
    (lambda z: z**3 + 2j * z, 3 * Z**2 + 2j),
    (lambda z: np.exp(1j * z), 1j * np.exp(1j * Z)),
    (lambda z: np.log(z) / z, (1 - np.log(Z)) / Z**2),
    (lambda z: np.sin(z) * np.sqrt(z), np.cos(Z) * np.sqrt(Z) + np.sin(Z) / (2 * np.sqrt(Z))),
])
def test_it_is_the_derivative(f, derivative):
    assert gradient(f, holomorphic=True)(Z) == pytest.approx(derivative, rel=1e-13)


def test_it_agrees_with_the_pullback_of_i():
    def f(z):
        return np.sum(np.exp(z) * z**2)

    z = np.array([1 + 2j, 0.5 - 1j])
    _, back = pullback(f)(z)
    one, i = back(1.0 + 0j)[0], back(1j)[0]
    np.testing.assert_allclose(gradient(f, holomorphic=True)(z), one.conj(), rtol=1e-14)
    np.testing.assert_allclose(i, 1j * one, rtol=1e-14)


def test_arrays_keep_precision_and_shape():
    z = np.asfortranarray(np.array([[1 + 2j, 3], [4j, 5 - 1j]], np.complex64))
    got = gradient(lambda z: np.sum(z * z), holomorphic=True)(z)
    assert got.dtype == np.complex64
    np.testing.assert_allclose(got, 2 * z, rtol=1e-6)


def test_several_arguments_and_the_value():
    df = value_and_gradient(lambda a, b: a * np.sum(b**2), wrt=(0, 1), holomorphic=True)
    b = np.array([1j, 2.0])
    value, (a_bar, b_bar) = df(1 + 1j, b)
    assert value == (1 + 1j) * 3 and a_bar == 3
    np.testing.assert_allclose(b_bar, 2 * (1 + 1j) * b)


def test_an_argument_that_does_not_count():
    z = np.array([1j])
    assert gradient(lambda z: 1j + 0 * z.shape[0], holomorphic=True, unused="none")(z) is None
    np.testing.assert_array_equal(gradient(lambda z: 1j + 0 * z.shape[0], holomorphic=True)(z), [0])


def test_real_arguments_are_refused():
    with pytest.raises(WrtError, match=r"complex arguments, and z.*float64"):
        gradient(lambda z: z * 1j, holomorphic=True)(1.0)
    with pytest.raises(WrtError, match=r"z\[1\]"):
        gradient(lambda z: z[0] * z[1], holomorphic=True)((1j, 1.0))


def test_a_real_result_is_refused():
    with pytest.raises(NotScalarOutput, match="needs one complex number"):
        gradient(lambda z: abs(z), holomorphic=True)(1j)


def test_a_complex_result_without_it_names_the_ways_out():
    with pytest.raises(NotScalarOutput, match=r"(?s)real part.*holomorphic=True.*pullback"):
        gradient(lambda z: z * z)(1j)
    with pytest.raises(NotScalarOutput, match=r"(?s)Jacobian.*adcomp\.pullback"):
        gradient(lambda x: x * x)(np.ones(2))


def test_a_pullback_has_no_such_option():
    with pytest.raises(UnsupportedOption, match="pullback"):
        pullback(lambda z: z, holomorphic=True)
