"""A model as a vector that lists each block of memory once."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeMismatch
from .groups import Group
from .project_arrays import ArrayProjector
from .renewal import renewed
from .ties import Ties, find_ties


def flatten(model: Any) -> tuple[Any, Flattening]:
    """A vector of the numbers of a model, and the way back.

    Parameters
    ----------
    model : nest of dicts, lists, tuples, objects and structures of arrays and numbers

    Returns
    -------
    vector : ndarray (n,)
        What several places show is in it once, where it is shown first. Its dtype holds them all.
    rebuild : Flattening
        ``rebuild(vector)`` is the model with other numbers, tied as it was.

    Examples
    --------
    >>> s = np.array([7.0, 7.0])
    >>> vector, rebuild = flatten({"x": s, "y": np.array([3.0, 4.0]), "z": s})
    >>> vector
    array([7., 7., 3., 4.])
    >>> model = rebuild(np.arange(4.0))
    >>> model["z"], model["z"] is model["x"] or model["z"].base is model["x"]
    (array([0., 1.]), True)
    >>> rebuild.pullback({"x": np.full(2, 3.0), "y": None, "z": np.full(2, 13.0)})
    array([16., 16.,  0.,  0.])
    """
    rebuild = Flattening(model)
    return rebuild.flatten(model), rebuild


class Flattening:
    """The two maps between a model and its vector, and their pullbacks.

    Attributes
    ----------
    size : int
        The length of the vector.
    dtype : dtype
    """

    def __init__(self, model: Any):
        self._model = model
        self._ties: Ties = find_ties(model)
        self._slots, self.size = _slots(self._ties)
        self.dtype = np.result_type(*(g.dtype for g in self._ties.groups)) if self._ties.groups else (
            np.dtype(np.float64))

    def flatten(self, model: Any) -> Any:
        """The vector of a model with the same places and ties."""
        vector = np.zeros(self.size, self.dtype)
        values = self._ties.values(model)
        for group, slots, held in zip(self._ties.groups, self._slots, values, strict=True):
            vector[slots] = group.gather(held).ravel()
        return vector

    def flatten_pullback(self, vector_bar: Any) -> Any:
        """The cotangent of the model from that of its vector.

        It is at the first place of each block, and `NoTangent` at the others: who adds up the ties gets
        each number once.
        """
        vector_bar = self._projector()(vector_bar)
        return self._ties.at_first_places(self._model, self._units(vector_bar))

    def __call__(self, vector: Any) -> Any:
        """The model with the numbers of a vector.

        Raises
        ------
        ShapeMismatch
            The vector has another length.
        """
        vector = np.asarray(vector)
        if vector.shape != (self.size,):
            raise ShapeMismatch("the vector has another length than the model's", vector.shape, (self.size,))
        return renewed(self._model, self._ties, self._units(vector))

    def pullback(self, grads: Any) -> Any:
        """The cotangent of the vector from that of the model that was built from it: the totals of ties.

        A place without a gradient adds nothing.
        """
        vector_bar = np.zeros(self.size, self.dtype)
        totals = self._ties.totals(self._model, grads)
        for slots, total in zip(self._slots, totals, strict=True):
            if total is not None:
                vector_bar[slots] = np.ravel(total)
        return vector_bar

    def _projector(self) -> ArrayProjector:
        return ArrayProjector(self.dtype, (self.size,))

    def _units(self, vector: Any) -> list[Any]:
        """The units of each group, in fresh memory."""
        return [_real_or_complex(vector[slots], group).reshape(group.shape)
                for slots, group in zip(self._slots, self._ties.groups, strict=True)]


def _real_or_complex(part: Any, group: Group) -> Any:
    """A part of a vector in the dtype of a group."""
    if part.dtype.kind == "c" and group.dtype.kind != "c":
        part = part.real
    return part.astype(group.dtype)


def _slots(ties: Ties) -> tuple[list[Any], int]:
    """For each group the positions of its units in the vector, and how many there are.

    Units are listed in the order in which the places of the model show them first.
    """
    order = sorted(((path, k, g) for g, group in enumerate(ties.groups)
                    for k, path in enumerate(group.paths)), key=lambda entry: ties.position[entry[0]])
    slots = [np.zeros(group.size, np.intp) for group in ties.groups]
    at = 0
    for _, k, g in order:
        group = ties.groups[g]
        mask = group.firsts()[k]
        first = np.arange(group.size) if group.windows is None else group.windows[k].index[mask]
        slots[g][first] = at + np.arange(len(first))
        at += len(first)
    return slots, at
