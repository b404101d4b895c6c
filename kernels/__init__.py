"""The rules of what Numba supports, and the compiled kernels that they call.

Importing this package fills `adcomp.registry.RULES`.
"""

from . import (
    casts,
    cumulative,
    determinants,
    elementwise,
    exponential,
    factorisations,
    indexing,
    least_squares,
    matrices,
    norms,
    products,
    shape,
    singular,
    solve,
    special,
    spectral,
    transcendental,
    triangular,
    vmath,
)
from .vmath import VECTOR

__all__ = ["VECTOR", "casts", "cumulative", "determinants", "elementwise", "exponential", "factorisations",
           "indexing", "least_squares", "matrices", "norms", "products", "shape", "singular", "solve",
           "special", "spectral", "transcendental", "triangular", "vmath"]
