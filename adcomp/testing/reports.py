"""What `check_gradient` says of each argument."""

from __future__ import annotations

from dataclasses import dataclass

from .failures import CheckFailure

_HEAD = ("argument", "entries", "worst entry", "gradient", "differences", "error", "step", "")


@dataclass(frozen=True)
class ArgumentReport:
    """What was found of the gradient with respect to one argument.

    Attributes
    ----------
    name : str
    size, checked : int
        How many numbers the argument has, and how many of them were moved one by one.
    entry : str
        The one whose gradient is furthest from the differences, as Python writes it.
    gradient, differences : float
        Of this entry.
    error : float
        How good the differences are, by their own estimate.
    step : float
        With which they were taken.
    right : bool
    notes : tuple of str
        What else is to be said: why it is wrong, kinks, a step at which to look.
    """

    name: str
    size: int
    checked: int
    entry: str = ""
    gradient: float = 0.0
    differences: float = 0.0
    error: float = 0.0
    step: float = 0.0
    right: bool = True
    notes: tuple[str, ...] = ()

    def cells(self) -> tuple[str, ...]:
        count = str(self.size) if self.checked == self.size else f"{self.checked} of {self.size}"
        verdict = "right" if self.right else "WRONG"
        if not self.entry:
            return self.name, count, "-", "", "", "", "", verdict
        return (self.name, count, self.entry, f"{self.gradient:.10g}", f"{self.differences:.10g}",
                f"{self.error:.1e}", f"{self.step:.1e}", verdict)


@dataclass(frozen=True)
class GradientReport:
    """What `check_gradient` found; ``print`` shows a table.

    Attributes
    ----------
    subject : str
        The function.
    arguments : tuple of ArgumentReport
    notes : tuple of str
        What concerns all of them.
    """

    subject: str
    arguments: tuple[ArgumentReport, ...]
    notes: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        return all(argument.right for argument in self.arguments)

    def __str__(self) -> str:
        rows = [_HEAD, *(argument.cells() for argument in self.arguments)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        padded = [[cell.ljust(w) for cell, w in zip(row, widths, strict=True)] for row in rows]
        lines = ["  ".join(cells).rstrip() for cells in padded]
        notes = [*self.notes, *(note for argument in self.arguments for note in argument.notes)]
        verdict = "the gradient is right" if self.right else "the gradient is wrong"
        return "\n".join([f"{self.subject}: {verdict}", *lines, *notes])


class GradientFailure(CheckFailure):
    """A gradient is not what differences say.

    Attributes
    ----------
    report : GradientReport
    """

    def __init__(self, report: GradientReport):
        super().__init__("gradient", str(report))
        self.report = report

    def __str__(self) -> str:
        return str(self.report)

    def __reduce__(self) -> tuple[type, tuple[GradientReport]]:
        return type(self), (self.report,)
