"""The checks of `check_pullback` that look at values and cotangents.

Each takes a `Trial`, raises `CheckFailure` when something is wrong, and returns why it was left out when
it does not apply.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import AdcompError
from ..tangents.accumulate import accumulate
from ..tangents.lazy import Lazy
from ..tangents.zeros import NoTangent, NotImplementedTangent, ZeroTangent
from .anatomy import forced, is_passive
from .approx import test_approx as compare
from .forms import holds_matrix, structural, structural_tangent
from .memory import copied, identical
from .noisy import agrees_at_some_step
from .random import rand_tangent
from .tangent_types import problem, signature
from .trial import Trial
from .vectors import numbers, tangent_numbers


def primal(t: Trial) -> None:
    """The value of the rule is that of the function; a compiled one to the last bit."""
    args = tuple(map(copied, t.args))
    expected = t.subject.f(*args, **copied(t.kwargs))
    y, _, _ = t.run()
    try:
        compare(y, expected, rtol=t.rtol, atol=t.atol, path="the value")
    except AssertionError as error:
        if t.kwargs and _same_without_keywords(t, y):
            raise t.fail(f"{error}; the rule does not forward its keyword arguments", "keywords") from None
        raise t.fail(str(error)) from None
    if t.subject.exact and not identical(y, expected):
        raise t.fail(f"the compiled value is {y!r}, and that of the function {expected!r}; "
                     "they differ in the last digits")
    t.draw(expected, t.y_bar)


def _same_without_keywords(t: Trial, y: Any) -> bool:
    try:
        compare(y, t.subject.f(*map(copied, t.args)))
    except (AssertionError, TypeError):
        return False
    return True


def is_tuple(t: Trial) -> None:
    """The pullback returns a tuple."""
    t.bars = t.pull(t.u)
    if not isinstance(t.bars, tuple):
        raise t.fail(f"the pullback returned {t.bars!r}; one cotangent is a tuple of one, too")


def arity(t: Trial) -> None:
    """One cotangent for each input, and one for the function if it holds data."""
    if len(t.bars) != len(t.inputs):
        raise t.fail(f"{_count(len(t.bars), 'cotangent')}, and {_count(len(t.inputs), 'input')}: "
                     f"{', '.join(t.labels)}")


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def tangent_type(t: Trial) -> None:
    """Each cotangent has the type that its value declares, whatever cotangent comes in."""
    other = t.pull(copied(t.y_bars[1]))
    for x, bar, second, label in zip(t.inputs, t.bars, other, t.labels, strict=True):
        wrong = problem(x, bar, f"the cotangent of {label}")
        if wrong is not None:
            raise t.fail(wrong)
        if signature(bar) != signature(second):
            raise t.fail(f"the type of the cotangent of {label} depends on the cotangent of the result: "
                         f"{signature(bar)} or {signature(second)}")


def derivative(t: Trial) -> None:
    """Each cotangent is what differences of the function without junk give."""
    wrong = _compared(t, t.differenced().pulled(t.u))
    if wrong is None:
        return
    if t.noisy and agrees_at_some_step(t):
        return
    if t.kwargs and _right_without_keywords(t):
        raise t.fail(f"{wrong}; it is right without the keyword arguments", "keywords")
    raise t.fail(wrong)


def _compared(t: Trial, products: list[tuple[Any, float]]) -> str | None:
    missing: list[str] = []
    for k, (expected, error) in enumerate(products):
        if t.is_fixed(k):
            continue
        rtol, atol = t.tolerance()
        size = float(np.max(np.abs(numbers(expected)), initial=0.0))
        # Differences cannot say more than their own error; an error that is large is no excuse.
        allowed = atol + min(10.0 * error, 1e-7 * (1.0 + size)) if np.isfinite(error) else atol
        try:
            missing += compare(t.structural(t.bars)[k], expected, rtol=rtol, atol=allowed,
                               path=f"the cotangent of {t.labels[k]}")
        except AssertionError as wrong:
            return f"{wrong}; the differences are good to {error:.1e}"
    t.expected_failures += missing
    return None


def _right_without_keywords(t: Trial) -> bool:
    try:
        return _compared(t, t.differenced(kwargs={}).pulled(t.u)) is None
    except TypeError:
        return False


def use_no_tangent(t: Trial) -> None:
    """What cannot be perturbed has `NoTangent`; `ZeroTangent` would say that it can."""
    for x, bar, label in zip(t.inputs, t.bars, t.labels, strict=True):
        if is_passive(forced(x)) and bar is not NoTangent and bar is not None:
            advice = "" if bar is not ZeroTangent else (
                "; ZeroTangent is for what can be perturbed and has no influence")
            raise t.fail(f"the cotangent of {label} is {bar!r}; {x!r} cannot be perturbed: "
                         f"return NoTangent{advice}")


def accumulation(t: Trial) -> str | None:
    """Adding a cotangent to a random start gives start + cotangent, in place and out of place."""
    done = False
    for k, (x, label) in enumerate(zip(t.inputs, t.labels, strict=True)):
        bar, again = t.pull(t.u)[k], t.pull(t.u)[k]
        if bar is None or bar is NoTangent or bar is ZeroTangent or isinstance(bar, NotImplementedTangent):
            continue
        start = structural(x, t.tangents.get(k, rand_tangent(x, t.rng)))
        if start is NoTangent:
            continue
        done = True
        wanted = t.sum(x, start, bar)
        if isinstance(again, Lazy) and again.adds_in_place and isinstance(start, np.ndarray):
            _added_into(t, again, start, wanted, label)
        found = accumulate(copied(start), t.addend(x, t.pull(t.u)[k]))
        _same(t, found, wanted, f"a start plus the cotangent of {label}")
    return None if done else "no cotangent can be added to"


def _added_into(t: Trial, bar: Lazy, start: np.ndarray, wanted: Any, label: str) -> None:
    buffer = start.copy(order="K")
    try:
        result = bar.add_into(buffer)
    except AdcompError as error:
        raise t.fail(str(error)) from None
    if result is not buffer:
        raise t.fail(f"the cotangent of {label} was added into another array than the one that was given")
    _same(t, result, wanted, f"a start with the cotangent of {label} added in place")


def lazy_cotangent(t: Trial) -> None:
    """A lazy cotangent of the result gives the same."""
    u = t.u
    _same_bars(t, t.pull(Lazy(lambda: u)), t.bars, "for a lazy cotangent")


def cotangent_form(t: Trial) -> str | None:
    """A natural and a structural cotangent of the result give the same."""
    if not holds_matrix(t.y):
        return "the result has one form"
    _same_bars(t, t.pull(t.natural()), t.bars, "for a cotangent in natural form")
    return None


def linearity(t: Trial) -> None:
    """``back(2 u - 3 v) == 2 back(u) - 3 back(v)``."""
    found = t.vectors(t.pull(t.combined(2.0, -3.0)))
    u, v = (t.vectors(t.pull(bar)) for bar in (t.combined(1.0, 0.0), t.combined(0.0, 1.0)))
    for f, a, b, label in zip(found, u, v, t.labels, strict=True):
        _same(t, f, 2.0 * a - 3.0 * b, f"the cotangent of {label} for 2 u - 3 v")


def hard_zero(t: Trial) -> None:
    """A hard zero gives zeros."""
    for bar, label in zip(t.pull(ZeroTangent), t.labels, strict=True):
        if bar is not None:
            _same(t, bar, ZeroTangent, f"the cotangent of {label} for a hard zero")


def repeatability(t: Trial) -> str | None:
    """The pullback gives the same when it is called again."""
    if t.one_shot:
        return "it is declared to be good for one call"
    _, back, _ = t.run()
    first = copied_bars(back(t.u))
    _same_bars(t, back(t.u), first, "of a second call")
    return None


def copied_bars(bars: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(bar if isinstance(bar, NotImplementedTangent) else copied(bar) for bar in bars)


def inner_product(t: Trial) -> str | None:
    """``<y_bar, J x_dot> == <J* y_bar, x_dot>`` to 1e-10, where both modes exist."""
    if t.pushforward is None:
        return "there is no pushforward"
    tangents = t.inputs_dot()
    _, y_dot = t.pushforward(tuple(map(copied, t.args)), tangents[len(t.inputs) - len(t.args):])
    pushed = float(tangent_numbers(t.y, t.u) @ tangent_numbers(t.y, structural_tangent(t.y, y_dot)))
    pulled = sum(float(bar @ tangent_numbers(x, structural_tangent(x, dot)))
                 for x, bar, dot in zip(t.inputs, t.vectors(t.bars), tangents, strict=True))
    if not abs(pushed - pulled) <= 1e-10 * max(1.0, abs(pushed), abs(pulled)):
        raise t.fail(f"<y_bar, J x_dot> is {pushed!r}, and <J* y_bar, x_dot> {pulled!r}")
    return None


def keywords(t: Trial) -> str | None:
    """Keyword arguments reach the function: what ignores them failed above, under this name."""
    return None if t.kwargs else "there are none"


def not_implemented(t: Trial) -> None:
    """Parts that the rule says it does not implement are failures that are expected."""
    for bar, label in zip(t.bars, t.labels, strict=True):
        if isinstance(bar, NotImplementedTangent):
            text = f"the cotangent of {label} is not implemented: {bar.message}"
            if text not in t.expected_failures:
                t.expected_failures.append(text)


def _same_bars(t: Trial, found: Any, expected: tuple[Any, ...], what: str) -> None:
    if not isinstance(found, tuple) or len(found) != len(expected):
        raise t.fail(f"the pullback returned {found!r} {what}")
    for a, b, label in zip(t.structural(found), t.structural(expected), t.labels, strict=True):
        _same(t, a, b, f"the cotangent of {label} {what}")


def _same(t: Trial, found: Any, expected: Any, what: str) -> None:
    try:
        compare(found, expected, rtol=t.precision, atol=t.precision, path=what)
    except AssertionError as error:
        raise t.fail(str(error)) from None
