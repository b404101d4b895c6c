"""The rules of what Numba supports, and the compiled kernels that they call.

Importing this package fills `adcomp.registry.RULES`.
"""

from . import (
    casts,
    cumulative,
    elementwise,
    indexing,
    linalg,
    sets,
    shape,
    sorting,
    special,
    transcendental,
    vmath,
)
from .vmath import VECTOR

__all__ = ["VECTOR", "casts", "cumulative", "elementwise", "indexing", "linalg", "sets", "shape", "sorting",
           "special", "transcendental", "vmath"]
