"""`df.explain`: what it tells is what the source does."""

import numpy as np
import pytest
from numba import njit

import adcomp
from tests.zoo import snapshots


def heat(u0, k, steps):
    u, v = u0.copy(), u0.copy()
    for _ in range(steps):
        for i in range(1, u.size - 1):
            v[i] = u[i] + k * (u[i - 1] - 2.0 * u[i] + u[i + 1])
        u, v = v, u
    return np.sum(u * u)


def total(x, n):
    if n == 0:
        return 0.0
    return x[n - 1] * x[n - 1] + total(x, n - 1)


def of(f, *args, **options):
    return adcomp.gradient(f, **options).explain(*args)


def loop_at(found, text):
    (loop,) = (t for t in found.loops if (t.loc.text or "").strip().startswith(text))
    return loop


def test_linear_loops_record_nothing():
    found = of(heat, np.ones(5), 0.1, 3)
    assert found.active == ("u0", "u", "v") and found.passive == ("k",)
    assert all(not t.values and not t.copies and not t.segmented for t in found.loops)
    assert found.clamps == () and found.erased > 0


def test_loop_in_segments():
    found = of(heat, np.ones(5), 0.1, 3, wrt=(0, 1))
    assert loop_at(found, "for _ in range").segmented
    inner = loop_at(found, "for i in range")
    assert inner.values == ("u[i - 1] - 2.0 * u[i] + u[i + 1]",) and inner.size == 8


def test_copies():
    found = of(snapshots.recurrent_layer, np.ones((3, 3)), np.ones((4, 3)))
    assert [t.copies for t in found.loops if t.copies] == [("h",)]


def test_last_iteration():
    def f(x):
        m = x[0]
        for i in range(x.size):
            if x[i] > m:
                m = x[i]
        return m

    assert [t.last for t in of(f, np.ones(3)).loops] == [True]


def test_frames_of_recursive_calls():
    found = of(lambda x: total(x, 3), np.ones(3))
    assert found.frames and found.frames[0][0] == "total"
    assert "call" in str(found)


def test_clamps_are_listed_with_their_place():
    def f(x):
        y = x.astype(np.complex128) if False else x * 1j
        return (y * np.conj(y)).real.sum()

    found = of(f, np.ones(3))
    assert all(c.loc is not None and " to " in c.what for c in found.clamps)
    assert len(found.clamps) == str(found).count(" to ")


def test_text():
    text = str(of(heat, np.ones(5), 0.1, 3, wrt=(0, 1)))
    lines = text.splitlines()
    assert lines[0] == "gradient of heat(array(float64, 1d, C), float64, int64)"
    assert "active    u0, k, u, v" in lines
    assert any("for i in range(1, u.size - 1):" in line and "8 bytes an iteration" in line for line in lines)


def test_of_the_last_compilation_and_for_types():
    df = adcomp.gradient(heat)
    df(np.ones(5), 0.1, 3)
    assert df.explain() == df.explain(np.ones(5), 0.1, 3)
    assert adcomp.pullback(heat).dispatcher.explain(1.0, np.ones(5), 0.1, 3).title.startswith("pullback")
    assert adcomp.value_and_gradient(njit(heat)).explain(np.ones(5), 0.1, 3).active


def test_needs_arguments():
    with pytest.raises(AttributeError, match="has not been compiled yet"):
        adcomp.gradient(heat).explain()


def test_source_is_the_same_with_and_without():
    before = adcomp.gradient(heat, cache=False).source_for(np.ones(5), 0.1, 3)
    df = adcomp.gradient(heat, cache=False)
    df.explain(np.ones(5), 0.1, 3)
    assert df.source_for(np.ones(5), 0.1, 3) == before
