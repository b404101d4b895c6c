"""Recursive radix-2 Fourier transform on complex arrays that returns new arrays; loss = weighted power spectrum.

The transform is linear, so the hand-written adjoint tapes nothing. It keeps the recursion but allocates one work array:
the halves are transformed where their results belong, so a butterfly is in place. The reverse sweep undoes the recursion from the
outside in (conjugated roots) and scatters at its leaves. Leaves are transforms of four points.
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
def transform(x, start, stride, y, root, levels):
    """The transform of ``x[start::stride]`` into `y`; ``root[n // 2 : n]`` are the roots for size `n`."""
    n = y.size
    if n == 4:
        a, b, c, d = x[start], x[start + stride], x[start + 2 * stride], x[start + 3 * stride]
        s, t, p, q = a + c, a - c, b + d, b - d
        q = complex(q.imag, -q.real)
        y[0], y[1], y[2], y[3] = s + p, t + q, s - p, t - q
        return
    half = n // 2
    low, high = y[:half], y[half:]
    transform(x, start, 2 * stride, low, root, levels)
    transform(x, start + stride, 2 * stride, high, root, levels)
    r = root[half:n]
    for k in range(half):
        e = low[k]
        t = r[k] * high[k]
        low[k] = e + t
        high[k] = e - t


@numba.njit(error_model="numpy")
def transform_adjoint(x_bar, start, stride, y_bar, root, levels):
    """The adjoint of `transform`: consumes `y_bar`, assigns ``x_bar[start::stride]``."""
    n = y_bar.size
    if n == 4:
        sp, tq, sm, tm = y_bar[0], y_bar[1], y_bar[2], y_bar[3]
        s, p, t, q = sp + sm, sp - sm, tq + tm, tq - tm
        q = complex(-q.imag, q.real)
        x_bar[start], x_bar[start + 2 * stride] = s + t, s - t
        x_bar[start + stride], x_bar[start + 3 * stride] = p + q, p - q
        return
    half = n // 2
    low, high = y_bar[:half], y_bar[half:]
    r = root[half:n]
    for k in range(half):
        a = low[k]
        b = high[k]
        low[k] = a + b
        high[k] = np.conj(r[k]) * (a - b)
    transform_adjoint(x_bar, start, 2 * stride, low, root, levels)
    transform_adjoint(x_bar, start + stride, 2 * stride, high, root, levels)


@numba.njit(error_model="numpy")
def adjoint(x, roots, weight):
    n = x.size
    # The roots of every size, each size contiguous: root[n // 2 + k] = roots[k * (roots.size * 2 // n)].
    root = np.empty(n, np.complex128)
    half = n // 2
    stride = 1
    while half > 1:
        for k in range(half):
            root[half + k] = roots[k * stride]
        half //= 2
        stride *= 2
    y = np.empty(n, np.complex128)
    transform(x, 0, 1, y, root, 0)
    for k in range(n):
        y[k] *= 2.0 * weight[k]
    x_bar = np.empty(n, np.complex128)
    transform_adjoint(x_bar, 0, 1, y, root, 0)
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
