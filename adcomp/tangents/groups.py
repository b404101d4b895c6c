"""Groups of tied places, and the distinct numbers that they show.

A group has *units*: elements of the dtype that its places have in common or, where complex numbers and
their parts are mixed, real numbers. Each place shows some of them through a window.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import TangentError
from .places import Gradient, Path, shown


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Which units the elements of a place are.

    Parameters
    ----------
    index : ndarray of int
        With the shape of the place; of complex numbers in real units, one axis more, of length 2.
    pairs : bool
        Whether that is so.
    """

    index: Any
    pairs: bool = False

    def units_of(self, value: Any) -> Any:
        """The values of a place as units."""
        value = np.asarray(value)
        return np.stack((value.real, value.imag), axis=-1) if self.pairs else value

    def shown(self, units: Any) -> Any:
        """What a place shows of the units."""
        found = units[self.index]
        return found[..., 0] + 1j * found[..., 1] if self.pairs else found


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Places that are tied, or one that is not.

    Parameters
    ----------
    paths : tuple of paths
        In the order of the model.
    shape : tuple of int
        Of the units: one axis, or the shape of the place if there is no window.
    dtype : dtype
        Of the units.
    windows : tuple of Window, or None
        One for each place. None if there is a single place whose elements are the units.
    """

    paths: tuple[Path, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    windows: tuple[Window, ...] | None

    @property
    def size(self) -> int:
        """How many units there are."""
        return math.prod(self.shape)

    def gather(self, values: Sequence[Any]) -> Any:
        """The units, from the values of the places."""
        if self.windows is None:
            return np.asarray(values[0])
        units = np.zeros(self.size, self.dtype)
        for window, value in zip(self.windows, values, strict=True):
            units[window.index] = window.units_of(value)
        return units

    def total(self, grads: Sequence[Gradient | None]) -> Any:
        """The gradient of the units: the sum over the places; None if no place has one.

        Gradients that are totals already are not summed: each unit takes one.

        Raises
        ------
        TangentError
            Some are totals and others are not.
        """
        given = [g for g in grads if g is not None]
        if not given:
            return None
        if any(g.total for g in given) != all(g.total for g in given):
            raise TangentError(f"of the gradients at {', '.join(map(shown, self.paths))} some are totals "
                               "and others are not", hint="take all of them from one call")
        if self.windows is None:
            return np.asarray(given[0].value)
        total = np.zeros(self.size, self.dtype)
        for window, g in zip(self.windows, grads, strict=True):
            if g is not None and g.total:
                total[window.index] = window.units_of(g.value)
            elif g is not None:
                np.add.at(total, window.index, window.units_of(g.value))
        return total

    def shown(self, k: int, units: Any) -> Any:
        """The units as place `k` shows them."""
        return units if self.windows is None else self.windows[k].shown(units)

    def firsts(self) -> list[Any]:
        """For each place, which of its units no place before it has shown; None where all are such."""
        if self.windows is None:
            return [None]
        seen = np.zeros(self.size, bool)
        masks = []
        for window in self.windows:
            flat = window.index.ravel()
            first = np.unique(flat, return_index=True)[1]
            mask = np.zeros(flat.size, bool)
            mask[first] = ~seen[flat[first]]
            seen[flat] = True
            masks.append(mask.reshape(window.index.shape))
        return masks
