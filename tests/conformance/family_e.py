"""Sparse matrices."""

from __future__ import annotations

import numpy as np

from adcomp.matrices import CSC, CSR
from adcomp.tangents import projector
from adcomp.tangents.conversions import structural
from tests.conformance.family_d import A
from tests.conformance.harness import case

M = CSR(np.array([0.5, 2.0, -1.0, 3.0, 1.5]), np.array([0, 2, 2, 0, 1]), np.array([0, 2, 3, 5]), (3, 3))


@case("E-01")
def stored_entries():
    x_bar = projector(M)(A)
    np.testing.assert_array_equal(x_bar.data, structural(M, A).data)
    return x_bar.data


@case("E-02")
def of_integers():
    return projector(M)(np.ones((3, 3), np.int64)).data


@case("E-03")
def of_another_shape():
    return projector(CSR(np.ones(1), np.array([3]), np.array([0] + [1] * 10), (10, 10)))(np.ones((5, 20)))


@case("E-04")
def explicit_zeros():
    x = CSR(np.array([0.0, 3.0]), np.array([0, 1]), np.array([0, 1, 2]), (2, 2))
    return projector(x)(np.array([[4.0, 5.0], [6.0, 7.0]])).data


@case("E-06")
def another_pattern():
    x = CSC(np.array([1.0, 2.0]), np.array([0, 2]), np.array([0, 1, 2, 2]), (3, 3))
    incoming = CSC(np.array([9.0, 8.0, 7.0]), np.array([0, 1, 2]), np.array([0, 1, 3, 3]), (3, 3))
    return projector(x)(incoming).data
