"""The decorators of the registry, and what they refuse."""

import math
import operator

import numpy as np
import pytest
from numba import njit

from adcomp.errors import ShapeMismatch
from adcomp.registry import (
    INTEGER,
    NONZERO,
    POSITIVE,
    REAL,
    UNIT,
    Rules,
    accumulate,
    array_pullback,
    is_kernel,
    kernel,
    kernel_name,
    nondifferentiable,
    pullback,
    pullback_rule,
)


def cube(x, scale):
    return scale * x * x * x


def test_a_rule_is_found_under_every_spelling():
    rules = Rules()

    @pullback((math.exp, np.exp, ".exp()"), REAL, rules=rules)
    def exp(y, y_bar):
        return y * y_bar

    for spelling in ("math.exp", "np.exp", np.exp, ".exp()"):
        assert rules.scalar(spelling).function is exp
    assert rules.scalar("math.exp").params == ("y", "y_bar")
    assert rules.scalar("math.log") is None
    assert [rule.name for rule in rules] == ["exp"]
    assert "np.exp" in rules and "np.log" not in rules


def test_duplicates_are_refused():
    rules = Rules()
    pullback(math.exp, REAL, rules=rules)(lambda y_bar: y_bar)
    with pytest.raises(ValueError, match="math.exp has a rule already"):
        pullback((np.exp, math.exp), REAL, rules=rules)(lambda y_bar: y_bar)
    with pytest.raises(ValueError, match="math.exp has a rule already"):
        nondifferentiable(math.exp, rules=rules)


def test_an_argument_without_a_rule():
    rules = Rules()

    @pullback("f", REAL.without_rule, REAL.or_complex, rules=rules)
    def f(b, y_bar):
        return None, y_bar * b

    assert rules["f"].refused == (0,) and rules["f"].complex
    assert REAL.has_rule and not REAL.without_rule.has_rule


def test_unknown_parameters_are_named():
    rules = Rules()
    with pytest.raises(TypeError, match="'x'"):
        pullback(math.exp, REAL, rules=rules)(lambda x, y_bar: y_bar)
    with pytest.raises(TypeError, match="'b'"):
        pullback(math.exp, REAL, rules=rules)(lambda b, y_bar: y_bar)
    with pytest.raises(TypeError, match="'t'; allowed: x, scale, y, y_bar"):
        pullback_rule(cube, rules=rules)(lambda t, y_bar: (y_bar, y_bar))


def test_array_rules_accumulate_into_their_last_parameter():
    rules = Rules()

    @array_pullback(operator.matmul, wrt="a", rules=rules)
    def registry_test_a(b, y_bar, a_bar):
        a_bar += y_bar * b

    assert rules.array("@")["a"].params == ("b", "y_bar", "a_bar")
    assert rules.array("+") == {}
    assert is_kernel(rules.array("@")["a"].kernel)
    with pytest.raises(TypeError, match="the last parameter is b_bar"):
        array_pullback(operator.matmul, wrt="b", rules=rules)(lambda a, y_bar: None)


def test_an_array_rule_of_two_arguments_comes_beside_those_of_one():
    rules = Rules()

    @array_pullback(operator.matmul, wrt="ab", rules=rules)
    def registry_test_ab(a, b, y_bar, a_bar, b_bar):
        a_bar += y_bar * b
        b_bar += y_bar * a

    assert rules.array("@")["ab"].params[-2:] == ("a_bar", "b_bar")
    with pytest.raises(TypeError, match="the last parameters are a_bar, c_bar"):
        array_pullback(operator.matmul, wrt="ac", rules=rules)(lambda b, y_bar, c_bar: None)
    for wrt in ("ba", "aa", "x", ""):
        with pytest.raises(TypeError, match="in this order"):
            array_pullback(operator.matmul, wrt=wrt, rules=rules)
    with pytest.raises(ValueError, match="with respect to ab already"):
        array_pullback(operator.matmul, wrt="ab", rules=rules)(registry_test_ab)


def test_user_rules_are_found_for_a_function_and_its_dispatcher():
    rules, jitted = Rules(), njit(cube)

    @pullback_rule(jitted, rules=rules)
    @njit
    def cube_pullback(x, scale, y_bar):
        return 3 * scale * x * x * y_bar, x * x * x * y_bar

    rule = rules.user(cube)
    assert rule is rules.user(jitted)
    assert rule.params == ("x", "scale", "y_bar")
    assert rule.arguments == ("x", "scale")
    assert rule.primal is cube and rule.function is cube_pullback.py_func
    with pytest.raises(ValueError, match="cube has a rule already"):
        pullback_rule(cube, rules=rules)(cube_pullback)


def test_a_parameter_called_y_gives_the_result_another_name():
    def f(x, y):
        return x * y

    def g(y_bar, result):
        return y_bar * result

    rules = Rules()
    pullback_rule(f, rules=rules)(lambda x, y, result_bar: (result_bar * y, result_bar * x))
    assert rules.user(f).result == ("result", "result_bar")
    with pytest.raises(TypeError, match="'y_bar'; allowed: x, y, result, result_bar"):
        pullback_rule(f, rules=Rules())(lambda x, y, y_bar: (y_bar, y_bar))
    with pytest.raises(TypeError, match="rename its parameter 'result'"):
        pullback_rule(g, rules=rules)(lambda result_bar: (result_bar, result_bar))


def test_nondifferentiable_of_ops_and_of_functions():
    rules = Rules()
    nondifferentiable(math.floor, np.argmax, rules=rules)
    assert rules.nondifferentiable_ops == {"math.floor", "np.argmax"}
    jitted = nondifferentiable(njit(cube), rules=rules)
    assert rules.nondifferentiable(cube) and rules.nondifferentiable(jitted)
    assert not rules.nondifferentiable("math.exp")


def test_kernels_have_names_of_their_own():
    @kernel
    def registry_test_kernel(x):
        return 2 * x

    assert is_kernel(registry_test_kernel) and is_kernel(registry_test_kernel.py_func)
    assert kernel_name(registry_test_kernel) == "registry_test_kernel"
    assert not is_kernel(cube) and not is_kernel([])
    with pytest.raises(ValueError, match="registry_test_kernel"):
        kernel(registry_test_kernel)


@pytest.mark.parametrize("domain", [REAL, NONZERO, POSITIVE, UNIT, INTEGER], ids=lambda d: d.name)
def test_samples_lie_in_their_domain(domain):
    rng = np.random.default_rng(0)
    x = domain.sample(rng, 500)
    assert np.all((domain.low <= x) & (x <= domain.high))
    assert all(np.min(np.abs(x - point)) > 0.09 for point in domain.avoid)
    assert np.issubdtype(x.dtype, np.integer) == domain.integer


def test_accumulate():
    out = np.ones((2, 3))
    accumulate(out, 2j + np.full((2, 3), 4.0), "wrong")
    np.testing.assert_array_equal(out, np.full((2, 3), 5.0))
    with pytest.raises(ShapeMismatch, match="^wrong: "):
        accumulate(out, np.ones((3, 2)), "wrong")
