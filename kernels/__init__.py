"""The rules of what Numba supports, and the compiled kernels that they call.

Importing this package fills `adcomp.registry.RULES`.
"""

from . import (
    bins,
    bounds,
    casts,
    cumulative,
    elementwise,
    indexing,
    linalg,
    moments,
    quantiles,
    reductions,
    selection,
    sets,
    shape,
    sorting,
    special,
    transcendental,
    vmath,
)
from .vmath import VECTOR

__all__ = ["VECTOR", "bins", "bounds", "casts", "cumulative", "elementwise", "indexing", "linalg", "moments",
           "quantiles", "reductions", "selection", "sets", "shape", "sorting", "special", "transcendental",
           "vmath"]
