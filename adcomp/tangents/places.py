"""The places of a model: where it holds numbers that can be trained.

A model is any nest of dicts, lists, tuples, objects and structures. Its places are the arrays of floating
or complex numbers, and the single such numbers, in the order in which a walk comes by. Integers, booleans,
strings and functions are no places.
"""

from __future__ import annotations

import copy
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ..errors import ShapeMismatch, TangentError
from .fields import is_frozen, is_typed_list, rebuild, type_of, values_of
from .lazy import Lazy
from .memory import Tied
from .project_arrays import dense, is_sparse
from .projection import NO_TANGENT_TYPES, projector
from .projectors import collapsed
from .structural import Tangent
from .structures import structure_of
from .zeros import HardZero, NoTangent, NotImplementedTangent

#: The keys, positions and field names that lead from the model to a place.
Path: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One place of a model.

    Parameters
    ----------
    path : tuple
    value : ndarray or number
    anchor : tuple
        Of a number: the mutable container that holds it, and the way from there. Two places with one
        anchor are one number.
    """

    path: Path
    value: Any
    anchor: Path


def is_leaf(x: Any) -> bool:
    """Whether it is an array or a number that can be trained."""
    if isinstance(x, np.ndarray):
        return x.dtype.kind in "fc"
    return isinstance(x, float | complex | np.inexact)


def children(x: Any) -> dict[Any, Any] | None:
    """The parts of a container by key, position or field; None if it is none."""
    if isinstance(x, (*NO_TANGENT_TYPES, int, float, complex, np.generic)):
        return None
    if isinstance(x, np.ndarray):
        if x.dtype.names:
            raise TangentError("an array of records is no parameter that can be updated",
                               hint="hold its fields as arrays of their own")
        return {index: x[index] for index in np.ndindex(x.shape)} if x.dtype.kind == "O" else None
    if isinstance(x, types.FunctionType | types.MethodType) or hasattr(x, "py_func"):
        return None
    if isinstance(x, Mapping):
        return dict(x)
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return dict(zip(x._fields, x, strict=True))
    if isinstance(x, tuple | list) or is_typed_list(x):
        return dict(enumerate(x))
    if is_sparse(x):
        held: Any = x
        return {"data": held.data}
    known = structure_of(type(x))
    if known is not None:
        return {name: getattr(x, name) for name in known.differentiable}
    return values_of(x)


def is_mutable(x: Any) -> bool:
    """Whether a container can be changed, so that two who hold it share its numbers."""
    return not isinstance(x, tuple) and structure_of(type(x)) is None and not is_frozen(type(x))


def places(model: Any) -> list[Place]:
    """The places of a model, in the order of its parts.

    Raises
    ------
    TangentError
        The model contains itself, or an array of records.

    Examples
    --------
    >>> [p.path for p in places({"w": np.ones(2), "layers": [(1.0, 2), "relu"]})]
    [('w',), ('layers', 0, 0)]
    """
    found: list[Place] = []
    _walk(model, (), (), (), found, [])
    return found


def _walk(x: Any, path: Path, anchor: Path, inside: tuple[int, ...], found: list[Place],
          kept: list[Any]) -> None:
    """Add the places in `x`; `kept` keeps alive all containers, of which the identity is asked."""
    if is_leaf(x):
        found.append(Place(path, x, anchor))
        return
    parts = children(x)
    if parts is None:
        return
    if id(x) in inside:
        raise TangentError(f"a {type(x).__name__} of the model contains itself")
    kept.append(x)
    start = (id(x),) if is_mutable(x) else anchor or (path,)
    for step, part in parts.items():
        _walk(part, (*path, step), (*start, step), (*inside, id(x)), found, kept)


# Gradients ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Gradient:
    """The gradient of one place."""

    value: Any
    total: bool  #: it is the total of a tie, see `adcomp.tangents.memory.Tied`


def gradients_at(model: Any, grads: Any) -> dict[Path, Gradient]:
    """The gradient of each place that has one, by its path; in the dtype and shape of the place.

    None and hard zeros, and what is missing from a mapping or a `Tangent`, are no gradient.

    Raises
    ------
    ShapeMismatch, TangentError
        The gradient is none of this model.
    """
    found: dict[Path, Gradient] = {}
    _collect(model, grads, (), found)
    return found


def _collect(x: Any, x_bar: Any, path: Path, found: dict[Path, Gradient]) -> None:
    if isinstance(x_bar, Lazy):
        x_bar = x_bar.force()
    if x_bar is None or isinstance(x_bar, HardZero):
        return
    if isinstance(x_bar, NotImplementedTangent):
        x_bar.zero()  # raises, and says where the rule is
    if is_leaf(x):
        try:
            value = projector(x)(x_bar)
        except (ShapeMismatch, TangentError) as error:
            error.add_note(f"at {shown(path)} of the model")
            raise
        if not isinstance(value, HardZero):
            found[path] = Gradient(value, isinstance(x_bar, Tied))
        return
    parts = children(x)
    if parts is None:
        return
    given = _parts_of(x, x_bar, parts, path)
    for step, part in parts.items():
        _collect(part, given.get(step), (*path, step), found)


def _parts_of(x: Any, x_bar: Any, parts: dict[Any, Any], path: Path) -> dict[Any, Any]:
    """The gradient of a container, by key, position or field."""
    if is_sparse(x) or hasattr(x, "_pull_d") and not isinstance(x_bar, Tangent | Mapping):
        return _parts_of_matrix(x, x_bar, parts)
    if isinstance(x_bar, Tangent):
        if x_bar.primal_type != type_of(x):
            raise TangentError(f"at {shown(path)} of the model there is a {type(x).__name__}, and the "
                               f"gradient is a {x_bar!r}")
        given = dict(x_bar.fields)
    elif isinstance(x_bar, Mapping):
        given = dict(x_bar)
    elif (isinstance(x_bar, tuple | list | np.ndarray) or is_typed_list(x_bar)) and (
            isinstance(x, tuple | list | np.ndarray) or is_typed_list(x)):
        listed = list(x_bar.flat if isinstance(x, np.ndarray) and isinstance(x_bar, np.ndarray) else x_bar)
        if len(listed) != len(parts):
            raise ShapeMismatch(f"at {shown(path)} of the model the gradient has another length",
                                len(listed), len(parts))
        return dict(zip(parts, listed, strict=True))
    elif type(x_bar) is type(x):
        given = children(x_bar) or {}
    else:
        raise TangentError(f"at {shown(path)} of the model there is a {type(x).__name__}, and the gradient "
                           f"is a {type(x_bar).__name__}")
    for step in given:
        if step not in parts and not isinstance(given[step], HardZero | None):
            raise TangentError(f"at {shown(path)} the gradient has {step!r}, which the model has not")
    return given


def _parts_of_matrix(x: Any, x_bar: Any, parts: dict[Any, Any]) -> dict[Any, Any]:
    """The structural form of a matrix's gradient."""
    x_bar = projector(x)(x_bar)
    if isinstance(x_bar, HardZero):
        return {}
    if is_sparse(x):
        return {"data": x_bar.data}
    if isinstance(x_bar, Tangent):
        return dict(x_bar.fields)
    return dict(zip(parts, x._pull_d(dense(x_bar)), strict=True))


def shown(path: Path) -> str:
    """A path as it is written in Python.

    >>> shown(("layers", 0)), shown(())
    ("['layers'][0]", 'the top')
    """
    return "".join(f"[{step!r}]" for step in path) or "the top"


# Building again -------------------------------------------------------------------------------------


def with_values(model: Any, values: Mapping[Path, Any]) -> Any:
    """The model with other values at some places; what is shared stays shared.

    Parts in which nothing changes are the same objects as before.
    """
    return _renew(model, (), values, {})


def _renew(x: Any, path: Path, values: Mapping[Path, Any], made: dict[int, Any]) -> Any:
    if path in values:
        return values[path]
    if is_leaf(x) or id(x) in made:
        return made.get(id(x), x)
    parts = children(x)
    if parts is None:
        return x
    new = {step: _renew(part, (*path, step), values, made) for step, part in parts.items()}
    changed = {step: part for step, part in new.items() if part is not parts[step]}
    result = _with_parts(x, new, changed) if changed else x
    if is_mutable(x):
        made[id(x)] = result
    return result


def _with_parts(x: Any, new: dict[Any, Any], changed: dict[Any, Any]) -> Any:
    if isinstance(x, Mapping):
        made: Any = copy.copy(x)
        made.update(changed)
        return made
    if isinstance(x, tuple):
        return tuple.__new__(type(x), new.values())
    if isinstance(x, list | np.ndarray) or is_typed_list(x):
        listed: Any = x.copy()
        for step, part in changed.items():
            listed[step] = part
        return listed
    if is_sparse(x):
        matrix: Any = x
        renewed = matrix.copy()
        renewed.data = new["data"]
        return renewed
    return rebuild(x, changed)


def gradient_tree(model: Any, leaf: Callable[[Path, Any], Any], path: Path = ()) -> Any:
    """A gradient of the model's form, with ``leaf(path, value)`` at each place.

    Objects and structures get a `Tangent`; containers without a gradient collapse to `NoTangent`.
    """
    if is_leaf(model):
        return leaf(path, model)
    parts = children(model)
    if not parts:
        return NoTangent
    given = {step: gradient_tree(part, leaf, (*path, step)) for step, part in parts.items()}
    if collapsed(given.values()):
        return NoTangent
    if isinstance(model, Mapping):
        return given
    if isinstance(model, tuple):
        return tuple.__new__(type(model), given.values())
    if isinstance(model, list) or is_typed_list(model):
        return list(given.values())
    if isinstance(model, np.ndarray):
        result = np.empty(model.shape, object)
        for index, part in given.items():
            result[index] = part
        return result
    return Tangent(type_of(model), **given)
