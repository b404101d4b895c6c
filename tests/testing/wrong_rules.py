"""Rules with one mistake each, by the name of the check that finds it.

They are the mistakes that people make. With that check left out every one passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adcomp.matrices import Symmetric
from adcomp.tangents import Lazy, NotImplementedTangent, Tangent, ZeroTangent
from adcomp.tangents.lazy import force

X = np.array([1.5, -2.0, 0.5])


@dataclass
class Wrong:
    """A function, where it is checked, and a rule of it."""

    f: Callable[..., Any]
    args: tuple[Any, ...]
    rule: Callable[..., Any]
    options: dict[str, Any] = field(default_factory=dict)


WRONG: dict[str, Wrong] = {}


def wrong(check, f, *args, **options):
    def register(rule):
        WRONG[check] = Wrong(f, args, rule, options)
        return rule

    return register


def square(x):
    return x * x


@wrong("primal", square, X)
def value_of_another_function(x):
    return x * x + 1e-6, lambda y_bar: (2.0 * x * y_bar,)


@wrong("tuple", square, X)
def bare_cotangent(x):
    return x * x, lambda y_bar: 2.0 * x * y_bar


@wrong("arity", lambda x, y: x * y, 2.0, 3.0)
def one_of_two(x, y):
    return x * y, lambda y_bar: (y * y_bar,)


@wrong("tangent type", square, 1.5)
def array_for_a_number(x):
    return x * x, lambda y_bar: (np.asarray(2.0 * x * (0.0 if y_bar is ZeroTangent else force(y_bar))),)


@wrong("derivative", lambda x: np.sin(x), X)
def forgotten_sign(x):
    return np.sin(x), lambda y_bar: (-np.cos(x) * y_bar,)


def entry(a, i):
    return a[i]


@wrong("use NoTangent", entry, X, 1)
def zero_for_the_index(a, i):
    def back(y_bar):
        a_bar = np.zeros_like(a)
        a_bar[i] += 0.0 if y_bar is ZeroTangent else force(y_bar)
        return a_bar, ZeroTangent

    return a[i], back


@wrong("accumulation", square, X)
def overwrites_instead_of_adding(x):
    def back(y_bar):
        def add_into(buffer):
            buffer[:] = 2.0 * x * y_bar
            return buffer

        return (Lazy(lambda: 2.0 * x * y_bar, add_into),)

    return x * x, back


@wrong("lazy cotangent", square, X)
def takes_arrays_only(x):
    def back(y_bar):
        return (2.0 * x * y_bar if isinstance(y_bar, np.ndarray) else np.zeros_like(x),)

    return x * x, back


def doubled(s):
    return Symmetric(2.0 * s.data, s.uplo)


@wrong("cotangent form", doubled, Symmetric(np.array([[1.0, 2.0], [9.0, 3.0]])))
def reads_the_field_of_both_forms(s):
    def back(y_bar):
        if y_bar is ZeroTangent:
            return (ZeroTangent,)
        return (Tangent(Symmetric, data=2.0 * np.triu(force(y_bar).data)),)

    return doubled(s), back


@wrong("linearity", square, X, y_bar=np.ones(3))
def clips(x):
    def back(y_bar):
        return (2.0 * x * (np.clip(force(y_bar), -10.0, 10.0) if y_bar is not ZeroTangent else 0.0),)

    return x * x, back


@wrong("hard zero", square, X)
def takes_the_hard_zero_for_one(x):
    return x * x, lambda y_bar: (2.0 * x * (1.0 if y_bar is ZeroTangent else y_bar),)


@wrong("repeatability", square, X)
def consumes_its_tape(x):
    tape = [2.0 * x]

    def back(y_bar):
        return ((tape.pop() if tape else np.zeros_like(x)) * y_bar,)

    return x * x, back


@wrong("inputs changed", square, X)
def works_in_the_cotangent(x):
    def back(y_bar):
        y_bar = force(y_bar)
        if y_bar is ZeroTangent:
            return (np.zeros_like(x),)
        y_bar *= 2.0 * x
        return (y_bar.copy(),)

    return x * x, back


@wrong("shared memory", lambda x: x.copy(), X)
def hands_on_the_cotangent(x):
    return x.copy(), lambda y_bar: (y_bar,)


def tail(x):
    return x[1:]


def shadow_of_its_own(args, shadows):
    (x,), (x_bar,) = args, shadows
    y_bar = np.zeros(len(x) - 1)

    def back(_):
        x_bar[1:] += y_bar

    return x[1:], y_bar, back


@wrong("address map", tail, X, shadow_rule=shadow_of_its_own)
def padded(x):
    return x[1:].copy(), lambda y_bar: (
        np.zeros(3) if y_bar is ZeroTangent else np.concatenate([[0.0], np.asarray(y_bar)]),)


def twice_too_much(args, tangents):
    (x,), (x_dot,) = args, tangents
    return x * x, 4.0 * x * x_dot


@wrong("inner product", square, X, pushforward=twice_too_much)
def right(x):
    return x * x, lambda y_bar: (2.0 * x * y_bar,)


def scaled(x, factor=1.0):
    return factor * x


@wrong("keywords", scaled, 2.0, kwargs={"factor": 3.0})
def swallows_keywords(x, **_):
    return x, lambda y_bar: (1.0 * y_bar,)


def rotated(x, angle):
    return np.cos(angle) * x


@wrong("not implemented", rotated, 2.0, 0.3)
def half_of_it(x, angle):
    missing = NotImplementedTangent("the angle")
    return rotated(x, angle), lambda y_bar: (np.cos(angle) * y_bar, missing)


