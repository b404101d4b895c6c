"""Sums in recurrences of cotangents: the same up to rounding, and shorter from step to step."""

from __future__ import annotations

import numpy as np
import pytest

import adcomp
from adcomp.pipeline import program as pipeline

RNG = np.random.default_rng(11)


def oscillator(k, c, x, dt, steps):
    v = 0.0
    action = 0.0
    for _ in range(steps):
        v += dt * (-k * x - x * x * x - c * v)
        x += dt * v
        action += dt * x * x
    return action


def decay(x, r, tolerance):
    y = x
    while y > tolerance:
        y -= r * y * (1.0 + y * y) + r * y
    return y * r


def logistic_map(x, r):
    s = 0.0
    for i in range(len(r)):
        x = r[i] * x * (1.0 - x) - 0.1 * x
        s += x * r[i] * r[i] - x
    return s + x


def cancelling(x, n):
    s = 0.0
    for _ in range(n):
        x = x * x - x * x + 0.5 * x + x * 0.5 - 0.25 * x
        s += x
    return s


def coupled(m, x, n):
    a, b, c = x[0], x[1], x[2]
    for _ in range(n):
        a, b, c = (m[0, 0] * a + m[0, 1] * b - m[0, 2] * c * a,
                   m[1, 0] * a * b + m[1, 1] * b - m[1, 2] * c,
                   -m[2, 0] * a - m[2, 1] * b + m[2, 2] * c * c)
    return a + b * c


def branching(x, n):
    y = 0.0
    for i in range(n):
        if y > 0.5:
            y = y * x - y * y * 0.3 + x
        else:
            y = y + 2.0 * x * y + x * x
    return y


def row_by_row(a):
    s = 1.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s = s * a[i, j] + s * a[i, j] * a[i, j] - 0.5 * s
        s = s * a[i, 0] + a[i, 0]
    return s


CASES = [
    (oscillator, (2.0, 0.3, 1.5, 0.02, 40), (0, 1, 2)),
    (decay, (1.7, 0.05, 0.2), (0, 1)),
    (logistic_map, (0.3, RNG.uniform(2.0, 3.0, 12)), (0, 1)),
    (cancelling, (0.7, 6), (0,)),
    (coupled, (RNG.uniform(-0.6, 0.6, (3, 3)), RNG.uniform(0.2, 0.9, 3), 8), (0, 1)),
    (branching, (0.4, 9), (0,)),
    (row_by_row, (RNG.uniform(0.4, 0.9, (4, 5)),), (0,)),
]


def gradients(f, args, wrt):
    return adcomp.gradient(f, wrt=wrt, cache=False)(*args)


@pytest.mark.parametrize(("f", "args", "wrt"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_the_same_up_to_rounding(f, args, wrt, monkeypatch):
    regrouped = gradients(f, args, wrt)
    monkeypatch.setattr(pipeline, "regroup", lambda fn, types, namer: fn)
    for got, expected in zip(regrouped, gradients(f, args, wrt), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("f", "args", "wrt"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_differences(f, args, wrt):
    for position, got in zip(wrt, gradients(f, args, wrt), strict=True):
        direction = RNG.uniform(0.5, 1.5, np.shape(args[position]))

        def along(step, position=position, direction=direction):
            moved = list(args)
            moved[position] = args[position] + step * direction
            return f(*moved)

        h = 1e-4
        expected = (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h)
        assert np.sum(got * direction) == pytest.approx(expected, rel=1e-6, abs=1e-8)


def test_a_shared_factor_is_multiplied_once():
    source = adcomp.gradient(oscillator, wrt=2, cache=False).source_for(*CASES[0][1])
    *_, body = source.partition("# adjoint of line")
    assert sum("x_bar" in line.split("=")[0] for line in body.splitlines()) <= 3


def test_single_precision_stays():
    def f(x, n):
        y = x
        for _ in range(n):
            y = y * y - x * y - x * y
        return y

    x = np.float32(0.4)
    df = adcomp.gradient(f, cache=False)
    assert df(x, 4) == pytest.approx(adcomp.gradient(f, cache=False)(np.float64(x), 4), rel=1e-5)
    assert "np.float64" not in df.source_for(x, 4)


def test_complex_recurrences_stay(monkeypatch):
    def f(z, n):
        w = z
        for _ in range(n):
            w = w * w - z * w - w * z
        return (w * w.conjugate()).real

    z = 0.3 + 0.4j
    got = adcomp.gradient(f, cache=False)(z, 4)
    monkeypatch.setattr(pipeline, "regroup", lambda fn, types, namer: fn)
    assert got == adcomp.gradient(f, cache=False)(z, 4)
