"""Costly values that wait in shadows for the reverse sweep: where, and where not."""

import re

import numpy as np
import pytest

import adcomp

RNG = np.random.default_rng(0)


def calls(text, name="exp64"):
    return len(re.findall(rf"\b{name}\(", text))


def differences(f, args, position=0):
    x, steps = args[position], 1e-6
    slopes = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        ends = []
        for h in (steps, -steps):
            moved = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
            moved[position][index] += h
            ends.append(f(*moved))
        slopes[index] = (ends[0] - ends[1]) / (2 * steps)
    return slopes


def check(f, *args, wrt=0, count=1, name="exp64"):
    """The gradient is right, and its text calls the function so many times."""
    df = adcomp.gradient(f, wrt=wrt, cache=False)
    text = df.source_for(*args)
    given = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
    np.testing.assert_allclose(df(*given), differences(f, args, wrt), rtol=1e-7, atol=1e-7)
    assert calls(text, name) == count, text


def log_sum_exp(x):
    m = np.zeros(x.shape[0])
    for i in range(x.shape[0]):
        m[i] = np.max(x[i])
    return np.sum(np.log(np.sum(np.exp(x - m.reshape(-1, 1)), axis=1)) + m)


def vector(x):
    return np.log(np.sum(np.exp(x)))


def by_columns(x):
    return np.sum(np.log(np.sum(np.exp(x), axis=0)))


def loops(x, w):
    total = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            total += np.tanh(x[i, j] * w[j]) ** 3
    return total


X = RNG.normal(size=(5, 18))


@pytest.mark.parametrize("f", [log_sum_exp, by_columns])
@pytest.mark.parametrize("x", [X, np.asfortranarray(X), X[::2, ::-1], X[:0]], ids=["C", "F", "strided", "0"])
def test_of_matrices(f, x):
    check(f, x)


def test_of_a_vector():
    check(vector, X[0].copy())


def test_in_loops():
    check(loops, X, X[1].copy(), name="tanh64")


def test_single_precision():
    df = adcomp.gradient(by_columns, cache=False)
    x = X.astype(np.float32)
    assert calls(df.source_for(x), "exp32") == 1
    softmax = np.exp(X) / np.sum(np.exp(X), axis=0)
    np.testing.assert_allclose(df(x), softmax, rtol=1e-5)


# Where not ----------------------------------------------------------------------------------------


def other_elements(x):
    """The reverse nest begins elsewhere."""
    s = 0.0
    for i in range(1, x.size):
        s += np.exp(x[i])
    return np.log(s)


def overwritten(x):
    """What the function reads is not there any more."""
    s = 0.0
    for i in range(x.size):
        s += np.exp(x[i])
    for i in range(x.size):
        x[i] = 2.0 * x[i]
    return np.log(s) + np.sum(x * x)


def in_a_branch(x):
    s = 0.0
    for i in range(x.size):
        if x[i] > 0.0:
            s += np.exp(x[i])
    return np.log(s)


def another_vector(x, w):
    """Both arguments are read; one is written to in between, and might be the other."""
    s = 0.0
    for i in range(x.size):
        s += np.exp(x[i] * w[i])
    for i in range(w.size):
        w[i] = 0.0
    return np.log(s) + np.sum(w)


def in_a_time_loop(x):
    s = 0.0
    for t in range(3):
        for i in range(x.size):
            s += np.exp(x[i] / (1.0 + s))
    return s


def two_of_them(x, y):
    """A value for each of two shadows; of the other argument's, nothing is needed."""
    return np.log(np.sum(np.exp(x))) * np.log(np.sum(np.exp(y)))


V = RNG.uniform(-1, 1, 20)


@pytest.mark.parametrize("f, args", [
    (other_elements, (V,)), (overwritten, (V,)), (in_a_branch, (V,)), (another_vector, (V, V[::-1].copy())),
    (in_a_time_loop, (V,)),
])
def test_what_is_not_lent(f, args):
    check(f, *args, count=2)


def test_two_shadows():
    args = V, V[::-1].copy()
    df = adcomp.gradient(two_of_them, wrt=(0, 1), cache=False)
    for k, got in enumerate(df(*args)):
        np.testing.assert_allclose(got, differences(two_of_them, args, k), rtol=1e-7, atol=1e-9)
    assert calls(df.source_for(*args)) == 2
