"""Cotangents of results that are structured matrices, as callers give them."""

from __future__ import annotations

import numpy as np
import pytest

import adcomp
from adcomp.errors import ShapeMismatch
from adcomp.matrices import CSC, CSR, Diagonal, Symmetric

BACK = adcomp.pullback(lambda X: 2.0 * X)
SYMMETRIC = Symmetric(np.array([[1.0, 2.0], [9.0, 3.0]]))
SPARSE = CSR(np.array([1.0, 2.0, 3.0]), np.array([0, 2, 1]), np.array([0, 2, 3]), (2, 3))


@pytest.mark.parametrize("given, natural", [
    (np.array([[1.0, 2.0], [4.0, 3.0]]), [[2.0, 6.0], [6.0, 6.0]]),
    (Symmetric(np.array([[1.0, 3.0], [0.0, 3.0]])), [[2.0, 6.0], [6.0, 6.0]]),
    (Diagonal(np.array([1.0, 2.0])), [[2.0, 0.0], [0.0, 4.0]]),
])
def test_of_a_symmetric_matrix(given, natural):
    (x_bar,) = BACK(SYMMETRIC)[1](given)
    assert isinstance(x_bar, Symmetric) and x_bar.dense().tolist() == natural


def test_of_a_sparse_matrix_on_its_own_pattern_and_on_another():
    _, back = BACK(SPARSE)
    assert back(SPARSE)[0].data.tolist() == [2.0, 4.0, 6.0]
    assert back(np.arange(6.0).reshape(2, 3))[0].data.tolist() == [0.0, 4.0, 8.0]
    other = CSR(np.array([5.0, 7.0]), np.array([1, 2]), np.array([0, 2, 2]), (2, 3))
    assert back(other)[0].data.tolist() == [0.0, 14.0, 0.0]
    columns = CSC(np.array([5.0, 7.0]), np.array([0, 1]), np.array([0, 1, 2, 2]), (2, 3))
    assert back(columns)[0].data.tolist() == [10.0, 0.0, 14.0]


@pytest.mark.parametrize("given", [np.ones((3, 3)), np.ones(2), Diagonal(np.ones(3))])
def test_of_another_shape_is_refused(given):
    _, back = BACK(SYMMETRIC)
    with pytest.raises(ShapeMismatch):
        back(given)
