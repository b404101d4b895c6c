"""SciPy's special functions: their values in compiled code, and gradients through them.

Every rule is compared with finite differences in test_rules.py.
"""

import importlib
import inspect
import math
import re

import numpy as np
import pytest
import scipy.special as sc
from numba import njit

import adcomp
from adcomp import special
from adcomp.core.ops import Effect, effect_of
from adcomp.errors import NoRuleError
from adcomp.pipeline.front import core_source
from adcomp.registry import RULE_MODULES, RULES
from adcomp.special.external import FUNCTIONS
from tests.differences import gradient as differences

for module in RULE_MODULES:
    importlib.import_module(module)

INF, NAN = math.inf, math.nan
POINTS = np.array([-INF, -30.0, -2.5, -1.0, -1e-3, -0.0, 0.0, 0.3, 0.5, 1.0, 1.7, 2.0, 7.5, 31.0, 1e3, INF,
                   NAN])
COMPLEX_POINTS = np.array([0.3 + 0.4j, -1.2 + 0.7j, 2.0 - 3.0j, -4.0 + 0.1j, 0.0 + 1.0j])
WITH_INTEGER_ORDER = {"expn", "kn", "yn", "polygamma"}
OWN = {"polygamma", "zeta"}  #: equal to SciPy's up to rounding
NAMES = {"airy_ai": ("airy", 0), "airy_ai_slope": ("airy", 1), "airy_bi": ("airy", 2),
         "airy_bi_slope": ("airy", 3), "sine_integral": ("sici", 0), "cosine_integral": ("sici", 1),
         "sinh_integral": ("shichi", 0), "cosh_integral": ("shichi", 1), "fresnel_sine": ("fresnel", 0),
         "fresnel_cosine": ("fresnel", 1)}


def in_scipy(name):
    of, part = NAMES.get(name, (name, None))
    function = getattr(sc, of)
    return function if part is None else lambda *args: function(*args)[part]


def arity(name):
    return len(inspect.signature(FUNCTIONS[name]).parameters)


def compiled(name):
    f = FUNCTIONS[name]
    calls = (lambda a: f(a)), (lambda a, b: f(a, b)), (lambda a, b, c: f(a, b, c))
    return njit(error_model="numpy")(calls[arity(name) - 1])


def grid(name, points=POINTS):
    """Arrays that broadcast: every combination of points, fewer of them for more arguments."""
    n = arity(name)
    chosen = points if n < 3 else points[5::2]
    axes = [chosen.reshape((-1,) + (1,) * (n - 1 - k)) for k in range(n)]
    if name in WITH_INTEGER_ORDER:
        axes[0] = np.arange(6)[:, None]
    if name == "zeta":
        axes[0] = axes[0][np.isfinite(axes[0])][:, None]  # SciPy's is NaN at infinity
    return axes


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_are_scipys(name):
    args = grid(name)
    with np.errstate(all="ignore"):
        expected = in_scipy(name)(*args)
        np.testing.assert_array_equal(FUNCTIONS[name](*args), expected)
    y = compiled(name)(*args)
    assert y.dtype == expected.dtype and y.shape == expected.shape
    if name in OWN:
        np.testing.assert_allclose(y, expected, rtol=2e-15)
    else:
        np.testing.assert_array_equal(y, expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - WITH_INTEGER_ORDER - {"zeta"}))
def test_values_in_single_precision(name):
    args = [a.astype(np.float32) for a in grid(name)]
    with np.errstate(all="ignore"):
        expected = in_scipy(name)(*args)
    y = compiled(name)(*args)
    assert y.dtype == expected.dtype == np.float32
    rtol = 2e-7 if name in ("xlogy", "xlog1py") else 0.0  # SciPy multiplies in single precision
    np.testing.assert_allclose(y, expected, rtol=rtol)


def takes_complex(name):
    rule = RULES.scalar(f"special.{name}")
    return rule is not None and rule.complex


@pytest.mark.slow
@pytest.mark.parametrize("name", list(filter(takes_complex, FUNCTIONS)))
def test_values_at_complex_numbers(name):
    args = grid(name, COMPLEX_POINTS)
    if RULES[f"special.{name}"].refused:
        args[0] = np.array([0.0, 0.5, 2.0])[:, None]
    expected = in_scipy(name)(*args)
    np.testing.assert_array_equal(compiled(name)(*args), expected)


def test_zeta_at_large_arguments():
    """Where its sum has few terms that count, and where it has many."""
    x = np.array([1.0001, 1.5, 3.0, 20.0, 60.0])[:, None]
    q = np.array([1e-3, 0.7, 5.0, 80.0, 1e5, INF])
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(compiled("zeta")(x, q), sc.zeta(x, q), rtol=1e-14)


def test_arrays_of_any_layout_and_integers():
    f = compiled("jv")
    x = np.linspace(0.1, 3.0, 24).reshape(4, 6)
    for z in (x, np.asfortranarray(x), x[::2, ::-3], x.T, x[:0]):
        np.testing.assert_array_equal(f(1.5, z), sc.jv(1.5, z))
    np.testing.assert_array_equal(f(np.arange(6), x), sc.jv(np.arange(6), x))
    assert f(2, 3) == sc.jv(2, 3)
    with pytest.raises(ValueError):
        f(np.ones(5), x)


def test_orders_of_integer_functions_are_integers():
    assert compiled("expn")(np.int32(2), 0.5) == sc.expn(2, 0.5)
    with pytest.raises(Exception, match="No implementation"):
        compiled("kn")(1.0, 0.5)


def test_functions_of_several_results():
    for name in ("airy", "sici", "shichi", "fresnel"):
        f = getattr(special, name)
        assert njit(lambda x: f(x))(0.7) == getattr(sc, name)(0.7) == f(0.7)
    g = njit(lambda a: special.multigammaln(a, 3))
    assert g(2.5) == pytest.approx(sc.multigammaln(2.5, 3), rel=1e-14)
    with pytest.raises(ValueError):
        special.multigammaln(1.0, 3)


# --- sums of exponentials -------------------------------------------------------------------------


SUMS = ("logsumexp", "softmax", "log_softmax")


def of_axis(name, axis):
    f = getattr(special, name)
    if axis is None:
        return lambda a: f(a)
    return {0: lambda a: f(a, 0), 1: lambda a: f(a, 1), -1: lambda a: f(a, axis=-1)}[axis]


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("name", SUMS)
def test_sums_of_exponentials(name, axis):
    check_sums(of_axis(name, axis), [300.0 * np.random.default_rng(0).normal(size=(3, 4, 2))])


@pytest.mark.slow
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("name", SUMS)
def test_sums_of_exponentials_of_any_layout_and_type(name, axis):
    x = 300.0 * np.random.default_rng(0).normal(size=(3, 4, 2))
    check_sums(of_axis(name, axis), [np.asfortranarray(x), x[::-2], x[..., 0], x.astype(np.float32),
                                     x.astype(np.int64)])


def check_sums(f, arrays):
    g = njit(f)
    for a in arrays:
        expected, y = f(a), g(a)
        assert np.shape(y) == expected.shape
        precise = 1e-5 if a.dtype == np.float32 else 1e-13
        np.testing.assert_allclose(y, expected, rtol=precise, atol=precise)
        assert np.ndim(y) == 0 or y.dtype == expected.dtype  # a number has none


@pytest.mark.parametrize("name", SUMS)
def test_sums_of_exponentials_of_what_is_infinite(name):
    f = getattr(special, name)
    for x in ([0.0, -INF, 1.0], [-INF, -INF], [NAN, 1.0], [1e308, -1e308]):
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(njit(lambda a: f(a))(np.array(x)), f(np.array(x)))


@pytest.mark.parametrize("axis", [None, 0, pytest.param(1, marks=pytest.mark.slow), -1])
@pytest.mark.parametrize("name", SUMS)
def test_gradients_of_sums_of_exponentials(name, axis):
    loss, x = weighted(name, axis)
    expected, error = differences(loss, lambda: (x.copy(),), 0)
    assert error < 1e-8
    np.testing.assert_allclose(adcomp.gradient(loss)(x), expected, rtol=1e-7, atol=1e-8)


def weighted(name, axis):
    """A loss with a weight for each result, and an argument for it."""
    f, rng = of_axis(name, axis), np.random.default_rng(1)
    x = rng.normal(size=(3, 4))
    w = rng.normal(size=np.shape(f(x)) or 1)
    if np.ndim(f(x)) == 0:
        return (lambda x: w[0] * f(2.0 * x) ** 2), x
    return (lambda x: np.sum(w * f(2.0 * x) ** 2)), x


@pytest.mark.slow
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("name", SUMS)
def test_layouts_and_single_precision_of_sums_of_exponentials(name, axis):
    loss, x = weighted(name, axis)
    df = adcomp.gradient(loss)
    expected = df(x)
    for a in (np.asfortranarray(x), np.repeat(x, 2, 0)[::2]):
        np.testing.assert_allclose(df(a), expected, rtol=1e-13)
    single = df(x.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, rtol=2e-5, atol=2e-6)


# --- gradients ------------------------------------------------------------------------------------


def of_error(x):
    s = 0.0
    for i in range(len(x)):
        v = x[i]
        s += special.erf(v) * special.erfc(0.5 * v) + special.erfcx(v) - special.erfi(v)
        s += special.erfinv(v) + special.erfcinv(v) * special.dawsn(v)
        s += special.ndtr(v) + special.log_ndtr(v) * special.ndtri(v)
        s += special.owens_t(v, 2.0 * v)
    return s


def of_gamma(x):
    s = 0.0
    for i in range(len(x)):
        v, w = x[i], x[i - 1]
        s += special.gamma(v) + special.gammaln(v) * special.rgamma(w) + special.loggamma(v)
        s += special.psi(v) - special.digamma(w) * v + special.polygamma(2, v)
        s += special.zeta(2.5, v) + special.beta(v, w) + special.betaln(w, v)
        s += special.gammainc(0.7, v) - special.gammaincc(1.7, w) + special.betainc(0.7, 2.0, v)
        s += special.gammaincinv(2.2, v) * special.gammainccinv(1.2, v) + special.betaincc(0.7, 2.0, v)
        s += special.betaincinv(1.5, 2.5, v) + special.multigammaln(v + 2.0, 3)
        s += special.binom(3.0 + v, 2.0 * w) - special.poch(v, w)
    return s


def of_bessel(x):
    s = 0.0
    for i in range(len(x)):
        v = x[i]
        s += special.j0(v) * special.j1(v) + special.jv(1.5, v) * special.jn(2, v) + special.y0(v)
        s += special.y1(v) + special.yn(i % 3, v) + special.yv(0.5, v)
        s += special.i0(v) * special.i1(v) + special.iv(2.5, v) + special.i0e(v) * special.i1e(v)
        s += special.ive(0.5, v) + special.k0(v) * special.k1(v) + special.kn(i % 3, v)
        s += special.kv(0.5, v) + special.k0e(v) * special.k1e(v) + special.kve(1.5, v)
        ai, ai_slope, bi, bi_slope = special.airy(v)
        s += ai * bi - ai_slope * bi_slope
    return s


def of_integrals(x):
    s = 0.0
    for i in range(len(x)):
        v, w = x[i], x[i - 1]
        s += special.ellipk(v) + special.ellipkm1(v) * special.ellipe(v) + special.ellipkinc(3.0 * v, w)
        s += special.ellipeinc(v, w) * special.elliprf(v, w, 1.0) + special.expn(i % 4, v)
        s += special.exp1(v) * special.expi(v) + special.spence(v)
        si, ci = special.sici(v)
        shi, chi = special.shichi(v)
        fs, fc = special.fresnel(v)
        s += si * ci + shi * chi + fs * fc
    return s


def of_statistics(x):
    s = 0.0
    for i in range(len(x)):
        v, w = x[i], x[i - 1]
        s += special.xlogy(v, w) + special.xlog1py(w, v) + special.entr(v) + special.rel_entr(v, w)
        s += special.kl_div(w, v) + special.expit(v) * special.logit(v) + special.log_expit(w)
        s += special.boxcox(v, w) + special.boxcox1p(w, v) * special.inv_boxcox(v, w)
        s += special.inv_boxcox1p(v, w) + special.exprel(v) * special.cosm1(w) + special.wrightomega(v)
        s += special.huber(w, v) * special.huber(0.3 * w, 2.0 * v) + special.pseudo_huber(v, w)
    return s


@pytest.mark.parametrize("f", [of_error, of_gamma, of_bessel, of_integrals, of_statistics])
def test_gradients_in_loops(f):
    x = np.array([0.31, 0.62, 0.47, 0.78])
    expected, error = differences(f, lambda: (x.copy(),), 0)
    assert error < 1e-8 * np.max(np.abs(expected))
    value, slope = adcomp.value_and_gradient(f)(x)
    np.testing.assert_allclose(value, f(x), rtol=1e-13)
    np.testing.assert_allclose(slope, expected, rtol=1e-7)


def test_programs_together_call_every_function():
    text = "".join(map(inspect.getsource, (of_error, of_gamma, of_bessel, of_integrals, of_statistics)))
    called = set(re.findall(r"special\.(\w+)\(", text)) | NAMES.keys() | set(SUMS) | {"elliprd"}
    assert called == set(special.__all__)


def on_arrays(x, y):
    z = special.erf(x) * special.jv(1.5, y)
    return np.sum(special.xlogy(z, 1.0 + y) + special.betainc(2.0, 3.0, x))


def test_gradients_on_arrays():
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0.2, 0.8, (4, 6)), rng.uniform(0.5, 2.0, 6)
    bars = adcomp.gradient(on_arrays, wrt=(0, 1))(x, y)
    for k in range(2):
        expected, error = differences(on_arrays, lambda: (x.copy(), y.copy()), k)
        assert error < 1e-8
        np.testing.assert_allclose(bars[k], expected, rtol=1e-7)


@pytest.mark.slow
def test_gradients_on_arrays_of_any_layout_and_in_single_precision():
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0.2, 0.8, (4, 6)), rng.uniform(0.5, 2.0, 6)
    df = adcomp.gradient(on_arrays, wrt=(0, 1))
    expected = df(x, y)
    for a in (np.asfortranarray(x), np.repeat(x, 2, 1)[:, ::2]):
        for bar, value in zip(df(a, y), expected):
            np.testing.assert_allclose(bar, value, rtol=1e-13)
    empty = df(x[:0], y)
    assert empty[0].shape == (0, 6) and not np.any(empty[1])
    for bar, value in zip(df(x.astype(np.float32), y.astype(np.float32)), expected):
        assert bar.dtype == np.float32
        np.testing.assert_allclose(bar, value, rtol=2e-5)


def test_array_expressions_are_fused():
    from numba import types

    def f(x, y):
        return np.sum(special.erf(x) * special.jv(1.5, x + y))

    source, g = core_source(f, (types.float64[:, ::1], types.float64[::1]))
    assert "special.erf(" in source and "np.empty" not in source
    x, y = np.full((2, 3), 0.3), np.full(3, 0.8)
    assert g(x, y) == pytest.approx(f(x, y), rel=1e-14)


def test_gradients_of_complex_programs():
    def f(z):
        s = 0.0
        for i in range(len(z)):
            w = special.erf(z[i]) * special.gamma(z[i]) + special.jv(0.5, z[i]) * special.loggamma(z[i])
            s += abs(w) ** 2 + (special.airy_ai(z[i]) * special.wrightomega(z[i])).real
        return s

    z = np.array([0.4 + 0.3j, 1.1 - 0.6j])
    expected, error = differences(f, lambda: (z.copy(),), 0)
    assert error < 1e-7
    np.testing.assert_allclose(adcomp.gradient(f)(z), expected, rtol=1e-7)


def test_helpers_and_names_imported_from_the_module():
    from adcomp.special import gammaln as lgamma

    @njit
    def log_choose(n, k):
        return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0)

    df = adcomp.gradient(lambda n, k: log_choose(n, k), wrt=(0, 1))
    expected = sc.psi(8.5) - sc.psi(6.0), sc.psi(6.0) - sc.psi(3.5)
    np.testing.assert_allclose(df(7.5, 2.5), expected, rtol=1e-13)
    assert effect_of("special.gammaln") is Effect.ELEMENTWISE


def test_variables_may_be_called_special():
    def f(special):
        return adcomp.special.erf(special) * special

    assert adcomp.gradient(f)(0.5) == pytest.approx(math.erf(0.5) + 1 / math.sqrt(math.pi) * math.exp(-0.25))


# --- precision, and degenerate points -------------------------------------------------------------


def pull(name, *args):
    rule = RULES[f"special.{name}"]
    args = tuple(a if isinstance(a, int) else np.float64(a) for a in args)
    given = dict(zip("abc", args)) | {"y": FUNCTIONS[name](*args), "y_bar": np.float64(1)}
    with np.errstate(all="ignore"):
        bars = rule.function(**{p: given[p] for p in rule.params})
    return bars if isinstance(bars, tuple) else (bars,)


@pytest.mark.parametrize("name, args, k, expected", [
    # computed with mpmath in 40 digits, where the plain formula loses some or all of them
    ("erfcx", (8.0,), 0, -0.008616507881417731),
    ("erfcx", (30.0,), 0, -0.0006258354105074841),
    ("erfcx", (100000000.0,), 0, -5.641895835477562e-17),
    ("dawsn", (1000000.0,), 0, -5.0000000000075e-13),
    ("expit", (40.0,), 0, 4.248354255291589e-18),
    ("log_ndtr", (-40.0,), 0, 40.02496884720726),
    ("rgamma", (-4.999999999,), 0, -119.99999959053173),
    ("betaln", (10000000000.0, 1.0), 0, -1e-10),
    ("betaln", (1e-08, 1000000.0), 0, -100000014.3927257),
    ("betaln", (10.0, 1e-10), 0, -1.0516633568113326e-11),
    ("gammainc", (10000.0, 10100.0), 1, 0.002403669257862049),
    ("gammainc", (20.5, 25.0), 1, 0.0467275015384122),
    ("betainc", (10000.0, 20000.0, 0.3333), 2, 146.57566459939795),
    ("betainc", (25.0, 1000000.0, 2e-05), 2, 55741.24965994445),
    ("ive", (0.0, 1000.0), 1, -6.310198962627116e-06),
    ("kve", (0.0, 1000.0), 1, -1.9809212205993364e-05),
    ("ive", (2.5, 60.0), 1, -0.0003666028306238605),
    ("kve", (2.5, 60.0), 1, -0.0015562221579222474),
    ("i0e", (-1000.0,), 0, 6.310198962627116e-06),
    ("k1e", (1000.0,), 0, -1.9838918606966846e-05),
    ("ellipk", (1e-09,), 0, 0.39269908214051064),
    ("ellipe", (1e-09,), 0, -0.3926990818459863),
    ("ellipkinc", (10.0, 0.99), 1, 296.7184959811705),
    ("ellipeinc", (-4.0, 1e-09), 1, 0.8763302194829932),
    ("spence", (1.000001,), 0, -0.9999995000003333),
    ("exprel", (1e-06,), 0, 0.5000003333334583),
    ("exprel", (-100000000.0,), 0, 1e-16),
    ("exprel", (700.0,), 0, 1.4468330739995269e+301),
    ("boxcox", (2.0, 1e-09), 1, 0.24022650707010892),
    ("inv_boxcox", (2.0, 1e-09), 1, -14.778112128896778),
    ("kl_div", (1.0, 1.000000001), 0, -1.000000082240371e-09),
    ("kl_div", (1e-200, 1e+200), 0, -921.0340371976183),
])
def test_slopes_do_not_cancel(name, args, k, expected):
    np.testing.assert_allclose(pull(name, *args)[k], expected, rtol=1e-13)


@pytest.mark.parametrize("name, args, expected", [
    ("erfinv", (1.0,), (INF,)), ("erfcinv", (0.0,), (-INF,)), ("ndtri", (0.0,), (INF,)),
    ("log_ndtr", (60.0,), (0,)), ("rgamma", (0.0,), (1,)), ("rgamma", (-3.0,), (-6,)),
    ("gammaln", (0.0,), (-INF,)), ("gamma", (-1.0,), (NAN,)),
    ("gammainc", (1.0, 0.0), (None, 1)), ("gammainc", (2.0, 0.0), (None, 0)),
    ("gammainc", (0.5, 0.0), (None, INF)), ("gammaincinv", (2.0, 0.0), (None, INF)),
    ("betainc", (1.0, 1.0, 0.0), (None, None, 1)), ("betainc", (2.0, 1.0, 1.0), (None, None, 2)),
    ("j1", (0.0,), (0.5,)), ("i1", (0.0,), (0.5,)), ("i0e", (0.0,), (0,)), ("i1e", (0.0,), (0.5,)),
    ("y0", (0.0,), (INF,)), ("y1", (0.0,), (INF,)), ("k0", (0.0,), (-INF,)), ("k1", (0.0,), (-INF,)),
    ("jv", (0.0, 0.0), (None, 0)), ("jv", (1.0, 0.0), (None, 0.5)),
    ("ellipk", (0.0,), (math.pi / 8,)), ("ellipk", (1.0,), (INF,)), ("ellipkm1", (0.0,), (-INF,)),
    ("ellipe", (0.0,), (-math.pi / 8,)), ("ellipe", (1.0,), (-INF,)),
    ("ellipkinc", (0.0, 0.5), (1, 0)), ("expn", (1, 0.0), (None, -INF)), ("expn", (3, 0.0), (None, -1)),
    ("exp1", (0.0,), (-INF,)), ("spence", (1.0,), (-1,)), ("spence", (0.0,), (-INF,)),
    ("sine_integral", (0.0,), (1,)), ("sinh_integral", (0.0,), (1,)), ("cosine_integral", (0.0,), (INF,)),
    ("xlogy", (0.0, 0.0), (-INF, 0)), ("xlogy", (0.0, 2.0), (math.log(2.0), 0)),
    ("xlog1py", (0.0, -1.0), (-INF, 0)), ("entr", (0.0,), (INF,)), ("rel_entr", (0.0, 0.0), (-INF, 0)),
    ("rel_entr", (0.0, 2.0), (-INF, 0)), ("kl_div", (0.0, 2.0), (-INF, 1)), ("logit", (0.0,), (INF,)),
    ("kl_div", (0.0, 0.0), (-INF, 1)),
    ("boxcox", (2.0, 0.0), (0.5, 0.5 * math.log(2.0) ** 2)), ("boxcox", (0.0, 2.0), (0, 0.25)),
    ("boxcox", (0.0, 1.0), (1, 1)), ("inv_boxcox", (2.0, 0.0), (math.exp(2), -2 * math.exp(2))),
    ("exprel", (0.0,), (0.5,)), ("exprel", (-INF,), (0,)), ("wrightomega", (1.0,), (0.5,)),
    ("huber", (1.0, 1.0), (0, 1)), ("huber", (-1.0, 1.0), (NAN, NAN)), ("huber", (0.5, -2.0), (1.5, -0.5)),
    ("pseudo_huber", (0.0, 1.0), (0, 0)), ("pseudo_huber", (-1.0, 1.0), (NAN, NAN)),
])
def test_degenerate_points(name, args, expected):
    bars = pull(name, *args)
    assert [bar is None for bar in bars] == [value is None for value in expected]
    for bar, value in zip(bars, expected):
        assert bar is None or np.isclose(bar, value, rtol=1e-13, atol=0, equal_nan=True), bars


@pytest.mark.parametrize("name, args", [
    ("xlogy", (0.0, 0.0)), ("entr", (0.0,)), ("rel_entr", (0.0, 0.0)), ("kl_div", (0.0, 1.0))])
def test_a_cotangent_of_zero_is_stronger_than_an_infinite_slope(name, args):
    rule = RULES[f"special.{name}"]
    given = dict(zip("abc", map(np.float64, args))) | {"y": np.float64(0), "y_bar": np.float64(0)}
    bars = rule.function(**{p: given[p] for p in rule.params})
    assert not np.any(bars)


# --- refusals -------------------------------------------------------------------------------------


REFUSED = [(name, k) for name in sorted(FUNCTIONS) if f"special.{name}" in RULES
           for k in RULES[f"special.{name}"].refused]


def test_what_is_refused():
    orders = {(name, 0) for name in ("jv", "jn", "yv", "iv", "ive", "kv", "kve")}
    parameters = {(f"gammainc{kind}", 0) for kind in ("", "c", "inv", "cinv")}
    parameters |= {(f"betainc{kind}", k) for kind in ("", "c", "inv") for k in (0, 1)}
    assert set(REFUSED) == orders | parameters | {("zeta", 0)}


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if f"special.{name}" in RULES])
def test_no_slope_is_left_out_silently(name):
    domains = RULES[f"special.{name}"].domains
    args = [2 if d.integer else 0.5 for d in domains]
    assert [bar is None for bar in pull(name, *args)] == [d.integer or not d.has_rule for d in domains]


@pytest.mark.parametrize("name, k", REFUSED)
def test_an_argument_without_a_rule_is_refused(name, k):
    f = FUNCTIONS[name]
    call = {2: lambda p, a, b: f(p, b), 3: lambda p, a, b: f(p, a, b) if k == 0 else f(a, p, b)}[arity(name)]
    with pytest.raises(NoRuleError, match=f"special.{name} .*{('first', 'second')[k]} argument"):
        adcomp.gradient(call)(1.5, 1.2, 0.3)


def test_the_same_on_arrays_and_for_integers():
    def f(v, x):
        return np.sum(special.jv(v, x))

    x = np.array([0.3, 0.6])
    for v in (1, np.ones(2), np.ones(2, int)):
        with pytest.raises(NoRuleError, match="first argument"):
            adcomp.gradient(f)(v, x)
        np.testing.assert_allclose(adcomp.gradient(f, wrt=1)(v, x), sc.jvp(1, x), rtol=1e-13)


def test_complex_arguments_of_rules_for_real_ones_are_refused():
    """SciPy has no complex `polygamma`."""
    with pytest.raises(NoRuleError, match=r"special.digamma of \(complex128\)"):
        adcomp.gradient(lambda z: abs(special.digamma(z)))(0.3 + 0.2j)


def test_a_function_without_any_rule_is_refused():
    with pytest.raises(NoRuleError, match="special.elliprd"):
        adcomp.gradient(lambda x: special.elliprd(x, 1.0, 2.0))(0.5)


def test_a_rule_of_the_users_for_an_order():
    """As the message says: a function of one's own, with a rule."""
    def bessel(v, x):
        return special.jv(v, x)

    @adcomp.pullback_rule(bessel)
    def _(v, x, y_bar):
        step = 1e-5
        v_bar = y_bar * (special.jv(v + step, x) - special.jv(v - step, x)) / (2.0 * step)
        return v_bar, y_bar * 0.5 * (special.jv(v - 1.0, x) - special.jv(v + 1.0, x))

    slope = adcomp.gradient(lambda v: bessel(v, 2.0))(0.5)
    assert slope == pytest.approx((sc.jv(0.5001, 2.0) - sc.jv(0.4999, 2.0)) / 2e-4, rel=1e-6)
