"""A function of an installed package, and arguments to differentiate it at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import numpy as np


@dataclass(frozen=True)
class Case:
    """One row of the table.

    Attributes
    ----------
    target : str
        ``module:name`` of the compiled function; it is imported, never copied.
    arguments : callable
        Random generator to arguments.
    call : callable, optional
        The function to a plain function that calls it: for functions that write their result into an
        argument, return what is no number, or take functions.
    refused : str
        Part of the message of the error that is due, for what is out of scope.
    wrt : tuple of int, optional
        The arguments to differentiate by; all that hold floating-point numbers when left out.
    rounds : bool
        Whether the function declares types of single precision: differences are taken of long steps.
    note : str
        For the page.
    """

    target: str
    arguments: Callable[[np.random.Generator], tuple]
    call: Callable | None = None
    refused: str = ""
    wrt: tuple[int, ...] | None = None
    rounds: bool = False
    note: str = ""

    @property
    def package(self) -> str:
        return self.target.split(".", 1)[0].split(":", 1)[0]

    def function(self) -> Callable:
        """The compiled function itself, imported."""
        module, name = self.target.split(":")
        return getattr(import_module(module), name)

    def program(self) -> Callable:
        """What is differentiated: the function, or a call of it."""
        return self.call(self.function()) if self.call else self.function()


def normal(*shape: int, positive: bool = False) -> Callable:
    """A maker of one random array, or of a number when there is no shape."""

    def make(rng: np.random.Generator):
        value = rng.normal(size=shape)
        value = np.abs(value) + 0.1 if positive else value
        return value if shape else float(value)

    return make


def arguments(*items: object) -> Callable:
    """Arguments from makers and constants.

    >>> arguments(normal(2), 3)(np.random.default_rng(0))[1]
    3
    """
    return lambda rng: tuple(item(rng) if callable(item) else item for item in items)


#: short names for the tables
x5, y5, p5, q5 = normal(5), normal(5), normal(5, positive=True), normal(5, positive=True)
number, plus = normal(), lambda rng: float(np.abs(rng.normal())) + 0.2


def writing(shape: tuple[int, ...], dtype: type = float, *, first: bool = False, given: int = 1) -> Callable:
    """A call that hands the function an array to write to, last or first, and returns it."""

    def call(f):
        def one(a):
            out = np.zeros(shape, dtype)
            f(a, out)
            return out

        def two(a, b):
            out = np.zeros(shape, dtype)
            f(a, b, out)
            return out

        def one_after(a):
            out = np.zeros(shape, dtype)
            f(out, a)
            return out

        def three_after(a, b, c):
            out = np.zeros(shape, dtype)
            f(out, a, b, c)
            return out

        return {(1, False): one, (2, False): two, (1, True): one_after, (3, True): three_after}[given, first]

    return call
