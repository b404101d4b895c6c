"""Mistakes of naive implementations, one test each: memory, complex numbers, widths, missing gradients."""

from __future__ import annotations

import numpy as np
import pytest

from adcomp import gradient, pullback, value_and_gradient
from adcomp.errors import AliasedArguments
from adcomp.implicit_parameters import implicit_gradient
from adcomp.tangents.memory import Tied


def test_acceptance_01_captured_complex_constants_do_not_make_gradients_complex():
    w, phases = 0.3 - 2j, np.exp(1j * np.arange(3.0))
    x = np.array([1.0, 2.0, 3.0])
    for f in (
        lambda x: abs(np.sum(x * w)) ** 2,
        lambda x: np.sum((x * phases).real),
        lambda x: np.sum(np.abs(phases * x + w)),
        lambda x: np.sum(np.abs(np.fft.fft(x * phases)) ** 2),
    ):
        got = gradient(f)(x)
        assert got.dtype == np.float64
        e = 1e-6
        slopes = [(f(x + e * v) - f(x - e * v)) / (2 * e) for v in np.eye(3)]
        np.testing.assert_allclose(got, slopes, rtol=1e-6, atol=1e-8)
    assert isinstance(gradient(lambda x: (x * w).imag)(2.0), float)


@pytest.mark.parametrize("f", [
    lambda x: np.sum(x * 2.0),
    lambda x: np.sum(np.abs(x + 1j) ** 2),
    lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2),
    lambda x: np.mean(x) * 3.0 + 1e-3,
    lambda x: np.sum(np.exp(x) / 3.0),
])
def test_acceptance_02_single_precision_stays(f):
    x = np.array([1.0, 2.0, 3.0, 4.0], np.float32)
    assert gradient(f)(x).dtype == np.float32
    assert pullback(f).vjp((x,), np.float32(1.0))[0].dtype == np.float32


def test_acceptance_03_integers_keep_their_arithmetic():
    import numba

    def f(n, x):
        return n // 2 + (n % 3) * x + n * n * x - (7 // n)

    value, (n_bar, x_bar) = value_and_gradient(f, wrt=(0, 1), math="libm")(5, 0.5)
    assert value == numba.njit(f)(5, 0.5)
    assert isinstance(n_bar, float)
    assert n_bar == 0.5 + 5.0 and x_bar == 2 + 25
    n = np.array([1, 2, 3], np.int8)
    value, n_bar = value_and_gradient(lambda n: np.sum(n * n) * 1.0)(n)
    assert n_bar.dtype == np.float64 and value == 14.0
    np.testing.assert_array_equal(n_bar, [2, 4, 6])




def test_acceptance_14_memory_is_the_key_and_not_identity():
    w = np.array([[1.0, 2.0], [3.0, 4.0]])
    grads = implicit_gradient(lambda: np.sum(w * w.T), [w])
    np.testing.assert_array_equal(grads[w.T], grads[w].T)  # a view that did not exist before
    np.testing.assert_array_equal(grads[w[1]], grads[w][1])
    other = w.copy()
    assert other not in grads and w.reshape(-1)[1:] in grads


def test_acceptance_15_totals_are_marked():
    x = np.array([1.0, 2.0])
    a, b = gradient(lambda a, b: np.sum(a * b), wrt=(0, 1))(x, x)
    assert not isinstance(a, Tied) and not isinstance(b, Tied)  # parts: to be added up
    a, b = gradient(lambda a, b: np.sum(a * b), wrt=(0, 1), alias="memory")(x, x)
    assert isinstance(a, Tied) and isinstance(b, Tied)  # each the whole


def test_acceptance_16_captured_arrays_are_lifted():
    x = np.array([1.0, 2.0, 4.0])
    row = x[None, :]

    def f():
        return np.sum(row * x[:, None])

    for scale in (1.0, 2.0):
        x *= scale
        grads = implicit_gradient(f, [x])
        assert grads.value == f()
        np.testing.assert_array_equal(grads[x], np.full(3, 2 * x.sum()))


def test_acceptance_17_every_gradient_has_its_own_buffer():
    x = np.array([1.0, 2.0])
    a, b = gradient(lambda a, b: np.sum(a + b), wrt=(0, 1))(x, x)
    assert not np.shares_memory(a, b) and not np.shares_memory(a, x)
    seed = np.array([1.0, 1.0])
    for f in (lambda x: x, lambda x: x[:], lambda x: x.reshape(2), lambda x: x + 0.0):
        _, back = pullback(f)(x)
        (x_bar,) = back(seed)
        assert not np.shares_memory(x_bar, seed) and not np.shares_memory(x_bar, x)
        x_bar += 1.0
        np.testing.assert_array_equal(back(seed)[0], [1.0, 1.0])
    pair = pullback(lambda x: (x, x))
    (x_bar,) = pair.vjp((x,), (seed, seed))
    np.testing.assert_array_equal(x_bar, [2.0, 2.0])
    np.testing.assert_array_equal(seed, [1.0, 1.0])


def test_acceptance_18_a_missing_gradient_is_not_zero():
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    df = gradient(lambda x, y: np.sum(x), wrt=(0, 1), unused="none")
    x_bar, y_bar = df(x, y)
    assert y_bar is None and x_bar is not None
    zero = gradient(lambda x, y: np.sum(x) + 0.0 * np.sum(y), wrt=1, unused="none")(x, y)
    np.testing.assert_array_equal(zero, [0.0, 0.0])
    (a_bar, b_bar) = gradient(lambda pair: np.sum(pair[0]), unused="none")((x, y))
    assert b_bar is None and a_bar is not None


def test_writes_to_shared_memory_are_refused_by_default():
    def f(a, b):
        b[0] = 2 * a[0]
        return a[0] * b[0]

    x = np.array([3.0])
    with pytest.raises(AliasedArguments):
        gradient(f, wrt=(0, 1))(x, x)
    assert x[0] == 3.0
