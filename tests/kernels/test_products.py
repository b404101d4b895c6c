"""Kernels of matrix products against loops, for every layout and dtype."""

import itertools
import operator

import numpy as np
import pytest

import adcomp.kernels  # noqa: F401  fills RULES
from adcomp.registry import RULES

PAIRS = ["".join(pair) for pair in itertools.product("CFA", repeat=2)]
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
        out = draw(rng, cotangent.shape, dtype, layout)
        start = out.copy()
        before = [np.copy(value) for value in values.values()]
        rule.kernel(*(values[p] for p in rule.params[:-1]), out)
        close = TOLERANCE[dtype]
        np.testing.assert_allclose(out - start, cotangent, rtol=close, atol=10 * close)
        for value, copy in zip(values.values(), before):
            np.testing.assert_array_equal(value, copy)


def slow_unless(cases, fast):
    """The cases as parameters; those that are not in `fast` are marked slow."""
    slow = pytest.mark.slow
    return [pytest.param(case, marks=() if case in fast else slow, id=case) for case in cases]


SIZES = [(2, 3, 4), (10, 11, 12)]  # loops, BLAS


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
@pytest.mark.parametrize("layouts", slow_unless(PAIRS, ["CC", "AF"]))
def test_two_matrices(dtype, layouts):
    """Operands of the first layout, the cotangent that is added to of the second."""
    rng = np.random.default_rng(0)
    for m, k, n in SIZES:
        a = draw(rng, (m, k), dtype, layouts[0])
        b = draw(rng, (k, n), dtype, layouts[0])
        check("@", a, b, draw(rng, (m, n), dtype), layouts[1], dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
@pytest.mark.parametrize("layouts", slow_unless(["CF", "FC", "AC"], ["FC"]))
def test_matrices_of_unlike_layouts(dtype, layouts):
    rng = np.random.default_rng(0)
    for m, k, n in SIZES:
        a = draw(rng, (m, k), dtype, layouts[0])
        b = draw(rng, (k, n), dtype, layouts[1])
        check("@", a, b, draw(rng, (m, n), dtype, "F"), "C", dtype)


SHAPES = [((5, 4), (4,)), ((4,), (4, 5)), ((4,), (4,)), ((20, 9), (9, 15))]


@pytest.mark.parametrize("dtype", [
    np.float64, np.complex128, pytest.param(np.float32, marks=pytest.mark.slow),
    pytest.param(np.complex64, marks=pytest.mark.slow)])
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_vectors_and_matrices(dtype, shapes):
    rng = np.random.default_rng(0)
    a, b = (draw(rng, shape, dtype) for shape in shapes)
    y_bar = draw(rng, (a @ b).shape, dtype)
    check("@", a, b, y_bar if y_bar.ndim else y_bar[()], "C", dtype)


@pytest.mark.parametrize("layout", slow_unless("FA", "F"))
@pytest.mark.parametrize("shapes", SHAPES[:2], ids=str)
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
@pytest.mark.parametrize("shapes", [((3,), (4,)), ((2, 3), (2, 2))], ids=str)
def test_outer(dtype, shapes):
    rng = np.random.default_rng(0)
    a, b = (draw(rng, shape, dtype) for shape in shapes)
    check("np.outer", a, b, draw(rng, (a.size, b.size), dtype), "C", dtype)


@pytest.mark.parametrize(
    "shapes", [((0, 3), (3, 2)), ((2, 0), (0, 3)), ((2, 3), (3, 0)), ((0,), (0,))], ids=str)
def test_empty(shapes):
    a, b = (np.ones(shape) for shape in shapes)
    y = a @ b
    check("@", a, b, np.ones(y.shape) if np.ndim(y) else 1.0)


def test_every_product_is_one_rule():
    assert RULES.array("@") is not RULES.array("np.dot")
    assert RULES.array("@") == RULES.array("np.dot") == RULES.array("np.matmul")
    assert RULES.array("@")["a"].params == ("b", "y_bar", "a_bar")
