"""The programs, with `prange` where a user would write it."""

import numpy as np
from numba import prange


def n_body(position, mass):
    """The energy and the squared forces of bodies that attract each other."""
    n = position.shape[0]
    force = np.zeros_like(position)
    energy = 0.0
    for i in prange(n):
        fx = fy = fz = 0.0
        potential = 0.0
        for j in range(n):
            dx = position[j, 0] - position[i, 0]
            dy = position[j, 1] - position[i, 1]
            dz = position[j, 2] - position[i, 2]
            inverse = 1.0 / np.sqrt(dx * dx + dy * dy + dz * dz + 1e-2)
            pull = mass[j] * inverse * inverse * inverse
            fx += pull * dx
            fy += pull * dy
            fz += pull * dz
            potential += mass[j] * inverse
        force[i, 0] = fx
        force[i, 1] = fy
        force[i, 2] = fz
        energy -= 0.5 * mass[i] * potential
    total = 0.0
    for i in prange(n):
        for k in range(3):
            total += mass[i] * force[i, k] ** 2
    return energy + total


def trajectories(start, rates, steps):
    """The mean square of the ends of predator-prey trajectories, by Runge and Kutta's method."""
    a, b, c, d = rates
    h = 0.01
    loss = 0.0
    for i in prange(start.shape[0]):
        x, y = start[i, 0], start[i, 1]
        for _ in range(steps):
            k1x, k1y = x * (a - b * y), y * (d * x - c)
            px, py = x + 0.5 * h * k1x, y + 0.5 * h * k1y
            k2x, k2y = px * (a - b * py), py * (d * px - c)
            px, py = x + 0.5 * h * k2x, y + 0.5 * h * k2y
            k3x, k3y = px * (a - b * py), py * (d * px - c)
            px, py = x + h * k3x, y + h * k3y
            k4x, k4y = px * (a - b * py), py * (d * px - c)
            x += h / 6.0 * (k1x + 2.0 * k2x + 2.0 * k3x + k4x)
            y += h / 6.0 * (k1y + 2.0 * k2y + 2.0 * k3y + k4y)
        loss += x * x + y * y
    return loss / start.shape[0]


def kernel_sum(points, centres, weights):
    """A sum of Gaussians around shared centres, at many points."""
    values = np.zeros(points.shape[0])
    for i in prange(points.shape[0]):
        for j in range(centres.shape[0]):
            square = 0.0
            for k in range(points.shape[1]):
                square += (points[i, k] - centres[j, k]) ** 2
            values[i] += weights[j] * np.exp(-0.5 * square)
    total = 0.0
    for i in prange(points.shape[0]):
        total += np.log(1.0 + values[i] ** 2)
    return total


def _bodies(n):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 3)), rng.uniform(0.5, 1.5, n)


def _starts(n, steps):
    rng = np.random.default_rng(0)
    return rng.uniform(0.5, 1.5, (n, 2)), (1.1, 0.4, 0.4, 0.1), steps


def _points(n, m):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, 4)), rng.normal(size=(m, 4)), rng.normal(size=m)


#: name -> the function, the arguments to differentiate by, the sizes, and what makes arguments of a size
PROGRAMS = {
    "n_body": (n_body, (0, 1), [(256,), (1024,), (2048,)], _bodies),
    "trajectories": (trajectories, (0, 1), [(200, 500), (2000, 500)], _starts),
    "kernel_sum": (kernel_sum, (0, 1, 2), [(1000, 50), (20_000, 100)], _points),
}
