"""`check_pushforward`: the checks of a rule that carries tangents forward."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..tangents.zeros import NoTangent, ZeroTangent
from .anatomy import has_tangent, holds_single, is_passive
from .approx import DOUBLE, SINGLE
from .approx import test_approx as compare
from .failures import CheckFailure, CheckReport, name_of
from .forms import (
    blanked,
    for_junk_free_tangent,
    holds_matrix,
    natural_tangent,
    structural,
    structural_tangent,
)
from .given import labels_of, split
from .jacobians import Differenced, Options
from .memory import Snapshot, arrays, copied, identical, shared
from .pullbacks import require_names, run_checks
from .random import rand_cotangent, rand_tangent
from .rules import subject
from .tangent_types import problem
from .vectors import numbers, tangent_numbers, to_vec_tangent


@dataclass
class _Push:
    """What the checks of one pushforward share."""

    f: Callable[..., Any]
    rule: Callable[..., Any]
    args: tuple[Any, ...]
    tangents: tuple[Any, ...]
    kwargs: dict[str, Any]
    name: str
    rng: np.random.Generator
    tolerances: tuple[float | None, float | None]
    max_range: float
    may_share: bool
    pullback: Any
    check: str = "primal"
    expected_failures: list[str] = field(default_factory=list)
    y: Any = None
    y_dot: Any = None

    def fail(self, message: str, check: str | None = None) -> CheckFailure:
        return CheckFailure(check or self.check, message, self.name)

    def push(self, tangents: tuple[Any, ...]) -> Any:
        """The tangent of the result that the rule gives on fresh arguments."""
        return self.run(tangents)[1]

    def run(self, tangents: tuple[Any, ...]) -> Any:
        """What the rule returns for fresh arguments."""
        return self.rule(tuple(map(copied, self.args)), copied(tangents), **copied(self.kwargs))

    def vector(self, y_dot: Any) -> np.ndarray:
        """A tangent of the result as a vector; parts that are not implemented as zeros."""
        return tangent_numbers(self.y, structural_tangent(self.y, blanked(y_dot)))

    def combined(self, a: float, b: float, other: tuple[Any, ...]) -> tuple[Any, ...]:
        """``a * x_dot + b * other`` for each argument."""
        found = []
        for x, t, u in zip(self.args, self.tangents, other, strict=True):
            vectors = [tangent_numbers(x, structural_tangent(x, part)) for part in (t, u)]
            found.append(to_vec_tangent(x)[1](a * vectors[0] + b * vectors[1]))
        return tuple(found)

    def same(self, found: Any, expected: Any, what: str, **tolerances: Any) -> None:
        try:
            self.expected_failures += compare(found, expected, path=what, **tolerances)
        except AssertionError as error:
            raise self.fail(str(error)) from None


def check_pushforward(
    f: Any,
    *args: Any,
    rule: Callable[..., Any],
    tangents: tuple[Any, ...] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    pullback: Any = None,
    rng: Any = None,
    rtol: float | None = None,
    atol: float | None = None,
    max_range: float = 1e-2,
    may_share: bool = False,
    leave_out: Collection[str] = (),
) -> CheckReport:
    """Check a rule that carries tangents forward, against differences and against what else rules have to do.

    Parameters
    ----------
    f : callable
        The function.
    *args : values
        Where to check; a `WithTangent` has the tangent to check with.
    rule : callable
        ``rule(args, tangents, **kwargs)`` returns the result of `f` and its tangent. What cannot be
        perturbed has the tangent `NoTangent`.
    tangents : tuple, optional
        One for each argument; random where left out.
    pullback : callable, optional
        As `rule` of `check_pullback`, or a `Pullback`; then the two are compared.
    kwargs, rng, rtol, atol, max_range, may_share, leave_out
        As for `check_pullback`.

    Returns
    -------
    CheckReport

    Raises
    ------
    CheckFailure
        An `AssertionError`; its ``check`` is one of ``primal``, ``tuple``, ``tangent type``,
        ``derivative``, ``tangent form``, ``linearity``, ``hard zero``, ``repeatability``, ``inputs
        changed``, ``shared memory``, ``inner product``, ``keywords``: what they mean for a pullback they
        mean here.
    ValueError
        `leave_out` holds no name of a check.

    Examples
    --------
    >>> def rule(args, tangents):
    ...     (x,), (x_dot,) = args, tangents
    ...     return np.sin(x), np.cos(x) * x_dot
    >>> check_pushforward(np.sin, np.array([0.5, 1.0]), rule=rule).left_out["inner product"]
    'there is no pullback'
    """
    __tracebackhide__ = True
    require_names(leave_out, tuple(_CHECKS), ("primal", "tuple"))
    values, given = split(args)
    rng = np.random.default_rng(0 if rng is None else rng)
    drawn = tuple(given.get(k, rand_tangent(x, rng)) for k, x in enumerate(values))
    push = _Push(f, rule, values, drawn if tangents is None else tuple(tangents), dict(kwargs or {}),
                 f"check_pushforward({name_of(f)})", rng, (rtol, atol), max_range, may_share, pullback)
    return run_checks(push, _CHECKS, leave_out)


def _primal(t: _Push) -> None:
    expected = t.f(*map(copied, t.args), **copied(t.kwargs))
    result = t.run(t.tangents)
    y = result[0] if isinstance(result, tuple) and len(result) == 2 else None
    if y is not None:
        t.same(y, expected, "the value")
    t.y = expected


def _is_tuple(t: _Push) -> None:
    result = t.run(t.tangents)
    if not isinstance(result, tuple) or len(result) != 2:
        raise t.fail(f"the rule returned {result!r}, and not a value and its tangent")
    t.y_dot = result[1]


def _tangent_type(t: _Push) -> None:
    wrong = problem(t.y, t.y_dot, "the tangent of the result")
    if wrong is None and not has_tangent(t.y) and not is_passive(t.y_dot):
        wrong = f"the tangent of the result is {t.y_dot!r}, which is {NoTangent!r}"
    if wrong is not None:
        raise t.fail(wrong)


def _derivative(t: _Push) -> None:
    function = Differenced(t.f, t.args, t.kwargs, Options(max_range=t.max_range))
    expected, error = function.pushed(t.tangents)
    default = SINGLE if any(map(holds_single, (*t.args, t.y))) else DOUBLE
    rtol, atol = (default if tolerance is None else tolerance for tolerance in t.tolerances)
    size = float(np.max(np.abs(numbers(expected)), initial=0.0))
    allowed = atol + (min(10.0 * error, 1e-7 * (1.0 + size)) if np.isfinite(error) else 0.0)
    found = for_junk_free_tangent(t.y, t.y_dot)
    t.same(found, expected, "the tangent of the result", rtol=rtol, atol=allowed)


def _tangent_form(t: _Push) -> str | None:
    if not any(map(holds_matrix, t.args)):
        return "the arguments have one form"
    found = t.push(tuple(natural_tangent(x, dot) for x, dot in zip(t.args, t.tangents, strict=True)))
    t.same(t.vector(found), t.vector(t.y_dot), "the tangent of the result for natural tangents")
    return None


def _linearity(t: _Push) -> None:
    other = tuple(rand_tangent(x, t.rng) for x in t.args)
    found = t.vector(t.push(t.combined(2.0, -3.0, other)))
    u, v = (t.vector(t.push(t.combined(*weights, other))) for weights in ((1.0, 0.0), (0.0, 1.0)))
    t.same(found, 2.0 * u - 3.0 * v, "the tangent of the result for 2 u - 3 v")


def _hard_zero(t: _Push) -> None:
    zeros = tuple(ZeroTangent if has_tangent(x) else NoTangent for x in t.args)
    t.same(t.push(zeros), ZeroTangent, "the tangent of the result for hard zeros")


def _repeatability(t: _Push) -> None:
    t.same(t.vector(t.push(t.tangents)), t.vector(t.push(t.tangents)), "the tangent of a second call")


def _inputs_changed(t: _Push) -> None:
    plain, args = (tuple(map(copied, t.args)) for _ in range(2))
    t.f(*plain, **copied(t.kwargs))
    tangents, kwargs = copied(t.tangents), copied(t.kwargs)
    kept = Snapshot(tangents=tangents, keywords=kwargs)
    t.rule(args, tangents, **kwargs)
    for name in kept.changed():
        raise t.fail(f"the rule wrote into {name}")
    for given, left, label in zip(args, plain, labels_of(t.f, len(args)), strict=True):
        if not identical(given, left):
            raise t.fail(f"the rule changed {label}; the function leaves it as {left!r}")


def _shared_memory(t: _Push) -> str | None:
    if t.may_share:
        return "it is declared to share memory"
    args, tangents = tuple(map(copied, t.args)), copied(t.tangents)
    y, y_dot = t.rule(args, tangents, **copied(t.kwargs))
    others = [*arrays(tangents, "tangents"), *arrays(args, "args"), *arrays(y, "y")]
    found = shared(list(arrays(blanked(y_dot), "y_dot")), others)
    if found is not None:
        raise t.fail(f"{found[0]} shares memory with {found[1]}: return a copy, or declare it by "
                     "may_share=True")
    return None


def _inner_product(t: _Push) -> str | None:
    if t.pullback is None:
        return "there is no pullback"
    y_bar = rand_cotangent(t.y, t.rng)
    _, back = subject(t.f, t.pullback, t.args, t.kwargs).rule(*map(copied, t.args), **copied(t.kwargs))
    pushed = float(tangent_numbers(t.y, y_bar) @ t.vector(t.y_dot))
    pulled = 0.0
    for x, bar, dot in zip(t.args, back(y_bar), t.tangents, strict=True):
        pulled += float(tangent_numbers(x, structural(x, blanked(bar)))
                        @ tangent_numbers(x, structural_tangent(x, dot)))
    if not abs(pushed - pulled) <= 1e-10 * max(1.0, abs(pushed), abs(pulled)):
        raise t.fail(f"<y_bar, J x_dot> is {pushed!r}, and <J* y_bar, x_dot> {pulled!r}")
    return None


def _keywords(t: _Push) -> str | None:
    return None if t.kwargs else "there are none"


_CHECKS: dict[str, Callable[[_Push], str | None]] = {
    "primal": _primal, "tuple": _is_tuple, "tangent type": _tangent_type, "derivative": _derivative,
    "tangent form": _tangent_form, "linearity": _linearity, "hard zero": _hard_zero,
    "repeatability": _repeatability, "inputs changed": _inputs_changed, "shared memory": _shared_memory,
    "inner product": _inner_product, "keywords": _keywords,
}
