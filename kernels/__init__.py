"""The rules of what Numba supports, and the compiled kernels that they call.

Importing this package fills `adcomp.registry.RULES`.
"""

from . import (
    casts,
    cumulative,
    elementwise,
    indexing,
    joins,
    linalg,
    products,
    ranges,
    special,
    splits,
    transcendental,
    triangles,
    views,
    vmath,
)
from .vmath import VECTOR

__all__ = ["VECTOR", "casts", "cumulative", "elementwise", "indexing", "joins", "linalg", "products",
           "ranges", "special", "splits", "transcendental", "triangles", "views", "vmath"]
