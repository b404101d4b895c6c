"""Adding cotangents, in place where that is safe.

``accumulate(x, y)`` returns the sum and may put it into the memory of `x`, which must belong to whoever
accumulates; only what is returned may be used afterwards. Every shape is compared before anything is
written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import ShapeMismatch, TangentError
from .fields import is_frozen, rebuild
from .in_place import differentiable_fields, entangled, is_buffer, may_accumulate_into, one_entry_each
from .lazy import Lazy, force
from .project_arrays import dense, is_sparse
from .projectors import is_number
from .structural import Tangent
from .structures import structure_of
from .zeros import HardZero, NotImplementedTangent


def accumulate(x: Any, y: Any, *, verify: bool = False) -> Any:
    """The sum of two cotangents, which may be `x` itself with new contents.

    Parameters
    ----------
    x : cotangent
        What has been accumulated so far, in memory that nothing else uses.
    y : cotangent
        Of the same value. It is read only.
    verify : bool
        Check that a lazy `y` adds to an array in place just what its value is.

    Returns
    -------
    cotangent

    Raises
    ------
    ShapeMismatch
        Shapes or lengths differ, or a number meets an array. Nothing was written.
    TangentError
        The two are not of one kind. Nothing was written.

    Examples
    --------
    >>> x = -np.ones(2)
    >>> accumulate(x, np.array([1.0, 2.0])) is x, x
    (True, array([0., 1.]))
    >>> accumulate(x, np.array([1j, 2.0]))
    array([0.+1.j, 3.+0.j])
    """
    _check(x, y, "the cotangent")
    return _sum(x, y, isinstance(x, np.ndarray) or not entangled(x, y), verify)


def add(x: Any, y: Any) -> Any:
    """The sum of two cotangents, in fresh memory.

    Raises
    ------
    ShapeMismatch, TangentError
        As in `accumulate`.

    Examples
    --------
    >>> add(([1.0], {"a": 2.0}), ([2.0], {"b": 1.0}))
    ([3.0], {'a': 2.0, 'b': 1.0})
    """
    _check(x, y, "the cotangent", False)
    return _sum(x, y, False, False)


# What can be added ---------------------------------------------------------------------------------


def _check(x: Any, y: Any, what: str, reuse: bool = True) -> None:
    """Refuse two cotangents that cannot be added, anywhere inside, before anything is written.

    Lazy parts are computed here, but for those that will add themselves to an array.
    """
    if isinstance(x, HardZero | NotImplementedTangent) or isinstance(y, HardZero | NotImplementedTangent):
        return
    if isinstance(y, Lazy) and y.adds_in_place and reuse and is_buffer(x):
        return
    x, y = force(x), force(y)
    if isinstance(x, Tangent) and isinstance(y, Tangent):
        if x.primal_type != y.primal_type:
            raise TangentError(f"{what} is a tangent of {y.primal_type!r}, "
                               f"and it is added to one of {x.primal_type!r}")
        for name in x.fields:
            _check(x[name], y[name], f"{what}.{name}", reuse)
    elif _is_named(x) and (isinstance(y, Tangent) or _is_named(y)) or isinstance(x, Tangent) and _is_named(y):
        _check(_as_tangent(x), _as_tangent(y), what, reuse)
    elif isinstance(x, tuple | list) and isinstance(y, tuple | list):
        if len(x) != len(y):
            raise ShapeMismatch(f"{what} has another length", (len(y),), (len(x),))
        for k, (a, b) in enumerate(zip(x, y, strict=True)):
            _check(a, b, f"{what}[{k}]", reuse)
    elif isinstance(x, Mapping) and isinstance(y, Mapping):
        for key in x:
            if key in y:
                _check(x[key], y[key], f"{what}[{key!r}]", reuse)
    elif _has_entries(x) and _has_entries(y):
        if np.shape(x) != np.shape(y):
            if is_number(y):
                raise ShapeMismatch(f"{what} is one number, and it is added to an array", (), np.shape(x))
            raise ShapeMismatch(f"{what} has another shape than what it is added to",
                                np.shape(y), np.shape(x))
        if _names(x) != _names(y):
            raise TangentError(f"{what} has the fields {_names(y)}, and not {_names(x)}")
    elif hasattr(x, "__add__") and type(x) is type(y) and not isinstance(x, str | bytes | tuple | list):
        return
    else:
        raise TangentError(f"{what} is a {type(y).__name__}, and it is added to a {type(x).__name__}")


def _has_entries(x: Any) -> bool:
    return is_number(x) or isinstance(x, np.ndarray | np.void) or is_sparse(x) or (
        structure_of(type(x)) is not None and hasattr(x, "dense"))


def _names(x: Any) -> tuple[str, ...] | None:
    return x.dtype.names if isinstance(x, np.ndarray | np.void) else None


def _is_named(x: Any) -> bool:
    return isinstance(x, tuple) and hasattr(x, "_fields")


def _as_tangent(x: Any) -> Tangent:
    return x if isinstance(x, Tangent) else Tangent(type(x), **x._asdict())


# The sum --------------------------------------------------------------------------------------------


def _sum(x: Any, y: Any, reuse: bool, verify: bool) -> Any:
    """The sum of two cotangents that `_check` has let through."""
    if isinstance(x, HardZero | NotImplementedTangent):
        return x + y
    if isinstance(y, HardZero):
        return x
    if isinstance(y, NotImplementedTangent):
        return y
    if isinstance(x, Lazy):
        return _sum(x.force(), force(y), False, False)
    if isinstance(y, Lazy):
        if reuse and y.adds_in_place and is_buffer(x):
            return y.add_into(x, verify=verify)
        return _sum(x, y.force(), reuse, verify)
    if isinstance(x, Tangent) or isinstance(y, Tangent):
        return _sum_of_tangents(x, y, reuse, verify)
    if isinstance(x, tuple | list):
        parts = [_sum(a, b, reuse, verify) for a, b in zip(x, y, strict=True)]
        if reuse and isinstance(x, list):
            x[:] = parts
            return x
        return tuple.__new__(type(x), parts) if isinstance(x, tuple) else parts
    if isinstance(x, Mapping):
        return _sum_of_mappings(x, y, reuse, verify)
    if _names(x) is not None:
        return _sum_of_records(x, y, reuse)
    if isinstance(x, np.ndarray):
        return _sum_of_arrays(x, dense(y), reuse)
    if is_sparse(x):
        return _sum_of_sparse(x, y, reuse)
    if structure_of(type(x)) is not None and hasattr(x, "dense"):
        return _sum_of_structures(x, y, reuse)
    return x + y


def _sum_of_arrays(x: Any, y: Any, reuse: bool) -> Any:
    if (reuse and may_accumulate_into(x) and np.result_type(x, y) == x.dtype
            and not np.may_share_memory(x, y)):
        x += y
        return x
    return np.asarray(x + y)


def _sum_of_records(x: Any, y: Any, reuse: bool) -> Any:
    names = x.dtype.names
    into = x if reuse and isinstance(x, np.ndarray) and may_accumulate_into(x) and (
        not np.may_share_memory(x, y)) else x.copy()
    for name in names:
        into[name] = add(x[name], y[name])
    return into


def _sum_of_tangents(x: Any, y: Any, reuse: bool, verify: bool) -> Any:
    x, y = _as_tangent(x), _as_tangent(y)
    merged = {**x.fields}
    for name, part in y.fields.items():
        merged[name] = _sum(merged[name], part, reuse, verify) if name in merged else part
    if not reuse or is_frozen(x.primal_type):
        return Tangent(x.primal_type, **merged)
    for name, part in merged.items():
        setattr(x, name, part)
    return x


def _sum_of_mappings(x: Any, y: Any, reuse: bool, verify: bool) -> Any:
    merged = {**x, **{k: _sum(x[k], v, reuse, verify) if k in x else v for k, v in y.items()}}
    if reuse and isinstance(x, dict):
        x.update(merged)
        return x
    return merged


def _sum_of_sparse(x: Any, y: Any, reuse: bool) -> Any:
    """Of one pattern by their stored numbers, so that the pattern stays; else of the entries."""
    if not is_sparse(y):
        return np.asarray(x.toarray() + dense(y))
    if type(x) is type(y) and all(
            np.array_equal(getattr(x, name), getattr(y, name)) for name in _index_names(x)):
        data = _sum_of_arrays(x.data, y.data, reuse)
        if data is x.data:
            return x
        made = x.copy()
        made.data = data
        return made
    return x + y


def _index_names(x: Any) -> tuple[str, ...]:
    return ("row", "col") if x.format == "coo" else ("indices", "indptr")


def _sum_of_structures(x: Any, y: Any, reuse: bool) -> Any:
    """Of one class field by field, if each number is one entry; else by the sum of the matrices."""
    if type(x) is type(y) and one_entry_each(x):
        names = differentiable_fields(x)
        flags = [n for n in structure_of(type(x)).fields if n not in names]  # type: ignore[union-attr]
        if all(np.array_equal(getattr(x, name), getattr(y, name)) for name in flags):
            parts = {name: _sum(getattr(x, name), getattr(y, name), reuse, False) for name in names}
            if all(part is getattr(x, name) for name, part in parts.items()):
                return x
            return rebuild(x, parts)
    return x + y
