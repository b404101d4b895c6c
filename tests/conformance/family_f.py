"""Gradients with respect to structured matrices."""

from __future__ import annotations

import numpy as np

import adcomp
from adcomp.matrices import (
    CSR,
    Diagonal,
    Hermitian,
    LowerTriangular,
    Symmetric,
    UnitLowerTriangular,
    UpperTriangular,
)
from tests.conformance.harness import case

FULL = np.array([[1.0, 4.0, 7.0], [2.0, 5.0, 8.0], [3.0, 6.0, 9.0]])


def plus_one(X):
    return np.sum(X + 1)


def upper_entry(X):
    return X[0, 1]


@case("E-05")
def sparse_product():
    M = CSR(np.array([1.0, 2.0, 3.0]), np.array([0, 2, 1]), np.array([0, 2, 3]), (2, 3))
    x = np.array([1.0, -1.0, 2.0])
    return adcomp.gradient(lambda M: np.sum((M @ x) ** 2))(M).data


@case("F-05")
def densifying_sum():
    return adcomp.gradient(plus_one)(Diagonal(np.array([0.1, 0.2, 0.3])))


@case("F-06")
def densifying_root():
    return adcomp.gradient(lambda X: np.sum(np.sqrt(X + 1) / 2))(Diagonal(np.array([0.0, 3.0, 8.0])))


@case("F-07")
def triangular_sum():
    return adcomp.gradient(plus_one)(UpperTriangular(FULL))


@case("F-08")
def two_contributions():
    return adcomp.gradient(lambda X: np.sum(X + X.T / 2))(Diagonal(np.array([1.0, 2.0, 3.0])))


@case("F-09")
def structural_zero():
    return adcomp.gradient(upper_entry)(LowerTriangular(FULL))


@case("F-10")
def structural_zero_of_unit_triangular():
    return adcomp.gradient(upper_entry)(UnitLowerTriangular(FULL))


@case("F-11")
def product_of_two():
    df = adcomp.gradient(lambda X, Y: np.sum(X @ Y), wrt=("X", "Y"))
    return df(LowerTriangular(np.ones((3, 3))), Diagonal(np.ones(3)))


@case("F-12")
def symmetric_entry():
    return adcomp.gradient(upper_entry)(Symmetric(FULL))


@case("F-13")
def hermitian_square():
    return adcomp.gradient(lambda X: np.sum(X @ X.T))(Hermitian(np.ones((3, 3))))


@case("F-17")
def off_diagonal_entry():
    X_bar = adcomp.gradient(lambda X: X[1, 0])(Diagonal(np.array([1.0, 2.0, 3.0])))
    assert isinstance(X_bar, Diagonal)
    return X_bar


@case("F-18")
def made_from_a_number():
    def f(x):
        return Symmetric(np.array([[x, 3 * x], [5 * x, 7 * x]]))[0, 1]

    return adcomp.gradient(f)(np.pi)


@case("F-19")
def made_from_an_array():
    return adcomp.gradient(lambda A: Symmetric(A)[0, 1])(np.ones((2, 2)))


@case("F-20")
def both_forms():
    X = Symmetric(np.ones((2, 2)))
    return adcomp.gradient(upper_entry)(X), adcomp.gradient(upper_entry, form="structural")(X).data


@case("F-21")
def both_triangles():
    def f(X):
        return X[0, 0] + 10 * X[0, 1] + 100 * X[1, 0]

    X = Symmetric(np.ones((2, 2)))
    return adcomp.gradient(f)(X), adcomp.gradient(f, form="structural")(X).data


@case("F-28")
def sine_of_a_diagonal():
    return adcomp.gradient(lambda X: np.sum(np.sin(X)))(Diagonal(np.array([0.0, np.pi / 2, np.pi])))


@case("F-33")
def symmetric_entry_below():
    return adcomp.gradient(lambda X: X[1, 2])(Symmetric(FULL))


@case("F-34")
def row_of_a_diagonal():
    v = np.array([1.0, 2.0, 3.0])
    return adcomp.gradient(lambda X: np.dot(X[1, :], v))(Diagonal(np.array([1.0, 2.0, 3.0])))


@case("F-35")
def product_of_all_entries():
    def f(X):
        y = 1.0
        for i in range(2):
            for j in range(2):
                y *= X[i, j]
        return y

    return adcomp.gradient(f)(Symmetric(np.array([[1.0, 2.0], [-333.0, 4.0]])))


@case("F-36")
def determinant():
    X = UpperTriangular(np.array([[2.0, 5.0, 7.0], [0.0, 3.0, 1.0], [0.0, 0.0, 4.0]]))
    return adcomp.gradient(lambda X: np.linalg.det(X))(X)


@case("N-13")
def root_of_a_diagonal():
    return adcomp.gradient(lambda X: np.sum(np.sqrt(X)))(Diagonal(np.array([4.0, 9.0])))
