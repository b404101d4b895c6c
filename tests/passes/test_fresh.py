"""Shadows that are stored into rather than zeroed and added to: only where each element is covered."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest

import adcomp
from adcomp.core.ir import Let, walk
from adcomp.core.numba_adapter import typeof
from adcomp.core.ops import STANDARD
from adcomp.core.printer import show
from adcomp.core.verify import verify
from adcomp.passes import fresh
from adcomp.passes.fresh import store_first
from adcomp.pipeline.front import front
from tests import differences
from tests.zoo import PROGRAMS

X = np.random.default_rng(1).standard_normal(7)
A = np.random.default_rng(2).standard_normal((4, 3))

#: NumPy whose new arrays hold what nobody expects
POISONED = SimpleNamespace(**vars(np) | {
    "empty": lambda *args: np.full(args[0], np.nan, *args[1:]),
    "empty_like": lambda *args: np.full_like(args[0], np.nan, *args[1:]),
})


def rewritten(f: Callable[..., Any], *args: Any) -> tuple[Any, bool]:
    """What a function returns after the pass, with all arrays of zeros as shadows; did it change?"""
    typed = front(f, [typeof(a) for a in args])
    zeros = {s.target for s in walk(typed.fn.body)
             if isinstance(s, Let) and s.op in ("np.zeros", "np.zeros_like")}
    fn = store_first(typed.fn, typed.types, zeros)
    verify(fn)
    scope = dict(STANDARD) | dict(fn.namespace) | {"np": POISONED}
    exec(compile(show(fn, types=typed.types), "<stored>", "exec"), scope)
    return scope[fn.name](*args), fn != typed.fn


def doubled(x):
    y = np.zeros_like(x)
    for i in range(x.size):
        y[i] += 2.0 * x[i]
    return y


def by_len(x):
    n = len(x)
    y = np.zeros(n)
    for i in range(len(x)):
        y[i] += x[i]
    return y


def downwards(x):
    n = x.shape[0]
    y = np.zeros(n)
    for i in range(n - 1, -1, -1):
        y[i] += x[i] * i
    return y


def twice(x):
    y = np.zeros_like(x)
    for i in range(x.size):
        y[i] += x[i]
        y[i] += 3.0
    return y


def two_loops(x):
    y = np.zeros_like(x)
    for i in range(x.size):
        y[i] += x[i]
    for i in range(x.size):
        y[i] += y[i]
    return y


def shape_is_read(x):
    y = np.zeros_like(x)
    z = np.zeros_like(y)
    n = len(y)
    for i in range(n):
        y[i] += x[i]
        z[i] += x[i] * x[i]
    return y, z


def in_a_loop(x):
    s = np.zeros(1)
    for k in range(3):
        y = np.zeros_like(x)
        for i in range(x.size):
            y[i] += x[i] * k
        s[0] = s[0] + y[k]
    return s


def matrix(a):
    n, p = a.shape
    y = np.zeros((n, p))
    for i in range(n):
        for j in range(p):
            y[i, j] += a[i, j]
    return y


def transposed(a):
    y = np.zeros((a.shape[1], a.shape[0]))
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            y[j, i] += a[i, j]
    return y


def like_a_matrix(a):
    y = np.zeros_like(a)
    for j in range(a.shape[1]):
        for i in range(a.shape[0] - 1, -1, -1):
            s = 0.0
            for k in range(j):
                s += a[i, k]
            y[i, j] += s
    return y


@pytest.mark.parametrize("f", [doubled, by_len, downwards, twice, two_loops, shape_is_read])
@pytest.mark.parametrize("x", [X, X[:1], X[:0], X[::-2], np.array([0.0, -0.0, np.nan, np.inf])])
def test_vectors(f, x):
    got, changed = rewritten(f, x)
    assert changed
    np.testing.assert_array_equal(got, f(x))


@pytest.mark.parametrize("f", [matrix, transposed, like_a_matrix])
@pytest.mark.parametrize("a", [A, A.T, np.asfortranarray(A), A[:, ::2], A[:0], A[:, :0], A[1:2]])
def test_matrices(f, a):
    got, changed = rewritten(f, a)
    assert changed
    np.testing.assert_array_equal(got, f(a))


def test_an_array_per_iteration():
    got, changed = rewritten(in_a_loop, X)
    assert changed
    np.testing.assert_array_equal(got, in_a_loop(X))


def test_single_precision_and_complex():
    for x in (X.astype(np.float32), X + 1j):
        def f(x):
            y = np.zeros_like(x)
            for i in range(x.size):
                y[i] += x[i] * x[i]
            return y

        got, changed = rewritten(f, x)
        assert changed
        np.testing.assert_array_equal(got, f(x))


# --- where it would be wrong, or where nothing is known -----------------------------------------


def part(x):
    y = np.zeros_like(x)
    for i in range(x.size - 1):
        y[i] += x[i]
    return y


def from_one(x):
    y = np.zeros_like(x)
    for i in range(1, x.size):
        y[i] += x[i]
    return y


def down_to_one(x):
    y = np.zeros_like(x)
    for i in range(x.size - 1, 0, -1):
        y[i] += x[i]
    return y


def every_other(x):
    y = np.zeros_like(x)
    for i in range(0, x.size, 2):
        y[i] += x[i]
    return y


def shifted(x):
    y = np.zeros_like(x)
    for i in range(x.size):
        y[i - 1] += x[i]
    return y


def indirect(x):
    y = np.zeros_like(x)
    for i in range(x.size):
        y[(2 * i) % x.size] += x[i]
    return y


def in_a_branch(x):
    y = np.zeros_like(x)
    for i in range(x.size):
        if x[i] > 0.0:
            y[i] += x[i]
    return y


def whole_nest_in_a_branch(x):
    y = np.zeros_like(x)
    if x.size > 3:
        for i in range(x.size):
            y[i] += x[i]
    return y


def read_in_the_nest(x):
    y = np.zeros_like(x)
    for i in range(x.size):
        y[i] += x[i] + y[0]
    return y


def read_before(x):
    y = np.zeros_like(x)
    s = y[0] + x[0]
    for i in range(x.size):
        y[i] += s
    return y


def view_before(x):
    y = np.zeros_like(x)
    z = y[1:]
    for i in range(x.size):
        y[i] += x[i] + z[0]
    return y


def one_element_before(x):
    y = np.zeros_like(x)
    y[2] += 1.0
    for i in range(x.size):
        y[i] += x[i]
    return y


def repeated(x):
    y = np.zeros_like(x)
    for _ in range(3):
        for i in range(x.size):
            y[i] += x[i]
    return y


def once_per_column(x):
    y = np.zeros_like(x)
    for i in range(x.size):
        for j in range(x.size):
            y[i] += x[j]
    return y


def other_length(x):
    n = 5
    y = np.zeros_like(x)
    for i in range(n):
        y[i] += x[i]
    return y


def ends_early(x):
    y = np.zeros_like(x)
    for i in range(x.size):
        if x[i] > 1.0:
            break
        y[i] += x[i]
    return y


def other_type(x):
    y = np.zeros(x.size, np.float32)
    for i in range(x.size):
        y[i] += x[i]
    return y


def swapped(x):
    y = np.zeros_like(x)
    z = x.copy()
    for _ in range(3):
        y, z = z, y
    for i in range(x.size):
        y[i] += x[i]
    return y + z


def triangle(a):
    y = np.zeros_like(a)
    for i in range(a.shape[0]):
        for j in range(i):
            y[i, j] += 1.0
    return y


def diagonal(a):
    y = np.zeros((a.shape[0], a.shape[0]))
    for i in range(a.shape[0]):
        for j in range(a.shape[0]):
            y[i, i] += 1.0
    return y


def axes_confused(a):
    y = np.zeros_like(a)
    for i in range(a.shape[1]):
        for j in range(a.shape[1]):
            y[i, j] += a[i, j]
    return y


def a_row(a):
    y = np.zeros_like(a)
    for j in range(a.shape[1]):
        y[0, j] += a[1, j]
    return y


@pytest.mark.parametrize("f", [
    part, from_one, down_to_one, every_other, shifted, indirect, in_a_branch, whole_nest_in_a_branch,
    read_in_the_nest, read_before, view_before, one_element_before, repeated, once_per_column,
    other_length, ends_early, other_type, swapped,
])
def test_vectors_that_stay(f):
    got, changed = rewritten(f, X)
    assert not changed
    np.testing.assert_allclose(got, numba.njit(f)(X), rtol=1e-6)


@pytest.mark.parametrize("f", [triangle, diagonal, axes_confused, a_row])
def test_matrices_that_stay(f):
    got, changed = rewritten(f, A)
    assert not changed
    np.testing.assert_array_equal(got, f(A))


# --- gradients ----------------------------------------------------------------------------------


def test_only_shadows_are_stored_into():
    """Zeros of the primal keep the sign that adding to zero gives."""
    def f(x):
        y = np.zeros_like(x)
        for i in range(x.size):
            y[i] += x[i]
        return np.sum(1.0 / y)

    source = adcomp.value_and_gradient(f, cache=False).source_for(X)
    assert "y = np.zeros_like(x)" in source
    value, _ = adcomp.value_and_gradient(f, cache=False)(np.array([-0.0]))
    assert value == np.inf


def test_a_gradient_is_stored():
    def f(x):
        s = 0.0
        for i in range(x.size):
            s += x[i] * x[i]
        return s

    df = adcomp.gradient(f, cache=False)
    assert "np.empty_like(x)" in df.source_for(X)
    for x in (X, X[::2], X[:0], X.astype(np.float32)):
        np.testing.assert_array_equal(df(x), 2 * x)


@pytest.mark.parametrize("name", [
    "log_sum_exp_of_many", "softmax_of_rows", "largest_residual", "maximum_of_a_buffer_that_changes",
])
def test_what_was_not_zeroed_does_not_show(name, monkeypatch):
    monkeypatch.setattr(fresh, "_UNFILLED", {"np.zeros": "np.ones", "np.zeros_like": "np.ones_like"})
    program = PROGRAMS[name]
    df = adcomp.gradient(program.function, wrt=program.positions, cache=False)
    for position, got in zip(program.positions, df(*program.arguments()), strict=True):
        expected, _ = differences.gradient(program.primal, program.wide_arguments, position)
        np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6 * np.max(np.abs(expected)))
