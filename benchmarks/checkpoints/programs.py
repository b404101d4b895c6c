"""Burgers' equation by an upwind-free stencil: bounded, in automatic segments, and with the whole tape."""

import numpy as np

from adcomp import checkpointed

POINTS = 1000


def step(u, v):
    """One step of ``u_t + u u_x = nu u_xx`` from `u` into `v`; the ends stay."""
    n = len(u)
    v[0] = u[0]
    v[n - 1] = u[n - 1]
    for i in range(1, n - 1):
        v[i] = u[i] - 0.1 * u[i] * (u[i + 1] - u[i - 1]) + 0.1 * (u[i + 1] - 2.0 * u[i] + u[i - 1])


def bounded(u0, steps, snapshots):
    u = u0.copy()
    v = np.empty_like(u)
    for _ in checkpointed(range(steps), snapshots=snapshots):
        step(u, v)
        u, v = v, u
    return np.sum(u * u)


def bounded_while(u0, steps, snapshots):
    u = u0.copy()
    v = np.empty_like(u)
    k = 0
    while checkpointed(k < steps, snapshots=snapshots):
        step(u, v)
        u, v = v, u
        k += 1
    return np.sum(u * u)


def segmented(u0, steps):
    u = u0.copy()
    v = np.empty_like(u)
    for _ in range(steps):
        step(u, v)
        u, v = v, u
    return np.sum(u * u)


def taped(u0, steps):
    """The step -1 keeps the loop from being cut into segments."""
    u = u0.copy()
    v = np.empty_like(u)
    for _ in range(steps, 0, -1):
        step(u, v)
        u, v = v, u
    return np.sum(u * u)


def start():
    return np.sin(np.linspace(0.0, 6.0, POINTS))
