"""Projection onto structured dtypes: by field, in a dtype that holds the differentiable fields only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ShapeMismatch, TangentError
from .project_arrays import converted, dense, fitted, only_hard_zeros
from .project_containers import check_names
from .projectors import NO_TANGENT, Projector
from .structural import Tangent
from .zeros import HardZero, NoTangent, NotImplementedTangent


def record_tangent_dtype(dtype: np.dtype[Any]) -> np.dtype[Any] | None:
    """The dtype of a record's cotangent: its float and complex fields, packed; None if there are none.

    Integers in records are counters and indices: they have no tangent.

    Examples
    --------
    >>> record_tangent_dtype(np.dtype([("w", "f8", (2, 2)), ("k", "i4"), ("z", "c8")]))
    dtype([('w', '<f8', (2, 2)), ('z', '<c8')])
    """
    kept: list[Any] = []
    for name in dtype.names or ():
        field = dtype[name]
        base, shape = field.base, field.shape
        inner = record_tangent_dtype(base) if base.names else (
            base.newbyteorder("=") if base.kind in "fc" else None)
        if inner is not None:
            kept.append((name, inner, shape) if shape else (name, inner))
    return np.dtype(kept) if kept else None


@dataclass(frozen=True, slots=True)
class RecordProjector(Projector):
    """Of a record or an array of records.

    The cotangent is given as an array of records with fields of the value, as a mapping of fields, or as a
    `Tangent`; what is missing is zero.
    """

    primal: np.dtype[Any]
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    scalar: bool  #: a single record, not an array

    def project(self, x_bar: Any) -> Any:
        if isinstance(x_bar, np.ndarray | np.void) and x_bar.dtype == self.dtype:
            if isinstance(x_bar, np.void) == self.scalar and x_bar.shape == self.shape:
                return x_bar
        if only_hard_zeros(x_bar):
            return NoTangent
        if isinstance(x_bar, Tangent):
            if x_bar.primal_type not in (self.primal, np.void, np.ndarray):
                raise TangentError(f"the cotangent of a record is a {x_bar!r}")
            x_bar = x_bar.fields
        result = np.zeros(self.shape, self.dtype)
        parts = _filled(result, self.primal, x_bar, self.shape)
        if isinstance(parts, NotImplementedTangent):
            return parts
        if not parts:
            return NoTangent
        return result[()] if self.scalar else result

    def zero(self) -> Any:
        result = np.zeros(self.shape, self.dtype)
        return result[()] if self.scalar else result


def _filled(result: Any, primal: np.dtype[Any], x_bar: Any, shape: tuple[int, ...]) -> Any:
    """Fill the fields of `result`; False if all that was given are hard zeros."""
    if isinstance(x_bar, Mapping):
        names = tuple(x_bar)
    elif isinstance(x_bar, np.ndarray | np.void) and x_bar.dtype.names:
        names = x_bar.dtype.names
        if x_bar.shape != shape:
            raise ShapeMismatch("the cotangent has another shape than its value", x_bar.shape, shape)
    else:
        raise TangentError(f"the cotangent of a record is a {type(x_bar).__name__}")
    check_names(names, primal.names, "record")
    found = len(names) == 0
    for name in names:
        part = x_bar[name]
        if isinstance(part, NotImplementedTangent):
            return part
        if isinstance(part, HardZero) or result.dtype.fields is None or name not in result.dtype.fields:
            continue
        found = True
        target, field = result[name], primal[name]
        if field.base.names:
            inner = _filled(target, field.base, part, target.shape)
            if isinstance(inner, NotImplementedTangent):
                return inner
        else:
            target[...] = converted(fitted(dense(part), target.shape), target.dtype)
    return found


def record_projector(x: Any) -> Projector:
    """The projector of a record or an array of records."""
    dtype = record_tangent_dtype(x.dtype)
    if dtype is None:
        return NO_TANGENT
    return RecordProjector(x.dtype, dtype, tuple(np.shape(x)), isinstance(x, np.void))
