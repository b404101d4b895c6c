"""What adcomp asks Numba: types, and nothing else is compiled."""

from __future__ import annotations

import math
import operator
import threading
from collections import namedtuple

import numba
import numpy as np
import pytest
from numba import njit, types
from numba.core.errors import NumbaError, TypingError

from adcomp.core.numba_adapter import CompilerOptions, infer, result_type, typeof, unliteral

f4, f8, i8, c16, b1 = types.float32, types.float64, types.int64, types.complex128, types.boolean
A, A2 = f8[::1], f8[:, ::1]
Point = namedtuple("Point", "x y")


@njit
def scaled(a, b=2.0):
    return a * b


@pytest.mark.parametrize("op, args, result", [
    (operator.add, (f8, i8), f8), ("+", (f4, i8), f8), ("/", (i8, i8), f8), ("**", (f8, i8), f8),
    (math.exp, (f8,), f8), ("math.exp", (i8,), f8), (np.exp, (A,), A), ("np.exp", (c16,), c16),
    (np.float32, (f8,), f4), (float, (i8,), f8), (complex, (f8, f8), c16), (int, (f8,), i8),
    (abs, (c16,), f8), (bool, (f8,), b1), ("neg", (A2,), A2), ("not", (f8,), b1),
    ("<", (f8, i8), b1),
    ("is", (f8, types.none), b1), ("in", (i8, types.UniTuple(i8, 2)), b1), (max, (f8, i8), f8),
    (np.sum, (A,), f8), (np.dot, (A2, A), A), ("@", (A2, A2), A2), (np.linalg.solve, (A2, A), A),
    (np.zeros, (types.UniTuple(i8, 2),), A2), (np.where, (b1[::1], A, A), A), (len, (A,), i8),
    ("[]", (A2, i8), A), ("[]", (A2, i8, i8), f8), ("[]", (A2, types.slice2_type, i8), f8[:]),
    ("[]", (types.Tuple((f8, A)), types.literal(1)), A), ("[]", (types.UniTuple(f8, 3), i8), f8),
    (("getitem", A2, i8), (), A), (("getattr", A2, "shape"), (), types.UniTuple(i8, 2)),
    (("method", A2, "sum", ()), (), f8), (".T", (A2,), A2.copy(layout="F")),
    (".copy()", (f8[:],), A),
    (".reshape()", (A, i8, i8), A2), (".real", (c16,), f8), ("id", (A,), A),
    ("tuple", (f8, i8), types.Tuple((f8, i8))), ("slice", (i8, i8), types.slice2_type),
    (scaled, (f8,), f8), (scaled, (A, i8), A), (np.float64, (i8,), f8),
])
def test_result_type(op, args, result):
    assert result_type(op, args) == result


def test_result_type_of_keywords():
    assert result_type(np.sum, (A2,), (("axis", i8),)) == A
    assert result_type(np.zeros, (i8,), (("dtype", types.NumberClass(f4)),)) == f4[::1]
    assert result_type(scaled, (f8,), (("b", A),)) == A


@pytest.mark.parametrize("op, args", [
    ("+", (f8, types.unicode_type)), (math.sin, (A,)), (("getattr", A, "nothing"), ()),
    ("[]", (f8, i8)), (("method", A, "nothing", ()), ()), (np.dot, (f8, types.unicode_type)),
    (object(), (f8,)),
])
def test_no_result_type(op, args):
    with pytest.raises(NumbaError):
        result_type(op, args)


def test_unhashable_callables():
    class Callable(list):
        def __call__(self):
            return 1

    with pytest.raises(TypingError):
        result_type(Callable(), ())


def test_literals_are_types_of_values():
    assert unliteral(types.literal(3)) == i8
    pair = types.Tuple((types.literal(1), types.Tuple((types.literal(2), f8))))
    assert unliteral(pair) == types.Tuple((i8, types.Tuple((i8, f8))))
    assert typeof(Point(1, 2.0)) == types.NamedTuple((i8, f8), Point)
    named = types.NamedTuple((types.literal(1), f8), Point)
    assert unliteral(named) == typeof(Point(1, 2.0))


def test_infer_merges_versions():
    def f(x, n, k=1):
        s = 0
        y = x
        if n > 0:
            y = None
        for i in range(n):
            s = s + x
            t = (i, s, Point(1, x))
        return t if y is None else t

    got = infer(f, (f8, i8, types.Omitted(1)))
    assert got.types["s"] == f8 and got.types["i"] == got.types["n"] == got.types["k"] == i8
    assert got.types["y"] == types.Optional(f8)
    assert got.types["t"] == types.Tuple((i8, f8, types.NamedTuple((i8, f8), Point)))
    assert got.return_type == got.types["t"]
    assert all(name.isidentifier() for name in got.types)


def test_infer_leaves_out_what_is_dead():
    def f(x):
        inner = lambda z: z + x
        dead = x * 2
        return inner(x)

    assert "dead" not in infer(f, (f8,)).types


def test_infer_of_arrays():
    def f(a, c):
        b = a if c else a[::2]
        return b

    got = infer(f, (A, b1))
    assert got.types["b"] == f8[:] and got.types["a"] == A


def test_infer_refuses_what_numba_refuses():
    def f(a):
        return a.nothing

    with pytest.raises(TypingError, match="Unknown attribute 'nothing'"):
        infer(f, (A,))


def test_infer_does_not_change_the_functions_that_it_meets():
    """A helper that is compiled on the way keeps Numba's error model."""
    @njit
    def divide(x, y):
        return x / y

    infer(lambda x: divide(x, x), (f8,))
    with pytest.raises(ZeroDivisionError):
        divide(0.0, 0.0)


def test_infer_in_threads():
    def f(x):
        y = x * 2
        return y

    got = []
    threads = [threading.Thread(target=lambda t=t: got.append(infer(f, (t,)).types["y"] == t))
               for t in [f8, i8, c16, A] * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [True] * 12


def test_options():
    assert CompilerOptions.of(test_options) == CompilerOptions()
    jitted = njit(test_options, fastmath={"nsz", "arcp"}, error_model="numpy", parallel=True)
    options = CompilerOptions.of(jitted, nogil=True, parallel=None, fastmath=None)
    assert options == CompilerOptions(("arcp", "nsz"), "numpy", nogil=True, parallel=True)
    assert CompilerOptions.of(njit(test_options)).error_model == "python"
    assert CompilerOptions.of(jitted, fastmath=True).njit()["fastmath"] is True
    assert set(CompilerOptions().njit()) >= {"fastmath", "error_model"}
    assert njit(**options.njit())(test_options).targetoptions["fastmath"] == {"nsz", "arcp"}


def test_numba_version():
    assert numba.version_info.short == (0, 68), "the private imports were read for this version"
