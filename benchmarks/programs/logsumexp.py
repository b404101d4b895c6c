"""Log-sum-exp of a long vector.

The gradient is the softmax. The hand-written adjoint finds the maximum in independent lanes,
writes the exponentials straight into the gradient with partial sums kept elementwise for one
block (which vectorises without reassociation), and scales it in place.
"""

import math

import numba
import numpy as np

from ..vector_math import exp

TITLE = "log-sum-exp, 1e6"
wrt = (0,)
BLOCK = 512


def primal(x):
    largest = x[0]
    for i in range(x.size):
        if x[i] > largest:
            largest = x[i]
    total = 0.0
    for i in range(x.size):
        total += math.exp(x[i] - largest)
    return largest + math.log(total)


def arguments(scale=1.0):
    return (np.random.default_rng(0).normal(size=max(5, int(1_000_000 * scale))),)


@numba.njit(error_model="numpy")
def adjoint(x):
    n = x.size
    whole = n - n % BLOCK
    lanes = np.full(BLOCK, -np.inf)
    for start in range(0, whole, BLOCK):
        for j in range(BLOCK):
            lanes[j] = x[start + j] if x[start + j] > lanes[j] else lanes[j]
    largest = -np.inf
    for j in range(BLOCK):
        largest = max(largest, lanes[j])
        lanes[j] = 0.0
    for i in range(whole, n):
        largest = max(largest, x[i])
    x_bar = np.empty(n)
    for start in range(0, whole, BLOCK):
        for j in range(BLOCK):
            e = exp(x[start + j] - largest)
            x_bar[start + j] = e
            lanes[j] += e
    total = 0.0
    for j in range(BLOCK):
        total += lanes[j]
    for i in range(whole, n):
        e = exp(x[i] - largest)
        x_bar[i] = e
        total += e
    scale = 1.0 / total
    for i in range(n):
        x_bar[i] *= scale
    return (x_bar,)


def jax_gradient(args):
    """The library function."""
    import jax
    import jax.numpy as jnp

    gradient = jax.jit(jax.grad(jax.scipy.special.logsumexp))
    x = jnp.asarray(args[0])
    return lambda: (jax.block_until_ready(gradient(x)),)
