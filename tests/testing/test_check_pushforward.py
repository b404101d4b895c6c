"""`check_pushforward` finds what is wrong, says so by name, and finds nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from adcomp.matrices import Symmetric
from adcomp.tangents import NoTangent, NotImplementedTangent, Tangent, ZeroTangent
from adcomp.testing import CheckFailure, WithTangent, check_pushforward

X = np.array([1.5, -2.0, 0.5])


def square(x):
    return x * x


def right(args, tangents):
    (x,), (x_dot,) = args, tangents
    return x * x, 2.0 * x * x_dot


def wrong_value(args, tangents):
    return args[0] ** 2 + 1e-6, 2.0 * args[0] * tangents[0]


def tangent_alone(args, tangents):
    return 2.0 * args[0] * tangents[0]


def complex_tangent(args, tangents):
    return args[0] ** 2, 2.0 * args[0] * tangents[0] + 0j


def wrong_factor(args, tangents):
    return args[0] ** 2, 3.0 * args[0] * tangents[0]


def clipped(args, tangents):
    x_dot = tangents[0] if tangents[0] is ZeroTangent else np.clip(tangents[0], -10.0, 10.0)
    return args[0] ** 2, 2.0 * args[0] * x_dot


def zero_for_one(args, tangents):
    return args[0] ** 2, 2.0 * args[0] * (1.0 if tangents[0] is ZeroTangent else tangents[0])


class Consumed:
    calls = 0

    def __call__(self, args, tangents):
        self.calls += 1
        return args[0] ** 2, 2.0 * args[0] * tangents[0] * (1.0 if self.calls != 8 else 2.0)


def works_in_place(args, tangents):
    x, x_dot = args[0], tangents[0]
    y = x * x
    if x_dot is not ZeroTangent:
        x_dot *= 2.0 * x
        x_dot = x_dot.copy()
    return y, x_dot


def hands_on(args, tangents):
    return args[0].copy(), tangents[0]


@pytest.mark.parametrize("check, f, rule", [
    ("primal", square, wrong_value), ("tuple", square, tangent_alone), ("derivative", square, wrong_factor),
    ("hard zero", square, zero_for_one), ("inputs changed", square, works_in_place),
    ("shared memory", lambda x: x.copy(), hands_on),
])
def test_wrong_rules(check, f, rule):
    with pytest.raises(CheckFailure) as failed:
        check_pushforward(f, X, rule=rule)
    assert failed.value.check == check, failed.value
    if check not in ("primal", "tuple"):
        assert check_pushforward(f, X, rule=rule, leave_out=[check]).left_out[check] == "as asked"


def test_types_and_linearity():
    with pytest.raises(CheckFailure, match="complex") as failed:
        check_pushforward(square, X, rule=complex_tangent)
    assert failed.value.check == "tangent type"
    with pytest.raises(CheckFailure) as failed:
        check_pushforward(square, X, rule=clipped, tangents=(np.ones(3),))
    assert failed.value.check == "linearity"


def test_a_state():
    with pytest.raises(CheckFailure) as failed:
        check_pushforward(square, X, rule=Consumed())
    assert failed.value.check == "repeatability"


def test_right_rules():
    report = check_pushforward(square, X, rule=right, pullback=lambda x: (
        x * x, lambda y_bar: (2.0 * x * y_bar,)))
    assert {"derivative", "linearity", "inner product"} <= set(report.passed)
    with pytest.raises(CheckFailure) as failed:
        check_pushforward(square, X, rule=right, pullback=lambda x: (x * x, lambda y_bar: (3.0 * x * y_bar,)))
    assert failed.value.check == "inner product"


def test_arguments_that_cannot_be_perturbed():
    def rule(args, tangents):
        (x, n), (x_dot, n_dot) = args, tangents
        assert n_dot is NoTangent
        return x**n, n * x ** (n - 1) * x_dot

    check_pushforward(lambda x, n: x**n, 1.5, 3, rule=rule)
    check_pushforward(lambda x, n: x**n, WithTangent(1.5, 2.0), 3, rule=rule)


def test_keywords():
    def rule(args, tangents, factor=1.0):
        return factor * args[0], factor * tangents[0]

    f = lambda x, factor=1.0: factor * x  # noqa: E731
    assert "keywords" in check_pushforward(f, 2.0, rule=rule, kwargs={"factor": 3.0}).passed
    with pytest.raises(CheckFailure) as failed:
        check_pushforward(f, 2.0, rule=lambda args, tangents: (args[0], tangents[0]), kwargs={"factor": 3.0})
    assert failed.value.check == "keywords"


def test_what_is_not_implemented():
    missing = NotImplementedTangent("later")
    report = check_pushforward(lambda x: (x, x * x), 2.0, rule=lambda args, tangents: (
        (args[0], args[0] ** 2), (1.0 * tangents[0], missing)), leave_out=["linearity"])
    assert report.expected_failures and "later" in report.expected_failures[0]


@pytest.mark.parametrize("natural_right", [True, False])
def test_forms_of_a_symmetric_matrix(natural_right):
    """A natural tangent is copied to both places, and a cotangent halved: one map for both is wrong."""
    def rule(args, tangents):
        (s,), (t,) = args, tangents
        if t is ZeroTangent:
            return 2.0 * s.data[0, 1], 0.0
        entry = t.data[0, 1] if isinstance(t, Tangent) else t[0, 1] * (1.0 if natural_right else 0.5)
        return 2.0 * s.data[0, 1], 2.0 * entry

    s = Symmetric(np.array([[1.0, 2.0], [9.0, 3.0]]))
    f = lambda s: 2.0 * s.data[0, 1]  # noqa: E731
    if natural_right:
        assert "tangent form" in check_pushforward(f, s, rule=rule).passed
        return
    with pytest.raises(CheckFailure) as failed:
        check_pushforward(f, s, rule=rule)
    assert failed.value.check == "tangent form"


def test_names_of_checks():
    with pytest.raises(ValueError, match="leave_out"):
        check_pushforward(square, X, rule=right, leave_out=["arity"])
