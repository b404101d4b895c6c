"""Values as they are given to a check: with a tangent of the caller's, or captured by a function."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..tangents.zeros import NoTangent


@dataclass(frozen=True, slots=True)
class WithTangent:
    """An argument with the tangent that a check shall use.

    Parameters
    ----------
    value : value
    tangent : tangent
        What a pushforward gets, and what a pullback's cotangent is added to. `NoTangent` says that the
        argument is not to be differenced.

    Examples
    --------
    >>> WithTangent(2.0, NoTangent)
    WithTangent(value=2.0, tangent=NoTangent)
    """

    value: Any
    tangent: Any


def split(args: Sequence[Any]) -> tuple[tuple[Any, ...], dict[int, Any]]:
    """The values of arguments, and the tangents that came with some."""
    values = tuple(x.value if isinstance(x, WithTangent) else x for x in args)
    return values, {k: x.tangent for k, x in enumerate(args) if isinstance(x, WithTangent)}


def not_differenced(tangents: dict[int, Any]) -> frozenset[int]:
    """The positions of the arguments that the caller gave `NoTangent` for."""
    return frozenset(k for k, t in tangents.items() if t is NoTangent)


def labels_of(f: Any, count: int) -> tuple[str, ...]:
    """What the arguments of a function are called.

    >>> labels_of(lambda x, *rest: x, 3)
    ('x', 'argument 1', 'argument 2')
    """
    try:
        parameters = list(inspect.signature(getattr(f, "py_func", f)).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return tuple(names[k] if k < len(names) else f"argument {k}" for k in range(count))


def cells(f: Any, names: Sequence[str]) -> dict[str, Any]:
    """The captured variables of these names, and what they hold.

    Raises
    ------
    TypeError
        `f` is no Python function, or captures nothing of such a name.
    """
    if not isinstance(f, types.FunctionType):
        raise TypeError("captured names variables of a Python function")
    free = dict(zip(f.__code__.co_freevars, f.__closure__ or (), strict=True))
    for name in names:
        if name not in free:
            known = ", ".join(free) or "none"
            raise TypeError(f"{f.__name__} captures no variable {name!r}; it captures {known}")
    return {name: free[name].cell_contents for name in names}


def with_cells(f: types.FunctionType) -> Callable[..., Any]:
    """The function of its captured variables and its arguments.

    >>> def make(a):
    ...     return lambda x: a * x
    >>> with_cells(make(2.0))({"a": 5.0}, 3.0)
    15.0
    """
    free = dict(zip(f.__code__.co_freevars, f.__closure__ or (), strict=True))

    @contextmanager
    def holding(values: dict[str, Any]) -> Iterator[None]:
        before = {name: free[name].cell_contents for name in values}
        try:
            for name, value in values.items():
                free[name].cell_contents = value
            yield
        finally:
            for name, value in before.items():
                free[name].cell_contents = value

    def call(values: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        with holding(values):
            return f(*args, **kwargs)

    return call
