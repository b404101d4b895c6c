"""Arrays that change hands: swaps, rebinding, callees that mutate, temporaries in loops."""

import math

import numpy as np
from numba import njit

from ._registry import normal, program


@njit
def relax(u, weight):
    """Mutates its argument and returns nothing."""
    for i in range(1, len(u)):
        u[i] = u[i] + weight * u[i - 1] * u[i]


@njit
def scale_and_norm(u, factor):
    """Mutates its argument and returns a number made from it."""
    s = 0.0
    for i in range(len(u)):
        u[i] *= factor
        s += u[i] * u[i]
    return s


@program(args=lambda rng: (normal(rng, 6), 0.3))
def mutating_callee(x, w):
    """a callee changes a local array, twice"""
    y = x.copy()
    relax(y, w)
    relax(y, w * w)
    return np.sum(y * x)


@program(args=lambda rng: (normal(rng, 6), 0.8))
def mutating_callee_with_result(x, c):
    """a callee changes the argument and returns a value as well"""
    n = scale_and_norm(x, c)
    m = scale_and_norm(x, n * 0.1)
    return n * m + x[1]


@njit
def ping_pong(u, steps):
    """Time steps in two buffers; both come back, the newer one first."""
    v = np.zeros_like(u)
    v[0] = u[0]
    v[-1] = u[-1]
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            v[i] = u[i] + 0.2 * (u[i - 1] - 2.0 * u[i] + u[i + 1]) * u[i]
        u, v = v, u
    return u, v


@program(args=lambda rng: (0.5 * normal(rng, 7), 4))
def ping_pong_even(u, steps):
    """two buffers that swap an even number of times, both read in the end"""
    a, b = ping_pong(u, steps)
    return np.sum(a * a) + b[2] * a[3]


@program(args=lambda rng: (normal(rng, 7), 5))
def ping_pong_odd(u, steps):
    """two buffers that swap an odd number of times"""
    v = u.copy()
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            v[i] = u[i] + 0.1 * (u[i - 1] - 2.0 * u[i] + u[i + 1]) + 0.05 * u[i] ** 2
        u, v = v, u
    s = 0.0
    for i in range(len(u)):
        s += u[i] ** 2 * (i + 1)
    return s


@program(args=lambda rng: (normal(rng, 6), 3))
def ping_pong_temporary(x, steps):
    """the swap goes through a third name"""
    old = x.copy()
    new = np.empty_like(x)
    for _ in range(steps):
        for i in range(len(x)):
            new[i] = math.sin(old[i]) + 0.5 * old[i - 1]
        hold = old
        old = new
        new = hold
    return np.sum(old * x) + new[0]


@program(args=lambda rng: (normal(rng, 6), 4))
def three_buffers(x, steps):
    """three buffers rotate: a wave equation"""
    before = x.copy()
    now = x * 0.9
    after = np.zeros_like(x)
    for _ in range(steps):
        for i in range(1, len(x) - 1):
            after[i] = 2.0 * now[i] - before[i] + 0.3 * (now[i - 1] - 2.0 * now[i] + now[i + 1])
        before, now, after = now, after, before
    return np.sum(now * now * now) + before[1] + after[2]


@program(args=lambda rng: (normal(rng, 5), normal(rng, 5), 0.7))
def rebinding_in_branch(x, y, c):
    """a name stands for one array or another, and is written through"""
    if c > 0.5:
        z = x
    else:
        z = y
    for i in range(len(z)):
        z[i] = z[i] * z[i] * c
    return np.sum(x * y)


@program(args=lambda rng: (normal(rng, 5), normal(rng, 5)))
def rebinding_in_loop(x, y):
    """which array the name stands for changes with the iteration"""
    s = 0.0
    for k in range(5):
        z = x if k % 2 == 0 else y
        z[k] = z[k] * 2.0 + z[k - 1] ** 2
        s += z[k]
    return s * x[4] + y[3]


@program(args=lambda rng: (normal(rng, 5), 4))
def functional_update(u, steps):
    """u = f(u) with a fresh array in every step"""
    for _ in range(steps):
        u = u + 0.1 * u * (1.0 - u)
    return np.sum(u * u)


@njit
def smooth(u):
    """A fresh, smoothed array."""
    w = u.copy()
    for i in range(1, len(u) - 1):
        w[i] = 0.25 * u[i - 1] + 0.5 * u[i] + 0.25 * u[i + 1] * u[i]
    return w


@program(args=lambda rng: (normal(rng, 7), 3))
def functional_update_by_callee(u, steps):
    """u = f(u) where f allocates"""
    for _ in range(steps):
        u = smooth(u)
    return np.sum(u**3)


@program(args=lambda rng: (normal(rng, 4, 5),))
def temporaries_in_loop(a):
    """a temporary array allocated in each iteration"""
    s = 0.0
    for i in range(a.shape[0]):
        t = np.empty(a.shape[1])
        for j in range(a.shape[1]):
            t[j] = math.exp(0.3 * a[i, j])
        for j in range(1, a.shape[1]):
            t[j] += t[j - 1] * t[j]
        s += t[-1]
    return s


@program(args=lambda rng: (normal(rng, 5, 4),))
def scratch_reused(a):
    """one scratch array overwritten in each iteration"""
    t = np.zeros(a.shape[1])
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            t[j] = a[i, j] ** 2 + 0.1 * t[j - 1]
        s += t[0] * t[2]
    return s
