"""Structural tangents: one entry for each stored field of a value."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from ..errors import TangentError
from .fields import Closure, fields_of, is_frozen
from .lazy import Lazy
from .structures import structure_of
from .zeros import HardZero, NotImplementedTangent, ZeroTangent


class Tangent:
    """A tangent or cotangent of an object, by its fields.

    It is its own tangent type: the tangent of a `Tangent` is one for the same class.

    Parameters
    ----------
    P : type
        The class of the value.
    **fields
        A tangent for each field; those that are left out are `ZeroTangent`.

    Raises
    ------
    TangentError
        `P` has no field of this name, or the field is a flag or a size and the entry no hard zero.

    Attributes
    ----------
    primal_type : type
        `P`.
    fields : mapping
        The entries that were given.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Point:
    ...     x: float
    ...     y: float
    >>> t = Tangent(Point, x=2.5)
    >>> t.x, t.y
    (2.5, ZeroTangent)
    >>> t + 2 * Tangent(Point, x=1.0, y=1.5)
    Tangent[Point](x=4.5, y=3.0)
    >>> Point(1.0, 1.0) + t
    Point(x=3.5, y=1.0)
    """

    __slots__ = ("_fields", "_primal_type")
    __array_ufunc__ = None  # let arrays leave the operation to this class
    _primal_type: Any
    _fields: dict[str, Any]

    def __init__(self, P: Any, /, **fields: Any):
        _check_names(P, fields)
        object.__setattr__(self, "_primal_type", P)
        object.__setattr__(self, "_fields", fields)

    @property
    def primal_type(self) -> Any:
        return self._primal_type

    @property
    def fields(self) -> Mapping[str, Any]:
        return MappingProxyType(self._fields)

    def __getitem__(self, name: str) -> Any:
        """The entry of a field, also of one that is called like an attribute of this class."""
        if name in self._fields:
            return self._fields[name]
        known = fields_of(self._primal_type)
        if known is not None and name not in known:
            raise _unknown(self._primal_type, name, known)
        return ZeroTangent

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self[name]
        except TangentError as error:
            raise AttributeError(str(error)) from None

    def __setattr__(self, name: str, value: Any) -> None:
        if is_frozen(self._primal_type):
            raise AttributeError(f"{_name(self._primal_type)} is immutable, and so is its tangent")
        _check_names(self._primal_type, {name: value})
        self._fields[name] = value

    def map(self, function: Any) -> Tangent:
        """The tangent with a function applied to every entry, and to every part of a container."""
        return Tangent(self._primal_type, **{name: mapped(function, v) for name, v in self._fields.items()})

    def __add__(self, other: Any) -> Any:
        if isinstance(other, HardZero):
            return self
        if isinstance(other, NotImplementedTangent):
            return other
        if isinstance(other, Lazy):
            other = other.force()
        if not isinstance(other, Tangent):
            return NotImplemented
        if other._primal_type != self._primal_type:
            raise TangentError(f"a tangent of {_name(self._primal_type)} and one of "
                               f"{_name(other._primal_type)} cannot be added")
        merged = dict(self._fields)
        for name, value in other._fields.items():
            merged[name] = added(merged[name], value) if name in merged else value
        return Tangent(self._primal_type, **merged)

    def __radd__(self, other: Any) -> Any:
        if isinstance(other, HardZero | NotImplementedTangent | Lazy):
            return self + other
        from .moved import moved

        return moved(other, self)

    def __neg__(self) -> Tangent:
        return self.map(lambda v: -v)

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __mul__(self, factor: Any) -> Any:
        if isinstance(factor, HardZero):
            return factor
        if not _is_scalar(factor):
            return NotImplemented
        return self.map(lambda v: factor * v)

    __rmul__ = __mul__

    def __truediv__(self, factor: Any) -> Any:
        return self * (1 / factor) if _is_scalar(factor) else NotImplemented

    def conj(self) -> Tangent:
        """The tangent with every entry conjugated."""
        return self.map(np.conj)

    conjugate = conj

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, Tangent) or other._primal_type != self._primal_type:
            return False
        names = {**self._fields, **other._fields}
        return all(_same(self[name], other[name]) for name in names)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        entries = ", ".join(f"{name}={value!r}" for name, value in self._fields.items())
        return f"Tangent[{_name(self._primal_type)}]({entries})"

    def __reduce__(self) -> Any:
        return _made, (self._primal_type, self._fields)


def _made(P: Any, fields: dict[str, Any]) -> Tangent:
    return Tangent(P, **fields)


def _name(P: Any) -> str:
    return str(getattr(P, "__name__", P))


def _check_names(P: Any, fields: Mapping[str, Any]) -> None:
    known = fields_of(P)
    if known is None:
        return
    record = None if isinstance(P, Closure) or not isinstance(P, type) else structure_of(P)
    for name, value in fields.items():
        if name not in known:
            raise _unknown(P, name, known)
        if record is not None and name not in record.differentiable and not isinstance(value, HardZero):
            raise TangentError(f"the field {name!r} of {_name(P)} has no tangent",
                               hint="leave it out, or give NoTangent")


def _unknown(P: Any, name: str, known: tuple[str, ...]) -> TangentError:
    return TangentError(f"{_name(P)} has no field {name!r}", hint=f"its fields are {', '.join(known)}")


def _is_scalar(x: Any) -> bool:
    return isinstance(x, int | float | complex | np.number) or isinstance(x, np.ndarray) and x.ndim == 0


def added(a: Any, b: Any) -> Any:
    """The sum of two tangents, part by part in containers."""
    if isinstance(a, tuple | list | dict) or isinstance(b, tuple | list | dict):
        from .accumulate import add

        return add(a, b)
    return a + b


def mapped(function: Any, x: Any) -> Any:
    """A tangent with a function applied to it; of a container, to its parts."""
    if isinstance(x, tuple):
        return tuple.__new__(type(x), [mapped(function, part) for part in x])
    if isinstance(x, list):
        return [mapped(function, part) for part in x]
    if isinstance(x, dict):
        return {key: mapped(function, part) for key, part in x.items()}
    if isinstance(x, Lazy):
        return Lazy(lambda: mapped(function, x.force()))
    return function(x)


def scaled(factor: Any, x: Any) -> Any:
    """A number times a tangent; of a container, times its parts.

    Examples
    --------
    >>> scaled(2, (1.0, [ZeroTangent, 3.0]))
    (2.0, [ZeroTangent, 6.0])
    """
    return mapped(lambda part: factor * part, x)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, HardZero) or isinstance(b, HardZero):
        return a is b
    if isinstance(a, Lazy) or isinstance(b, Lazy):
        a, b = (v.force() if isinstance(v, Lazy) else v for v in (a, b))
    if isinstance(a, tuple | list) and isinstance(b, tuple | list):
        return type(a) is type(b) and len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return bool(np.array_equal(a, b))
    return bool(a == b)
