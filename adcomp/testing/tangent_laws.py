"""`check_tangent`: what can be done with the tangents of a value, for any kind of value."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..tangents.accumulate import accumulate, add, may_accumulate_into
from ..tangents.moved import moved
from ..tangents.projection import projector
from ..tangents.structural import scaled
from ..tangents.zero import zero_tangent
from ..tangents.zeros import NoTangent
from .anatomy import holds_single
from .approx import DOUBLE, SINGLE
from .approx import test_approx as compare
from .failures import CheckFailure, CheckReport
from .memory import arrays, shared
from .pullbacks import run_checks
from .random import rand_tangent
from .vectors import numbers, tangent_numbers, to_vec, to_vec_tangent


@dataclass
class _Space:
    """A value `p`, a random tangent `t` of it, and its zero."""

    p: Any
    t: Any
    zero: Any
    name: str
    check: str = ""
    kwargs: dict[str, Any] = field(default_factory=dict)
    expected_failures: list[str] = field(default_factory=list)

    def fail(self, message: str, check: str | None = None) -> CheckFailure:
        return CheckFailure(check or self.check, message, self.name)

    def same(self, found: Any, expected: Any, what: str) -> None:
        tolerance = SINGLE if holds_single(self.p) else DOUBLE
        try:
            compare(found, expected, rtol=tolerance, atol=tolerance, path=what)
        except AssertionError as error:
            raise self.fail(str(error)) from None

    def dot(self, a: Any, b: Any) -> float:
        return float(tangent_numbers(self.p, a) @ tangent_numbers(self.p, b))


def check_tangent(p: Any, *, rng: Any = None) -> CheckReport:
    """Check what adcomp does with the tangents of a value: of a class of yours, for instance.

    Parameters
    ----------
    p : value
        Anything that can be perturbed.
    rng : numpy.random.Generator or int, optional
        For what is random; 0 when left out.

    Returns
    -------
    CheckReport

    Raises
    ------
    CheckFailure
        An `AssertionError`; its ``check`` is the law that does not hold for a tangent `t`:

        ================  =====================================================================
        ``vector``        ``to_vec(p)`` and back is `p`; `t` and the zero have vectors as long
        ``zero``          ``zero + t == t``, and the zero is in fresh memory
        ``addition``      what is added to in place is what comes back, and holds the sum
        ``scaling``       ``2 t == t + t``, and ``0 t`` is the zero
        ``inner product`` ``<t, t> >= 0``, ``<t, zero> == 0``, ``<t, 2 t> == 2 <t, t>``
        ``projection``    the projector leaves `t` as it is
        ``moving``        ``p + zero == p``, and ``p + t`` is away from `p` by `t`
        ================  =====================================================================

    Examples
    --------
    >>> check_tangent((1.0, np.array([1.0, 2.0]), "text")).passed
    ('vector', 'zero', 'addition', 'scaling', 'inner product', 'projection', 'moving')
    """
    __tracebackhide__ = True
    t = rand_tangent(p, np.random.default_rng(0 if rng is None else rng))
    if t is NoTangent:
        raise TypeError(f"a {type(p).__name__} like this has no tangent")
    space = _Space(p, t, zero_tangent(p), f"check_tangent({type(p).__name__})")
    return run_checks(space, _LAWS, ())


def _vector(s: _Space) -> None:
    vector, rebuild = to_vec(s.p)
    s.same(numbers(rebuild(vector)), vector, "the vector of the rebuilt value")
    tangent = to_vec_tangent(s.p)[1](vector)
    for what, t in (("a tangent", s.t), ("the zero", s.zero), ("the rebuilt tangent", tangent)):
        length = len(tangent_numbers(s.p, t))
        if length != len(vector):
            raise s.fail(f"the vector of {what} has {length} entries, and that of the value {len(vector)}")
    s.same(tangent_numbers(s.p, tangent), vector, "the vector of the rebuilt tangent")


def _zero(s: _Space) -> None:
    s.same(tangent_numbers(s.p, s.zero), np.zeros(len(numbers(s.p))), "the zero")
    s.same(add(s.zero, s.t), s.t, "zero + t")
    found = shared(list(arrays(s.zero, "the zero")), list(arrays(s.p, "the value")))
    if found is not None:
        raise s.fail(f"{found[0]} shares memory with {found[1]}")


def _addition(s: _Space) -> None:
    start = deepcopy(s.t)
    found = accumulate(start, s.t)
    s.same(found, scaled(2.0, s.t), "t + t")
    if may_accumulate_into(start) and found is not start:
        raise s.fail("the sum is another object than what was added to")


def _scaling(s: _Space) -> None:
    s.same(scaled(2.0, s.t), add(s.t, s.t), "2 t")
    s.same(tangent_numbers(s.p, scaled(0.0, s.t)), tangent_numbers(s.p, s.zero), "0 t")


def _inner_product(s: _Space) -> None:
    square = s.dot(s.t, s.t)
    if square < 0.0:
        raise s.fail(f"<t, t> is {square!r}")
    s.same(s.dot(s.t, s.zero), 0.0, "<t, zero>")
    s.same(s.dot(s.t, scaled(2.0, s.t)), 2.0 * square, "<t, 2 t>")


def _projection(s: _Space) -> None:
    s.same(projector(s.p)(s.t), s.t, "the projected tangent")


def _moving(s: _Space) -> None:
    here = numbers(s.p)
    s.same(moved(s.p, s.zero), s.p, "p + zero")
    s.same(numbers(moved(s.p, s.t)) - here, tangent_numbers(s.p, s.t), "p + t - p")


_LAWS: dict[str, Callable[[_Space], str | None]] = {
    "vector": _vector, "zero": _zero, "addition": _addition, "scaling": _scaling,
    "inner product": _inner_product, "projection": _projection, "moving": _moving,
}
