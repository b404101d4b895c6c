"""The fields of a class, and how a value is built again from them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from ..errors import TangentError
from .structures import structure_of


@dataclass(frozen=True, slots=True)
class Closure:
    """The type of a function as its tangents see it: two closures of one ``def`` have the same."""

    code: CodeType

    @property
    def __name__(self) -> str:
        return self.code.co_qualname

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the captured variables."""
        return self.code.co_freevars


def type_of(x: Any) -> Any:
    """The type that a tangent of `x` names."""
    return Closure(x.__code__) if isinstance(x, FunctionType) else type(x)


def fields_of(P: Any) -> tuple[str, ...] | None:
    """The names that a tangent of this type may have; None if only an instance tells.

    Examples
    --------
    >>> from collections import namedtuple
    >>> fields_of(namedtuple("Pair", "a b"))
    ('a', 'b')
    >>> fields_of(complex)
    ('real', 'imag', 're', 'im')
    """
    if isinstance(P, Closure):
        return P.names
    if not isinstance(P, type):
        return tuple(P.names) if isinstance(P, np.dtype) and P.names else None
    known = structure_of(P)
    if known is not None:
        return known.fields
    if issubclass(P, complex | np.complexfloating):
        return ("real", "imag", "re", "im")
    if dataclasses.is_dataclass(P):
        return tuple(f.name for f in dataclasses.fields(P))
    if issubclass(P, tuple) and hasattr(P, "_fields"):
        return tuple(P._fields)
    if hasattr(P, "class_type"):  # a jitclass
        return tuple(P.class_type.struct)
    return None


def values_of(x: Any) -> dict[str, Any] | None:
    """The fields of an object by name, in declared order; None if it is not made of fields."""
    if isinstance(x, FunctionType):
        return dict(_cells(x))
    if isinstance(x, MethodType):
        return {"__self__": x.__self__}
    if isinstance(x, type | np.generic | np.ndarray):
        return None
    jitted = getattr(x, "_numba_type_", None)
    if jitted is not None and hasattr(jitted, "struct"):
        return {name: getattr(x, name) for name in jitted.struct}
    compiled = getattr(getattr(x, "_type", None), "field_dict", None)
    if compiled is not None:  # a structref
        return {name: getattr(x, name) for name in compiled}
    names = fields_of(type(x))
    if names is not None and not isinstance(x, complex):
        return {name: getattr(x, name) for name in names if hasattr(x, name)}
    slots = [name for cls in reversed(type(x).__mro__) for name in _slots(cls)]
    held = {name: getattr(x, name) for name in slots if hasattr(x, name)}
    held |= getattr(x, "__dict__", {})
    return held if slots or hasattr(x, "__dict__") else None


def _slots(cls: type) -> tuple[str, ...]:
    slots = cls.__dict__.get("__slots__", ())
    names = (slots,) if isinstance(slots, str) else tuple(slots)
    return tuple(name for name in names if name not in ("__dict__", "__weakref__"))


def _cells(function: FunctionType) -> list[tuple[str, Any]]:
    held = []
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            held.append((name, cell.cell_contents))
        except ValueError:  # not assigned yet
            continue
    return held


def is_typed_list(x: Any) -> bool:
    """Whether it is a list of Numba's."""
    return type(x).__module__ == "numba.typed.typedlist"


def is_frozen(P: Any) -> bool:
    """Whether the fields of an instance cannot be set."""
    if isinstance(P, Closure) or not isinstance(P, type):
        return True
    if dataclasses.is_dataclass(P):
        return bool(P.__dataclass_params__.frozen)  # type: ignore[attr-defined]
    return issubclass(P, tuple | complex | np.generic)


# Building again -----------------------------------------------------------------------------------

_REBUILD: dict[type, Callable[..., Any]] = {}


def register_rebuild(P: type, rebuild: Callable[..., Any]) -> None:
    """Say how a `P` is built from all of its fields, given by name.

    It is what ``value + tangent`` and an optimiser call. A class without such a hook gets its fields set
    one by one, and its constructor, which may validate or compute, does not run.

    Parameters
    ----------
    P : type
        The class.
    rebuild : callable
        Called with every field as a keyword argument; returns a `P`.

    Raises
    ------
    TypeError
        `P` is no class, or `rebuild` cannot be called.

    Examples
    --------
    A record that holds a number and its double; of two that disagree it takes the mean.

    >>> class Doubled:
    ...     def __init__(self, x):
    ...         self.x, self.x2 = x, 2 * x
    >>> register_rebuild(Doubled, lambda x, x2: Doubled((x + x2 / 2) / 2))
    >>> rebuild(Doubled(10.0), {"x": 12.0, "x2": 26.0}).x
    12.5
    """
    if not isinstance(P, type) or not callable(rebuild):
        raise TypeError("register_rebuild takes a class and a function of its fields")
    _REBUILD[P] = rebuild


def rebuild(x: Any, fields: Mapping[str, Any]) -> Any:
    """An object like `x` with some fields replaced.

    Raises
    ------
    TangentError
        `x` is of a class that takes no fields from outside, and has no hook.
    """
    P = type(x)
    held = values_of(x) or {}
    if P in _REBUILD:
        return _REBUILD[P](**{**held, **fields})
    if isinstance(x, tuple):
        return tuple.__new__(P, [fields.get(name, held[name]) for name in held])
    if isinstance(x, FunctionType | MethodType) or hasattr(x, "_numba_type_") or hasattr(x, "_meminfo"):
        raise TangentError(f"a {P.__name__} cannot be built from its fields",
                           hint="say how with adcomp.tangents.register_rebuild")
    made = object.__new__(P)
    for name, value in {**held, **fields}.items():
        object.__setattr__(made, name, value)
    return made
