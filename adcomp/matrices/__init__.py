"""Structured matrices: values whose fields hold less than a dense array, with algorithms that use it."""

from .banded import SymTridiagonal, Tridiagonal
from .base import ZERO_PRESERVING, Matrix
from .bidiagonal import Bidiagonal
from .constant import Fill, ScaledMatrix
from .diagonal import Diagonal
from .identity import ScaledIdentity
from .kronecker import Kronecker
from .rotation import Rotation
from .sparse import CSC, CSR
from .symmetric import Hermitian, Symmetric
from .triangular import LowerTriangular, UpperTriangular
from .unit import UnitLowerTriangular, UnitUpperTriangular
from .woodbury import Woodbury
from .wrappers import Adjoint, Transpose

__all__ = [
    "CSC",
    "CSR",
    "ZERO_PRESERVING",
    "Adjoint",
    "Bidiagonal",
    "Diagonal",
    "Fill",
    "Hermitian",
    "Kronecker",
    "LowerTriangular",
    "Matrix",
    "Rotation",
    "ScaledIdentity",
    "ScaledMatrix",
    "SymTridiagonal",
    "Symmetric",
    "Transpose",
    "Tridiagonal",
    "UnitLowerTriangular",
    "UnitUpperTriangular",
    "UpperTriangular",
    "Woodbury",
]
