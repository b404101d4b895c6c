"""Matrix product written as three loops, loss = sum of squares of the product.

The hand-written adjoint keeps the three loops but unrolls and jams the outer two by four and
uses one kernel for the forward product and both adjoint products (on transposed copies, so that
the innermost loop always runs along rows). It tapes nothing but the product itself.
"""

import numba
import numpy as np

TITLE = "matmul, loops, 256"
wrt = (0, 1)


def primal(a, b):
    n, m = a.shape
    p = b.shape[1]
    y = np.zeros((n, p))
    for i in range(n):
        for k in range(m):
            for j in range(p):
                y[i, j] += a[i, k] * b[k, j]
    loss = 0.0
    for i in range(n):
        for j in range(p):
            loss += y[i, j] * y[i, j]
    return loss


def arguments(scale=1.0):
    n = max(3, int(256 * scale))
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, n)), rng.normal(size=(n, n))


@numba.njit(error_model="numpy")
def add_product(a, b, y):
    """``y += a @ b`` in blocks of four rows by four terms, so that a vector of sixteen products
    needs eight loads and four stores.
    """
    n, m = a.shape
    p = b.shape[1]
    rows = n - n % 4
    terms = m - m % 4
    for i in range(0, rows, 4):
        a0, a1, a2, a3 = a[i], a[i + 1], a[i + 2], a[i + 3]
        y0, y1, y2, y3 = y[i], y[i + 1], y[i + 2], y[i + 3]
        for k in range(0, terms, 4):
            b0, b1, b2, b3 = b[k], b[k + 1], b[k + 2], b[k + 3]
            a00, a01, a02, a03 = a0[k], a0[k + 1], a0[k + 2], a0[k + 3]
            a10, a11, a12, a13 = a1[k], a1[k + 1], a1[k + 2], a1[k + 3]
            a20, a21, a22, a23 = a2[k], a2[k + 1], a2[k + 2], a2[k + 3]
            a30, a31, a32, a33 = a3[k], a3[k + 1], a3[k + 2], a3[k + 3]
            for j in range(p):
                c0, c1, c2, c3 = b0[j], b1[j], b2[j], b3[j]
                y0[j] = y0[j] + a00 * c0 + a01 * c1 + a02 * c2 + a03 * c3
                y1[j] = y1[j] + a10 * c0 + a11 * c1 + a12 * c2 + a13 * c3
                y2[j] = y2[j] + a20 * c0 + a21 * c1 + a22 * c2 + a23 * c3
                y3[j] = y3[j] + a30 * c0 + a31 * c1 + a32 * c2 + a33 * c3
        for k in range(terms, m):
            for j in range(p):
                y0[j] += a0[k] * b[k, j]
                y1[j] += a1[k] * b[k, j]
                y2[j] += a2[k] * b[k, j]
                y3[j] += a3[k] * b[k, j]
    for i in range(rows, n):
        for k in range(m):
            for j in range(p):
                y[i, j] += a[i, k] * b[k, j]


@numba.njit(error_model="numpy")
def adjoint(a, b):
    y = np.zeros((a.shape[0], b.shape[1]))
    add_product(a, b, y)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] *= 2.0
    a_bar = np.zeros(a.shape)
    b_bar = np.zeros(b.shape)
    add_product(y, b.T.copy(), a_bar)
    add_product(a.T.copy(), y, b_bar)
    return a_bar, b_bar


def jax_gradient(args):
    """Library products."""
    import jax
    import jax.numpy as jnp

    gradient = jax.jit(jax.grad(lambda a, b: jnp.sum((a @ b) ** 2), argnums=wrt))
    a, b = map(jnp.asarray, args)
    return lambda: jax.block_until_ready(gradient(a, b))
