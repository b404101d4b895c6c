"""Every scalar rule against finite differences, over the domains that it names."""

import cmath
import importlib
import inspect
import math

import numpy as np
import pytest
from numba import njit
from numba.core.typing import cmathdecl, mathdecl
from numba.np.ufunc_db import get_ufuncs

import adcomp.special
from adcomp.core.ops import callee, op_of
from adcomp.kernels import special
from adcomp.registry import RULE_MODULES, RULES, is_kernel, kernel_name
from adcomp.tangents import NoTangent
from adcomp.testing import WithTangent, check_pullback

assert adcomp.special.__all__  # imported for its rules
for module in RULE_MODULES:
    importlib.import_module(module)

SAMPLES = 5
RULES_BY_ID = {rule.name: rule for rule in RULES}
COMPLEX_RULES = [name for name, rule in RULES_BY_ID.items() if rule.complex]


# The primal ---------------------------------------------------------------------------------------


def primal_of(rule):
    """What the rule is the pullback of, as a Python function."""
    if not rule.ops:
        (function,) = (key for key in RULES._scalar if RULES._scalar[key] is rule)
        return function
    op = next((op for op in rule.ops if not op.startswith(".")), None)
    return seeded(callee(op, {})) if op.startswith("np.random.") else callee(op, {})


def seeded(draw):
    """A draw from the same noise at every call."""
    def drawn(*args):
        np.random.seed(3)
        return draw(*args)

    return drawn


def on_complex(rule):
    """The spelling that takes complex numbers: an operator, or NumPy's."""
    ops = [op for op in rule.ops if not op.startswith((".", "math.", "cmath."))]
    return callee(ops[0], {}) if ops else primal_of(rule)


def pull(rule, args, y, y_bar):
    given = dict(zip("abc", args)) | {"y": y, "y_bar": y_bar}
    with np.errstate(all="ignore"):
        bars = rule.function(**{p: given[p] for p in rule.params})
    return bars if isinstance(bars, tuple) else (bars,)


def scalar(value):
    return value[()] if isinstance(value, np.ndarray) else value


def draw(rule, rng, kind):
    columns = [getattr(d, kind)(rng, SAMPLES) for d in rule.domains]
    return [tuple(scalar(v) if d.integer is False else int(v) for v, d in zip(row, rule.domains))
            for row in zip(*columns)]


#: What does not depend on where the rule is checked.
ONCE = ("accumulation", "lazy cotangent", "hard zero", "repeatability", "inputs changed", "shared memory")


def check(rule, f, args, leave_out):
    """The checks of `check_pullback`; arguments in which the derivative is not known stay where they are."""
    given = [WithTangent(x, NoTangent) if k in rule.refused else x for k, x in enumerate(args)]
    report = check_pullback(lambda *args: scalar(f(*args)), *given, rule=rule, leave_out=leave_out)
    assert "derivative" in report.passed
    bars = pull(rule, args, scalar(f(*args)), 1.0)
    assert all(bars[k] is None for k in rule.refused)


@pytest.mark.parametrize("name", RULES_BY_ID)
def test_real(name):
    rule, rng = RULES_BY_ID[name], np.random.default_rng(3)
    for k, args in enumerate(draw(rule, rng, "sample")):
        check(rule, primal_of(rule), args, ONCE if k else ())


@pytest.mark.parametrize("name", COMPLEX_RULES)
def test_complex(name):
    rule, rng = RULES_BY_ID[name], np.random.default_rng(4)
    for k, args in enumerate(draw(rule, rng, "sample_complex")):
        check(rule, on_complex(rule), args, ONCE if k else ())


@pytest.mark.parametrize("name", RULES_BY_ID)
def test_compiles(name):
    """Numba compiles the equation as it stands, with the values that Python gets."""
    rule, rng = RULES_BY_ID[name], np.random.default_rng(5)
    (args,) = draw(rule, rng, "sample")[:1]
    check_compiled(rule, primal_of(rule), args)


@pytest.mark.slow
@pytest.mark.parametrize("name", COMPLEX_RULES)
def test_compiles_complex(name):
    rule, rng = RULES_BY_ID[name], np.random.default_rng(5)
    (args,) = draw(rule, rng, "sample_complex")[:1]
    check_compiled(rule, on_complex(rule), args)


def check_compiled(rule, f, args):
    y = scalar(f(*args))
    y_bar = 0.7 if np.isrealobj(y) else 0.7 - 0.2j
    given = dict(zip("abc", args)) | {"y": y, "y_bar": y_bar}
    given = {k: v.item() if isinstance(v, np.generic) else v for k, v in given.items()}
    compiled = njit(error_model="numpy", fastmath=False)(rule.function)
    bars = compiled(*(given[p] for p in rule.params))
    bars = bars if isinstance(bars, tuple) else (bars,)
    for bar, expected in zip(bars, pull(rule, args, y, y_bar), strict=True):
        assert (bar is None) == (expected is None)
        if bar is not None:
            np.testing.assert_allclose(bar, expected, rtol=1e-13)


# Kinks --------------------------------------------------------------------------------------------

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize("x, p, expected", [
    (2.0, 2, (4, 4 * math.log(2))), (0.0, 2, (0, 0)), (0.0, 1, (1, 0)), (0.0, 0, (0, NAN)),
    (0.0, -1, (-INF, NAN)), (0.0, 0.5, (INF, 0)), (0.0, 2.0, (0, 0)), (0.0, 1.0, (1, 0)),
    (0.0, 0.0, (0, NAN)), (0.0, -1.0, (-INF, NAN)), (-2.0, 3, (12, NAN)), (-2.0, 3.0, (12, NAN)),
])
def test_power_at_zero(x, p, expected):
    """The values of ChainRules (N-01 to N-06), in Python and compiled.

    A negative integer power of 0 raises in Numba, in the primal too.
    """
    rule = RULES["**"]
    with np.errstate(all="ignore"):
        y = np.float64(x) ** p
        np.testing.assert_allclose(rule.function(np.float64(x), p, y, 1.0), expected)
    compiled = njit(error_model="numpy", fastmath=False)(rule.function)
    if x == 0 and isinstance(p, int) and p < 0:  # unless it is a literal
        with pytest.raises(ZeroDivisionError):
            compiled(x, p, float(y), 1.0)
    else:
        np.testing.assert_allclose(compiled(x, p, float(y), 1.0), expected)


def test_a_slope_of_zero_is_stronger_than_an_infinite_cotangent():
    """``sqrt(x ** 2)`` at 0 (N-07)."""
    (y_bar,) = pull(RULES["math.sqrt"], (np.float64(0),), np.float64(0), np.float64(1))
    assert y_bar == INF
    assert pull(RULES["**"], (np.float64(0), 2), np.float64(0), y_bar)[0] == 0


def test_a_cotangent_of_zero_is_stronger_than_an_infinite_slope():
    for op in ("math.sqrt", "np.cbrt"):
        assert pull(RULES[op], (np.float64(0),), np.float64(0), np.float64(0)) == (0,)


@pytest.mark.parametrize("op, args, y, expected", [
    ("abs", (0.0,), 0.0, (0,)), ("abs", (0j,), 0.0, (0,)), ("np.abs", (-INF,), INF, (-1,)),
    ("np.hypot", (0.0, 0.0), 0.0, (0, 0)), ("np.arctan2", (0.0, 0.0), 0.0, (0, 0)),
    ("np.angle", (0j,), 0.0, (0,)),
    ("max", (1.0, 1.0), 1.0, (1, 0)), ("min", (1.0, 1.0), 1.0, (1, 0)),
    ("np.maximum", (1.0, 1.0), 1.0, (0.5, 0.5)), ("np.fmin", (1.0, 1.0), 1.0, (0.5, 0.5)),
    ("np.fmax", (NAN, 1.0), 1.0, (0, 1)), ("np.clip", (1.0, 1.0, 2.0), 1.0, (0.5, 0.5, 0)),
    ("np.clip", (5.0, 3.0, 2.0), 2.0, (0, 0, 1)), ("np.copysign", (0.0, -1.0), 0.0, (0, None)),
    ("np.logaddexp", (-INF, -INF), -INF, (0.5, 0.5)), ("np.logaddexp", (-INF, 0.0), 0.0, (0, 1)),
    ("np.sinc", (0.0,), 1.0, (0,)), ("%", (6.0, 3.0), 0.0, (1, -2)),
    ("math.lgamma", (0.0,), INF, (NAN,)), ("np.nan_to_num", (NAN,), 0.0, (0,)),
])
def test_kinks(op, args, y, expected):
    args = tuple(np.complex128(v) if isinstance(v, complex) else np.float64(v) for v in args)
    bars = pull(RULES[op], args, np.float64(y), 1.0)
    assert [bar is None for bar in bars] == [value is None for value in expected]
    for bar, value in zip(bars, expected):
        assert bar is None or np.array_equal(bar, value, equal_nan=True)


def test_curvature_of_kernels_at_zero():
    bend = pull(RULES[special.sinc_slope], (0.0,), 0.0, 1.0)
    np.testing.assert_allclose(bend, (-(math.pi**2) / 3,))


def test_second_derivative_of_a_square_at_zero():
    """The guards of the power rule keep what a second sweep needs: its slope is linear at 0."""
    def slope(x):
        return pull(RULES["**"], (np.float64(x), 2), np.float64(x) ** 2, 1.0)[0]

    assert (slope(1e-6) - slope(-1e-6)) / 2e-6 == pytest.approx(2)
    assert slope(0.0) == 0


# Special functions --------------------------------------------------------------------------------


def test_digamma_and_polygamma():
    scipy_special = pytest.importorskip("scipy.special")
    points = np.concatenate([np.linspace(0.05, 60, 400), np.linspace(-9.95, -0.05, 101)])
    points = points[np.abs(points - np.rint(points)) > 0.01]
    ours = [special.digamma(x) for x in points]
    np.testing.assert_allclose(ours, scipy_special.digamma(points), rtol=1e-11)
    for order in (1, 2, 3, 6):
        above = points[points > 0]
        np.testing.assert_allclose([special.polygamma(order, x) for x in above],
                                   scipy_special.polygamma(order, above), rtol=5e-15)
    for order in (1, 2, 3):  # below 0, psi(x + 1) - psi(x) = (-1)**n n! / x**(n + 1)
        for x in (-0.3, -2.7, -5.5):
            step = (-1) ** order * math.factorial(order) / x ** (order + 1)
            risen = special.polygamma(order, x + 1) - special.polygamma(order, x)
            np.testing.assert_allclose(risen, step, rtol=1e-10)
    assert math.isnan(special.digamma(-2.0)) and special.polygamma(1, -2.0) == INF


# The table ----------------------------------------------------------------------------------------

#: They return tuples; their parts are other functions, by which a user can spell them.
TUPLES = {"np.divmod", "math.frexp", "divmod", "cmath.polar"}


def supported():
    """The ops of the scalar functions that Numba's own tables list."""
    functions = {f for module in (mathdecl, cmathdecl) for f, _ in module.registry.globals}
    functions |= set(get_ufuncs())
    functions |= {getattr(cmath, n) for n in ("phase", "rect", "polar", "sinh", "cosh", "tanh")}
    functions |= {np.where, np.clip, np.nan_to_num, np.real, np.imag, np.angle, np.round, np.sinc,
                  abs, min, max, pow, float, complex, int, bool, round, np.float64, np.float32}
    ops = {op_of(f) for f in functions if callable(f)}
    return sorted(op for op in ops if op is not None)


@pytest.mark.parametrize("op", supported())
def test_every_function_that_numba_supports_has_a_rule_or_slope_zero(op):
    assert op in RULES or op in TUPLES


def test_the_list_of_supported_functions_is_not_empty():
    assert len(supported()) > 90


def test_rules_are_straight_line_and_at_most_six_lines():
    for rule in RULES:
        source = inspect.getsource(rule.function)
        code = source.split('"""')[-1] if '"""' in source else source.split(":\n", 1)[1]
        assert len(code.strip().splitlines()) <= 7, rule.name
        assert not any(word in code for word in ("for ", "while ", "elif ")), rule.name


def test_names_are_unique():
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    kernels = [key for key in RULES._scalar if not isinstance(key, str)]
    assert all(is_kernel(key) and kernel_name(key) for key in kernels)
