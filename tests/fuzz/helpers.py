"""Functions that random programs call."""

import math

import numpy as np


def relax(u, c):
    for i in range(1, len(u)):
        u[i] = 0.5 * u[i] + c * u[i - 1] * u[i]


def pick(u, c):
    for i in range(len(u)):
        if u[i] > c:
            return u[i] * c
        c = c * 0.9
    return math.sin(c)


def step(u):
    w = u.copy()
    for i in range(1, len(u) - 1):
        w[i] = 0.25 * u[i - 1] + 0.5 * u[i] + 0.25 * u[i + 1] * u[i]
    return w


def pair(a, b):
    if a > b:
        return math.sin(a * b), a
    return b * 0.5, math.cos(b) * a


def bump(u, i, c):
    u[i] = math.sin(u[i] * c) + 0.1
    if c > 0.5:
        u[i - 1] *= c
        return u[i] * c
    return u[i - 1]


def swapped(u, v):
    return v, u


def which(u, v, c):
    if c > 0.2:
        return u
    return v


def rec(a, k):
    if k <= 0:
        return a * a
    b = rec(math.sin(a) * 0.9, k - 1)
    if b > 0.1:
        return b * a
    return a + rec(b, k - 2) * b


def walk(u, i, c, k):
    if k == 0:
        return c * u[i]
    t = u * c
    if u[i] > 0.0:
        return walk(u, (i + 1) % len(u), c * u[i] + 0.1, k - 1)
    return t[i] * walk(t, i, c * 0.5, k - 1) + c


def search(u, v, c):
    for i in range(len(u)):
        for j in range(i):
            if u[i] * v[j] > c:
                return i, u[j] * c
            v[j] = v[j] * 0.9 + 0.05 * u[i]
        if c > 0.8:
            break
        c += 0.1 * u[i]
    return 0, c * c


def halve(a):
    k = 0
    while abs(a) > 0.2:
        a = a * 0.6
        k += 1
        if k > 3:
            break
    return a * k


def fold(u, v):
    s = 0.0
    for a, b in zip(u, v):
        if a < -0.8:
            continue
        s = 0.5 * s + a * b
    return s


def mixed(u, v):
    t = np.zeros(len(u))
    for i in range(len(u)):
        t[i] += u[i] * v[i]
        t[i - 1] += 0.5 * u[i]
        v[i] = t[i]
    return t
