"""Minus signs: fewer of them, and the same numbers bit for bit."""

import itertools

import numpy as np
import pytest
from numba import types as nb

from adcomp.core.ir import Block, Function, Let, Var, walk
from adcomp.core.names import Namer
from adcomp.core.ops import STANDARD
from adcomp.core.printer import plain
from adcomp.passes.signs import settle_signs
from adcomp.passes.simplify import simplify

VALUES = [0.0, -0.0, 1.0, -1.5, 3.0, np.inf, -np.inf]


def core(text):
    """Core of lines ``name op args``; the last name is the result."""
    lets = []
    for line in text.strip().split("\n"):
        target, op, *args = line.split()
        lets.append(Let(target, op, tuple(map(Var, args))))
    return Function("f", ("a", "b", "c"), Block(tuple(lets), (Var(lets[-1].target),)), {})


def run(fn):
    scope = dict(STANDARD)
    exec(plain(fn), scope)
    return scope["f"]


@pytest.mark.parametrize(
    "text, signs",
    [
        ("x neg a\ny * x b\nz neg y", 0),
        ("x neg a\ny neg b\nz * x y", 0),
        ("x neg a\ny / b x\nz * y c", 1),
        ("x neg a\ny * x b\nz + c y", 0),
        ("x neg a\ny + x b", 0),
        ("x neg a\ny - c x", 0),
        ("x neg a\ny neg b\nz - x y", 0),
        ("x neg a\ny - x b", 1),
        ("x neg a\ny neg b\nz + x y", 1),
        ("x neg a\ny neg x", 0),
        ("x neg a\ny * x x\nz + y c", 0),
        ("x neg a\ny * x b\nz * y a\nw - z c\nv neg w", 2),
        ("x neg a\ny ** x b", 1),
    ],
)
def test_signs(text, signs):
    fn = core(text)
    types = {n: nb.float64 for n in ("a", "b", "c", *(s.target for s in walk(fn.body)))}
    new = simplify(settle_signs(fn, types, Namer(types)), types)
    assert sum(s.op == "neg" for s in walk(new.body)) <= signs
    old, new = run(fn), run(new)
    for args in itertools.product(map(np.float64, VALUES), repeat=3):
        with np.errstate(all="ignore"):
            expected, actual = old(*args), new(*args)
        assert np.isnan(expected) and np.isnan(actual) or (
            expected.tobytes() == actual.tobytes()), (args, expected, actual)


def test_integers_stay():
    fn = core("x neg a\ny * x b\nz neg y")
    types = dict.fromkeys("abcxyz", nb.int64)
    assert settle_signs(fn, types, Namer(types)) == fn


def test_subtraction_in_place_is_printed_as_such():
    import adcomp

    def f(x):
        y = x.copy()
        for i in range(1, x.size):
            y[i] = x[i] - x[i - 1] * x[i]
        return np.sum(y)

    text = adcomp.gradient(f).source_for(np.ones(4))
    assert "-=" in text and "+= -" not in text
