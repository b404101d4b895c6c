"""Projection onto tuples, lists, mappings and objects: part by part.

Where no part has a derivative the container has none: it collapses to `NoTangent`. A part that is
missing from the cotangent of a named tuple, an object or a dict is a hard zero; one that the value does
not have is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ShapeMismatch, TangentError
from .fields import Closure, is_typed_list, type_of, values_of
from .projectors import Projector, collapsed
from .structural import Tangent
from .zeros import NoTangent, ZeroTangent


def _same_length(given: Any, expected: int, what: str) -> None:
    if len(given) != expected:
        raise ShapeMismatch(f"the cotangent of a {what} has another length than its value",
                            len(given), expected)


@dataclass(frozen=True, slots=True)
class TupleProjector(Projector):
    """Of a plain tuple."""

    parts: tuple[Projector, ...]

    def project(self, x_bar: Any) -> Any:
        x_bar = _sequence(x_bar, "tuple")
        _same_length(x_bar, len(self.parts), "tuple")
        result = tuple(part(b) for part, b in zip(self.parts, x_bar, strict=True))
        return NoTangent if collapsed(result) else result

    def zero(self) -> Any:
        return tuple(part.zero() for part in self.parts)


@dataclass(frozen=True, slots=True)
class ListProjector(Projector):
    """Of a list, of Python or of Numba, or an array of objects; the cotangent of a list is a list."""

    parts: tuple[Projector, ...]
    shape: tuple[int, ...] | None = None  #: of an array of objects

    def project(self, x_bar: Any) -> Any:
        if self.shape is None:
            parts = _sequence(x_bar, "list")
        else:
            parts = _objects(x_bar, self.shape)
        _same_length(parts, len(self.parts), "list")
        result = [part(b) for part, b in zip(self.parts, parts, strict=True)]
        return NoTangent if collapsed(result) else self._of(result)

    def zero(self) -> Any:
        return self._of([part.zero() for part in self.parts])

    def _of(self, parts: list[Any]) -> Any:
        if self.shape is None:
            return parts
        made = np.empty(len(parts), object)
        made[:] = [None] * len(parts)
        for k, part in enumerate(parts):
            made[k] = part
        return made.reshape(self.shape)


def _sequence(x_bar: Any, what: str) -> Any:
    if isinstance(x_bar, tuple | list) or isinstance(x_bar, np.ndarray) and x_bar.ndim > 0:
        return x_bar
    if is_typed_list(x_bar):
        return list(x_bar)
    raise TangentError(f"the cotangent of a {what} is a {type(x_bar).__name__}")


def _objects(x_bar: Any, shape: tuple[int, ...]) -> list[Any]:
    if isinstance(x_bar, np.ndarray):
        if x_bar.shape[: len(shape)] != shape:
            raise ShapeMismatch("the cotangent has another shape than its value", x_bar.shape, shape)
        return [x_bar[index] for index in np.ndindex(shape)]
    return list(_sequence(x_bar, "list"))


def entries_of(x_bar: Any, P: Any, what: str) -> Mapping[str, Any]:
    """The entries that a cotangent gives for the fields of a `P`: a tangent, a mapping, or another `P`."""
    if isinstance(x_bar, Tangent):
        if x_bar.primal_type != P:
            raise TangentError(f"the cotangent of a {what} is a tangent of "
                               f"{getattr(x_bar.primal_type, '__name__', x_bar.primal_type)}")
        return x_bar.fields
    if isinstance(x_bar, Mapping):
        return x_bar
    if not isinstance(P, Closure) and type_of(x_bar) == P or hasattr(x_bar, "_asdict"):
        return values_of(x_bar) or {}
    raise TangentError(f"the cotangent of a {what} is a {type(x_bar).__name__}",
                       hint="give a Tangent, a mapping of its fields, or an object of the same class")


def check_names(given: Any, known: Any, what: str) -> None:
    """Refuse a name that the value does not have."""
    for name in given:
        if name not in known:
            raise TangentError(f"a {what} has no field {name!r}",
                               hint=f"its fields are {', '.join(map(str, known))}")


@dataclass(frozen=True, slots=True)
class NamedTupleProjector(Projector):
    """Of a named tuple; the names may come in any order.

    The cotangent is of the same class if every field is given, and else a `Tangent`.
    """

    P: type
    parts: dict[str, Projector]

    def project(self, x_bar: Any) -> Any:
        if type(x_bar) is tuple:
            _same_length(x_bar, len(self.parts), "named tuple")
            x_bar = dict(zip(self.parts, x_bar, strict=True))
        given = entries_of(x_bar, self.P, self.P.__name__)
        check_names(given, self.parts, self.P.__name__)
        result = {name: part(given[name]) for name, part in self.parts.items() if name in given}
        if result and collapsed(result.values()):
            return NoTangent
        return self._made(result) if len(result) == len(self.parts) else Tangent(self.P, **result)

    def _made(self, fields: dict[str, Any]) -> Any:
        return tuple.__new__(self.P, fields.values())

    def zero(self) -> Any:
        return self._made({name: part.zero() for name, part in self.parts.items()})


@dataclass(frozen=True, slots=True)
class ObjectProjector(Projector):
    """Of an object, by the fields that carry a derivative; the cotangent is a `Tangent`.

    Never an object of the class itself, whose constructor may validate what it is given.
    """

    P: Any
    parts: dict[str, Projector]
    passive: frozenset[str]  #: fields without a tangent

    def project(self, x_bar: Any) -> Any:
        what = self.P.__name__
        given = entries_of(x_bar, self.P, what)
        check_names(given, {**self.parts, **dict.fromkeys(self.passive)}, what)
        result = {name: part(given[name]) for name, part in self.parts.items() if name in given}
        if result and collapsed(result.values()):
            return NoTangent
        return Tangent(self.P, **result)

    def zero(self) -> Any:
        return Tangent(self.P, **{name: part.zero() for name, part in self.parts.items()})


@dataclass(frozen=True, slots=True)
class DictProjector(Projector):
    """Of a dict; the cotangent has every key of the value, with a hard zero where none is given."""

    parts: dict[Any, Projector]

    def project(self, x_bar: Any) -> Any:
        if not isinstance(x_bar, Mapping):
            raise TangentError(f"the cotangent of a dict is a {type(x_bar).__name__}")
        for key in x_bar:
            if key not in self.parts:
                raise TangentError(f"the cotangent of a dict has the key {key!r}, which the value has not")
        result = {key: part(x_bar.get(key, NoTangent if part.empty else ZeroTangent))
                  for key, part in self.parts.items()}
        return NoTangent if collapsed(result.values()) else result

    def zero(self) -> Any:
        return {key: part.zero() for key, part in self.parts.items()}
