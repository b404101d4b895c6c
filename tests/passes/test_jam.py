"""Four iterations at a time: the same results, and only where it is allowed and pays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adcomp.core.ir import Const, For, Function, walk
from adcomp.core.numba_adapter import typeof
from adcomp.core.ops import STANDARD
from adcomp.core.printer import plain
from adcomp.core.verify import verify
from adcomp.kernels import tape
from adcomp.passes.jam import jam
from adcomp.passes.simplify import simplify
from adcomp.pipeline.front import front


def jammed(f: Callable[..., Any], *args: Any) -> Function:
    """The Core of a function after the pass."""
    typed = front(f, tuple(map(typeof, args)))
    types = dict(typed.types)
    fn = jam(simplify(typed.fn, types), types, typed.namer)
    verify(fn)
    return fn


def is_jammed(fn: Function) -> bool:
    return any(isinstance(s, For) and s.step == Const(4) for s in walk(fn.body))


def check(f: Callable[..., Any], *args: Any) -> Function:
    """The jammed function returns what the function returns, and leaves the same in its arguments."""
    fn = jammed(f, *args)
    scope = {**STANDARD, **fn.namespace, "kernels": tape}
    exec(plain(fn), scope)
    ours, theirs = ([a.copy() if isinstance(a, np.ndarray) else a for a in args] for _ in range(2))
    actual, expected = scope[fn.name](*ours), f(*theirs)
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)
    return fn


def product(a, b):
    y = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            for j in range(b.shape[1]):
                y[i, j] += a[i, k] * b[k, j]
    return y


def product_of_rows(a, b):
    y = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0.5
            for k in range(a.shape[1]):
                s += a[i, k] * b[k, j]
            y[i, j] = s
    return y


@pytest.mark.parametrize("f", [product, product_of_rows])
@pytest.mark.parametrize("shape", [(0, 3, 3), (3, 0, 3), (3, 3, 0), (1, 1, 1), (3, 4, 5), (4, 3, 2),
                                   (5, 8, 4), (9, 7, 1)])
def test_products(f, shape):
    n, m, p = shape
    rng = np.random.default_rng(1)
    assert is_jammed(check(f, rng.normal(size=(n, m)), rng.normal(size=(m, p))))


def test_matrix_times_vector_with_two_inner_loops():
    def f(w, u, x, h):
        z = np.empty(w.shape[0])
        for j in range(w.shape[0]):
            s = x[0]
            for k in range(x.size):
                s += w[j, k] * x[k]
            for k in range(1, h.size):
                s += u[j, k] * h[k]
            z[j] = s
        return z

    rng = np.random.default_rng(1)
    for n in (0, 1, 3, 4, 7):
        fn = check(f, rng.normal(size=(n, 3)), rng.normal(size=(n, 5)), rng.normal(size=3),
                   rng.normal(size=5))
    assert is_jammed(fn)


def test_sum_over_the_nest():
    def f(a, x):
        s = 2.0
        for i in range(a.shape[0]):
            for j in range(x.size):
                s += a[i, j] * x[j]
        return s

    rng = np.random.default_rng(1)
    for n in (0, 2, 4, 9):
        fn = check(f, rng.normal(size=(n, 6)), rng.normal(size=6))
    assert is_jammed(fn)


def test_range_that_starts_late_or_runs_backwards():
    def f(a, x, low, high):
        y = np.zeros(x.size)
        for i in range(low, high):
            for j in range(1, x.size - 1):
                y[j] += a[i, j] * x[j]
        return y

    rng = np.random.default_rng(1)
    a, x = rng.normal(size=(9, 5)), rng.normal(size=5)
    for low, high in ((0, 9), (2, 7), (3, 3), (5, 2), (8, 9), (0, -4)):
        fn = check(f, a, x, low, high)
    assert is_jammed(fn)


def test_single_precision():
    def f(a, x):
        y = np.zeros(x.size, np.float32)
        for i in range(a.shape[0]):
            for j in range(x.size):
                y[j] += a[i, j] * x[j]
        return y

    rng = np.random.default_rng(1)
    a, x = rng.integers(-3, 3, (6, 5)).astype(np.float32), rng.integers(-3, 3, 5).astype(np.float32)
    assert is_jammed(check(f, a, x))


def recurrence(a, x):
    y = x.copy()
    for i in range(1, a.shape[0]):
        for j in range(x.size):
            y[j] = y[j] * a[i, j] + a[i - 1, j]
    return y


def read_back(a, x):
    y = np.zeros(x.size)
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(x.size):
            y[j] += a[i, j] * x[j]
            s += y[0]
    return y * s


def triangle(a, x):
    y = np.zeros(x.size)
    for i in range(a.shape[0]):
        for j in range(i):
            y[j] += a[i, j] * x[j]
    return y


def overlapping_rows(a, x):
    b = a.copy()
    for i in range(1, a.shape[0] - 1):
        for j in range(x.size):
            b[i, j] += b[i - 1, j] * x[j]
    return b


def from_the_end(a, x):
    y = np.zeros(4)
    for i in range(-3, 4):
        s = y[i]
        for j in range(x.size):
            s += a[i, j] * x[j]
        y[i] = s
    return y


def own_rows(a, x):
    b = np.zeros_like(a)
    for i in range(a.shape[0]):
        for j in range(x.size):
            b[i, j] += x[j] * 2.0
    return b


@pytest.mark.parametrize(
    "f", [recurrence, read_back, triangle, overlapping_rows, from_the_end, own_rows])
def test_left_alone(f):
    rng = np.random.default_rng(1)
    assert not is_jammed(check(f, rng.normal(size=(4, 4)), rng.normal(size=4)))


def test_arguments_that_may_overlap_are_left_alone():
    def f(a, b, y):
        for i in range(a.shape[0]):
            for k in range(a.shape[1]):
                for j in range(b.shape[1]):
                    y[i, j] += a[i, k] * b[k, j]
        return y

    rng = np.random.default_rng(1)
    a = rng.normal(size=(5, 5))
    fn = jammed(f, a, a, a)
    scope = {**STANDARD, **fn.namespace, "kernels": tape}
    exec(plain(fn), scope)
    same = a.copy()
    if not is_jammed(fn):
        expected = a.copy()
        f(expected, expected, expected)
        np.testing.assert_array_equal(scope[fn.name](same, same, same), expected)


def test_nothing_is_read_early_for_an_inner_loop_that_does_not_run():
    def f(a, n, m):
        s = 0.0
        for i in range(n):
            for k in range(m):
                s += a[i, 0] * a[0, k]
        return s

    assert is_jammed(check(f, np.ones((1, 1)), 50, 0))
