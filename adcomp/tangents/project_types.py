"""Projectors of Numba types: what the type alone tells."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.core import types
from numba.np import numpy_support

from ..errors import TangentError
from .project_arrays import ArrayTypeProjector, tangent_dtype
from .project_containers import NamedTupleProjector, TupleProjector
from .project_records import RecordProjector, record_tangent_dtype
from .projectors import NO_TANGENT, Projector, ScalarProjector, tangent_class

NO_TANGENT_TYPES = (types.Boolean, types.BooleanLiteral, types.NoneType, types.Omitted, types.UnicodeType,
               types.StringLiteral, types.SliceType, types.RangeType, types.EnumMember,
               types.IntEnumMember, types.NPDatetime, types.NPTimedelta, types.Function,
               types.Module, types.DType, types.CharSeq, types.UnicodeCharSeq, types.Bytes)


def type_projector(like: types.Type) -> Projector:
    """The projector of the values of a Numba type.

    Raises
    ------
    TangentError
        The type alone does not tell, or has no tangent that is known.

    Examples
    --------
    >>> type_projector(types.int32)(2 + 1j), type_projector(types.boolean)(1.0)
    (np.float64(2.0), NoTangent)
    """
    if isinstance(like, NO_TANGENT_TYPES):
        return NO_TANGENT
    if isinstance(like, types.Optional):
        return type_projector(like.type)
    if isinstance(like, types.Integer | types.IntegerLiteral):
        return ScalarProjector(np.float64)
    if isinstance(like, types.Float | types.Complex):
        return ScalarProjector(tangent_class(numpy_support.as_dtype(like).type))
    if isinstance(like, types.Array) and not isinstance(like.dtype, types.Record):
        dtype = tangent_dtype(numpy_support.as_dtype(like.dtype))
        return NO_TANGENT if dtype is None else ArrayTypeProjector(dtype, like.ndim)
    if isinstance(like, types.Record):
        primal = numpy_support.as_dtype(like)
        inner = record_tangent_dtype(primal)
        return NO_TANGENT if inner is None else RecordProjector(primal, inner, (), True)
    if isinstance(like, types.BaseTuple):
        return _tuple(like)
    raise TangentError(f"the Numba type {like} does not tell what its tangent is",
                       hint="give the value itself")


def _tuple(like: Any) -> Projector:
    parts = tuple(type_projector(t) for t in like.types)
    if all(p.empty for p in parts):
        return NO_TANGENT
    if isinstance(like, types.BaseNamedTuple):
        return NamedTupleProjector(like.instance_class, dict(zip(like.fields, parts, strict=True)))
    return TupleProjector(parts)
