"""`check_pullback` finds what is wrong, says so by name, and finds nothing else."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
from numba import njit

import adcomp
from adcomp import testing
from adcomp.matrices import Diagonal
from adcomp.tangents import NoTangent, Tangent, ZeroTangent
from adcomp.tangents.lazy import force
from adcomp.tangents.structures import structure
from adcomp.testing import PULLBACK_CHECKS, CheckFailure, WithTangent, check_pullback, check_scalar, rules
from tests.testing.wrong_rules import WRONG, X, square

#: Nothing is left to look at without them, or they are no failures.
NEEDED = ("primal", "tuple", "arity", "keywords", "not implemented")


def test_every_check_has_a_wrong_rule():
    assert set(WRONG) == set(PULLBACK_CHECKS)
    assert len(PULLBACK_CHECKS) == 18


@pytest.mark.parametrize("check", [name for name in PULLBACK_CHECKS if name != "not implemented"])
def test_the_check_finds_it(check):
    wrong = WRONG[check]
    with pytest.raises(CheckFailure) as failed:
        check_pullback(wrong.f, *wrong.args, rule=wrong.rule, **wrong.options)
    assert failed.value.check == check, failed.value
    assert check in str(failed.value)


@pytest.mark.parametrize("check", [name for name in PULLBACK_CHECKS if name not in NEEDED])
def test_no_other_check_finds_it(check):
    wrong = WRONG[check]
    report = check_pullback(wrong.f, *wrong.args, rule=wrong.rule, leave_out=[check], **wrong.options)
    assert report.left_out[check] == "as asked" and check not in report.passed
    assert set(report.passed) | set(report.left_out) == set(PULLBACK_CHECKS)


def test_what_is_not_implemented_is_an_expected_failure():
    wrong = WRONG["not implemented"]
    report = check_pullback(wrong.f, *wrong.args, rule=wrong.rule)
    assert report.expected_failures == ("the cotangent of angle is not implemented: the angle",)
    assert "expected failure" in str(report)


def test_a_right_rule_passes_all_that_applies():
    def pushforward(args, tangents):
        return args[0] ** 2, 2.0 * args[0] * tangents[0]

    def shadow_rule(args, shadows):
        y_bar = np.zeros(3)

        def back(_):
            shadows[0][...] += 2.0 * args[0] * y_bar

        return args[0] ** 2, y_bar, back

    report = check_pullback(square, X, rule=WRONG["inner product"].rule, pushforward=pushforward,
                            shadow_rule=shadow_rule)
    assert set(report.left_out) == {"cotangent form", "keywords"}


# What is checked ----------------------------------------------------------------------------------


def cubes(x, n, scale):
    return scale * x**n


def test_what_adcomp_compiles():
    report = check_pullback(cubes, X, 3, 0.5)
    assert "derivative" in report.passed and not report.expected_failures
    assert check_pullback(njit(cubes), X.astype(np.float32), 3, np.float32(0.5)).passed == report.passed
    assert check_pullback(adcomp.pullback(cubes), X, 3, 0.5).passed == report.passed


def test_a_compiled_value_is_exact(monkeypatch):
    x = np.linspace(0.1, 3.0, 50)
    f = lambda x: np.sin(x) * np.exp(x)  # noqa: E731
    check_pullback(f, x)
    pullback = adcomp.pullback
    monkeypatch.setattr(rules.api, "pullback", lambda f, wrt, math: pullback(f, wrt=wrt, math="vector"))
    with pytest.raises(CheckFailure, match="last digits") as failed:
        check_pullback(f, x)
    assert failed.value.check == "primal"


def test_a_function_without_active_arguments():
    assert "use NoTangent" in check_pullback(lambda n: 2.0 * n, 3).passed


@pytest.mark.parametrize("factor, check", [(1.0, None), (2.0, "derivative")])
def test_rules_of_the_users(factor, check):
    @njit
    def softplus(x):
        return np.log1p(np.exp(x))

    @adcomp.pullback_rule(softplus)
    def softplus_pullback(y, y_bar):
        return factor * y_bar * (1.0 - np.exp(-y))

    if check is None:
        check_pullback(softplus, X)
        check_pullback(softplus, 0.5)
        return
    with pytest.raises(CheckFailure) as failed:
        check_pullback(softplus, X)
    assert failed.value.check == check


def test_a_users_rule_with_too_few_cotangents():
    def product(a, b):
        return a * b

    @adcomp.pullback_rule(product)
    def product_pullback(a, b, y_bar):
        return (b * y_bar,)

    with pytest.raises(CheckFailure) as failed:
        check_pullback(product, 2.0, 3.0)
    assert failed.value.check == "arity"


def test_in_place_functions():
    def normalise(x):
        x /= np.sum(x)
        return x[0] * x[1]

    x = np.array([1.0, 2.0, 3.0])
    check_pullback(normalise, x)
    np.testing.assert_array_equal(x, [1.0, 2.0, 3.0])


Pair = namedtuple("Pair", "a b")


@pytest.mark.parametrize("f, args", [
    (lambda z: z * z, (1.5 - 0.5j,)),
    (lambda z: np.abs(z), (1.5 - 0.5j,)),
    (lambda z, x: z.real * x, (np.array([1j, 2.0]), np.array([1.0, 2.0]))),
    (lambda t: t[0] * t[1], ((X, 2.0),)),
    (lambda t: (t.a * t.b, t.a), (Pair(1.5, X),)),
    (lambda x: (np.sum(x), x * x), (np.asfortranarray(np.ones((2, 3))),)),
    (lambda x: x @ x.T, (np.arange(12.0).reshape(3, 4)[:, ::2],)),
    (lambda x: np.log(x), (np.array([1e-3, 1.0]),)),
    (lambda x: np.sum(x), (np.zeros(0),)),
])
def test_kinds_of_values(f, args):
    check_pullback(f, *args)


# Options ------------------------------------------------------------------------------------------


def test_tangents_of_the_caller():
    def rule(x, w):
        return x * w, lambda y_bar: (w * y_bar, NoTangent)

    f = lambda x, w: x * w  # noqa: E731
    check_pullback(f, 2.0, WithTangent(3.0, NoTangent), rule=rule)
    check_pullback(f, WithTangent(2.0, 1.25), WithTangent(3.0, NoTangent), rule=rule)
    with pytest.raises(CheckFailure, match="the cotangent of w"):
        check_pullback(f, 2.0, 3.0, rule=rule)


def make_scale(a):
    return lambda x: a * x


def test_captured_variables():
    a = np.array([1.0, 2.0, 3.0])

    def rule(x):
        return a * x, lambda y_bar: ({"a": x * y_bar}, a * y_bar)

    assert "arity" in check_pullback(make_scale(a), X, rule=rule, captured=["a"]).passed
    with pytest.raises(CheckFailure) as failed:
        check_pullback(make_scale(a), X, captured=["a"], rule=lambda x: (a * x, lambda y_bar: (a * y_bar,)))
    assert failed.value.check == "arity"
    with pytest.raises(TypeError, match="captures no variable 'b'; it captures a"):
        check_pullback(make_scale(a), X, rule=rule, captured=["b"])


@structure
class Affine:
    slope: float
    offset: float

    def __call__(self, x):
        return self.slope * x + self.offset


def test_structures_that_can_be_called():
    def rule_of(f):
        def rule(x):
            def back(y_bar):
                total = y_bar if y_bar is ZeroTangent else np.sum(force(y_bar))
                of_slope = y_bar if y_bar is ZeroTangent else np.sum(x * y_bar)
                return Tangent(Affine, slope=of_slope, offset=total), f.slope * y_bar

            return f(x), back

        return rule

    f = Affine(2.0, 1.0)
    assert "arity" in check_pullback(f, X, rule=rule_of(f)).passed
    with pytest.raises(CheckFailure, match="the function itself"):
        check_pullback(f, X, rule=lambda x: (f(x), lambda y_bar: (2.0 * y_bar,)))


def test_rough_functions():
    def rough(x):
        return x * x + 1e-7 * np.sin(1e5 * x)

    rule = lambda x: (rough(x), lambda y_bar: (2.0 * x * y_bar,))  # noqa: E731
    with pytest.raises(CheckFailure):
        check_pullback(rough, 1.5, rule=rule)
    check_pullback(rough, 1.5, rule=rule, noisy=True)
    with pytest.raises(CheckFailure):
        check_pullback(rough, 1.5, rule=lambda x: (rough(x), lambda y_bar: (2.1 * x * y_bar,)), noisy=True)


def test_one_shot():
    wrong = WRONG["repeatability"]
    report = check_pullback(wrong.f, *wrong.args, rule=wrong.rule, one_shot=True)
    assert "one call" in report.left_out["repeatability"]


def test_shared_memory_can_be_declared():
    wrong = WRONG["shared memory"]
    assert "shared memory" in check_pullback(wrong.f, *wrong.args, rule=wrong.rule, may_share=True).left_out


def test_one_buffer_for_two_arguments():
    def rule(x, y):
        def back(y_bar):
            both = np.zeros_like(x) if y_bar is ZeroTangent else 1.0 * y_bar
            return both, both

        return x + y, back

    with pytest.raises(CheckFailure, match="the cotangent of y shares memory with the cotangent of x"):
        check_pullback(lambda x, y: x + y, X, X, rule=rule)


def test_a_rule_that_raises():
    def rule(x):
        def back(y_bar):
            raise ValueError("no tape")

        return x, back

    with pytest.raises(CheckFailure, match="ValueError: no tape") as failed:
        check_pullback(lambda x: x, 1.0, rule=rule)
    assert failed.value.check == "tuple"
    with pytest.raises(CheckFailure) as failed:
        check_pullback(lambda x: x, 1.0, rule=lambda x: x)
    assert failed.value.check == "primal"


def test_keywords_that_a_rule_does_not_take():
    scaled = WRONG["keywords"].f
    with pytest.raises(CheckFailure) as failed:
        check_pullback(scaled, 2.0, rule=lambda x: (x, lambda y_bar: (y_bar,)), kwargs={"factor": 3.0})
    assert failed.value.check == "keywords"
    report = check_pullback(scaled, 2.0, kwargs={"factor": 3.0},
                            rule=lambda x, factor: (factor * x, lambda y_bar: (factor * y_bar,)))
    assert "keywords" in report.passed


@pytest.mark.parametrize("name", ["derivatives", "arity"])
def test_checks_that_cannot_be_left_out(name):
    with pytest.raises(ValueError, match="leave_out"):
        check_pullback(square, X, leave_out=[name])


# Structured matrices, scalars ---------------------------------------------------------------------


def test_cotangents_in_natural_form():
    """A rule may return what a matrix looks like, where its value is structured."""
    def rule(d):
        def back(y_bar):
            return (Diagonal(np.zeros(2)) if y_bar is ZeroTangent else np.diag(2.0 * np.asarray(y_bar)),)

        return 2.0 * d.diag, back

    f = lambda d: 2.0 * d.diag  # noqa: E731
    check_pullback(f, Diagonal(np.array([1.0, 2.0])), rule=rule)


@dataclass
class Named:
    a: float
    n: int


def test_dataclasses():
    def rule(p):
        return p.a**p.n, lambda y_bar: (Tangent(Named, a=p.n * p.a ** (p.n - 1) * y_bar),)

    check_pullback(lambda p: p.a**p.n, Named(1.5, 3), rule=rule)
    with pytest.raises(CheckFailure) as failed:
        check_pullback(lambda p: p.a**p.n, Named(1.5, 3),
                       rule=lambda p: (p.a**p.n, lambda y_bar: ((3 * p.a**2 * y_bar, NoTangent),)))
    assert failed.value.check == "tangent type"


def test_scalars():
    def rule(z):
        y = np.sin(z)
        return y, lambda y_bar: (np.conj(np.cos(z)) * y_bar,)

    def pushforward(args, tangents):
        return np.sin(args[0]), np.cos(args[0]) * tangents[0]

    report = check_scalar(np.sin, 0.3 + 0.2j, rule=rule, pushforward=pushforward)
    assert {"derivative", "inner product", "real and complex"} <= set(report.passed)
    without_conj = lambda z: (np.sin(z), lambda y_bar: (np.cos(z) * y_bar,))  # noqa: E731
    with pytest.raises(CheckFailure) as failed:
        check_scalar(np.sin, 0.3 + 0.2j, rule=without_conj)
    assert failed.value.check == "derivative"
    check_scalar(lambda x: np.sin(x) * x, 0.3)


def test_a_real_cotangent_that_is_taken_for_another_thing():
    def rule(z):
        def back(y_bar):
            factor = 1.0 if isinstance(y_bar, complex | np.complexfloating) else 2.0
            return (complex(factor * np.conj(np.exp(z)) * y_bar),)

        return np.exp(z), back

    options = {"leave_out": ["linearity", "hard zero", "lazy cotangent"]}
    with pytest.raises(CheckFailure) as failed:
        check_scalar(np.exp, 0.3 + 0.2j, rule=rule, **options)
    assert failed.value.check == "real and complex"


def test_the_rules_of_this_project():
    from adcomp.registry import RULES

    assert "derivative" in check_scalar(np.arctan, 0.7, rule=RULES["np.arctan"]).passed
    assert testing.check_pullback(np.hypot, 3.0, 4.0, rule=RULES["np.hypot"]).passed
