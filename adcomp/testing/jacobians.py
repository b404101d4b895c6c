"""Jacobians, and their products with tangents and cotangents, by differences over the stored numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from .differences import Difference, finite_difference
from .forms import for_junk_free, junk_free, structural_tangent
from .vectors import numbers, tangent_numbers, to_vec, to_vec_tangent, widened

#: Smaller ranges that are tried where the first gives no number or a poor one.
_SMALLER = (1e-2, 1e-4)

#: An estimate with at most this relative error needs no other range.
_GOOD = 1e-9


@dataclass(frozen=True)
class Options:
    """How to difference: see `adcomp.testing.finite_difference`.

    ``max_range`` is in units of ``max(1, |x|)`` of the number that moves.
    """

    points: int = 5
    step: float | None = None
    max_range: float = math.inf


#: The options of the checks.
CHECKS = Options(max_range=1e-2)


def jacobian(f: Callable[..., Any], *args: Any, points: int = 5, step: float | None = None,
             max_range: float = math.inf) -> tuple[np.ndarray, ...]:
    """The Jacobian of a function in real form, by differences: one block for each argument.

    Parameters
    ----------
    f : function
        Its arguments and its result are numbers, arrays, matrices, or composed of these.
    *args : values
    points, step, max_range
        As for `finite_difference`; the range is in units of ``max(1, |x|)`` of the number that moves.

    Returns
    -------
    tuple of ndarray
        Rows are the entries of ``to_vec(junk_free(y))`` for the result `y`, columns those of
        ``to_vec(x)``. A complex number has two of them, for its real and its imaginary part.

    Examples
    --------
    >>> jacobian(lambda x, y: x * y, 1 + 2j, 3 - 1j)[0].round(9)
    array([[ 3.,  1.],
           [-1.,  3.]])
    """
    function = Differenced(f, args, options=Options(points, step, max_range))
    return tuple(function.block(k)[0] for k in range(len(args)))


def reverse_product(f: Callable[..., Any], y_bar: Any, *args: Any, points: int = 5,
                    step: float | None = None, max_range: float = math.inf) -> tuple[Any, ...]:
    """The cotangents of a function's arguments, by differences.

    Parameters
    ----------
    f, *args, points, step, max_range
        As for `jacobian`.
    y_bar : cotangent of the result
        In natural or structural form.

    Returns
    -------
    tuple
        One cotangent for each argument, in structural form; `NoTangent` for what cannot be perturbed.

    Examples
    --------
    >>> x_bar, n_bar = reverse_product(lambda x, n: x**n, 1.0, 3.0, 2)
    >>> round(x_bar, 9), n_bar
    (6.0, NoTangent)
    """
    function = Differenced(f, args, options=Options(points, step, max_range))
    return tuple(product for product, _ in function.pulled(y_bar))


def forward_product(f: Callable[..., Any], args: tuple[Any, ...], tangents: tuple[Any, ...], *,
                    points: int = 5, step: float | None = None, max_range: float = math.inf) -> Any:
    """The tangent of a function's result, by differences.

    Parameters
    ----------
    f, points, step, max_range
        As for `jacobian`.
    args, tangents : tuple
        The arguments, and a structural tangent for each; `NoTangent` leaves one as it is.

    Returns
    -------
    tangent
        Of ``junk_free(y)``, in structural form.

    Examples
    --------
    >>> round(forward_product(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0)), 9)
    23.0
    """
    return Differenced(f, args, options=Options(points, step, max_range)).pushed(tangents)[0]


class Differenced:
    """A function at a point, as one of vectors.

    Every call gets fresh arguments in double precision, because the function may write into them.
    """

    def __init__(self, f: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any] | None = None,
                 options: Options = CHECKS, fixed: frozenset[int] = frozenset()) -> None:
        self._f, self.args, self._kwargs = f, tuple(args), dict(kwargs or {})
        self._options, self._fixed = options, fixed
        self._wide = [widened(x) for x in args]
        self._vectors = [to_vec(x) for x in self._wide]
        self._y: Any = None

    @property
    def y(self) -> Any:
        """The result at the point, without junk, in double precision."""
        if self._y is None:
            self._y = (self._result(None, 0.0, ()),)
        return self._y[0]

    def block(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The Jacobian by the argument `k`, and the bound on the error of each column."""
        vector = self._vectors[k][0]
        found = [self.column(k, i) for i in range(len(vector))]
        rows = len(numbers(self.y))
        if not found:
            return np.zeros((rows, 0)), np.zeros(0)
        return np.stack([d.value for d in found], axis=1), np.array([d.bound for d in found])

    def column(self, k: int, i: int) -> Difference:
        """The derivative of the result by one number of the argument `k`."""
        vector = self._vectors[k][0]
        direction = np.zeros(len(vector))
        direction[i] = 1.0
        return self.along(k, direction, vector[i])

    def along(self, k: int, direction: np.ndarray, near: float = 1.0) -> Difference:
        """The derivative of the result along a direction in the argument `k`.

        `near` is the size of what moves: steps from a large number are larger, and where nothing else
        gives a number those from a small one are smaller.
        """
        return self._difference(lambda h: self.on_line(k, h, direction), float(near))

    def vector(self, k: int) -> np.ndarray:
        """The numbers of the argument `k`."""
        return self._vectors[k][0]

    def on_line(self, k: int, h: float, direction: np.ndarray) -> np.ndarray:
        """The result as a vector, where the argument `k` is moved by `h` along a direction."""
        return numbers(self._result(k, h, direction))

    def shifted(self, directions: Sequence[np.ndarray], step: float) -> np.ndarray:
        """The result as a vector, where every argument is moved along its direction."""
        args = [rebuild(vector + step * d) for (vector, rebuild), d
                in zip(self._vectors, directions, strict=True)]
        return numbers(junk_free(self._call(args)))

    def pulled(self, y_bar: Any) -> list[tuple[Any, float]]:
        """For each argument the cotangent in structural form, and a bound on its error."""
        v = self.covector(y_bar)
        products = []
        for k, x in enumerate(self.args):
            vector, rebuild = to_vec_tangent(x)
            if k in self._fixed:
                products.append((rebuild(np.zeros(len(vector))), 0.0))
                continue
            block, bounds = self.block(k)
            error = float(np.max(bounds, initial=0.0) * np.sum(np.abs(v)))
            products.append((rebuild(v @ block), error))
        return products

    def pushed(self, tangents: Sequence[Any]) -> tuple[Any, float]:
        """The tangent of the result in structural form, and a bound on its error."""
        directions = [tangent_numbers(x, structural_tangent(x, t))
                      for x, t in zip(self._wide, tangents, strict=True)]
        size = max((float(np.max(np.abs(d), initial=0.0)) for d in directions), default=0.0)
        scale = 1.0 / size if size > 0.0 else 1.0
        found = self._difference(lambda h: self.shifted(directions, h * scale), 1.0)
        return to_vec_tangent(self.y)[1](found.value / scale), found.bound / scale

    def covector(self, y_bar: Any) -> np.ndarray:
        """A cotangent of the result as a vector that pairs with it."""
        wide = self._call([rebuild(vector) for vector, rebuild in self._vectors])
        return tangent_numbers(junk_free(wide), for_junk_free(wide, y_bar))

    def _result(self, k: int | None, h: float, direction: Any) -> Any:
        args = [rebuild(vector + h * direction if j == k else vector)
                for j, (vector, rebuild) in enumerate(self._vectors)]
        return junk_free(self._call(args))

    def _call(self, args: list[Any]) -> Any:
        args = [x.copy() if isinstance(x, np.ndarray) and x.dtype.kind not in "fc" else x for x in args]
        with np.errstate(all="ignore"):
            return self._f(*args, **deepcopy(self._kwargs))

    def _difference(self, f: Callable[[float], np.ndarray], near: float) -> Difference:
        """The difference of a function at 0; within a smaller range where the first gives no number."""
        options, scale = self._options, _scale(near)
        found: list[Difference] = []
        smaller = [min(options.max_range, 1.0) * part for part in _SMALLER]
        if 0.0 < abs(near) < 4.0 * smaller[-1]:
            smaller.append(abs(near) / 4.0)
        ranges = [options.max_range, *smaller] if options.step is None else [options.max_range]
        for max_range in ranges:
            try:
                d = finite_difference(lambda t: f(t * scale), 0.0, points=options.points,
                                      step=options.step, max_range=max_range)
            except (ValueError, ArithmeticError):  # outside of the function's domain
                if max_range == ranges[-1]:
                    raise
                continue
            d = Difference(d.value / scale, d.error / scale, d.step * scale, d.bound / scale)
            if np.all(np.isfinite(d.value)):
                found.append(d)
                if not d.bound > _GOOD * max(1.0, float(np.max(np.abs(d.value), initial=0.0))):
                    return d
        return min(found, key=lambda d: d.bound, default=d)


def _scale(x: float) -> float:
    """A power of two near a large number: what differences of it are measured in."""
    return 2.0 ** math.floor(math.log2(abs(x))) if abs(x) > 1.0 and math.isfinite(x) else 1.0
