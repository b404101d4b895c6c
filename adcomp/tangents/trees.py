"""Containers as arguments: dicts, lists and dataclasses, nested in each other and in tuples.

To compiled code a dict with strings as keys, or a list that is more than an array of numbers, is a
structure: its type tells the keys, or the length. So the program is one for these keys, and the derivative
comes back in a container of the same kind.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numba import types as nb

from ..core.numba_adapter import typeof
from ..core.numba_structures import StructureType, declare, type_class
from .structures import structure, structure_of


class DictOf:
    """Makes the dicts with certain keys, in their order.

    Examples
    --------
    >>> dict_of(("w", "b"))(1.0, 2.0)
    {'w': 1.0, 'b': 2.0}
    """

    container: type = dict

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        self.__name__ = self.__qualname__ = "_".join(["dict_of", *(k for k in keys if k.isidentifier())])

    def __call__(self, *items: Any) -> dict[str, Any]:
        return dict(zip(self.keys, items, strict=True))

    def __reduce__(self) -> Any:
        return dict_of, (self.keys,)


class ListOf:
    """Makes the lists of a certain length.

    Examples
    --------
    >>> list_of(2)(1.0, 2.0)
    [1.0, 2.0]
    """

    container: type = list

    def __init__(self, length: int) -> None:
        self.length = length
        self.__name__ = self.__qualname__ = f"list_of_{length}"

    def __call__(self, *items: Any) -> list[Any]:
        return list(items)

    def __reduce__(self) -> Any:
        return list_of, (self.length,)


@cache
def dict_of(keys: tuple[str, ...]) -> DictOf:
    """What makes the dicts with these keys."""
    maker = DictOf(keys)
    declare(maker, keys)
    return maker


@cache
def list_of(length: int) -> ListOf:
    """What makes the lists of this length."""
    maker = ListOf(length)
    declare(maker, tuple(map(str, range(length))))
    return maker


class Listed:
    """A list on its way into compiled code, which knows lists of numbers only."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def __getitem__(self, key: str) -> Any:
        return self.items[int(key)]


class Held:
    """An instance of a dataclass whose fields hold lists, on its way into compiled code."""

    def __init__(self, cls: type, fields: dict[str, Any]) -> None:
        self.cls = cls
        self.__dict__.update(fields)


def container_of(maker: Any) -> type | None:
    """The class of the containers that a maker makes; None if it makes others."""
    return maker.container if isinstance(maker, DictOf | ListOf) else None


def type_of_tree(value: Any) -> Any:
    """The Numba type of a container, or of a value in one; None if it is Numba's own business.

    Raises
    ------
    TypeError
        A dict has keys that are no strings.
    """
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("is or holds a dict whose keys are not all strings")
        return _container(dict_of(tuple(value)), tuple(value), value.values())
    if isinstance(value, Listed):
        names = tuple(map(str, range(len(value.items))))
        return _container(list_of(len(value.items)), names, value.items)
    if isinstance(value, tuple):
        kinds = [type_of_tree(item) for item in value]
        if any(kind is not None for kind in kinds):
            members = [kind or typeof(item) for item, kind in zip(value, kinds, strict=True)]
            return nb.NamedTuple(members, type(value)) if hasattr(value, "_fields") else nb.Tuple(members)
    if isinstance(value, Held):
        return _of_dataclass(value, value.cls)
    return _of_dataclass(value, type(value)) if _is_dataclass(value) else None


def _is_dataclass(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _container(maker: Any, names: tuple[str, ...], items: Any) -> StructureType:
    return type_class(maker)(names, tuple(map(_type_of, items)), ())


def _type_of(item: Any) -> Any:
    return type_of_tree(item) or typeof(item)


def _of_dataclass(value: Any, cls: type) -> StructureType:
    """The type of an instance of a dataclass, which becomes a structure when it is first seen.

    Fields that hold None, text or members of an enumeration are constants of this type; in another instance
    they may hold something else.
    """
    known = structure_of(cls) or structure_of(structure(cls))
    assert known is not None
    fields = {name: getattr(value, name) for name in known.fields}
    constants = {n: v for n, v in fields.items() if n in known.static or _is_constant(v)}
    members = tuple(_type_of(v) for n, v in fields.items() if n not in constants)
    return type_class(cls)(known.fields, members, tuple(constants.items()))


def _is_constant(value: Any) -> bool:
    return value is None or isinstance(value, str | enum.Enum)


def prepared(value: Any) -> Any:
    """A value whose lists are arrays of numbers, or known for their length; itself if it has none."""
    if isinstance(value, list):
        return _listed(value)
    if isinstance(value, dict):
        return _same_or(value, lambda items: dict(zip(value, items, strict=True)), value.values())
    if isinstance(value, tuple):
        named = hasattr(value, "_fields")
        return _same_or(value, lambda items: type(value)(*items) if named else items, value)
    if _is_dataclass(value):
        names = [f.name for f in dataclasses.fields(value)]
        return _same_or(value, lambda items: Held(type(value), dict(zip(names, items, strict=True))),
                        [getattr(value, name) for name in names])
    return value


def _same_or(value: Any, rebuilt: Callable[[tuple[Any, ...]], Any], items: Any) -> Any:
    items = tuple(items)
    made = tuple(map(prepared, items))
    return value if all(a is b for a, b in zip(items, made, strict=True)) else rebuilt(made)


def _listed(value: list[Any]) -> Any:
    """A list of numbers, or of such lists of one length, as an array; any other by its length."""
    if all(map(_is_numeric, value)):
        try:
            array = np.array(value)
        except ValueError:  # lists of several lengths
            array = np.array(None)
        if array.dtype.kind in "iufc":
            return array
    return Listed([prepared(item) for item in value])


def _is_numeric(item: Any) -> bool:
    return isinstance(item, int | float | complex | np.number) or (
        isinstance(item, list) and all(map(_is_numeric, item)))


def holds_lists(value: Any) -> bool:
    """Does a value hold lists, which have to be prepared?"""
    return any(isinstance(part, list) for part in _parts(value))


def _parts(value: Any) -> Iterator[Any]:
    yield value
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, tuple):
        inner = value
    elif _is_dataclass(value):
        inner = (getattr(value, f.name) for f in dataclasses.fields(value))
    for part in inner:
        yield from _parts(part)
