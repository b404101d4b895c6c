"""What can be checked, in one form: ``(*args, **kwargs) -> (y, back)``.

``back(y_bar)`` gives a tuple with one cotangent for each argument.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from .. import api, registry
from ..registry import Rule, UserRule
from ..tangents.projection import projector
from ..tangents.zero import zero_tangent
from ..tangents.zeros import NoTangent, ZeroTangent
from .anatomy import forced, has_tangent
from .memory import copied

RuleForm = Callable[..., tuple[Any, Callable[[Any], tuple[Any, ...]]]]


@dataclass(frozen=True)
class Subject:
    """A function and its derivative.

    Parameters
    ----------
    f : callable
        The function, as it is differenced.
    rule : callable
        In the form of this module.
    exact : bool
        Whether the rule's value is to be that of `f` to the last bit.
    """

    f: Callable[..., Any]
    rule: RuleForm
    exact: bool = False


def subject(f: Any, rule: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Subject:
    """The function and the rule that are meant: see `adcomp.testing.check_pullback`."""
    if rule is None and isinstance(f, api.Pullback):
        f, rule = f.primal, f
    if isinstance(rule, api.Pullback):
        return Subject(jitted(f), _compiled(rule, len(args)))
    if isinstance(rule, Rule):
        return Subject(f, _equation(rule, f))
    if isinstance(rule, UserRule):
        return Subject(jitted(f), _registered(rule, f))
    if rule is not None:
        return Subject(f, rule)
    known = registry.RULES.user(f)
    if known is not None:
        return Subject(jitted(f), _registered(known, f))
    positions = tuple(k for k, x in enumerate(args) if has_tangent(x))
    if not positions:
        return Subject(jitted(f), _constant(jitted(f), len(args)))
    pullback = api.pullback(f, wrt=positions, math="libm")
    return Subject(jitted(f), _compiled(pullback, len(args)), exact=True)


def jitted(f: Any) -> Callable[..., Any]:
    """The function as Numba compiles it; one that is compiled, or no Python function, as it is."""
    return numba.njit(error_model="numpy")(f) if inspect.isfunction(f) else f


def _compiled(pullback: api.Pullback, count: int) -> RuleForm:
    """A compiled pullback; it takes a cotangent that is a value, or None."""
    def rule(*args: Any, **kwargs: Any) -> Any:
        y, back = pullback(*args, **kwargs)
        wrt = pullback.dispatcher.options.wrt
        positions = [k for k, x in enumerate(args) if has_tangent(x)] if wrt is None else wrt

        def pulled(y_bar: Any) -> tuple[Any, ...]:
            bars = back(None if y_bar is ZeroTangent or y_bar is NoTangent else forced(y_bar))
            found = dict(zip(positions, bars, strict=True))
            return tuple(found.get(k, NoTangent) for k in range(count))

        return y, pulled

    return rule


def _registered(rule: UserRule, f: Any) -> RuleForm:
    """A rule that was given by `adcomp.pullback_rule`: compiled, and called with what it asks for."""
    primal, function = jitted(f), jitted(rule.function)
    signature = inspect.signature(rule.primal)

    def call(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*map(copied, args), **kwargs)
        bound.apply_defaults()
        y = primal(*args, **kwargs)

        def back(y_bar: Any) -> Any:
            given = {**bound.arguments, rule.result[0]: y, rule.result[1]: _concrete(y, y_bar)}
            bars = function(*(given[p] for p in rule.params))
            one = len(rule.arguments) == 1 and not (isinstance(bars, tuple) and len(bars) == 1)
            return (_or_no_tangent(bars),) if one else (
                tuple(map(_or_no_tangent, bars)) if isinstance(bars, tuple) else bars)

        return y, back

    return call


def _equation(rule: Rule, f: Any) -> RuleForm:
    """A scalar rule of the registry, called as the Python function that it is."""
    def call(*args: Any) -> Any:
        y = f(*args)

        def back(y_bar: Any) -> tuple[Any, ...]:
            given = dict(zip(registry.ARGUMENTS, args, strict=False))
            given |= {"y": y, "y_bar": _concrete(y, y_bar)}
            with np.errstate(all="ignore"):
                bars = rule.function(**{p: given[p] for p in rule.params})
            bars = bars if isinstance(bars, tuple) else (bars,)
            if len(bars) != len(args):
                return bars
            # What the compiler does with the result of an equation: the store into a typed variable.
            return tuple(NoTangent if bar is None else projector(x)(bar)
                         for x, bar in zip(args, bars, strict=True))

        return y, back

    return call


def _constant(f: Callable[..., Any], count: int) -> RuleForm:
    return lambda *args, **kwargs: (f(*args, **kwargs), lambda y_bar: (NoTangent,) * count)


def _concrete(y: Any, y_bar: Any) -> Any:
    """A cotangent as compiled code takes it: numbers and arrays, of the type of the result."""
    y_bar = forced(y_bar)
    if y_bar is ZeroTangent or y_bar is NoTangent or y_bar is None:
        return zero_tangent(y)
    return projector(y)(y_bar)


def _or_no_tangent(bar: Any) -> Any:
    return NoTangent if bar is None else bar
