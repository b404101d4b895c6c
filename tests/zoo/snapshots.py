"""Arrays that are read whole, over and over, before they are overwritten."""

import numpy as np

from ._registry import normal, program


@program(args=lambda rng: (normal(rng, 3, 3), normal(rng, 4, 3)))
def recurrent_layer(u, x):
    """each step reads all of `h` for each of its elements, then overwrites it"""
    h = np.zeros(3)
    z = np.empty(3)
    for t in range(x.shape[0]):
        for j in range(3):
            s = x[t, j]
            for k in range(3):
                s += u[j, k] * h[k]
            z[j] = s
        for j in range(3):
            h[j] = np.sin(z[j])
    return np.sum(h * h)


@program(args=lambda rng: (normal(rng, 4, 4), normal(rng, 4), 3))
def powers_of_matrix(a, x, n):
    """a nonlinear power iteration: buffers are swapped"""
    u = x.copy()
    v = np.empty_like(u)
    for _ in range(n):
        for i in range(u.size):
            s = 0.0
            for j in range(u.size):
                s += a[i, j] * u[j] * u[j]
            v[i] = s / (1.0 + u[i] * u[i])
        u, v = v, u
    return np.sum(u)


@program(args=lambda rng: (normal(rng, 5), normal(rng, 5), 3))
def swapped_buffers_of_two_lengths(x, y, n):
    """the buffers that are swapped differ in length"""
    u = x.copy()
    v = np.zeros(y.size + 2)
    for _ in range(n):
        for i in range(1, 4):
            v[i] = u[i - 1] * u[i] + u[i + 1] * u[i - 1] * y[i]
        u, v = v, u
    return np.sum(u * u[::-1])


@program(args=lambda rng: (normal(rng, 5), normal(rng, 5), 4))
def swapped_buffers_know_their_lengths(x, y, n):
    """the trip count depends on which of two buffers it is"""
    u = x.copy()
    v = np.zeros(y.size + 2)
    for k in range(n):
        for i in range(1, u.size):
            j = i % v.size
            v[j] = v[j] * u[i - 1] * u[i] + y[k]
        u, v = v, u
    return np.sum(u) * np.sum(v)


@program(args=lambda rng: (normal(rng, 5), normal(rng, 5), 4))
def swapped_buffers_of_one_length(x, y, n):
    """the trip count is taken from a buffer that is swapped"""
    u = x.copy()
    v = np.zeros_like(u)
    for k in range(n):
        for i in range(1, u.size):
            v[i] = v[i] * u[i - 1] * u[i] + y[k]
        u, v = v, u
    return np.sum(u) * np.sum(v)


@program(args=lambda rng: (normal(rng, 5, 6), 3))
def five_points(a, n):
    """a nonlinear stencil in two dimensions, copied back after each step"""
    u = a.copy()
    v = a.copy()
    rows, columns = a.shape
    for _ in range(n):
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                v[i, j] = u[i, j] + 0.1 * u[i, j] * (u[i - 1, j] + u[i + 1, j] - u[i, j - 1] * u[i, j + 1])
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                u[i, j] = v[i, j]
    return np.sum(u * u)


@program(args=lambda rng: (normal(rng, 3, 3), normal(rng, 3), 4))
def layer_in_while(u, x, n):
    """the copies are made in a while loop"""
    h = x.copy()
    z = np.empty(3)
    t = 0
    while t < n and np.sum(h * h) < 50.0:
        for j in range(x.size):
            s = 0.1
            for k in range(x.size):
                s += u[j, k] * h[k] * h[k]
            z[j] = s
        for j in range(x.size):
            h[j] = z[j]
        t += 1
    return h[0] * h[1] + h[2]


@program(args=lambda rng: (normal(rng, 3, 3), normal(rng, 3), normal(rng, 4)))
def layer_in_branch(u, x, c):
    """the loop that reads it all is in a branch"""
    h = x.copy()
    z = np.empty(3)
    for t in range(4):
        if c[t] > 0.0:
            for j in range(3):
                s = c[t]
                for k in range(3):
                    s += u[j, k] * h[k] * h[k]
                z[j] = s
            for j in range(3):
                h[j] = z[j]
        else:
            h[t % 3] = h[t % 3] * c[t]
    return np.sum(h)


@program(args=lambda rng: (normal(rng, 3, 3), normal(rng, 3)))
def overwritten_after_all(u, x):
    """outside of any loop, an array is overwritten after it was read"""
    h = x.copy()
    s = 0.0
    for j in range(x.size):
        for k in range(x.size):
            s += u[j, k] * h[k] * h[k]
    for k in range(x.size):
        h[k] = s * x[k]
    return np.sum(h * h)


@program(args=lambda rng: (normal(rng, 3, 3), normal(rng, 3)))
def changed_between_rows(u, x):
    """an element changes between two rows: no copy would do"""
    h = x.copy()
    s = 0.0
    for j in range(3):
        for k in range(3):
            s += u[j, k] * h[k] * h[k]
        h[j] = s * x[j]
    return s * np.sum(h)


@program(args=lambda rng: (normal(rng, 3, 3), normal(rng, 4, 3)))
def view_changed_between_rows(u, x):
    """the array changes through a view of it, of which each step takes another"""
    h = np.zeros((4, 3))
    for j in range(3):
        h[0, j] = x[0, j]
    s = 0.0
    for t in range(3):
        row = h[t]
        new = h[t + 1]
        for j in range(3):
            for k in range(3):
                s += u[j, k] * row[k] * row[k]
            new[j] = s * x[t + 1, j]
    for j in range(3):
        h[2, j] *= s
    return np.sum(h)


@program(
    args=lambda rng: (normal(rng, 3, 3).astype(np.float32), normal(rng, 3).astype(np.float32), 2), single=True
)
def layer_in_single_precision(u, x, n):
    """the copy has the dtype of the array"""
    h = x.copy()
    z = np.empty_like(h)
    for _ in range(n):
        for j in range(3):
            s = h[0] * np.float32(0.1)
            for k in range(3):
                s += u[j, k] * h[k] * h[k]
            z[j] = s
        for j in range(3):
            h[j] = z[j]
    return np.sum(h)
