"""adcomp: compiled, readable gradients of Numba functions."""

from . import errors
from ._version import __version__
from .api import gradient, nondifferentiable, pullback, pullback_rule, value_and_gradient, vjp

__all__ = [
    "__version__",
    "errors",
    "gradient",
    "nondifferentiable",
    "pullback",
    "pullback_rule",
    "value_and_gradient",
    "vjp",
]
