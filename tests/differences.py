"""Gradients of programs that may write into their arguments, by central differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from adcomp.testing import finite_difference

MAX_RANGE = 2.0**-5


def gradient(
    function: Callable[..., float], make: Callable[[], tuple], position: int
) -> tuple[object, float]:
    """The gradient with respect to one argument, and the largest estimated error of its entries.

    ``make`` returns fresh arguments at every call, because ``function`` may overwrite them. The
    result has the structure of the argument: a number, an array, or a tuple of these; a part of
    integer type gives ``None``. The entry of a complex number is the derivative along its real
    part plus 1j times that along its imaginary part.
    """
    argument = make()[position]
    errors = [0.0]
    slopes = {}
    for path, directions in _entries(argument):
        slope = 0.0
        for direction in directions:
            value, error = derivative(
                lambda h: _moved_call(function, make(), position, path, h * direction)
            )
            slope = slope + value * direction
            errors.append(error)
        slopes[path] = slope
    return _assemble(argument, slopes), max(errors)


def derivative(f: Callable[[float], float]) -> tuple[float, float]:
    """The derivative at 0, and an estimate of its error.

    >>> value, error = derivative(lambda h: float(np.exp(1.0 + h)))
    >>> abs(value - np.e) < 1e-11 and error < 1e-9
    True
    """
    found = finite_difference(f, 0.0, max_range=MAX_RANGE)
    return found.value, found.bound


def widened(value: object) -> object:
    """The value in double precision: differences of a single-precision program are worthless."""
    if isinstance(value, tuple):
        return tuple(widened(item) for item in value)
    if isinstance(value, np.ndarray) and value.dtype in (np.float32, np.complex64):
        return value.astype(np.result_type(value.dtype, np.float64))
    if isinstance(value, np.float32 | np.complex64):
        return value.item()
    return value


def _entries(value: object, path: tuple = ()) -> Iterator[tuple[tuple, tuple]]:
    """Every floating-point entry as its path and the directions in which it can move."""
    if isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _entries(item, (*path, i))
    elif isinstance(value, np.ndarray):
        for index in np.ndindex(value.shape):
            yield from _entries(value[index], (*path, index))
    elif isinstance(value, complex | np.complexfloating):
        yield path, (1.0, 1.0j)
    elif isinstance(value, float | np.floating):
        yield path, (1.0,)


def _moved_call(
    function: Callable, arguments: tuple, position: int, path: tuple, change: complex
) -> float:
    """The function's value with one entry of one argument changed."""
    moved = list(arguments)
    moved[position] = _moved(moved[position], path, change)
    return float(function(*moved))


def _moved(value: object, path: tuple, change: complex) -> object:
    """The value with one entry changed; an array changes in place, which keeps its layout."""
    if not path:
        return value + change
    head, *rest = path
    if isinstance(value, np.ndarray):
        value[head] += change
        return value
    return (*value[:head], _moved(value[head], tuple(rest), change), *value[head + 1 :])


def _assemble(value: object, slopes: dict[tuple, complex], path: tuple = ()) -> object:
    """Slopes by path, back in the structure of the argument."""
    if isinstance(value, tuple):
        return tuple(_assemble(item, slopes, (*path, i)) for i, item in enumerate(value))
    if isinstance(value, np.ndarray) and value.dtype.kind in "fc":
        result = np.empty(value.shape, np.result_type(value.dtype, np.float64))
        for index in np.ndindex(value.shape):
            result[index] = slopes[(*path, index)]
        return result
    return slopes.get(path)
