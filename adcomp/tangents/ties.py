"""Ties: places of a model that show one memory.

Whether two places are tied is asked of addresses, element by element: an array is tied to its transpose,
to a slice of it, and ``z`` to ``z.real``. Equal contents are no tie, and neither are two slices of one
array that have no element in common. Numbers are tied if one mutable container holds them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import TangentError
from .groups import Group, Window
from .memory import address, bounds, overlaps_itself, real_part
from .places import Path, Place, gradient_tree, gradients_at, places, shown
from .projectors import ScalarProjector
from .zeros import NoTangent


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """The groups of a model.

    Parameters
    ----------
    groups : tuple of Group
        In the order of their first places.
    position : dict
        The number of each place in the order of the model.
    relative : tuple
        For each group where its arrays lie from the first of them: what tells that they are tied still.
    """

    groups: tuple[Group, ...]
    position: dict[Path, int]
    relative: tuple[Any, ...]

    @property
    def tied(self) -> tuple[tuple[Path, ...], ...]:
        """The paths of places that are tied, group by group."""
        return tuple(g.paths for g in self.groups if len(g.paths) > 1)

    def values(self, model: Any) -> list[list[Any]]:
        """The values of a model's places, group by group.

        Raises
        ------
        TangentError
            The model has other places than the one that the ties were found in, or other ties.
        """
        found = {p.path: p.value for p in places(model)}
        known = [path for g in self.groups for path in g.paths]
        if len(found) != len(known) or any(path not in found for path in known):
            raise TangentError("the model has other places than when its ties were found",
                               hint="find its ties again")
        values = [[found[path] for path in g.paths] for g in self.groups]
        for group, held, relative in zip(self.groups, values, self.relative, strict=True):
            if _relative(held) != relative:
                raise TangentError(f"what is at {', '.join(map(shown, group.paths))} of the model has other "
                                   "shapes, dtypes or ties than it had", hint="find its ties again")
        return values

    def totals(self, model: Any, grads: Any) -> list[Any]:
        """The gradient of each group's units; None for those that have none."""
        given = gradients_at(model, grads)
        return [g.total([given.get(path) for path in g.paths]) for g in self.groups]

    def at_first_places(self, model: Any, totals: Sequence[Any]) -> Any:
        """A gradient of the model's form in which each unit's gradient is where it is shown first.

        Places that show nothing first get `NoTangent`: the sum over the places is the total.
        """
        leaves: dict[Path, Any] = {}
        for group, total in zip(self.groups, totals, strict=True):
            for k, (path, mask) in enumerate(zip(group.paths, group.firsts(), strict=True)):
                if total is None or mask is not None and not mask.any():
                    leaves[path] = NoTangent
                elif mask is None or group.windows is None:
                    leaves[path] = np.array(total)
                else:
                    window = group.windows[k]
                    part = np.where(mask, total[window.index], group.dtype.type(0))
                    leaves[path] = part[..., 0] + 1j * part[..., 1] if window.pairs else part
        return gradient_tree(model, lambda path, value: fitted_to(value, leaves[path]))


def fitted_to(value: Any, units: Any) -> Any:
    """An array of a place's values, or the number that it is where the place holds a number."""
    if isinstance(value, np.ndarray) or units is NoTangent:
        return units
    return ScalarProjector(type(value))(np.asarray(units).reshape(()))


def find_ties(model: Any) -> Ties:
    """Find which places of a model show one memory.

    Parameters
    ----------
    model : nest of dicts, lists, tuples, objects and structures of arrays and numbers

    Returns
    -------
    Ties

    Raises
    ------
    TangentError
        Memory is read as two kinds of numbers, other than complex numbers and their parts.

    Examples
    --------
    >>> W = np.ones((2, 3))
    >>> find_ties({"enc": W, "dec": W.T, "copy": W.copy()}).tied
    ((('enc',), ('dec',)),)
    """
    found = places(model)
    order = {p.path: k for k, p in enumerate(found)}
    arrays = [p for p in found if isinstance(p.value, np.ndarray)]
    numbers = [p for p in found if not isinstance(p.value, np.ndarray)]
    groups = [_group(members) for members in (*_in_memory(arrays), *_of_numbers(numbers))]
    groups.sort(key=lambda g: order[g.paths[0]])
    value = {p.path: p.value for p in found}
    return Ties(tuple(groups), order, tuple(_relative([value[path] for path in g.paths]) for g in groups))


def tied_total(model: Any, grads: Any) -> Any:
    """Add up the gradients of tied places.

    Parameters
    ----------
    model : nest of arrays and numbers
    grads : the same nest of gradients
        Of each place with everything else constant, as the gradient of a function of the places gives it.
        None or a hard zero where there is none; a gradient marked as `Tied` counts once.

    Returns
    -------
    nest
        Each total is at the first place that shows the number; the other places have `NoTangent`, or zeros
        for what another place has shown already.

    Raises
    ------
    ShapeMismatch, TangentError
        `grads` is no gradient of `model`.

    Examples
    --------
    >>> W = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> tied_total({"enc": W, "dec": W.T}, {"enc": np.ones((2, 2)), "dec": W})
    {'enc': array([[2., 4.], [3., 5.]]), 'dec': NoTangent}
    """
    ties = find_ties(model)
    return ties.at_first_places(model, ties.totals(model, grads))


# By memory ------------------------------------------------------------------------------------------


def _of_numbers(found: Sequence[Place]) -> list[list[Place]]:
    """Numbers by what holds them."""
    groups: dict[Path, list[Place]] = {}
    for p in found:
        groups.setdefault(p.anchor or p.path, []).append(p)
    return list(groups.values())


def _in_memory(found: Sequence[Place]) -> list[list[Place]]:
    """Arrays by the memory that they show, each group in the order of the model."""
    order = {p.path: k for k, p in enumerate(found)}
    clusters: list[tuple[int, list[Place]]] = []
    for p in sorted(found, key=lambda p: bounds(p.value)):
        low, high = bounds(p.value)
        if clusters and low < clusters[-1][0] and p.value.size:
            clusters[-1] = max(clusters[-1][0], high), [*clusters[-1][1], p]
        else:
            clusters.append((high, [p]))
    groups = []
    for _, members in clusters:
        members.sort(key=lambda p: order[p.path])
        groups += _connected(members) if len(members) > 1 else [members]
    return groups


def _connected(members: Sequence[Place]) -> list[list[Place]]:
    """Places whose ranges of addresses meet, by the bytes that they have in common."""
    low = min(bounds(p.value)[0] for p in members)
    grain = _grain([p.value for p in members], low)
    group_of = list(range(len(members)))

    def root(k: int) -> int:
        while group_of[k] != k:
            k = group_of[k]
        return k

    high = max(bounds(p.value)[1] for p in members)
    owner = np.full((high - low) // grain, -1)
    for k, p in enumerate(members):
        atoms = offsets(p.value, low, grain).ravel()
        for met in np.unique(owner[atoms]):
            if met >= 0:
                group_of[root(int(met))] = root(k)
        owner[atoms] = k
    groups: dict[int, list[Place]] = {}
    for k, p in enumerate(members):
        groups.setdefault(root(k), []).append(p)
    return list(groups.values())


def _grain(arrays: Sequence[Any], low: int) -> int:
    """The largest number of bytes that divides all elements and all ways between them."""
    return math.gcd(*(n for a in arrays for n in (
        address(a) - low, a.itemsize, *(s for s, m in zip(a.strides, a.shape, strict=True) if m > 1))))


def offsets(array: Any, low: int, size: int) -> Any:
    """The positions, counted from an address in items of `size` bytes, of the items of each element.

    Examples
    --------
    >>> x = np.zeros((2, 2))
    >>> offsets(x.T, address(x), 8)[..., 0]
    array([[0, 2],
           [1, 3]])
    """
    found = np.full(array.shape, address(array) - low, np.intp)
    for axis, (length, stride) in enumerate(zip(array.shape, array.strides, strict=True)):
        shape = [length if k == axis else 1 for k in range(array.ndim)]
        found += (np.arange(length, dtype=np.intp) * stride).reshape(shape)
    return found[..., None] // size + np.arange(array.itemsize // size)


def _group(members: Sequence[Place]) -> Group:
    paths = tuple(p.path for p in members)
    arrays = [np.asarray(p.value) for p in members]
    first = arrays[0]
    if not isinstance(members[0].value, np.ndarray):
        windows = tuple(Window(np.zeros((), np.intp)) for _ in members) if len(members) > 1 else None
        return Group(paths, (1,) if windows else (), first.dtype, windows)
    if len(members) == 1 and not overlaps_itself(first):
        return Group(paths, first.shape, first.dtype, None)
    low = min(bounds(a)[0] for a in arrays)
    dtypes = {a.dtype for a in arrays}
    dtype = first.dtype if len(dtypes) == 1 else _common_real(paths, dtypes)
    grain = math.gcd(dtype.itemsize, _grain(arrays, low))
    starts = [offsets(a, low, grain)[..., :: dtype.itemsize // grain] for a in arrays]
    units, inverse = np.unique(np.concatenate([s.ravel() for s in starts]), return_inverse=True)
    if len(units) > 1 and np.diff(units).min() * grain < dtype.itemsize:
        raise TangentError(f"what is at {', '.join(map(shown, paths))} overlaps within an element")
    windows_found, at = [], 0
    for array, s in zip(arrays, starts, strict=True):
        pairs = array.dtype != dtype
        index = inverse[at: at + s.size].reshape(s.shape)
        windows_found.append(Window(index if pairs else index[..., 0], pairs))
        at += s.size
    return Group(paths, (len(units),), dtype, tuple(windows_found))


def _common_real(paths: Sequence[Path], dtypes: set[Any]) -> Any:
    real = {real_part(d) for d in dtypes}
    if len(real) > 1:
        raise _reinterpreted(paths, dtypes)
    return real.pop()


def _reinterpreted(paths: Sequence[Path], dtypes: set[Any]) -> TangentError:
    return TangentError(f"what is at {', '.join(map(shown, paths))} is one memory, read as "
                        f"{' and as '.join(sorted(map(str, dtypes)))}",
                        hint="convert with .astype, which copies, in place of .view")


def _relative(values: Sequence[Any]) -> Any:
    """Where arrays lie from the first, and their layout; of numbers how many there are."""
    if not isinstance(values[0], np.ndarray):
        return tuple(type(v) for v in values)
    if len(values) == 1:
        return values[0].dtype, values[0].shape
    start = address(values[0])
    return tuple((a.dtype, a.shape, address(a) - start, _steps(a)) for a in values)


def _steps(array: Any) -> tuple[int, ...]:
    """The strides that matter."""
    return tuple(s for s, n in zip(array.strides, array.shape, strict=True) if n > 1) if array.size else ()
