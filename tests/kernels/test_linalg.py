"""Functions of ``np.linalg`` and `adcomp.linalg`: gradients of whole programs against finite differences."""

import numpy as np
import pytest
import scipy.linalg
from numba import njit

import adcomp
import adcomp.linalg
from tests.kernels.linalg_programs import PROGRAMS, arguments, differences, laid_out

#: Numba takes no strided arrays in `np.kron`
CONTIGUOUS = ("kron_matrices", "kron_vectors", "kron_mixed")


#: what everybody uses; a first compilation takes several seconds each
FAST = ("solve_matrix", "det", "cholesky", "eigh", "svd_square", "norms_of_vector", "cross_vectors")


def gradient(f, args):
    return adcomp.gradient(f, wrt=tuple(range(len(args))))(*args)


def check(f, args, layout="C", rtol=1e-7):
    """The gradient by every argument; they are unchanged after it."""
    given = [laid_out(x, layout) for x in args]
    got = gradient(f, tuple(given))
    for k, x in enumerate(args):
        want = differences(f, args, k)
        assert got[k].shape == x.shape and got[k].dtype == x.dtype
        np.testing.assert_allclose(got[k], want, rtol=rtol, atol=rtol * np.abs(want).max())
        np.testing.assert_array_equal(given[k], x)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in FAST else pytest.mark.slow) for n in PROGRAMS])
def test_gradient(name):
    check(PROGRAMS[name][0], arguments(name, np.float64))


@pytest.mark.slow
@pytest.mark.parametrize("name", PROGRAMS)
def test_gradient_of_complex(name):
    check(PROGRAMS[name][0], arguments(name, np.complex128))


@pytest.mark.slow
@pytest.mark.parametrize("layout", "FA")
@pytest.mark.parametrize("name", PROGRAMS)
def test_layouts(name, layout):
    """Column-major and strided arguments give what row-major ones do."""
    if layout == "A" and name in CONTIGUOUS:
        pytest.skip("no primal")
    f, args = PROGRAMS[name][0], arguments(name, np.float64)
    want, got = gradient(f, args), gradient(f, tuple(laid_out(x, layout) for x in args))
    for x, y in zip(got, want):
        np.testing.assert_allclose(x, y, rtol=1e-9, atol=1e-9 * np.abs(y).max())


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float32, np.complex64])
@pytest.mark.parametrize("name", PROGRAMS)
def test_single_precision(name, dtype):
    f, args = PROGRAMS[name][0], arguments(name, dtype)
    double = np.complex128 if dtype is np.complex64 else np.float64
    got, want = gradient(f, args), gradient(f, tuple(x.astype(double) for x in args))
    for x, y in zip(got, want):
        assert x.dtype == dtype
        np.testing.assert_allclose(x, y, rtol=2e-3, atol=2e-3 * np.abs(y).max())


# Values -------------------------------------------------------------------------------------------


def values(a, b):
    """What comes of one factorisation by the same routine of LAPACK."""
    h = a @ np.conj(a.T)
    q, r = np.linalg.qr(a)
    w, v = np.linalg.eigh(h)
    u, s, vh = np.linalg.svd(a)
    sign, log = np.linalg.slogdet(a)
    return (np.linalg.solve(a, b), np.linalg.inv(a), np.linalg.det(a), sign, log, np.linalg.cholesky(h), q, r,
            w, v, u, s, vh, np.linalg.pinv(a), np.linalg.norm(a), np.linalg.norm(b, 1), np.linalg.cond(a),
            np.linalg.lstsq(a, b)[0], np.linalg.matrix_power(a, 5), np.linalg.matrix_power(a, 3))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_values_are_those_of_numba(dtype):
    a, b = arguments("solve_vector", dtype, seed=3)
    got = adcomp.pullback(values)(a, b)[0]
    for x, y in zip(got, njit(values)(a, b), strict=True):
        np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("scale", [1e-3, 0.2, 0.5, 1.5, 20.0])
def test_exponential(scale):
    for dtype in (np.float64, np.complex128):
        (a,) = arguments("exponentials", dtype)
        want = scipy.linalg.expm(a * scale)
        got = adcomp.linalg.expm(a * scale)
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-13 * np.abs(want).max())


@pytest.mark.parametrize("trans", [0, 1, 2])
def test_triangular_solution(trans):
    for dtype in (np.float64, np.complex128):
        a, b = arguments("triangular_upper", dtype)
        for lower in (False, True):
            for unit in (False, True):
                got = adcomp.linalg.solve_triangular(a, b, lower, trans, unit)
                want = scipy.linalg.solve_triangular(a, b, trans=trans, lower=lower, unit_diagonal=unit)
                np.testing.assert_allclose(got, want, rtol=1e-12)
