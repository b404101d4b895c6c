"""Which memory values hold: who shares it, who writes to it, and whether shadows follow it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .anatomy import anatomy, forced, is_number, is_passive

#: What NumPy may spend on an overlap before the bounds of the memory decide.
_EFFORT = 10_000


def arrays(x: Any, path: str = "x") -> Iterator[tuple[str, np.ndarray]]:
    """Every array in a value, with its name."""
    x = forced(x)
    if isinstance(x, np.ndarray) and x.dtype.kind != "O":
        yield path, x
    elif not is_passive(x) and not is_number(x):
        known = anatomy(x)
        for name, part in zip(known.names, known.parts, strict=True):
            yield from arrays(part, path + name)


def copied(x: Any) -> Any:
    """A value in fresh memory, its arrays in the same order of memory."""
    x = forced(x)
    if isinstance(x, np.ndarray) and x.dtype.kind != "O":
        return x.copy(order="K")
    if is_passive(x) or is_number(x):
        return x
    known = anatomy(x)
    return known.rebuild([copied(part) for part in known.parts])


def overlap(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays have an element in common.

    >>> a = np.zeros(4)
    >>> overlap(a[::2], a[1::2]), overlap(a[:3], a[2:])
    (False, True)
    """
    if a.size == 0 or b.size == 0:
        return False
    try:
        return bool(np.shares_memory(a, b, max_work=_EFFORT))  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        return bool(np.may_share_memory(a, b))


def shared(first: list[tuple[str, np.ndarray]], second: list[tuple[str, np.ndarray]]
           ) -> tuple[str, str] | None:
    """The names of two arrays, one of each list, that share memory."""
    for a_name, a in first:
        for b_name, b in second:
            if a is not b and overlap(a, b) or a is b and a.size:
                return a_name, b_name
    return None


class Snapshot:
    """The contents of the arrays of values, to be compared later."""

    def __init__(self, **values: Any) -> None:
        found = [entry for name, value in values.items() for entry in arrays(value, name)]
        self._kept = [(name, array, array.copy()) for name, array in found]

    def changed(self) -> list[str]:
        """The names of the arrays that were written to."""
        return [name for name, array, before in self._kept if array.tobytes() != before.tobytes()]


def unmatched(values: Any, shadows: Any) -> str | None:
    """Where shadows do not share memory as their values do; None if they do.

    Equal memory in values maps to equal memory in shadows: for two arrays of the values, elements that
    coincide have shadows that coincide, and no others do.

    >>> x, x_bar = np.zeros(4), np.zeros(4)
    >>> unmatched([x, x[1:]], [x_bar, x_bar[1:]]) is None
    True
    >>> unmatched([x, x[1:]], [x_bar, np.zeros(3)])
    'values[0] and values[1] share memory, and their shadows do not'
    """
    pairs = list(zip(arrays(values, "values"), arrays(shadows, "shadows"), strict=True))
    for i, ((a_name, a), (_, a_bar)) in enumerate(pairs):
        if a.shape != a_bar.shape:
            return f"{a_name} has the shape {a.shape}, and its shadow {a_bar.shape}"
        for (b_name, b), (_, b_bar) in pairs[i + 1 :]:
            here, there = _coinciding(a, b), _coinciding(a_bar, b_bar)
            if here == there:
                continue
            both = f"{a_name} and {b_name}"
            if not there:
                return f"{both} share memory, and their shadows do not"
            if not here:
                return f"{both} share no memory, and their shadows do"
            return f"{both} share other elements than their shadows"
    return None


def _coinciding(a: np.ndarray, b: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of elements, by their positions, that lie in the same place."""
    if not np.may_share_memory(a, b):
        return []
    places = {place: k for k, place in enumerate(_places(a))}
    return [(places[place], k) for k, place in enumerate(_places(b)) if place in places]


def _places(a: np.ndarray) -> Iterator[int]:
    start = a.__array_interface__["data"][0]
    for index in np.ndindex(a.shape):
        yield start + sum(i * s for i, s in zip(index, a.strides, strict=True))


def identical(a: Any, b: Any) -> bool:
    """Whether two values are the same to the last bit, nan included.

    >>> identical((1.0, np.array([np.nan])), (1.0, np.array([np.nan])))
    True
    >>> identical(1.0, 1.0 + 2.0**-52)
    False
    """
    a, b = forced(a), forced(b)
    if isinstance(a, np.ndarray | np.generic | bool | int | float | complex):
        first, second = np.asarray(a), np.asarray(b)
        return first.shape == second.shape and first.dtype == second.dtype and (
            bool(np.array_equal(first, second, equal_nan=first.dtype.kind in "fc")))
    if is_passive(a):
        return bool(a == b)
    first_parts, second_parts = anatomy(a), anatomy(b)
    return len(first_parts.parts) == len(second_parts.parts) and all(
        map(identical, first_parts.parts, second_parts.parts))
