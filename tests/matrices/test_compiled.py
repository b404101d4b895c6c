"""Programs on structured matrices through the compiler: values, and gradients by the fields."""

from __future__ import annotations

import numpy as np
import pytest

import adcomp
from adcomp.tangents.fields import rebuild
from adcomp.tangents.structures import structure_of
from tests.matrices.samples import NAMES, SINGULAR, numbers, samples


def size(x):
    """A real number that depends on every entry in its own way."""
    return np.sum(np.abs(x) ** 2)


def product(m, b):
    return size(m @ b)


def product_with_rows(m, b):
    return size(np.ones((2, m.shape[0])) @ m) + size(m @ np.ones((m.shape[1], 2)))


def whole(m, b):
    return size(m.dense()) + size((m + 1.0) ** 2)


def zero_preserving(m, b):
    return size(np.sin(m) @ b)


def not_preserving(m, b):
    return size(np.cos(m) @ b)


def numbers_beside(m, b):
    return size((2.5 * m / 3.0 - m) @ b) + size(-m @ b)


def together(m, b):
    return size(((m + m) * m) @ b) + size(m.T @ m)


def with_arrays(m, b):
    a = np.cos(np.arange(m.shape[0] * m.shape[1])).reshape(m.shape)
    return size((m * a) @ b) + size(a - m) + size(a + m) + size(m / (2.0 + a))


def read_entries(m, b):
    return np.abs(m[0, 1]) ** 2 + np.abs(m[-1, 0]) ** 2 + np.abs(m[0, 0]) ** 2 + size(m[0, :] * b)


def sums(m, b):
    return np.abs(np.sum(m)) + size(m.sum(axis=0)) + size(m.sum(axis=1)) + np.abs(np.trace(m))


def solutions(m, b):
    return size(np.linalg.solve(m, b)) + size(m.solve(np.ones((len(b), 2), b.real.dtype)))


def determinants(m, b):
    return np.abs(np.linalg.det(m)) + np.linalg.slogdet(m)[1]


def inverse(m, b):
    return size(m.inv() @ b)


PROGRAMS = (product, product_with_rows, whole, zero_preserving, not_preserving, numbers_beside, together,
            with_arrays, read_entries, sums, solutions, determinants, inverse)
SQUARE = (solutions, determinants, inverse)


# One short program for each type and each of the others once; the rest takes long to compile.
FAST = {(name, product) for name in NAMES} | {
    ("Diagonal", f) for f in PROGRAMS} | {("Symmetric upper", read_entries), ("CSR", sums)}


def cases():
    """Every program on every type."""
    found = []
    for name in NAMES:
        x = samples()[name]
        solvable = x.shape[0] == x.shape[1] and name not in SINGULAR
        for f in PROGRAMS:
            if solvable or f not in SQUARE:
                marks = () if (name, f) in FAST else pytest.mark.slow
                found.append(pytest.param(name, f, "float64", marks=marks, id=f"{name}-{f.__name__}"))
        for f in (product, solutions) if solvable else (product,):
            found += [pytest.param(name, f, dtype, marks=pytest.mark.slow, id=f"{name}-{f.__name__}-{dtype}")
                      for dtype in ("complex128", "float32")]
    return found


def along(rng, value):
    """A direction for a field."""
    e = numbers(rng, np.shape(value), "complex128" if np.iscomplexobj(value) else "float64")
    return e[()].astype(np.asarray(value).dtype)


@pytest.mark.parametrize(("name", "f", "dtype"), cases())
def test_gradients(name, f, dtype):
    m = samples(dtype)[name]
    rng = np.random.default_rng(7)
    b = numbers(rng, m.shape[1], dtype)
    value, (m_bar, b_bar) = adcomp.value_and_gradient(f, wrt=(0, 1), form="structural")(m, b)
    single = dtype == "float32"
    np.testing.assert_allclose(value, f(m, b), rtol=1e-4 if single else 1e-10)

    exact = samples("float64")[name] if single else m
    direction = {n: along(rng, getattr(exact, n)) for n in structure_of(type(m)).differentiable}
    b_dot = along(rng, b).astype("float64" if single else dtype)

    def moved(h):
        fields = {n: getattr(exact, n) + h * e for n, e in direction.items()}
        return f(rebuild(exact, fields), b + h * b_dot)

    h = 1e-4
    slope = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
    got = np.sum(np.real(np.conj(b_bar) * b_dot))
    for n, e in direction.items():
        part = m_bar[n]
        value = getattr(m, n)
        assert np.shape(part) == np.shape(value)
        if np.ndim(value):  # Numba gives numbers back in double precision
            assert part.dtype == value.dtype
        got += np.sum(np.real(np.conj(part) * e))
    np.testing.assert_allclose(got, slope, rtol=2e-3 if single else 1e-7, atol=1e-3 if single else 1e-8)
