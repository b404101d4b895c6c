"""The rules of what Numba supports, and the compiled kernels that they call.

Importing this package fills `adcomp.registry.RULES`.
"""

from . import casts, elementwise, linalg, special, transcendental, vmath
from .vmath import VECTOR

__all__ = ["VECTOR", "casts", "elementwise", "linalg", "special", "transcendental", "vmath"]
