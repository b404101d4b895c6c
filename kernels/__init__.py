"""The rules of what Numba supports, and the compiled kernels that they call.

Importing this package fills `adcomp.registry.RULES`.
"""

from importlib import import_module

from .vmath import VECTOR

#: the modules that register rules and definitions
FAMILIES = (
    "bins",
    "blocks",
    "bounds",
    "casts",
    "cumulative",
    "determinants",
    "elementwise",
    "exponential",
    "factorisations",
    "fourier",
    "indexing",
    "joins",
    "least_squares",
    "matrices",
    "meanings",
    "moments",
    "nans",
    "norms",
    "polynomials",
    "products",
    "quantiles",
    "random",
    "ranges",
    "reductions",
    "selection",
    "sets",
    "signal",
    "singular",
    "solve",
    "sorting",
    "special",
    "spectral",
    "splits",
    "stretch",
    "transcendental",
    "transforms",
    "triangles",
    "triangular",
    "views",
)
for _family in FAMILIES:
    import_module(f"{__name__}.{_family}")

__all__ = ["FAMILIES", "VECTOR"]
