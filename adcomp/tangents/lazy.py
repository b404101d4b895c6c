"""Cotangents that are computed when they are first read, if ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import AdcompError, ShapeMismatch
from .zeros import HardZero

_UNKNOWN = object()


class Lazy:
    """A cotangent that is computed at most once, when it is added or read; it is never written to.

    Parameters
    ----------
    thunk : callable
        Computes the value; called without arguments, at most once.
    add_into : callable, optional
        Called with an array that it adds the value to, in place, and returns: a way to accumulate
        without a temporary.

    Examples
    --------
    >>> lazy = Lazy(lambda: np.ones(2))
    >>> lazy
    Lazy(not computed)
    >>> 2 * lazy + np.array([1.0, 2.0])
    array([3., 4.])
    >>> lazy
    Lazy(array([1., 1.]))
    """

    __slots__ = ("_add_into", "_thunk", "_value")
    __array_ufunc__ = None  # let arrays leave the operation to this class

    def __init__(self, thunk: Callable[[], Any], add_into: Callable[[Any], Any] | None = None):
        if not callable(thunk):
            raise TypeError("Lazy takes a function that computes the cotangent")
        self._thunk: Callable[[], Any] | None = thunk
        self._add_into = add_into
        self._value = _UNKNOWN

    def force(self) -> Any:
        """The value; never lazy itself."""
        if self._thunk is not None:
            self._value = force(self._thunk())
            self._thunk = None
        return self._value

    @property
    def adds_in_place(self) -> bool:
        """Whether it has a routine of its own that adds it into an array."""
        return self._add_into is not None

    def add_into(self, buffer: Any, *, verify: bool = False) -> Any:
        """Add the value to an array in place, and return that array.

        Parameters
        ----------
        buffer : ndarray
            What is added to.
        verify : bool
            Check the routine against the value: the same array, with exactly the value added.

        Raises
        ------
        AdcompError
            With `verify`, the routine did something else; without, it returned another array.
        """
        if self._add_into is None:
            buffer += self.force()
            return buffer
        wanted: Any = buffer + self.force() if verify else None
        result = self._add_into(buffer)
        if result is not buffer:
            raise AdcompError("the add_into routine of a lazy cotangent returned another array "
                              "than the one that it was given")
        if verify:
            if np.shape(wanted) != np.shape(result):
                raise ShapeMismatch("the value of a lazy cotangent has not the shape of the array that it "
                                    "is added to", np.shape(wanted), np.shape(result))
            if not np.allclose(result, wanted, rtol=1e-12, atol=1e-12, equal_nan=True):
                raise AdcompError("the add_into routine of a lazy cotangent added something else "
                                  "than its value")
        return result

    def __repr__(self) -> str:
        return "Lazy(not computed)" if self._thunk is not None else f"Lazy({self._value!r})"

    def __add__(self, other: Any) -> Any:
        return self if isinstance(other, HardZero) else self.force() + force(other)

    def __radd__(self, other: Any) -> Any:
        return self if isinstance(other, HardZero) else force(other) + self.force()

    def __sub__(self, other: Any) -> Any:
        return self if isinstance(other, HardZero) else self.force() - force(other)

    def __rsub__(self, other: Any) -> Any:
        return force(other) - self.force()

    def __mul__(self, other: Any) -> Any:
        return other if isinstance(other, HardZero) else self.force() * force(other)

    def __rmul__(self, other: Any) -> Any:
        return other if isinstance(other, HardZero) else force(other) * self.force()

    def __truediv__(self, other: Any) -> Any:
        return self.force() / force(other)

    def __neg__(self) -> Any:
        return -self.force()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.force(), dtype=dtype, copy=copy)


def force(x: Any) -> Any:
    """The value of a lazy cotangent; anything else as it is.

    Examples
    --------
    >>> force(Lazy(lambda: 2.0)), force(3.0)
    (2.0, 3.0)
    """
    return x.force() if isinstance(x, Lazy) else x
