"""How compiled code makes structural tangents, and is given them."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..core.numba_structures import declare, declare_values
from .structural import Tangent
from .zeros import NoTangent, ZeroTangent


class TangentOf:
    """Makes the structural tangents of a class with entries for certain fields.

    Compiled code calls it like a class; there is one for each class and choice of fields.

    Examples
    --------
    >>> from adcomp.tangents.structures import structure
    >>> @structure
    ... class Point:
    ...     x: float
    ...     y: float
    >>> tangent_of(Point, ("x", "y"))(1.0, 2.0).x
    1.0
    """

    def __init__(self, primal_type: type, names: tuple[str, ...]) -> None:
        self.primal_type, self.names = primal_type, names
        self.__name__ = self.__qualname__ = f"{primal_type.__name__}Tangent"
        self.__module__ = primal_type.__module__

    def __call__(self, *entries: Any) -> Tangent:
        return Tangent(self.primal_type, **{
            name: NoTangent if entry is None else entry
            for name, entry in zip(self.names, entries, strict=True)})

    def __reduce__(self) -> Any:
        return tangent_of, (self.primal_type, self.names)


@cache
def tangent_of(primal_type: type, names: tuple[str, ...]) -> TangentOf:
    """What makes the tangents of a class with entries for these fields."""
    maker = TangentOf(primal_type, names)
    declare(maker, names)
    return maker


def has_natural_form(cls: type) -> bool:
    """Can a cotangent of the class be given as a value that looks like one of its own?"""
    return hasattr(cls, "_pull_r") and getattr(cls, "natural", True) and not getattr(
        cls, "over_parametrised", False)


def _entries(tangent: Tangent) -> dict[str, Any]:
    return {name: entry for name, entry in tangent.fields.items()
            if entry is not NoTangent and entry is not ZeroTangent}


declare_values(Tangent, lambda t: tangent_of(t.primal_type, tuple(_entries(t))), _entries)
