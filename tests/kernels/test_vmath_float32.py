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

#: those whose kernels take the size of the argument, and give the result its sign afterwards
SYMMETRIC = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arctan", "arcsinh", "arctanh", "cbrt", "erf")

#: float32 that are done at once, and the first bit pattern that is negative
BLOCK, NEGATIVE = 1 << 16, 1 << 31

SPECIAL = [0.0, np.inf, np.nan, 1e-45, 1.2e-38, 3.4e38, 0.5, 1.0, 2.0, 2.5, 3.0, 1e9, 2.0**24]
SPECIAL = np.array([*SPECIAL, *(-x for x in SPECIAL)], np.float32)


def double(name):
    """The function in float64: NumPy's, or the kernel of float64 where NumPy has none."""
    if "erf" not in name:
        return KERNELS[name][1]
    each = loop(VECTOR[f"math.{name[:-2]}"][types.float64])

    def f(x):
        out = np.empty_like(x)
        each(x, out)
        return out

    return f


def check(name, start, stop, step):
    """The bound holds for every `step`-th bit pattern of a range."""
    each, exact = loop(KERNELS[name][0]), double(name)
    x, out = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    wide, error = np.empty(BLOCK), np.empty(BLOCK)
    worst = 0.0
    with np.errstate(all="ignore"):
        for first in range(start, stop, BLOCK * step):
            floats(first, step, x, wide)
            each(x, out)
            expected = exact(wide)
            distances(out, expected, error)
            worst = max(worst, error.max())
            at = np.argmax(error)
            assert error[at] <= BOUNDS[name], f"{name}({x[at]!r}) is {error[at]} ulps off"
            zero = (out == 0) & (np.signbit(out) != np.signbit(expected))
            assert not zero.any(), f"{name}({x[zero][0]!r}) is a zero of the wrong sign"
    return worst


@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_a_sample_of_all_float32(name):
    check(name, 0, 1 << 32, 4099)


@pytest.mark.slow
@pytest.mark.parametrize("name", ONE_ARGUMENT)
def test_all_float32(name):
    """Every float32; of the negative ones a sample where the kernel treats them like the positive."""
    print(name, check(name, 0, NEGATIVE, 1))
    symmetric = name[:-2].rstrip("_") in SYMMETRIC
    print(name, check(name, NEGATIVE, 2 * NEGATIVE, 997 if symmetric else 1))


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
