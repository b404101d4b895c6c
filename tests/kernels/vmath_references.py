"""What the kernels of `vmath` are compared with, and distances in units in the last place."""

import numpy as np
from numba import njit

from adcomp.kernels.vmath import VECTOR

LONG = np.longdouble
ROOT_PI = np.sqrt(LONG("3.14159265358979323846264338327950288"))


# References ---------------------------------------------------------------------------------------


def minus_square(x):
    """``exp(-x**2)`` in long double; the square in two parts."""
    top = x * LONG(2**33)
    high = (x + top) - top  # 31 bits, whose square is exact
    low = x - high
    return np.exp(-(high * high)) * np.exp(-low * (high + x))


def erf(x):
    """The series of positive terms (Abramowitz and Stegun, 7.1.6)."""
    size = np.where(np.isnan(x), LONG(0), np.minimum(np.abs(x), LONG(7)))
    term = total = size
    for n in range(1, 300):
        term = term * (2 * size * size) / (2 * n + 1)
        total = total + term
    y = 2 / ROOT_PI * minus_square(size) * total
    return np.where(np.isnan(x), x, np.copysign(y, x))


def erfc(x):
    """The continued fraction above 2 (Abramowitz and Stegun, 7.1.14), and ``1 - erf(x)`` below."""
    size = np.where(np.abs(x) > 2, np.minimum(np.abs(x), LONG(200)), LONG(2))
    below = size
    for n in range(600, 0, -1):
        below = size + LONG(n) / 2 / below
    far = minus_square(size) / ROOT_PI / below
    return np.where(x > 2, far, np.where(x < -2, 2 - far, 1 - erf(x)))


NAMED = {"**": np.power, "math.erf": erf, "math.erfc": erfc}


def reference(op):
    """The function of arrays of long doubles that an op computes."""
    if op.startswith("** "):
        return lambda x: np.power(x, x.dtype.type(op[3:]))
    return NAMED.get(op) or getattr(np, op.split(".")[-1])


def kernels_of(kind):
    """By the name of a kernel of a type: the kernel, and its reference."""
    return {kernels[kind].py_func.__name__: (kernels[kind], reference(op))
            for op, kernels in reversed(VECTOR.items()) if kind in kernels}


def arity(kernel):
    return kernel.py_func.__code__.co_argcount


# Loops --------------------------------------------------------------------------------------------


def loop(kernel):
    """A jitted loop that puts a kernel's results into its last argument."""
    if arity(kernel) == 1:

        @njit(error_model="numpy", fastmath=False)
        def each(x, out):
            for i in range(x.size):
                out[i] = kernel(x[i])

    else:

        @njit(error_model="numpy", fastmath=False)
        def each(x, y, out):
            for i in range(x.size):
                out[i] = kernel(x[i], y[i])

    return each


# Distances ----------------------------------------------------------------------------------------


def ulps(y, exact):
    """Distances in units in the last place of `y`; 0 between equal infinities and between NaNs.

    An infinity that stands for a finite number counts as the power of 2 beyond the largest float, and what
    lies beyond that is infinite.
    """
    info = np.finfo(y.dtype)
    wide = y.astype(exact.dtype)
    beyond = exact.dtype.type(2.0) ** info.maxexp
    exact = np.where(np.abs(exact) >= beyond, np.copysign(np.inf, exact), exact)
    with np.errstate(all="ignore"):
        wide = np.where(np.isinf(wide) & np.isfinite(exact), np.copysign(beyond, wide), wide)
        _, exponent = np.frexp(exact)
        exponent = np.clip(exponent, info.minexp + 1, info.maxexp) - info.nmant - 1
        distance = np.abs(np.ldexp(wide - exact, -exponent))
    same = (wide == exact) | (np.isnan(wide) & np.isnan(exact))
    return np.where(same, 0, np.where(np.isnan(distance), np.inf, distance)).astype(float)


@njit(error_model="numpy", fastmath=False)
def distances(y, exact, out):
    """The same of float32 from float64, in a loop that vectorises."""
    for i in range(y.size):
        wide, e = np.float64(y[i]), exact[i]
        e = np.copysign(np.inf, e) if abs(e) >= 2.0**128 else e
        edge = np.copysign(2.0**128, wide) if abs(wide) == np.inf and abs(e) < np.inf else wide
        exponent = (np.float64(abs(e)).view(np.int64) >> 52) - 1023
        exponent = min(max(exponent, -126), 127) - 23
        distance = abs(edge - e) * np.int64((1023 - exponent) << 52).view(np.float64)
        distance = np.inf if distance != distance else distance
        out[i] = 0.0 if (wide == e) | ((wide != wide) & (e != e)) else distance


@njit(error_model="numpy", fastmath=False)
def floats(start, step, x, wide):
    """Every `step`-th float32 from a bit pattern on, and the same as float64."""
    for i in range(x.size):
        x[i] = np.uint32(start + i * step).view(np.float32)
        wide[i] = x[i]
