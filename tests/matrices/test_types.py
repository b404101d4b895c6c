"""Making matrices, their degenerate sizes, and the interface that the test kit checks."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from adcomp.errors import ShapeMismatch
from adcomp.matrices import (
    CSC,
    CSR,
    Adjoint,
    Bidiagonal,
    Diagonal,
    Fill,
    Hermitian,
    Kronecker,
    LowerTriangular,
    Rotation,
    ScaledIdentity,
    ScaledMatrix,
    Symmetric,
    SymTridiagonal,
    Transpose,
    Tridiagonal,
    UnitUpperTriangular,
    UpperTriangular,
    Woodbury,
)
from adcomp.matrices.interpreter import dense_of
from adcomp.testing import check_matrix_type
from tests.matrices.samples import NAMES, samples

A, V, W = np.eye(3), np.ones(3), np.ones(2)


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("name", NAMES)
def test_interface(name, dtype):
    check_matrix_type(samples(dtype)[name])


@pytest.mark.parametrize("make", [
    lambda: Diagonal(A), lambda: Symmetric(V), lambda: Hermitian(np.ones((2, 3))),
    lambda: UpperTriangular(np.ones((2, 3))), lambda: UnitUpperTriangular(V), lambda: Bidiagonal(V, V),
    lambda: Tridiagonal(W, V, V), lambda: Tridiagonal(V, V, W), lambda: SymTridiagonal(V, A),
    lambda: Transpose(np.ones((1, 2, 3))), lambda: Adjoint(np.float64(1.0)), lambda: Fill(1.0, (3,)),
    lambda: ScaledMatrix(V, 1.0), lambda: Woodbury(V, V, V), lambda: Woodbury(A, W, V),
    lambda: Woodbury(A, V, W), lambda: Kronecker(A, V),
    lambda: CSR(V, np.arange(3), np.array([0, 3]), (2, 3)),
    lambda: CSR(V, np.arange(2), np.array([0, 3]), (1, 3)),
    lambda: CSC(A, np.arange(3), np.array([0, 3]), (3, 1)),
])
def test_shapes_are_checked(make):
    with pytest.raises(ShapeMismatch):
        make()


@pytest.mark.parametrize("make", [
    lambda: Symmetric(A, "upper"), lambda: Hermitian(A, 1), lambda: Bidiagonal(V, W, None),
    lambda: ScaledIdentity(V, 3), lambda: ScaledIdentity(1.0, -1), lambda: ScaledIdentity(1.0, 2.0),
    lambda: Fill("x", (2, 2)), lambda: ScaledMatrix(A, V), lambda: Rotation(1j), lambda: Rotation(V),
    lambda: CSR(V, np.array([0, 1, 3]), np.array([0, 3]), (1, 3)),
    lambda: CSR(V, np.array([0, -1, 2]), np.array([0, 3]), (1, 3)),
    lambda: CSR(V, np.arange(3), np.array([0, 2]), (1, 3)),
    lambda: CSC(V, np.arange(3), np.array([0, 4, 3]), (4, 2)),
])
def test_numbers_and_flags_are_checked(make):
    with pytest.raises(ValueError):
        make()


def test_scipy_there_and_back():
    for cls, kept in ((CSR, scipy.sparse.csr_array), (CSC, scipy.sparse.csc_matrix)):
        pattern = (np.array([0.0, 2.0, 3.0]), np.array([2, 0, 1]), np.array([0, 2, 3]))
        shape = (2, 3) if cls is CSR else (3, 2)
        given = kept(pattern, shape=shape)
        made = cls.from_scipy(given)
        np.testing.assert_array_equal(made.dense(), given.toarray())
        np.testing.assert_array_equal(made.indices, [2, 0, 1])  # neither sorted nor without its zero
        assert made.nnz == 3 and made.shape == shape
        back = made.to_scipy()
        np.testing.assert_array_equal(back.toarray(), given.toarray())
        assert back.nnz == 3
        clean = made._junk_free()
        np.testing.assert_array_equal(clean.dense(), made.dense())
    twice = samples()["CSR with duplicates"]
    assert twice._junk_free().nnz == twice.nnz - 2
    np.testing.assert_allclose(twice._junk_free().dense(), twice.dense())


@pytest.mark.parametrize("n", [0, 1])
def test_small_sizes(n):
    v, e, a = np.full(n, 2.0), np.zeros(0), np.full((n, n), 2.0)
    made = [Diagonal(v), ScaledIdentity(2.0, n), Symmetric(a), Hermitian(a, "L"), UpperTriangular(a),
            LowerTriangular(a), UnitUpperTriangular(a), Bidiagonal(v, e), Tridiagonal(e, v, e),
            SymTridiagonal(v, e), Fill(2.0, (n, n)), ScaledMatrix(a, 1.0), Woodbury(a, v, v),
            Kronecker(a, a), CSR(v, np.zeros(n, int), np.arange(n + 1), (n, n)),
            CSC(v, np.zeros(n, int), np.arange(n + 1), (n, n))]
    for m in made:
        full = m.dense()
        assert full.shape == m.shape == (n, n)
        np.testing.assert_allclose(m @ np.ones(n), full @ np.ones(n))
        np.testing.assert_allclose(np.sum(m), np.sum(full))
        np.testing.assert_allclose(np.linalg.det(m), np.linalg.det(full))
        np.testing.assert_allclose(m.solve(np.ones(n)), np.linalg.solve(full, np.ones(n)))
        np.testing.assert_allclose(dense_of(m + m), 2 * full)


def test_integers_and_mixed_fields():
    d = Diagonal(np.array([1, 2, 4]))
    assert (d @ np.array([1, 1, 1])).dtype == np.int64
    np.testing.assert_array_equal(d.solve(np.array([1, 1, 1])), [1.0, 0.5, 0.25])
    lower = LowerTriangular(np.array([[2, 0], [1, 4]]))
    np.testing.assert_array_equal(lower.solve(np.array([1, 1])), [0.5, 0.125])
    t = Tridiagonal(np.array([1, 1]), np.array([4.0, 4.0, 4.0]), np.array([1j, 1j]))
    assert t.dtype == np.complex128
    np.testing.assert_allclose(t @ V, t.dense() @ V)
    np.testing.assert_allclose(t.dense() @ t.solve(V), V)
    for m in (Symmetric(A), Kronecker(A, A), Woodbury(A, V, V), ScaledMatrix(A, 2.0)):
        b = np.ones(m.shape[0]) * 1j
        np.testing.assert_allclose(m @ b, m.dense() @ b)
        np.testing.assert_allclose(m.dense() @ m.solve(b), b)


def test_singular_matrices():
    zero = np.array([1.0, 0.0, 2.0])
    for m in (Diagonal(zero), UpperTriangular(np.diag(zero)), LowerTriangular(np.diag(zero)),
              Bidiagonal(zero, W), Bidiagonal(zero, W, "L"), ScaledIdentity(0.0, 3),
              Tridiagonal(np.array([0.0, 1.0]), zero, np.array([0.0, 0.0]))):
        with pytest.raises(np.linalg.LinAlgError):
            m.solve(V)


def test_rows_are_interchanged():
    """Elimination without pivots would divide by zero, or lose every digit."""
    for tiny in (0.0, 1e-20):
        t = Tridiagonal(np.array([1.0, 2.0]), np.array([tiny, 1.0, 1.0]), np.array([1.0, 3.0]))
        x = t.solve(np.array([1.0, 2.0, 3.0]))
        np.testing.assert_allclose(t.dense() @ x, [1.0, 2.0, 3.0], rtol=1e-14)
        np.testing.assert_allclose(t.det(), np.linalg.det(t.dense()))
        np.testing.assert_allclose(t.logdet(), np.linalg.slogdet(t.dense())[1])


def test_numpy_functions_without_a_method():
    s = Symmetric(np.array([[2.0, 1.0], [9.0, 3.0]]))
    np.testing.assert_allclose(np.linalg.eigvalsh(s), np.linalg.eigvalsh(s.dense()))
    np.testing.assert_allclose(np.maximum(s, 1.5), np.maximum(s.dense(), 1.5))
    np.testing.assert_allclose(np.add.reduce(s), s.dense().sum(axis=0))
    np.testing.assert_allclose(np.sum(s, axis=0, keepdims=True), s.dense().sum(axis=0, keepdims=True))
    np.testing.assert_allclose(np.float64(2.0) * s, 2.0 * s.dense())
    np.testing.assert_allclose(np.concatenate([s, s]), np.concatenate([s.dense(), s.dense()]))
    np.testing.assert_allclose(np.outer(np.ones(2), np.ones(2)) @ s, np.ones((2, 2)) @ s.dense())
