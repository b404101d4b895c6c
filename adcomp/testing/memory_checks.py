"""The checks of `check_pullback` that look at memory: who writes to it, who shares it, what shadows it."""

from __future__ import annotations

from typing import Any

from ..tangents.accumulate import accumulate
from ..tangents.zero import zero_tangent
from .approx import test_approx as compare
from .forms import blanked
from .memory import Snapshot, arrays, copied, identical, shared, unmatched
from .random import rand_tangent
from .trial import Trial


def inputs_changed(t: Trial) -> None:
    """The rule leaves its arguments as the function does; the pullback leaves them so, or restores them."""
    plain = tuple(map(copied, t.args))
    t.subject.f(*plain, **copied(t.kwargs))
    kwargs = copied(t.kwargs)
    args = tuple(map(copied, t.args))
    y, back = t.subject.rule(*args, **kwargs)
    for given, left, label in zip(args, plain, t.labels[len(t.labels) - len(args):], strict=True):
        if not _same(given, left):
            raise t.fail(f"the rule changed {label}; the function leaves it as {left!r}")
    u = copied(t.u)
    kept = Snapshot(y=y, y_bar=u, keywords=kwargs)
    back(u)
    for name in kept.changed():
        raise t.fail(f"the pullback wrote into {name}")
    for given, left, before, label in zip(args, plain, t.args, t.labels[len(t.labels) - len(args):],
                                          strict=True):
        if not identical(given, left) and not identical(given, before):
            raise t.fail(f"the pullback wrote into {label}")


def _same(a: Any, b: Any) -> bool:
    try:
        compare(a, b)
    except AssertionError:
        return False
    return True


def shared_memory(t: Trial) -> str | None:
    """A cotangent shares memory with nothing, and adding to it writes to nothing."""
    if t.may_share:
        return "it is declared to share memory"
    y, back, args = t.run()
    u = copied(t.u)
    bars = back(u)
    others = [*arrays(u, "y_bar"), *arrays(y, "y")]
    for x, label in zip(args, t.labels[len(t.labels) - len(args):], strict=True):
        others += arrays(x, label)
    seen: list[tuple[str, Any]] = []
    for bar, label in zip(map(blanked, bars), t.labels, strict=True):
        parts = list(arrays(bar, f"the cotangent of {label}"))
        found = shared(parts, others) or shared(parts, seen) or _within(parts)
        if found is not None:
            raise t.fail(f"{found[0]} shares memory with {found[1]}: return a copy, or declare it by "
                         "may_share=True")
        seen += parts
    kept = Snapshot(y=y, y_bar=u, args=args)
    for x, bar in zip(t.inputs, bars, strict=True):
        accumulate(rand_tangent(x, t.rng), t.addend(x, bar))
    for name in kept.changed():
        raise t.fail(f"adding the cotangents to others wrote into {name}")
    return None


def _within(parts: list[tuple[str, Any]]) -> tuple[str, str] | None:
    """Two parts of one cotangent that share memory."""
    return next((found for k in range(1, len(parts)) if (found := shared(parts[k:k + 1], parts[:k]))), None)


def address_map(t: Trial) -> str | None:
    """Equal memory in values is equal memory in shadows, before and after what the rule writes.

    The shadows end as the cotangents of the arguments' contents on entry.
    """
    if t.shadow_rule is None:
        return "there is no rule in shadow form"
    args = tuple(map(copied, t.args))
    shadows = tuple(map(zero_tangent, args))
    y, y_shadow, back = t.shadow_rule(args, shadows)
    _require_map(t, (*args, y), (*shadows, y_shadow), "before")
    for (_, shadow), (_, seed) in zip(arrays(y_shadow), arrays(t.u), strict=True):
        shadow += seed
    back(t.u)
    _require_map(t, (*args, y), (*shadows, y_shadow), "after")
    first = len(t.inputs) - len(args)
    for shadow, bar, label in zip(shadows, t.structural(t.bars)[first:], t.labels[first:], strict=True):
        if list(arrays(shadow)) and not _same(shadow, bar):
            raise t.fail(f"the shadow of {label} ends as {shadow!r}, and its cotangent is {bar!r}")
    return None


def _require_map(t: Trial, values: tuple[Any, ...], shadows: tuple[Any, ...], when: str) -> None:
    pairs = [(v, s) for v, s in zip(values, shadows, strict=True) if list(arrays(s))]
    wrong = unmatched([v for v, _ in pairs], [s for _, s in pairs])
    if wrong is not None:
        raise t.fail(f"{wrong} ({when} the reverse pass; the values are the arrays among the arguments, and "
                     "then the result)")
