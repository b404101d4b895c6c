"""adcomp: compiled, readable gradients of Numba functions."""

from importlib import import_module
from typing import Any

from . import errors
from ._version import __version__
from .api import gradient, nondifferentiable, pullback, pullback_rule, value_and_gradient, vjp

__all__ = [
    "__version__",
    "errors",
    "gradient",
    "linalg",
    "nondifferentiable",
    "pullback",
    "pullback_rule",
    "value_and_gradient",
    "vjp",
]


def __getattr__(name: str) -> Any:
    """`adcomp.linalg`, which loads the kernels, when it is first asked for."""
    if name == "linalg":
        return import_module(".linalg", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
