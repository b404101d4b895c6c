"""What is refused because only comparisons lead to the result, and what is not."""

import numpy as np
import pytest

import adcomp
from adcomp.errors import ControlOnlyDependence
from tests.errors import control as cases


def in_array(c, x):
    state = np.array([0.0, 4.0])
    for _ in range(40):
        middle = 0.5 * (state[0] + state[1])
        state[1 if middle * middle > c else 0] = middle
    return state[0] * x


def through_callee(c, x):
    return cases.bisect(c, 0.0, 4.0) * x


def through_flags(c, x):
    n = 0.0
    for i in range(x.size):
        above = x[i] > c
        below = x[i] < 2.0 * c
        if above and below:
            n += 1.0
    return n * x[0]


def in_while(c, x):
    y = x
    while y < c:
        y = y * 1.5
    return y


def selected(c, x):
    total = 0.0
    for i in range(x.size):
        total += x[i] if x[i] > c else 0.0
    return total


@pytest.mark.parametrize(
    "f, args",
    [(in_array, (2.0, 3.0)), (through_callee, (2.0, 3.0)), (through_flags, (0.5, np.ones(3))),
     (in_while, (2.0, 1.0)), (selected, (0.5, np.ones(3)))],
)
def test_refused(f, args):
    with pytest.raises(ControlOnlyDependence, match="'c' only through comparisons") as caught:
        adcomp.gradient(f)(*args)
    assert caught.value.loc.line
    assert adcomp.gradient(f, control_dependence="zero")(*args) == 0.0
    assert np.all(np.isfinite(adcomp.gradient(f, wrt="x")(*args)))


def also_in_arithmetic(c, x):
    total = 0.0
    for i in range(x.size):
        if x[i] > c:
            total += x[i] - c
    return total


def step_outside_of_loops(c, x):
    return x[0] if c > 0.5 else x[1]


def same_in_every_iteration(c, x):
    total = 0.0
    for i in range(x.size):
        if c > 0.5:
            total += x[i]
    return total


def not_in_the_result(c, x):
    hits = 0
    for i in range(x.size):
        if x[i] > c:
            hits += 1
    return x[0] * x[1]


def by_its_length(c, x):
    total = 0.0
    for i in range(c.size):
        if x[i] > 0.5:
            total += x[i]
    return total


def by_sign(c, x):
    return np.sign(c) * x[0]


@pytest.mark.parametrize(
    "f, c",
    [(also_in_arithmetic, 0.5), (step_outside_of_loops, 0.7), (same_in_every_iteration, 0.7),
     (not_in_the_result, 0.5), (by_its_length, np.ones(3)), (by_sign, 0.5)],
)
def test_not_refused(f, c):
    assert np.all(np.isfinite(adcomp.gradient(f)(c, np.ones(3))))


def test_arguments_that_are_not_asked_for_by_name_are_not_refused():
    value, back = adcomp.pullback(cases.newton)(2.0, 1.0, 1e-9)
    c_bar, _, tolerance_bar = back(1.0)
    assert tolerance_bar == 0.0 and abs(c_bar - 0.5 / np.sqrt(2.0)) < 1e-6 and value**2 == pytest.approx(2.0)


def halve(low, high, c):
    if high - low < 1e-12:
        return low
    middle = 0.5 * (low + high)
    if middle * middle > c:
        return halve(low, middle, c)
    return halve(middle, high, c)


def in_recursion(c, x):
    return halve(0.0, 4.0, c) * x


def swap(a, b, n):
    if n == 0:
        return a
    return swap(b, 2.0 * a, n - 1)


def crosswise(c, x):
    return swap(x[0], c, 3)


def by_sign_of_difference(c, x):
    y, step = 2.0, 1.0
    for _ in range(30):
        y -= step * np.sign(y * y - c)
        step *= 0.5
    return y * x


def by_rounding(c, x):
    y = 0.0
    for k in range(20):
        y += np.floor(c * x * k)
    return y + x


def by_store_into_integers(c, x):
    hits = np.zeros(3, np.int64)
    for k in range(3):
        hits[k] = c * x * k
    return hits[0] + hits[1] + x * hits[2]


@pytest.mark.parametrize("f", [in_recursion, by_sign_of_difference, by_rounding, by_store_into_integers])
def test_decisions_that_are_no_comparisons_in_a_loop(f):
    with pytest.raises(ControlOnlyDependence, match="'c' only through comparisons"):
        adcomp.gradient(f)(2.3, 1.7)
    assert adcomp.gradient(f, control_dependence="zero")(2.3, 1.7) == 0.0
    assert np.isfinite(adcomp.gradient(f, wrt="x")(2.3, 1.7))


def test_recursion_that_passes_arguments_crosswise():
    c_bar, x_bar = adcomp.gradient(crosswise, wrt=(0, 1))(1.5, np.ones(2))
    assert c_bar == 2.0 and x_bar.tolist() == [0.0, 0.0]


def test_a_user_who_says_so_is_believed():
    rounded = adcomp.nondifferentiable(lambda v: np.floor(v))

    def f(c, x):
        y = 0.0
        for k in range(3):
            y += rounded(c * k) * x
        return y

    assert adcomp.gradient(f)(2.3, 1.7) == 0.0
