"""Fourier transforms."""

from __future__ import annotations

import numpy as np

from adcomp import gradient
from tests.conformance.harness import case


@case("H-01")
def _():
    return gradient(lambda x: np.sum(np.abs(np.fft.fft(x)) ** 2))(np.array([1.0, 2.0, 3.0, 4.0]))


@case("H-02")
def _():
    x = np.array([1.0, 2.0, 3.0, 4.0])
    return (gradient(lambda x: np.fft.fft(x)[1].real)(x),
            gradient(lambda x: np.fft.fft(x)[1].imag)(x))


@case("H-03")
def _():
    x = np.arange(6.0).reshape(2, 3)
    return gradient(lambda x, i, j: np.fft.ifft(np.fft.fft(x))[i, j].real)(x, 1, 2)


@case("H-04")
def _():
    x = np.array([[-0.353213, -0.789656, -0.270151], [-0.95719, -1.27933, 0.223982]])
    return gradient(lambda x: np.sum(np.abs(np.fft.fft2(x))))(x)


@case("H-05")
def _():
    x = np.linspace(-1, 1, 16).astype(np.float32)
    got = gradient(lambda x: np.sum(np.abs(np.fft.ifft(np.fft.fft(x))) ** 2))(x)
    assert np.allclose(got, 2 * x, rtol=1e-5, atol=1e-6)
    return got


@case("H-06")
def _():
    return gradient(lambda x: np.sum(np.abs(np.fft.rfft(x)) ** 2))(np.array([1.0, 2.0, 3.0, 4.0]))
