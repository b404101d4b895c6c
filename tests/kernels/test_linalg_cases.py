"""Functions of ``np.linalg`` where something is the matter: singular and degenerate matrices, errors,
arguments that are overwritten, loops, branches, and the next process."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import adcomp
import adcomp.linalg
from tests.kernels.linalg_programs import definite, differences, normal

RNG = np.random.default_rng(7)
A, B = normal(RNG, np.float64, 4, 4), normal(RNG, np.float64, 4)
SYMMETRIC = definite(RNG, np.float64, 4)


def check(f, *args, rtol=1e-7):
    wrt = tuple(range(len(args)))
    got = adcomp.gradient(f, wrt=wrt)(*(x.copy() for x in args))
    for k in wrt:
        want = differences(f, args, k)
        np.testing.assert_allclose(got[k], want, rtol=rtol, atol=rtol * max(1, np.abs(want).max()))


# Programs -----------------------------------------------------------------------------------------


def time_loop(a, b):
    """The factors of every step are kept."""
    y = b.copy()
    for k in range(4):
        y = np.linalg.solve(a, y) * 3.0
        a[0, 1] += 0.5 * y[0]
    return np.sum(y * y)


def while_loop(a, b):
    y, n = b.copy(), 0
    while n < 3 and y[0] > -1e3:
        y = np.linalg.solve(a + n, y)
        n += 1
    return np.sum(y * y)


def branch(a, b):
    y = b.reshape((4, 1)).copy()
    if a[0, 0] < 100.0:
        y = np.linalg.solve(a, y)
        w, v = np.linalg.eigh(a + a.T)
        y = y * w[0]
    a[:] = 0.0
    b[:] = 1.0
    return np.sum(y * y)


def overwritten(a):
    """Results are arrays of their own."""
    w, v = np.linalg.eigh(a + a.T)
    total = w[0] * w[1] + v[0, 0] ** 2
    w[0], v[0, 0] = 3.0, 2.0
    l = np.linalg.cholesky(a @ a.T + np.eye(4))
    total += l[3, 3] * l[2, 1]
    l[:] = 0.0
    x = np.linalg.inv(a)
    total += x[0, 0] ** 2
    x[0, 0] = 1.0
    a[:] = 1.0
    return total + w[0] * w[2] + v[0, 0] + x[0, 0] * x[1, 1]


def same_argument_twice(a):
    return np.sum(np.linalg.solve(a, a @ a) ** 2) + np.sum(np.linalg.solve(a, a) * a)


def several_factorisations(a, b):
    total = 0.0
    for k in range(3):
        u, s, vh = np.linalg.svd(a + k * np.eye(4))
        q, r = np.linalg.qr(a * s[0])
        total += np.linalg.norm(u[:, 0] * s - b) + r[0, 1] + np.linalg.det(q) * vh[1, 1] ** 2
    return total


def helper(a, b):
    return np.linalg.solve(a, b)


def through_helper(a, b):
    return np.sum(helper(a, helper(a, b)) ** 2)


@pytest.mark.parametrize("f", [time_loop, branch, through_helper, pytest.param(
    while_loop, marks=pytest.mark.slow), pytest.param(several_factorisations, marks=pytest.mark.slow)])
def test_programs(f):
    check(f, A + 2 * np.eye(4), B)


@pytest.mark.parametrize("f", [overwritten, same_argument_twice])
def test_programs_of_one_argument(f):
    check(f, A)


def test_one_factorisation_and_one_pullback_for_both_arguments():
    source = adcomp.gradient(helper_sum, wrt=(0, 1)).source_for(A, B)
    assert source.count("solve_factors(") == source.count("solve_ab(") == 1
    assert "solve_a(" not in source and "solve_b(" not in source
    assert "solve_b(" in adcomp.gradient(helper_sum, wrt=1).source_for(A, B)


def helper_sum(a, b):
    return np.sum(np.linalg.solve(a, b))


def test_what_nobody_reads_is_not_computed():
    """A factor that has no part in the result is neither copied nor pulled back."""
    def values(a):
        q, r = np.linalg.qr(a)
        return np.sum(r)

    source = adcomp.gradient(values).source_for(A)
    assert "q_a(" not in source and "q_of(" not in source


# What is read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", [np.linalg.cholesky, np.linalg.eigvalsh])
def test_only_the_lower_triangle_is_read(function):
    def f(a):
        return np.sum(function(a) ** 3)

    upper = np.triu(np.ones((4, 4), bool), 1)
    spoilt = SYMMETRIC + 5 * upper
    got = adcomp.gradient(f)(spoilt)
    np.testing.assert_array_equal(got[upper], 0)
    np.testing.assert_allclose(got, differences(f, (spoilt,), 0), rtol=1e-7, atol=1e-7)


def test_imaginary_diagonal_is_not_read():
    def f(a):
        return np.sum(np.linalg.eigvalsh(a) ** 3) + np.linalg.cholesky(a)[2, 2].real

    a = definite(RNG, np.complex128, 3)
    got = adcomp.gradient(f)(a)
    np.testing.assert_array_equal(np.diag(got).imag, 0)
    np.testing.assert_allclose(got, differences(f, (a,), 0), rtol=1e-7, atol=1e-6)


# Singular matrices --------------------------------------------------------------------------------


def determinant(a):
    return np.linalg.det(a)


def cofactors(a):
    n = len(a)
    minors = [[np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) for j in range(n)] for i in range(n)]
    return np.array([[(-1) ** (i + j) * minors[i][j] for j in range(n)] for i in range(n)])


@pytest.mark.parametrize("loss", [0, 1e-13, 1e-9, 1e-6])
@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_determinant_at_every_rank(rank, loss):
    """The cofactors; of rank 3 one of rank one, of lower ranks zero."""
    left, right = (np.linalg.qr(normal(RNG, np.float64, 4, 4))[0] for _ in range(2))
    a = left @ np.diag([3.0, 2.0, 1.5, 1.0] * (np.arange(4) < rank) + loss) @ right
    np.testing.assert_allclose(adcomp.gradient(determinant)(a), cofactors(a), rtol=1e-7, atol=1e-13)


def test_determinant_of_exactly_singular_matrices():
    for a in (np.zeros((3, 3)), np.diag([2.0, 0.0, 3.0]), np.ones((3, 3)), np.zeros((1, 1))):
        got = adcomp.gradient(determinant)(a)
        np.testing.assert_allclose(got, cofactors(a) if len(a) > 1 else np.ones((1, 1)), atol=1e-14)


def test_logarithm_of_a_determinant_that_is_zero():
    def log(a, factor):
        return np.linalg.slogdet(a)[1] * factor

    assert np.isnan(adcomp.gradient(log)(np.diag([2.0, 0.0]), 1.0)).all()
    assert adcomp.gradient(log)(np.diag([2.0, 1.0]), 0.0).tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("function", [np.linalg.inv, lambda a: np.linalg.solve(a, a)])
def test_singular_matrices_are_refused(function):
    def f(a):
        return np.sum(function(a))

    with pytest.raises(np.linalg.LinAlgError, match="singular"):
        adcomp.gradient(f)(np.ones((2, 2)))


def errors():
    infinite, wide = np.full((2, 2), np.inf), np.ones((2, 3))
    square = np.eye(2)
    return [
        (lambda a: np.sum(np.linalg.solve(a, np.ones(2))), wide, "square"),
        (lambda a: np.sum(np.linalg.solve(a, np.ones(3))), square, "not dimensionally valid"),
        (lambda a: np.sum(np.linalg.solve(a, np.ones(2))), infinite, "infs or NaNs"),
        (lambda a: np.sum(np.linalg.solve(np.eye(2), a)), infinite, "infs or NaNs"),
        (lambda a: np.linalg.det(a), wide, "square"),
        (lambda a: np.linalg.slogdet(a)[1], infinite, "infs or NaNs"),
        (lambda a: np.sum(np.linalg.cholesky(a)), -square, "not positive definite"),
        (lambda a: np.sum(np.linalg.eigh(a)[0]), wide, "square"),
        (lambda a: np.sum(np.linalg.svd(a)[1]), np.ones((0, 2)), "empty"),
        (lambda a: np.sum(np.linalg.qr(a)[1]), infinite, "infs or NaNs"),
        (lambda a: np.sum(adcomp.linalg.solve_triangular(a, np.ones(2))), np.zeros((2, 2)), "singular"),
        (lambda a: np.sum(adcomp.linalg.expm(a)), wide, "square"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("case", range(12))
def test_errors(case):
    f, a, message = errors()[case]
    with pytest.raises(np.linalg.LinAlgError, match=message):
        adcomp.gradient(f)(a)


@pytest.mark.parametrize("case", [1, 4, 6])
def test_some_errors(case):
    test_errors(case)


def test_other_errors():
    def real_eigenvalues(a):
        return np.sum(np.linalg.eig(a)[0])

    with pytest.raises(ValueError, match="domain change"):
        adcomp.gradient(real_eigenvalues)(np.array([[0.0, 1.0], [-1.0, 0.0]]))

    def planes(a):
        return np.sum(np.cross(a, a))

    with pytest.raises(ValueError, match="dimension"):
        adcomp.gradient(planes)(np.ones(4))


# Empty matrices -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_empty():
    def f(a, b):
        y = np.sum(np.linalg.solve(a, b)) + np.sum(np.linalg.inv(a)) + np.sum(np.linalg.cholesky(a))
        w, v = np.linalg.eigh(a)
        return (y + np.sum(w) + np.sum(v) + np.linalg.det(a) + np.linalg.slogdet(a)[1] + np.linalg.norm(a)
                + np.sum(adcomp.linalg.expm(a)) + np.sum(adcomp.linalg.solve_triangular(a, b)) + np.trace(a)
                + np.sum(np.linalg.matrix_power(a, 3)) + np.sum(np.linalg.pinv(a)))

    value, (a_bar, b_bar) = adcomp.value_and_gradient(f, wrt=(0, 1))(np.zeros((0, 0)), np.zeros((0, 3)))
    assert value == 1.0 and a_bar.shape == (0, 0) and b_bar.shape == (0, 3)


# Degenerate matrices ------------------------------------------------------------------------------


PAIR = np.diag([1.0, 1.0, 2.0])
TURN = np.linalg.qr(normal(RNG, np.float64, 3, 3))[0]


def cubes(a):
    return np.sum(np.linalg.eigvalsh(a) ** 3)


def projection(a):
    w, v = np.linalg.eigh(a)
    lower = np.ascontiguousarray(v[:, :2])
    y = lower @ lower.T
    return y[0, 0] + 2.0 * y[0, 2] + 3.0 * y[1, 2]


@pytest.mark.parametrize("f", [cubes, projection])
@pytest.mark.parametrize("turn", [np.eye(3), TURN], ids=["aligned", "turned"])
def test_repeated_eigenvalues(f, turn):
    """Right where neither the values nor the vectors of equal values are told apart."""
    a = turn @ PAIR @ turn.T
    a = np.tril(a) + np.tril(a, -1).T
    np.testing.assert_allclose(adcomp.gradient(f)(a), differences(f, (a,), 0), rtol=1e-7, atol=1e-7)


def polar(a):
    u, s, vh = np.linalg.svd(a)
    y = u @ vh
    return y[0, 1] + 2.0 * y[1, 0] + 3.0 * y[2, 2] + np.sum(s ** 3)


def polar_of_tall(a):
    u, s, vh = np.linalg.svd(a, 0)
    y = u @ vh
    return y[0, 1] + 2.0 * y[1, 0] + 3.0 * y[3, 2]


@pytest.mark.parametrize("turn", [np.eye(3), TURN], ids=["aligned", "turned"])
def test_repeated_singular_values(turn):
    a = turn @ PAIR @ TURN.T
    np.testing.assert_allclose(adcomp.gradient(polar)(a), differences(polar, (a,), 0), rtol=1e-7, atol=1e-7)
    tall = np.vstack([turn, np.zeros((2, 3))])
    want = differences(polar_of_tall, (tall,), 0)
    np.testing.assert_allclose(adcomp.gradient(polar_of_tall)(tall), want, rtol=1e-7, atol=1e-7)


def test_singular_values_of_a_singular_matrix():
    def f(a):
        return np.sum(np.linalg.svd(a)[1] ** 2) + np.linalg.norm(a, 2)

    a = np.diag([3.0, 1.0, 0.0])
    np.testing.assert_allclose(adcomp.gradient(f)(a), differences(f, (a,), 0), rtol=1e-7, atol=1e-7)


def test_phase_of_complex_vectors_does_not_matter():
    """The same function of vectors that are turned by any phase has the same gradient."""
    def f(a, phase):
        w, v = np.linalg.eigh(a + np.conj(a.T))
        v = v * phase
        y = np.ascontiguousarray(v[:, 1:]) @ np.ascontiguousarray(np.conj(v[:, 1:].T))
        return (y[0, 1] * (1 + 2j)).real

    a = normal(RNG, np.complex128, 3, 3)
    phase = np.exp(1j * np.arange(3.0))
    got = adcomp.gradient(f)
    np.testing.assert_allclose(got(a, phase), got(a, np.ones(3, np.complex128)), atol=1e-13)


# Kinks --------------------------------------------------------------------------------------------


def test_norms_at_zero():
    def f(x):
        n = np.linalg.norm
        return n(x) + n(x, 1) + n(x, 3) + n(x, np.inf) + n(x, 0.5) + n(x, -np.inf)

    assert adcomp.gradient(f)(np.zeros(3)).tolist() == [0, 0, 0]

    def of_matrix(x):
        n = np.linalg.norm
        return n(x) + n(x, 1) + n(x, 2) + n(x, -2) + n(x, np.inf) + n(x, -1)

    assert not adcomp.gradient(of_matrix)(np.zeros((2, 3))).any()


def test_the_first_of_equal_extremes_takes_the_slope():
    def f(x):
        return np.linalg.norm(x, np.inf)

    assert adcomp.gradient(f)(np.array([1.0, -2.0, 2.0])).tolist() == [0, -1, 0]
    assert adcomp.gradient(f)(np.array([[1.0, 1.0], [-2.0, 0.0]])).tolist() == [[1, 1], [0, 0]]


def test_condition_of_a_singular_matrix():
    def f(a):
        return np.linalg.cond(a)

    assert np.isnan(adcomp.gradient(f)(np.diag([1.0, 0.0]))).any()


def test_pseudo_inverse_of_a_matrix_that_keeps_its_rank():
    """A product of thin factors has rank two, whatever they are."""
    def f(x, y):
        p = np.linalg.pinv(x @ y, 1e-10)
        return p[0, 1] + p[2, 3] ** 2

    check(f, normal(RNG, np.float64, 4, 2), normal(RNG, np.float64, 2, 3))


def test_least_squares_of_a_matrix_that_keeps_its_rank():
    def f(x, y, b):
        solution = np.linalg.lstsq(x @ y, b, 1e-10)[0]
        return solution[0] + solution[2] ** 2

    check(f, normal(RNG, np.float64, 4, 2), normal(RNG, np.float64, 2, 3), normal(RNG, np.float64, 4))


def test_rank_has_no_derivative():
    def f(a):
        return np.linalg.matrix_rank(a) * a[0, 0]

    assert adcomp.gradient(f)(np.eye(2)).tolist() == [[2, 0], [0, 0]]


# The next process ---------------------------------------------------------------------------------

PROGRAM = """
import numpy as np

import adcomp


def f(a, b):
    w, v = np.linalg.eigh(a + a.T)
    return np.sum(np.linalg.solve(a, b)) + w[0] * v[1, 0] ** 2 + np.linalg.cholesky(a @ a.T)[1, 1]

a, b = np.array([[2.0, 1.0], [0.5, 3.0]]), np.array([1.0, -1.0])
g = adcomp.gradient(f, wrt=(0, 1))
print([x.tolist() for x in g(a, b)])
"""


def run(script, **variables):
    """What a script prints in a process of its own."""
    root = Path(adcomp.__file__).parent.parent
    env = {**os.environ, "PYTHONPATH": str(root), **variables}
    return subprocess.run([sys.executable, str(script)], env=env, capture_output=True, text=True, check=True,
                          timeout=600).stdout


def test_machine_code_serves_the_next_process(tmp_path):
    """It finds the routines of LAPACK at their new addresses, and compiles nothing."""
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    cache, runs = tmp_path / "cache", []
    for _ in range(2):
        out = run(script, ADCOMP_CACHE_DIR=str(cache))
        written = {file: file.stat().st_mtime_ns for file in cache.rglob("*") if file.is_file()}
        runs.append((out, written))
    assert runs[0] == runs[1] and runs[0][0].startswith("[[[")
    assert any("solve_with" in file.name for file in runs[0][1])


CACHED = """
import numba
import numpy as np

import adcomp

def f(a, b):
    return np.sum(np.linalg.solve(a, b))

g = adcomp.gradient(f)

@numba.njit(cache=True)
def h(a, b):
    return g(a, b)[0, 0]

print(h(np.array([[2.0, 1.0], [0.0, 3.0]]), np.ones(2)), len(h.stats.cache_hits))
"""


def test_a_function_that_numba_caches_serves_the_next_process(tmp_path):
    script = tmp_path / "cached.py"
    script.write_text(CACHED)
    out = [run(script, NUMBA_CACHE_DIR=str(tmp_path)).split() for _ in range(2)]
    assert out[0][0] == out[1][0] and [line[1] for line in out] == ["0", "1"]
