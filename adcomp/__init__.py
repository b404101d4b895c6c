"""adcomp: compiled, readable gradients of Numba functions."""

from importlib import import_module
from typing import Any

from . import errors
from ._version import __version__
from .api import gradient, nondifferentiable, pullback, pullback_rule, value_and_gradient, vjp
from .core.checkpointed import checkpointed
from .tangents import NoTangent, Tangent, ZeroTangent, clamptype, tied_total

#: what is imported when it is first asked for, and where it is: None for a module of the package
_LATER = {
    "destructure": ".tangents.conversions",
    "implicit_gradient": ".implicit_parameters",
    "linalg": None,
    "matrices": None,
    "natural": ".tangents.conversions",
    "restructure": ".tangents.conversions",
    "structural": ".tangents.conversions",
    "testing": None,
}

__all__ = [
    "NoTangent",
    "Tangent",
    "ZeroTangent",
    "__version__",
    "checkpointed",
    "clamptype",
    "destructure",
    "errors",
    "gradient",
    "implicit_gradient",
    "linalg",
    "matrices",
    "natural",
    "nondifferentiable",
    "pullback",
    "pullback_rule",
    "restructure",
    "structural",
    "testing",
    "tied_total",
    "value_and_gradient",
    "vjp",
]


def __getattr__(name: str) -> Any:
    """What is not needed by most programs, imported when it is first asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _LATER[name]
    if home is None:
        return import_module(f".{name}", __name__)
    return getattr(import_module(home, __name__), name)


def __dir__() -> list[str]:
    return __all__
