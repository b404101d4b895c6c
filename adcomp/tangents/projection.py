"""`projector` and `clamptype`: a cotangent brought into the tangent space of its value."""

from __future__ import annotations

import enum
import functools
import random
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba.core import types as numba_types

from ..errors import TangentError
from .fields import is_typed_list, type_of, values_of
from .lazy import Lazy
from .project_arrays import array_projector, is_sparse
from .project_containers import (
    DictProjector,
    ListProjector,
    NamedTupleProjector,
    ObjectProjector,
    TupleProjector,
)
from .project_records import record_projector
from .project_structures import structure_projector
from .project_types import type_projector
from .projectors import NO_TANGENT, Projector, ScalarProjector, tangent_class
from .structural import Tangent
from .structures import structure_of
from .zeros import HardZero, NotImplementedTangent

#: Values that no derivative can flow into.
NO_TANGENT_TYPES = (
    bool, np.bool_, enum.Enum, str, bytes, bytearray, slice, range, type, np.dtype, type(None),
    type(Ellipsis), type(NotImplemented), np.datetime64, np.timedelta64, np.character, np.random.Generator,
    np.random.RandomState, np.random.BitGenerator, random.Random, types.ModuleType, types.CodeType,
    types.BuiltinFunctionType, np.ufunc, HardZero, NotImplementedTangent,
)


def projector(x: Any) -> Projector:
    """The projection onto the tangent space of a value.

    It is made while the value is at hand and called when the cotangent is: it keeps dtype, shape, flags
    and index arrays, and does not keep the numbers of `x` alive.

    Parameters
    ----------
    x : number, array, tuple, named tuple, list, dict, function, structured or sparse matrix, or any object
        The value. Booleans, enumerations, strings and the like have no tangent; integers count as float64.

    Returns
    -------
    Projector
        A function of the cotangent.

    Raises
    ------
    TangentError
        It is not known what the tangent of such a value is.

    Examples
    --------
    >>> project = projector(np.ones(3, np.float32))
    >>> project(np.array([[1.0], [2.0], [3 + 4j]]))
    array([1., 2., 3.], dtype=float32)
    >>> projector((1.0, False, "gamma"))((1 + 1j, 4, 5))
    (1.0, NoTangent, NoTangent)
    >>> projector(True)(2.0)
    NoTangent
    """
    return _projector(x, ())


def clamptype(x_bar: Any, like: Any) -> Any:
    """A cotangent brought to the type and shape of its value.

    It works in compiled code too, on numbers, arrays and tuples; what has no tangent gives None there.

    Parameters
    ----------
    x_bar : cotangent
    like : value or Numba type
        The value, or its Numba type, which knows the number of axes of an array and not their lengths.

    Returns
    -------
    cotangent
        `x_bar` itself if it is of the right type already.

    Raises
    ------
    ShapeMismatch
        The shapes differ in more than axes of length one on the right.
    TangentError
        The cotangent is not of a kind that fits the value.

    Examples
    --------
    >>> clamptype(2 + 3j, 1.0)
    2.0
    >>> from numba import float32
    >>> clamptype(np.array([1.0, 2j]), float32[:])
    array([1., 0.], dtype=float32)
    """
    if isinstance(like, numba_types.Type):
        return type_projector(like)(x_bar)
    return projector(like)(x_bar)


# What the tangent of a user's class is -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegisteredProjector(Projector):
    """Of a class whose author says how its cotangents are projected."""

    info: Any
    function: Callable[[Any, Any], Any]
    make_zero: Callable[[Any], Any] | None

    def project(self, x_bar: Any) -> Any:
        return self.function(self.info, x_bar)

    def zero(self) -> Any:
        if self.make_zero is None:
            raise TangentError("the class was registered without its zero tangent",
                               hint="register_projector(..., zero=...)")
        return self.make_zero(self.info)


_REGISTERED: dict[type, tuple[Callable[[Any], Any], Callable[[Any, Any], Any], Any]] = {}


def register_projector(P: type, project: Callable[[Any, Any], Any], *,
                       projector_info: Callable[[Any], Any],
                       zero: Callable[[Any], Any] | None = None) -> None:
    """Say how cotangents of a class are projected.

    Parameters
    ----------
    P : type
        The class; subclasses of it are meant too.
    project : callable
        ``project(info, x_bar)``; hard zeros and lazy cotangents never reach it.
    projector_info : callable
        Called with the value: what `project` needs to know of it. Keep it small.
    zero : callable, optional
        ``zero(info)`` is the zero tangent.

    Examples
    --------
    >>> class Angle:
    ...     def __init__(self, degrees):
    ...         self.degrees = degrees
    >>> register_projector(Angle, lambda info, x_bar: float(x_bar.real), projector_info=lambda x: None)
    >>> projector(Angle(30))(1 + 2j)
    1.0
    """
    if not isinstance(P, type):
        raise TypeError("register_projector takes a class")
    _REGISTERED[P] = (projector_info, project, zero)


def _registered(x: Any) -> Projector | None:
    for cls in type(x).__mro__:
        if cls in _REGISTERED:
            info, project, zero = _REGISTERED[cls]
            return RegisteredProjector(info(x), project, zero)
    return None


# By the kind of the value --------------------------------------------------------------------------


def _projector(x: Any, inside: tuple[int, ...]) -> Projector:
    """The projector of a part; `inside` holds the containers that it is in."""
    registered = _registered(x) if _REGISTERED else None
    if registered is not None:
        return registered
    if isinstance(x, NO_TANGENT_TYPES):  # before integers: bool and IntEnum are integers
        return NO_TANGENT
    if isinstance(x, int | float | complex | np.number):
        return ScalarProjector(tangent_class(type(x)))
    if isinstance(x, np.void | np.ndarray) and x.dtype.names:
        return record_projector(x)
    if isinstance(x, np.ndarray) and x.dtype.kind != "O":
        return array_projector(x)
    if is_sparse(x):
        from .project_sparse import sparse_projector  # only then is SciPy loaded

        return sparse_projector(x)
    if isinstance(x, Lazy):
        return _projector(x.force(), inside)
    return _container(x, inside)


def _container(x: Any, inside: tuple[int, ...]) -> Projector:
    if id(x) in inside:
        if isinstance(x, types.FunctionType):
            return NO_TANGENT  # a function that calls itself captures nothing by that
        raise TangentError(f"a {type(x).__name__} that contains itself has no tangent")
    part = functools.partial(_projector, inside=(*inside, id(x)))
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return _unless_empty(NamedTupleProjector, type(x),
                             {name: part(v) for name, v in zip(x._fields, x, strict=True)})
    if isinstance(x, tuple):
        parts = tuple(map(part, x))
        return NO_TANGENT if _empty(parts) else TupleProjector(parts)
    if isinstance(x, list) or is_typed_list(x):
        parts = tuple(map(part, x))
        return NO_TANGENT if _empty(parts) else ListProjector(parts)
    if isinstance(x, np.ndarray):
        parts = tuple(part(x[index]) for index in np.ndindex(x.shape))
        return NO_TANGENT if _empty(parts) else ListProjector(parts, x.shape)
    if isinstance(x, Mapping):  # those of Numba too
        entries = {key: part(x[key]) for key in x}
        return NO_TANGENT if _empty(entries.values()) else DictProjector(entries)
    if isinstance(x, Tangent):
        return _unless_empty(ObjectProjector, x.primal_type,
                             {name: part(v) for name, v in x.fields.items()}, frozenset())
    return _object(x, part)


def _object(x: Any, part: Callable[[Any], Projector]) -> Projector:
    if hasattr(x, "py_func"):  # a dispatcher of Numba, which keeps a copy of what it captures
        return part(x.py_func)
    if structure_of(type(x)) is not None:
        return structure_projector(x, part)
    held = values_of(x)
    if held is None or isinstance(x, functools.partial) or callable(x) and not held and not _is_plain(x):
        raise TangentError(f"it is not known what the tangent of a {type(x).__name__} is",
                           hint="say it with adcomp.tangents.register_projector")
    parts = {name: part(value) for name, value in held.items()}
    passive = frozenset(name for name, p in parts.items() if p.empty)
    return _unless_empty(ObjectProjector, type_of(x),
                         {name: p for name, p in parts.items() if not p.empty}, passive)


def _is_plain(x: Any) -> bool:
    return isinstance(x, types.FunctionType | types.MethodType) or type(type(x)) is type


def _empty(parts: Any) -> bool:
    return all(part.empty for part in parts)


def _unless_empty(cls: Any, P: Any, parts: dict[str, Projector], *more: Any) -> Projector:
    return NO_TANGENT if _empty(parts.values()) else cls(P, parts, *more)
