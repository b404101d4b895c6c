"""Tuples: as arguments, unpacked, swapped, carried through loops, returned and nested."""

import math

import numpy as np
from numba import njit

from ._registry import normal, positive, program


@program(args=lambda rng: ((1.2, -0.7, 0.4),))
def tuple_argument(p):
    """a tuple of floats, indexed and unpacked"""
    a, b, c = p
    return a * b + p[2] ** 2 * p[0] - c / p[-2]


@program(args=lambda rng: ((normal(rng, 3, 4), normal(rng, 3)), normal(rng, 4)))
def tuple_of_arrays(parameters, x):
    """parameters of a layer in a tuple"""
    w, b = parameters
    return np.sum(np.tanh(w @ x + b) ** 2)


@program(args=lambda rng: ((1.1, normal(rng, 4)), 0.6))
def tuple_mixed(p, c):
    """a tuple of a float and an array"""
    return p[0] * np.sum(p[1] * p[1]) * c + p[1][2]


@program(args=lambda rng: (((0.5, 1.5), 2.5), 0.3))
def tuple_nested(p, x):
    """nested tuples"""
    (a, b), c = p
    return a * x + b * x**2 + c * x**3 + p[0][1] * p[1]


@program(args=lambda rng: (0.9, (3, 2)))
def tuple_of_integers(x, shape):
    """integers in a tuple give a shape and exponents"""
    a = np.ones(shape) * x
    a[0, 0] = x ** shape[0]
    return np.sum(a * a)


@program(args=lambda rng: (1.2, -0.7))
def swap_scalars(x, y):
    """simultaneous assignment swaps, and uses old values on its right side"""
    x, y = y, x
    x, y = x + y, x * y
    y, x = x - y, y
    return x * y + x


@program(args=lambda rng: (1.2, -0.7, 0.4))
def rotate_names(a, b, c):
    """a rotation of three names in a loop"""
    for _ in range(4):
        a, b, c = b, c * a, a + 0.5 * b
    return a * b + c


@program(args=lambda rng: (0.3, 1.2))
def tuple_state(x, v):
    """a tuple is the state that a loop carries"""
    state = (x, v)
    for _ in range(8):
        a = -math.sin(state[0])
        state = (state[0] + 0.1 * state[1], state[1] + 0.1 * a)
    return state[0] * state[1] + state[0]


@njit
def divided(x, y):
    """Three results."""
    return x / y, x * y, math.sqrt(x + y)


@program(args=lambda rng: (1.4, 0.8))
def tuple_results_summed(x, y):
    """the three results of a call, summed and multiplied"""
    q, p, r = divided(x, y)
    t = divided(q, r)
    return q + p + r + t[0] * t[1] * t[2]


@program(args=lambda rng: (1.4, 0.8))
def tuple_built_and_read(x, y):
    """tuples built, concatenated and read by constant index"""
    p = (x, x * y)
    q = (y, 1.0)
    r = p + q
    return r[0] * r[1] + r[2] * r[3] + len(r) * x


@program(args=lambda rng: (1.4, 0.8))
def tuple_in_branch(x, y):
    """each arm makes its own tuple"""
    if x > y:
        p = (x * y, y)
    else:
        p = (x, y * y)
    return p[0] ** 2 + p[1]


@program(args=lambda rng: ((0.4, 0.9, 1.7),))
def tuple_iterated(p):
    """a homogeneous tuple iterated and indexed by a variable"""
    s = 1.0
    for v in p:
        s = s * v + 0.5
    for i in range(len(p)):
        s += p[i] ** 2 * i
    return s


@njit
def step(state, h):
    """One Euler step of a tuple of state variables."""
    x, v, t = state
    return x + h * v, v - h * x * x, t + h


@program(args=lambda rng: ((0.5, 0.1, 0.0), 0.1))
def tuple_through_calls(state, h):
    """a tuple goes into a helper and comes out of it"""
    for _ in range(6):
        state = step(state, h)
    return state[0] * state[1] + state[2]


@njit
def factors(x):
    """A tuple of two arrays."""
    a = np.empty_like(x)
    b = np.empty_like(x)
    for i in range(len(x)):
        a[i] = math.sin(x[i])
        b[i] = a[i] * x[i]
    return a, b


@program(args=lambda rng: (positive(rng, 5),))
def tuple_of_result_arrays(x):
    """a helper returns two arrays, one of which is then overwritten"""
    a, b = factors(x)
    a[0] = b[1]
    return np.sum(a * b)


@program(args=lambda rng: (normal(rng, 2, 3),))
def unpacked_row(a):
    """elements of an array gathered in a tuple, its shape unpacked"""
    n, m = a.shape
    p = (a[0, 0], a[1, m - 1])
    u, v = p
    return u * v * n + u**2
