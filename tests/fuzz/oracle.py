"""Is the derivative of a program right?"""

from __future__ import annotations

import contextlib
import itertools
import linecache
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numba
import numpy as np

import adcomp
from adcomp import errors, pipeline
from adcomp.passes import maxima

from .. import differences
from . import helpers, interpret
from .expressions import STEPS
from .programs import SHAPES

Mode = Literal["plain", "compiled", "single"]

#: positions of the arguments that hold numbers with a derivative
WRT = (0, 1, 2, 3, 4)

_numbers = itertools.count()


@dataclass(frozen=True)
class Verdict:
    """``right``, ``refused``, ``unusable`` (no smooth point, values too large), or ``wrong``."""

    kind: Literal["right", "refused", "unusable", "wrong"]
    text: str = ""

    @property
    def sort(self) -> str:
        """What a smaller program has to do as well to be wrong in the same way."""
        return self.text.split(":")[0]


class Wrong(Exception):
    """Something is wrong: its text says what."""


def judge(source: str, seed: int, mode: Mode = "plain", points: int = 3, seconds: int = 60) -> Verdict:
    """Differentiate the function `f` of a source, and compare it with differences at some points."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), _blocks_of(2), _limited(seconds):
            warnings.simplefilter("ignore")
            return _judge(source, seed, mode, points)
    except errors.InternalError as error:
        return Verdict("wrong", f"{type(error).__name__}: {error}")
    except errors.AdcompError as error:
        return Verdict("refused", f"{type(error).__name__}: {error}")
    except TimeoutError as error:
        return Verdict("unusable", str(error))
    except Wrong as error:
        return Verdict("wrong", str(error))
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__)[-3:])
        return Verdict("wrong", f"{type(error).__name__}: {str(error)[:1000]}\n{where}")


@contextlib.contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """A `TimeoutError` where something takes too long."""

    def end(*_: object) -> None:
        raise TimeoutError(f"more than {seconds} s")

    usual = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, usual)


@contextlib.contextmanager
def _blocks_of(size: int) -> Iterator[None]:
    """Running maxima are tested in blocks that short arrays fill too."""
    usual, maxima.BLOCK = maxima.BLOCK, size
    try:
        yield
    finally:
        maxima.BLOCK = usual


def _judge(source: str, seed: int, mode: Mode, points: int) -> Verdict:
    f = load(source)
    rng = np.random.default_rng(seed)
    given = arguments(rng, mode)
    if not _is_tame(f, given):
        return Verdict("unusable", "the value is not finite, or large, or there is none")
    types = tuple(map(numba.typeof, given))
    if mode == "plain":
        _, df = interpret.derivative(f, types, WRT, "vector" if seed % 2 else "libm")
        if seed % 4 == 0:
            text, compiled = pipeline.core_source(f, types)
            _same_value(interpret.core(text, compiled), f, given, 1e-9, "CORE")
    else:
        df = adcomp.value_and_gradient(f, wrt=WRT, control_dependence="zero")
    smooth = wrong = 0
    for _ in range(points + 2):
        try:
            smooth += _compare(f, df, given, rng, mode)
        except Wrong:
            wrong += 1
            if mode != "single" or wrong == 2:  # rounding decides some branches otherwise
                raise
        if smooth >= points:
            break
        given = arguments(rng, mode)
    return Verdict("right") if smooth else Verdict("unusable", "not smooth")


def _compare(f: Callable, df: Callable, given: tuple, rng: np.random.Generator, mode: Mode) -> bool:
    """Compare value and gradient at a point; False if the program is not smooth there."""
    if not _is_tame(f, given):
        return False
    gradient = _same_value(df, f, given, 1e-4 if mode == "single" else 1e-9, "VALUE")
    directions = [rng.standard_normal(np.shape(given[k])) for k in WRT]
    wide = tuple(differences.widened(a) for a in given)

    def along(h: float) -> float:
        moved = [wide[k] + h * d if np.ndim(d) else float(wide[k] + h * d)
                 for k, d in zip(WRT, directions, strict=True)]
        return float(f(*moved, *given[len(WRT):]))

    expected, error = differences.derivative(along)
    size = max([1.0, abs(expected), *(float(np.max(np.abs(g))) for g in gradient)])
    if not error <= 1e-7 * size:
        return False
    actual = sum(float(np.sum(g * d)) for g, d in zip(gradient, directions, strict=True))
    tolerance = 5e-3 if mode == "single" else 1e-5
    if not abs(actual - expected) <= tolerance * size:
        raise Wrong(f"GRADIENT: {actual} instead of {expected} +- {error}")
    return True


def _same_value(df: Callable, f: Callable, given: tuple, tolerance: float, what: str) -> Any:
    """Value and arguments after a call are those of the primal; the gradient, if there is one."""
    expected_after, after = copied(given), copied(given)
    expected, result = f(*expected_after), df(*after)
    value, gradient = result if isinstance(result, tuple) else (result, None)
    if not abs(value - expected) <= tolerance * max(1.0, abs(expected)):
        raise Wrong(f"{what}: {value} instead of {expected}")
    for actual, wanted in zip(after, expected_after, strict=True):
        size = max(1.0, float(np.max(np.abs(wanted))))
        if not np.all(np.abs(actual - wanted) <= tolerance * size):
            raise Wrong(f"{what}: an argument is changed to {actual} instead of {wanted}")
    return gradient


def _is_tame(f: Callable, given: tuple) -> bool:
    try:
        return bool(abs(f(*copied(given))) < 1e5)
    except Exception:
        return False


def load(source: str) -> Callable:
    """The function `f` of a program's text, whose lines can be read like those of a file."""
    name = f"<random program {next(_numbers)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    scope = dict(vars(helpers))
    exec(compile(source, name, "exec"), scope)
    return scope["f"]


def arguments(rng: np.random.Generator, mode: Mode) -> tuple:
    dtype = np.float32 if mode == "single" else np.float64
    arrays = tuple(rng.uniform(-1.0, 1.0, shape).astype(dtype) for shape in SHAPES.values())
    return (*arrays, float(rng.uniform(0.1, 1.0)), STEPS)


def copied(values: tuple) -> tuple:
    return tuple(v.copy() if isinstance(v, np.ndarray) else v for v in values)
