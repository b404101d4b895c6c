"""Structural tangents, and values moved by tangents."""

import pickle
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.sparse

from adcomp.errors import ShapeMismatch, TangentError
from adcomp.matrices import Diagonal, Symmetric
from adcomp.tangents import Lazy, NoTangent, Tangent, ZeroTangent, moved, projector, register_rebuild


@dataclass
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Other:
    x: float
    y: float


class Awkward:
    """Fields that are called like what a tangent has itself."""

    def __init__(self, fields, primal_type):
        self.fields = fields
        self.primal_type = primal_type


class Picky:
    def __init__(self, x):
        raise RuntimeError("a constructor that must not run")

    @classmethod
    def make(cls, x):
        made = object.__new__(cls)
        made.x = x
        return made


Pair = namedtuple("Pair", "a b")


def test_fields_that_are_left_out_are_zero():
    t = Tangent(Point, x=1.0)
    assert t.x == 1.0 and t.y is ZeroTangent and t["y"] is ZeroTangent
    assert t.primal_type is Point and dict(t.fields) == {"x": 1.0}
    with pytest.raises(AttributeError, match="no field 'z'"):
        t.z


@pytest.mark.parametrize("P", [Point, Other, Pair, complex, Diagonal])
def test_unknown_names_are_refused(P):
    with pytest.raises(TangentError, match="no field 'q'"):
        Tangent(P, q=1.0)


def test_flags_and_sizes_take_hard_zeros_only():
    assert Tangent(Symmetric, data=np.ones((2, 2)), uplo=NoTangent).uplo is NoTangent
    with pytest.raises(TangentError, match="'uplo' of Symmetric has no tangent"):
        Tangent(Symmetric, uplo="U")


def test_a_sum_has_the_fields_of_both():
    assert Tangent(Point, y=1.5) + Tangent(Point, x=2.5) == Tangent(Point, x=2.5, y=1.5)
    nested = Tangent(Point, x=(1.0, [2.0])) + Tangent(Point, x=(1.0, [3.0]))
    assert nested.x == (2.0, [5.0])
    assert Tangent(Point, x=NoTangent) + Tangent(Point, x=ZeroTangent) == Tangent(Point, x=NoTangent)
    assert Tangent(Point, x=1.0) + Lazy(lambda: Tangent(Point, x=2.0)) == Tangent(Point, x=3.0)
    assert Tangent(Point, x=1.0) + ZeroTangent == Tangent(Point, x=1.0) == NoTangent + Tangent(Point, x=1.0)


def test_tangents_of_two_classes_neither_add_nor_compare():
    with pytest.raises(TangentError, match="cannot be added"):
        Tangent(Point, x=1.0) + Tangent(Other, x=1.0)
    assert Tangent(Point, x=1.0) != Tangent(Other, x=1.0)
    assert Tangent(Point, x=1.0) != {"x": 1.0} and Tangent(Point, x=1.0) != 1.0


def test_scaling():
    t = Tangent(Point, x=np.ones(2), y=(1.0, [ZeroTangent]))
    assert 2 * t == t + t == t * 2.0
    assert (t / 2).y == (0.5, [ZeroTangent]) and (t * 3).y == (3.0, [ZeroTangent])
    assert ZeroTangent * t is ZeroTangent and t * NoTangent is NoTangent
    with pytest.raises(TypeError):
        t * t
    assert (np.float64(2.0) * Tangent(Point, x=1.0)) == Tangent(Point, x=2.0)


def test_subtracting_and_conjugating():
    assert Tangent(Point, x=3.0) - Tangent(Point, x=1.0, y=2.0) == Tangent(Point, x=2.0, y=-2.0)
    assert Tangent(Pair, a=(1j, Lazy(lambda: 2j))).conj().a[1].force() == -2j
    assert (-Tangent(Point, x=(1.0, {"a": [ZeroTangent]}))).x == (-1.0, {"a": [ZeroTangent]})


def test_mutable_for_mutable_classes_only():
    t = Tangent(Point, x=1.0)
    t.y = 2.0
    assert t == Tangent(Point, x=1.0, y=2.0)
    with pytest.raises(TangentError):
        t.q = 1.0
    with pytest.raises(AttributeError, match="immutable"):
        Tangent(Other, x=1.0).y = 2.0


def test_any_field_name_will_do():
    t = projector(Awkward(1.0, 2.0))(Awkward(1 + 1j, 3.0))
    assert t["fields"] == 1.0 and t["primal_type"] == 3.0 and t.primal_type is Awkward
    assert moved(Awkward(1.0, 2.0), t).fields == 2.0


def test_pickling():
    t = Tangent(Point, x=1.0, y=ZeroTangent)
    assert pickle.loads(pickle.dumps(t)) == t


def test_a_tangent_is_its_own_tangent_type():
    t = Tangent(Point, x=1.0, y=2.0)
    second = projector(t)(Tangent(Point, x=1j, y=3.0))
    assert second == Tangent(Point, x=0.0, y=3.0)


def test_value_plus_tangent():
    assert Point(3.5, 1.5) + Tangent(Point, x=2.5) == Point(6.0, 1.5)
    assert Other(3.5, 1.5) + Tangent(Other, x=2.5) == Other(6.0, 1.5)
    assert moved(Pair(1.0, 2.0), Tangent(Pair, b=1.0)) == Pair(1.0, 3.0)
    assert moved(1 + 1j, Tangent(complex, im=2.0)) == 1 + 3j
    assert moved(Picky.make(1.0), Tangent(Picky, x=1.0)).x == 2.0
    with pytest.raises(TangentError, match="cannot be moved by a tangent of Other"):
        Point(1.0, 2.0) + Tangent(Other, x=1.0)
    assert moved({"a": 1.0, "b": [1.0]}, {"b": [2.0]}) == {"a": 1.0, "b": [3.0]}
    np.testing.assert_array_equal(
        moved(Diagonal(np.ones(2)), Tangent(Diagonal, diag=np.ones(2))).dense(), 2 * np.eye(2))


@pytest.mark.parametrize("x, tangent", [
    (np.ones(2), np.ones(3)), (np.ones((2, 2)), np.ones(2)), ((1.0, 2.0), (1.0,)), (np.ones(2), 1.0),
    ([1.0], 1.0),
])
def test_a_tangent_of_another_shape_is_refused(x, tangent):
    with pytest.raises(ShapeMismatch):
        moved(x, tangent)


def test_records_and_sparse_matrices_are_moved():
    x = np.zeros(2, "f8,i4")
    new = moved(x, projector(x)({"f0": np.ones(2)}))
    assert new["f0"].tolist() == [1.0, 1.0] and new.dtype == x.dtype and x["f0"].tolist() == [0.0, 0.0]
    s = scipy.sparse.csr_array((np.array([0.0, 1.0]), np.array([1, 0]), np.array([0, 2, 2])), (2, 2))
    new = moved(s, projector(s)(np.array([[1.0, 2.0], [3.0, 4.0]])))
    assert new.indices.tolist() == [1, 0] and new.data.tolist() == [2.0, 2.0]
    assert s.data.tolist() == [0.0, 1.0]


def test_the_hook_gets_all_fields_by_name():
    class Kelvin:
        def __init__(self, celsius, label):
            self.celsius, self.label = celsius, label
            self.kelvin = celsius + 273.15

    register_rebuild(Kelvin, lambda celsius, label, kelvin: Kelvin(celsius, label))
    new = moved(Kelvin(0.0, "ice"), Tangent(Kelvin, celsius=1.0))
    assert (new.celsius, new.kelvin, new.label) == (1.0, 274.15, "ice")
    with pytest.raises(TypeError):
        register_rebuild(3, Kelvin)
