"""A loop over an array that calls eight small functions.

The hand-written adjoint is one loop: every element is evaluated and reversed at once, nothing is
taped. The sum for `p_bar` is kept elementwise for one block, so that the loop vectorises without
reassociation.
"""

import math

import numba
import numpy as np

from ..vector_math import exp

TITLE = "eight helpers, 1e5"
wrt = (0, 1)
BLOCK = 256

helper = numba.njit(error_model="numpy")


@helper
def square(x):
    return x * x


@helper
def mix(a, b, t):
    return a + t * (b - a)


@helper
def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


@helper
def soft_abs(x):
    return math.sqrt(square(x) + 0.01)


@helper
def saturate(x):
    return x / (1.0 + square(x))


@helper
def cubic(x, p):
    return x * (1.0 + p * square(x))


@helper
def bump(x):
    return math.exp(-square(x))


@helper
def ratio(a, b):
    return a / (1.0 + soft_abs(b))


def primal(x, p):
    total = 0.0
    for i in range(x.size):
        a = cubic(x[i], p)
        b = soft_abs(x[i] - p)
        c = mix(a, b, sigmoid(x[i]))
        total += ratio(c, a) + saturate(b) * bump(x[i])
    return total


def arguments(scale=1.0):
    return np.random.default_rng(0).normal(size=max(5, int(100_000 * scale))), 0.3


@numba.njit(error_model="numpy", inline="always")
def reverse_element(x, p):
    """The derivatives of one term with respect to `x` and `p`."""
    # Divisions bound this loop, so several denominators share one.
    x2 = x * x
    a = x * (1.0 + p * x2)
    d = x - p
    b = math.sqrt(d * d + 0.01)
    s = 1.0 / (1.0 + exp(-x))
    c = a + s * (b - a)
    root = math.sqrt(a * a + 0.01)
    shared = 1.0 / (root * (1.0 + root))
    c_bar = shared * root  # ratio(c, a)
    e = exp(-x2)
    shared_b = 1.0 / (b * (1.0 + b * b))
    inverse = shared_b * b
    saturated = b * inverse
    a_bar = c_bar * (1.0 - s) - c * c_bar * a * shared
    b_bar = c_bar * s + e * inverse * (1.0 - 2.0 * saturated * b)
    d_bar = b_bar * d * (shared_b * (1.0 + b * b))
    x_bar = (
        a_bar * (1.0 + 3.0 * p * x2)
        + d_bar
        + c_bar * (b - a) * s * (1.0 - s)
        - 2.0 * x * e * saturated
    )
    return x_bar, a_bar * x2 * x - d_bar


@numba.njit(error_model="numpy")
def adjoint(x, p):
    n = x.size
    whole = n - n % BLOCK
    x_bar = np.empty(n)
    lanes = np.zeros(BLOCK)
    for start in range(0, whole, BLOCK):
        for j in range(BLOCK):
            x_bar[start + j], term = reverse_element(x[start + j], p)
            lanes[j] += term
    p_bar = 0.0
    for j in range(BLOCK):
        p_bar += lanes[j]
    for i in range(whole, n):
        x_bar[i], term = reverse_element(x[i], p)
        p_bar += term
    return x_bar, p_bar


def jax_gradient(args):
    """Elementwise array expressions, which XLA fuses."""
    import jax
    import jax.numpy as jnp

    x, p = args

    def soft(x):
        return jnp.sqrt(x * x + 0.01)

    def loss(x, p):
        a = x * (1.0 + p * x * x)
        b = soft(x - p)
        c = a + jax.nn.sigmoid(x) * (b - a)
        return jnp.sum(c / (1.0 + soft(a)) + b / (1.0 + b * b) * jnp.exp(-x * x))

    gradient = jax.jit(jax.grad(loss, argnums=wrt))
    x = jnp.asarray(x)
    return lambda: jax.block_until_ready(gradient(x, p))
