"""`test_approx`: what counts as the same, and what its messages say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from adcomp import testing
from adcomp.matrices import Diagonal, Symmetric
from adcomp.tangents import Lazy, NoTangent, NotImplementedTangent, Tangent, ZeroTangent


@dataclass
class Pair:
    a: float
    b: object = None


@dataclass
class Other:
    a: float


SAME = [
    (ZeroTangent, 0.0), (0.0, ZeroTangent), (NoTangent, 0.0), (ZeroTangent, NoTangent),
    (ZeroTangent, np.zeros(3)), ((1.0, ZeroTangent), (1.0, np.zeros(2))),
    (ZeroTangent, (0.0, [0.0, NoTangent])), (ZeroTangent, Tangent(Pair, a=0.0, b=NoTangent)),
    (NoTangent, Tangent(Pair, a=NoTangent)), (Tangent(Pair, a=1.0), Tangent(Pair, a=1.0, b=np.zeros(2))),
    (Tangent(Pair, a=1.0), Pair(1.0, "x")), (Lazy(lambda: 2.0), 2.0), (1.0, 1), (1.0, 1.0 + 5e-10),
    (np.ones(2), np.ones(2) + 1e-10), (np.float32(1.0), 1.00005), (1.0 + 0j, 1.0), (np.array(2.0), 2.0),
    ("U", "U"), (None, None), (np.inf, np.inf), (np.array([1e6, 1.0]), np.array([1e6, 1.0 + 1e-4])),
    ({"a": 1.0}, {"a": 1.0}), (np.zeros(0), np.zeros(0)), (Diagonal(np.ones(2)), np.eye(2)),
    (Symmetric(np.array([[1.0, 2.0], [9.0, 1.0]])), np.array([[1.0, 2.0], [2.0, 1.0]])),
    (np.array([1, 2]), np.array([1, 2])),
]


@pytest.mark.parametrize("a, b", SAME)
def test_same(a, b):
    assert testing.test_approx(a, b) == () and testing.test_approx(b, a) == ()


DIFFERENT = [
    (ZeroTangent, 20.0, "result"), (ZeroTangent, (0.0, 1.0), r"result\[1\]"), (NoTangent, "U", "'U'"),
    (NoTangent, Tangent(Pair, a=0.0), "not NoTangent"), (ZeroTangent, Tangent(Pair, a=1.0), r"result\.a"),
    (Tangent(Pair, a=1.0), Tangent(Other, a=1.0), "tangent of"),
    (Tangent(Pair, a=1.0), (1.0,), "value of tuple"), (Tangent(Pair, a=1.0), {"a": 1.0}, "value of dict"),
    (Tangent(Pair, a=1.0), Pair(2.0), r"result\.a is"),
    (Tangent(Diagonal, diag=np.ones(2)), np.eye(2), "value of ndarray"),
    (Tangent(Pair, a=1.0), Tangent(Pair, a=1.0, b=1.0), r"result\.b"), (1.0, 1.0 + 1e-8, "1.00000001"),
    (np.ones(2), np.ones(3), r"shape \(2,\), not \(3,\)"), (np.nan, np.nan, "nan"), (np.inf, -np.inf, "inf"),
    ((1.0,), [1.0], "not"), ((1.0, 2.0), (1.0,), "2 parts, not 1"), ({"a": 1.0}, {"b": 1.0}, "keys"),
    (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 2.0], [3.5, 4.1]]),
     r"result\[1, 0\] is 3.0, not 3.5"),
    ((1.0, {"w": [1.0, 2.0]}), (1.0, {"w": [1.0, 2.5]}), r"result\[1\]\['w'\]\[1\] is 2.0, not 2.5"),
    ("U", "L", "'U'"), (np.array([1, 2]), np.array([1, 3]), r"result\[1\]"), (1.0, "text", "text"),
    (np.float32(1.0), 1.001, "1.001"),
]


@pytest.mark.parametrize("a, b, message", DIFFERENT)
def test_different(a, b, message):
    with pytest.raises(AssertionError, match=message):
        testing.test_approx(a, b)
    with pytest.raises(AssertionError):
        testing.test_approx(b, a)


def test_tolerances():
    testing.test_approx(1.0, 1.01, rtol=0.1)
    testing.test_approx(0.0, 0.01, atol=0.1)
    with pytest.raises(AssertionError, match="x_bar is"):
        testing.test_approx(np.float32(1.0), np.float32(1.00005), rtol=1e-9, atol=1e-9, path="x_bar")


def test_what_is_not_implemented_is_expected():
    missing = NotImplementedTangent("no series")
    assert testing.test_approx((1.0, missing), (1.0, 2.0)) == ("result[1] is not implemented: no series",)
    assert testing.test_approx(ZeroTangent, missing)
    assert testing.test_approx(Tangent(Pair, a=missing), Tangent(Pair))
    assert testing.test_approx(missing, NotImplementedTangent("no series")) == ()
    with pytest.raises(AssertionError):
        testing.test_approx(missing, NotImplementedTangent("another"))
    with pytest.raises(AssertionError):
        testing.test_approx((1.0, missing), (2.0, 2.0))
