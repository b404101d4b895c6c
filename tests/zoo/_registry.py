"""The register of zoo programs: a decorator that remembers how to call a function."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np

from .. import differences

PROGRAMS: dict[str, Program] = {}


@dataclass(frozen=True)
class Program:
    """One primal program with arguments at which it is smooth.

    ``wrt`` is a position or a tuple of positions. ``single`` marks a float32 program.
    ``interpreted`` marks a program that Numba itself refuses though adcomp covers it (plain helper
    functions, ``reversed``, ``mean`` with an axis): its primal runs in plain Python. ``flat`` lists
    the positions whose gradient is zero on purpose.
    """

    name: str
    function: Callable[..., float]
    make: Callable[[np.random.Generator], tuple]
    wrt: int | tuple[int, ...]
    rtol: float
    single: bool
    interpreted: bool
    flat: tuple[int, ...]

    @property
    def positions(self) -> tuple[int, ...]:
        """``wrt`` as a tuple."""
        return self.wrt if isinstance(self.wrt, tuple) else (self.wrt,)

    def arguments(self) -> tuple:
        """Fresh arguments: the same values and memory layout at every call."""
        return self.make(np.random.default_rng(zlib.crc32(self.name.encode())))

    def wide_arguments(self) -> tuple:
        """Fresh arguments in double precision, for differences."""
        return differences.widened(self.arguments())

    @functools.cached_property
    def primal(self) -> Callable[..., float]:
        """The compiled program; the plain function where Numba refuses it."""
        return self.function if self.interpreted else numba.njit(self.function)


def program(
    *,
    args: Callable[[np.random.Generator], tuple],
    wrt: int | tuple[int, ...] | None = None,
    rtol: float | None = None,
    single: bool = False,
    interpreted: bool = False,
    flat: tuple[int, ...] = (),
) -> Callable:
    """Register a program. ``wrt`` defaults to every argument that holds floating-point numbers."""

    def register(function: Callable[..., float]) -> Callable[..., float]:
        name = function.__name__
        if name in PROGRAMS:
            raise ValueError(f"two zoo programs are named {name!r}")
        if not function.__doc__:
            raise ValueError(f"zoo program {name!r} has no docstring")
        entry = Program(
            name, function, args, 0, rtol or (2e-3 if single else 1e-6), single, interpreted, flat
        )
        positions = wrt if wrt is not None else floating_positions(entry.arguments())
        object.__setattr__(entry, "wrt", positions)
        PROGRAMS[name] = entry
        return function

    return register


def floating_positions(arguments: tuple) -> int | tuple[int, ...]:
    """Positions of arguments that can carry a derivative; a bare position if there is one."""
    found = tuple(i for i, argument in enumerate(arguments) if is_floating(argument))
    return found[0] if len(found) == 1 else found


def is_floating(value: object) -> bool:
    """Does the value hold floating-point numbers, also inside tuples?"""
    if isinstance(value, tuple):
        return any(is_floating(item) for item in value)
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "fc"
    return isinstance(value, float | complex)


def normal(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Standard normal numbers."""
    return rng.standard_normal(shape)


def positive(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers between one half and three halves."""
    return rng.uniform(0.5, 1.5, shape)
