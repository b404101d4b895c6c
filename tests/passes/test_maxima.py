"""Running maxima in blocks: the same result to the bit, and a test that vectorises."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

import adcomp
from adcomp.core.ir import Const, For, walk
from adcomp.core.numba_adapter import typeof
from adcomp.core.ops import STANDARD
from adcomp.core.printer import show
from adcomp.core.verify import verify
from adcomp.passes.maxima import BLOCK, block_maxima
from adcomp.pipeline.front import front

SIZES = [0, 1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 1, 3 * BLOCK - 1, 500]


def blocked(f: Callable[..., Any], *args: Any) -> tuple[Callable[..., Any], bool]:
    """The function after the pass alone, and whether that changed it."""
    typed = front(f, [typeof(a) for a in args])
    types = dict(typed.types)
    fn = block_maxima(typed.fn, types, typed.namer)
    verify(fn)
    scope = dict(STANDARD) | dict(fn.namespace)
    exec(compile(show(fn, types=types), "<blocked>", "exec"), scope)
    fired = any(isinstance(s, For) and s.step == Const(BLOCK) for s in walk(fn.body))
    return numba.njit(error_model="numpy")(scope[fn.name]), fired


def bits(value: Any) -> Any:
    return np.array(value).tobytes() if not isinstance(value, tuple) else tuple(map(bits, value))


def data(n: int) -> dict[str, np.ndarray]:
    """What a comparison may see."""
    rng = np.random.default_rng(n)
    normal = rng.standard_normal(n)
    odd = normal.copy()
    odd[rng.uniform(size=n) < 0.02] = np.nan
    odd[rng.uniform(size=n) < 0.02] = np.inf
    odd[rng.uniform(size=n) < 0.02] = -np.inf
    late = normal.copy()
    late[-1:] = np.nan
    return {
        "normal": normal, "up": np.sort(normal), "down": np.sort(normal)[::-1].copy(), "odd": odd,
        "nan": np.full(n, np.nan), "late nan": late, "-inf": np.full(n, -np.inf),
        "inf": np.full(n, np.inf), "ties": np.round(normal), "zeros": np.where(normal > 0, 0.0, -0.0),
    }


def largest(x):
    m = -np.inf
    for i in range(x.size):
        if x[i] > m:
            m = x[i]
    return m


def not_smaller(x):
    m = -0.0
    for i in range(len(x)):
        if m <= x[i]:
            m = x[i]
    return m


def smallest_with_index(x):
    m = np.inf
    p = -1
    for i in range(x.shape[0]):
        if x[i] < m:
            m = x[i]
            p = i
    return m, p


def last_smallest(x):
    m = 0.0
    p = -7
    for k, v in enumerate(x):
        if v <= m:
            m, p = v, 3 * k
    return m, p


def largest_step(x):
    m = 0.0
    at = 0.0
    for i in range(2, len(x)):
        d = abs(x[i] - 2.0 * x[i - 1] + x[i - 2])
        if d > m:
            m = d
            at = x[i - 1]
    return m, at


def conditional(x):
    m = 0.5
    for i in range(len(x)):
        m = x[i] if x[i] > m else m
    return m


def notes(x):
    y = np.zeros(len(x))
    m = 0.0
    for i in range(len(x)):
        if x[i] > m:
            m = x[i]
            y[i] = m
    return m, np.sum(y)


def overwrites_what_is_read(x):
    y = x.copy()
    m = 0.0
    for i in range(len(y) - 1):
        if y[i] > m:
            m = y[i]
            y[i + 1] = 2.0 * m
    return m, y[len(y) // 2]


def reduction(x):
    return np.max(x) - x.min() if len(x) else 0.0


FIRING = [largest, not_smaller, smallest_with_index, last_smallest, largest_step, conditional, notes,
          overwrites_what_is_read, reduction]


@pytest.mark.parametrize("f", FIRING, ids=lambda f: f.__name__)
def test_the_same_to_the_bit(f):
    new, fired = blocked(f, np.ones(3))
    old = numba.njit(error_model="numpy")(f)
    assert fired
    for n in SIZES:
        for kind, x in data(n).items():
            if n or f is not overwrites_what_is_read:
                assert bits(new(x)) == bits(old(x)), (n, kind)


def test_rows_of_matrices():
    def f(a):
        m = -np.inf
        p = q = -1
        for i in range(a.shape[0]):
            for j in range(i, a.shape[1]):
                if a[i, j] > m:
                    m, p, q = a[i, j], i, j
        return m, p, q

    def flipped(a):
        m = -np.inf
        p = -1
        for j in range(a.shape[1]):
            for i in range(a.shape[0]):
                if m < a[i, j]:
                    m, p = a[i, j], i
        return m, p

    for g, order in ((f, "C"), (flipped, "F")):
        new, fired = blocked(g, np.ones((2, 2), order=order))
        assert fired
        for shape in ((0, 0), (3, 200), (200, 3), (5, 64), (70, 70)):
            a = np.asarray(np.random.default_rng(1).standard_normal(shape), order=order)
            assert bits(new(a)) == bits(numba.njit(g)(a))


def test_other_dtypes():
    for dtype in (np.float32, np.int64, np.int32, np.uint8):
        x = (100 * np.random.default_rng(2).uniform(size=300)).astype(dtype)

        def f(x):
            m = x[0]
            for i in range(1, x.size):
                if x[i] > m:
                    m = x[i]
            return m

        new, fired = blocked(f, x)
        assert fired
        assert new(x) == x.max()


def sums_too(x):
    m = s = 0.0
    for i in range(len(x)):
        if x[i] > m:
            m = x[i]
        s += x[i]
    return m + s


def counts_too(x):
    m, hits, k = 0.0, 0, 0
    for i in range(len(x)):
        k += i
        if x[i] > m:
            m = x[i]
            hits += k
    return m + hits


def not_a_maximum(x):
    m = 0.0
    for i in range(len(x)):
        if x[i] > m:
            m = 0.5 * x[i]
    return m


def threshold(x):
    last = 0.0
    for i in range(len(x)):
        if x[i] > 0.5:
            last = x[i]
    return last


def other_side(x):
    m = 0.0
    for i in range(len(x)):
        if x[i] > m:
            m = x[i]
        else:
            x[i] = m
    return m


def walks_on(x):
    m, p = 0.0, 0
    for i in range(len(x)):
        v = x[i] - x[p]
        if v > m:
            m, p = v, i
    return m


def costly(x):
    m = 0.0
    for i in range(len(x)):
        v = np.exp(x[i])
        if v > m:
            m = v
    return m


def from_the_end(x):
    m = 0.0
    for i in range(-3, len(x) - 3):
        if x[i] > m:
            m = x[i]
    return m


def backwards(x):
    m = 0.0
    for i in range(len(x) - 1, -1, -1):
        if x[i] > m:
            m = x[i]
    return m


def may_raise(x):
    m = 0.0
    for i in range(len(x)):
        if x[i] > m:
            m = x[i]
            if m == 17.0:
                raise ValueError("seventeen")
    return m


def few(x):
    m = 0.0
    for i in range(len(x) - len(x) + 1):
        for j in range(60):
            if x[(i + j) % 3] > m:
                m = x[(i + j) % 3]
    return m


def gathered(x):
    m = 0.0
    for i in range(len(x)):
        v = x[(7 * i) % len(x)]
        if v > m:
            m = v
    return m


def stopped(x):
    m = 0.0
    for i in range(len(x)):
        if x[i] > m:
            m = x[i]
            if m > 2.0:
                break
    return m


@pytest.mark.parametrize("f", [
    sums_too, counts_too, not_a_maximum, threshold, other_side, walks_on, costly, from_the_end,
    backwards, may_raise, few, gathered, stopped,
], ids=lambda f: f.__name__)
def test_other_loops_stay(f):
    new, fired = blocked(f, np.ones(3))
    assert not fired
    for x in data(200).values():
        assert bits(new(x.copy())) == bits(numba.njit(error_model="numpy")(f)(x.copy()))


def test_strided_arrays_and_columns_stay():
    def column(a):
        m = -np.inf
        for i in range(a.shape[0]):
            if a[i, 1] > m:
                m = a[i, 1]
        return m

    assert not blocked(column, np.ones((3, 3)))[1]
    assert not blocked(largest, np.ones(6)[::2])[1]


@pytest.mark.parametrize("n", [1, 15, 16, 17, 63, 200, 1000])
@pytest.mark.parametrize("kind", ["normal", "up", "down", "ties"])
def test_gradients_go_to_the_first_maximum(n, kind):
    x = data(n)[kind]
    df = adcomp.value_and_gradient(scaled_maximum)
    assert "range(0, _t, 16)" in df.source_for(x)
    value, x_bar = df(x)
    expected = np.zeros(n)
    expected[np.argmax(x)] = 2 * x.max()
    assert value == x.max() ** 2
    np.testing.assert_array_equal(x_bar, expected)


def scaled_maximum(x):
    m = x[0]
    for i in range(len(x)):
        if x[i] > m:
            m = x[i]
    return m * m


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="reads x86 assembly")
@pytest.mark.parametrize("f", [largest, smallest_with_index, largest_step, reduction],
                         ids=lambda f: f.__name__)
def test_the_test_of_a_block_vectorises(f):
    new, _ = blocked(f, np.ones(3))
    new(np.ones(300))
    (code,) = new.inspect_asm().values()
    assert re.search(r"cmp\w*pd\s", code)
