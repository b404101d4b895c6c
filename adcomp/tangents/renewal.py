"""Models with new numbers: in new memory, in which what was tied is tied, or in the memory of the old one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import TangentError
from .groups import Group
from .memory import address, bounds, overlaps_itself
from .places import Path, shown, with_values
from .ties import Ties, fitted_to


def renewed(model: Any, ties: Ties, units: Sequence[Any]) -> Any:
    """The model with new units; a group whose units are None keeps its arrays.

    Parameters
    ----------
    model : nest
    ties : Ties
        Of this model.
    units : sequence
        For each group an array of its units, which the model may keep, or None.

    Examples
    --------
    >>> from .ties import find_ties
    >>> W = np.zeros((2, 3))
    >>> new = renewed([W, W.T], find_ties([W, W.T]), [np.arange(6.0)])
    >>> new[1].base is new[0], new[1][2]
    (True, array([2., 5.]))
    """
    values: dict[Path, Any] = {}
    for group, held, new in zip(ties.groups, ties.values(model), units, strict=True):
        if new is None:
            continue
        made = renewed_places(group, held, new)
        values.update(zip(group.paths, made, strict=True))
    return with_values(model, values)


def renewed_places(group: Group, held: Sequence[Any], units: Any) -> list[Any]:
    """New values for the places of a group, laid out as the old ones are."""
    if not isinstance(held[0], np.ndarray):
        return [fitted_to(value, units) for value in held]
    if group.windows is None:
        return [np.asarray(units, held[0].dtype).reshape(held[0].shape)]
    low = min(bounds(a)[0] for a in held)  # one array held twice is one array in the new model too
    high = max(bounds(a)[1] for a in held)
    carrier = next((k for k, a in enumerate(held) if _fills(a, low, high)), None)
    if carrier is None:
        block: Any = np.zeros(high - low, np.uint8)
    else:
        block = np.empty(held[carrier].shape, held[carrier].dtype,
                         "C" if held[carrier].flags.c_contiguous else "F")
    views: dict[int, Any] = {} if carrier is None else {id(held[carrier]): block}
    for k, old in enumerate(held):
        made = np.ndarray(old.shape, old.dtype, block, address(old) - low, old.strides)
        view = views.setdefault(id(old), made)
        view[...] = group.shown(k, units)
    for view in views.values():
        view.flags.writeable = not overlaps_itself(view)
    return [views[id(old)] for old in held]


def overwrite(model: Any, ties: Ties, units: Sequence[Any]) -> None:
    """Put new units into the memory of a model; a group whose units are None stays as it is.

    Raises
    ------
    TangentError
        One of the numbers is in no array that can be written to. Nothing was written.
    """
    groups = [(g, held, new) for g, held, new in zip(ties.groups, ties.values(model), units, strict=True)
              if new is not None]
    for group, held, _ in groups:
        if not _writable(group, held):
            raise TangentError(f"what is at {', '.join(map(shown, group.paths))} cannot be updated in place",
                               hint="take the model that `step` returns")
    for group, held, new in groups:
        for k, array in enumerate(held):
            if array.flags.writeable:
                array[...] = group.shown(k, new)


def _writable(group: Group, held: Sequence[Any]) -> bool:
    """Whether each unit is in an array that can be written to."""
    if not isinstance(held[0], np.ndarray):
        return False
    if group.windows is None:
        return bool(held[0].flags.writeable)
    written = np.zeros(group.size, bool)
    for window, array in zip(group.windows, held, strict=True):
        written[window.index] |= array.flags.writeable
    return bool(written.all())


def _fills(array: Any, low: int, high: int) -> bool:
    """Whether an array is the whole of a range of memory, without gaps."""
    return (array.flags.c_contiguous or array.flags.f_contiguous) and bounds(array) == (low, high)
