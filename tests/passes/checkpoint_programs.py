"""Loops of many shapes, marked with `checkpointed`: sources for ``test_checkpoint.py``.

Each function is differentiated as it stands, and once without the marks. ``c`` and ``n`` are not
differentiated. A marked head is on one line and says ``snapshots=K``.
"""

# ruff: noqa: F821

import numpy as np

from adcomp import checkpointed


def scalar_state(x, n):
    v = x[0]
    for i in checkpointed(range(n), snapshots=K):
        v = v * np.cos(v) + x[1] * np.sin(v)
    return v


def two_scalars(x, n):
    p, q = x[0], x[1]
    for _ in checkpointed(range(n), snapshots=K):
        p, q = q + 0.1 * p * q, p - 0.1 * q * q
    return p * q


def counter_and_index(x, n):
    v = x[0]
    k = 2
    for i in checkpointed(range(n), snapshots=K):
        v = v * x[k % 3] + i * v * v * 0.01
        k += 3
    return v + k


def strided_range(x, n):
    v = x[0]
    for i in checkpointed(range(2, 2 + 3 * n, 3), snapshots=K):
        v = 0.5 * v * v + i * x[1]
        v = v / (1.0 + v * v)
    return v


def downwards(x, n):
    v = x[0]
    for i in checkpointed(range(n, 0, -1), snapshots=K):
        v = v * np.cos(v) + i * x[1]
    return v


def in_place(x, n):
    u = x.copy()
    for _ in checkpointed(range(n), snapshots=K):
        for i in range(1, len(u) - 1):
            u[i] = u[i] + 0.1 * u[i] * (u[i + 1] - u[i - 1])
    return np.sum(u * u)


def argument_in_place(x, n):
    for _ in checkpointed(range(n), snapshots=K):
        for i in range(1, len(x)):
            x[i] = 0.5 * x[i] * x[i - 1] + 0.3
    return np.sum(x) + x[0] * x[1]


def swapped(x, n):
    u = x.copy()
    v = np.empty_like(u)
    for _ in checkpointed(range(n), snapshots=K):
        v[0] = u[0]
        v[-1] = u[-1]
        for i in range(1, len(u) - 1):
            v[i] = u[i] - 0.1 * u[i] * (u[i + 1] - u[i - 1])
        u, v = v, u
    return np.sum(u * u)


def swapped_and_read_by_first_name(x, n):
    a = x.copy()
    b = 2.0 * x
    u, v = a, b
    for _ in checkpointed(range(n), snapshots=K):
        for i in range(1, len(u)):
            v[i] = u[i] * v[i - 1] + 0.1
        u, v = v, u
    return np.sum(u * u) + np.sum(a * b * b)


def three_buffers(x, n):
    u, v, w = x.copy(), 0.5 * x, np.zeros_like(x)
    for _ in checkpointed(range(n), snapshots=K):
        for i in range(1, len(u)):
            w[i] = 1.5 * v[i] - 0.5 * u[i] + 0.1 * np.sin(v[i - 1] * u[i])
        u, v, w = v, w, u
    return np.sum(u * v) + np.sum(w)


def new_arrays(x, n):
    u = x
    for _ in checkpointed(range(n), snapshots=K):
        u = u + 0.1 * u * np.sin(u)
    return np.sum(u * u)


def leapfrog_of_new_arrays(x, n):
    old, u = x, 1.1 * x
    for _ in checkpointed(range(n), snapshots=K):
        old, u = u, 2.0 * u - old - 0.1 * np.sin(u)
    return np.sum(u * old)


def matrix_steps(x, n):
    a = np.outer(x, x) * 0.1 + np.eye(len(x))
    u = x.copy()
    for _ in checkpointed(range(n), snapshots=K):
        u = np.tanh(a @ u)
    return np.sum(u * u)


def several_arrays(x, n):
    p = x[:3].copy()
    q = x[3:].copy()
    total = 0.0
    for i in checkpointed(range(n), snapshots=K):
        p += 0.1 * np.sum(q * q) * p
        for j in range(len(q)):
            q[j] -= 0.1 * q[j] * p[0]
        total += p[1] * q[0]
    return total


def tuple_state(x, n):
    state = (x[0], x[1], x.copy())
    for _ in checkpointed(range(n), snapshots=K):
        p, q, u = state
        state = (p * np.cos(q), q + 0.1 * p * u[0], u * 0.9 + p * q)
    return state[0] * state[1] + np.sum(state[2])


def early_exit(x, n):
    v = x[0]
    for i in checkpointed(range(n), snapshots=K):
        v = v * (1.0 + 0.1 * x[1] * v)
        if v > 5.0:
            break
    return v


def early_exit_of_arrays(x, n):
    u = x.copy()
    for i in checkpointed(range(n), snapshots=K):
        for j in range(1, len(u)):
            u[j] = u[j] * u[j - 1] + 0.2
        if np.sum(u) > 1000.0 or i == 11:
            break
        u[0] += 0.01 * u[1]
    return np.sum(u * u)


def early_return(x, n):
    v = x[0]
    for i in checkpointed(range(n), snapshots=K):
        v = v * (1.0 + 0.1 * x[1] * v)
        if v > 5.0:
            return v * v
    return v + 1.0


def while_loop(x, n):
    v, k = x[0], 0
    while checkpointed(k < n and v < 100.0, snapshots=K):
        v = v + 0.1 * v * np.sin(x[1] * v)
        k += 1
    return v * k


def while_of_arrays(x, n):
    u, v = x.copy(), np.zeros_like(x)
    k = 0
    while checkpointed(k < n, snapshots=K):
        v[0] = u[0]
        for i in range(1, len(u)):
            v[i] = 0.5 * u[i] * u[i - 1] + 0.1
        u, v = v, u
        k += 1
    return np.sum(u * u)


def while_of_new_arrays(x, n):
    u = x
    k = 0
    while checkpointed(True, snapshots=K):
        if k >= n:
            break
        u = u + 0.1 * np.sin(u) * u
        k += 1
    return np.sum(u * u)


def inputs_of_the_time(x, n):
    v = 1.0
    for i in checkpointed(range(n), snapshots=K):
        v = v * np.cos(v * x[i % len(x)]) + x[i % len(x)]
    return v


def over_an_array(x, n):
    v = 1.0
    for xi in checkpointed(x, snapshots=K):
        v = v * np.cos(v * xi) + xi
    return v


def over_enumerate(x, n):
    v = 1.0
    for i, xi in checkpointed(enumerate(x), snapshots=K):
        v = v * np.cos(v * xi) + i * xi
    return v


def results_per_iteration(x, n):
    out = np.zeros(n + 1)
    v = x[0]
    for i in checkpointed(range(n), snapshots=K):
        v = v * np.cos(v) + x[1]
        out[i] = v * x[2]
    return np.sum(out * out)


def nested_loops(x, n):
    v = x[0]
    for i in checkpointed(range(n), snapshots=K):
        for j in range(3):
            for k in range(j):
                v = v * np.cos(v * x[k]) + 0.1 * x[j]
    return v


def while_inside(x, n):
    v = x[0]
    for i in checkpointed(range(n), snapshots=K):
        w = v
        k = 0
        while k < 2 + i % 3:
            w = np.sin(w * x[1]) + 0.3 * w
            k += 1
        v = v + 0.1 * w * w
    return v


def nested_checkpoints(x, n):
    u = x.copy()
    for i in checkpointed(range(n), snapshots=K):
        v = u[0]
        for j in checkpointed(range(5 + i % 2), snapshots=K):
            v = v * np.cos(v * u[1]) + 0.1
        for j in range(1, len(u)):
            u[j] = u[j] * u[j - 1] + v
            u[j] = u[j] / (1.0 + u[j] * u[j])
    return np.sum(u * u)


def nested_checkpoints_of_arrays(x, n):
    u = x.copy()
    for i in checkpointed(range(n), snapshots=K):
        for j in checkpointed(range(4), snapshots=K):
            for m in range(1, len(u)):
                u[m] = np.sin(u[m] * u[m - 1]) + 0.2
        u[0] *= 0.9 + 0.1 * u[1]
    return np.sum(u * u)


def inside_a_plain_loop(x, n):
    u = x.copy()
    total = 0.0
    for i in range(3):
        for j in checkpointed(range(n), snapshots=K):
            for m in range(1, len(u)):
                u[m] = np.sin(u[m] * u[m - 1]) + 0.2
        total += u[1] * u[2]
        u[0] = 0.5 * u[0] * u[0]
    return total


def inside_a_plain_loop_that_swaps(x, n):
    u, v = x.copy(), 0.9 * x
    for i in range(3):
        for j in checkpointed(range(n), snapshots=K):
            for m in range(1, len(u)):
                u[m] = np.sin(u[m] * u[m - 1]) + 0.2 * v[m]
        u, v = v, u
    return np.sum(u * v * v)


def inside_a_branch(x, n):
    u = x.copy()
    if x[0] > 0.0:
        for j in checkpointed(range(n), snapshots=K):
            for m in range(1, len(u)):
                u[m] = np.sin(u[m] * u[m - 1]) + 0.2
    else:
        u *= 2.0
    return np.sum(u * u)


def _relax(u, steps):
    for _ in checkpointed(range(steps), snapshots=K):
        for m in range(1, len(u)):
            u[m] = np.sin(u[m] * u[m - 1]) + 0.2
    return u[1] * u[2]


def in_a_helper(x, n):
    u = x.copy()
    a = _relax(u, n)
    u[0] += a
    return _relax(u, n + 1) * a + u[0]


def written_later(x, n):
    f = x * x
    u = x.copy()
    for _ in checkpointed(range(n), snapshots=K):
        for i in range(1, len(u)):
            u[i] = u[i] * u[i - 1] + f[i] * u[i]
            u[i] = u[i] / (1.0 + u[i] * u[i])
    for i in range(len(f)):
        f[i] = 7.0 * f[i] * f[i]
    u[0] = 3.0 * u[0]
    return np.sum(u * u) + np.sum(f)


def two_loops_in_the_same_buffers(x, n):
    u, v = x.copy(), np.zeros_like(x)
    for _ in checkpointed(range(n), snapshots=K):
        for i in range(1, len(u)):
            v[i] = u[i] * u[i - 1] + 0.2
        u, v = v, u
    for _ in checkpointed(range(n + 1), snapshots=K):
        for i in range(1, len(u)):
            v[i] = np.sin(u[i]) * u[i - 1]
        u, v = v, u
    return np.sum(u * u) + v[1]


def rows(x, n):
    u = np.outer(x, x)
    for _ in checkpointed(range(n), snapshots=K):
        for i in range(1, u.shape[0]):
            for j in range(1, u.shape[1]):
                u[i, j] = 0.5 * u[i, j] * u[i - 1, j] + 0.3 * np.sin(u[i, j - 1])
    return np.sum(u * u)


def branches(x, n):
    u = x.copy()
    s = 0.0
    for i in checkpointed(range(n), snapshots=K):
        if u[i % 3] > 0.5:
            s = s + u[0] * u[1]
            u[1] = 0.5 * np.sin(u[1]) + 0.2
        elif i % 2 == 0:
            u = u * 1.01 + s * 0.01
        else:
            continue
        s = s * np.cos(0.1 * s)
    return s + np.sum(u * u)


def conditional_buffers(x, n):
    u, v = x.copy(), 0.5 * x
    for i in checkpointed(range(n), snapshots=K):
        for j in range(1, len(u)):
            v[j] = u[j] * v[j - 1] + 0.1
        if i % 3 != 1:
            u, v = v, u
    return np.sum(u * u) + v[2]


def one_of_two_constant_arrays(x, n):
    f = x * x
    u = x
    s = 0.0
    for i in checkpointed(range(n), snapshots=K):
        if i % 3 == 2:
            u = f
        else:
            u = u * 0.9 + 0.1 * np.sin(f)
        s = s + u[0] * u[1]
    return s + np.sum(u * u * f)


def masks(x, n):
    u = x.copy()
    seen = np.zeros(len(x), np.bool_)
    for i in checkpointed(range(n), snapshots=K):
        k = (2 * i) % len(u)
        if seen[k]:
            u[k] = np.sin(u[k]) * u[k - 1]
        else:
            u[k] = 1.1 * u[k] * u[k]
        seen[k] = not seen[k]
    return np.sum(u * u)


def views_inside(x, n):
    u = x.copy()
    for _ in checkpointed(range(n), snapshots=K):
        left, right = u[:-1], u[1:]
        right += 0.1 * np.sin(left) * right
    return np.sum(u * u)


def running_maximum(x, n):
    best = x[0]
    v = x[0]
    for i in checkpointed(range(n), snapshots=K):
        v = v * np.cos(3.0 * v) + x[1]
        if v > best:
            best = v
    return best * v


def last_value_of_a_temporary(x, n):
    v = x[0]
    w = 0.0
    for i in checkpointed(range(n), snapshots=K):
        w = v * v
        v = np.sin(w) + x[1]
    return w * v


def integers(x, n):
    v, seed = x[0], 12345
    for i in checkpointed(range(n), snapshots=K):
        seed = (seed * 1103515245 + 12345) % 2147483648
        v = v * np.cos(v) + x[seed % 3] * (seed % 7)
    return v


def integer_array(x, n):
    v = x[0]
    order = np.arange(3)
    for i in checkpointed(range(n), snapshots=K):
        t = order[0]
        order[0] = order[1]
        order[1] = order[2]
        order[2] = t
        v = v * np.cos(v) + x[order[0]] * v
    return v


PROGRAMS = [name for name, value in list(globals().items())
            if callable(value) and getattr(value, "__module__", "") == __name__ and not name.startswith("_")]
