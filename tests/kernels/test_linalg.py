"""Kernels of matrix products against loops, for every layout and dtype."""

import itertools
import operator
import warnings

import numpy as np
import pytest

import adcomp.kernels  # noqa: F401  fills RULES
from adcomp.registry import RULES

LAYOUTS = "CFA"
DTYPES = [np.float64, np.float32, np.complex128, np.complex64]
TOLERANCE = {np.float64: 1e-12, np.complex128: 1e-12, np.float32: 1e-4, np.complex64: 1e-4}


def draw(rng, shape, dtype, layout="C"):
    """Random numbers: row-major, column-major, or every second row of something larger."""
    values = rng.normal(size=shape)
    if np.issubdtype(dtype, np.complexfloating):
        values = values + 1j * rng.normal(size=shape)
    values = values.astype(dtype)
    if layout == "F":
        return np.asfortranarray(values)
    if layout == "A" and values.ndim:
        larger = np.zeros((2 * shape[0], *shape[1:]), dtype)
        larger[::2] = values
        return larger[::2]
    return values


def pull(op, a, b, y_bar):
    """Cotangents by a sum over every product of elements of `a` and `b` that `op` adds up."""
    a_bar, b_bar = np.zeros_like(a), np.zeros_like(b)
    product = operator.matmul if op == "@" else {"np.vdot": np.vdot, "np.outer": np.outer}[op]
    for index in np.ndindex(a.shape):
        unit = np.zeros_like(a)
        unit[index] = 1
        a_bar[index] = pairing(product(unit, b), y_bar)
        if np.iscomplexobj(a):
            a_bar[index] += 1j * pairing(product(1j * unit, b), y_bar)
    for index in np.ndindex(b.shape):
        unit = np.zeros_like(b)
        unit[index] = 1
        b_bar[index] = pairing(product(a, unit), y_bar)
        if np.iscomplexobj(b):
            b_bar[index] += 1j * pairing(product(a, 1j * unit), y_bar)
    return a_bar, b_bar


def pairing(y_dot, y_bar):
    return np.sum(np.real(np.conj(y_bar) * y_dot))


def check(op, a, b, y_bar, layout="C", dtype=np.float64):
    """Both kernels add the cotangent of their argument to what is there, and to nothing else."""
    rng = np.random.default_rng(1)
    expected = pull(op, a, b, y_bar)
    values = {"a": a, "b": b, "y_bar": y_bar}
    for wrt, cotangent in zip("ab", expected):
        rule = RULES.array(op)[wrt]
        start = draw(rng, cotangent.shape, dtype, layout)
        out = draw(rng, cotangent.shape, dtype, layout)
        out[...] = start
        before = [np.copy(value) for value in values.values()]
        start = out.copy()
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            rule.kernel(*(values[p] for p in rule.params[:-1]), out)
        np.testing.assert_allclose(out - start, cotangent, rtol=TOLERANCE[dtype], atol=10 * TOLERANCE[dtype])
        for value, copy in zip(values.values(), before):
            np.testing.assert_array_equal(value, copy)


@pytest.mark.parametrize("size", [(2, 3, 4), (10, 11, 12)], ids=["loops", "blas"])
@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
@pytest.mark.parametrize("layouts", list(itertools.product(LAYOUTS, repeat=2)), ids="".join)
def test_two_matrices(size, dtype, layouts):
    rng = np.random.default_rng(0)
    m, k, n = size
    a = draw(rng, (m, k), dtype, layouts[0])
    b = draw(rng, (k, n), dtype, layouts[0])
    y_bar = draw(rng, (m, n), dtype)
    check("@", a, b, y_bar, layouts[1], dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
@pytest.mark.parametrize("layouts", ["CF", "FC", "AC"])
def test_matrices_of_unlike_layouts(dtype, layouts):
    rng = np.random.default_rng(0)
    a = draw(rng, (10, 11), dtype, layouts[0])
    b = draw(rng, (11, 12), dtype, layouts[1])
    check("@", a, b, draw(rng, (10, 12), dtype, "F"), "C", dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shapes", [((5, 4), (4,)), ((4,), (4, 5)), ((4,), (4,)), ((20, 9), (9, 15))], ids=str)
def test_vectors_and_matrices(dtype, shapes):
    rng = np.random.default_rng(0)
    a, b = (draw(rng, shape, dtype) for shape in shapes)
    y_bar = draw(rng, (a @ b).shape, dtype)
    check("@", a, b, y_bar if y_bar.ndim else y_bar[()], "C", dtype)


@pytest.mark.parametrize("layout", "FA")
@pytest.mark.parametrize("shapes", [((5, 4), (4,)), ((4,), (4, 5))], ids=str)
def test_matrix_vector_layouts(layout, shapes):
    rng = np.random.default_rng(0)
    a, b = (draw(rng, shape, np.complex128, layout) for shape in shapes)
    check("@", a, b, draw(rng, (5,), np.complex128), layout, np.complex128)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_vdot(dtype):
    rng = np.random.default_rng(0)
    a, b = (draw(rng, (7,), dtype) for _ in "ab")
    check("np.vdot", a, b, draw(rng, (), dtype)[()], "A", dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
@pytest.mark.parametrize("shapes", [((3,), (4,)), ((2, 3), (4,)), ((3,), (2, 2))], ids=str)
def test_outer(dtype, shapes):
    rng = np.random.default_rng(0)
    a, b = (draw(rng, shape, dtype) for shape in shapes)
    check("np.outer", a, b, draw(rng, (a.size, b.size), dtype), "C", dtype)


@pytest.mark.parametrize("shapes", [((0, 3), (3, 2)), ((2, 0), (0, 3)), ((2, 3), (3, 0)), ((0,), (0,))], ids=str)
def test_empty(shapes):
    a, b = (np.ones(shape) for shape in shapes)
    y = a @ b
    check("@", a, b, np.ones(y.shape) if np.ndim(y) else 1.0)


def test_every_product_is_one_rule():
    assert RULES.array("@") is not RULES.array("np.dot")
    assert RULES.array("@") == RULES.array("np.dot") == RULES.array("np.matmul")
    assert RULES.array("@")["a"].params == ("b", "y_bar", "a_bar")
