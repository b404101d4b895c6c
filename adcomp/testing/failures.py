"""What a check says: the name of what failed, or the list of what was checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: The names of the checks of `check_pullback`, in their order.
PULLBACK_CHECKS = (
    "primal", "tuple", "arity", "tangent type", "derivative", "use NoTangent", "accumulation",
    "lazy cotangent", "cotangent form", "linearity", "hard zero", "repeatability", "inputs changed",
    "shared memory", "address map", "inner product", "keywords", "not implemented",
)


class CheckFailure(AssertionError):
    """A rule or a derivative is wrong.

    Attributes
    ----------
    check : str
        The name of the check that failed: one of `PULLBACK_CHECKS`, for instance.

    Examples
    --------
    >>> raise CheckFailure("arity", "one cotangent, and two arguments", "check_pullback(f)")
    Traceback (most recent call last):
        ...
    adcomp.testing.failures.CheckFailure: check_pullback(f): arity: one cotangent, and two arguments
    """

    def __init__(self, check: str, message: str, subject: str = ""):
        super().__init__(check, message, subject)
        self.check, self.message, self.subject = check, message, subject

    def __str__(self) -> str:
        return ": ".join(part for part in (self.subject, self.check, self.message) if part)


@dataclass(frozen=True)
class CheckReport:
    """What a check that found nothing wrong did.

    Attributes
    ----------
    subject : str
    passed : tuple of str
        The names of the checks.
    left_out : mapping
        Those that did not apply, and why.
    expected_failures : tuple of str
        The parts that the rule says are not implemented.
    """

    subject: str
    passed: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    expected_failures: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.subject}: {len(self.passed)} checks passed"]
        lines += [f"  {name}: left out, {why}" for name, why in self.left_out.items()]
        lines += [f"  expected failure: {message}" for message in self.expected_failures]
        return "\n".join(lines)


def name_of(f: Any) -> str:
    """What a function is called in a message."""
    return getattr(f, "__name__", None) or type(f).__name__
