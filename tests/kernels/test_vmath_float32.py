"""The kernels of float32 against float64, over a sample of all float32, and over all of them."""

import numpy as np
import pytest
from numba import types

from adcomp.kernels.vmath import BOUNDS, VECTOR

from .vmath_references import arity, distances, floats, kernels_of, loop

KERNELS = kernels_of(types.float32)
RNG = np.random.default_rng(0)
ONE_ARGUMENT = [name for name, (kernel, _) in KERNELS.items() if arity(kernel) == 1]
TWO_ARGUMENTS = [name for name in KERNELS if name not in ONE_ARGUMENT]

#: float32 that are done at once
BLOCK = 1 << 14

SPECIAL = [0.0, np.inf, np.nan, 1e-45, 1.2e-38, 3.4e38, 0.5, 1.0, 2.0, 2.5, 3.0, 1e9, 2.0**24]
SPECIAL = np.array([*SPECIAL, *(-x for x in SPECIAL)], np.float32)


def by_kernel(name):
    """The kernel of float64, which `test_vmath.py` compares with long doubles."""
    for by_type in VECTOR.values():
        if by_type.get(types.float32) is KERNELS[name][0]:
            return loop(by_type[types.float64])


def by_numpy(name):
    """The function of float64 that NumPy has, if it has one."""
    if "erf" in name:
        return by_kernel(name)

    def each(x, out):
        out[:] = KERNELS[name][1](x)

    return each


def check(name, exact, start, stop, step):
    """The largest error at every `step`-th bit pattern of a range: it is within the bound."""
    each = loop(KERNELS[name][0])
    x, out = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    wide, expected, error = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    worst = 0.0
    with np.errstate(all="ignore"):
        for first in range(start, stop, BLOCK * step):
            floats(first, step, x, wide)
            each(x, out)
            exact(wide, expected)
            distances(out, expected, error)
            if error.max() > worst:
                at = np.argmax(error)
                worst = error[at]
                assert worst <= BOUNDS[name], f"{name}({x[at]!r}) is {worst} ulps off"
    return worst


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_a_sample_of_all_float32(name):
    check(name, by_numpy(name), 0, 1 << 32, 4099)


@pytest.mark.slow
@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_all_float32(name):
    """The bound is the largest error of all, rounded up to a tenth; that of the tangent is libm's."""
    worst = check(name, by_kernel(name), 0, 1 << 32, 1)
    assert name == "tan32" or BOUNDS[name] - 0.1 < worst + 1e-9


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_special_values(name):
    """Zeros with their signs, infinities and NaNs are where NumPy has them."""
    out, expected = np.empty_like(SPECIAL), np.empty(SPECIAL.size)
    loop(KERNELS[name][0])(SPECIAL, out)
    with np.errstate(all="ignore"):
        by_numpy(name)(SPECIAL.astype(float), expected)
        expected = expected.astype(np.float32)
    for test in (np.isnan, np.isinf, lambda y: y == 0, lambda y: np.signbit(y) & ~np.isnan(y)):
        wrong = test(out) != test(expected)
        assert not wrong.any(), f"{name}({SPECIAL[wrong]}) is {out[wrong]}"


def pairs():
    size = 200_000
    scale = 10.0 ** RNG.uniform(-45, 38, size)
    yield RNG.uniform(0, 10, size), RNG.uniform(-5, 5, size)
    yield RNG.uniform(-10, 0, size), np.rint(RNG.uniform(-50, 50, size))
    yield scale, RNG.uniform(-1, 1, size) * 155 / np.abs(np.log2(scale))
    for width in (0.5, 1e-3, 1e-6):
        x = (1 + RNG.uniform(-width, width, size)).astype(np.float32)
        with np.errstate(all="ignore"):
            yield x, RNG.uniform(-1, 1, size) * 155 / np.abs(np.log2(x.astype(float)))
    yield scale * RNG.uniform(-3, 3, size), scale * RNG.uniform(-3, 3, size)
    yield RNG.integers(0, 1 << 32, (2, size), np.uint32).view(np.float32)
    yield np.array(np.meshgrid(SPECIAL, SPECIAL)).reshape(2, -1)


@pytest.mark.parametrize("name", TWO_ARGUMENTS)
def test_pairs(name):
    kernel, exact = KERNELS[name]
    each = loop(kernel)
    for x, y in pairs():
        with np.errstate(all="ignore"):
            x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
            expected = exact(x.astype(float), y.astype(float))
        out, error = np.empty_like(x), np.empty(x.size)
        each(x, y, out)
        distances(out, expected, error)
        at = np.argmax(error)
        assert error[at] <= BOUNDS[name], f"{name}({x[at]!r}, {y[at]!r}) is {error[at]} ulps off"
        wrong = (out == 0) & (np.signbit(out) != np.signbit(expected))
        assert not wrong.any(), f"{name}({x[wrong][0]!r}, {y[wrong][0]!r}) is a zero of the wrong sign"
