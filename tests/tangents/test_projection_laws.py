"""The laws of projections, for values of every kind."""

import gc
import weakref

import numpy as np
import pytest
import scipy.sparse

from adcomp.matrices import Matrix
from adcomp.tangents import (
    Lazy,
    NoTangent,
    NotImplementedTangent,
    Tangent,
    ZeroTangent,
    projector,
    zero_tangent,
)

from .values import VALUES, combined, flat, masked, noise, pairing

each_value = pytest.mark.parametrize("x", [pytest.param(v, id=name) for name, v in VALUES.items()])


def dtypes(t):
    if isinstance(t, Tangent):
        return [d for part in t.fields.values() for d in dtypes(part)]
    if isinstance(t, dict):
        return [d for part in t.values() for d in dtypes(part)]
    if isinstance(t, tuple | list) or isinstance(t, np.ndarray) and t.dtype.kind == "O":
        return [d for part in t for d in dtypes(part)]
    if t is NoTangent:
        return []
    if isinstance(t, np.ndarray | np.void) and t.dtype.names:
        return [d for name in t.dtype.names for d in dtypes(t[name])]
    return [t.dtype if hasattr(t, "dtype") else np.result_type(t)]


def assert_close(a, b, rtol):
    for p, q in zip(flat(a), flat(b), strict=True):
        np.testing.assert_allclose(p, q, rtol=rtol, atol=rtol)


@each_value
def test_projecting_twice_is_projecting_once(x):
    project = projector(x)
    once = project(noise(x, np.random.default_rng(1)))
    assert len(flat(once)) > 0
    assert_close(project(once), once, 1e-15)


@each_value
def test_linear_over_the_reals(x):
    random = np.random.default_rng(2)
    project, A, B = projector(x), noise(x, random), noise(x, random)
    left = flat(project(combined(2.0, A, -0.5, B)))
    for p, a, b in zip(left, flat(project(A)), flat(project(B)), strict=True):
        np.testing.assert_allclose(p, 2.0 * a - 0.5 * b, rtol=1e-13, atol=1e-13)


@each_value
def test_its_own_adjoint(x):
    random = np.random.default_rng(3)
    project, A, B = projector(x), noise(x, random), noise(x, random)
    PA, PB = project(A), project(B)
    left, right = pairing(PA, masked(B, PA)), pairing(masked(A, PB), PB)
    assert left == pytest.approx(right, rel=1e-12, abs=1e-12)


@each_value
def test_tangents_do_not_see_the_difference(x):
    random = np.random.default_rng(4)
    project, A, tangent = projector(x), noise(x, random), projector(x)(noise(x, random))
    left, right = pairing(project(A), tangent), pairing(masked(A, tangent), tangent)
    assert left == pytest.approx(right, rel=1e-12, abs=1e-12)


@each_value
def test_dtype_and_shape_are_those_of_the_tangent(x):
    result = projector(x)(noise(x, np.random.default_rng(5)))
    zero = zero_tangent(x)
    if not isinstance(x, Matrix) and not hasattr(x, "weight"):
        assert dtypes(result) == dtypes(zero)
        assert [p.shape for p in flat(result)] == [p.shape for p in flat(zero)]
    assert all(np.all(p == 0) for p in flat(zero))


@each_value
def test_hard_zeros_keep_their_identity(x):
    missing = NotImplementedTangent("this derivative")
    for token in (NoTangent, ZeroTangent, missing):
        assert projector(x)(token) is token


@each_value
def test_lazy_stays_lazy(x):
    calls = []
    A = noise(x, np.random.default_rng(6))
    result = projector(x)(Lazy(lambda: calls.append(1) or A))
    assert isinstance(result, Lazy) and not calls
    assert_close(result.force(), projector(x)(A), 0)
    result.force()
    assert calls == [1]


PLAIN = [name for name, x in VALUES.items()
         if isinstance(x, np.ndarray) and x.dtype.kind != "O" or scipy.sparse.issparse(x)]


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_right_is_returned_as_it_is(name):
    project = projector(VALUES[name])
    once = project(noise(VALUES[name], np.random.default_rng(7)))
    assert project(once) is once


@pytest.mark.parametrize("name", ["vector", "complex matrix", "records", "CSR", "COO", "BSR"])
def test_a_projector_keeps_no_numbers_alive(name):
    x = VALUES[name].copy()
    watched = weakref.ref(x if isinstance(x, np.ndarray) else x.data)
    project = projector(x)
    del x
    gc.collect()
    assert watched() is None and project is not None


@pytest.mark.parametrize("name", [n for n, v in VALUES.items() if isinstance(v, Matrix)])
def test_a_projector_of_a_matrix_keeps_no_numbers_alive(name):
    x = VALUES[name]
    held = [v for v in vars(x).values() if isinstance(v, np.ndarray) and v.dtype.kind in "fc"]
    kept = [v for v in vars(projector(x).like).values() if isinstance(v, np.ndarray)]
    assert not any(np.shares_memory(a, b) for a in held for b in kept)
