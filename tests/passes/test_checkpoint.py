"""Checkpointed loops: the same gradients as without, in bounded memory."""

import functools
import importlib.util
import inspect
import re

import numba
import numpy as np
import pytest

import adcomp
from adcomp.kernels import schedule
from adcomp.passes import checkpoint_store
from tests.differences import derivative as derivative_at_zero

from . import checkpoint_programs as programs

MARK = re.compile(r"checkpointed\((.*), snapshots=K\)")


@functools.cache
def module(folder, snapshots, leaf):
    """The programs with so many snapshots, or without marks; `leaf` is the bytes of a segment's tape."""
    text = inspect.getsource(programs)
    if snapshots is None:
        text = MARK.sub(r"\1", text)
    text = text.replace("snapshots=K", f"snapshots={snapshots}")
    text = re.sub(r"^(def .*)$", rf"\1\n    # segments of {leaf} bytes", text, flags=re.M)
    name = f"checkpoints_{snapshots}_{leaf}"
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("programs")


@functools.cache
def derivative(folder, name, snapshots, leaf):
    return adcomp.value_and_gradient(getattr(module(folder, snapshots, leaf), name))


def values(name):
    return np.random.default_rng(len(name)).uniform(0.3, 1.2, 6)


#: `make test` runs every fourth program
every_program = pytest.mark.parametrize("name", [
    pytest.param(name, marks=[pytest.mark.slow] if k % 4 else [])
    for k, name in enumerate(programs.PROGRAMS)])


@pytest.mark.parametrize("snapshots, leaf", [
    (3, 1), *(pytest.param(*limits, marks=pytest.mark.slow) for limits in ((1, 1), (2, 100), (4, 1 << 19)))])
@every_program
def test_gradients_are_those_without_checkpoints(folder, name, snapshots, leaf, monkeypatch):
    monkeypatch.setattr(checkpoint_store, "LEAF", leaf)
    bounded, plain = derivative(folder, name, snapshots, leaf), derivative(folder, name, None, leaf)
    for n in (0, 1, 2, 3, 7, 30):
        args, others = ((values(name), n) for _ in range(2))
        value, gradient = bounded(*args)
        expected, other = plain(*others)
        assert np.isfinite(expected) and np.all(np.isfinite(other)), "a program for finite numbers"
        np.testing.assert_allclose(value, expected, rtol=1e-14)
        np.testing.assert_allclose(gradient, other, rtol=1e-12, atol=1e-12 * np.max(np.abs(other)))
        np.testing.assert_array_equal(args[0], others[0])


@every_program
def test_gradients_are_differences(folder, name, monkeypatch):
    monkeypatch.setattr(checkpoint_store, "LEAF", 1)
    bounded, f = derivative(folder, name, 3, 1), getattr(module(folder, 3, 1), name)
    x = values(name)
    _, gradient = bounded(x.copy(), 5)
    for k in range(len(x)):
        along = np.zeros_like(x)
        along[k] = 1.0
        slope, error = derivative_at_zero(lambda h, along=along: f(x + h * along, 5))
        assert abs(gradient[k] - slope) <= 1e-7 * max(1.0, abs(slope)) + 10.0 * error


# --- types, forms, limits -------------------------------------------------------------------------


def waves(x, n, snapshots):
    u, v = x.copy(), np.zeros_like(x)
    for _ in adcomp.checkpointed(range(n), snapshots=snapshots):
        v[0] = u[0]
        for i in range(1, len(u)):
            v[i] = u[i] * u[i - 1] * 0.5 + u[i] * 0.25
        u, v = v, u
    return u


def waves_without(x, n):
    u, v = x.copy(), np.zeros_like(x)
    for _ in range(n):
        v[0] = u[0]
        for i in range(1, len(u)):
            v[i] = u[i] * u[i - 1] * 0.5 + u[i] * 0.25
        u, v = v, u
    return u


@pytest.mark.parametrize("dtype, rtol", [(np.float64, 1e-12), (np.float32, 1e-5), (np.complex128, 1e-12),
                                         (np.complex64, 1e-5)])
@pytest.mark.parametrize("snapshots", [1, 4])
def test_dtypes_and_pullbacks(dtype, rtol, snapshots, monkeypatch):
    monkeypatch.setattr(checkpoint_store, "LEAF", 1)
    rng = np.random.default_rng(3)
    x = rng.uniform(0.5, 1.5, 7).astype(dtype)
    y_bar = rng.uniform(0.5, 1.5, 7).astype(dtype)
    if np.iscomplexobj(x):
        x, y_bar = (a * np.exp(1j * rng.uniform(size=7)).astype(dtype) for a in (x, y_bar))
    y, back = adcomp.pullback(waves)(x, 9, snapshots)
    expected, other = adcomp.pullback(waves_without)(x, 9)
    np.testing.assert_allclose(y, expected, rtol=rtol)
    for scale in (1.0, 2.0):
        given = (scale * y_bar).astype(dtype)
        result = back(given)
        result = result[0] if isinstance(result, tuple) else result
        wanted = other(given)
        wanted = wanted[0] if isinstance(wanted, tuple) else wanted
        assert result.dtype == dtype
        np.testing.assert_allclose(result, wanted, rtol=rtol)


@pytest.mark.parametrize("make", [
    lambda x: np.asfortranarray(x), lambda x: np.repeat(x, 2, axis=1)[:, ::2], lambda x: x.T.copy().T,
    lambda x: x[:0], lambda x: x[:, :1]])
def test_layouts(make):
    def steps(x, n):
        for _ in adcomp.checkpointed(range(n), snapshots=2):
            for i in range(1, x.shape[0]):
                for j in range(x.shape[1]):
                    x[i, j] = 0.5 * x[i, j] * x[i - 1, j] + 0.1 * x[i, j - 1]
        return np.sum(x * x)

    def steps_without(x, n):
        for _ in range(n):
            for i in range(1, x.shape[0]):
                for j in range(x.shape[1]):
                    x[i, j] = 0.5 * x[i, j] * x[i - 1, j] + 0.1 * x[i, j - 1]
        return np.sum(x * x)

    values = np.random.default_rng(0).uniform(0.2, 1.0, (4, 3))
    first, second = make(values), make(values).copy(order="K")
    np.testing.assert_allclose(adcomp.gradient(steps)(first, 8), adcomp.gradient(steps_without)(second, 8),
                               rtol=1e-12)


def test_the_function_itself_runs_as_before():
    compiled = numba.njit(waves)
    x = np.linspace(0.3, 1.0, 5)
    np.testing.assert_array_equal(waves(x, 4, 2), waves_without(x, 4))
    np.testing.assert_array_equal(compiled(x, 4, 2), waves(x, 4, 2))
    assert list(adcomp.checkpointed(range(3))) == [0, 1, 2]
    with pytest.raises(ValueError, match="not both"):
        adcomp.checkpointed(range(3), snapshots=2, bytes=3)
    with pytest.raises(ValueError, match="at least one"):
        adcomp.checkpointed(range(3), snapshots=0)


def test_bytes_bound_the_snapshots():
    def decay(x, n, limit):
        for _ in adcomp.checkpointed(range(n), bytes=limit):
            x = x * np.cos(x)
        return x

    gradients = [adcomp.gradient(decay)(0.9, 500_000, limit) for limit in (0, 1, 100, 1e9)]
    assert gradients[0] != 0.0
    assert len(set(gradients)) == 1


def test_no_room_for_a_negative_number_of_snapshots():
    with pytest.raises(ValueError, match="at least one snapshot"):
        adcomp.gradient(lambda x, k: waves(x, 3, k)[1])(np.ones(3), 0)


def test_a_state_that_changes_its_shape():
    def shrinks(x, n):
        u = x
        for i in adcomp.checkpointed(range(n), snapshots=3):
            u = np.sin(u[1:]) if i > 2 else np.sin(u)
        return np.sum(u)

    with pytest.raises(adcomp.errors.StateChanges, match=r"u in the loop at test_checkpoint.py:\d+ changes"):
        adcomp.gradient(shrinks)(np.ones(8), 6)


def test_rules_of_the_user_are_replayed():
    def cube(x):
        return x * x * x

    @adcomp.pullback_rule(cube)
    def pull(x, y_bar):
        return 3.0 * x * x * y_bar

    def steps(x, n):
        for _ in adcomp.checkpointed(range(n), snapshots=2):
            x = 0.5 * cube(x) + 0.4
        return x

    def steps_without(x, n):
        for _ in range(n):
            x = 0.5 * cube(x) + 0.4
        return x

    assert adcomp.gradient(steps)(0.7, 9) == pytest.approx(adcomp.gradient(steps_without)(0.7, 9), rel=1e-13)


def test_a_derivative_of_a_derivative():
    def steps(x, n):
        for _ in adcomp.checkpointed(range(n), snapshots=2):
            x = np.sin(x) * 1.3
        return x

    def steps_without(x, n):
        for _ in range(n):
            x = np.sin(x) * 1.3
        return x

    bounded, plain = adcomp.gradient(steps), adcomp.gradient(steps_without)
    second = adcomp.gradient(lambda x: bounded(x, 6))
    assert second(0.4) == pytest.approx(adcomp.gradient(lambda x: plain(x, 6))(0.4), rel=1e-13)


# --- what is refused ------------------------------------------------------------------------------


def draws(x, n):
    for _ in adcomp.checkpointed(range(n)):
        x = x * np.random.normal()
    return x


def shares(x, n):
    u = x.copy()
    w = u[::n]
    for _ in adcomp.checkpointed(range(n)):
        w[1] = u[0] * u[1]
    return np.sum(u)


def descend(x, n):
    return x if n == 0 else np.sin(descend(x, n - 1))


def calls_itself(x, n):
    for _ in adcomp.checkpointed(range(n)):
        x = x * descend(x, 2)
    return x


def recursive(x, n):
    if n == 0:
        return x
    for _ in adcomp.checkpointed(range(n)):
        x = x * np.sin(x)
    return recursive(x, n - 1)


def assigns_first(x, n):
    for _ in adcomp.checkpointed(range(n)):
        w = np.sin(x) * x
        x = w * w
    return np.sum(w * x)


def elsewhere(x, n):
    r = adcomp.checkpointed(range(n))
    for _ in r:
        x = x * x
    return x


def unrolled(x, n):
    for k in adcomp.checkpointed((1, 2)):
        x = x * x * k
    return x


def none_at_all(x, n):
    for _ in adcomp.checkpointed(range(n), snapshots=0):
        x = x * x
    return x


def both(x, n):
    for _ in adcomp.checkpointed(range(n), snapshots=2, bytes=100):
        x = x * x
    return x


def unknown_argument(x, n):
    for _ in adcomp.checkpointed(range(n), states=2):
        x = x * x
    return x


@pytest.mark.parametrize("function, x, message", [
    (draws, 0.5, "draws random numbers"), (shares, np.ones(4), "may share memory"),
    (calls_itself, 0.5, "calls itself"), (recursive, 0.5, "calls itself"),
    (assigns_first, np.ones(3), "w is an array that it assigns first"),
    (elsewhere, 0.5, "belongs in the head of a loop"), (unrolled, 0.5, "a loop over a tuple is unrolled"),
    (none_at_all, 0.5, "at least one snapshot"), (both, 0.5, "not both"),
    (unknown_argument, 0.5, "snapshots or bytes")])
def test_refusals_say_where(function, x, message):
    with pytest.raises(adcomp.errors.UnsupportedSyntax, match=message) as caught:
        adcomp.gradient(function)(x, 3)
    assert caught.value.loc is not None and caught.value.loc.file == __file__


# --- the schedule ---------------------------------------------------------------------------------


@functools.cache
def least_work(steps, snapshots):
    """The fewest segments that are advanced to reverse so many, by dynamic programming."""
    if steps == 1:
        return 0
    if snapshots == 1:
        return steps * (steps - 1) // 2
    return min(m + least_work(steps - m, snapshots - 1) + least_work(m, snapshots) for m in range(1, steps))


def work_of(plan, segments):
    """The segments that the reverse sweep advances; checks that each starts from where it should."""
    work = 0
    for s in range(segments - 1, -1, -1):
        schedule.retreat(plan, s)
        first = schedule.held(plan)
        assert first >= 1 and plan[first] <= s
        schedule.place(plan, s)
        held = schedule.held(plan)
        assert held <= len(plan) - 3 and plan[held + 1] == s
        steps = np.diff(plan[first:held + 2])
        assert np.all(steps[:-1] > 0) and steps[-1] >= 0
        work += steps.sum()
    return work


@pytest.mark.parametrize("snapshots", [1, 2, 3, 5, 8])
def test_the_schedule_is_optimal(snapshots):
    for segments in (1, 2, 3, 4, 7, 10, 21, 40, 77):
        plan = schedule.first_plan(segments, snapshots)
        # the forward sweep has done the first advance already, and runs on to the end
        forward = plan[schedule.held(plan)]
        assert work_of(plan, segments) + forward <= least_work(segments, snapshots) + (segments - 1 - forward)
    assert schedule.held(schedule.first_plan(0, snapshots)) == 0


@pytest.mark.parametrize("room", [1, 2, 3, 4, 7, 10])
def test_the_schedule_of_a_loop_of_unknown_length(room):
    for segments in (1, 2, 5, 17, 100):
        plan, block, due = schedule.open_plan(room), np.full(room, -1), 0
        for k in range(segments):
            if k == due:
                schedule.thin(block, plan)
                schedule.note(plan, k)
                block[schedule.held(plan) - 1] = k
                due = schedule.due(plan, 1)
        held = schedule.held(plan)
        np.testing.assert_array_equal(block[:held], plan[1:held + 1])
        assert 1 <= held <= room and plan[1] == 0
        if room > 1:
            assert np.max(np.diff([*plan[1:held + 1], segments])) <= max(1, 4 * segments // room)
        work_of(plan, segments)
