"""Arguments that share memory: refused, or one variable with ``alias="memory"``."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from adcomp import gradient, pullback, value_and_gradient
from adcomp.errors import AliasedArguments
from adcomp.matrices import Diagonal
from adcomp.tangents.memory import Tied


def writes(a, b):
    for i in range(min(a.shape[0], b.shape[0])):
        b[i] = a[i] * b[i] + np.sin(a[i])
    s = 0.0
    for i in range(a.shape[0]):
        s += a[i] * a[i]
    return s + np.sum(b**3)


def reads(a, b):
    return np.sum(a * b**2)


def by_memory(f, memory, *views):
    """The derivative by the contents of an array, by differences; `views` make the arguments of it."""

    def value(x):
        x = x.copy()
        return f(*[view(x) for view in views])

    slopes = np.zeros(memory.shape)
    for index in np.ndindex(memory.shape):
        step = np.zeros(memory.shape)
        step[index] = 1e-3
        slopes[index] = (8 * (value(memory + step) - value(memory - step))
                         - (value(memory + 2 * step) - value(memory - 2 * step))) / 12e-3
    return slopes


LAYOUTS = [
    (lambda x: x, lambda x: x),
    (lambda x: x[:-1], lambda x: x[1:]),
    (lambda x: x[2:], lambda x: x[:4]),
    (lambda x: x[::-1], lambda x: x),
    (lambda x: x[0:4:2], lambda x: x[1:3]),
    (lambda x: x[::2], lambda x: x[1::2]),
]


@pytest.mark.parametrize("f", [writes, reads])
@pytest.mark.parametrize("k", range(len(LAYOUTS)))
def test_memory_is_the_variable(f, k):
    first, second = LAYOUTS[k]
    x = np.array([0.3, -0.7, 1.1, 0.4, 0.9, -0.2])
    if f is reads and k in (0, 3) or f is writes or first(x).shape == second(x).shape:
        expected = by_memory(f, x, first, second)
        before = x.copy()
        a_bar, b_bar = gradient(f, wrt=(0, 1), alias="memory")(first(x), second(x))
        np.testing.assert_allclose(a_bar, first(expected), rtol=1e-7, atol=1e-8)
        np.testing.assert_allclose(b_bar, second(expected), rtol=1e-7, atol=1e-8)
        if k != 5:
            assert isinstance(a_bar, Tied) and isinstance(b_bar, Tied)
        if f is reads:
            np.testing.assert_array_equal(x, before)


def test_the_function_writes_into_the_arguments():
    x, y = np.array([0.3, -0.7, 1.1]), np.array([0.3, -0.7, 1.1])
    value, _ = value_and_gradient(writes, alias="memory")(x[1:], x)
    assert value == pytest.approx(writes(y[1:], y), rel=1e-14)
    np.testing.assert_allclose(x, y, rtol=1e-15)


def test_one_argument_of_the_block_is_enough():
    x = np.array([0.3, -0.7, 1.1, 0.5])
    for f in (writes, reads):
        expected = by_memory(f, x, lambda x: x[:3], lambda x: x[1:])
        y = x.copy()
        got = gradient(f, wrt="b", alias="memory")(y[:3], y[1:])
        np.testing.assert_allclose(got, expected[1:], rtol=1e-7, atol=1e-8)


def test_matrices_and_their_transposes():
    def f(a, b):
        b[0, 1] = a[1, 0] * a[0, 0]
        return np.sum(a @ b) + np.sum(a * a)

    x = np.array([[0.2, -0.4], [0.7, 1.3]])
    expected = by_memory(f, x, lambda x: x, lambda x: x.T)
    a_bar, b_bar = gradient(f, wrt=(0, 1), alias="memory")(x.copy(), np.empty((2, 2)))
    y = x.copy()
    a_bar, b_bar = gradient(f, wrt=(0, 1), alias="memory")(y, y.T)
    np.testing.assert_allclose(a_bar, expected, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(b_bar, expected.T, rtol=1e-7, atol=1e-8)
    assert np.shares_memory(a_bar, b_bar)


def test_arrays_in_tuples_and_numbers_beside_them():
    def f(pair, s):
        a, b = pair
        b[0] = s * a[0]
        return a[0] * b[1] * s + np.sum(b)

    def of_s(s, x):
        x = x.copy()
        return f((x, x[:2]), s)

    x = np.array([0.5, 1.5, 2.5])
    expected = by_memory(lambda a, b: f((a, b), 0.8), x, lambda x: x, lambda x: x[:2])
    (a_bar, b_bar), s_bar = gradient(f, wrt=("pair", "s"), alias="memory")((x, x[:2]), 0.8)
    np.testing.assert_allclose(a_bar, expected, rtol=1e-7)
    np.testing.assert_allclose(b_bar, expected[:2], rtol=1e-7)
    x = np.array([0.5, 1.5, 2.5])
    slope = (of_s(0.8 + 1e-6, x) - of_s(0.8 - 1e-6, x)) / 2e-6
    assert s_bar == pytest.approx(slope, rel=1e-7)


def test_an_array_that_shares_nothing_keeps_its_own_gradient():
    def f(a, b, c):
        b[0] = a[0] * c[0]
        return b[0] * c[1]

    x, c = np.array([3.0, 1.0]), np.array([2.0, 5.0])
    a_bar, c_bar = gradient(f, wrt=("a", "c"), alias="memory")(x, x, c)
    np.testing.assert_allclose(a_bar, [10.0, 0.0])
    np.testing.assert_allclose(c_bar, [15.0, 6.0])
    assert isinstance(a_bar, Tied) and not isinstance(c_bar, Tied)


def test_without_sharing_it_is_the_ordinary_gradient():
    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    a_bar, b_bar = gradient(reads, wrt=(0, 1), alias="memory")(a, b)
    np.testing.assert_array_equal(a_bar, b**2)
    assert type(a_bar) is np.ndarray and not np.shares_memory(a_bar, b_bar)


def test_integers_share_memory_too():
    x = np.array([1, 2, 3, 4], np.int32)
    a_bar, b_bar = gradient(lambda a, b: np.sum(a * b**2), wrt=(0, 1), alias="memory")(x[:-1], x[1:])
    np.testing.assert_array_equal(a_bar, [4.0, 13.0, 28.0])
    np.testing.assert_array_equal(b_bar, [13.0, 28.0, 24.0])


def test_broadcast_memory_gets_the_sum():
    x = np.array([1.0, 2.0])
    wide = np.broadcast_to(x, (3, 2))
    a_bar, b_bar = gradient(lambda a, b: np.sum(a * b), wrt=(0, 1), alias="memory")(x, wide)
    np.testing.assert_array_equal(a_bar, [6.0, 12.0])
    np.testing.assert_array_equal(b_bar, [[6.0, 12.0]] * 3)


def test_complex_memory_and_its_real_part():
    z = np.array([1 + 2j, 3 - 1j])
    z_bar, x_bar = gradient(lambda z, x: np.sum(np.abs(z) ** 2 * x), wrt=(0, 1), alias="memory")(z, z.real)
    np.testing.assert_allclose(z_bar, 2 * z * z.real + np.abs(z) ** 2)
    np.testing.assert_allclose(x_bar, z_bar.real)


def test_memory_that_is_read_as_another_dtype_is_refused():
    x = np.array([1.0, 2.0])
    with pytest.raises(AliasedArguments, match="read as"):
        gradient(reads, alias="memory")(x, x.view(np.int64))


def test_a_pullback_in_one_call():
    def f(a, b):
        b[0] = 2 * a[0]
        return a * b

    x = np.array([3.0, 1.0])
    a_bar, b_bar = pullback(f, alias="memory").vjp((x, x), np.array([1.0, 10.0]))
    np.testing.assert_allclose(a_bar, [24.0, 20.0])
    np.testing.assert_allclose(b_bar, a_bar)


def test_a_pullback_in_two_calls():
    def f(a, b):
        b[0] = 2 * a[0]
        return a * b

    x = np.array([3.0, 1.0])
    y, back = pullback(f, alias="memory")(x, x)
    np.testing.assert_allclose(y, [36.0, 1.0])
    for _ in range(2):
        a_bar, _ = back(np.array([1.0, 10.0]))
        np.testing.assert_allclose(a_bar, [24.0, 20.0])


def test_options_of_the_primal_are_kept():
    @numba.njit(error_model="numpy")
    def f(a, b):
        b[0] = a[1] / b[0]
        return a[0] / b[1]

    x = np.array([0.0, 0.0])
    with np.errstate(all="ignore"):
        assert np.isnan(gradient(f, alias="memory")(x, x)).all()


def test_unused_blocks():
    def f(a, b, s):
        return s * s

    x = np.ones(2)
    assert gradient(f, wrt=(0, 1), alias="memory", unused="none")(x, x, 2.0) == (None, None)
    a_bar, _ = gradient(f, wrt=(0, 1), alias="memory")(x, x, 2.0)
    np.testing.assert_array_equal(a_bar, np.zeros(2))


# --- the default: refused where partial derivatives have no meaning -------------------------------


def stores(a, b):
    b[0] = 2 * a[0]
    return a[0] * b[0]


@pytest.mark.parametrize("views", [
    (lambda x: x, lambda x: x),
    (lambda x: x[:5], lambda x: x[3:]),
    (lambda x: x[::2], lambda x: x[2:4]),
    (lambda x: x[::-1], lambda x: x[3:4]),
    (lambda x: x[::2], lambda x: x[::3]),
])
def test_shared_memory_that_is_written_is_refused(views):
    x = np.arange(1.0, 9.0)
    with pytest.raises(AliasedArguments, match="b"):
        gradient(stores, wrt=(0, 1))(views[0](x), views[1](x))


@pytest.mark.parametrize("views", [
    (lambda x: x[0::2], lambda x: x[1::2]),
    (lambda x: x[:4], lambda x: x[4:]),
    (lambda x: x[7:3:-1], lambda x: x[3::-1]),
    (lambda x: x.reshape(4, 2)[:, 0], lambda x: x.reshape(4, 2)[:, 1]),
    (lambda x: x.reshape(2, 4)[:, :2].T[0], lambda x: x.reshape(2, 4)[:, 2:].T[1]),
    (lambda x: x[:0], lambda x: x),
])
def test_views_that_do_not_meet_are_let_through(views):
    x = np.arange(1.0, 9.0)
    a, b = views[0](x), views[1](x)
    if a.size:
        a_bar, b_bar = gradient(stores, wrt=(0, 1))(a, b)
        assert a_bar[0] == 4 * a[0] and not b_bar.any()


def test_columns_of_a_matrix_do_not_meet():
    def f(a, b):
        b[0, 0] = a[0, 1]
        return np.sum(b) * a[0, 1]

    x = np.arange(1.0, 13.0).reshape(3, 4)
    gradient(f, wrt=(0, 1))(x[:, :2], x[:, 2:])
    with pytest.raises(AliasedArguments):
        gradient(f, wrt=(0, 1))(x[:, :2], x[:, 1:3])


def test_tuples_of_arrays_are_looked_into():
    def f(pair, c):
        pair[1][0] = c[0]
        return pair[0][0] * pair[1][0]

    x = np.ones(3)
    with pytest.raises(AliasedArguments, match=r"pair\[1\]"):
        gradient(f)((x, x[:2]), np.ones(2))
    with pytest.raises(AliasedArguments, match="c"):
        gradient(f)((np.ones(2), x[:2]), x[1:])


# --- captured arrays: constants of an explicit gradient -------------------------------------------


def test_captured_memory_that_is_written_through_an_argument_is_refused():
    x = np.array([1.0, 2.0, 3.0])
    tail = x[1:]

    def f(a):
        a[1] = 10.0 * a[0]
        return a[0] * np.sum(tail)

    df = gradient(f)
    with pytest.raises(AliasedArguments, match="captured array tail"):
        df(x)
    np.testing.assert_array_equal(df(np.array([1.0, 2.0, 3.0])), [5.0, 0.0, 0.0])
    with pytest.raises(AliasedArguments, match="captured array tail"):
        df(x)


def test_captured_memory_that_is_only_read_is_a_constant():
    x = np.array([1.0, 2.0, 3.0])
    tail = x[1:]
    np.testing.assert_array_equal(gradient(lambda a: np.sum(a[1:] * tail))(x), [0.0, 2.0, 3.0])


def test_a_program_that_knows_addresses_is_not_kept():
    x, y = np.array([1.0, 2.0]), np.array([1.0, 2.0])

    def f(a):
        a[1] = 10.0 * a[0]
        return a[0] * np.sum(y)

    df = gradient(f)
    df(x)
    assert not df._program(df._last).lasting


# --- structures -----------------------------------------------------------------------------------


def test_structures_that_share_memory_are_refused():
    x = np.array([1.0, 2.0])
    df = gradient(lambda A, y: np.sum(A @ y), wrt=(0, 1), alias="memory")
    with pytest.raises(AliasedArguments, match="field of a structure"):
        df(Diagonal(x), x)
    A_bar, y_bar = df(Diagonal(x), np.array([3.0, 4.0]))
    np.testing.assert_array_equal(A_bar.diag, [3.0, 4.0])
    np.testing.assert_array_equal(y_bar, x)
