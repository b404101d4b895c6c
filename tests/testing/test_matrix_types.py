"""`check_matrix_type`: it passes what ships, and finds what is wrong with a type."""

from __future__ import annotations

import numpy as np
import pytest

from adcomp.matrices import Diagonal, ScaledMatrix, Symmetric
from adcomp.tangents.matrix_types import register_matrix_type
from adcomp.tangents.structures import structure
from adcomp.testing import CheckFailure, check_matrix_type, check_tangent
from tests.matrices.samples import samples

SAMPLES = [(dtype, name) for dtype in ("float64", "complex128", "float32") for name in samples(dtype)]


@pytest.mark.parametrize("dtype, name", SAMPLES)
def test_the_types_of_the_library(dtype, name):
    x = samples(dtype)[name]
    report = check_matrix_type(x)
    assert {"vector", "junk", "linearity", "differences", "L4"} <= set(report.passed)
    assert "moving" in check_tangent(x).passed


def test_laws_that_do_not_apply():
    x = ScaledMatrix(np.array([[1.0, 2.0], [3.0, 4.0]]), 2.0)
    assert {"L1", "L2", "L3"} <= set(check_matrix_type(x).left_out)
    assert not check_matrix_type(Diagonal(np.ones(2))).left_out
    with pytest.raises(TypeError, match="no structured matrix"):
        check_matrix_type(np.ones((2, 2)))


def of(base, **methods):
    """A structure like another, with one method that is wrong."""
    scope = {"__annotations__": dict(base.__annotations__), **methods}
    made = type(f"Wrong{base.__name__}", (base,), scope)
    return structure(made, static=("uplo",) if base is Symmetric else ())


def forgets_the_mirror(self, a):
    return (np.triu(a),)


def halves_too(self, a):
    return (np.triu(a + a.T) / 2,)


def keeps_the_junk(self, a):
    return (a + a.T - np.diag(np.diag(a)),)


def copies_the_cotangent(self, data):
    return Symmetric(data, self.uplo)


def doubles(self, diag):
    return np.diag(2.0 * diag)


@pytest.mark.parametrize("check, base, method, function", [
    ("differences", Symmetric, "_pull_d", forgets_the_mirror),
    ("differences", Symmetric, "_pull_d", halves_too),
    ("junk", Symmetric, "_pull_d", keeps_the_junk), ("L2", Symmetric, "_pull_r", copies_the_cotangent),
    ("L1", Diagonal, "_push_d", doubles),
])
def test_wrong_types(check, base, method, function):
    cls = of(base, **{method: function})
    x = cls(np.array([1.0, 2.0])) if base is Diagonal else cls(np.array([[1.0, 2.0], [9.0, 3.0]]), "U")
    with pytest.raises(CheckFailure) as failed:
        check_matrix_type(x)
    assert failed.value.check == check, failed.value


class Outer:
    def __init__(self, u, v):
        self.u, self.v, self.note = u, v, "text"


register_matrix_type(Outer, fields=("u", "v"), destructure=lambda u, v: np.outer(u, v),
                     D=lambda x, a: (a @ x.v, x.u @ a), over_parametrised=True)


class Twice:
    """Registered as if its two fields were determined by the entries, which they are not."""

    def __init__(self, a, b):
        self.a, self.b = a, b


register_matrix_type(Twice, fields=("a", "b"), destructure=lambda a, b: a + b, D=lambda x, m: (m, m),
                     R=lambda x, a, b: (a + b) / 2)


def test_registered_types():
    assert "differences" in check_matrix_type(Outer(np.array([1.0, 2.0]), np.array([3.0]))).passed
    with pytest.raises(CheckFailure) as failed:
        check_matrix_type(Twice(np.ones((2, 2)), np.ones((2, 2))))
    assert failed.value.check in ("L1", "L2")
