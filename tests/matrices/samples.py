"""A value of each type, and of each flag and dtype."""

from __future__ import annotations

import numpy as np

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
    UnitLowerTriangular,
    UnitUpperTriangular,
    UpperTriangular,
    Woodbury,
)

DTYPES = ("float64", "complex128", "float32", "complex64")


def numbers(rng, shape, dtype):
    """Random numbers, far enough from zero to divide by them."""
    x = rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape)
    if np.dtype(dtype).kind == "c":
        x = x + 1j * rng.uniform(-1.0, 1.0, shape)
    return np.asarray(x).astype(dtype)


def square(rng, n, dtype):
    """A well conditioned array."""
    return (numbers(rng, (n, n), dtype) + 3 * np.eye(n)).astype(dtype)


def samples(dtype="float64", n=4, seed=0):
    """Matrices of all types, by name."""
    rng = np.random.default_rng(seed)
    v = lambda *shape: numbers(rng, shape, dtype)
    a = lambda: square(rng, n, dtype)
    indices, indptr = np.array([0, 2, 1, 3, 0, 3, 2]), np.array([0, 2, 4, 4, 7])
    return {
        "Diagonal": Diagonal(v(n)),
        "ScaledIdentity": ScaledIdentity(v()[()], n),
        "Symmetric upper": Symmetric(a()),
        "Symmetric lower": Symmetric(a(), "L"),
        "Hermitian upper": Hermitian(a()),
        "Hermitian lower": Hermitian(a(), "L"),
        "UpperTriangular": UpperTriangular(a()),
        "LowerTriangular": LowerTriangular(a()),
        "UnitUpperTriangular": UnitUpperTriangular(a()),
        "UnitLowerTriangular": UnitLowerTriangular(a()),
        "Bidiagonal upper": Bidiagonal(v(n) * 3, v(n - 1)),
        "Bidiagonal lower": Bidiagonal(v(n) * 3, v(n - 1), "L"),
        "Tridiagonal": Tridiagonal(v(n - 1), v(n) * 3, v(n - 1)),
        "SymTridiagonal": SymTridiagonal(v(n) * 3, v(n - 1)),
        "Transpose of a vector": Transpose(v(n)),
        "Transpose of a matrix": Transpose(a()),
        "Adjoint of a vector": Adjoint(v(n)),
        "Adjoint of a matrix": Adjoint(a()[:, :3]),
        "Fill": Fill(v()[()], (n, 3)),
        "Fill square": Fill(v()[()], (n, n)),
        "ScaledMatrix": ScaledMatrix(a(), v()[()]),
        "Woodbury": Woodbury(v(n, 2), v(2), v(n) * 3),
        "Woodbury with a zero": Woodbury(a(), v(4), np.array([1, 0, 2, 3]).astype(dtype)),
        "Kronecker": Kronecker(square(rng, 2, dtype), square(rng, 2, dtype)),
        "Kronecker oblong": Kronecker(v(2, 3), v(2, 1)),
        "Rotation": Rotation(np.real(v())[()]),
        "CSR": CSR(v(7), indices, indptr, (4, 4)),
        "CSC": CSC(v(7), indices, indptr, (4, 4)),
        "CSR of other shape": CSR(v(7), indices, indptr, (4, 5)),
        "CSR with duplicates": CSR(v(7), np.array([0, 2, 1, 1, 3, 0, 3]), indptr, (4, 4)),
    }


SINGULAR = {"CSC", "CSR", "CSR with duplicates", "Fill square"}
NAMES = tuple(samples())
