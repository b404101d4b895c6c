"""`clamptype` in compiled code: the same projection, chosen by the types.

What has no tangent gives None, and None, which is how compiled code writes a hard zero, passes through. An
array whose dtype is right already is returned as it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba.core import errors, types
from numba.extending import overload
from numba.np import numpy_support

from ..errors import ShapeMismatch
from .project_types import NO_TANGENT_TYPES
from .projection import clamptype

_SHAPES = "the cotangent has another shape than its value"


@overload(clamptype)
def _clamptype(x_bar, like):
    like = types.unliteral(like)
    if isinstance(x_bar, types.NoneType | types.Omitted) or not has_tangent(like):
        return lambda x_bar, like: None
    if isinstance(like, types.Number):
        return _to_number(x_bar, like)
    if isinstance(like, types.Array):
        return _to_array(x_bar, like)
    if isinstance(like, types.BaseTuple):
        return _to_tuple(x_bar, like)
    raise errors.TypingError(f"clamptype: compiled code does not know the tangent of {like}")


def has_tangent(like: types.Type) -> bool:
    """Whether the values of a Numba type have a tangent.

    Examples
    --------
    >>> has_tangent(types.float32), has_tangent(types.boolean), has_tangent(types.boolean[:])
    (True, False, False)
    """
    if isinstance(like, types.BaseTuple):
        return any(map(has_tangent, like.types))
    if isinstance(like, types.Array):
        return has_tangent(like.dtype)
    return not isinstance(like, NO_TANGENT_TYPES)


def tangent_number(like: types.Type) -> types.Type:
    """The type of a number's tangent: float64 for integers.

    Examples
    --------
    >>> tangent_number(types.int8), tangent_number(types.complex64)
    (float64, complex64)
    """
    return types.float64 if isinstance(like, types.Integer) else like


def _to_number(x_bar: Any, like: Any) -> Any:
    wanted = tangent_number(like)
    if isinstance(x_bar, types.Array) and x_bar.ndim == 0:
        return lambda x_bar, like: clamptype(x_bar[()], like)
    if not isinstance(x_bar, types.Number | types.Boolean):
        raise errors.TypingError(f"clamptype: the cotangent of a number is a {x_bar}")
    if types.unliteral(x_bar) == wanted:
        return lambda x_bar, like: x_bar
    if isinstance(x_bar, types.Complex) and not isinstance(wanted, types.Complex):
        return lambda x_bar, like: wanted(x_bar.real)
    return lambda x_bar, like: wanted(x_bar)


def _to_array(x_bar: Any, like: Any) -> Any:
    if not isinstance(like.dtype, types.Number):
        raise errors.TypingError(f"clamptype: compiled code does not know the tangent of {like}")
    wanted = tangent_number(like.dtype)
    dtype: Any = numpy_support.as_dtype(wanted)
    if like.ndim == 0 and isinstance(x_bar, types.Number):
        def rewrapped(x_bar, like):
            y = np.empty((), dtype)
            y[()] = clamptype(x_bar, wanted(0))
            return y
        return rewrapped
    if not isinstance(x_bar, types.Array) or not isinstance(x_bar.dtype, types.Number | types.Boolean):
        raise errors.TypingError(f"clamptype: the cotangent of an array is a {x_bar}")
    if x_bar.ndim > like.ndim:
        def dropped(x_bar, like):
            if x_bar.shape[-1] != 1:
                raise ShapeMismatch(_SHAPES, x_bar.shape, like.shape)
            return clamptype(x_bar[..., 0], like)
        return dropped
    if x_bar.ndim < like.ndim:
        if x_bar.ndim == 0:
            raise errors.TypingError("clamptype: the cotangent of an array is one number")
        return lambda x_bar, like: clamptype(np.expand_dims(x_bar, -1), like)
    if x_bar.dtype == wanted:
        def same(x_bar, like):
            if x_bar.shape != like.shape:
                raise ShapeMismatch(_SHAPES, x_bar.shape, like.shape)
            return x_bar
        return same

    def converted(x_bar, like):
        if x_bar.shape != like.shape:
            raise ShapeMismatch(_SHAPES, x_bar.shape, like.shape)
        y = np.empty(x_bar.shape, dtype)
        for index in np.ndindex(x_bar.shape):
            y[index] = clamptype(x_bar[index], wanted(0))
        return y
    return converted


def _to_tuple(x_bar: Any, like: Any) -> Any:
    if not isinstance(x_bar, types.BaseTuple):
        raise errors.TypingError(f"clamptype: the cotangent of a tuple is a {x_bar}")
    if len(x_bar) != len(like):
        raise errors.TypingError(
            f"clamptype: the cotangent of a tuple has the length {len(x_bar)} instead of {len(like)}")
    if isinstance(like, types.BaseNamedTuple):
        return _to_named_tuple(x_bar, like)
    return lambda x_bar, like: clamptype_rest(x_bar, like)


def _to_named_tuple(x_bar: Any, like: Any) -> Any:
    if isinstance(x_bar, types.BaseNamedTuple) and tuple(x_bar.fields) != tuple(like.fields):
        raise errors.TypingError(
            f"clamptype: the cotangent has the fields {x_bar.fields}, and not {like.fields}")
    cls = like.instance_class

    def named(x_bar, like):
        return cls(*clamptype_rest(tuple(x_bar), tuple(like)))
    return named


def clamptype_rest(x_bar: Any, like: Any) -> Any:
    """The projections of the parts of plain tuples, also if none of them has a tangent."""
    raise NotImplementedError("compiled code only")


@overload(clamptype_rest)
def _clamptype_rest(x_bar, like):
    if len(like) == 0:
        return lambda x_bar, like: ()
    return lambda x_bar, like: (clamptype(x_bar[0], like[0]), *clamptype_rest(x_bar[1:], like[1:]))
