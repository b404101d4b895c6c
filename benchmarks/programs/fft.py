"""Recursive radix-2 Fourier transform that returns new arrays; loss = weighted power spectrum.

The transform is linear, so the hand-written adjoint tapes nothing. It does the butterflies of
the recursion level by level, in place in one work array with real and imaginary parts apart, so
that they vectorise; the leaves have four points. The reverse sweep transposes the levels from
the outside in and scatters at the leaves.
"""

import numba
import numpy as np

TITLE = "recursive FFT, 2^14"
wrt = (0,)


@numba.njit(error_model="numpy")
def fft(x, roots):
    n = x.size
    if n == 1:
        return x.copy()
    half = n // 2
    even = np.empty(half, np.complex128)
    odd = np.empty(half, np.complex128)
    for k in range(half):
        even[k] = x[2 * k]
        odd[k] = x[2 * k + 1]
    even = fft(even, roots)
    odd = fft(odd, roots)
    stride = 2 * roots.size // n
    y = np.empty(n, np.complex128)
    for k in range(half):
        t = roots[k * stride] * odd[k]
        y[k] = even[k] + t
        y[half + k] = even[k] - t
    return y


def primal(x, roots, weight):
    y = fft(x, roots)
    loss = 0.0
    for k in range(y.size):
        loss += weight[k] * (y[k].real * y[k].real + y[k].imag * y[k].imag)
    return loss


def arguments(scale=1.0):
    n = 2 ** max(3, int(14 + np.log2(scale)))
    rng = np.random.default_rng(0)
    x = rng.normal(size=n) + 1j * rng.normal(size=n)
    return x, np.exp(-2j * np.pi * np.arange(n // 2) / n), rng.uniform(size=n)


@numba.njit(error_model="numpy")
def add_pairs(low_re, low_im, high_re, high_im, root_re, root_im):
    """One butterfly of the forward transform, in place."""
    for k in range(low_re.size):
        t_re = root_re[k] * high_re[k] - root_im[k] * high_im[k]
        t_im = root_re[k] * high_im[k] + root_im[k] * high_re[k]
        high_re[k] = low_re[k] - t_re
        high_im[k] = low_im[k] - t_im
        low_re[k] += t_re
        low_im[k] += t_im


@numba.njit(error_model="numpy")
def add_pairs_adjoint(low_re, low_im, high_re, high_im, root_re, root_im):
    """The transposed butterfly, in place."""
    for k in range(low_re.size):
        t_re = low_re[k] - high_re[k]
        t_im = low_im[k] - high_im[k]
        low_re[k] += high_re[k]
        low_im[k] += high_im[k]
        high_re[k] = root_re[k] * t_re + root_im[k] * t_im
        high_im[k] = root_re[k] * t_im - root_im[k] * t_re


@numba.njit(error_model="numpy")
def level(y, root, half):
    """All butterflies of width `half`. The first half of `y` holds real parts, the second imaginary
    ones; likewise `root`.
    """
    n = y.size // 2
    r_re, r_im = root[half : 2 * half], root[n + half : n + 2 * half]
    for o in range(0, n, 2 * half):
        m = o + half
        add_pairs(y[o:m], y[n + o : n + m], y[m : m + half], y[n + m : n + m + half], r_re, r_im)


@numba.njit(error_model="numpy")
def level_adjoint(y, root, half):
    n = y.size // 2
    r_re, r_im = root[half : 2 * half], root[n + half : n + 2 * half]
    for o in range(0, n, 2 * half):
        m = o + half
        add_pairs_adjoint(
            y[o:m], y[n + o : n + m], y[m : m + half], y[n + m : n + m + half], r_re, r_im
        )


def narrow(half):
    """`level` and `level_adjoint` for one small width: the inner loop has a constant length and
    becomes a few vector instructions.
    """

    @numba.njit(error_model="numpy")
    def forward(y, root):
        n = y.size // 2
        for o in range(0, n, 2 * half):
            for k in range(half):
                root_re, root_im = root[half + k], root[n + half + k]
                low_re, low_im = y[o + k], y[n + o + k]
                high_re, high_im = y[o + half + k], y[n + o + half + k]
                t_re = root_re * high_re - root_im * high_im
                t_im = root_re * high_im + root_im * high_re
                y[o + k], y[n + o + k] = low_re + t_re, low_im + t_im
                y[o + half + k], y[n + o + half + k] = low_re - t_re, low_im - t_im

    @numba.njit(error_model="numpy")
    def reverse(y, root):
        n = y.size // 2
        for o in range(0, n, 2 * half):
            for k in range(half):
                root_re, root_im = root[half + k], root[n + half + k]
                low_re, low_im = y[o + k], y[n + o + k]
                high_re, high_im = y[o + half + k], y[n + o + half + k]
                t_re, t_im = low_re - high_re, low_im - high_im
                y[o + k], y[n + o + k] = low_re + high_re, low_im + high_im
                y[o + half + k] = root_re * t_re + root_im * t_im
                y[n + o + half + k] = root_re * t_im - root_im * t_re

    return forward, reverse


level_4, level_4_adjoint = narrow(4)
level_8, level_8_adjoint = narrow(8)


@numba.njit(error_model="numpy")
def leaf_starts(n):
    """Where the four points (``start + i * n // 4``) of every leaf begin, in the order of the
    recursion.
    """
    leaves = n // 4
    start = np.zeros(leaves, np.int64)
    m = 1
    while m < leaves:
        for i in range(m):
            start[m + i] = start[i] + leaves // (2 * m)
        m *= 2
    return start


@numba.njit(error_model="numpy")
def adjoint(x, roots, weight):
    n = x.size
    leaves = n // 4
    # The roots of every width, each contiguous.
    root = np.empty(2 * n)
    half = n // 2
    stride = 1
    while half > 1:
        for k in range(half):
            root[half + k] = roots[k * stride].real
            root[n + half + k] = roots[k * stride].imag
        half //= 2
        stride *= 2

    y = np.empty(2 * n)
    start = leaf_starts(n)
    for leaf in range(leaves):
        i = start[leaf]
        o = 4 * leaf
        a, b, c, d = x[i], x[i + leaves], x[i + 2 * leaves], x[i + 3 * leaves]
        s, t, p, q = a + c, a - c, b + d, b - d
        y[o], y[n + o] = s.real + p.real, s.imag + p.imag
        y[o + 1], y[n + o + 1] = t.real + q.imag, t.imag - q.real
        y[o + 2], y[n + o + 2] = s.real - p.real, s.imag - p.imag
        y[o + 3], y[n + o + 3] = t.real - q.imag, t.imag + q.real
    level_4(y, root)
    if n > 8:
        level_8(y, root)
    half = 16
    while half < n:
        level(y, root, half)
        half *= 2

    for k in range(n):
        y[k] *= 2.0 * weight[k]
        y[n + k] *= 2.0 * weight[k]

    half //= 2
    while half > 8:
        level_adjoint(y, root, half)
        half //= 2
    if n > 8:
        level_8_adjoint(y, root)
    level_4_adjoint(y, root)
    x_bar = np.empty(n, np.complex128)
    for leaf in range(leaves):
        i = start[leaf]
        o = 4 * leaf
        s_re, s_im = y[o] + y[o + 2], y[n + o] + y[n + o + 2]
        p_re, p_im = y[o] - y[o + 2], y[n + o] - y[n + o + 2]
        t_re, t_im = y[o + 1] + y[o + 3], y[n + o + 1] + y[n + o + 3]
        # t + q and t - q were the odd points, with q turned by a quarter: turn back.
        q_re, q_im = y[n + o + 3] - y[n + o + 1], y[o + 1] - y[o + 3]
        x_bar[i] = complex(s_re + t_re, s_im + t_im)
        x_bar[i + leaves] = complex(p_re + q_re, p_im + q_im)
        x_bar[i + 2 * leaves] = complex(s_re - t_re, s_im - t_im)
        x_bar[i + 3 * leaves] = complex(p_re - q_re, p_im - q_im)
    return (x_bar,)


def jax_gradient(args):
    """The library transform. JAX returns the conjugate of the gradient's convention used here."""
    import jax
    import jax.numpy as jnp

    x, _, weight = args
    weight = jnp.asarray(weight)

    def loss(x):
        y = jnp.fft.fft(x)
        return jnp.sum(weight * (y.real * y.real + y.imag * y.imag))

    gradient = jax.jit(lambda x: jnp.conj(jax.grad(loss)(x)))
    x = jnp.asarray(x)
    return lambda: (jax.block_until_ready(gradient(x)),)
