"""Tangent algebra and accumulation."""

from dataclasses import dataclass

import numpy as np

from adcomp.matrices import Diagonal, Hermitian
from adcomp.tangents import NoTangent, NotImplementedTangent, Tangent, ZeroTangent, moved, register_rebuild
from adcomp.tangents.accumulate import accumulate, may_accumulate_into

from .harness import case, error


@dataclass
class Foo:
    x: float
    y: float


class Doubled:
    """A record with the invariant ``x2 == 2 * x``."""

    def __init__(self, x):
        self.x = x
        self.x2 = 2 * x


register_rebuild(Doubled, lambda x, x2: Doubled((x + x2 / 2) / 2))


@case("O-01")
def hard_zero_and_number():
    return ZeroTangent + 1, 1 - ZeroTangent, ZeroTangent * 11.1


@case("O-02")
def two_hard_zeros():
    return NoTangent + ZeroTangent, NoTangent * ZeroTangent


@case("O-03")
def not_implemented():
    missing = NotImplementedTangent("order")
    return missing + 3.0, missing * ZeroTangent


@case("O-04")
def structural():
    return Tangent(Foo, x=1.5) + Tangent(Foo, x=2.5), Tangent(Foo, y=1.5) + Tangent(Foo, x=2.5)


@case("O-05")
def value_plus_tangent():
    result = Foo(3.5, 1.5) + Tangent(Foo, x=2.5)
    assert isinstance(result, Foo)
    return result


@case("O-06")
def in_place():
    x = -np.ones((2, 2))
    result = accumulate(x, np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert result is x
    return result


@case("O-08")
def mismatches():
    return (error(lambda: accumulate(np.ones((4, 4)), np.ones((2, 2)))),
            error(lambda: accumulate(np.ones(4), 21.0)))


@case("O-10")
def unknown_field():
    return Tangent(Foo, q=1.0)


@case("O-18")
def hook():
    return moved(Doubled(10.0), Tangent(Doubled, x=2.0, x2=6.0)).x


@case("O-07")
def diagonal_into_dense():
    return accumulate(-np.ones((2, 2)), Diagonal(np.array([1.0, 2.0])))


@case("O-09")
def where_in_place_is_safe():
    x = np.ones(6)
    repeated = np.lib.stride_tricks.as_strided(x, (2, 3), (8, 8))
    frozen = np.ones(3)
    frozen.flags.writeable = False
    into = (np.ones(3), np.ones(3, int), np.ones(3, bool), x[1:4], repeated, Diagonal(np.ones(3)), frozen,
            Hermitian(np.ones((2, 2)), "U"))
    return tuple(map(may_accumulate_into, into))
