"""Economics, interpolation, waves, geometry: quantecon, HARK, interpolation, disba, eko, numba_celltree."""

import numba
import numpy as np

from ._case import Case, arguments, normal, writing
from .orbits import near


def matrix(n):
    def make(rng):
        return rng.normal(size=(n, n)) + 3.0 * np.eye(n)

    return make


def stochastic(rng):
    p = rng.uniform(0.1, 1.0, size=(4, 4))
    return p / p.sum(axis=1, keepdims=True)


def stationary(f):
    def result(a):
        b = a.copy()
        out = np.zeros(len(a))
        f(b, out)
        return out

    return result


def pivoted(f):
    def result(tableau):
        return f(tableau.copy(), 2, 1)

    return result


def markov(f):
    def result(x, rho, sigma, half):
        p = np.empty((len(x), len(x)))
        f(x, p, len(x), rho, sigma, half)
        return p

    return result


@numba.njit
def cubic(x, a):
    return x**3 - a


@numba.njit
def slope(x, a):
    return 3.0 * x * x


@numba.njit
def bend(x, a):
    return 6.0 * x


def newton(f):
    def result(start, a):
        return f(cubic, start, slope, (a,))[0]

    return result


def halley(f):
    def result(start, a):
        return f(cubic, start, slope, bend, (a,))[0]

    return result


def secant(f):
    def result(start, a):
        return f(cubic, start, (a,))[0]

    return result


def bracketed(f):
    def result(a):
        return f(cubic, 0.1, 3.0, (a,))[0]

    return result


def lorenz(f):
    def result(y):
        return f(y)[1]

    return result


PROGRAMS = "quantecon.optimize"
QUANTECON = [
    Case("quantecon._inequality:gini_coefficient", arguments(normal(6, positive=True))),
    Case("quantecon._inequality:lorenz_curve", arguments(normal(6, positive=True)), lorenz),
    Case("quantecon._lss:simulate_linear_model", arguments(matrix(3), normal(3), normal(3, 5), 6)),
    Case("quantecon.markov.approximation:std_norm_cdf", arguments(normal())),
    Case("quantecon.markov.approximation:_fill_tauchen",
         arguments(lambda rng: np.linspace(-1.0, 1.0, 4), 0.7, 0.4, 0.3), markov),
    Case("quantecon.markov.gth_solve:_gth_solve_jit", arguments(stochastic), stationary),
    Case(f"{PROGRAMS}.pivoting:_pivoting", arguments(normal(4, 6)), pivoted),
    Case(f"{PROGRAMS}.root_finding:newton", arguments(1.5, 2.3), newton, wrt=(1,)),
    Case(f"{PROGRAMS}.root_finding:newton_halley", arguments(1.5, 2.3), halley, wrt=(1,)),
    Case(f"{PROGRAMS}.root_finding:newton_secant", arguments(1.5, 2.3), secant, wrt=(1,)),
    Case(f"{PROGRAMS}.root_finding:brentq", arguments(2.3), bracketed),
    Case(f"{PROGRAMS}.root_finding:bisect", arguments(2.3), bracketed,
         refused="only through comparisons in a loop", note="a bisection"),
    Case("quantecon.quad:_qnwlege1", arguments(5, 0.2, 1.7)),
    Case("quantecon.quad:_qnwsimp1", arguments(5, 0.2, 1.7)),
    Case("quantecon.quad:_qnwtrap1", arguments(5, 0.2, 1.7)),
    Case("quantecon.quad:_qnwcheb1", arguments(5, 0.2, 1.7)),
    Case("quantecon.quad:_qnwbeta1", arguments(4, 1.3, 2.1)),
    Case("quantecon.quad:_qnwgamma1", arguments(4, 1.3, 2.1), wrt=(1, 2)),
]

SPLINES = "interpolation.splines"
grid = lambda rng: np.linspace(0.0, 1.0, 6) + rng.uniform(-0.05, 0.05, size=6)  # noqa: E731
inside = lambda rng: rng.uniform(0.1, 0.9, size=5)  # noqa: E731
low, high = np.zeros(2), np.ones(2)


def at_points(f):
    def result(low, high, coefs, points):
        out = np.zeros(len(points))
        f(low, high, np.array([6, 5]), coefs, points, out)
        return out

    return result


def at_points_1(f):
    def result(low, high, coefs, points):
        out = np.zeros(len(points))
        f(low, high, np.array([6]), coefs, points, out)
        return out

    return result


def at_point(f):
    def result(low, high, coefs, point):
        return f(low, high, np.array([6, 5]), coefs, point)

    return result


def filtered(f):
    def result(step, data):
        coefs = np.zeros(len(data) + 2)
        f(step, data, coefs, np.zeros((len(data) + 2, 4)))
        return coefs

    return result


INTERPOLATION = [
    Case(f"{SPLINES}.hermite:hermite_splines", arguments(0.4)),
    Case(f"{SPLINES}.hermite:hermite_interp", near(0.3, 0.1, 0.6, 1.0, 2.0, 0.4, 0.7)),
    Case(f"{SPLINES}.hermite:HermiteInterpolation", arguments(0.43, grid, normal(6), normal(6))),
    Case(f"{SPLINES}.hermite:HermiteInterpolationVect", arguments(inside, grid, normal(6), normal(6))),
    Case(f"{SPLINES}.eval_cubic_numba:eval_cubic_spline_2",
         arguments(low, high, normal(8, 7), lambda rng: rng.uniform(0.1, 0.9, size=2)), at_point),
    Case(f"{SPLINES}.eval_cubic_numba:vec_eval_cubic_spline_1",
         arguments(low[:1], high[:1], normal(8), lambda rng: rng.uniform(0.1, 0.9, size=(4, 1))),
         at_points_1),
    Case(f"{SPLINES}.eval_cubic_numba:vec_eval_cubic_spline_2",
         arguments(low, high, normal(8, 7), lambda rng: rng.uniform(0.1, 0.9, size=(4, 2))), at_points),
    Case(f"{SPLINES}.prefilter_cubic:find_coefs_1d", arguments(0.3, normal(6)), filtered),
    Case("interpolation.complete_poly:_complete_poly_impl_vec",
         arguments(normal(2), 3), writing((10,), given=2)),
    Case("interpolation.complete_poly:_complete_poly_impl",
         arguments(normal(2, 4), 3), writing((10, 4), given=2)),
]

knots = lambda rng: np.linspace(0.0, 2.0, 5)  # noqa: E731
queries = lambda rng: rng.uniform(0.1, 2.6, size=4)  # noqa: E731
FAST = "HARK.ConsumptionSaving.ConsIndShockModelFast"

HARK = [
    Case("HARK.numba_tools:CRRAutility", near(1.3, 2.0)),
    Case("HARK.numba_tools:CRRAutility_inv", near(-1.3, 2.0)),
    Case("HARK.numba_tools:linear_interp_fast", arguments(queries, knots, normal(5))),
    Case("HARK.numba_tools:linear_interp_fast", arguments(queries, knots, normal(5), 0.7, 0.4),
         note="with decay beyond the last knot"),
    Case("HARK.numba_tools:cubic_interp_fast", arguments(queries, knots, normal(5), normal(5), 0.7, 0.4)),
    Case("HARK.numba_tools:linear_interp_deriv_fast", arguments(queries, knots, normal(5), 0.7, 0.4)),
    Case("HARK.dcegm:calc_linear_crossing", arguments(*[lambda rng: np.array([0.1, 0.9]),
                                                      lambda rng: np.array([0.2, 1.7]),
                                                      lambda rng: np.array([0.8, 0.6])])),
    Case(f"{FAST}:_find_mNrmStE", arguments(0.8, 1.03, 1.01, knots, normal(5), 1.0)),
    Case("HARK.utilities:jump_to_grid_1D", arguments(queries, normal(4, positive=True), knots)),
    Case("HARK.SSJutils:make_fake_news_matrices",
         arguments(3, 3, normal(3, 4), normal(4, 3), normal(4, 4), normal(4))),
]

layers = ([0.5, 0.8, 0.0], [5.0, 6.0, 7.0], [2.9, 3.3, 4.0], [2.5, 2.7, 3.0])
SURF, SWEGN = "disba._cps._surf96", "disba._cps._swegn96"


def half_space(f):
    def result(m, w, d, a, b, r, k):
        return f(m, d, a, b, r, k, w)

    return result


def normalised(f):
    def result(e):
        v = e.copy()
        return f(v, 4)[1], v

    return result


DISBA = [
    Case("disba._cps._common:normc", arguments(normal(5)), normalised),
    Case(f"{SURF}:var", near(0.7, 0.8, 0.5, 0.6, 1.3, 1.1, 1.9, 0.4)),
    Case(f"{SURF}:var", near(0.7, 0.8, 0.5, 0.6, 1.3, 1.9, 1.1, 0.4), note="the other branches"),
    Case(f"{SURF}:dltar1", near(0.9, 2.9, *layers, -1)),
    Case(f"{SURF}:fast_delta", near(0.9, 2.9, *layers, -1)),
    Case(f"{SURF}:gtsolh", near(5.0, 2.9)),
    Case(f"{SWEGN}:evalg", near(2, 2.9, *layers, 0.9), half_space),
    Case(f"{SWEGN}:varsv", near(0.7 + 0j, 0.8 + 0j, 0.5 + 0j, 0.6 + 0j, 0.4, 0)),
    Case(f"{SWEGN}:shup", near(2.9, 0.9, *layers)),
]


COUPLINGS, KERNELS = "eko.couplings", "eko.kernels"
EKO = [
    Case(f"{COUPLINGS}:exact_lo", near(0.03, 8.0, 1.3)),
    Case(f"{COUPLINGS}:expanded_nnlo", near(0.03, 8.0, 6.0, 20.0, 1.3)),
    Case(f"{COUPLINGS}:expanded_n3lo", near(0.03, 8.0, 6.0, 20.0, 30.0, 1.3)),
    Case(f"{KERNELS}.evolution_integrals:j23_exact", near(0.02, 0.03, 8.0, [1.0, 6.0, 25.0, 90.0])),
    Case(f"{KERNELS}.evolution_integrals:j14_exact", near(0.02, 0.03, 8.0, [1.0, 6.0, 25.0, 90.0])),
    Case(f"{KERNELS}.as4_evolution_integrals:derivative", near(0.3 + 0.1j, [6.0, 25.0, 90.0])),
    Case(f"{KERNELS}.as4_evolution_integrals:roots", arguments(lambda rng: np.array([6.0, 25.0, 90.0]))),
    Case(f"{KERNELS}.non_singlet:U_vec", arguments(normal(4), normal(4), (4, 0))),
    Case("ekore.anomalous_dimensions:exp_matrix_2D",
         arguments(lambda rng: rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2)))),
    Case("ekore.harmonics.w1:S1", near(1.7 + 0.3j), refused="List can't be", note="a typed list"),
    Case("eko.interpolation:evaluate_x", arguments(0.3, lambda rng: np.array([[0.1, 0.9, 0.4, 0.3, 0.2]]))),
]

TREE = "numba_celltree"
square = lambda rng: np.array([[0.0, 0.0], [1.0, 0.1], [1.1, 1.0], [0.1, 0.9]])  # noqa: E731
other = lambda rng: np.array([[0.4, 0.3], [1.5, 0.5], [1.4, 1.6], [0.5, 1.4]])  # noqa: E731




CELLTREE = [
    Case(f"{TREE}.geometry_utils:polygon_area", arguments(square)),
    Case(f"{TREE}.algorithms.sutherland_hodgman:polygon_polygon_clip_area", arguments(square, other)),
]

CASES = [*QUANTECON, *INTERPOLATION, *HARK, *DISBA, *EKO, *CELLTREE]
