"""Structures: immutable classes whose values are their fields, such as the structured matrices.

A structure is a frozen dataclass that `structure` has registered. Compiled code knows it: Numba gets a
type for it, its methods are read like functions, and its cotangent has one entry for each field that
carries a derivative.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import Any, dataclass_transform

import numpy as np

from ..core.numba_structures import declare_class, declare_functions
from ..core.ops import BINARY

#: functions that are methods or properties of a structure in their first argument
METHODS: dict[Any, str] = {
    np.sum: "sum", np.trace: "trace", np.linalg.solve: "solve", np.linalg.det: "det",
    np.linalg.slogdet: "slogdet", np.linalg.inv: "inv", np.diag: "diagonal", np.diagonal: "diagonal",
    len: "__len__", abs: "__abs__", np.shape: "shape", np.transpose: "T", np.conj: "conj",
    np.conjugate: "conj", np.ndim: "ndim",
}

#: functions of two arguments that are operators
OPERATORS: dict[Any, str] = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.divide: "/", np.matmul: "@", np.dot: "@",
    np.power: "**",
} | {function: symbol for symbol, function in BINARY.items()}

#: functions that Numba does not compile of arrays either
_NOT_IN_NUMBA = (np.diagonal, np.matmul, np.ndim)


@cache
def _teach_functions() -> None:
    """Let Numba call the functions above on structures; once, when there is a structure."""
    words = {f: BINARY[symbol].__name__.strip("_") for f, symbol in OPERATORS.items()
             if f not in BINARY.values() and f not in _NOT_IN_NUMBA}
    declare_functions({f: name for f, name in METHODS.items() if f not in _NOT_IN_NUMBA}, words)


@dataclass(frozen=True, slots=True)
class Structure:
    """What is known of a class of structures.

    Parameters
    ----------
    cls : type
    fields : tuple of str
        The names of the fields in declared order.
    static : tuple of str
        Fields whose value is part of the compiled type: flags such as ``uplo``. Strings, booleans or
        integers; they have no tangent.
    passive : tuple of str
        Fields that are data without a tangent: sizes, indices.
    """

    cls: type
    fields: tuple[str, ...]
    static: tuple[str, ...] = ()
    passive: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Does a call of the class do no more than to keep the fields? Compiled code runs nothing else.

        The checks of adcomp's own classes change no field.
        """
        if self.cls.__module__.startswith("adcomp."):
            return True
        made = getattr(vars(self.cls).get("__init__"), "__code__", None)
        return made is not None and made.co_filename == "<string>" and not hasattr(self.cls, "__post_init__")

    @property
    def differentiable(self) -> tuple[str, ...]:
        """The fields that may carry a derivative."""
        return tuple(f for f in self.fields if f not in self.static and f not in self.passive)

    @property
    def dynamic(self) -> tuple[str, ...]:
        """The fields that a compiled value consists of."""
        return tuple(f for f in self.fields if f not in self.static)


_STRUCTURES: dict[type, Structure] = {}


@dataclass_transform(frozen_default=True)
def structure(cls: Any = None, *, static: tuple[str, ...] = (), passive: tuple[str, ...] = ()) -> Any:
    """Register a class as a structure; it becomes a frozen dataclass, if it is no dataclass yet.

    Examples
    --------
    >>> @structure(passive=("n",))
    ... class Scaled:
    ...     factor: float
    ...     n: int
    >>> structure_of(Scaled).differentiable
    ('factor',)
    """

    def register(given: type) -> type:
        made: type = given if is_dataclass(given) else dataclass(frozen=True, eq=False)(given)
        names = tuple(f.name for f in fields(made))
        for name in (*static, *passive):
            if name not in names:
                raise TypeError(f"{given.__name__} has no field {name!r}")
        _STRUCTURES[made] = Structure(made, names, static, passive)
        _teach_functions()
        defaults = [f.default for f in fields(made) if f.default is not MISSING]
        declare_class(made, names, static=static, passive=passive, defaults=defaults,
                      callable=_STRUCTURES[made].is_plain)
        return made

    return register if cls is None else register(cls)


def is_of_structures(cls: type) -> bool:
    """Are the instances of a class structures: is it one, or, `object` aside, a base of one?"""
    return cls is not object and any(issubclass(known, cls) for known in _STRUCTURES)


def structure_of(cls: type) -> Structure | None:
    """What is known of a class; None if it is no structure."""
    return _STRUCTURES.get(cls)
