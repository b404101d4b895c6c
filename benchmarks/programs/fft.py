"""Recursive radix-2 Fourier transform that returns new arrays; loss = weighted power spectrum.

The transform is linear, so the hand-written adjoint tapes nothing: it is the transposed recursion,
which like the primal splits, recurs and makes new arrays. (A transform in place, level by level, is
another algorithm: about five times faster than this primal already.)
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
def fft_adjoint(y_bar, roots):
    n = y_bar.size
    if n == 1:
        return y_bar.copy()
    half = n // 2
    even_bar = np.empty(half, np.complex128)
    odd_bar = np.empty(half, np.complex128)
    stride = 2 * roots.size // n
    for k in range(half):
        low, high = y_bar[k], y_bar[half + k]
        even_bar[k] = low + high
        odd_bar[k] = (low - high) * roots[k * stride].conjugate()
    even_bar = fft_adjoint(even_bar, roots)
    odd_bar = fft_adjoint(odd_bar, roots)
    x_bar = np.empty(n, np.complex128)
    for k in range(half):
        x_bar[2 * k] = even_bar[k]
        x_bar[2 * k + 1] = odd_bar[k]
    return x_bar


@numba.njit(error_model="numpy")
def adjoint(x, roots, weight):
    y = fft(x, roots)
    for k in range(y.size):
        y[k] *= 2.0 * weight[k]
    return (fft_adjoint(y, roots),)


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
