"""A value moved by a tangent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import ShapeMismatch, TangentError
from .accumulate import add
from .fields import rebuild, type_of, values_of
from .lazy import Lazy
from .project_arrays import is_sparse
from .structural import Tangent
from .zeros import HardZero, NotImplementedTangent


def moved(x: Any, tangent: Any) -> Any:
    """``x + tangent`` for a value of any kind.

    Parameters
    ----------
    x : value
    tangent : tangent of `x`

    Returns
    -------
    value
        Of the class of `x`. Objects are built without their constructor, or by the hook that
        `register_rebuild` was given.

    Raises
    ------
    ShapeMismatch, TangentError
        `tangent` is none of `x`.

    Examples
    --------
    >>> from adcomp.tangents import ZeroTangent
    >>> moved((1.0, "on", np.ones(2)), (2.5, ZeroTangent, np.ones(2)))
    (3.5, 'on', array([2., 2.]))
    """
    if isinstance(tangent, HardZero):
        return x
    if isinstance(tangent, NotImplementedTangent):
        return tangent + x
    if isinstance(tangent, Lazy):
        return moved(x, tangent.force())
    if isinstance(tangent, Tangent):
        return _by_fields(x, tangent)
    if isinstance(x, tuple | list):
        if not isinstance(tangent, tuple | list) or len(tangent) != len(x):
            raise ShapeMismatch(f"the tangent of a {type(x).__name__} has another length than its value",
                                np.shape(tangent)[:1], (len(x),))
        parts = [moved(a, b) for a, b in zip(x, tangent, strict=True)]
        return tuple.__new__(type(x), parts) if isinstance(x, tuple) else parts
    if isinstance(x, Mapping):
        unknown = [key for key in tangent if key not in x]
        if unknown:
            raise TangentError(f"the tangent of a dict has the key {unknown[0]!r}, which the value has not")
        return {key: moved(v, tangent[key]) if key in tangent else v for key, v in x.items()}
    if is_sparse(x) and is_sparse(tangent):
        return add(x, tangent)  # keeps the pattern
    if isinstance(x, np.ndarray | np.void) and x.dtype.names and np.shape(x) == np.shape(tangent):
        made = x.copy()
        for name in tangent.dtype.names or ():
            made[name] = moved(x[name], tangent[name])
        return made
    if np.shape(x) != np.shape(tangent) and not is_sparse(x):
        raise ShapeMismatch("the tangent has another shape than its value", np.shape(tangent), np.shape(x))
    return x + tangent


def _by_fields(x: Any, tangent: Tangent) -> Any:
    P = tangent.primal_type
    if type_of(x) != P:
        raise TangentError(f"a {type(x).__name__} cannot be moved by a tangent of "
                           f"{getattr(P, '__name__', P)}")
    if isinstance(x, complex | np.complexfloating):
        from .projection import projector

        return x + projector(x)(tangent)
    held = values_of(x) or {}
    for name in tangent.fields:
        if name not in held:
            raise TangentError(f"a {type(x).__name__} has no field {name!r}",
                               hint=f"its fields are {', '.join(held)}")
    return rebuild(x, {name: moved(held[name], part) for name, part in tangent.fields.items()})
