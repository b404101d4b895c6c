"""Natural and structural form, and generic rules."""

from __future__ import annotations

import numpy as np

import adcomp
from adcomp.matrices import Fill, Rotation, ScaledMatrix, Symmetric, UpperTriangular, Woodbury
from adcomp.tangents import Tangent
from adcomp.tangents.conversions import generic_pullback, pull_d, pull_r, push_d
from tests.conformance.harness import case

S = Symmetric(np.array([[1.5, -2.0], [7.0, 0.5]]), "U")
SCALED = ScaledMatrix(np.array([[1.0, 2.0], [3.0, 4.0]]), 2.0)


def of_symmetric(*rows):
    return Tangent(Symmetric, data=np.array(rows, float))


@case("I-01")
def tangent_is_copied():
    return push_d(S, of_symmetric([1, 2], [9, 3]))


@case("I-02")
def cotangent_is_halved():
    return pull_r(S, of_symmetric([1, 2], [0, 3]))


@case("I-03")
def round_trip():
    return pull_d(S, pull_r(S, of_symmetric([1, 2], [0, 3]))).data


@case("I-04")
def round_trip_without_junk():
    return pull_d(S, pull_r(S, of_symmetric([1, 2], [7, 3]))).data


@case("I-05")
def over_parametrised():
    x_bar = pull_d(SCALED, np.eye(2))
    return x_bar.v, x_bar.alpha


@case("I-06")
def over_parametrised_round_trip():
    x_bar = pull_d(SCALED, pull_r(SCALED, Tangent(ScaledMatrix, v=2 * np.eye(2), alpha=7.0)))
    return x_bar.v, x_bar.alpha


@case("I-07")
def field_of_a_specialised_method():
    def f(c, X):
        return (c * X).alpha

    c_bar, x_bar = adcomp.gradient(f, wrt=(0, 1), form="structural")(3.0, SCALED)
    return c_bar, x_bar.alpha, x_bar.v


@case("I-08")
def entries_of_a_specialised_method():
    def f(c, X, B):
        return np.sum(B * (c * X).dense())

    B = np.array([[1.0, -1.0], [2.0, 0.5]])
    c_bar, x_bar = adcomp.gradient(f, wrt=(0, 1), form="structural")(3.0, SCALED, B)
    return c_bar, x_bar.alpha, x_bar.v


@case("I-09")
def sum_of_fill():
    return adcomp.gradient(lambda v: np.sum(Fill(v, (4, 3))))(0.7)


@case("I-10")
def product_with_fill():
    def f(A, v):
        return A @ Fill(v, (3, 4))

    A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    return adcomp.vjp(f, (A, 2.0), np.ones((2, 4)), wrt=(0, 1))


@case("I-11")
def any_right_inverse():
    x = Fill(2.0, (1, 3))
    spread = pull_r(x, Tangent(Fill, value=15.0))
    return pull_d(x, spread).value, pull_d(x, np.array([[15.0, 0.0, 0.0]])).value


@case("I-12")
def nonlinear():
    A = np.array([[0.0, 1.0], [0.0, 0.0]])
    return tuple(pull_d(Rotation(theta), A).theta for theta in (np.pi / 3, np.pi / 4))


@case("I-13")
def product_with_symmetric():
    def f(A, data):
        return A @ Symmetric(data, "U")

    A, data = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[2.0, 5.0], [np.nan, 3.0]])
    return adcomp.vjp(f, (A, data), np.array([[1.0, 0.0], [2.0, 1.0]]), wrt=(0, 1))


@case("I-14")
def product_of_triangular():
    def f(U, B):
        return UpperTriangular(U) @ B

    U, B = np.array([[1.0, 2.0], [9.0, 3.0]]), np.array([[1.0, 0.0], [1.0, 1.0]])
    return adcomp.vjp(f, (U, B), np.ones((2, 2)), wrt=(0, 1))


@case("I-15")
def generic_scale_rule():
    X = Symmetric(np.array([[1.0, 2.0], [np.nan, 3.0]]))
    y_bar = of_symmetric([1, 4], [0, 5])

    def dense_pullback(y_bar):
        return np.sum(X.dense() * y_bar), 2 * y_bar

    back = generic_pullback(dense_pullback, (2.0, X), 2.0 * X)
    c_bar, x_bar = back(y_bar)
    triangle = np.array([[1.0, 4.0], [0.0, 5.0]])  # the other choice of R keeps the triangle
    for mine, other in zip((c_bar, x_bar.data), dense_pullback(triangle)):
        np.testing.assert_allclose(mine, pull_d(X, other).data if np.ndim(other) else other)
    return c_bar, x_bar.data


@case("I-16")
def woodbury():
    A, d, s = np.array([[1.0, 2.0], [0.0, 1.0], [1.0, 0.0]]), np.array([2.0, 3.0]), np.ones(3)
    x_bar = adcomp.gradient(lambda W: np.sum(W))(Woodbury(A, d, s))
    return x_bar.A0, x_bar.d, x_bar.s
