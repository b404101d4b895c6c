"""The gradient with respect to one argument, entry by entry against differences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .anatomy import holds_single
from .differences import Difference
from .forms import structural
from .jacobians import Differenced
from .kinks import Slopes
from .noisy import STEPS, TOLERANCE
from .reports import ArgumentReport
from .tangent_types import problem
from .vectors import names, tangent_numbers

DOUBLE = 1e-6
SINGLE = 1e-3


@dataclass(frozen=True)
class Comparison:
    """How gradients are compared with differences.

    Parameters
    ----------
    function : Differenced
        The function, at the point.
    covector : ndarray
        The cotangent of the result.
    size : float
        Of the result: differences are good to a small part of it at best.
    """

    function: Differenced
    covector: np.ndarray
    size: float
    rng: np.random.Generator
    entries: int
    rtol: float | None
    atol: float
    noisy: bool

    def argument(self, k: int, name: str, x: Any, x_bar: Any) -> ArgumentReport:
        """The report of the argument `k`, of value `x`."""
        labels = names(x, name)
        wrong = problem(x, x_bar, f"the gradient of {name}")
        if wrong is not None:
            return ArgumentReport(name, len(labels), 0, right=False, notes=(f"{name}: {wrong}",))
        ours = tangent_numbers(x, structural(x, x_bar))
        if self.noisy:
            return self._rough(k, name, ours)
        size = len(ours)
        chosen = range(size) if size <= self.entries else np.sort(
            self.rng.choice(size, self.entries, replace=False))
        found = [self.function.column(k, int(i)) for i in chosen]
        slopes = np.array([float(self.covector @ d.value) for d in found])
        scale = float(np.max(np.abs(np.concatenate([ours, slopes])), initial=0.0))
        rtol = self.rtol if self.rtol is not None else SINGLE if holds_single(x) else DOUBLE
        judged = [self._entry(k, int(i), labels[i], float(ours[i]), slope, d, rtol * scale + self.atol)
                  for i, slope, d in zip(chosen, slopes, found, strict=True)]
        whole = [] if len(judged) == size else [self._direction(k, name, ours, rtol * scale + self.atol)]
        worst = max([*judged, *whole], key=lambda e: (not e.right, e.off), default=None)
        if worst is None:
            return ArgumentReport(name, 0, 0)
        bad = sum(not e.right for e in judged)
        notes = [e.note for e in sorted(judged, key=lambda e: -e.off) if e.note][:3]
        if bad > 1:
            notes.insert(0, f"{name}: {bad} of {len(judged)} entries are wrong")
        return ArgumentReport(name, size, len(judged), worst.label, worst.ours, worst.slope, worst.error,
                              worst.step, bad == 0 and all(e.right for e in whole), tuple(notes))

    def _entry(self, k: int, i: int, label: str, ours: float, slope: float, d: Difference,
               allowed: float) -> _Entry:
        error = float(d.bound * np.sum(np.abs(self.covector)))
        found = _Entry(label, ours, slope, error, d.step)
        if found.off <= allowed + self._slack(error, allowed):
            return found
        direction = np.zeros(len(self.function.vector(k)))
        direction[i] = 1.0
        scale = max(1.0, abs(float(self.function.vector(k)[i])))
        return self._explained(found, Slopes.of(self._along(k, direction), scale), allowed)

    def _direction(self, k: int, name: str, ours: np.ndarray, allowed: float) -> _Entry:
        """All entries at once, along a random direction."""
        direction = self.rng.choice([-1.0, 1.0], len(ours)) / math.sqrt(len(ours))
        d = self.function.along(k, direction)
        error = float(d.bound * np.sum(np.abs(self.covector)))
        slope = float(self.covector @ d.value)
        found = _Entry(f"{name}, all entries at once", float(ours @ direction), slope, error, d.step)
        if found.off <= allowed + self._slack(error, allowed):
            return found
        return self._explained(found, Slopes.of(self._along(k, direction)), allowed)

    def _slack(self, error: float, allowed: float) -> float:
        """What is allowed because the differences are no better; large errors are no excuse."""
        return min(10.0 * error, max(allowed, 1e-8 * self.size)) if math.isfinite(error) else 0.0

    def _explained(self, e: _Entry, slopes: Slopes, allowed: float) -> _Entry:
        """An entry that differs: right at a kink if it lies between the slopes to both sides."""
        if not math.isfinite(e.slope):
            return e.judged(False, f"{e.label} is {e.ours:.10g}, and differences give no number: the "
                                   "function is not defined to both sides")
        kink = slopes.kink()
        if kink is not None:
            low, high = sorted(kink)
            margin = allowed + 1e-5 * (high - low)
            text = (f"{e.label} is at a kink: the slopes to the left and right are "
                    f"{kink[0]:.6g} and {kink[1]:.6g}")
            inside = low - margin <= e.ours <= high + margin
            return e.judged(inside, text + ("" if inside else f", and the gradient {e.ours:.6g}"))
        if slopes.jump():
            return e.judged(False, f"{e.label}: the function jumps here; it has no derivative")
        plateau = slopes.plateau()
        if plateau is not None and abs(plateau[0] - e.ours) <= 1e-4 * max(abs(e.ours), abs(plateau[0])) and (
                abs(plateau[0] - e.slope) > abs(plateau[0] - e.ours)):
            return e.judged(True, f"{e.label}: steps of {plateau[1]:.0e} and below give {plateau[0]:.6g}; "
                                  "larger ones reach beyond a kink nearby")
        if not e.off > 10.0 * e.error:
            return e.judged(False, f"{e.label}: the differences are only good to {e.error:.1e}; is the "
                                   "function rough? noisy=True compares more coarsely")
        advice = ""
        if plateau is not None:
            advice = f"; with a step of {plateau[1]:.0e} too they give {plateau[0]:.6g}"
        return e.judged(False, f"{e.label} is {e.ours:.10g}, and differences give {e.slope:.10g}{advice}")

    def _rough(self, k: int, name: str, ours: np.ndarray) -> ArgumentReport:
        """Two-point differences along a random direction; one step that agrees is enough."""
        if len(ours) == 0:
            return ArgumentReport(name, 0, 0)
        direction = self.rng.normal(size=len(ours))
        along, wanted = self._along(k, direction), float(ours @ direction)
        found = [((along(h) - along(-h)) / (2.0 * h), h) for h in STEPS]
        slope, step = min(found, key=lambda pair: abs(pair[0] - wanted))
        right = bool(abs(slope - wanted) <= TOLERANCE + TOLERANCE * abs(wanted))
        notes = () if right else (f"{name}: no step of 1e-2 to 1e-8 agrees to {TOLERANCE}",)
        return ArgumentReport(name, len(ours), 0, f"{name}, a random direction", wanted, slope, TOLERANCE,
                              step, right, notes)

    def _along(self, k: int, direction: np.ndarray) -> Any:
        return lambda h: float(self.covector @ self.function.on_line(k, h, direction))


@dataclass(frozen=True)
class _Entry:
    label: str
    ours: float
    slope: float
    error: float
    step: float
    right: bool = True
    note: str = ""

    @property
    def off(self) -> float:
        """The distance; infinite if one of the two is no number."""
        off = 0.0 if self.ours == self.slope else abs(self.ours - self.slope)
        return off if math.isfinite(off) else math.inf

    def judged(self, right: bool, note: str) -> _Entry:
        return _Entry(self.label, self.ours, self.slope, self.error, self.step, right, note)
