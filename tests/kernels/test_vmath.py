"""The vectorisable functions against long doubles, in units in the last place."""

import numpy as np
import pytest
from numba import njit

from adcomp.kernels import vmath
from adcomp.registry import is_kernel

SIZE = 20_000
SPECIAL = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 2.3e-308, 1.7e308])
RNG = np.random.default_rng(0)
ANY = 10.0 ** RNG.uniform(-323, 308, SIZE)
ANY = np.concatenate([ANY, -ANY, SPECIAL])
QUARTERS = np.rint(2.0 ** RNG.uniform(0, 30, SIZE)) * (np.pi / 2)


def between(low, high):
    return RNG.uniform(low, high, SIZE)


ANGLES = [*(between(-top, top) for top in (10, 1e5, 1e9, vmath.LARGEST_ANGLE)), QUARTERS, ANY]
LARGE = between(709, 710)
#: By name the reference, the bound in units in the last place, and samples.
CASES = {
    "exp64": (np.exp, 1, [between(-750, 712), between(-1, 1), LARGE, between(-746, -708), ANY]),
    "expm1_64": (np.expm1, 2, [between(-50, 712), between(-2, 2), LARGE, ANY]),
    "tanh64": (np.tanh, 3, [between(-25, 25), between(-1, 1), ANY]),
    "log64": (np.log, 1, [between(0, 4), between(0.9, 1.1), ANY]),
    "log1p_64": (np.log1p, 3, [between(-1, 4), between(-0.1, 0.1), ANY]),
    "sin64": (np.sin, 3, ANGLES),
    "cos64": (np.cos, 3, ANGLES),
}

needs_long_double = pytest.mark.skipif(
    np.finfo(np.longdouble).nmant < 60, reason="a long double is a double here")


def loop(kernel):
    @njit(error_model="numpy", fastmath=False)
    def each(x, out):
        for i in range(x.size):
            out[i] = kernel(x[i])

    return each


def ulps(y, exact):
    """Distances in units in the last place; 0 between equal infinities and between NaNs."""
    nearest = exact.astype(np.float64)
    with np.errstate(all="ignore"):
        distance = np.abs((y - exact) / np.spacing(np.abs(nearest)))
    same = (y == nearest) | (np.isnan(y) & np.isnan(nearest))
    return np.where(same, 0, np.where(np.isnan(distance), np.inf, distance)).astype(float)


@needs_long_double
@pytest.mark.parametrize("name", CASES)
def test_units_in_the_last_place(name):
    reference, limit, samples = CASES[name]
    each = loop(getattr(vmath, name))
    for x in samples:
        out = np.empty_like(x)
        each(x, out)
        with np.errstate(all="ignore"):
            error = ulps(out, reference(x.astype(np.longdouble)))
        worst = np.argmax(error)
        assert error[worst] <= limit, f"{name}({x[worst]!r}) is {error[worst]} ulps off"


@pytest.mark.parametrize("name", CASES)
def test_special_values(name):
    kernel, reference = getattr(vmath, name), CASES[name][0]
    with np.errstate(all="ignore"):
        for x in SPECIAL[:5]:
            y, expected = kernel(x), reference(x)
            assert np.array_equal(y, expected, equal_nan=True)
            assert np.isnan(y) or np.signbit(y) == np.signbit(expected)


@pytest.mark.parametrize("name", CASES)
def test_a_loop_vectorises(name):
    """Its code works on packed doubles; a call there is one of a masked vector function."""
    each = loop(getattr(vmath, name))
    each(np.ones(4), np.ones(4))
    (code,) = each.inspect_asm().values()
    assert "mulpd" in code or "fmul\tv" in code or "fmul.2d" in code


def test_the_table_names_kernels_of_float64():
    for op, kernel in vmath.VECTOR.items():
        assert op.startswith(("math.", "np."))
        assert is_kernel(kernel)


def test_sine_and_cosine_of_huge_arguments_among_others():
    x = np.where(np.arange(1001) % 97 == 0, 1e300, np.linspace(-9, 9, 1001))
    for name in ("sin64", "cos64"):
        out = np.empty_like(x)
        loop(getattr(vmath, name))(x, out)
        np.testing.assert_allclose(out, CASES[name][0](x), rtol=1e-14)
