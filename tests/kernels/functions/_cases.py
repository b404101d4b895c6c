"""A case: an expression on named values, turned into a program with a real result."""

from __future__ import annotations

import linecache
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numba
import numpy as np
import scipy.fft

Maker = Callable[[np.random.Generator], Any]


def normal(*shape: int) -> Maker:
    return lambda rng: rng.normal(size=shape) if shape else float(rng.normal())


def positive(*shape: int) -> Maker:
    return lambda rng: rng.uniform(0.5, 2.0, shape)


def complex_normal(*shape: int) -> Maker:
    return lambda rng: rng.normal(size=shape) + 1j * rng.normal(size=shape)


def same(value: Any) -> Maker:
    return lambda rng: value


#: what the names in an expression stand for, unless the case says otherwise
VALUES: Mapping[str, Maker] = {
    "x": normal(6), "u": normal(6), "v": normal(4), "e": normal(0), "p": positive(6),
    "X": normal(3, 4), "Y": normal(3, 4), "A": normal(4, 4), "B": normal(4, 4), "M": normal(4, 3),
    "T": normal(2, 3, 4), "z": complex_normal(5), "Z": complex_normal(3, 4),
    "s": same(0.7), "t": same(1.3), "n": same(2),
    "i": same(np.array([0, 3, -1, 3])), "m": same(np.array([True, False, True, True, False, False])),
}


@dataclass(frozen=True)
class Case:
    """An expression, or statements and at last an expression, separated by ``;``.

    ``values`` replaces makers of `VALUES`. ``rtol`` is that of the gradient against differences;
    ``single`` that of the gradient in single precision against that in double, None where it makes no
    sense. ``strided`` tells whether arguments may be strided.
    """

    text: str
    values: Mapping[str, Maker] = field(default_factory=dict)
    rtol: float = 1e-7
    single: float | None = 2e-3
    strided: bool = True

    @property
    def makers(self) -> dict[str, Maker]:
        """The values that the text uses."""
        code = compile(self.text, "<case>", "exec")
        known = {**VALUES, **self.values}
        used = [*code.co_names, *(n for c in code.co_consts if hasattr(c, "co_names") for n in c.co_names)]
        return {name: known[name] for name in dict.fromkeys(used) if name in known}

    def arguments(self) -> dict[str, Any]:
        """Fresh arguments, the same at every call."""
        rng = np.random.default_rng(zlib.crc32(self.text.encode()))
        return {name: make(rng) for name, make in self.makers.items()}

    def function(self) -> Callable[..., Any]:
        """The expression as a function of its values."""
        return self._define("expression", "return {}", tuple(self.makers))

    def program(self, result: Any) -> tuple[Callable[..., float], list[Any]]:
        """A program whose gradient has all derivatives of the expression, and the weights that it takes."""
        rng = np.random.default_rng(1)
        several = result if isinstance(result, tuple) else (result,)
        terms, weights = [], []
        for k, part in enumerate(several):
            array = np.asarray(part)
            if array.dtype.kind not in "fc":
                continue
            weight = rng.normal(size=array.shape)
            if array.dtype.kind == "c":
                weight = weight + 1j * rng.normal(size=array.shape)
            value = f"y[{k}]" if isinstance(result, tuple) else "y"
            name = f"w{len(weights)}"
            product = f"{name} * {value}"
            product = f"np.sum({product})" if array.ndim else product
            terms.append(f"({product}).real" if array.dtype.kind == "c" else product)
            weights.append(weight.astype(array.dtype) if array.ndim else weight.astype(array.dtype)[()])
        names = (*self.makers, *(f"w{k}" for k in range(len(weights))))
        return self._define("program", "y = {}\n    return " + " + ".join(terms), names), weights

    def _define(self, name: str, last: str, params: tuple[str, ...]) -> Callable[..., Any]:
        *before, value = (part.strip() for part in self.text.split(";"))
        lines = [f"def {name}({', '.join(params)}):", *before, last.format(value)]
        text = "\n    ".join(lines) + "\n"
        file = f"<case {zlib.crc32(text.encode()):08x}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        scope: dict[str, Any] = {"np": np, "scipy": scipy}
        exec(compile(text, file, "exec"), scope)
        return scope[name]


def is_active(value: Any) -> bool:
    return np.asarray(value).dtype.kind in "fc"


def in_single(value: Any) -> Any:
    """The value in single precision."""
    kind = np.asarray(value).dtype.kind
    if kind not in "fc":
        return value
    dtype = np.float32 if kind == "f" else np.complex64
    return value.astype(dtype) if isinstance(value, np.ndarray) else dtype(value)


def otherwise_laid_out(value: Any) -> Any:
    """The same array: strided if it has one axis, in Fortran's order if it has more."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fc" or value.ndim == 0:
        return value
    if value.ndim > 1:
        return np.asfortranarray(value)
    return np.repeat(value[::-1], 2)[::-2]


def compiled(f: Callable[..., Any]) -> Callable[..., Any]:
    return numba.njit(f)


def cases(table: Mapping[str, list[str | Case]]) -> dict[str, tuple[Case, ...]]:
    """Cases by op; a plain text is a case with the usual values."""
    return {op: tuple(c if isinstance(c, Case) else Case(c) for c in texts) for op, texts in table.items()}
