"""Derivative programs run as plain Python, without machine code.

What the tape's kernels do is done here in Python, so that a program takes milliseconds rather than
seconds; memory that nobody has written is not a number, and an index out of bounds is an error.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
from numba.core.dispatcher import Dispatcher

from adcomp import kernels
from adcomp.pipeline import generate
from adcomp.pipeline.options import Options

#: iterations of a segment, where loops run in segments
SEGMENT = 3


def derivative(
    f: FunctionType, types: tuple[Any, ...], wrt: tuple[int, ...], math_mode: str
) -> tuple[str, Callable]:
    """The text of a function's value and gradient, and that text as a plain function."""
    options = Options(wrt=wrt, several=True, math=math_mode, comments=False,
                      control="zero")
    made = generate(f, types, SimpleNamespace(name="value_and_gradient"), options)
    scope = {name: _plain(name, value) for name, value in made.namespace.items()}
    scope |= {"np": POISONED, "kernels": KERNELS, "math": math, "_UNSET": _Unset()}
    exec(compile(_with_unset_names(made.source), "<derivative>", "exec"), scope)
    return made.source, scope[made.entry]


def core(source: str, compiled: Dispatcher) -> Callable:
    """The printed Core of a function, as a plain function."""
    scope = {name: _plain(name, value) for name, value in compiled.py_func.__globals__.items()}
    scope |= {"np": POISONED, "_UNSET": _Unset()}
    exec(compile(_with_unset_names(source), "<core>", "exec"), scope)
    return scope[compiled.py_func.__name__]


class _Unset:
    """The value of a name that nothing was assigned to: it may be passed on, and nothing else."""

    def _refuse(self, *_: object) -> Any:
        raise AssertionError("a value that was never assigned is used")

    __bool__ = __add__ = __radd__ = __mul__ = __rmul__ = __getitem__ = __getattr__ = _refuse


def _with_unset_names(source: str) -> ast.Module:
    """The source, in which every name of a function has a value from its beginning."""
    tree = ast.parse(source)
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            names = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
            stored = {n.id for n in names if isinstance(n.ctx, ast.Store)}
            for name in sorted(stored - {a.arg for a in function.args.args}):
                function.body[:0] = ast.parse(f"{name} = _UNSET").body
    return tree


def _plain(name: str, value: object) -> object:
    for op, by_type in kernels.VECTOR.items():
        if any(value is kernel for kernel in by_type.values()):
            if op.startswith("** "):
                return lambda x: np.power(x, float(op[3:]))
            short = "power" if op == "**" else op.split(".")[-1]
            return getattr(np, short, None) or getattr(math, short)
    if name.startswith("shares_memory"):
        return np.may_share_memory
    if isinstance(value, Dispatcher):
        return value.py_func
    return POISONED if value is np else value


def _poison(array: np.ndarray) -> np.ndarray:
    array[...] = np.nan if array.dtype.kind in "fc" else 0
    return array


class _Poisoned:
    """NumPy, but what `empty` returns is not a number."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def empty(self, shape: Any, dtype: Any = float) -> np.ndarray:
        return _poison(np.empty(shape, dtype))

    def empty_like(self, array: np.ndarray) -> np.ndarray:
        return _poison(np.empty(array.shape, array.dtype))


POISONED = _Poisoned()


def _copy_into(target: np.ndarray, source: np.ndarray) -> None:
    assert target.shape == source.shape
    target[...] = source


def _at_least(k: int, low: int) -> int:
    assert k >= low, f"{k} is said to be at least {low}"
    return k


def _add_column(matrix: np.ndarray, c: int, values: np.ndarray) -> None:
    if c < matrix.shape[1]:
        matrix[:, c] += values


def _fours(start: int, stop: int, trips: int) -> int:
    return start if stop <= start or trips <= 0 else stop - (stop - start) % 4


def _pieces(start, stop, *_):
    """A range in two pieces."""
    n = max(stop - start, 0)
    cuts = sorted({start, start + (n + 1) // 2, start + n})
    return np.array(list(zip(cuts, cuts[1:])), np.intp).reshape(-1, 2)


def _add_parts(array, parts):
    for part in parts:
        array += part


KERNELS = SimpleNamespace(
    empty_tape=lambda shape, dtype, where: _poison(np.empty(shape, dtype)),
    stack=lambda kind: [],
    slots=lambda n, kind: [None] * n,
    pieces=_pieces,
    pieces_of_sums=_pieces,
    parts=lambda array, n: np.zeros((max(n, 0), *array.shape), array.dtype),
    part=lambda array, parts, k: array if k == 0 else parts[k - 1],
    add_parts=_add_parts,
    plus=lambda a, b: a + b,
    segment_length=lambda trips, size: max(1, min(trips, SEGMENT)),
    copy_into=_copy_into,
    fours=_fours,
    row=lambda k: k,
    at_least=_at_least,
    rare=lambda condition: condition,
    buffer=lambda array: array,
    column=lambda m, c: m[:, c].copy() if c < m.shape[1] else np.zeros(m.shape[0], m.dtype),
    zero_column=lambda m, c: np.zeros(m.shape[0], m.dtype),
    add_column=_add_column,
)


def missing() -> list[str]:
    """Kernels of the tape that have no counterpart here."""
    from adcomp.kernels import tape

    public = [n for n, v in vars(tape).items() if not n.startswith("_") and callable(v)
              and not inspect.isclass(v) and getattr(v, "__module__", tape.__name__) == tape.__name__]
    return [n for n in public if not hasattr(KERNELS, n)]
