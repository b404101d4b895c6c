"""adcomp: compiled, readable gradients of Numba functions."""

__version__ = "0.1.0"

from . import errors
from .api import gradient, value_and_gradient

__all__ = ["errors", "gradient", "value_and_gradient"]
