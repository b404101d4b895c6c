"""The public functions: options in, derivative functions out."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .backend.dispatch import DerivativeDispatcher, Kind
from .errors import WrtError
from .registry import unwrap

GRADIENT = Kind("gradient")
VALUE_AND_GRADIENT = Kind("value_and_gradient")


def _generate(f: Any, argtypes: Any, kind: Any, options: Any) -> Any:
    from .pipeline import generate

    return generate(f, argtypes, kind, options)


def _options(f: Any, wrt: Any, given: dict[str, Any]) -> Any:
    from .pipeline import Options

    parameters = list(inspect.signature(unwrap(f)).parameters)
    several = isinstance(wrt, (tuple, list))
    positions = []
    for w in wrt if several else (wrt,):
        positions.append(_position(w, parameters, f))
    if len(set(positions)) != len(positions):
        raise WrtError(f"wrt={wrt!r} names an argument twice")
    if not positions:
        raise WrtError("wrt is empty", hint="name at least one argument")
    return Options(wrt=tuple(positions), several=several, **given)


def _position(w: Any, parameters: list[str], f: Any) -> int:
    name = getattr(unwrap(f), "__name__", "the function")
    if isinstance(w, str):
        if w not in parameters:
            raise WrtError(f"{name} has no argument {w!r}",
                           hint=f"its arguments are {', '.join(parameters)}")
        return parameters.index(w)
    if isinstance(w, bool) or not isinstance(w, int):
        raise WrtError(f"wrt={w!r} is neither a position nor a name")
    if not -len(parameters) <= w < len(parameters):
        raise WrtError(f"wrt={w} is out of range: {name} has {len(parameters)} arguments")
    return w % len(parameters)


def _derivative(kind: Kind) -> Callable[..., Any]:
    def make(f: Any, wrt: Any, **given: Any) -> Any:
        if not callable(f):
            raise TypeError(f"a function is needed, not {f!r}")
        return DerivativeDispatcher(f, kind, _options(f, wrt, given), _generate)

    return make


def gradient(f: Any = None, *, wrt: Any = 0, **options: Any) -> Any:
    """The gradient of a real-valued function."""
    if f is None:
        return lambda g: gradient(g, wrt=wrt, **options)
    return _derivative(GRADIENT)(f, wrt, **options)


def value_and_gradient(f: Any = None, *, wrt: Any = 0, **options: Any) -> Any:
    """The value of a real-valued function, and its gradient."""
    if f is None:
        return lambda g: value_and_gradient(g, wrt=wrt, **options)
    return _derivative(VALUE_AND_GRADIENT)(f, wrt, **options)
