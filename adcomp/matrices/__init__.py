"""Structured matrices: values whose fields hold less than a dense array, with algorithms that use it."""

from .base import ZERO_PRESERVING, Matrix
from .diagonal import Diagonal, ScaledIdentity
from .sparse import CSC, CSR
from .symmetric import Hermitian, Symmetric
from .triangular import LowerTriangular, UnitLowerTriangular, UnitUpperTriangular, UpperTriangular

__all__ = [
    "CSC",
    "CSR",
    "ZERO_PRESERVING",
    "Diagonal",
    "Hermitian",
    "LowerTriangular",
    "Matrix",
    "ScaledIdentity",
    "Symmetric",
    "UnitLowerTriangular",
    "UnitUpperTriangular",
    "UpperTriangular",
]
