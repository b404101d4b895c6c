"""The public functions: their forms, their options, and what they return."""

from __future__ import annotations

import inspect
import linecache
import math
import pickle
import subprocess
import sys
import threading
from collections import namedtuple

import numpy as np
import pytest
from numba import njit, prange, types

import adcomp
from adcomp import gradient, pullback, value_and_gradient, vjp

X = np.array([0.5, -1.0, 2.0])


@gradient(wrt=("x", "a"))
def scaled(x, a, n=2):
    """A sum of powers."""
    s = 0.0
    for i in range(x.shape[0]):
        s += a * x[i] ** n
    return s


@gradient
@njit
def of_jitted(x):
    return np.sum(x * x)


def fill_and_double(x):
    """Writes into its argument, and returns another array."""
    x[0] = x[1] * x[1]
    return 2.0 * x


def outer_and_sum(a, b):
    return np.outer(a, b), a.sum()


pair = pullback(outer_and_sum)


# Forms --------------------------------------------------------------------------------------------


def test_decorators_and_calls():
    def f(x):
        return x * x

    assert gradient(f)(3.0) == gradient()(f)(3.0) == gradient(wrt="x")(f)(3.0) == 6.0
    assert value_and_gradient(f)(3.0) == value_and_gradient(wrt=0)(f)(3.0) == (9.0, 6.0)
    assert pullback()(f).vjp((3.0,), 1.0) == (6.0,)


def test_a_decorated_function_keeps_its_face():
    assert scaled.__name__ == "scaled_gradient"
    assert scaled.__doc__ == "A sum of powers."
    assert str(inspect.signature(scaled)) == "(x, a, n=2)"
    assert scaled.primal.__name__ == "scaled" and scaled.__wrapped__ is scaled.primal
    assert of_jitted.primal.py_func.__name__ == "of_jitted"
    np.testing.assert_array_equal(of_jitted(X), 2 * X)
    assert pair.__name__ == "outer_and_sum_pullback" and pair.primal is outer_and_sum


def test_arguments_by_name_and_defaults():
    x_bar, a_bar = scaled(a=3.0, x=X)
    np.testing.assert_allclose(x_bar, 6.0 * X)
    assert a_bar == pytest.approx(X @ X)
    np.testing.assert_allclose(scaled(X, 3.0, n=3)[0], 9.0 * X * X)
    with pytest.raises(TypeError, match="not enough arguments"):
        scaled(X)


@pytest.mark.parametrize("wrt", [1, -1, "b", np.int64(1)])
def test_wrt_by_position_and_name(wrt):
    assert gradient(lambda a, b: a * b * b, wrt=wrt)(2.0, 5.0) == 20.0


def test_wrt_as_a_tuple_keeps_its_order():
    def f(a, b):
        return a * b

    assert gradient(f, wrt=("b", "a"))(2.0, 5.0) == (2.0, 5.0)
    assert gradient(f, wrt=("b",))(2.0, 5.0) == (2.0,)
    assert gradient(f, wrt=[0, 1])(2.0, 5.0) == (5.0, 2.0)


def test_lambdas_are_told_apart():
    twice, thrice = (lambda x: 2.0 * x, lambda x: 3.0 * x)  # fmt: skip
    assert gradient(thrice)(1.0) == 3.0 and gradient(twice)(1.0) == 2.0
    scale = 5.0
    assert gradient(lambda x: (lambda y: y * scale)(x) + np.sin(0.0))(1.0) == 5.0
    several = [
        gradient(lambda x: scale
                 * x), gradient(lambda x: x)  # fmt: skip
    ]
    assert [g(1.0) for g in several] == [5.0, 1.0]


def test_functions_of_a_notebook():
    text = "def cell(x):\n    return x * np.sin(x)\n"
    linecache.cache["<ipython-input-1>"] = (len(text), None, text.splitlines(True), "")
    scope = {"np": np}
    exec(compile(text, "<ipython-input-1>", "exec"), scope)
    assert gradient(scope["cell"])(1.0) == pytest.approx(math.sin(1.0) + math.cos(1.0))


# Options ------------------------------------------------------------------------------------------


def test_unused():
    def f(x, t, z):
        return np.sum(x * x) + t[0]

    args = X, (1.0, 2.0), X
    x_bar, t_bar, z_bar = gradient(f, wrt=(0, 1, 2))(*args)
    assert t_bar == (1.0, 0.0)
    np.testing.assert_array_equal(z_bar, np.zeros(3))
    x_bar, t_bar, z_bar = gradient(f, wrt=(0, 1, 2), unused="none")(*args)
    np.testing.assert_array_equal(x_bar, 2 * X)
    assert t_bar == (1.0, None) and z_bar is None
    assert gradient(f, wrt="z", unused="none")(*args) is None


def test_libm_gives_the_value_of_the_primal_bit_for_bit():
    @njit
    def f(x):
        s = 0.0
        for i in range(x.size):
            s += math.exp(x[i]) * math.sin(x[i])
        return s

    x = np.linspace(-3.0, 3.0, 1001)
    value, exact = value_and_gradient(f, math="libm")(x)
    assert value == f(x)
    fast, approximate = value_and_gradient(f)(x)
    assert fast == pytest.approx(value, rel=1e-13)
    np.testing.assert_allclose(approximate, exact, rtol=1e-13, atol=1e-13)


def test_options_of_numba():
    def f(x):
        return x * x

    assert gradient(f).compiler.error_model == "numpy"
    assert gradient(njit(f)).compiler.error_model == "python"
    given = gradient(njit(fastmath=True, parallel=True)(f), nogil=True).compiler
    assert (given.fastmath, given.nogil, given.parallel) == (True, True, True)
    assert gradient(njit(parallel=True)(f), parallel=False).compiler.parallel is False
    assert gradient(f, fastmath={"nnan"}, parallel=False).compiler.fastmath == ("nnan",)
    assert gradient(f, cache=False).cache is False


# What a derivative has ----------------------------------------------------------------------------


def test_source_signatures_compile():
    @gradient
    def f(x):
        return x * x

    with pytest.raises(AttributeError, match="has no source yet"):
        f.source  # noqa: B018
    assert not hasattr(f, "source")
    assert "x" in f.source_for(types.float32) and f.signatures == []
    f.compile("float64(float64)")
    f.compile((types.float32,))
    assert f.signatures == [(types.float64,), (types.float32,)]
    scope = {"np": np}
    exec(f.source_for(1.0), scope)
    assert scope["f_gradient"](3.0) == 6.0
    assert type(f(np.float32(3.0))) is float and f(np.float32(3.0)) == 6.0


def test_calls_from_compiled_code():
    @njit
    def descend(x, steps):
        for _ in range(steps):
            x = x - 0.1 * of_jitted(x)
        return x

    @njit(parallel=True)
    def at_once(x):
        out = np.zeros_like(x)
        for i in prange(x.shape[0]):
            out[i] = of_jitted(x[i])
        return out

    np.testing.assert_allclose(descend(X, 20), 0.8**20 * X)
    many = np.arange(12.0).reshape(4, 3)
    np.testing.assert_array_equal(at_once(many), 2 * many)


def test_pickling_in_another_process():
    for value in (scaled, of_jitted, pair):
        assert type(pickle.loads(pickle.dumps(value))) is type(value)
    assert pickle.loads(pickle.dumps(scaled)) is scaled
    text = "import pickle, sys; f = pickle.loads(sys.stdin.buffer.read()); print(f(3.0))"
    done = subprocess.run(
        [sys.executable, "-c", text], input=pickle.dumps(gradient(_module_level)), check=True,
        capture_output=True, cwd=str(adcomp.__path__[0]) + "/..",
    )
    assert done.stdout.split() == [b"27.0"]


def _module_level(x):
    return x * x * x


def test_four_threads_that_call_first_at_once():
    @gradient(nogil=True, cache=False)
    def f(x):
        s = 0.0
        for i in range(x.shape[0]):
            s += np.sin(x[i]) * x[i]
        return s

    start, results, errors = threading.Barrier(4), [], []

    def run(k):
        start.wait()
        try:
            x = X if k % 2 else X.astype(np.float32)
            results.append((x, f(x)))
        except Exception as error:  # whatever it is, the test shows it
            errors.append(error)

    threads = [threading.Thread(target=run, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and len(results) == 4 and len(f.signatures) == 2
    for x, got in results:
        np.testing.assert_allclose(got, np.sin(x) + x * np.cos(x), rtol=1e-5)


# Pullbacks ----------------------------------------------------------------------------------------


def test_pullback_of_a_tuple():
    a, b = X[:2].copy(), X
    (product, total), back = pair(a, b)
    np.testing.assert_array_equal(product, np.outer(a, b))
    assert total == a.sum()
    seed = np.arange(6.0).reshape(2, 3)
    for _ in range(2):
        a_bar, b_bar = back((seed, 2.0))
        np.testing.assert_allclose(a_bar, seed @ b + 2.0)
        np.testing.assert_allclose(b_bar, a @ seed)
    np.testing.assert_array_equal(back((None, 1))[0], np.ones(2))
    np.testing.assert_array_equal(back(None)[1], np.zeros(3))


def test_back_does_not_see_later_changes():
    pb = pullback(fill_and_double)
    x = X.copy()
    y, back = pb(x)
    expected = X.copy()
    assert np.array_equal(y, fill_and_double(expected)) and np.array_equal(x, expected)
    x[:] = 100.0
    y[:] = 100.0
    first = back(np.ones(3))[0]
    np.testing.assert_array_equal(first, [0.0, 4.0 * X[1] + 2.0, 2.0])
    first[:] = 100.0
    np.testing.assert_array_equal(back(np.ones(3))[0], [0.0, 4.0 * X[1] + 2.0, 2.0])


def test_vjp_in_one_call():
    x = X.copy()
    (x_bar,) = pullback(fill_and_double).vjp((x,), np.ones(3))
    np.testing.assert_array_equal(x_bar, [0.0, 4.0 * X[1] + 2.0, 2.0])
    assert x[0] == X[1] ** 2  # as the function leaves it
    assert vjp(lambda a, b: a / b, (1.0, 2.0), 1) == (0.5, -0.25)
    assert vjp(lambda a, b: a / b, (1.0, 2.0), 1.0, wrt="b") == (-0.25,)
    assert vjp(lambda a, b: a / b, [1.0, 2.0], 1.0, wrt=("b",)) == (-0.25,)


def test_pullback_from_compiled_code():
    pull = pair.dispatcher

    @njit
    def sweep(a, b):
        return pull((np.ones((a.size, b.size)), 1.0), a, b)[0]

    np.testing.assert_allclose(sweep(X, X), X.sum() + np.ones(3))


def test_by_default_all_floating_point_arguments_get_a_cotangent():
    Point = namedtuple("Point", "x y")

    def f(x, n, point, flag, c=2.0):
        return x**n * point.x * c if flag else x

    args = 3.0, 2, Point(5.0, 7), True
    x_bar, point_bar = pullback(f).vjp(args, 1.0)
    assert x_bar == 60.0 and point_bar[0] == 18.0
    assert len(pullback(f).vjp((*args, 4.0), 1.0)) == 3


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(4,), (2, 3), (2, 1, 3)])
def test_cotangents_of_any_rank_layout_and_kind(shape, order):
    x = np.asarray(np.random.default_rng(0).normal(size=shape), order=order)
    for seed in (np.ones(shape), np.ones(shape, int), np.ones(shape[::-1], np.float32).T):
        (x_bar,) = vjp(_square, (x,), seed)
        np.testing.assert_array_equal(x_bar, 2 * x)
        assert x_bar.dtype == x.dtype and not np.shares_memory(x_bar, seed)


def _square(x):
    return x * x


def test_a_real_cotangent_of_a_complex_result_and_narrow_ones():
    assert vjp(lambda a, z: a * z, (2.0, 1 + 2j), 1.0) == (1.0, 2 + 0j)
    (x_bar,) = vjp(_square, (np.array([3.0], np.float32),), np.array([1.0]))
    assert x_bar.dtype == np.float32 and x_bar[0] == 6.0
    (x_bar,) = vjp(_square, (np.array([1j], np.complex64),), np.array([1.0]))
    assert x_bar.dtype == np.complex64 and x_bar[0] == -2j


def test_names_that_the_primal_uses_itself():
    def f(y_bar, y):
        return y_bar * y

    pb = pullback(f)
    assert pb.vjp((2.0, 3.0), 1.0) == (3.0, 2.0)
    assert str(inspect.signature(pb.dispatcher)) == "(y_bar_, y_bar, y)"
    y, back = pb(2.0, y=3.0)
    assert y == 6.0 and back(2.0) == (6.0, 4.0)
