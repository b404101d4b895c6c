"""Complex numbers."""

from __future__ import annotations

import numpy as np

from adcomp import gradient, pullback
from tests.conformance.harness import case


@case("G-01")
def _():
    return gradient(lambda z: abs(z) ** 2)(3 + 2j)


@case("G-02")
def _():
    df = gradient(lambda z: z.imag)
    return df(3 + 3j), gradient(np_imag)(3.0)


def np_imag(x):
    return np.imag(x)


@case("G-03")
def _():
    df = gradient(lambda z: (np.conj(z) + 0.3j).imag)
    return df(0.3 + 0j), df(0.3)


@case("G-04")
def _():
    return gradient(lambda z: 3 * z.real**3 - 2 * z.imag**5)(1 + 2j)


@case("G-05")
def _():
    z = 1 + 2j
    return gradient(lambda z: (z**2).real)(z), gradient(lambda z: (z**2).imag)(z)


@case("G-06")
def _():
    return gradient(lambda z: z**2, holomorphic=True)(1 + 2j)


@case("G-07")
def _():
    return gradient(lambda z: np.cos(z).real)(1 + 2j)


@case("G-08")
def _():
    return gradient(lambda A: np.linalg.det(A).real)(np.array([[1, 2j], [3j, 4]]))


@case("G-09")
def _():
    z = 1 + 2j
    return (gradient(lambda z: (np.conj(z) * z**2).real)(z),
            gradient(lambda z: (np.conj(z) * z**2).imag)(z))


@case("G-10")
def _():
    return gradient(lambda z: z.real * z.imag + z.real)(2 + 3j)


@case("G-11")
def _():
    return gradient(lambda z: abs(z * z.real) ** 2)(4 + 5j)


@case("G-12")
def _():
    return gradient(lambda z: z * z)(1 + 2j)


@case("G-13")
def _():
    return gradient(lambda x: 2.0 * x)(np.array([1.0, 2.0]))


@case("G-14")
def _():
    df = gradient(lambda x, a, b: np.sum((a * np.exp(x + b * 1j)).real), wrt=(0, 1, 2))
    return df(np.ones(10), 1.0, 2.0)


@case("G-15")
def _():
    df = gradient(lambda z: np.sum(np.abs(z)))
    return df(np.array([0], np.complex64)), df(np.array([3 + 4j], np.complex64))


@case("G-16")
def _():
    return gradient(lambda z: (abs(z) * np.exp(1j * np.angle(z))).real)(10 + 20j)


@case("G-17")
def _():
    w = 3 + 4j
    _, back = pullback(lambda z: z * w)(1 + 2j)
    rows = [back(1.0)[0], back(1j)[0]]
    return np.array([[z.real, z.imag] for z in rows])


@case("G-18")
def _():
    def f(y, x):
        return (-1j * np.log((x + 1j * y) / np.sqrt(x * x + y * y))).real

    return gradient(f, wrt=(0, 1))(1.0, 0.5 + 0.3j)
