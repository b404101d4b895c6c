"""Projection onto structures: of a matrix by its own methods, of any other by its fields.

A structural tangent is projected field by field. Anything else that arrives for a matrix is a cotangent in
natural form, with the matrix's shape: its projection is the matrix's ``_project``, in the precision and
with the realness of the value. Types that have no natural form answer with the structural one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ShapeMismatch
from .fields import rebuild
from .project_arrays import ArrayProjector, converted, dense, fitted
from .project_containers import ObjectProjector
from .projectors import NO_TANGENT, Projector, ScalarProjector, is_number
from .structural import Tangent
from .structures import Structure, structure_of
from .zeros import HardZero


@dataclass(frozen=True, slots=True, eq=False)
class MatrixProjector(Projector):
    """Of a structured matrix.

    Parameters
    ----------
    like : structure
        The matrix, with placeholders for its numbers unless its projection depends on them.
    dtype : dtype
        Of the entries of a cotangent.
    fields : ObjectProjector
        For cotangents in structural form.
    """

    like: Any
    dtype: np.dtype[Any]
    fields: ObjectProjector

    def project(self, x_bar: Any) -> Any:
        if isinstance(x_bar, Tangent | Mapping):
            return self.fields.project(x_bar)
        shape = tuple(self.like.shape)
        if structure_of(type(x_bar)) is None or not _has_natural_form(type(x_bar)):
            x_bar = dense(x_bar)
            if x_bar.ndim != len(shape):
                x_bar = fitted(x_bar, shape) if x_bar.ndim > len(shape) else x_bar
            if x_bar.dtype.kind == "O":
                x_bar = converted(x_bar, np.dtype(np.complex128))
        if tuple(x_bar.shape) != shape:
            raise ShapeMismatch("the cotangent has another shape than its value", tuple(x_bar.shape), shape)
        x_bar = cast_fields(x_bar, self.dtype)
        if _has_natural_form(type(self.like)) and is_within(x_bar, self.like):
            return x_bar
        return cast_fields(natural_part(self.like, x_bar, self.fields), self.dtype)

    def zero(self) -> Any:
        return self.fields.zero()


def natural_part(like: Any, x_bar: Any, fields: ObjectProjector) -> Any:
    """The natural form of a cotangent; if there is none, the structural one."""
    if hasattr(like, "_project"):
        return like._project(x_bar)
    if _has_natural_form(type(like)):
        return like._pull_r(*like._pull_d(dense(x_bar)))
    if _keeps_arrays(type(like)):
        return dense(x_bar)
    known = structure_of(type(like))
    assert known is not None
    parts = dict(zip(known.differentiable, like._pull_d(dense(x_bar)), strict=True))
    return fields.project(parts)


_WITHIN: dict[Any, bool] = {}


def is_within(x_bar: Any, like: Any) -> bool:
    """Whether all matrices of the class and flags of `x_bar` are in the tangent space of `like`.

    A diagonal matrix is symmetric: as the cotangent of a symmetric matrix it stays what it is. One matrix
    of the kind, with numbers that are not related, decides for all.
    """
    known = structure_of(type(x_bar))
    if known is None or not hasattr(x_bar, "_push_d") or not _has_natural_form(type(x_bar)):
        return False
    key = (*_kind(x_bar), *_kind(like), tuple(like.shape))
    if any(isinstance(part, np.ndarray) for part in key) or any(
            structure_of(type(getattr(x_bar, f))) is not None for f in known.differentiable):
        return False  # a pattern, or a matrix in a matrix: not worth a look
    if key not in _WITHIN:
        sample = np.asarray(x_bar._push_d(*(_unrelated(getattr(x_bar, f)) for f in known.differentiable)))
        image = like._pull_r(*like._pull_d(sample))
        _WITHIN[key] = bool(np.allclose(dense(image), sample, rtol=1e-12, atol=0))
    return _WITHIN[key]


def _kind(x: Any) -> tuple[Any, ...]:
    known = structure_of(type(x))
    assert known is not None
    return type(x), *(getattr(x, name) for name in (*known.static, *known.passive)), *(
        (np.shape(getattr(x, name)), np.result_type(getattr(x, name)).kind) for name in known.differentiable
        if structure_of(type(getattr(x, name))) is None)


def _unrelated(field: Any) -> Any:
    """Numbers for a field that have nothing to do with each other."""
    made = np.sqrt(np.arange(2.0, 2.0 + np.size(field))).reshape(np.shape(field))
    return made * (1 + 0.5j) if np.iscomplexobj(field) else made


def _has_natural_form(cls: Any) -> bool:
    """Whether the projection is of the class, or a like one, and needs no numbers of the value."""
    return bool(getattr(cls, "natural", True)) and not getattr(cls, "over_parametrised", False)


def _keeps_arrays(cls: Any) -> bool:
    """Whether any array is a cotangent in natural form: of types with more numbers than entries."""
    return bool(getattr(cls, "over_parametrised", False)) and hasattr(cls, "_pull_r")


def cast_fields(x: Any, dtype: np.dtype[Any]) -> Any:
    """An array or a matrix in another dtype: real parts, if only `x` is complex."""
    if isinstance(x, HardZero | Tangent):
        return x
    if isinstance(x, np.ndarray):
        return converted(x, dtype) if x.dtype.kind in "biufc" else x
    if is_number(x):
        return ScalarProjector(dtype.type)(x)
    known = structure_of(type(x))
    if known is None:
        return x
    held = {name: getattr(x, name) for name in known.differentiable}
    cast = {name: cast_fields(value, dtype) for name, value in held.items()}
    changed = {name: value for name, value in cast.items() if value is not held[name]}
    return rebuild(x, changed) if changed else x


def placeholder(x: Any, part: Any) -> Any:
    """A part of a structure without its numbers, which still has their dtype and shape."""
    if isinstance(part, ArrayProjector):
        return np.broadcast_to(np.zeros((), part.dtype), part.shape)
    if isinstance(part, ScalarProjector):
        return part.cls(0)
    return part.like if isinstance(part, MatrixProjector) else x


def structure_projector(x: Any, part: Callable[[Any], Projector]) -> Projector:
    """The projector of a structure; `part` makes those of its fields."""
    known = structure_of(type(x))
    assert known is not None
    parts = {name: part(getattr(x, name)) for name in known.differentiable}
    if all(p.empty for p in parts.values()):
        return NO_TANGENT
    fields = ObjectProjector(type(x), {name: p for name, p in parts.items() if not p.empty},
                             frozenset(name for name in known.fields
                                       if name not in parts or parts[name].empty))
    if not hasattr(x, "_pull_d"):
        return fields
    return MatrixProjector(_kept(x, parts), _dtype_of(x, parts, known), fields)


def _kept(x: Any, parts: dict[str, Projector]) -> Any:
    if hasattr(x, "_projector_info"):
        return x._projector_info()
    if not _has_natural_form(type(x)) and not _keeps_arrays(type(x)):
        return x
    held = {name: placeholder(getattr(x, name), p) for name, p in parts.items()}
    made = object.__new__(type(x))
    known = structure_of(type(x))
    assert known is not None
    for name in known.fields:
        object.__setattr__(made, name, held.get(name, getattr(x, name)))
    return made


def _dtype_of(x: Any, parts: dict[str, Projector], known: Structure) -> np.dtype[Any]:
    """What the entries' cotangents are: of the widest field."""
    found = []
    for p in parts.values():
        if isinstance(p, ArrayProjector | MatrixProjector):
            found.append(p.dtype)
        elif isinstance(p, ScalarProjector):
            found.append(np.dtype(p.cls))
    return np.result_type(*found) if found else np.dtype(np.float64)
