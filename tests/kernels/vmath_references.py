"""Elementary functions in long double, and distances in units in the last place."""

import numpy as np
from numba import njit, types

from adcomp.kernels.vmath import VECTOR

LONG = np.longdouble
ROOT_PI = np.sqrt(LONG("3.14159265358979323846264338327950288"))


def minus_square(x):
    """``exp(-x**2)`` of a float64 in long double; the square in two parts."""
    high = (x * LONG(2**33) + x) - x * LONG(2**33)  # 31 bits of it, so that its square is exact
    low = x - high
    return np.exp(-(high * high)) * np.exp(-low * (high + x))


def erf(x):
    """The series of positive terms (Abramowitz and Stegun, 7.1.6)."""
    x = np.asarray(x, LONG)
    size = np.where(np.isnan(x), LONG(0), np.minimum(np.abs(x), LONG(7)))
    term = size.copy()
    total = term.copy()
    for n in range(1, 300):
        term = term * (2 * size * size) / (2 * n + 1)
        total += term
    y = 2 / ROOT_PI * minus_square(size) * total
    return np.where(np.isnan(x), x, np.where(x == 0, x, np.copysign(y, x)))


def erfc(x):
    """The continued fraction above 2 (Abramowitz and Stegun, 7.1.14), and ``1 - erf(x)`` below."""
    x = np.asarray(x, LONG)
    size = np.where(np.abs(x) > 2, np.minimum(np.abs(x), LONG(200)), LONG(2))
    below = size.copy()
    for n in range(600, 0, -1):
        below = size + LONG(n) / 2 / below
    far = minus_square(size) / ROOT_PI / below
    return np.where(x > 2, far, np.where(x < -2, 2 - far, 1 - erf(x)))


NAMED = {"**": np.power, "math.erf": erf, "math.erfc": erfc}


def reference(op):
    """The function of long doubles that an op computes."""
    return NAMED.get(op) or getattr(np, op.split(".")[-1])


#: by the name of the kernel: the kernel, its function, and its type
KERNELS = {
    kernel.py_func.__name__: (kernel, reference(op), np.float64 if kind == types.float64 else np.float32)
    for op, kernels in reversed(VECTOR.items()) for kind, kernel in kernels.items()
}


def loop(kernel):
    """A jitted loop that puts the kernel's results into its last argument."""
    if kernel.py_func.__code__.co_argcount == 1:

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


def ulps(y, exact):
    """Distances in units in the last place; 0 between equal infinities and between NaNs."""
    nearest = exact.astype(y.dtype)
    wide = exact.dtype.type
    with np.errstate(all="ignore"):
        distance = np.abs((y - exact) / np.spacing(np.abs(nearest)).astype(wide))
        beyond = np.isinf(nearest) & np.isfinite(exact)  # the last finite number is near enough to it
        top = wide(np.finfo(y.dtype).max)
        distance = np.where(beyond, np.abs(y - exact) / np.spacing(np.finfo(y.dtype).max).astype(wide), distance)
    same = (y == nearest) | (np.isnan(y) & np.isnan(nearest))
    return np.where(same, 0, np.where(np.isnan(distance), np.inf, distance)).astype(float)
