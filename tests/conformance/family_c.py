"""Projection of containers."""

from collections import namedtuple

import numpy as np

from adcomp.tangents import NoTangent, Tangent, projector

from .harness import case

One = namedtuple("One", "a")
Three = namedtuple("Three", "a b c")


class Box:
    def __init__(self, x):
        self.x = x


@case("C-01")
def mixed_tuple():
    return projector((np.array([1, 2, 3]), False, "gamma"))((np.array([1.0, 2.0, 3.0]), 4, 5))


@case("C-02")
def no_tangent_at_all():
    return projector((True, [False]))((1.0, [2.0]))


@case("C-03")
def all_zero():
    return projector((1.0,))((NoTangent,))


@case("C-04")
def other_length():
    return projector((1.0,))([1, 2])


@case("C-05")
def unknown_field():
    return projector(One(1.0))({"a": 1, "b": 2})


@case("C-06")
def any_order():
    return projector(Three(np.array([1, 2, 3]), False, "gamma"))(
        {"b": 4, "a": np.array([1.0, 2.0, 3.0]), "c": 5})


@case("C-07")
def no_fields():
    result = projector(One(1.0))(Tangent(One))
    assert repr(result.a) == "ZeroTangent"
    return result


@case("C-08")
def box():
    result = projector(Box(2.0))(Box(3 + 1j))
    assert isinstance(result, Tangent)
    return result.x
