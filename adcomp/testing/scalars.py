"""`check_scalar`: a function of numbers, by every cotangent and tangent that tells something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tangents.zeros import NoTangent
from . import rules
from .anatomy import has_tangent, is_number
from .approx import test_approx as compare
from .failures import CheckFailure, CheckReport, name_of
from .pullbacks import check_pullback
from .pushforwards import check_pushforward


def check_scalar(f: Any, *z: Any, rule: Any = None, pushforward: Callable[..., Any] | None = None,
                 **options: Any) -> CheckReport:
    """Check a function of numbers, in the modes that it has rules for.

    The pullback is checked with the cotangent 1 and, for a complex result, 1j; the pushforward with the
    tangent 1 and, for a complex argument, 1j. A real 1.0 and the same number as 1+0j have to agree.

    Parameters
    ----------
    f : callable
        Its result is a number.
    *z : numbers
        Where to check.
    rule : callable, optional
        As for `check_pullback`; what adcomp knows of `f`, or compiles of it, when left out.
    pushforward : callable, optional
        As `rule` of `check_pushforward`.
    **options
        ``rng``, ``rtol``, ``atol``, ``max_range``, ``noisy`` and ``leave_out`` of `check_pullback`.

    Returns
    -------
    CheckReport

    Raises
    ------
    CheckFailure
        As those two; ``real and complex`` is the name of the last comparison.

    Examples
    --------
    >>> def rule(z):
    ...     y = np.exp(z)
    ...     return y, lambda y_bar: (np.conj(y) * y_bar,)
    >>> check_scalar(np.exp, 0.5 + 0.2j, rule=rule).passed[-1]
    'real and complex'
    """
    __tracebackhide__ = True
    passed: list[str] = []
    expected: tuple[str, ...] = ()
    left_out: dict[str, str] = {}
    y = f(*z)
    units = (1.0, 1j) if np.iscomplexobj(y) else (1.0,)
    known = rule if rule is not None else rules.subject(f, None, z, {}).rule
    for unit in units:
        report = check_pullback(f, *z, rule=known, y_bar=type(y)(unit) if is_number(y) else unit, **options)
        passed += report.passed
        expected += report.expected_failures
        left_out |= report.left_out
    if np.iscomplexobj(y):
        _, back = known(*z)
        _agree(f, back(1.0), back(1.0 + 0.0j), "the cotangents for 1.0 and for 1+0j")
        passed.append("real and complex")
    if pushforward is not None:
        forward = {name: value for name, value in options.items() if name not in ("noisy", "one_shot")}
        for k, tangents in _directions(z):
            report = check_pushforward(f, *z, rule=pushforward, tangents=tangents, pullback=known, **forward)
            passed += report.passed
            if np.iscomplexobj(z[k]) and tangents[k] == 1.0:
                real = tuple(1.0 if j == k else t for j, t in enumerate(tangents))
                _agree(f, pushforward(z, tangents)[1], pushforward(z, real)[1],
                       "the tangents for 1.0 and for 1+0j")
    return CheckReport(f"check_scalar({name_of(f)})", tuple(dict.fromkeys(passed)), left_out, expected)


def _directions(z: tuple[Any, ...]) -> list[tuple[int, tuple[Any, ...]]]:
    """Tangents that move one number along one of its directions."""
    zeros = [type(x)(0) if is_number(x) else NoTangent for x in z]
    return [(k, tuple(type(x)(unit) if j == k else zero for j, zero in enumerate(zeros)))
            for k, x in enumerate(z) if has_tangent(x)
            for unit in ((1.0, 1j) if np.iscomplexobj(x) else (1.0,))]


def _agree(f: Any, first: Any, second: Any, what: str) -> None:
    try:
        compare(first, second)
    except AssertionError as error:
        subject = f"check_scalar({name_of(f)})"
        raise CheckFailure("real and complex", f"{what} differ: {error}", subject) from None
