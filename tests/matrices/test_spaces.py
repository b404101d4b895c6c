"""The laws of projections, and of natural and structural form, for every type of matrices."""

from __future__ import annotations

import numpy as np
import pytest

from adcomp.errors import ShapeMismatch, TangentError
from adcomp.matrices import Diagonal, LowerTriangular, Matrix, ScaledMatrix, Symmetric
from adcomp.matrices.interpreter import dense_of
from adcomp.tangents import NoTangent, Tangent, ZeroTangent, projector
from adcomp.tangents.conversions import (
    destructure,
    generic_pullback,
    natural,
    pull_d,
    pull_r,
    push_d,
    push_r,
    restructure,
    structural,
)
from adcomp.tangents.fields import rebuild
from adcomp.tangents.matrix_types import register_matrix_type
from adcomp.tangents.structures import structure, structure_of
from tests.matrices.samples import NAMES, numbers, samples

DTYPES = ("float64", "complex128")
NATURAL = [name for name, x in samples().items() if x.natural]
WITH_R = [name for name, x in samples().items() if hasattr(x, "_pull_r") and not x.over_parametrised]
REDUNDANT = {"CSR with duplicates"}  # its fields are more than its entries


@pytest.fixture(params=DTYPES)
def dtype(request):
    return request.param


def entries(x, dtype, seed=0):
    """A cotangent of the entries that lies in no subspace."""
    return numbers(np.random.default_rng(seed), x.shape, "complex128" if x.dtype.kind == "c" else dtype)


def fields(x, seed=0):
    """A structural tangent, junk and all."""
    rng = np.random.default_rng(seed)
    made = {}
    for name in structure_of(type(x)).differentiable:
        value = np.asarray(getattr(x, name))
        made[name] = numbers(rng, value.shape, value.dtype)[()]
    return Tangent(type(x), **made)


def flat(x):
    """The numbers of a cotangent in either form, as one real vector."""
    if isinstance(x, Tangent):
        return np.concatenate([flat(part) for part in x.fields.values()])
    x = np.ravel(np.asarray(dense_of(x)))
    return np.concatenate([x.real, x.imag])


def dot(a, b):
    return np.sum(flat(a) * flat(b))


def close(a, b):
    np.testing.assert_allclose(flat(a), flat(b), rtol=1e-10, atol=1e-10)


def moved(x, x_dot, h):
    return rebuild(x, {name: getattr(x, name) + h * x_dot[name] for name in x_dot.fields})


@pytest.mark.parametrize("name", NATURAL)
def test_a_projection(name, dtype):
    x = samples(dtype)[name]
    project = projector(x)
    a, b = entries(x, dtype), entries(x, dtype, 1)
    close(project(project(a)), project(a))
    close(dense_of(project(2.0 * a - b)), 2.0 * dense_of(project(a)) - dense_of(project(b)))
    np.testing.assert_allclose(dot(project(a), b), dot(a, project(b)))
    x_dot = push_d(x, fields(x))
    np.testing.assert_allclose(dot(project(a), x_dot), dot(a, x_dot))
    assert tuple(project(a).shape) == x.shape and project(a).dtype == x.dtype
    assert project(ZeroTangent) is ZeroTangent and project(NoTangent) is NoTangent
    if x.dtype.kind == "f":
        close(project(a + 1j * b), project(a))
    with pytest.raises(ShapeMismatch):
        project(np.ones((x.shape[0] + 1, x.shape[1])))
    with pytest.raises(ShapeMismatch):
        project(np.ones(x.shape[1] + 1))


@pytest.mark.parametrize("name", NATURAL)
def test_natural_and_structural(name, dtype):
    x = samples(dtype)[name]
    a = entries(x, dtype)
    close(natural(x, structural(x, a)), projector(x)(a))
    close(structural(x, projector(x)(a)), structural(x, a))
    close(structural(x, structural(x, a)), structural(x, a))


@pytest.mark.parametrize("name", NAMES)
def test_d_is_the_derivative_of_the_entries(name, dtype):
    x = samples(dtype)[name]
    x_dot, a = fields(x), entries(x, dtype)
    h = 1e-5
    slope = (moved(x, x_dot, h).dense() - moved(x, x_dot, -h).dense()) / (2 * h)
    np.testing.assert_allclose(push_d(x, x_dot), slope, atol=1e-8)
    np.testing.assert_allclose(dot(a, push_d(x, x_dot)), dot(pull_d(x, a), x_dot))


@pytest.mark.parametrize("name", WITH_R)
def test_the_way_back(name, dtype):
    x = samples(dtype)[name]
    s, a = fields(x), entries(x, dtype)
    t = push_d(x, s)
    close(pull_d(x, pull_r(x, pull_d(x, a))), pull_d(x, a))
    close(push_d(x, push_r(x, t)), t)
    np.testing.assert_allclose(dot(s, push_r(x, a)), dot(pull_r(x, s), a))
    if name not in REDUNDANT:
        clean = push_r(x, t)  # junk aside
        close(pull_d(x, pull_r(x, clean)), clean)
        close(pull_d(x, pull_r(x, s)), pull_d(x, pull_r(x, clean)))
        if not x.has_junk:
            close(clean, s)
            pull_r(x, s, check=True)
    if x.natural:
        close(pull_r(x, pull_d(x, a)), projector(x)(a))


@pytest.mark.parametrize("name", [*WITH_R, "ScaledMatrix"])
def test_restructure(name, dtype):
    x = samples(dtype)[name]
    made = restructure(x, destructure(x))
    assert type(made) is type(x)
    np.testing.assert_allclose(made.dense(), x.dense(), rtol=1e-12)
    with pytest.raises(ShapeMismatch):
        restructure(x, np.ones((x.shape[0], x.shape[1] + 1)))


@pytest.mark.parametrize("name", NAMES)
def test_hard_zeros_and_missing_fields(name):
    x = samples()[name]
    for convert in (pull_d, pull_r, push_d, push_r, natural, structural):
        assert convert(x, ZeroTangent) is ZeroTangent
        assert convert(x, NoTangent) is NoTangent
    if hasattr(x, "_pull_r"):
        assert not np.any(dense_of(pull_r(x, Tangent(type(x)))))
    assert not np.any(push_d(x, Tangent(type(x))))


@pytest.mark.parametrize("name", NAMES)
def test_partials_off_the_pattern_are_not_read(name):
    x = samples()[name]
    if name in ("Kronecker", "Kronecker oblong", "ScaledMatrix", "Rotation"):
        return
    reached = push_d(x, Tangent(type(x), **{
        n: np.ones_like(getattr(x, n)) for n in structure_of(type(x)).differentiable})) != 0
    a = np.where(reached, entries(x, "float64"), np.inf)
    assert np.all(np.isfinite(flat(structural(x, a))))
    if x.natural:
        x_bar = projector(x)(a)
        known = structure_of(type(x_bar))
        stored = [x_bar] if known is None else [getattr(x_bar, n) for n in known.differentiable]
        assert all(np.all(np.isfinite(part)) for part in stored)


def test_smaller_subspaces_stay():
    d = Diagonal(np.array([1.0, 2.0, 3.0, 4.0]))
    for name in ("Symmetric upper", "Symmetric lower", "Hermitian upper", "UpperTriangular",
                 "LowerTriangular"):
        for dtype in DTYPES:
            x_bar = projector(samples(dtype)[name])(d)
            assert type(x_bar) is Diagonal and x_bar.dtype == dtype
            close(x_bar, d)
    x_bar = projector(samples("complex128")["Hermitian upper"])(d * (1 + 2j))
    close(x_bar, d)
    assert not np.any(dense_of(projector(samples()["UnitUpperTriangular"])(d)))


def test_what_is_kept_does_not_hold_the_numbers():
    import weakref

    data = np.ones((3, 3))
    seen = weakref.ref(data)
    project = projector(Symmetric(data))
    del data
    assert seen() is None
    close(project(np.eye(3)), np.eye(3))


def test_another_pattern_of_a_sparse_matrix():
    x = samples()["CSR"]
    for other in ("CSR with duplicates", "CSC", "Tridiagonal", "Fill square"):
        a = samples(seed=5)[other]
        close(projector(x)(a), projector(x)(a.dense()))


# Generic rules -------------------------------------------------------------------------------------


def product_pullback(a, b):
    return lambda y_bar: (y_bar @ dense_of(b).conj().T, dense_of(a).conj().T @ y_bar)


@pytest.mark.parametrize("right", ["Symmetric upper", "UpperTriangular", "Fill square", "Woodbury",
                                   "Kronecker", "CSR", "UnitLowerTriangular"])
@pytest.mark.parametrize("left", ["Symmetric lower", "LowerTriangular", "Fill square", "Woodbury",
                                  "Diagonal"])
def test_generic_product(left, right, dtype):
    a, b = samples(dtype)[left], samples(dtype, seed=3)[right]
    y_bar = numbers(np.random.default_rng(4), (4, 4), dtype)
    y = a.dense() @ b.dense()
    a_bar, b_bar = generic_pullback(product_pullback(a, b), (a, b), y)(y_bar)
    for k, (x, x_bar) in enumerate(((a, a_bar), (b, b_bar))):
        x_dot = fields(x)
        y_dot = push_d(x, x_dot) @ b.dense() if k == 0 else a.dense() @ push_d(x, x_dot)
        np.testing.assert_allclose(dot(x_bar, x_dot), dot(y_bar, y_dot), rtol=1e-10)


@pytest.mark.parametrize("name", [n for n in WITH_R if n != "Rotation"])
def test_generic_scaling(name, dtype):
    x = samples(dtype)[name]
    y = x * 2.0

    def pullback(y_bar):
        return dot(x, y_bar), 2.0 * dense_of(y_bar)

    back = generic_pullback(pullback, (2.0, x), y)
    a = entries(x, dtype)
    for y_bar in (a, structural(y, a)):
        c_bar, x_bar = back(y_bar)
        np.testing.assert_allclose(c_bar, dot(x, a))
        close(x_bar, structural(x, 2.0 * a))
    assert back(ZeroTangent) == (ZeroTangent, ZeroTangent)


def test_generic_rules_refuse_what_entries_do_not_determine():
    for name in ("ScaledMatrix", "Woodbury", "Kronecker"):
        with pytest.raises(TangentError, match="generic rule"):
            generic_pullback(lambda y_bar: (y_bar,), (np.eye(4),), samples()[name])
    x = samples()["ScaledMatrix"]
    in_range = structural(x, entries(x, "float64"))
    pull_r(x, in_range, check=True)
    with pytest.raises(TangentError, match="alpha"):
        pull_r(x, Tangent(ScaledMatrix, v=in_range.v, alpha=in_range.alpha + 1.0), check=True)
    with pytest.raises(TangentError, match="do not determine"):
        pull_r(samples()["Woodbury"], fields(samples()["Woodbury"]))
    with pytest.raises(TangentError, match="cotangents for"):
        generic_pullback(lambda y_bar: (y_bar,), (1.0, 2.0), np.eye(2))(np.eye(2))
    with pytest.raises(TangentError, match="is none of"):
        pull_r(samples()["Diagonal"], Tangent(LowerTriangular))


# Types of others -----------------------------------------------------------------------------------


class Outer:
    def __init__(self, u, v):
        self.u, self.v = u, v


class Toeplitz:
    """Symmetric, with constant diagonals."""

    def __init__(self, c):
        self.c = c


def outer(u, v):
    return np.outer(u, v)


def toeplitz(c):
    n = len(c)
    a = np.zeros((n, n), c.dtype)
    for i in range(n):
        for j in range(n):
            a[i, j] = c[abs(i - j)]
    return a


def spread_toeplitz(x, c):
    n = len(c)
    counts = np.array([n] + [2 * (n - k) for k in range(1, n)])
    return Toeplitz(c / counts)


register_matrix_type(Outer, fields=("u", "v"), destructure=outer, over_parametrised=True)
register_matrix_type(Toeplitz, fields=("c",), destructure=toeplitz, R=spread_toeplitz)


def test_registered_types():
    rng = np.random.default_rng(0)
    x = Outer(rng.normal(size=3), rng.normal(size=2))
    a = rng.normal(size=(3, 2))
    x_bar = pull_d(x, a)
    np.testing.assert_allclose(x_bar.u, a @ x.v)
    np.testing.assert_allclose(x_bar.v, x.u @ a)
    x_dot = Tangent(Outer, u=rng.normal(size=3), v=rng.normal(size=2))
    np.testing.assert_allclose(push_d(x, x_dot), np.outer(x_dot.u, x.v) + np.outer(x.u, x_dot.v))
    assert isinstance(projector(x)(a), Tangent)
    with pytest.raises(TangentError):
        generic_pullback(lambda y_bar: (y_bar,), (a,), x)

    t = Toeplitz(np.array([1.0, 2.0, 3.0]))
    a = rng.normal(size=(3, 3))
    wanted = [np.trace(a), np.trace(a, 1) + np.trace(a, -1), a[0, 2] + a[2, 0]]
    np.testing.assert_allclose(pull_d(t, a).c, wanted)
    p = projector(t)(a)
    assert isinstance(p, Toeplitz)
    np.testing.assert_allclose(pull_d(t, p).c, wanted)
    np.testing.assert_allclose(projector(t)(toeplitz(p.c)).c, p.c)
    s = Tangent(Toeplitz, c=rng.normal(size=3))
    np.testing.assert_allclose(np.sum(toeplitz(pull_r(t, s).c) * a), np.sum(s.c * push_r(t, a).c))
    np.testing.assert_allclose(restructure(t, toeplitz(t.c)).c, t.c)
    back = generic_pullback(lambda y_bar: (2 * toeplitz(y_bar.c),), (t,), t)
    np.testing.assert_allclose(back(s)[0].c, 2 * s.c)


@structure
class Circulant(Matrix):
    """A type that says only what its entries are."""

    c: np.ndarray

    @property
    def shape(self):
        return len(self.c), len(self.c)

    def dense(self):
        n = len(self.c)
        a = np.zeros((n, n), self.c.dtype)
        for i in range(n):
            for j in range(n):
                a[i, j] = self.c[(i - j) % n]
        return a


def test_d_is_derived_from_the_entries():
    a = np.random.default_rng(0).normal(size=(3, 3))
    x = Circulant(np.array([1.0, 2.0, 3.0]))
    wanted = [sum(a[(k + j) % 3, j] for j in range(3)) for k in range(3)]
    np.testing.assert_allclose(structural(x, a).c, wanted)
