"""Values as vectors and back; random tangents; values without junk."""

from __future__ import annotations

import enum
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.sparse
from numba.typed import Dict, List

from adcomp import testing
from adcomp.errors import ShapeMismatch
from adcomp.matrices import CSR, Diagonal, Hermitian, Symmetric, UpperTriangular
from adcomp.tangents import Lazy, NoTangent, Tangent, ZeroTangent
from adcomp.testing import (
    check_tangent,
    junk_free,
    rand_tangent,
    register_junk_free,
    to_vec,
    to_vec_tangent,
)
from adcomp.testing.vectors import names, tangent_numbers

Pair = namedtuple("Pair", "a b")


class Colour(enum.IntEnum):
    RED = 1


@dataclass(frozen=True)
class Positive:
    x: float
    label: str = "p"

    def __post_init__(self):
        if self.x <= 0.0:
            raise ValueError("not positive")


class Plain:
    def __init__(self):
        self.w, self.n = np.array([1.0, 2.0]), 3


RECORD = np.dtype([("w", "f8", (2, 2)), ("k", "i4"), ("z", "c16")])


def record():
    x = np.zeros(2, RECORD)
    x["w"], x["z"] = np.arange(8.0).reshape(2, 2, 2), [1 + 2j, 3.0]
    return x


def typed_list():
    x = List()
    x.append(1.0)
    x.append(2.0)
    return x


def typed_dict():
    x = Dict()
    x["a"] = np.array([1.0, 2.0])
    return x


VALUES = {
    "float": (1.5, 1), "float32": (np.float32(1.5), 1), "complex": (1 + 2j, 2), "int": (3, 0),
    "bool": (True, 0), "enum": (Colour.RED, 0), "text": ("text", 0), "none": (None, 0),
    "slice": (slice(1, 2), 0), "array": (np.arange(6.0).reshape(2, 3), 6),
    "fortran": (np.asfortranarray(np.arange(6.0).reshape(2, 3)), 6), "view": (np.arange(6.0)[::2], 3),
    "complex array": (np.array([1 + 2j, 3.0]), 4), "empty": (np.zeros((0, 2)), 0), "0-d": (np.array(1.0), 1),
    "integers": (np.arange(3), 0), "tuple": ((1.0, (2.0, "text")), 2),
    "named tuple": (Pair(1.0, np.ones(2)), 3), "list": ([1.0, np.ones(2), 4], 3),
    "typed list": (typed_list(), 2), "dict": ({"b": 1.0, "a": np.ones(2)}, 3),
    "typed dict": (typed_dict(), 2),
    "dataclass": (Positive(1.0), 1), "object": (Plain(), 2), "records": (record(), 12),
    "array of arrays": (np.array([np.ones(2), np.ones(3)], object), 5),
    "diagonal": (Diagonal(np.array([1.0, 2.0])), 2), "symmetric": (Symmetric(np.ones((2, 2))), 4),
    "hermitian": (Hermitian(np.ones((2, 2)) + 0j), 8), "scipy": (scipy.sparse.csr_matrix(np.eye(3)), 3),
    "csr": (CSR.from_scipy(scipy.sparse.csr_matrix(np.eye(3))), 3),
    "tangent": (Tangent(Diagonal, diag=np.ones(3)), 3), "lazy": (Lazy(lambda: 2.0), 1),
    "hard zero": (ZeroTangent, 0), "NoTangent": (NoTangent, 0),
}


@pytest.mark.parametrize("kind", VALUES)
def test_there_and_back(kind):
    x, length = VALUES[kind]
    vector, rebuild = to_vec(x)
    assert vector.dtype == np.float64 and vector.shape == (length,)
    again = rebuild(vector)
    np.testing.assert_array_equal(to_vec(again)[0], vector)
    if kind not in ("lazy",):
        assert type(again) is type(x)
    if isinstance(x, np.ndarray) and x.dtype.kind in "fc":
        np.testing.assert_array_equal(again, x)
        assert again.dtype == x.dtype and again.flags.f_contiguous == (
            x.flags.f_contiguous or x.ndim < 2 or kind == "empty")
        assert not np.shares_memory(again, x)
    with pytest.raises(ShapeMismatch):
        rebuild(np.zeros(length + 1))


@pytest.mark.parametrize("kind", VALUES)
def test_tangents_have_vectors_as_long(kind):
    x, length = VALUES[kind]
    vector, rebuild = to_vec_tangent(x)
    tangent = rebuild(vector)
    np.testing.assert_array_equal(tangent_numbers(x, tangent), vector)
    drawn = rand_tangent(x, 3)
    assert len(tangent_numbers(x, drawn)) == length
    assert len(tangent_numbers(x, ZeroTangent)) == length
    assert len(names(x)) == length
    if length == 0 and kind != "empty":
        assert tangent is NoTangent and drawn is NoTangent or x is ZeroTangent
    if isinstance(tangent, Tangent) and not isinstance(x, Tangent):
        assert tangent.primal_type is type(x)


def test_nothing_is_validated_while_differencing():
    assert to_vec(Positive(1.0))[1](np.array([-1.0])).x == -1.0
    tangent = to_vec_tangent(Positive(1.0))[1](np.array([-1.0]))
    assert tangent.primal_type is Positive and tangent.label is NoTangent


def test_the_vector_has_no_nan_of_its_own():
    assert np.array_equal(to_vec((np.inf, -0.0))[0], [np.inf, 0.0])
    x = complex(np.inf, 1.0)
    assert to_vec(x)[1](to_vec(x)[0]) == x


def test_order_of_fields_and_keys():
    assert list(to_vec({"b": 1.0, "a": 2.0})[0]) == [1.0, 2.0]
    assert list(to_vec(np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]))[0]) == [1.0, 2.0, 3.0, 4.0]
    assert names({"b": 1j, "a": Pair(1.0, 2.0)}, "m") == [
        "m['b'].real", "m['b'].imag", "m['a'].a", "m['a'].b"]


def test_missing_entries_of_tangents_are_zero():
    d = Diagonal(np.array([1.0, 2.0]))
    assert list(tangent_numbers(d, Tangent(Diagonal))) == [0.0, 0.0]
    assert list(tangent_numbers({"a": 1.0, "b": 2.0}, {"b": 3.0})) == [0.0, 3.0]


@pytest.mark.parametrize("x, t", [
    (1.0, 1j), (np.ones(2), np.ones(3)), ((1.0, 2.0), (1.0,)), ((1.0, 2.0), [1.0, 2.0]),
    (Diagonal(np.ones(2)), Tangent(Symmetric)), (Diagonal(np.ones(2)), np.ones(2)), (1.0, Tangent(Diagonal)),
])
def test_what_is_no_tangent(x, t):
    with pytest.raises((TypeError, ShapeMismatch)):
        tangent_numbers(x, t)


def test_unknown_types():
    with pytest.raises(TypeError, match="take apart"):
        to_vec(iter([1.0]))


# Random tangents ----------------------------------------------------------------------------------


def test_short_decimals():
    drawn = rand_tangent(np.zeros(1000), 0)
    assert np.all(np.abs(drawn) <= 9.0) and np.allclose(drawn * 100, np.round(drawn * 100))
    z = rand_tangent(np.zeros(1000, complex), 0)
    assert np.allclose(z * 10, np.round(z * 10)) and len(np.unique(drawn)) > 100


def test_a_seed_or_a_generator():
    assert rand_tangent(1.0, 7) == rand_tangent(1.0, np.random.default_rng(7)) == rand_tangent(1.0, 7)
    rng = np.random.default_rng(7)
    assert rand_tangent(1.0, rng) != rand_tangent(1.0, rng)


def test_types_and_forms():
    assert rand_tangent(np.float32(1.0)).dtype == np.float32
    assert rand_tangent(np.zeros((2, 2), order="F")).flags.f_contiguous
    s = Symmetric(np.ones((2, 2)))
    structural, natural = rand_tangent(s, 1), rand_tangent(s, 1, form="natural")
    assert structural.uplo is NoTangent
    np.testing.assert_array_equal(natural, np.triu(structural.data) + np.triu(structural.data, 1).T)
    with pytest.raises(ValueError, match="form"):
        rand_tangent(s, form="dense")


# Junk ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x, expected", [
    (2.0, 2.0), ("text", "text"), (np.ones(2), np.ones(2)),
    (Symmetric(np.array([[1.0, 2.0], [9.0, 3.0]])), np.array([[1.0, 2.0], [2.0, 3.0]])),
    (UpperTriangular(np.array([[1.0, 2.0], [9.0, 3.0]])), np.array([[1.0, 2.0], [0.0, 3.0]])),
    ((1.0, Symmetric(np.array([[1.0, 2.0], [9.0, 3.0]]), "L")), (1.0, np.array([[1.0, 9.0], [9.0, 3.0]]))),
    (np.ma.masked_array([1.0, 2.0], [True, False]), np.array([0.0, 2.0])),
])
def test_junk_free(x, expected):
    found = junk_free(x)
    assert type(found) is type(expected)
    testing.test_approx(found, expected)


@pytest.mark.parametrize("make", [lambda m: m, CSR.from_scipy])
def test_junk_free_sparse_matrices_are_canonical(make):
    x = make(scipy.sparse.csr_matrix((np.array([1.0, 2.0, 3.0]), [1, 0, 1], [0, 3, 3]), shape=(2, 2)))
    plain = junk_free(x)
    np.testing.assert_array_equal(plain.data, [2.0, 4.0])
    np.testing.assert_array_equal(plain.indices, [0, 1])
    np.testing.assert_array_equal(x.data, [1.0, 2.0, 3.0])
    np.testing.assert_array_equal(x.indices, [1, 0, 1])


class Packed:
    def __init__(self, lu):
        self.lu = lu


def test_junk_free_of_a_class_of_ones_own():
    register_junk_free(Packed, lambda p: (np.tril(p.lu, -1), np.triu(p.lu)))
    lower, upper = junk_free([Packed(np.array([[1.0, 2.0], [3.0, 4.0]]))])[0]
    assert lower[1, 0] == 3.0 and upper[0, 1] == 2.0 and lower[0, 0] == 0.0


# Tangents of values of any kind -------------------------------------------------------------------


@pytest.mark.parametrize("kind", [k for k, (_, length) in VALUES.items() if length and k not in (
    "tangent", "lazy", "records", "typed list", "typed dict", "array of arrays")])
def test_laws_of_tangents(kind):
    assert "moving" in check_tangent(VALUES[kind][0]).passed


def test_a_value_without_tangent_has_no_laws():
    with pytest.raises(TypeError, match="no tangent"):
        check_tangent((True, "text"))
