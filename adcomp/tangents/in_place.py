"""Where a cotangent may be added in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .fields import is_frozen
from .lazy import Lazy
from .memory import bounds, overlaps_itself
from .project_arrays import is_sparse
from .projectors import is_number
from .structural import Tangent
from .structures import structure_of


def may_accumulate_into(x: Any) -> bool:
    """Whether a cotangent can be added into the memory of `x`.

    The memory must be writable, of floating or complex numbers, and no two elements in one place. Of a
    structured matrix every stored number must be one entry, which excludes symmetric and Hermitian ones.

    Examples
    --------
    >>> may_accumulate_into(np.ones(3)[1:]), may_accumulate_into(np.broadcast_to(1.0, 3))
    (True, False)
    >>> may_accumulate_into(np.ones(3, int)), may_accumulate_into(2.0)
    (False, False)
    """
    if isinstance(x, np.ndarray):
        if not x.flags.writeable or overlaps_itself(x) or type(x) is np.ma.MaskedArray:
            return False
        return x.dtype.kind in "fc" or bool(x.dtype.names) and _all_float(x.dtype)
    if is_sparse(x):
        return hasattr(x, "data") and may_accumulate_into(x.data)
    if structure_of(type(x)) is not None:
        fields = [getattr(x, name) for name in differentiable_fields(x)]
        return one_entry_each(x) and all(map(may_accumulate_into, fields))
    if isinstance(x, Tangent):
        return not is_frozen(x.primal_type)
    return isinstance(x, list | dict)


def is_buffer(x: Any) -> bool:
    """Whether it is an array that a lazy cotangent may add itself to."""
    return isinstance(x, np.ndarray) and may_accumulate_into(x)


def _all_float(dtype: np.dtype[Any]) -> bool:
    """Whether a structured dtype has float and complex fields only."""
    inner = [dtype[name].base for name in dtype.names or ()]
    return all(_all_float(d) if d.names else d.kind in "fc" for d in inner)


def differentiable_fields(x: Any) -> tuple[str, ...]:
    """The names of a structure's fields that carry a derivative."""
    known = structure_of(type(x))
    return known.differentiable if known is not None else ()


_ONE_ENTRY: dict[Any, bool] = {}


def one_entry_each(x: Any) -> bool:
    """Whether each stored number of a structured matrix is one entry of it, or none.

    Then the cotangent of the field is a selection of entries: pulling back what was pushed forward gives
    every number itself or, where it is junk, zero. A mean or a sum over entries changes it.
    """
    cls = type(x)
    if getattr(cls, "over_parametrised", False) or not hasattr(x, "_pull_d"):
        return not hasattr(x, "_pull_d")
    if any(structure_of(type(getattr(x, name))) is not None for name in differentiable_fields(x)):
        return False  # a matrix in a matrix: not worth a look
    key = cls, *(getattr(x, name) for name in structure_of(cls).static)  # type: ignore[union-attr]
    if key not in _ONE_ENTRY:
        given = [np.arange(2.0, 2.0 + np.size(getattr(x, name))).reshape(np.shape(getattr(x, name)))
                 for name in differentiable_fields(x)]
        if sum(map(np.size, given)) < 2:
            return False  # too little to tell
        back = x._pull_d(np.asarray(x._push_d(*given)))
        _ONE_ENTRY[key] = all(bool(np.all((b == g) | (b == 0))) for b, g in zip(back, given, strict=True))
    return _ONE_ENTRY[key]


def entangled(x: Any, y: Any) -> bool:
    """Whether writing to one array of `x` would change another of `x`, or one of `y`."""
    ranges = sorted((*bounds(a), mine) for part, mine in ((x, True), (y, False)) for a in _arrays(part))
    high, any_mine = -1, False
    for low, end, mine in ranges:
        if low >= high:
            high, any_mine = end, mine
        elif mine or any_mine:
            return True
        else:
            high = max(high, end)
    return False


def _arrays(x: Any) -> list[Any]:
    """The arrays that a cotangent consists of."""
    if isinstance(x, np.ndarray):
        return [x] if x.dtype.kind != "O" else [a for part in x.flat for a in _arrays(part)]
    if isinstance(x, Lazy) or is_number(x):
        return []
    if is_sparse(x):
        return [x.data]
    if isinstance(x, tuple | list):
        parts: Any = x
    elif isinstance(x, Mapping):
        parts = x.values()
    elif isinstance(x, Tangent):
        parts = x.fields.values()
    else:
        parts = [getattr(x, name) for name in differentiable_fields(x)]
    return [a for part in parts for a in _arrays(part)]
