"""Derivatives by central differences, with a step that fits the function and an estimate of the error."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .methods import CentralMethod, Step, central_method


@dataclass(frozen=True, slots=True)
class Difference:
    """A derivative by differences.

    Parameters
    ----------
    value : float, complex or array
        The estimate, of the shape of the function's result.
    error : float
        How far off it may be; nan where the step was cut to a limit.
    step : float
    bound : float
        Like `error`, for a step that was cut too.
    """

    value: Any
    error: float
    step: float
    bound: float


def finite_difference(f: Callable[[float], Any], x: float, *, points: int = 5, order: int = 1,
                      step: float | None = None, max_range: float = math.inf) -> Difference:
    """The derivative of a function of one real number.

    Parameters
    ----------
    f : function
        Its result is a number, real or complex, an integer too, or an array of numbers.
    x : float
    points : int
        How many points the central difference has.
    order : int
        Which derivative.
    step : float, optional
        A fixed step. When left out it is chosen so that round-off balances truncation, from the size of
        the function and of its derivative of order `points` near `x`.
    max_range : float
        `f` is called within ``[x - max_range, x + max_range]``.

    Returns
    -------
    Difference

    Raises
    ------
    TypeError
        `x` is no real number.
    ValueError
        There are too few points for the order, or `step` or `max_range` is not positive.

    Examples
    --------
    >>> import math
    >>> found = finite_difference(math.sin, 1.0)
    >>> print(f"{found.value:.12f} {found.error:.1e} {found.step:.3e}")
    0.540302305868 2.0e-13 1.065e-03
    >>> round(finite_difference(math.exp, 0.0, order=2, points=7).value, 8)
    1.0
    """
    if isinstance(x, complex | np.complexfloating):
        raise TypeError("x is complex: its real and its imaginary part are two variables; "
                        "take adcomp.testing.jacobian")
    if max_range <= 0.0 or step is not None and step <= 0.0:
        raise ValueError("step and max_range are positive")
    method = central_method(points, order)
    evaluate = _Evaluation(f, float(x))
    if step is None:
        chosen = _adapted(method, evaluate, max_range)
    else:
        chosen = Step(float(step), math.nan, math.nan)
    values = evaluate(method, chosen.size, skip_zeros=True)
    value = np.where(_constant(method, values), 0.0, method.apply(values, chosen.size))
    return Difference(evaluate.restored(value), chosen.error, chosen.size, chosen.bound)


def _constant(method: CentralMethod, values: list[np.ndarray]) -> Any:
    """Where all values are the same: there the derivative is exactly zero, and not what rounding leaves."""
    seen = [v for c, v in zip(method.coefficients, values, strict=True) if c != 0.0]
    return np.all([v == seen[0] for v in seen], axis=0)


class _Evaluation:
    """Values of a function on a grid, in real arrays: a complex result is two real ones."""

    def __init__(self, f: Callable[[float], Any], x: float) -> None:
        self._f, self._x, self._complex, self._scalar = f, x, False, True

    def __call__(self, method: CentralMethod, size: float, skip_zeros: bool = False) -> list[np.ndarray]:
        """The values; at a point whose coefficient is zero, a zero where they are not needed."""
        values = [None if skip_zeros and c == 0.0 else self._real(self._f(self._x + size * g))
                  for c, g in zip(method.coefficients, method.grid, strict=True)]
        shape = next(value.shape for value in values if value is not None)
        return [np.zeros(shape) if value is None else value for value in values]

    def _real(self, value: Any) -> np.ndarray:
        array = np.asarray(value)
        if array.dtype.kind not in "iufcb":
            raise TypeError(f"the result of the function is no number or array of numbers: {value!r}")
        self._scalar = array.ndim == 0
        self._complex = array.dtype.kind == "c"
        array = array.astype(complex if self._complex else float)
        return np.stack([array.real, array.imag]) if self._complex else array

    def restored(self, value: np.ndarray) -> Any:
        """A derivative in the form of the function's result."""
        found = value[0] + 1j * value[1] if self._complex else value
        return found[()].item() if self._scalar else found


def _adapted(method: CentralMethod, evaluate: _Evaluation, max_range: float) -> Step:
    """The best step for this function; the default where it or its high derivative is exactly zero."""
    bound, size = _magnitudes(method.helper, evaluate, max_range)
    if not bound > 0.0 or not size > 0.0 or not math.isfinite(bound) or not math.isfinite(size):
        step, bound, spacing = method.default_step, 10.0, float(np.finfo(float).eps)
    else:
        spacing = float(np.spacing(size))
        step = method.best_step(bound, spacing)
    return method.limited(step, bound, spacing, max_range)


def _magnitudes(helper: CentralMethod, evaluate: _Evaluation, max_range: float) -> tuple[float, float]:
    """The largest derivative of the helper's order near the point, and the largest value seen."""
    default = helper.default_step
    size = helper.limited(default, 0.0, 0.0, max_range).size
    values = evaluate(helper, size)
    bounds = [np.max(np.abs(helper.apply(values, size, c)), initial=0.0) for c in helper.shifted]
    return float(max(bounds)), float(max(np.max(np.abs(v), initial=0.0) for v in values))
