"""Cotangents that do not fit the value."""

from collections import namedtuple

import numpy as np

from adcomp import Tangent, clamptype
from adcomp.matrices import Diagonal, Symmetric

Point = namedtuple("Point", "x y")


def case_unknown_field():
    clamptype({"x": 1.0, "z": 2.0}, Point(1.0, 2.0))


def case_text_for_a_number():
    clamptype("two", 1.0)


def case_another_shape():
    clamptype(np.ones((2, 3)), Diagonal(np.ones(3)))


def case_tangent_of_another_class():
    clamptype(Tangent(Symmetric, data=np.ones((2, 2))), Diagonal(np.ones(2)))


def case_field_without_a_tangent():
    Tangent(Symmetric, uplo="U")
