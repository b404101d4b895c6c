"""`prange`: gradients of parallel loops, the threads that they run in, and the races that are refused."""

import math

import numba
import numpy as np
import pytest
from numba import njit, prange

from adcomp import gradient, nondifferentiable, value_and_gradient
from adcomp.errors import UnsupportedSyntax

from . import differences

RNG = np.random.default_rng(7)


def _x(*shape):
    return RNG.uniform(0.2, 1.7, shape)


def elementwise(x):
    y = np.empty_like(x)
    for i in prange(x.shape[0]):
        y[i] = np.sin(x[i]) * x[i]
    total = 0.0
    for i in prange(x.shape[0]):
        total += y[i] ** 3
    return total


def gather(x, k):
    y = np.zeros(k.shape[0])
    for i in prange(k.shape[0]):
        y[i] = x[k[i]] * x[i % 3] + x[0]
    return np.sum(y * y)


def scatter_by_permutation(x, k):
    y = np.zeros_like(x)
    for i in prange(k.shape[0]):
        y[k[i]] = x[i] * x[k[i]]
    return np.sum(y * y)


def sums_and_differences(x):
    s = 0.0
    for i in prange(x.shape[0]):
        s += x[i] * x[i]
        s -= np.exp(x[i])
    return s * s


def sum_under_a_branch(x):
    s = 1.0
    for i in prange(x.shape[0]):
        if x[i] > 0.9:
            s += x[i] ** 3
        else:
            s -= x[i]
    return s


def sum_in_an_inner_loop(x):
    s = 0.0
    for i in prange(x.shape[0]):
        for j in range(i):
            s += x[i] * x[j] ** 2
    return s


def product(x):
    p = 2.0
    for i in prange(x.shape[0]):
        p *= 1.0 + 0.1 * x[i] * x[0]
    return p * p


def quotient(x):
    p = 1.0
    for i in prange(x.shape[0]):
        p /= 1.0 + 0.1 * x[i]
    return p


def product_under_a_branch(x):
    p = 1.0
    for i in prange(x.shape[0]):
        if x[i] > 0.9:
            p *= x[i]
    return p


def product_in_an_inner_loop(x):
    p = 1.0
    for i in prange(x.shape[0]):
        for j in range(3):
            p *= 1.0 + 0.01 * x[i] * x[j]
    return p


def maximum(x):
    m = -1e300
    for i in prange(x.shape[0]):
        m = max(m, np.sin(x[i]) * x[1])
    return m * m


def minimum(x):
    m = 1e300
    for i in prange(2, x.shape[0]):
        m = min(m, x[i] * x[i])
    return np.log(m)


def array_sum(x):
    acc = np.zeros(x.shape[1])
    for i in prange(x.shape[0]):
        acc += x[i] * x[i]
    return np.sum(acc**2)


def array_sum_of_loops(x):
    acc = np.ones(x.shape[1])
    for i in prange(x.shape[0]):
        row = np.empty(x.shape[1])
        for j in range(x.shape[1]):
            row[j] = np.sin(x[i, j])
        acc += row
        acc -= 0.5
    return np.sum(acc**2)


def recurrence_inside(x):
    s = 0.0
    for i in prange(x.shape[0]):
        y = x[i]
        for _ in range(7):
            y = np.sin(y) + 0.3 * y * y
        s += y
    return s


def triangle(x):
    y = np.zeros_like(x)
    for i in prange(x.shape[0]):
        z = 1.0
        for j in range(i):
            z = np.sin(z * x[j] + 0.1 * x[i])
        y[i] = z
    return np.sum(y * y)


def local_arrays(x):
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        work = np.empty(4)
        work[0] = x[i]
        for j in range(1, 4):
            work[j] = np.sin(work[j - 1]) * x[i]
        for j in range(4):
            work[j] *= work[j]
        out[i] = work[3] * work[1]
    return np.sum(out)


def ragged_arrays(x):
    out = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        work = np.ones(i + 2)
        for j in range(1, i + 2):
            work[j] = np.sin(work[j - 1]) * x[i]
        out[i] = work[i + 1] ** 2
    return np.sum(out)


def time_loop(x):
    u, v = x.copy(), x.copy()
    for _ in range(5):
        for i in prange(1, x.shape[0] - 1):
            v[i] = u[i] + 0.1 * (u[i - 1] - 2.0 * u[i] + u[i + 1]) + 0.01 * u[i] ** 2
        u, v = v, u
    return np.sum(u * u)


def in_place(x):
    y = x.copy()
    for _ in range(3):
        for i in prange(y.shape[0]):
            y[i] = np.sin(y[i]) * y[i] + 0.2
    return np.sum(y)


@njit
def _spring(a, b, k):
    d = a - b
    return k * d * abs(d) / (1.0 + d * d)


def helpers(x):
    f = np.zeros_like(x)
    for i in prange(x.shape[0]):
        for j in range(x.shape[0]):
            if i != j:
                f[i] += _spring(x[i], x[j], x[0])
    return np.sum(f * f)


def while_inside(x):
    s = 0.0
    for i in prange(x.shape[0]):
        y = x[i]
        while y < 3.0:
            y = y * 1.3 + 0.1 * np.sin(y)
        s += y
    return s


def rows(x):
    y = np.empty_like(x)
    for i in prange(x.shape[0]):
        row = x[i]
        out = y[i]
        for j in range(row.shape[0]):
            out[j] = row[j] * row[0]
    return np.sum(y**2)


def row_expressions(x):
    y = np.empty_like(x)
    for i in prange(x.shape[0]):
        y[i] = np.exp(x[i]) * x[i, 0]
    return np.sum(y)


def columns(x):
    s = np.zeros(x.shape[1])
    for j in prange(x.shape[1]):
        for i in range(x.shape[0]):
            s[j] += x[i, j] ** 2 * x[0, j]
    return np.sum(s**2)


def scalar_parameter(a):
    s = 0.0
    for i in prange(20):
        s += math.sin(a * i) * a
    return s


def shifted_range(x, n):
    y = np.zeros_like(x)
    for i in prange(2, n):
        z = x[i] ** 2
        y[i] = np.sin(z) * z * x[i - 2]
    return np.sum(y * y)


def captured_start(x, first):
    y = np.zeros_like(x)
    for i in prange(first, x.shape[0]):
        z = np.exp(np.sin(x[i]))
        y[i] = z * np.sin(z)
    return np.sum(y)


def one_iteration_stores(x):
    y = np.zeros(2)
    for i in prange(x.shape[0]):
        if i == 3:
            y[0] = x[i] ** 2
    return y[0] * x[1]


def counts(x):
    n = 0
    for i in prange(x.shape[0]):
        if x[i] > 0.5:
            n += 1
    return n * np.sum(x * x)


def products(x):
    y = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        y[i] = np.sum(x[i] * x[0])
    return np.sum(y**2)


def nested(x):
    s = np.zeros(x.shape[0])
    for i in prange(x.shape[0]):
        for j in prange(x.shape[1]):
            s[i] += x[i, j] ** 3
    return np.sum(s * s)


def overwritten_argument(x):
    for i in prange(x.shape[0]):
        x[i] = x[i] * x[i]
    for i in prange(x.shape[0]):
        x[i] = np.sin(x[i]) * x[i]
    return np.sum(x)


def blocks(x):
    y = np.zeros_like(x)
    for b in prange(x.shape[0] // 3):
        for i in range(3 * b, 3 * b + 3):
            y[i] = np.sin(x[i]) * x[3 * b]
    return np.sum(y**2)


def early_continue(x):
    s = 0.0
    for i in prange(x.shape[0]):
        if x[i] < 0.8:
            continue
        s += x[i] ** 2
    return s


PERMUTATION = RNG.permutation(11)
CASES = [
    (elementwise, (_x(11),)), (gather, (_x(11), RNG.integers(0, 11, 23))),
    (scatter_by_permutation, (_x(11), PERMUTATION)), (sums_and_differences, (_x(11),)),
    (sum_under_a_branch, (_x(11),)), (sum_in_an_inner_loop, (_x(11),)), (product, (_x(11),)),
    (quotient, (_x(11),)), (product_under_a_branch, (_x(11),)), (product_in_an_inner_loop, (_x(11),)),
    (maximum, (_x(11),)), (minimum, (_x(11),)), (array_sum, (_x(7, 3),)), (array_sum_of_loops, (_x(7, 3),)),
    (recurrence_inside, (_x(11),)), (triangle, (_x(9),)), (local_arrays, (_x(11),)),
    (ragged_arrays, (_x(7),)), (time_loop, (_x(11),)), (in_place, (_x(11),)), (helpers, (_x(7),)),
    (while_inside, (_x(11),)), (rows, (_x(7, 3),)), (row_expressions, (_x(7, 3),)), (columns, (_x(7, 3),)),
    (scalar_parameter, (0.7,)), (shifted_range, (_x(11), 9)), (captured_start, (_x(11), 4)),
    (one_iteration_stores, (_x(11),)), (counts, (_x(11),)), (products, (_x(7, 3),)), (nested, (_x(7, 3),)),
    (overwritten_argument, (_x(11),)), (blocks, (_x(12),)), (early_continue, (_x(11),)),
]


def _copies(args):
    return tuple(np.copy(a) if isinstance(a, np.ndarray) else a for a in args)


def _in_threads(n, f, args):
    before = numba.get_num_threads()
    numba.set_num_threads(min(n, before))
    try:
        return f(*_copies(args))
    finally:
        numba.set_num_threads(before)


@pytest.mark.parametrize("f, args", [  # `make test` runs every second program
    pytest.param(f, args, id=f.__name__, marks=[pytest.mark.slow] if k % 2 else [])
    for k, (f, args) in enumerate(CASES)])
def test_gradient(f, args):
    df = value_and_gradient(njit(parallel=True)(f))
    value, got = df(*_copies(args))
    assert value == pytest.approx(f(*_copies(args)), rel=1e-12)
    want, error = differences.gradient(f, lambda: _copies(args), 0)
    np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-8 + 10 * error)
    assert "prange" in df.source
    _, alone = _in_threads(1, df, args)
    np.testing.assert_allclose(alone, got, rtol=1e-13, atol=1e-14)


@nondifferentiable
@njit
def _checked(k):
    if k > 5:
        raise ValueError("too large")
    return k


def test_a_loop_that_raises_in_a_thread():
    @njit(parallel=True)
    def f(x, k):
        y = np.empty_like(x)
        for i in prange(x.shape[0]):
            y[i] = x[_checked(k[i])] ** 2
        return np.sum(y)

    df = gradient(f)
    np.testing.assert_allclose(df(np.array([1.0, 2.0]), np.array([1, 1])), [0.0, 8.0])
    with pytest.raises(RuntimeError, match="raised an exception"):
        df(np.array([1.0, 2.0]), np.array([0, 7]))


def test_division_by_zero_is_that_of_a_parallel_loop():
    def f(x):
        y = np.empty_like(x)
        for i in prange(x.shape[0]):
            y[i] = 1.0 / x[i]
        return np.sum(y)

    np.testing.assert_array_equal(gradient(njit(parallel=True)(f))(np.array([2.0, 0.0])), [-0.25, -np.inf])


def test_an_assertion_is_raised():
    def f(x):
        y = np.empty_like(x)
        for i in prange(x.shape[0]):
            if x[i] < 0.0:
                raise ValueError("negative")
            y[i] = x[i] * x[i]
        return np.sum(y)

    df = gradient(f, parallel=True)
    np.testing.assert_allclose(df(np.array([1.0, 2.0])), [2.0, 4.0])
    with pytest.raises(ValueError, match="negative"):
        df(np.array([1.0, -1.0]))


# What is refused ----------------------------------------------------------------------------------


def _same_place(x):
    y = np.zeros(3)
    for i in prange(x.shape[0]):
        y[0] += x[i]
    return y[0]


def _same_places(x):
    y = np.zeros(3)
    for i in prange(x.shape[0]):
        for j in range(3):
            y[j] += x[i]
    return y[0]


def _whole_array(x):
    y = np.zeros(3)
    for i in prange(x.shape[0]):
        y[:] = x[i]
    return y[0]


def _neighbour(x):
    y = x.copy()
    for i in prange(1, x.shape[0]):
        y[i] = y[i - 1] * x[i]
    return np.sum(y)


def _neighbour_in_a_nest(x):
    y = np.ones((x.shape[0], 3))
    for i in prange(1, x.shape[0]):
        for j in range(3):
            y[i, j] = y[i - 1, j] * x[i]
    return np.sum(y)


def _neighbouring_rows(x):
    y = np.ones((x.shape[0], 3))
    for i in prange(1, x.shape[0]):
        row, previous = y[i], y[i - 1]
        for j in range(3):
            row[j] = previous[j] * x[i]
    return np.sum(y)


def _all_others(x):
    n = x.shape[0]
    y = x.copy()
    for i in prange(n):
        s = x[i]
        for j in range(n):
            s += 0.1 * y[j]
        y[i] = s
    return np.sum(y)


def _all_before(x):
    y = x.copy()
    for i in prange(x.shape[0]):
        for j in range(i):
            y[i] += y[j] * x[j]
    return np.sum(y)


def _overlapping_ranges(x):
    y = x.copy()
    for i in prange(x.shape[0]):
        for j in range(i):
            y[j] = x[j] * x[i]
    return np.sum(y)


def _two_stores(x):
    y = np.zeros(x.shape[0] + 1)
    for i in prange(x.shape[0]):
        y[i] = x[i]
        y[i + 1] = x[i] ** 2
    return np.sum(y)


def _carried(x):
    a = 0.0
    s = 0.0
    for i in prange(x.shape[0]):
        a = 0.5 * a + x[i]
        s += a
    return s


def _read_reduction(x):
    s = 0.0
    y = np.zeros_like(x)
    for i in prange(x.shape[0]):
        s += x[i]
        y[i] = s
    return np.sum(y)


def _mixed_reduction(x):
    s = 1.0
    for i in prange(x.shape[0]):
        s += x[i]
        s *= x[i]
    return s


def _last(x):
    t = 0.0
    for i in prange(x.shape[0]):
        t = x[i] * x[i]
    return t


def _buffers(x):
    u, v = x.copy(), x.copy()
    for i in prange(x.shape[0]):
        v[i] = u[i] * x[i]
        u, v = v, u
    return np.sum(u)


def _scaled_array(x):
    y = np.ones(3)
    for i in prange(x.shape[0]):
        y *= x[i]
    return np.sum(y)


def _break(x):
    s = 0.0
    for i in prange(x.shape[0]):
        if x[i] > 1.0:
            break
        s += x[i]
    return s


def _step(x):
    s = 0.0
    for i in prange(0, x.shape[0], 2):
        s += x[i]
    return s


RACES = [
    (_same_place, "stores to the same place of 'y'", "y[0] +="),
    (_same_places, "stores to the same place of 'y'", "y[j] +="),
    (_whole_array, "stores to the same place of 'y'", "y[:] ="),
    (_neighbour, "element of 'y'", "y[i - 1]"), (_two_stores, "element of 'y'", "y[i + 1]"),
    (_neighbour_in_a_nest, "element of 'y'", "y[i - 1, j]"),
    (_neighbouring_rows, "element of 'y'", "previous"),
    (_all_others, "element of 'y'", "y[j]"), (_all_before, "element of 'y'", "y[j]"),
    (_overlapping_ranges, "stores to the same place of 'y'", "y[j] ="),
    (_carried, "'a' is carried", "a = 0.5 * a"), (_read_reduction, "'s' is carried", "y[i] = s"),
    (_mixed_reduction, "'s' is carried", "s *="), (_last, "'t' is assigned", "t = x[i]"),
    (_buffers, "is carried", "v"), (_scaled_array, "'y'", "y *="),
    (_break, "left early", "prange"), (_step, "step 1", "prange"),
]


@pytest.mark.parametrize("f, message, text", RACES, ids=lambda v: getattr(v, "__name__", ""))
def test_races_are_refused(f, message, text):
    with pytest.raises(UnsupportedSyntax, match="prange") as caught:
        gradient(f, parallel=True)(_x(5))
    assert message in str(caught.value)
    loc = caught.value.loc
    assert loc is not None and text in loc.text
    serial = gradient(f, parallel=False)(_x(5))  # in one thread it is an ordinary loop
    assert serial.shape == (5,)


# Options ------------------------------------------------------------------------------------------


def _statements(text):
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def test_the_option_decides():
    x = _x(9)
    serial = gradient(njit(parallel=True)(elementwise), parallel=False)
    for df in (gradient(elementwise), gradient(njit(elementwise)), serial):
        assert "in prange(" not in _statements(df.source_for(x))
    for df in (gradient(elementwise, parallel=True), gradient(njit(parallel=True)(elementwise))):
        assert _statements(df.source_for(x)).count(" in prange(") == 3
    np.testing.assert_allclose(serial(x), gradient(elementwise, parallel=True)(x), rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.complex128, np.complex64])
def test_dtypes(dtype):
    def f(x, k):
        y = np.empty_like(x)
        for i in prange(x.shape[0]):
            y[i] = x[i] * x[i] * x[k[i]]
        s = 0.0
        for i in prange(x.shape[0]):
            s += abs(y[i] + 1) ** 2
        return s

    x = (_x(8) + (1j * _x(8) if np.dtype(dtype).kind == "c" else 0)).astype(dtype)
    k = np.array([0, 1, 1, 0, 0, 3, 3, 0])
    got = gradient(f, parallel=True)(x, k)
    want, _ = differences.gradient(f, lambda: (differences.widened(x).copy(), k), 0)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, want, rtol=1e-7 if dtype is np.complex128 else 2e-5)


LAYOUTS = {"C": _x(6, 4), "F": np.asfortranarray(_x(6, 4)), "strided": _x(12, 8)[::2, ::2], "empty": _x(0, 4),
           "one": _x(1, 1)}


@pytest.mark.parametrize("x", LAYOUTS.values(), ids=LAYOUTS)
def test_layouts(x):
    def f(x):
        y = np.zeros(x.shape[0])
        for i in prange(x.shape[0]):
            for j in range(x.shape[1]):
                y[i] += x[i, j] * x[0, j] * x.T[j, 0]
        return np.sum(y * y)

    got = gradient(f, parallel=True)(x)
    want, error = differences.gradient(f, lambda: (x.copy(),), 0)
    np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-9 + 10 * error)


def test_the_text_runs_in_python():
    from adcomp.kernels import tape as kernels

    x = _x(7)
    got = gradient(triangle, parallel=True)(x)
    scope = {"np": np, "kernels": kernels, "prange": prange, "kind": numba.float64[::1]}
    text = gradient(triangle, parallel=True, math="libm").source_for(x)
    exec(text.replace("math.", "np."), scope)
    np.testing.assert_allclose(scope["triangle_gradient"](x), got, rtol=1e-13)


def test_second_derivatives_run_in_one_thread():
    def norm(x):
        g = gradient(elementwise)(x)
        return np.sum(g * g)

    x = _x(5)
    got = gradient(norm, parallel=True)(x)
    want, error = differences.gradient(norm, lambda: (x.copy(),), 0)
    np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-8 + 10 * error)


def test_shared_arrays_that_are_large():
    """Copies for each thread would cost more than the loop, which then is one piece."""
    x, k = RNG.uniform(0.5, 1.5, 5000), RNG.integers(0, 5000, 20)
    df = gradient(gather, parallel=True)
    want = gradient(gather, parallel=False)(x, k)
    np.testing.assert_allclose(df(x, k), want, rtol=1e-13)
    assert "pieces_of_sums(0, " in df.source


def test_ranges_that_the_index_bounds_on_both_sides():
    """Rows of a compressed matrix: no two iterations have the same entries."""
    def f(data, first, column, x):
        scaled = np.empty_like(data)
        for i in prange(first.shape[0] - 1):
            for k in range(first[i], first[i + 1]):
                scaled[k] = data[k] * x[column[k]]
        return np.sum(scaled**2)

    args = (_x(6), np.array([0, 2, 2, 5, 6]), np.array([0, 1, 3, 0, 2, 2]), _x(4))
    for wrt in (0, 3):
        got = gradient(f, wrt=wrt, parallel=True)(*args)
        want, error = differences.gradient(f, lambda: _copies(args), wrt)
        np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-9 + 10 * error)


@pytest.mark.parametrize("name", ["n_body", "trajectories", "kernel_sum"])
def test_benchmark_programs(name):
    """Along a random direction, the gradient is the slope."""
    from benchmarks.parallel.programs import PROGRAMS

    function, wrt, _, make = PROGRAMS[name]
    args = make(*{"n_body": (7,), "trajectories": (5, 20), "kernel_sum": (9, 4)}[name])
    gradients = gradient(function, wrt=wrt, parallel=True)(*args)
    flat, slope = RNG.normal(size=100), 0.0
    moves = {}
    for position, g in zip(wrt, gradients, strict=True):
        move = flat[: np.size(g)].reshape(np.shape(g))
        moves[position] = move
        slope += np.sum(move * np.asarray(g))

    def along(h):
        moved = list(args)
        for position, move in moves.items():
            moved[position] = _moved(args[position], h * move)
        return function(*moved)

    want, error = differences.derivative(along)
    assert slope == pytest.approx(want, rel=1e-7, abs=10 * error)


def _moved(value, step):
    if isinstance(value, tuple):
        return tuple(float(v + s) for v, s in zip(value, step, strict=True))
    return value + step
