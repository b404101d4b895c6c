"""Unusual and wrong arguments: the right gradient or a clear error, and nothing else changes."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest
from numba import njit

from adcomp import errors, gradient, pullback, value_and_gradient
from adcomp.core.memory import free_memory
from adcomp.kernels.tape import empty_tape

X = np.array([0.5, -1.0, 2.0, 0.25])


@value_and_gradient
def polynomial(x):
    s = 0.0
    for i in range(x.shape[0]):
        s += x[i] * x[i] * x[i]
    return s


@gradient(wrt=("a", "b"))
def dot(a, b):
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * b[i] * b[i]
    return s


@gradient(wrt=("a", "b"))
def in_place(a, b):
    for i in range(a.shape[0]):
        a[i] = a[i] * b[i]
    return np.sum(a)


@gradient
def total(x):
    return np.sum(x * x)


@value_and_gradient
def overwritten(x):
    for i in range(1, x.size):
        x[i] = x[i] * x[i - 1]
    return x[x.size - 1]


# Kinds of numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint16])
def test_integer_arrays_get_a_gradient_in_double_precision(dtype):
    value, x_bar = polynomial(np.array([1, 2, 3], dtype))
    assert value == 36.0 and x_bar.dtype == np.float64
    np.testing.assert_array_equal(x_bar, [3.0, 12.0, 27.0])


def test_float32_stays_float32():
    _, x_bar = polynomial(X.astype(np.float32))
    assert x_bar.dtype == np.float32
    np.testing.assert_allclose(x_bar, 3 * X * X, rtol=1e-6)


@pytest.mark.parametrize(
    "argument, error, message",
    [
        (np.ones(3, bool), errors.WrtError, "argument x of polynomial has no derivative: it is"),
        (np.array([1.0, None]), TypeError, "'x' is an array of Python objects"),
        (np.array(["a"]), errors.TypeInferenceError, "Numba cannot type this"),
        (np.ones(3, np.float16), TypeError, "dtype float16, which Numba does not compile for"),
        (np.ones(3, ">f8"), TypeError, "dtype >f8, which Numba does not compile for"),
        (np.ones(3, np.longdouble), TypeError, "which Numba does not compile for"),
        (np.zeros(3, [("a", "f8")]), errors.TypeInferenceError, "Record"),
        (np.array(1.0), errors.TypeInferenceError, "tuple index out of range"),
        (np.ones((2, 2)), errors.TypeInferenceError, "iadd"),
        ("text", errors.TypeInferenceError, "Unknown attribute 'shape' of type unicode_type"),
        (None, errors.TypeInferenceError, "Unknown attribute 'shape' of type none"),
        ([[1.0], [1.0, 2.0]], errors.UnsupportedSyntax, "a tuple or list has no attribute shape"),
        ({1.0}, TypeError, "'x' is a set; pass a NumPy array"),
        (object(), TypeError, "object"),
        (np.ones(3, complex), errors.NotScalarOutput, "polynomial returns complex128"),
    ],
    ids=lambda value: None if isinstance(value, str) else type(value).__name__,
)
def test_refused(argument, error, message):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(error, match=message):
            polynomial(argument)


@pytest.mark.parametrize("call", [lambda: dot(X), lambda: dot(X, X, X), lambda: dot(X, c=X)])
def test_wrong_number_of_arguments(call):
    with pytest.raises(TypeError):
        call()


def test_scalars_of_every_kind():
    square = gradient(lambda x: x * x)
    assert square(3) == square(3.0) == square(np.int32(3)) == square(np.float32(3)) == 6.0
    assert square(np.float64(3)) == 6.0
    assert gradient(lambda x: x[()] * x[()])(np.array(3.0)) == np.array(6.0)


# Layouts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "view",
    [
        lambda x: x[::2], lambda x: x[::-1], lambda x: x[::-2], lambda x: x[1:3], lambda x: x[:0],
        lambda x: x.reshape(2, 2)[:, 1], lambda x: x.reshape(2, 2).T[0],
        lambda x: np.broadcast_to(x[:1], 3), lambda x: np.flip(x).copy(),
    ],
)  # fmt: skip
def test_views(view):
    x = X.copy()
    part = view(x)
    value, x_bar = polynomial(part)
    assert value == pytest.approx(np.sum(part**3))
    np.testing.assert_allclose(x_bar, 3 * part * part)
    assert x_bar.shape == part.shape and x_bar.flags.writeable
    assert not np.shares_memory(x_bar, x)
    np.testing.assert_array_equal(x, X)


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 2), (1, 1)])
def test_empty_and_tiny(shape):
    x = np.full(shape, 3.0)
    np.testing.assert_array_equal(total(x), 2 * x)


def test_unaligned_memory():
    raw = np.zeros(8 * X.size + 1, np.uint8)[1:]
    x = raw.view(np.float64)
    x[:] = X
    np.testing.assert_allclose(polynomial(x)[1], 3 * X * X)


def test_read_only():
    x = X.copy()
    x.flags.writeable = False
    np.testing.assert_allclose(polynomial(x)[1], 3 * X * X)
    np.testing.assert_allclose(total(x), 2 * X)
    with pytest.raises(errors.TypeInferenceError, match="(?i)readonly|mutable"):
        overwritten(x)
    y, back = pullback(lambda x: x * x)(x)
    np.testing.assert_allclose(back(np.ones(4))[0], 2 * X)


def test_zero_trips():
    @value_and_gradient(wrt=("x", "n"))
    def f(x, n):
        y = x
        for i in range(n):
            y = y * x
        while y > 1e30:
            y *= 0.5
        return y

    assert f(3.0, 0) == (3.0, (1.0, 0.0))
    assert f(3.0, -2) == (3.0, (1.0, 0.0))
    assert f(3.0, 2) == (27.0, (27.0, 0.0))


# Values -------------------------------------------------------------------------------------------


def test_nan_and_infinity_stay_where_they_are():
    x = np.array([1.0, np.nan, np.inf, -np.inf, 2.0])
    value, x_bar = polynomial(x)
    assert np.isnan(value)
    np.testing.assert_array_equal(x_bar, [3.0, np.nan, np.inf, np.inf, 12.0])


def test_poles_and_kinks():
    with np.errstate(all="raise"):
        assert gradient(np_free_sqrt)(0.0) == np.inf
        assert np.isnan(gradient(np_free_sqrt)(-1.0))
        assert gradient(lambda x: 1.0 / x)(0.0) == -np.inf
        assert gradient(lambda x: abs(x))(0.0) == 0.0


def np_free_sqrt(x):
    return np.sqrt(x)


def test_division_by_zero_is_what_the_primal_does():
    f = njit(lambda x: 1.0 / x)
    with pytest.raises(ZeroDivisionError):
        gradient(f)(0.0)


def test_an_exception_of_the_primal():
    @gradient
    def f(x):
        if x < 0.0:
            raise ValueError("x is negative")
        assert x < 100.0, "x is large"
        return x * x

    assert f(2.0) == 4.0
    with pytest.raises(ValueError, match="x is negative"):
        f(-1.0)
    with pytest.raises(AssertionError, match="x is large"):
        f(1e3)


# Memory -------------------------------------------------------------------------------------------


def test_arguments_change_only_as_the_primal_changes_them():
    x = X.copy()
    for derivative in (polynomial, total):
        derivative(x)
        np.testing.assert_array_equal(x, X)
    expected = X.copy()
    overwritten.primal(expected)
    value, x_bar = overwritten(x)
    np.testing.assert_array_equal(x, expected)
    assert value == expected[-1]
    np.testing.assert_allclose(x_bar, np.prod(X) / X)


def test_the_same_array_twice():
    a_bar, b_bar = dot(X, X)
    np.testing.assert_allclose(a_bar, X * X)
    np.testing.assert_allclose(b_bar, 2 * X * X)
    assert not np.shares_memory(a_bar, b_bar)
    a_bar, b_bar = dot(X[1:], X[:-1])
    np.testing.assert_allclose(b_bar, 2 * X[1:] * X[:-1])


@pytest.mark.parametrize(
    "views", [lambda x: (x, x), lambda x: (x[1:], x[:-1]), lambda x: (x, x[::-1])]
)
def test_shared_memory_that_is_written_is_refused(views):
    x = X.copy()
    with pytest.raises(errors.AliasedArguments, match="a and b of in_place share memory"):
        in_place(*views(x))
    np.testing.assert_array_equal(x, X)
    with pytest.raises(errors.AliasedArguments):
        pullback(in_place.primal)(*views(x))


def test_disjoint_parts_of_one_array_are_accepted():
    x = X.copy()
    a_bar, b_bar = in_place(x[:2], x[2:])
    np.testing.assert_allclose(a_bar, X[2:])
    np.testing.assert_allclose(b_bar, X[:2])


def test_shared_memory_in_tuples():
    @gradient(wrt="t")
    def f(t, b):
        t[1][0] = t[0] * b[1]
        return np.sum(t[1]) + b[1]

    x = X.copy()
    assert f((2.0, x[:1]), x[1:])[0] == X[2]
    with pytest.raises(errors.AliasedArguments, match=r"t\[1\] and b of f share memory"):
        f((2.0, x), x)


def test_a_tape_without_room(monkeypatch):
    @njit
    def make(n):
        return empty_tape(n, np.float32, "x in the loop at model.py:12")

    assert make(3).dtype == np.float32 and make(0).size == 0 and make(-1 + 1).size == 0
    with pytest.raises(MemoryError, match="^no room for the tape of x in the loop .*: .* numbers"):
        make(2**62)
    monkeypatch.setitem(os.environ, "ADCOMP_MEMORY_LIMIT", "100000000")
    assert free_memory() <= 100_000_000
    with pytest.raises(errors.TapeTooLarge, match="at model.py:12: 400.0 MB"):
        make(10**8)
    assert make(10**7).size == 10**7
