"""`clamptype` in compiled code gives what it gives in Python."""

from collections import namedtuple

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from adcomp.errors import ShapeMismatch
from adcomp.tangents import NoTangent, clamptype

Pair = namedtuple("Pair", "a b")


@njit
def clamped(x_bar, like):
    return clamptype(x_bar, like)


def same(found, wanted):
    if wanted is NoTangent:
        assert found is None
    elif isinstance(wanted, tuple):
        assert type(found) is type(wanted) and len(found) == len(wanted)
        for f, w in zip(found, wanted):
            same(f, w)
    else:
        np.testing.assert_array_equal(found, wanted)
        assert np.asarray(found).shape == np.asarray(wanted).shape
        if isinstance(wanted, np.ndarray):
            assert found.dtype == wanted.dtype


@pytest.mark.parametrize("x_bar, like", [
    (2 + 3j, 1.0), (3.0, 1j), (2 + 1j, 7), (0.1, np.float32(1)), (np.float32(0.1), 1.0), (3, np.complex64(1)),
    (True, 1.0), (np.array(2 + 1j), 1.0), (1.0, True), (1.0, None), (1.0, "text"),
    (np.ones(3), np.zeros(3)), (np.array([1j, 2, 3]), np.zeros(3)), (np.ones(3), np.zeros(3, np.float32)),
    (np.array([1j, 2, 3]), np.zeros(3, np.float32)), (np.ones(3, np.float32), np.zeros(3, complex)),
    (np.ones((2, 3)).T * 1j, np.zeros((3, 2))), (np.ones(6)[::2], np.zeros(3, complex)),
    (np.ones(3), np.zeros(3, int)), (np.ones(3, int), np.zeros(3)), (np.ones(3, bool), np.zeros(3)),
    (np.ones((3, 1)), np.zeros(3)), (np.ones((3, 1, 1)) * 1j, np.zeros(3)), (np.ones(3), np.zeros((3, 1))),
    (np.ones((0, 2)) * 1j, np.zeros((0, 2))), (3.14 + 1j, np.array(1.0)), (np.ones(2), np.ones(2, bool)),
    ((1j, 2.0, np.ones(2)), (1.0, True, np.zeros(2))), ((1j, (2, 3j)), (1.0, (1.0, 2j))),
    ((1j,), (False,)), ((), ()), ((1j, 2), Pair(1.0, 2)), (Pair(1j, 2), Pair(1.0, False)),
], ids=lambda v: repr(v)[:30])
def test_like_in_python(x_bar, like):
    same(clamped(x_bar, like), clamptype(x_bar, like))


def test_an_array_that_is_right_is_not_copied():
    x_bar = np.ones(3)
    assert np.shares_memory(clamped(x_bar, np.zeros(3)), x_bar)


@pytest.mark.parametrize("given, like", [((1, 3), (3,)), ((4,), (3,)), ((2, 3), (3, 2)), ((3, 2), (3,))])
@pytest.mark.parametrize("dtype", [float, complex])
def test_shapes(given, like, dtype):
    with pytest.raises(ShapeMismatch):
        clamped(np.ones(given, dtype), np.zeros(like))


@pytest.mark.parametrize("x_bar, like", [
    (1.0, np.ones(1)), ((1.0, 2.0), (1.0,)), ("a", 1.0), (np.ones(2), 1.0), (1.0, (1.0, 2.0)),
    (np.array(1.0), np.ones(1)), (namedtuple("Other", "a c")(1.0, 2.0), Pair(1.0, 2.0)),
])
def test_kinds_that_do_not_fit_are_refused_while_compiling(x_bar, like):
    with pytest.raises(TypingError, match="clamptype: the cotangent"):
        clamped(x_bar, like)
