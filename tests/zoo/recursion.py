"""Recursion: on scalars, on index ranges, to a depth set by the data, and on arrays."""

import math

import numpy as np
from numba import njit

from ._registry import normal, program


@njit
def power_recursive(x, n):
    """x**n by halving."""
    if n == 0:
        return 1.0
    half = power_recursive(x, n // 2)
    if n % 2 == 0:
        return half * half
    return half * half * x


@program(args=lambda rng: (1.1, 11))
def recursive_power(x, n):
    """recursion with one call and branches after it"""
    return power_recursive(x, n) + power_recursive(math.sin(x), 3)


@njit
def tree(x, y, n):
    """A Fibonacci-like recursion on floats: two calls."""
    if n < 2:
        return x if n == 0 else y
    return math.sin(tree(x, y, n - 1)) + 0.5 * tree(x, y, n - 2) * x


@program(args=lambda rng: (0.8, 1.3, 6))
def recursive_tree(x, y, n):
    """recursion with two calls"""
    return tree(x, y, n) * y


@njit
def halves_sum(x, low, high):
    """Sum of squares by bisection."""
    if high - low == 1:
        return x[low] ** 2
    middle = (low + high) // 2
    return halves_sum(x, low, middle) + 1.1 * halves_sum(x, middle, high)


@program(args=lambda rng: (normal(rng, 7),))
def recursive_sum(x):
    """recursion over index ranges of an array"""
    return halves_sum(x, 0, len(x)) ** 2


@njit
def fft_recursive(z):
    """Radix-two Fourier transform; returns a new array."""
    n = len(z)
    if n == 1:
        return z.copy()
    even = fft_recursive(z[::2].copy())
    odd = fft_recursive(z[1::2].copy())
    out = np.empty(n, np.complex128)
    for k in range(n // 2):
        t = np.exp(-2j * math.pi * k / n) * odd[k]
        out[k] = even[k] + t
        out[k + n // 2] = even[k] - t
    return out


@program(args=lambda rng: (normal(rng, 8) + 1j * normal(rng, 8),))
def recursive_fft(z):
    """recursion that returns arrays: the weighted power spectrum"""
    f = fft_recursive(z)
    s = 0.0
    for k in range(len(f)):
        s += (k + 1) * (f[k].real ** 2 + f[k].imag ** 2) + f[k].real
    return s


@njit
def collatz_like(x, n):
    """A recursion whose depth depends on the data."""
    if x < 1.0 or n == 0:
        return x * x
    return collatz_like(x * 0.6, n - 1) + 0.1 * x


@program(args=lambda rng: (5.3,))
def recursive_data_depth(x):
    """the depth of the recursion depends on the argument"""
    return collatz_like(x, 20)
