"""Calls: helpers, defaults and keywords, lambdas, closures, functions as arguments, globals."""

import math

import numpy as np
from numba import njit

from ._registry import normal, positive, program

GRAVITY = 9.81
STEPS = 4
COEFFICIENTS = (0.5, -1.25, 2.0)
WEIGHTS = np.array([0.3, -0.8, 1.1, 0.4])
TABLE = np.arange(6.0).reshape(2, 3)


@njit
def sigmoid(x):
    """A one-line helper."""
    return 1.0 / (1.0 + math.exp(-x))


@njit
def soft_clip(x, low, high):
    """A helper with three returns."""
    if x < low:
        return low + 0.1 * (x - low)
    if x > high:
        return high + 0.1 * (x - high)
    return x * x


@njit
def affine(x, scale=2.0, shift=0.5):
    """A helper with defaults."""
    return scale * x + shift


@njit
def rotate(x, y, angle):
    """A helper that returns a tuple."""
    c, s = math.cos(angle), math.sin(angle)
    return c * x - s * y, s * x + c * y


@njit
def squares(x):
    """A helper that returns a new array."""
    y = np.empty_like(x)
    for i in range(len(x)):
        y[i] = x[i] ** 2
    return y


@njit
def split_moments(x):
    """A helper that returns an array and a scalar."""
    m = np.mean(x)
    return x - m, m


@njit
def apply_twice(f, x):
    """A higher-order helper."""
    return f(f(x))


@njit
def integrate(f, a, b, n):
    """The trapezoidal rule for a function argument."""
    h = (b - a) / n
    s = 0.5 * (f(a) + f(b))
    for i in range(1, n):
        s += f(a + i * h)
    return s * h


@program(args=lambda rng: (0.4, -0.9))
def calls_helper(x, y):
    """a helper called several times, also on its own result"""
    return sigmoid(x) * sigmoid(y) + sigmoid(sigmoid(x * y))


@program(args=lambda rng: (0.4, -1.9, 2.7))
def helper_several_returns(x, y, z):
    """each call leaves the helper through another return"""
    return soft_clip(x, -1.0, 1.0) + soft_clip(y, -1.0, 1.0) * soft_clip(z, -1.0, x)


@program(args=lambda rng: (0.4, 1.7))
def defaults_and_keywords(x, y):
    """defaults, keywords in another order, positional and keyword mixed"""
    return affine(x) * affine(x, y) + affine(shift=y, x=x) - affine(x, scale=x, shift=1.0)


@program(args=lambda rng: (0.4, 1.7))
def own_default(x, y, power=2):
    """the program itself has a default that the caller leaves out"""
    return x**power * y + power * x


@program(args=lambda rng: (0.4, 1.7, 0.3))
def helper_returns_tuple(x, y, angle):
    """a tuple of results is unpacked, and indexed"""
    u, v = rotate(x, y, angle)
    w = rotate(u, v, angle * u)
    return w[0] * w[1] + u


@program(args=lambda rng: (normal(rng, 5),))
def helper_returns_array(x):
    """an array from a helper feeds another call"""
    y = squares(x)
    z = squares(y - x)
    return np.sum(z * y)


@program(args=lambda rng: (normal(rng, 5),))
def helper_returns_mixed(x):
    """a helper returns an array and a scalar"""
    d, m = split_moments(x)
    return np.sum(d**2) * m + d[0]


@program(args=lambda rng: (normal(rng, 9),))
def helper_in_loop(x):
    """a helper called in a loop with a carried value"""
    s = 0.2
    for i in range(len(x)):
        s = sigmoid(s + x[i]) + soft_clip(x[i], -0.5, 0.5) * s
    return s


@njit
def outer_helper(x, n):
    """Helpers that call helpers."""
    s = affine(x)
    for _ in range(n):
        s = affine(sigmoid(s), scale=x)
    return s


@program(args=lambda rng: (0.6, 3))
def helper_chain(x, n):
    """three levels of calls"""
    return outer_helper(x, n) * outer_helper(x * x, 1)


@program(args=lambda rng: (0.6, 1.2))
def local_lambda(x, y):
    """lambdas bound to names, one with two parameters"""
    f = lambda t: t * t + 1.0  # noqa: E731
    g = lambda a, b: f(a) * b  # noqa: E731
    return g(x, y) + g(y, f(x))


@program(args=lambda rng: (0.6, 1.2))
def inner_function(x, y):
    """an inner function that reads a name of its surroundings"""
    c = x * 3.0

    def kernel(t):
        return math.exp(-c * t * t)

    return kernel(y) + kernel(0.5) * y


@program(args=lambda rng: (normal(rng, 6),))
def inner_function_in_loop(x):
    """an inner function with a loop of its own, called in a loop"""

    def partial(k):
        s = 0.0
        for j in range(k):
            s += x[j] * x[k]
        return s

    total = 0.0
    for i in range(len(x)):
        total += partial(i) ** 2
    return total


def _captures(scale, weights, helper):
    @program(args=lambda rng: (normal(rng, 4),))
    def captured_values(x):
        """a closure over a scalar, an array and a compiled function"""
        s = 0.0
        for i in range(len(x)):
            s += helper(x[i] * scale) * weights[i]
        return s * s

    return captured_values


captured_values = _captures(1.7, np.array([0.2, -0.5, 0.9, 1.4]), sigmoid)


def _captured_tuple(knots):
    @program(args=lambda rng: (0.7,))
    def captured_tuple(x):
        """a closure over a tuple of floats"""
        s = 0.0
        for k in knots:
            s += (x - k) ** 3
        return s + knots[1] * x

    return captured_tuple


captured_tuple = _captured_tuple((0.1, 0.4, 1.5))


@program(args=lambda rng: (0.8,))
def higher_order(x):
    """a compiled helper as an argument"""
    return apply_twice(sigmoid, x) * apply_twice(sigmoid, x * x)


@program(args=lambda rng: (0.8,))
def higher_order_lambda(x):
    """a lambda as an argument"""
    return apply_twice(lambda t: t * t + 0.1, x) * x


@program(args=lambda rng: (0.2, 1.6))
def higher_order_integral(a, b):
    """an integral of a helper over active limits"""
    return integrate(sigmoid, a, b, 8) * b


@program(args=lambda rng: (0.8,))
def global_scalars(x):
    """global floats and an integer trip count"""
    y = x
    for _ in range(STEPS):
        y = y + 0.01 * GRAVITY * math.sin(y)
    return y


@program(args=lambda rng: (0.8,))
def global_tuple(x):
    """a global tuple, indexed and iterated"""
    s = COEFFICIENTS[0]
    for c in COEFFICIENTS:
        s = s * x + c
    return s * COEFFICIENTS[-1]


@program(args=lambda rng: (normal(rng, 4),))
def global_arrays(x):
    """global arrays of one and two dimensions"""
    s = np.sum(x * WEIGHTS * x)
    for i in range(TABLE.shape[0]):
        for j in range(TABLE.shape[1]):
            s += TABLE[i, j] * x[i] * x[j]
    return s


@njit
def first_or_default(x, threshold):
    """A helper that returns from inside its loop."""
    for i in range(len(x)):
        if x[i] > threshold:
            return x[i] * threshold
    return threshold


@program(args=lambda rng: (positive(rng, 6), 0.8))
def helper_returns_in_loop(x, t):
    """a helper leaves its loop by return, and another call runs it to its end"""
    return first_or_default(x, t) * first_or_default(x, t + 5.0)


@njit
def bisect_root(c):
    """A helper with a while loop."""
    x = c
    while x * x > c + 1e-3:
        x = 0.5 * (x + c / x)
    return x


@program(args=lambda rng: (3.1, 1.8))
def helper_with_while(x, y):
    """a helper whose trip count differs from call to call"""
    return bisect_root(x) * bisect_root(y + 8.0 * x)
