"""`check_gradient`: a gradient against finite differences, with a report that people can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .. import api
from ..backend.dispatch import DerivativeDispatcher
from ..errors import WrtError
from ..tangents.zeros import NoTangent
from .anatomy import has_tangent
from .entries import Comparison
from .failures import CheckFailure, name_of
from .given import labels_of
from .jacobians import Differenced, Options
from .memory import copied
from .random import rand_cotangent
from .reports import GradientFailure, GradientReport
from .rules import jitted
from .vectors import numbers


def check_gradient(
    f: Any,
    *args: Any,
    wrt: Any = None,
    gradient: Callable[..., Any] | None = None,
    y_bar: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    rtol: float | None = None,
    atol: float = 0.0,
    max_range: float = 1e-2,
    entries: int = 200,
    noisy: bool = False,
    rng: Any = None,
) -> GradientReport:
    """Check a gradient against finite differences.

    Parameters
    ----------
    f : function or derivative
        A plain or ``@njit`` function, which adcomp differentiates, or what `adcomp.gradient`,
        `adcomp.value_and_gradient` or `adcomp.pullback` returned.
    *args : values
        Where to check. They are not written to.
    wrt : int, str, or tuple of them, optional
        Which arguments; of a derivative those that it was made for, of a function all that hold
        floating-point numbers, when left out.
    gradient : callable, optional
        A gradient of your own, called with the arguments: it returns the gradient of the one argument of
        `wrt`, or a tuple. Then `f` is any Python function.
    y_bar : cotangent, optional
        Of a result that is no real number; random when left out.
    kwargs : mapping, optional
        Keyword arguments.
    rtol, atol : float
        An entry may be off by ``atol + rtol * s``, where `s` is the largest entry of the gradient with
        respect to the same argument; `rtol` is 1e-6 when left out, and 1e-3 in single precision. Where the
        differences are less exact than that by their own estimate, it may be off by that too, up to as much
        again or 1e-8 of the size of the result.
    max_range : float
        How far differences go from a number, in units of ``max(1, |x|)``.
    entries : int
        Of an argument with more numbers so many are moved, at random, and once all together.
    noisy : bool
        The function is rough: along one random direction for each argument, two-point differences of one
        step of 1e-2 to 1e-8 have to agree to 1e-3.
    rng : numpy.random.Generator or int, optional
        For what is random; 0 when left out.

    Returns
    -------
    GradientReport
        A table: each argument with its worst entry, the gradient, the differences, how exact they are,
        and their step. Entries at a kink are named; there a gradient is right that lies between the slopes
        to both sides.

    Raises
    ------
    GradientFailure
        An `AssertionError` with this report: a gradient is wrong, or has not the type of its argument.
    CheckFailure
        The value beside the gradient is not that of the function.
    WrtError
        `wrt` names no argument, or it is left out and no argument holds floating-point numbers.
    TypeError
        `f` is no function, or `wrt` is given for a derivative.

    Notes
    -----
    Integers that `wrt` names are differenced as floating-point numbers. A complex number counts as two real
    ones; the gradient of a structured matrix is compared by the numbers that it stores.

    Examples
    --------
    >>> def energy(x, k):
    ...     return 0.5 * k * np.sum(x * x)
    >>> report = check_gradient(energy, np.array([1.0, -2.0]), 3.0)
    >>> [(a.name, a.checked, a.right) for a in report.arguments]
    [('x', 2, True), ('k', 1, True)]
    >>> check_gradient(lambda x: x**3, 2.0, gradient=lambda x: 2 * x**2)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    adcomp.testing.reports.GradientFailure: check_gradient(<lambda>): the gradient is wrong
    argument  entries  worst entry  gradient  differences  error    step
    x         1        x            8         12           6...  WRONG
    x is 8, and differences give 12; with a step of 2e-02 too they give 12
    """
    __tracebackhide__ = True
    if not callable(f):
        raise TypeError(f"check_gradient takes a function or a derivative, not {f!r}")
    kwargs = dict(kwargs or {})
    rng = np.random.default_rng(0 if rng is None else rng)
    if wrt is not None and isinstance(f, DerivativeDispatcher | api.Pullback):
        raise TypeError("wrt belongs to the derivative, which was made before")
    primal, positions, ours, seed = _derivative(f, args, kwargs, wrt, gradient, y_bar, rng)
    inputs = tuple(float_like(x) if k in positions and not has_tangent(x) else x for k, x in enumerate(args))
    function = Differenced(primal, inputs, kwargs, Options(max_range=max_range))
    covector = np.ones(1) if seed is None else function.covector(seed)
    size = float(np.abs(covector) @ np.abs(numbers(function.y)))
    comparison = Comparison(function, covector, size, rng, entries, rtol, atol, noisy)
    labels = labels_of(primal, len(args))
    found = tuple(comparison.argument(k, labels[k], inputs[k], NoTangent if bar is None else bar)
                  for k, bar in zip(positions, ours, strict=True))
    report = GradientReport(f"check_gradient({name_of(primal)})", found)
    if not report.right:
        raise GradientFailure(report)
    return report


def float_like(x: Any) -> Any:
    """An integer, or an array or tuple of them, as floating-point numbers."""
    if isinstance(x, tuple):
        return tuple(map(float_like, x))
    return x.astype(float) if isinstance(x, np.ndarray) else float(x)


def _derivative(f: Any, args: tuple[Any, ...], kwargs: dict[str, Any], wrt: Any, gradient: Any, y_bar: Any,
                rng: np.random.Generator) -> tuple[Any, tuple[int, ...], tuple[Any, ...], Any]:
    """The function, the positions of the arguments, their gradients, and the cotangent of the result.

    The cotangent is None if the result is a real number and its cotangent 1.
    """
    fresh = lambda: tuple(map(copied, args))  # noqa: E731
    if gradient is not None:
        positions, several = _positions(f, wrt, args)
        found = gradient(*fresh(), **copied(kwargs))
        return f, positions, found if several and isinstance(found, tuple) else (found,), None
    if isinstance(f, api.Pullback):
        primal = jitted(f.primal)
        seed = rand_cotangent(primal(*fresh(), **copied(kwargs)), rng) if y_bar is None else y_bar
        return primal, _wrt_of(f.dispatcher, args), f.dispatcher(seed, *fresh(), **copied(kwargs)), seed
    if isinstance(f, DerivativeDispatcher):
        return _of_dispatcher(f, args, kwargs)
    positions, _ = _positions(f, wrt, args)
    primal = jitted(f)
    y = primal(*fresh(), **copied(kwargs))
    if y_bar is not None or not isinstance(y, int | float | np.integer | np.floating):
        seed = rand_cotangent(y, rng) if y_bar is None else y_bar
        bars = api.pullback(f, wrt=positions).dispatcher(seed, *fresh(), **copied(kwargs))
        return primal, positions, bars, seed
    return primal, positions, api.gradient(f, wrt=positions)(*fresh(), **copied(kwargs)), None


def _of_dispatcher(f: DerivativeDispatcher, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A gradient, or a value and a gradient."""
    primal = jitted(f.primal)
    positions = _wrt_of(f, args)
    result = f(*map(copied, args), **copied(kwargs))
    if f.kind is api.VALUE_AND_GRADIENT:
        y, result = result
        expected = primal(*map(copied, args), **copied(kwargs))
        if not np.allclose(y, expected, rtol=1e-12, atol=1e-12, equal_nan=True):
            raise CheckFailure("value", f"the value is {y!r}, and that of the function {expected!r}",
                               f"check_gradient({name_of(primal)})")
    elif f.kind is not api.GRADIENT:
        raise TypeError(f"check_gradient takes gradients and pullbacks, not a {f.kind.name}")
    return primal, positions, result if f.options.several else (result,), None


def _wrt_of(f: DerivativeDispatcher, args: tuple[Any, ...]) -> tuple[int, ...]:
    wrt = f.options.wrt
    return tuple(k for k, x in enumerate(args) if has_tangent(x)) if wrt is None else tuple(wrt)


def _positions(f: Any, wrt: Any, args: tuple[Any, ...]) -> tuple[tuple[int, ...], bool]:
    """The positions that `wrt` names, and whether the gradient is a tuple."""
    if wrt is None:
        found = tuple(k for k, x in enumerate(args) if has_tangent(x))
        if not found:
            raise WrtError("no argument holds floating-point numbers", hint="name an integer one in wrt")
        return found, len(found) > 1
    named, several = api._positions(wrt, getattr(f, "py_func", f))
    return named or (), several
