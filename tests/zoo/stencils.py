"""Stencils, whose adjoints are scatters into neighbours."""

import numpy as np

from ._registry import normal, positive, program


@program(args=lambda rng: (normal(rng, 9), 0.2, 3), wrt=(0, 1))
def diffusion(u0, k, steps):
    """three points and two buffers that are swapped"""
    n = u0.size
    u = u0.copy()
    v = u0.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            v[i] = u[i] + k * (u[i - 1] - 2.0 * u[i] + u[i + 1])
        u, v = v, u
    return np.sum(u * u)


@program(args=lambda rng: (normal(rng, 9), 0.2), wrt=(0, 1))
def shortest_stencils(u0, k):
    """no, one, two and three points in the interior, as interiors of one array"""
    s = 0.0
    for n in range(1, 7):
        v = np.zeros(9)
        for i in range(1, n - 1):
            v[i] = u0[i] * u0[i] + k * (u0[i - 1] + u0[i + 1])
        for i in range(9):
            s += v[i] * v[i] * (i + 1.0)
    return s


@program(args=lambda rng: (positive(rng, 11), 0.1, 2), wrt=(0, 1))
def biharmonic_stencil(u0, k, steps):
    """a stencil of five points that starts at two"""
    n = u0.size
    u = u0.copy()
    v = u0.copy()
    for _ in range(steps):
        for i in range(2, n - 2):
            v[i] = u[i] - k * (u[i - 2] - 4.0 * u[i - 1] * u[i] + 6.0 * u[i] - 4.0 * u[i + 1] + u[i + 2])
        u, v = v, u
    return np.sum(u * u)


@program(args=lambda rng: (positive(rng, 10), positive(rng, 10), 3), wrt=(0, 1))
def upwind_advection(u0, speed, steps):
    """two points, with a field of coefficients that is active"""
    n = u0.size
    u = u0.copy()
    v = u0.copy()
    for _ in range(steps):
        for i in range(1, n):
            v[i] = u[i] - 0.3 * speed[i] * (u[i] - u[i - 1])
        u, v = v, u
    return np.sum(u * u * u)


@program(args=lambda rng: (normal(rng, 9), 0.3, 2), wrt=(0, 1))
def gauss_seidel_sweeps(u0, k, sweeps):
    """in place: an iteration reads what the one before has written"""
    u = u0.copy()
    for _ in range(sweeps):
        for i in range(1, u.size - 1):
            u[i] = k * (u[i - 1] + u[i + 1]) + u[i] * u[i] * 0.1
    return np.sum(u * u)


@program(args=lambda rng: (normal(rng, 10), 0.3), wrt=(0, 1))
def in_place_ahead(u0, k):
    """in place: an iteration reads what the next ones overwrite"""
    u = u0.copy()
    for i in range(u.size - 2):
        u[i] = u[i] * u[i + 1] + k * u[i + 2]
    return np.sum(u * u)


@program(args=lambda rng: (normal(rng, 10),))
def neighbours_of_one_view(x):
    """the stencil writes into a view that overlaps what it reads"""
    u = x.copy()
    w = u[1:]
    for i in range(1, 8):
        w[i] = u[i - 1] * 0.5 + u[i] * u[i + 1]
    return np.sum(u * u)


@program(args=lambda rng: (normal(rng, 6, 7), 2), wrt=0)
def jacobi_plane(u0, sweeps):
    """five points in two dimensions"""
    rows, columns = u0.shape
    u = u0.copy()
    v = u0.copy()
    for _ in range(sweeps):
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                v[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] * u[i, j] + u[i, j + 1])
        u, v = v, u
    return np.sum(u * u)


@program(args=lambda rng: (normal(rng, 5, 6),))
def nine_points(u):
    """nine points in two dimensions, squared"""
    rows, columns = u.shape
    v = np.zeros((rows, columns))
    for i in range(1, rows - 1):
        for j in range(1, columns - 1):
            v[i, j] = (
                u[i - 1, j - 1] + 2.0 * u[i - 1, j] + u[i - 1, j + 1]
                + 2.0 * u[i, j - 1] + 4.0 * u[i, j] * u[i, j] + 2.0 * u[i, j + 1]
                + u[i + 1, j - 1] + 2.0 * u[i + 1, j] + u[i + 1, j + 1]
            )
    return np.sum(v * v)


@program(args=lambda rng: (normal(rng, 8),))
def periodic(u):
    """the first element's neighbour is the last: an index that counts from the end"""
    n = u.size
    v = np.zeros(n)
    for i in range(n):
        v[i] = u[i] - 0.4 * (u[i] - u[i - 1]) * u[i - 2]
    return np.sum(v * v)


@program(args=lambda rng: (normal(rng, 6),))
def elements_written_twice(x):
    """a range that starts below zero writes the last elements twice; the second value stays"""
    n = x.size
    y = np.zeros(n)
    for i in range(-2, n):
        y[i] = x[i] * (i + 5.0)
    return np.sum(y * y)


@program(args=lambda rng: (normal(rng, 6), -2))
def elements_written_twice_from(x, first):
    """the same with a start that is known only at run time, and neighbours"""
    n = x.size
    y = np.zeros(n)
    for i in range(first, n - 1):
        y[i] = x[i] * (i + 5.0) + x[i + 1] * x[i - 1]
    return np.sum(y * y)


@program(args=lambda rng: (normal(rng, 9), positive(rng, 9)), wrt=(0, 1))
def staggered(p, q):
    """two fields on grids that are half a cell apart, updated in turn"""
    pressure = p.copy()
    velocity = q.copy()
    for _ in range(3):
        for i in range(p.size - 1):
            velocity[i] -= 0.3 * (pressure[i + 1] - pressure[i]) * velocity[i]
        for i in range(1, p.size):
            pressure[i] -= 0.2 * (velocity[i] - velocity[i - 1])
    return np.sum(pressure * pressure) + np.sum(velocity * pressure)


@program(args=lambda rng: (positive(rng, 12).astype(np.float32),), single=True)
def single_precision_stencil(u):
    """a stencil in float32"""
    v = np.zeros_like(u)
    for i in range(1, u.size - 1):
        v[i] = u[i - 1] * u[i] + u[i + 1] * u[i + 1]
    s = np.float32(0.0)
    for i in range(u.size):
        s += v[i] * v[i]
    return s


@program(args=lambda rng: (normal(rng, 9),))
def stencil_of_a_branch(u):
    """a limiter decides which neighbour is read"""
    v = np.zeros(u.size)
    for i in range(1, u.size - 1):
        if u[i] > 0.0:
            v[i] = u[i] * u[i - 1]
        else:
            v[i] = u[i] * u[i + 1]
    return np.sum(v * v)


@program(args=lambda rng: (positive(rng, 9), 0.3), wrt=(0, 1))
def sums_that_are_subtracted(x, k):
    """sums that go down: of products, of integers, and of both in one loop"""
    a = 0.0
    b = 0.0
    for i in range(1, x.size):
        a -= x[i] * x[i - 1] * k
        b -= i
        b += x[i] * k
        a -= np.uint8(3)
    return a * a + b * b
