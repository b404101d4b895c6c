"""Projection of arrays of numbers."""

import numpy as np

from adcomp.tangents import NoTangent, projector

from .harness import case


@case("B-01")
def integers_and_complex():
    return projector(np.array([1, 2, 3]))(np.array([1, 2, 3 + 4j]))


@case("B-02")
def unit_axis_on_the_right():
    return projector(np.ones(3))(np.array([[1.0], [2.0], [3.0]]))


@case("B-03")
def unit_axis_on_the_left():
    return projector(np.ones(3))(np.ones((1, 3)))


@case("B-04")
def other_length():
    return projector(np.ones(3))(np.ones(4))


@case("B-05")
def complex_and_real():
    return projector(np.full((2, 2), 1 + 1j))(np.array([[1.0, 3.0], [2.0, 4.0]]))


@case("B-06")
def no_axes():
    result = projector(np.array(1.0))(3.14 + 1j)
    assert isinstance(result, np.ndarray)
    return result


@case("B-07")
def scalar_for_a_vector():
    return projector(np.ones(1))(3.14)


@case("B-08")
def booleans():
    return projector(np.array([True, False]))(np.array([1.0, 2.0]))


@case("B-09")
def list_of_vectors():
    return projector([np.array([1, 2]), np.array([3, 4, 5])])(
        [np.array([1, 2 + 3j]), np.array([4 + 5j, 6, 7])])


@case("B-10")
def precision_of_the_value():
    return projector(np.ones(2, np.float32))(np.array([0.1, 0.2]))


@case("B-11")
def only_hard_zeros():
    return projector(np.ones(3))([NoTangent, NoTangent, NoTangent])
