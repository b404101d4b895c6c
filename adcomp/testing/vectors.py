"""Values as vectors of real numbers, and back: what differences move and what they pair with.

Structured and sparse matrices are what they store, not what they stand for: the vector of a value is as
long as that of any tangent of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..errors import ShapeMismatch
from ..tangents.structural import Tangent
from ..tangents.zeros import NoTangent, ZeroTangent
from .anatomy import anatomy, forced, is_array, is_number, is_passive, like_container

Rebuild = Callable[[np.ndarray], Any]


def to_vec(x: Any) -> tuple[np.ndarray, Rebuild]:
    """The numbers of a value as a float64 vector, and the way back.

    Parameters
    ----------
    x : number, array, matrix, structure, dataclass, tuple, list, dict, ...
        Real numbers give one entry, complex ones two, arrays their elements in C order. Of a structure,
        a structured or a sparse matrix the fields count. Integers, booleans, texts and other values
        without a tangent give none.

    Returns
    -------
    vector : ndarray of float64
    rebuild : function
        ``rebuild(v)`` is a value like `x` with the numbers of `v`: of the same types, memory order and
        flags, in fresh memory. No constructor of the user's runs.

    Raises
    ------
    TypeError
        Nothing is known of values of this type.
    ShapeMismatch
        From `rebuild`: the vector has another length.

    Examples
    --------
    >>> vector, rebuild = to_vec((1.5, [1 + 2j, 3], "text"))
    >>> vector
    array([1.5, 1. , 2. ])
    >>> rebuild(2 * vector)
    (3.0, [(2+4j), 3], 'text')
    """
    vector = numbers(x)
    return vector, lambda v: _built(x, _checked(v, vector), _value_leaf, _value_parts)


def to_vec_tangent(x: Any) -> tuple[np.ndarray, Rebuild]:
    """Like `to_vec`, with a way back that gives a tangent of the value.

    Returns
    -------
    vector : ndarray of float64
        That of `to_vec`.
    rebuild : function
        ``rebuild(v)`` is a tangent or cotangent of `x` in structural form: numbers, arrays, tuples and
        lists of them, `Tangent` for what has fields, `NoTangent` for what cannot be perturbed.

    Examples
    --------
    >>> vector, rebuild = to_vec_tangent((1.5, 2, "text"))
    >>> rebuild(vector)
    (1.5, NoTangent, NoTangent)
    """
    vector = numbers(x)
    return vector, lambda v: _built(x, _checked(v, vector), _tangent_leaf, _tangent_parts)


def numbers(x: Any) -> np.ndarray:
    """The vector of `to_vec`."""
    parts = list(_numbers(x))
    return np.concatenate(parts) if parts else np.zeros(0)


def tangent_numbers(x: Any, t: Any) -> np.ndarray:
    """A structural tangent of `x` as a vector as long as that of `x`; hard zeros are filled in.

    >>> tangent_numbers((1.0, [2.0, 3.0]), (ZeroTangent, [1.0, NoTangent]))
    array([0., 1., 0.])

    Raises
    ------
    ShapeMismatch, TypeError
        `t` is no tangent of `x`.
    """
    parts = list(_tangent_numbers(x, forced(t)))
    return np.concatenate(parts) if parts else np.zeros(0)


def names(x: Any, root: str = "x") -> list[str]:
    """What each entry of the vector of a value is called.

    >>> names((1.0, np.zeros((1, 2))))
    ['x[0]', 'x[1][0, 0]', 'x[1][0, 1]']
    """
    return list(_names(x, root))


def widened(x: Any) -> Any:
    """The value in double precision: differences of a single-precision program are worthless.

    >>> widened((np.float32(1.0), 2)), widened(np.zeros(1, "complex64")).dtype
    ((1.0, 2), dtype('complex128'))
    """
    x = forced(x)
    if is_array(x):
        return x.astype(np.result_type(x.dtype, np.float64), order="K")
    if is_number(x):
        return complex(x) if isinstance(x, complex | np.complexfloating) else float(x)
    if is_passive(x):
        return x.copy() if isinstance(x, np.ndarray) else x
    parts = anatomy(x)
    return parts.rebuild([widened(part) for part in parts.parts])


def conformed(found: np.ndarray, like: np.ndarray, what: str) -> np.ndarray:
    """An array of the shape of another, real if that is."""
    if found.shape != like.shape:
        raise ShapeMismatch(f"{what} has another shape than the value", found.shape, like.shape)
    if found.dtype.kind == "c" and like.dtype.kind != "c":
        raise TypeError(f"{what} is complex, and the value real")
    if found.dtype.kind not in "iufcb":
        raise TypeError(f"{what} is no array of numbers")
    return found.astype(like.dtype if like.dtype.kind == "c" else float)


# Taking apart -------------------------------------------------------------------------------------


def _numbers(x: Any) -> Iterator[np.ndarray]:
    x = forced(x)
    if is_array(x):
        yield _real(x)
    elif is_number(x):
        yield _real(np.asarray(x))
    elif not is_passive(x):
        for part in anatomy(x).parts:
            yield from _numbers(part)


def _real(x: np.ndarray) -> np.ndarray:
    """The elements in C order; real and imaginary parts alternate."""
    if x.dtype.kind == "c":
        return np.stack([x.real, x.imag], axis=-1).astype(float).ravel()
    return x.astype(float).ravel()


def _tangent_numbers(x: Any, t: Any) -> Iterator[np.ndarray]:
    x, t = forced(x), forced(t)
    if t is NoTangent or t is ZeroTangent or t is None:
        yield np.zeros(len(numbers(x)))
    elif is_array(x) or is_number(x):
        if isinstance(t, Tangent):
            raise TypeError(f"a tangent of a {t.primal_type.__name__} is none of {type(x).__name__}")
        yield _real(conformed(np.asarray(t), np.asarray(x), "the tangent"))
    elif not is_passive(x):
        known = anatomy(x)
        for name, part, given in zip(known.names, known.parts, _parts_of(x, t, known), strict=True):
            try:
                yield from _tangent_numbers(part, given)
            except (TypeError, ShapeMismatch) as error:
                raise type(error)(f"{name}: {error}") from None


def _parts_of(x: Any, t: Any, known: Any) -> list[Any]:
    """The parts of a tangent, in the order of those of the value."""
    if isinstance(t, Tangent):
        if t.primal_type is not type(x) and not isinstance(x, Tangent):
            raise TypeError(f"it is a tangent of a {t.primal_type.__name__}, not of a {type(x).__name__}")
        return [t[name[1:]] for name in known.names]
    if isinstance(x, dict) and isinstance(t, dict):
        return [t.get(key, ZeroTangent) for key in x]
    if isinstance(t, np.void | np.ndarray) and t.dtype.names is not None:
        return [t[n] if n in t.dtype.names else NoTangent for n in x.dtype.names]
    parts = list(anatomy(t).parts) if not is_passive(t) and not is_number(t) and not is_array(t) else None
    if parts is None or len(parts) != len(known.parts) or not like_container(x, t):
        raise TypeError(f"{t!r} is no tangent of a {type(x).__name__}")
    return parts


def _names(x: Any, path: str) -> Iterator[str]:
    x = forced(x)
    if is_array(x):
        for index in np.ndindex(x.shape):
            entry = f"{path}[{', '.join(map(str, index))}]" if index else path
            yield from (f"{entry}.real", f"{entry}.imag") if x.dtype.kind == "c" else (entry,)
    elif is_number(x):
        yield from (f"{path}.real", f"{path}.imag") if np.iscomplexobj(x) else (path,)
    elif not is_passive(x):
        known = anatomy(x)
        for name, part in zip(known.names, known.parts, strict=True):
            yield from _names(part, path + name)


# Putting together ---------------------------------------------------------------------------------


def _checked(v: Any, like: np.ndarray) -> _Reader:
    vector = np.asarray(v, float)
    if vector.shape != like.shape:
        raise ShapeMismatch("the vector has another length than that of the value", vector.shape, like.shape)
    return _Reader(vector)


class _Reader:
    """Hands out the entries of a vector in order."""

    def __init__(self, vector: np.ndarray) -> None:
        self._vector, self._at = vector, 0

    def take(self, count: int) -> np.ndarray:
        self._at += count
        return self._vector[self._at - count : self._at]


def _built(x: Any, reader: _Reader, leaf: Callable[..., Any], whole: Callable[..., Any]) -> Any:
    x = forced(x)
    if is_passive(x):
        return leaf(x, None)
    if is_array(x) or is_number(x):
        shape, is_complex = np.shape(x), np.iscomplexobj(x)
        entries = reader.take(int(np.prod(shape)) * (1 + is_complex))
        if is_complex:
            entries = entries[0::2] + 1j * entries[1::2]
        return leaf(x, entries.reshape(shape))
    known = anatomy(x)
    return whole(known, [_built(part, reader, leaf, whole) for part in known.parts])


def _value_leaf(x: Any, entries: np.ndarray | None) -> Any:
    if entries is None:
        return x
    if not isinstance(x, np.ndarray):
        return type(x)(entries[()])
    return in_order_of(x, entries)


def in_order_of(x: np.ndarray, entries: Any) -> np.ndarray:
    """An array with the dtype and the order of memory of another."""
    made = np.array(entries, x.dtype)
    return np.asfortranarray(made) if x.flags.f_contiguous and not x.flags.c_contiguous else made


def _tangent_leaf(x: Any, entries: np.ndarray | None) -> Any:
    if entries is None:
        return x if x is NoTangent or x is ZeroTangent else NoTangent
    return _value_leaf(x, entries)


def _value_parts(known: Any, parts: list[Any]) -> Any:
    return known.rebuild(parts)


def _tangent_parts(known: Any, parts: list[Any]) -> Any:
    return known.tangent(parts)
