"""Projection of scalars."""

import numpy as np

from adcomp.tangents import NoTangent, Tangent, ZeroTangent, projector

from .harness import case


@case("A-01")
def float_and_complex():
    return projector(1.0)(2 + 3j)


@case("A-02")
def complex_and_float():
    return projector(1 + 2j)(3.0)


@case("A-03")
def single_and_double():
    return projector(np.float32(1))(np.float64(0.5))


@case("A-04")
def single_complex_and_integer():
    return projector(np.complex64(1 + 2j))(3)


@case("A-05")
def integer():
    return projector(1)(np.float32(2.0))


@case("A-06")
def boolean():
    return projector(True)(2.0)


@case("A-07")
def hard_zero():
    return projector(3.14)(ZeroTangent)


@case("A-08")
def string():
    return projector("cde")(345)


@case("A-09")
def exact_integer_and_imaginary():
    return projector(2.0)(1 + 1j)


@case("A-10")
def complex_by_parts():
    return projector(np.complex64(1 + 2j))(Tangent(np.complex64, re=1, im=NoTangent))
