"""The kernels of float64 against long doubles, in units in the last place, and at special values."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from numba import from_dtype, types

from adcomp.kernels.vmath import BOUNDS, VECTOR
from adcomp.kernels.vmath.trigonometric import LARGEST_ANGLE
from adcomp.registry import is_kernel

from .vmath_references import LONG, arity, kernels_of, loop, reference, ulps

KERNELS = kernels_of(types.float64)
SIZE = 10_000
RNG = np.random.default_rng(0)

needs_long_double = pytest.mark.skipif(
    np.finfo(np.longdouble).nmant < 60, reason="a long double is a double here")


# Samples ------------------------------------------------------------------------------------------


def between(low, high):
    return RNG.uniform(low, high, SIZE)


def near(point):
    """Numbers at all distances from a point."""
    return point + between(-1, 1) * 10.0 ** between(-16, 0)


ENDS = [0.0, np.inf, np.nan, 5e-324, 2.3e-308, 1.7e308]
SPECIAL = np.array([*ENDS, 0.25, 0.5, 1.0, 2.0, 2.5, 3.0, 1e17, 2.0**53])
SPECIAL = np.concatenate([SPECIAL, -SPECIAL, np.nextafter(1.0, [0, 2]), np.nextafter(-1.0, [0, -2])])
ANY = 10.0 ** between(-323, 308)
ANY = np.concatenate([ANY, -ANY, SPECIAL])
QUARTERS = np.rint(2.0 ** between(0, 30)) * (np.pi / 2)
ANGLES = [*(between(-top, top) for top in (10, 1e5, 1e9, LARGEST_ANGLE)), QUARTERS, ANY]
POSITIVE = [between(0, 4), near(1.0), ANY]
UNIT = [between(-1, 1), between(-0.01, 0.01), between(0.45, 0.55), near(1.0), near(-1.0), ANY]
HYPERBOLIC = [between(-25, 25), between(-1, 1), between(-712, 712), between(709, 711), ANY]

SAMPLES = {
    "exp64": [between(-750, 712), between(-1, 1), between(709, 710), between(-746, -708), ANY],
    "exp2_64": [between(-1080, 1026), between(-1, 1), between(1023, 1024), between(-1075, -1020), ANY],
    "expm1_64": [between(-50, 712), between(-2, 2), between(709, 710), ANY],
    "erf64": [between(-7, 7), between(-1.2, 1.2), between(-0.01, 0.01), ANY],
    "erfc64": [between(-7, 28), between(-1.5, 1.5), between(26, 27.5), between(0.4, 0.6), ANY],
    "log64": POSITIVE, "log2_64": POSITIVE, "log10_64": POSITIVE,
    "log1p_64": [between(-1, 4), between(-0.1, 0.1), near(-1.0), near(0.0), ANY],
    "arcsinh64": [between(-3, 3), between(-0.1, 0.1), 10.0 ** between(0, 20), ANY],
    "arccosh64": [between(1, 3), near(1.0), 10.0 ** between(0, 20), ANY],
    "arctanh64": UNIT, "arcsin64": UNIT, "arccos64": UNIT,
    "arctan64": [between(-1, 1), between(-10, 10), ANY],
    "sinh64": HYPERBOLIC, "cosh64": HYPERBOLIC, "tanh64": HYPERBOLIC,
    "sin64": ANGLES, "cos64": ANGLES, "tan64": ANGLES,
    "cbrt64": [between(-8, 8), ANY],
    **dict.fromkeys(("power_minus_half64", "power_3_halves64", "power_5_halves64"), POSITIVE),
}


def any_pairs():
    """Pairs of numbers of all sizes, and pairs of special ones."""
    scale = 10.0 ** between(-320, 307)
    yield between(-3, 3), between(-3, 3)
    yield ANY, RNG.permutation(ANY)
    yield scale * between(0.1, 3), scale * between(-3, 3)
    yield tuple(np.array(np.meshgrid(SPECIAL, SPECIAL)).reshape(2, -1))


def powers():
    """Bases, and exponents of which most results are finite, up to the ends of the range."""
    yield between(0, 10), between(-5, 5)
    yield -between(0, 10), np.rint(between(-50, 50))
    for x in (between(0.5, 2), near(1.0), 10.0 ** between(-323, 308)):
        with np.errstate(all="ignore"):
            yield x, between(-1, 1) * 1080 / np.abs(np.log2(x))
    yield from any_pairs()


PAIRS = {"pow64": powers, "hypot64": any_pairs, "arctan2_64": any_pairs}


def samples(name):
    return PAIRS[name]() if name in PAIRS else [(x,) for x in SAMPLES[name]]


# Tests --------------------------------------------------------------------------------------------


def test_every_kernel_has_samples():
    assert {*SAMPLES, *PAIRS} == set(KERNELS)


@needs_long_double
@pytest.mark.parametrize("name", KERNELS)
def test_units_in_the_last_place(name):
    kernel, exact = KERNELS[name]
    each = loop(kernel)
    for args in samples(name):
        out = np.empty_like(args[0])
        each(*args, out)
        with np.errstate(all="ignore"):
            error = ulps(out, exact(*(x.astype(LONG) for x in args)))
        worst = np.argmax(error)
        at = [x[worst] for x in args]
        assert error[worst] <= BOUNDS[name], f"{name}{at} is {error[worst]} ulps off"


@pytest.mark.parametrize("name", KERNELS)
def test_special_values(name):
    """Zeros with their signs, infinities and NaNs are where NumPy has them."""
    kernel, exact = KERNELS[name]
    grid = np.array(np.meshgrid(*[SPECIAL] * arity(kernel))).reshape(arity(kernel), -1)
    out = np.empty_like(grid[0])
    loop(kernel)(*grid, out)
    with np.errstate(all="ignore"):
        expected = exact(*grid.astype(LONG)).astype(float)
    for test in (np.isnan, np.isinf, lambda y: y == 0, lambda y: np.signbit(y) & ~np.isnan(y)):
        wrong = test(out) != test(expected)
        assert not wrong.any(), f"{name}{grid[:, wrong].T[:5]} is {out[wrong][:5]}"


def test_exact_results():
    def each(op, *args):
        args = [np.asarray(x, float) for x in args]
        out = np.empty_like(args[0])
        loop(VECTOR[op][types.float64])(*args, out)
        return out

    k = np.arange(-1074.0, 1024.0)
    assert np.array_equal(each("np.exp2", k), np.ldexp(1.0, k.astype(int)))
    assert np.array_equal(each("np.log2", np.ldexp(1.0, k.astype(int))), k)
    assert np.array_equal(each("np.log10", 10.0 ** np.arange(23)), np.arange(23))
    assert np.array_equal(each("np.cbrt", np.arange(-100.0, 100.0) ** 3), np.arange(-100.0, 100.0))
    a, b = np.meshgrid(np.arange(1.0, 20.0), np.arange(0.0, 12.0))
    assert np.array_equal(each("**", a.ravel(), b.ravel()), a.ravel() ** b.ravel())
    assert np.array_equal(each("np.hypot", [3, 5, 8, 3e300], [4, 12, 15, 4e300]), [5, 13, 17, 5e300])
    assert np.array_equal(each("math.erfc", [0.0]), [1.0])


def test_the_table():
    """The spellings of a function share its kernels, and every kernel has a bound."""
    assert VECTOR["math.exp"] == VECTOR["np.exp"] and VECTOR["**"] == VECTOR["math.pow"]
    made = [kernel for by_type in VECTOR.values() for kernel in by_type.values()]
    assert all(is_kernel(kernel) for kernel in made)
    assert {kernel.py_func.__name__ for kernel in made} == set(BOUNDS)
    pairs = {types.float64, types.float32}, {types.complex128, types.complex64}
    assert all(set(by_type) in pairs for op, by_type in VECTOR.items() if not op.startswith("** "))
    assert max(BOUNDS.values()) <= 4


def test_the_documentation_states_the_bounds():
    path = Path(__file__).parents[2] / "docs" / "_generate.py"
    docs = runpy.run_path(str(path))
    page = docs["filled"]((path.parent / "reference" / "vector_maths.md").read_text())
    rows = [line for line in page.split("\n") if line.startswith("| `")]
    assert len(rows) == len(KERNELS) + 1  # and the absolute value of complex numbers
    for op, by_type in VECTOR.items():
        (row,) = (row for row in rows if f"`{op}`" in row)
        bounds = [float(cell) for cell in row.strip("| ").split(" | ")[1:] if cell.strip()]
        assert bounds == [BOUNDS[kernel.py_func.__name__] for kernel in by_type.values()]


@pytest.mark.parametrize("op", ["np.sin", "np.cos", "np.tan"])
@pytest.mark.parametrize("kind", [types.float64, types.float32])
def test_huge_angles_among_others(op, kind):
    """The lanes that libm takes over do not disturb their neighbours."""
    dtype = np.dtype(str(kind))
    x = np.where(np.arange(1001) % 97 == 0, 1e30, np.linspace(-9, 9, 1001)).astype(dtype)
    out = np.empty_like(x)
    loop(VECTOR[op][kind])(x, out)
    error = ulps(out, reference(op)(x.astype(LONG)))
    assert error.max() <= 4


# Loops --------------------------------------------------------------------------------------------

ALL = {kernel.py_func.__name__: (kernel, np.dtype(str(kind)))
       for by_type in VECTOR.values() for kind, kernel in by_type.items()}


@pytest.mark.parametrize("name", ALL)
def test_a_loop_vectorises(name):
    kernel, dtype = ALL[name]
    each = loop(kernel)
    each(*(np.ones(4, dtype) for _ in range(arity(kernel))), np.ones(4, dtype).real)
    (code,) = each.inspect_llvm().values()
    assert "vector.body" in code
    assert "call double @llvm.exp" not in code


@pytest.mark.parametrize("name", ALL)
def test_the_type_of_the_result_is_that_of_the_arguments(name):
    kernel, dtype = ALL[name]
    kernel(*np.ones(arity(kernel), dtype))
    given, kind = from_dtype(dtype), from_dtype(np.ones(1, dtype).real.dtype)
    assert [s.return_type for s in kernel.nopython_signatures if set(s.args) == {given}] == [kind]


@pytest.mark.parametrize("op", ["abs", "np.abs"])
def test_the_modulus_is_the_hypotenuse(op):
    """To the bit, and so within its bound, at special values too."""
    for kind, real in ((types.complex128, types.float64), (types.complex64, types.float32)):
        for x, y in any_pairs():
            with np.errstate(all="ignore"):
                x, y = x.astype(str(real)), y.astype(str(real))
            z = np.empty(x.size, str(kind))
            z.real, z.imag = x, y
            out, expected = np.empty_like(x), np.empty_like(x)
            loop(VECTOR[op][kind])(z, out)
            loop(VECTOR["np.hypot"][real])(x, y, expected)
            np.testing.assert_array_equal(out, expected)
