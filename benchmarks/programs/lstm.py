"""A recurrent cell with the gates of an LSTM, written as loops.

The hand-written adjoint tapes the gates, cells and hidden states (the outputs of the
activations, so that nothing is evaluated twice). What does not depend on the recurrence leaves
it: the products with the inputs go before the loop, the gradients of both weight matrices become
two matrix products after it. Inside the loop all products run along rows of a transposed copy.
"""

import math

import numba
import numpy as np

from ..vector_math import sigmoid, tanh
from .matmul import add_product

TITLE = "LSTM h=32, T=200"
wrt = (0, 1, 2)


def primal(w, u, b, x):
    steps, inputs = x.shape
    n = u.shape[1]
    h = np.zeros(n)
    c = np.zeros(n)
    z = np.empty(4 * n)
    loss = 0.0
    for t in range(steps):
        for j in range(4 * n):
            s = b[j]
            for k in range(inputs):
                s += w[j, k] * x[t, k]
            for k in range(n):
                s += u[j, k] * h[k]
            z[j] = s
        for j in range(n):
            forget = 1.0 / (1.0 + math.exp(-z[j]))
            enter = 1.0 / (1.0 + math.exp(-z[n + j]))
            leave = 1.0 / (1.0 + math.exp(-z[2 * n + j]))
            change = math.tanh(z[3 * n + j])
            c[j] = forget * c[j] + enter * change
            h[j] = leave * math.tanh(c[j])
            loss += h[j] * h[j]
    return loss


def arguments(scale=1.0):
    n = max(3, int(32 * scale))
    steps = max(4, int(200 * scale))
    rng = np.random.default_rng(0)
    return (
        rng.normal(size=(4 * n, n)) / np.sqrt(n),
        rng.normal(size=(4 * n, n)) / np.sqrt(n),
        0.1 * rng.normal(size=4 * n),
        rng.normal(size=(steps, n)),
    )


@numba.njit(error_model="numpy")
def add_row_product(a, b, y):
    """``y += a @ b`` for vectors `a` and `y`, eight rows of `b` at a time."""
    m = a.size
    n = y.size
    whole = m - m % 8
    for k in range(0, whole, 8):
        a0, a1, a2, a3, a4, a5, a6, a7 = (
            a[k],
            a[k + 1],
            a[k + 2],
            a[k + 3],
            a[k + 4],
            a[k + 5],
            a[k + 6],
            a[k + 7],
        )
        b0, b1, b2, b3, b4, b5, b6, b7 = (
            b[k],
            b[k + 1],
            b[k + 2],
            b[k + 3],
            b[k + 4],
            b[k + 5],
            b[k + 6],
            b[k + 7],
        )
        for j in range(n):
            y[j] = (
                y[j]
                + a0 * b0[j]
                + a1 * b1[j]
                + a2 * b2[j]
                + a3 * b3[j]
                + a4 * b4[j]
                + a5 * b5[j]
                + a6 * b6[j]
                + a7 * b7[j]
            )
    for k in range(whole, m):
        for j in range(n):
            y[j] += a[k] * b[k, j]


@numba.njit(error_model="numpy")
def adjoint(w, u, b, x):
    steps = x.shape[0]
    n = u.shape[1]
    u_t = u.T.copy()
    gates = np.empty((steps, 4 * n))
    for t in range(steps):
        for j in range(4 * n):
            gates[t, j] = b[j]
    add_product(x, w.T.copy(), gates)
    h = np.zeros((steps + 1, n))
    c = np.zeros((steps + 1, n))
    tanh_c = np.empty((steps, n))
    for t in range(steps):
        z = gates[t]
        add_row_product(h[t], u_t, z)
        for j in range(3 * n):
            z[j] = sigmoid(z[j])
        for j in range(3 * n, 4 * n):
            z[j] = tanh(z[j])
        forget, enter, leave, change = z[:n], z[n : 2 * n], z[2 * n : 3 * n], z[3 * n :]
        c_old, c_new, tanh_c_new, h_new = c[t], c[t + 1], tanh_c[t], h[t + 1]
        for j in range(n):
            c_new[j] = forget[j] * c_old[j] + enter[j] * change[j]
        for j in range(n):
            tanh_c_new[j] = tanh(c_new[j])
        for j in range(n):
            h_new[j] = leave[j] * tanh_c_new[j]

    h_bar = np.zeros(n)
    c_bar = np.zeros(n)
    for t in range(steps - 1, -1, -1):
        z = gates[t]
        forget, enter, leave, change = z[:n], z[n : 2 * n], z[2 * n : 3 * n], z[3 * n :]
        c_old, tanh_c_new, h_new = c[t], tanh_c[t], h[t + 1]
        for j in range(n):
            f, i, o, g, q = forget[j], enter[j], leave[j], change[j], tanh_c_new[j]
            hb = h_bar[j] + 2.0 * h_new[j]
            cb = c_bar[j] + hb * o * (1.0 - q * q)
            forget[j] = cb * c_old[j] * f * (1.0 - f)
            enter[j] = cb * g * i * (1.0 - i)
            leave[j] = hb * q * o * (1.0 - o)
            change[j] = cb * i * (1.0 - g * g)
            c_bar[j] = cb * f
            h_bar[j] = 0.0
        add_row_product(z, u, h_bar)

    w_bar = np.zeros(w.shape)
    u_bar = np.zeros(u.shape)
    b_bar = np.zeros(4 * n)
    gates_t = gates.T.copy()
    add_product(gates_t, x, w_bar)
    add_product(gates_t, h[:steps], u_bar)
    for t in range(steps):
        for j in range(4 * n):
            b_bar[j] += gates[t, j]
    return w_bar, u_bar, b_bar


def jax_gradient(args):
    """A scan; the products with the inputs are one matrix product outside it."""
    import jax
    import jax.numpy as jnp

    n = args[1].shape[1]

    def loss(w, u, b, x):
        def step(carry, zx):
            h, c = carry
            z = zx + u @ h
            gates = jax.nn.sigmoid(z[: 3 * n])
            c = gates[:n] * c + gates[n : 2 * n] * jnp.tanh(z[3 * n :])
            h = gates[2 * n :] * jnp.tanh(c)
            return (h, c), h

        zero = jnp.zeros(n)
        return jnp.sum(jax.lax.scan(step, (zero, zero), x @ w.T + b)[1] ** 2)

    gradient = jax.jit(jax.grad(loss, argnums=wrt))
    args = tuple(map(jnp.asarray, args))
    return lambda: jax.block_until_ready(gradient(*args))
