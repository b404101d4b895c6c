"""The projection of contributions: what it does, and that it costs nothing where it does nothing."""

from __future__ import annotations

import re

import numpy as np
import pytest

import adcomp
from adcomp.passes import adjoint


def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def rows(x, w):
    return np.sum(np.log(np.sum(np.exp(x @ w), axis=1)))


def heat(u, steps):
    for _ in range(steps):
        v = u.copy()
        for i in range(1, len(u) - 1):
            v[i] = u[i] + 0.1 * (u[i - 1] - 2.0 * u[i] + u[i + 1])
        u = v
    return np.sum(u ** 2)


PROGRAMS = [
    (rosenbrock, (np.linspace(0.0, 1.0, 5),)),
    (rows, (np.ones((3, 2)), np.ones((2, 4)))),
    (heat, (np.linspace(0.0, 1.0, 8), 3)),
]


def compiled(f, arguments):
    """The text and the instructions of a gradient, with the names of its functions made alike."""
    df = adcomp.gradient(f, cache=False)
    df(*arguments)
    (llvm,) = df.inspect_llvm().values()
    llvm = "\n".join(line for line in llvm.splitlines() if not re.search(r"constant \[\d+ x i8\]", line))
    return df.source, re.sub(r"(_ZN[\w$.]+|\bv\d+B\d+\w*|<adcomp[^>]*>|0x[0-9a-f]+|i64 \d{9,})", "", llvm)


@pytest.mark.parametrize("f, arguments", PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_programs_in_double_precision_are_the_same_without_it(f, arguments, monkeypatch):
    with_it = compiled(f, arguments)
    monkeypatch.setattr(adjoint, "clamp", lambda ctx, value, like, loc=None: value)
    without = compiled(f, arguments)
    assert with_it[0] == without[0]
    assert with_it[1] == without[1]


def test_what_is_complex_is_projected_onto_a_real_argument():
    df = adcomp.gradient(lambda x: abs(x + 1j) ** 2)
    assert df(2) == 4.0
    (clamp,) = [c for c in df.explain(2).clamps if c.what == "complex128 to float64"]
    assert clamp.kept


def test_single_precision_stays_single():
    df = adcomp.gradient(lambda x: np.sum(x * np.array([2.0, 3.0])))
    x = np.ones(2, np.float32)
    assert df(x).dtype == np.float32 and df(x).tolist() == [2.0, 3.0]
    assert [c.what for c in df.explain(x).clamps] == ["float64 to float32"]


def test_erased_projections_are_listed_with_their_lines():
    found = adcomp.gradient(rosenbrock).explain(np.ones(5))
    assert found.erased == sum(count for _, count in found.erasures) > 0
    assert all(loc is not None for loc, _ in found.erasures)
    assert "erased" in str(found)
