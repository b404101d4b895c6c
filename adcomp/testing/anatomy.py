"""What values are made of: the parts of a composite one, and how to put it together again."""

from __future__ import annotations

import dataclasses
import enum
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba.typed import Dict as TypedDict
from numba.typed import List as TypedList

from ..tangents.lazy import Lazy
from ..tangents.matrix_types import matrix_type
from ..tangents.structural import Tangent
from ..tangents.structures import structure_of
from ..tangents.zeros import NoTangent, ZeroTangent

_PASSIVE = (bool, np.bool_, enum.Enum, int, np.integer, str, bytes, type, slice, range, np.dtype,
            np.random.Generator, np.random.RandomState, np.random.BitGenerator, types.ModuleType,
            types.FunctionType, types.BuiltinFunctionType, types.MethodType, np.ufunc,
            np.datetime64, np.timedelta64, type(None), type(NoTangent), type(ZeroTangent))

#: Scalars that are real or complex numbers. ``bool`` and integers are none here: see `rand_tangent`.
NUMBERS = (float, complex, np.floating, np.complexfloating)


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The parts of a composite value.

    Parameters
    ----------
    names : tuple of str
        What follows the name of the value in the name of each part: ``.data``, ``[0]``.
    parts : tuple
    rebuild : function
        From other parts, a value of the same type; no constructor of the user's runs.
    tangent : function
        From tangents of the parts, the tangent of the value.
    """

    names: tuple[str, ...]
    parts: tuple[Any, ...]
    rebuild: Callable[[Sequence[Any]], Any]
    tangent: Callable[[Sequence[Any]], Any]


def is_passive(x: Any) -> bool:
    """Whether a value has no parts and no tangent: a flag, a text, an index, a hard zero."""
    if type(x) in (float, complex, np.float64):
        return False
    if isinstance(x, np.ndarray):
        return x.dtype.names is None and x.dtype.kind not in "fcO"
    return isinstance(x, _PASSIVE) or _is_numba_function(x)


def is_array(x: Any) -> bool:
    """Whether a value is an array of real or complex numbers."""
    return isinstance(x, np.ndarray) and x.dtype.kind in "fc"


def is_number(x: Any) -> bool:
    return isinstance(x, NUMBERS) and not isinstance(x, enum.Enum)


def like_container(x: Any, t: Any) -> bool:
    """Whether a tangent is a container of the value's type; of a named tuple a plain one is right too."""
    return type(t) is type(x) or type(t) is tuple and isinstance(x, tuple)


def has_tangent(x: Any) -> bool:
    """Whether anything in a value can be perturbed.

    >>> has_tangent((1, "text")), has_tangent((1, np.zeros(0)))
    (False, True)
    """
    x = forced(x)
    if is_array(x) or is_number(x):
        return True
    return not is_passive(x) and any(map(has_tangent, anatomy(x).parts))


def holds_single(x: Any) -> bool:
    """Whether a value holds numbers of single or half precision."""
    x = forced(x)
    if is_array(x) or is_number(x):
        return np.asarray(x).dtype in (np.float16, np.float32, np.complex64)
    return not is_passive(x) and any(map(holds_single, anatomy(x).parts))


def forced(x: Any) -> Any:
    """The value of a lazy cotangent; anything else as it is."""
    while isinstance(x, Lazy):
        x = x.force()
    return x


def anatomy(x: Any) -> Anatomy:
    """The parts of a composite value.

    Raises
    ------
    TypeError
        Nothing is known of values of this type.
    """
    if isinstance(x, tuple | list | TypedList):
        return _sequence(x)
    if isinstance(x, dict | TypedDict):
        return _mapping(x)
    if isinstance(x, Tangent):
        return _tangent(x)
    if isinstance(x, np.ndarray | np.void) and x.dtype.names is not None:
        return _record(x)
    if isinstance(x, np.ndarray):  # of objects
        return _objects(x)
    if structure_of(type(x)) is not None or dataclasses.is_dataclass(x):
        return _fields(x, tuple(f.name for f in dataclasses.fields(x)))
    if _is_sparse(x):
        return _sparse(x)
    matrix = matrix_type(x)
    if matrix is not None:
        return _fields(x, matrix.fields)
    if hasattr(x, "__dict__"):
        return _fields(x, tuple(vars(x)))
    raise TypeError(f"the toolkit cannot take apart a value of type {type(x).__name__}; "
                    "a dataclass, a tuple or a registered structure it can")


def collapsed(parts: Sequence[Any], make: Callable[[], Any]) -> Any:
    """NoTangent if no part has a tangent, otherwise what `make` makes."""
    return NoTangent if all(part is NoTangent for part in parts) else make()


def _sequence(x: Any) -> Anatomy:
    def rebuild(parts: Sequence[Any]) -> Any:
        if hasattr(x, "_fields"):
            return type(x)(*parts)
        return TypedList(parts) if isinstance(x, TypedList) else type(x)(parts)

    names = tuple(f".{n}" for n in x._fields) if hasattr(x, "_fields") else tuple(
        f"[{k}]" for k in range(len(x)))
    return Anatomy(names, tuple(x), rebuild, lambda parts: collapsed(parts, lambda: rebuild(parts)))


def _mapping(x: Any) -> Anatomy:
    def rebuild(parts: Sequence[Any]) -> Any:
        if isinstance(x, dict):
            return dict(zip(x, parts, strict=True))
        made = TypedDict()
        for key, part in zip(x, parts, strict=True):
            made[key] = part
        return made

    return Anatomy(tuple(f"[{key!r}]" for key in x), tuple(x.values()), rebuild,
                   lambda parts: collapsed(parts, lambda: rebuild(parts)))


def _tangent(x: Any) -> Anatomy:
    def rebuild(parts: Sequence[Any]) -> Any:
        return Tangent(x.primal_type, **dict(zip(x.fields, parts, strict=True)))

    return Anatomy(tuple(f".{n}" for n in x.fields), tuple(x.fields.values()), rebuild, rebuild)


def _record(x: Any) -> Anatomy:
    names = x.dtype.names

    def rebuild(parts: Sequence[Any]) -> Any:
        made = np.zeros(np.shape(x), x.dtype)
        for name, part in zip(names, parts, strict=True):
            made[name] = part
        return made[()] if isinstance(x, np.void) else made

    def tangent(parts: Sequence[Any]) -> Any:
        kept = [(n, p) for n, p in zip(names, parts, strict=True) if p is not NoTangent]
        if not kept:
            return NoTangent
        made = np.zeros(np.shape(x), np.dtype(
            [(n, np.asarray(p).dtype, np.shape(p)[np.ndim(x):]) for n, p in kept]))
        for name, part in kept:
            made[name] = part
        return made[()] if isinstance(x, np.void) else made

    return Anatomy(tuple(f"[{n!r}]" for n in names), tuple(x[n] for n in names), rebuild, tangent)


def _objects(x: np.ndarray) -> Anatomy:
    def rebuild(parts: Sequence[Any]) -> Any:
        made = np.empty(x.shape, object)
        for index, part in zip(np.ndindex(x.shape), parts, strict=True):
            made[index] = part
        return made

    names = tuple("[" + ", ".join(map(str, index)) + "]" for index in np.ndindex(x.shape))
    return Anatomy(names, tuple(x.flat), rebuild, lambda parts: collapsed(parts, lambda: rebuild(parts)))


def _fields(x: Any, names: tuple[str, ...]) -> Anatomy:
    """A structure, a dataclass, a plain object: parts that the registry calls passive have no tangent."""
    known = structure_of(type(x))
    active = set(known.differentiable if known is not None else names)

    def rebuild(parts: Sequence[Any]) -> Any:
        made = object.__new__(type(x))
        made.__dict__.update(getattr(x, "__dict__", {}))
        for name, part in zip(names, parts, strict=True):
            object.__setattr__(made, name, part if name in active else getattr(x, name))
        return made

    def tangent(parts: Sequence[Any]) -> Any:
        return collapsed(parts, lambda: Tangent(type(x), **dict(zip(names, parts, strict=True))))

    parts = tuple(getattr(x, n) if n in active else NoTangent for n in names)
    return Anatomy(tuple(f".{n}" for n in names), parts, rebuild, tangent)


def _sparse(x: Any) -> Anatomy:
    """A matrix of scipy.sparse: its stored entries."""
    def rebuild(parts: Sequence[Any]) -> Any:
        made = x.copy()
        made.data = parts[0]
        return made

    return Anatomy((".data",), (x.data,), rebuild,
                   lambda parts: collapsed(parts, lambda: rebuild(parts)))


def _is_sparse(x: Any) -> bool:
    return type(x).__module__.startswith("scipy.sparse") and hasattr(x, "data") and hasattr(x, "nnz")


def _is_numba_function(x: Any) -> bool:
    return callable(x) and hasattr(x, "py_func")
