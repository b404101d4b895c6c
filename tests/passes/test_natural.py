"""What LLVM is told of indices, and that loops vectorise where it is told."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numba import njit
from numba import types as nb

import adcomp
from adcomp.core.ir import Function, Let, walk
from adcomp.kernels import tape
from adcomp.passes.natural import mark_natural
from adcomp.pipeline.front import front

VECTOR = nb.float64[::1]


def marks(f, *argtypes) -> list[int]:
    """The bounds that the loops of a function get, in the order of its text."""
    typed = front(f, argtypes)
    fn: Function = mark_natural(typed.fn, dict(typed.types), typed.namer)
    return [s.args[1].value for s in walk(fn.body) if isinstance(s, Let) and s.op == "kernels.at_least"]


def test_only_loops_of_which_llvm_does_not_find_out():
    def f(x):
        n = x.size
        for i in range(n):
            x[i] = 1.0
        for i in range(1, n):
            x[i] = 1.0
        for i in range(n - 1, -1, -1):
            x[i] = 1.0
        for i in range(3, n):
            x[i] = 1.0
        for i in range(n - 1, 4, -1):
            x[i] = 1.0
        return x[0]

    assert marks(f, VECTOR) == [3, 5]


def test_nothing_is_claimed_of_what_may_be_negative():
    def f(x, first):
        n = x.size
        for i in range(first, n):
            x[i] = 1.0
        for i in range(-2, n):
            x[i] = 1.0
        for i in range(first - 1, first, -1):
            x[i] = 1.0
        for j in range(2, n):
            for i in range(j - 3, n):
                x[i] = 1.0
        return x[0]

    assert marks(f, VECTOR, nb.intp) == []


def test_triangles():
    def f(x):
        n = x.size
        for i in range(n):
            for j in range(i + 1, n):
                x[j] -= x[i]
            for j in range(min(i + 3, n), n):
                x[j] -= x[i]
        return x[0]

    assert marks(f, VECTOR) == [1, 0]


def pairs(x):
    n = x.size
    s = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            s += (x[i] - x[j]) * (x[i] - x[j]) * x[j]
    return s


def test_the_reverse_of_a_triangle_is_vectorised():
    x = np.random.default_rng(0).standard_normal(50)
    gradient = adcomp.gradient(pairs, cache=False)
    expected = [np.sum(2 * (x[i] - x[i + 1:]) * x[i + 1:])
                + np.sum(-2 * (x[:i] - x[i]) * x[i] + (x[:i] - x[i]) ** 2) for i in range(50)]
    np.testing.assert_allclose(gradient(x), expected, rtol=1e-12)
    assert "kernels.at_least" in gradient.source_for(x)


@pytest.mark.slow
def test_llvm_vectorises_what_it_is_told():
    def told(x, y):
        for i in range(2, x.size):
            i = tape.at_least(i, 2)
            y[i] += x[i - 2] * 3.0

    compiled = njit(error_model="numpy")(told)
    y = np.zeros(9)
    compiled(np.arange(9.0), y)
    assert y.tolist() == [0.0, 0.0, *(3.0 * np.arange(7.0))]
    assert re.search(r"load <\d+ x double>", next(iter(compiled.inspect_llvm().values())))
