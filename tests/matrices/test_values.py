"""Every operation gives what it gives of the dense matrices."""

from __future__ import annotations

import operator

import numpy as np
import pytest

from adcomp.errors import ShapeMismatch
from adcomp.matrices import (
    Adjoint,
    Diagonal,
    Kronecker,
    Matrix,
    Rotation,
    ScaledIdentity,
    ScaledMatrix,
    Symmetric,
    Transpose,
    UnitLowerTriangular,
    Woodbury,
)
from adcomp.matrices.interpreter import dense_of
from tests.matrices.samples import DTYPES, NAMES, SINGULAR, numbers, samples


def close(actual, expected, dtype):
    tolerance = 2e-4 if np.dtype(dtype).name in ("float32", "complex64") else 1e-11
    actual, expected = np.asarray(dense_of(actual)), np.asarray(dense_of(expected))
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance)


@pytest.fixture(params=DTYPES)
def dtype(request):
    return request.param


@pytest.mark.parametrize("name", NAMES)
def test_what_a_matrix_is(name, dtype):
    m = samples(dtype)[name]
    a = m.dense()
    assert m.shape == a.shape and m.ndim == 2 and m.dtype == a.dtype and len(m) == len(a)
    close(m.T, a.T, dtype)
    close(m.H, a.conj().T, dtype)
    close(np.conj(m), a.conj(), dtype)
    close(np.asarray(m), a, dtype)
    for i in range(-a.shape[0], a.shape[0]):
        for j in range(-a.shape[1], a.shape[1]):
            close(m[i, j], a[i, j], dtype)
            assert np.asarray(m[i, j]).dtype == a.dtype
    for key in (-1, slice(1, 3), (0, slice(None)), (slice(None), -1), (..., 0)):
        close(m[key], a[key], dtype)
    for key in ((a.shape[0], 0), (0, -a.shape[1] - 1)):
        with pytest.raises(IndexError):
            m[key]


@pytest.mark.parametrize("name", NAMES)
def test_numbers_and_arrays(name, dtype):
    m = samples(dtype)[name]
    a = m.dense()
    rng = np.random.default_rng(1)
    for c in (2, -0.5, numbers(rng, (), dtype)[()]):
        for op in (operator.add, operator.sub, operator.mul):
            close(op(m, c), op(a, c), dtype)
            close(op(c, m), op(c, a), dtype)
        close(m / c, a / c, dtype)
        assert type(m * c) is type(c * m) and type(m / c) is type(m * c)
    close(-m, -a, dtype)
    assert (-m).dtype == a.dtype
    for shape in (a.shape, a.shape[1:], (a.shape[0], 1)):
        b = numbers(rng, shape, dtype)
        for op in (operator.add, operator.sub, operator.mul):
            close(op(m, b), op(a, b), dtype)
            close(op(b, m), op(b, a), dtype)
        close(m / b, a / b, dtype)


@pytest.mark.parametrize("name", NAMES)
def test_products_with_arrays(name, dtype):
    m = samples(dtype)[name]
    a = m.dense()
    rng = np.random.default_rng(2)
    for shape in ((a.shape[1],), (a.shape[1], 3), (a.shape[1], 1), (a.shape[1], 0)):
        b = numbers(rng, shape, dtype)
        close(m @ b, a @ b, dtype)
        close(m @ np.asfortranarray(b), a @ b, dtype)
        assert (m @ b).dtype == (a @ b).dtype
    for shape in ((a.shape[0],), (3, a.shape[0])):
        b = numbers(rng, shape, dtype)
        close(b @ m, b @ a, dtype)
    for n in (1, 6, 9):
        for wrong in (np.ones(n), np.ones((n, 2))):
            if n != a.shape[1]:
                with pytest.raises(ShapeMismatch):
                    m @ wrong
            if n != a.shape[0]:
                with pytest.raises(ShapeMismatch):
                    wrong.T @ m


@pytest.mark.parametrize("right", NAMES)
@pytest.mark.parametrize("left", NAMES)
def test_two_matrices(left, right):
    p, q = samples()[left], samples(seed=3)[right]
    a, b = p.dense(), q.dense()
    for op in (operator.add, operator.sub, operator.mul):
        if a.shape == b.shape:
            close(op(p, q), op(a, b), "float64")
        else:
            with pytest.raises(ShapeMismatch):
                op(p, q)
    if a.shape[1] == b.shape[0]:
        close(p @ q, a @ b, "float64")
    else:
        with pytest.raises(ShapeMismatch):
            p @ q


@pytest.mark.parametrize("name", NAMES)
def test_the_structure_is_kept(name):
    p, q = samples()[name], samples(seed=3)[name]
    kept = type(p)
    if name.startswith("Unit"):
        kept = type(p * 2.0)
        assert kept.__name__ == name[4:]
    if kept is not Rotation:
        for result in (p * 2.0, -p, p / 2.0):
            assert type(result) is kept
    if kept not in (Rotation, ScaledMatrix, Woodbury, Kronecker):
        for result in (p + q, p - q):
            assert type(result) is kept
    assert isinstance(p.conj(), Matrix)
    assert isinstance(p.T, np.ndarray if kept in (Transpose, Adjoint) else Matrix)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("f", [np.sin, np.cos, np.exp, np.sqrt, np.abs, np.square, np.negative],
                         ids=lambda f: f.__name__)
def test_elementary_functions(name, f, dtype):
    m = samples(dtype)[name]
    with np.errstate(invalid="ignore"):
        close(f(m), f(m.dense()), dtype)


@pytest.mark.parametrize("name", NAMES)
def test_of_the_whole(name, dtype):
    m = samples(dtype)[name]
    a = m.dense()
    close(np.sum(m), np.sum(a), dtype)
    close(m.sum(axis=0), a.sum(axis=0), dtype)
    close(np.sum(m, axis=1), a.sum(axis=1), dtype)
    close(np.sum(m, axis=-2), a.sum(axis=0), dtype)
    close(np.trace(m), np.trace(a), dtype)
    close(m.diagonal(), np.diag(a), dtype)
    if a.shape[0] == a.shape[1]:
        close(np.linalg.det(m), np.linalg.det(a), dtype)


@pytest.mark.parametrize("name", NAMES)
def test_solving(name, dtype):
    m = samples(dtype)[name]
    a = m.dense()
    if a.shape[0] != a.shape[1]:
        return
    if name in SINGULAR:
        with np.errstate(divide="ignore"):
            assert m.logdet() < -15
        return
    close(m.logdet(), np.linalg.slogdet(a)[1], dtype)
    close(np.linalg.slogdet(m)[0], np.linalg.slogdet(a)[0], dtype)
    close(m.inv(), np.linalg.inv(a), dtype)
    n = len(a)
    for shape in ((n,), (n, 3)):
        b = numbers(np.random.default_rng(5), shape, dtype)
        x = m.solve(b)
        close(a @ x, b, dtype)
        assert x.dtype == (a @ b).dtype
        close(np.linalg.solve(m, b), x, dtype)
    with pytest.raises(ShapeMismatch):
        m.solve(np.ones(n + 1, dtype))


@pytest.mark.parametrize("name", NAMES)
def test_junk_is_never_read(name):
    """With nan where nothing is stored, no result changes."""
    clean = samples()[name]
    junk = getattr(clean, "data", None)
    if junk is None or junk.ndim != 2:
        return
    reads = clean._pull_d(np.ones(clean.shape))[0] != 0
    assert not np.all(reads)
    dirty = type(clean)(*[np.where(reads, junk, np.nan) if f is junk else f for f in vars(clean).values()])
    b = np.arange(4.0)
    for use in (Matrix.__neg__, lambda m: m * 2.0, lambda m: m / 2.0, lambda m: m + m, lambda m: m @ b,
                lambda m: m.sum(), lambda m: m.trace(), lambda m: m.solve(b), lambda m: m.det(), np.tanh,
                lambda m: m.conj(), lambda m: m.T, lambda m: m + np.eye(4), lambda m: m * np.ones((4, 4)),
                lambda m: m._junk_free()):
        close(use(dirty), use(clean), "float64")


@pytest.mark.parametrize(("left", "op", "right", "kept"), [
    ("Diagonal", operator.add, "ScaledIdentity", "Diagonal"),
    ("ScaledIdentity", operator.sub, "Diagonal", "Diagonal"),
    ("Diagonal", operator.add, "Symmetric lower", "Symmetric"),
    ("Symmetric upper", operator.sub, "ScaledIdentity", "Symmetric"),
    ("ScaledIdentity", operator.sub, "Symmetric upper", "Symmetric"),
    ("ScaledIdentity", operator.add, "Tridiagonal", "Tridiagonal"),
    ("ScaledIdentity", operator.sub, "ScaledIdentity", "ScaledIdentity"),
    ("Symmetric upper", operator.add, "Symmetric lower", "Symmetric"),
    ("Hermitian upper", operator.add, "Diagonal", "Hermitian"),
    ("Diagonal", operator.sub, "UnitLowerTriangular", "LowerTriangular"),
    ("UnitUpperTriangular", operator.add, "UpperTriangular", "UpperTriangular"),
    ("UpperTriangular", operator.matmul, "UnitUpperTriangular", "UpperTriangular"),
    ("Bidiagonal upper", operator.add, "Bidiagonal lower", "Tridiagonal"),
    ("SymTridiagonal", operator.add, "Diagonal", "SymTridiagonal"),
    ("Diagonal", operator.matmul, "SymTridiagonal", "Tridiagonal"),
    ("Bidiagonal lower", operator.matmul, "Diagonal", "Bidiagonal"),
    ("Diagonal", operator.matmul, "Diagonal", "Diagonal"),
    ("CSR", operator.mul, "Symmetric upper", "CSR"),
    ("Symmetric upper", operator.mul, "Diagonal", "Diagonal"),
    ("Woodbury", operator.add, "Diagonal", "Woodbury"),
    ("Rotation", operator.matmul, "Rotation", "Rotation"),
    ("Fill square", operator.mul, "Tridiagonal", "Tridiagonal"),
])
def test_what_two_structures_make(left, op, right, kept):
    result = op(samples()[left], samples(seed=3)[right])
    assert type(result).__name__ == kept


def test_a_sparse_sum_has_the_union_of_the_patterns():
    p, q = samples()["CSR"], samples()["CSR with duplicates"]
    total = p + q
    assert type(total) is type(p)
    assert total.nnz == np.count_nonzero((p.dense() != 0) | (q.dense() != 0))


def test_rotations_meet_others():
    r, a = samples()["Rotation"], np.array([[2.0, 1.0], [0.5, 3.0]])
    for m in (Diagonal(a[0]), ScaledIdentity(3.0, 2), Symmetric(a), UnitLowerTriangular(a), r):
        for op in (operator.add, operator.sub, operator.mul, operator.matmul):
            close(op(r, m), op(r.dense(), m.dense()), "float64")
            close(op(m, r), op(m.dense(), r.dense()), "float64")
