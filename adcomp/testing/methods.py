"""Central difference methods: exact coefficients, and the step at which round-off balances truncation.

The error model is that of FiniteDifferences.jl (W. Bruinsma and others): with coefficients ``c`` on the
grid ``g``, a function known to ``F`` and a bound ``M`` on its derivative of order `points`, a difference
of step ``h`` is off by at most

    ``C1 / h**q + C2 * h**(p - q)``,  ``C1 = F * sum|c|``,  ``C2 = M * sum|c * g**p| / p!``,

which is least at ``h = (q / (p - q) * C1 / C2) ** (1 / p)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

#: The bound on a derivative that is assumed when nothing is known of the function.
DEFAULT_BOUND = 10.0

#: A step is at most this many times the one that is taken when nothing is known.
LARGEST_STEP = 1000.0


@dataclass(frozen=True, slots=True)
class Step:
    """A step, and what the model says of its error.

    Parameters
    ----------
    size : float
    error : float
        Estimate of the error; nan where the step was cut to a limit, so that it is not the best one.
    bound : float
        The same, at a step that was cut too.
    """

    size: float
    error: float
    bound: float


@dataclass(frozen=True)
class CentralMethod:
    """The central difference of `points` points for a derivative.

    Parameters
    ----------
    points : int
        At least `order` + 1.
    order : int
        Of the derivative.

    Examples
    --------
    >>> CentralMethod(5).grid
    (-2.0, -1.0, 0.0, 1.0, 2.0)
    >>> [str(c) for c in CentralMethod(5).exact]
    ['1/12', '-2/3', '0', '2/3', '-1/12']
    """

    points: int = 5
    order: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.order < self.points:
            raise ValueError(f"a derivative of order {self.order} takes at least {max(self.order, 1) + 1} "
                             f"points and an order of at least 1, not {self.points} points")

    @cached_property
    def exact(self) -> tuple[Fraction, ...]:
        """The coefficients, as fractions."""
        return _coefficients(self.points, self.order, 0)

    @cached_property
    def coefficients(self) -> np.ndarray:
        return np.array([float(c) for c in self.exact])

    @cached_property
    def grid(self) -> tuple[float, ...]:
        """Where the function is evaluated, in steps."""
        return tuple(float(g) for g in _grid(self.points))

    @cached_property
    def shifted(self) -> tuple[np.ndarray, ...]:
        """Coefficients on the same grid for the derivative one step to the left, here, one to the right."""
        return tuple(np.array([float(c) for c in _coefficients(self.points, self.order, shift)])
                     for shift in (-1, 0, 1))

    @cached_property
    def helper(self) -> CentralMethod:
        """The method that bounds the derivative of order `points`."""
        return central_method(self.points + 2, self.points)

    @cached_property
    def _factors(self) -> tuple[float, float]:
        c, g, p = self.coefficients, np.array(self.grid), self.points
        return float(np.sum(np.abs(c))), float(np.sum(np.abs(c * g**p)) / math.factorial(p))

    def best_step(self, bound: float, spacing: float) -> Step:
        """The step with the least error, for a bound on the derivative and a spacing of the values."""
        p, q = self.points, self.order
        lost, cut = self._factors
        size = (q / (p - q) * ((spacing * lost) / (bound * cut))) ** (1 / p)
        error = self.error(size, bound, spacing)
        return Step(size, error, error)

    def error(self, size: float, bound: float, spacing: float) -> float:
        """What the model says of the error of a step."""
        p, q = self.points, self.order
        lost, cut = self._factors
        return spacing * lost * size**-q + bound * cut * size ** (p - q)

    @cached_property
    def default_step(self) -> Step:
        """The step for a function of which nothing is known.

        >>> step = CentralMethod(5).default_step
        >>> print(f"{step.size:.6e} {step.error:.4e}")
        6.841460e-04 6.0854e-13
        """
        return self.best_step(DEFAULT_BOUND, float(np.finfo(float).eps))

    def limited(self, step: Step, bound: float, spacing: float, max_range: float) -> Step:
        """The step, cut where it would leave `max_range` or is very large."""
        largest = min(max_range / max(abs(g) for g in self.grid), LARGEST_STEP * self.default_step.size)
        if step.size <= largest:
            return step
        return Step(largest, math.nan, self.error(largest, bound, spacing))

    def apply(self, values: Any, size: float, coefficients: np.ndarray | None = None) -> np.ndarray:
        """The difference of values on the grid: an array of the shape of one of them."""
        c = self.coefficients if coefficients is None else coefficients
        total = np.zeros(np.shape(values[0]))
        for k, value in zip(c, values, strict=True):
            if k != 0.0:
                total = total + k * value
        return total / size**self.order


@lru_cache(maxsize=64)
def central_method(points: int = 5, order: int = 1) -> CentralMethod:
    """The central method of so many points for a derivative of so high an order."""
    return CentralMethod(points, order)


def _grid(points: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(2 * k - points + 1, 2) for k in range(points))


@lru_cache(maxsize=64)
def _coefficients(points: int, order: int, shift: int) -> tuple[Fraction, ...]:
    """Coefficients that are exact for polynomials: ``sum(c * (g - shift)**k) == order! * (k == order)``."""
    grid = [g - shift for g in _grid(points)]
    rows = [[g**k for g in grid] + [Fraction(math.factorial(order) * (k == order))] for k in range(points)]
    for k in range(points):  # Gauss and Jordan, on fractions
        pivot = next(i for i in range(k, points) if rows[i][k] != 0)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [entry / rows[k][k] for entry in rows[k]]
        for i in range(points):
            if i != k and rows[i][k] != 0:
                rows[i] = [a - rows[i][k] * b for a, b in zip(rows[i], rows[k], strict=True)]
    return tuple(row[-1] for row in rows)
