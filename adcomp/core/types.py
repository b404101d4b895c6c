"""Questions about Numba's types that adcomp asks often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import types as nb
from numba.np.numpy_support import as_dtype

from .ir import Atom, Const, Field, Var
from .numba_adapter import typeof
from .numba_structures import StructureType

Types = Mapping[str, Any]


_WITHOUT = (
    nb.Boolean, nb.NoneType, nb.UnicodeType, nb.SliceType, nb.RangeType, nb.DType, nb.NumberClass,
    nb.Dispatcher, nb.Function, nb.Module, nb.EllipsisType, nb.misc.Omitted, nb.TypeRef,
)


#: the types of values that are taken apart: tuples by position, structures by the names of their fields
COMPOUND = (nb.BaseTuple, StructureType)


def key_of(t: StructureType, name: str) -> Const:
    """What a field of a structure is indexed by: its name, the key of a dict, the position in a list."""
    container = getattr(t.maker, "container", None)
    return Const(name if container is dict else int(name) if container is list else Field(name))


def parts_of(t: Any) -> tuple[tuple[Const, Any], ...]:
    """The parts of a tuple or a structure: what each is indexed by, and its type."""
    if isinstance(t, StructureType):
        return tuple((key_of(t, name), part) for name, part in zip(t.dynamic, t.types, strict=True))
    return tuple((Const(k), part) for k, part in enumerate(t.types))


def is_array(t: Any) -> bool:
    return isinstance(t, nb.Array)


def is_number(t: Any) -> bool:
    return isinstance(t, nb.Number) and not isinstance(t, nb.Boolean)


def is_float(t: Any) -> bool:
    """Real or complex floating point."""
    return isinstance(t, (nb.Float, nb.Complex))


def has_tangent(t: Any) -> bool:
    """Can a value of this type carry a derivative? Integers can: their shadow is float64.

    A type that is not known to carry none counts as one that does, so that a value of it is refused
    where a derivative would have to flow through it.
    """
    if is_array(t):
        return has_tangent(t.dtype)
    if isinstance(t, StructureType):
        return any(map(has_tangent, differentiable(t).values()))
    if isinstance(t, nb.BaseTuple):
        return any(map(has_tangent, t.types))
    return t is not None and not isinstance(t, _WITHOUT)


def differentiable(t: StructureType) -> dict[str, Any]:
    """The fields of a structure that may carry a derivative, and their types."""
    return {name: part for name, part in zip(t.dynamic, t.types, strict=True) if name not in t.passive}


def cotangent_type(t: Any) -> Any:
    """The type of the cotangent of a value: its own; float64 for integers."""
    if is_array(t):
        dtype = cotangent_type(t.dtype)
        return nb.Array(dtype, t.ndim, t.layout) if dtype != t.dtype or not t.mutable else t
    return nb.float64 if isinstance(t, nb.Integer) else t


def scalar(t: Any, value: Any) -> Const:
    """A literal of a type: Python's own float and complex where they match, else NumPy's."""
    if t == nb.float64:
        return Const(float(value))
    if t == nb.complex128:
        return Const(complex(value))
    return Const(as_dtype(t).type(value))


def zero(t: Any) -> Const:
    """The zero of a cotangent type."""
    return scalar(cotangent_type(t), 0)


def number_class(t: Any) -> type:
    """NumPy's class of the elements of an array, or of a number: ``np.float64``."""
    return as_dtype(getattr(t, "dtype", t)).type


def dtype_name(t: Any) -> str:
    """How generated code spells the dtype of an array with elements of this type."""
    return "np.bool_" if isinstance(t, nb.Boolean) else f"np.{np.dtype(as_dtype(t)).name}"


def type_of(atom: Atom, types: Types) -> Any:
    """The type of an atom; None for one that is not a value (a dtype, a module)."""
    if isinstance(atom, Var):
        return types.get(atom.name)
    if isinstance(atom, Const):
        return None if atom.value is Ellipsis else typeof(atom.value)
    return None
