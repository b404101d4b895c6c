"""Structured matrices: projection and structural cotangents."""

from __future__ import annotations

import numpy as np

from adcomp.matrices import (
    Bidiagonal,
    Diagonal,
    Fill,
    Hermitian,
    Symmetric,
    SymTridiagonal,
    Transpose,
    Tridiagonal,
    UnitLowerTriangular,
    UpperTriangular,
)
from adcomp.tangents import projector
from adcomp.tangents.conversions import natural, structural
from tests.conformance.harness import case

A = np.array([[1.0, 4.0, 7.0], [2.0, 5.0, 8.0], [3.0, 6.0, 9.0]])
M = np.array([[2.0, -1.0, 0.5], [0.25, 3.0, 1.5], [1.0, -2.0, 4.0]])
V, W = np.array([1.5, -2.0, 0.5]), np.array([0.25, 3.0])


@case("D-01")
def diagonal():
    return projector(Diagonal(V))(A)


@case("D-02")
def symmetric():
    return projector(Symmetric(M, "U"))(A)


@case("D-03")
def symmetric_structural():
    return structural(Symmetric(M, "U"), A).data


@case("D-04")
def hermitian():
    return projector(Hermitian(M + 0.5j * M.T, "L"))(A + 1j)


@case("D-05")
def upper_triangular():
    return projector(UpperTriangular(M))(A)


@case("D-06")
def bidiagonal():
    return projector(Bidiagonal(V, W, "L"))(A)


@case("D-07")
def symmetric_tridiagonal():
    return projector(SymTridiagonal(V, W))(A)


@case("D-08")
def symmetric_tridiagonal_structural():
    x_bar = structural(SymTridiagonal(V, W), A)
    return x_bar.dv, x_bar.ev


@case("D-09")
def tridiagonal():
    return projector(Tridiagonal(W, V, W))(A)


@case("D-10")
def bidiagonal_of_the_other_kind():
    other = Bidiagonal(np.array([1 + 1j, 2 + 1j, 3 + 1j]), np.array([7 + 1j, 8 + 1j]), "U")
    x_bar = projector(Bidiagonal(V, W, "L"))(other)
    assert type(x_bar) is Bidiagonal and x_bar.uplo == "L"
    return x_bar


@case("D-11")
def symmetric_of_complex():
    return projector(Symmetric(M[:2, :2]))(np.array([[1 + 1j, 3 + 1j], [2 + 1j, 4 + 1j]]))


@case("D-12")
def row_vector():
    x_bar = projector(Transpose(V))(np.array([[4, 5, 6 + 7j]]))
    assert type(x_bar) is Transpose
    return x_bar


@case("D-13")
def row_vector_of_a_vector():
    return projector(Transpose(V))(np.array([1.0, 2.0, 3.0]))


@case("D-14")
def diagonal_of_booleans():
    return projector(Diagonal(np.array([True, False, True])))(A)


@case("D-15")
def unit_triangular():
    return projector(UnitLowerTriangular(M))(A)


@case("D-16")
def idempotence():
    project = projector(Symmetric(M, "U"))
    return project(project(A))


@case("D-17")
def smaller_subspace():
    x_bar = projector(Symmetric(M))(Diagonal(np.array([1.0, 2.0, 3.0])))
    assert type(x_bar) is Diagonal
    return x_bar


@case("D-18")
def fill():
    x, x_bar = Fill(2.0, (1, 3)), np.array([[10.0, 0.0, 5.0]])
    return structural(x, x_bar).value, natural(x, x_bar)


@case("D-19")
def bidiagonal_of_another_shape():
    return projector(Bidiagonal(V, W))(np.ones((3, 2)))
