"""Time series: aeon, tslearn, stumpy, arch, resampy."""

import numpy as np

from ._case import Case, arguments, normal

a, b = normal(1, 7), normal(1, 6)
two = arguments(a, b)
ELASTIC = "aeon.distances.elastic"


def band(rows, columns):
    return np.ones((rows, columns), dtype=np.bool_)


AEON = [
    Case(f"{ELASTIC}._dtw:dtw_distance", two),
    Case(f"{ELASTIC}._dtw:dtw_cost_matrix", two),
    Case(f"{ELASTIC}._dtw:dtw_distance", arguments(normal(2, 7), normal(2, 7), 0.3),
         note="two channels, in a window"),
    Case(f"{ELASTIC}._ddtw:ddtw_distance", two),
    Case(f"{ELASTIC}._wdtw:wdtw_distance", arguments(a, b, None, 0.1), wrt=(0, 1, 3)),
    Case(f"{ELASTIC}._wddtw:wddtw_distance", arguments(a, b, None, 0.1), wrt=(0, 1, 3)),
    Case(f"{ELASTIC}._adtw:adtw_distance", arguments(a, b, None, None, 0.8), wrt=(0, 1, 4)),
    Case(f"{ELASTIC}._msm:msm_distance", arguments(a, b, None, True, 0.8), wrt=(0, 1, 4)),
    Case(f"{ELASTIC}._twe:twe_distance", arguments(a, b, None, 0.05, 0.8), wrt=(0, 1, 3, 4)),
    Case(f"{ELASTIC}._erp:erp_distance", arguments(a, b, None, 0.1), wrt=(0, 1, 3)),
    Case(f"{ELASTIC}._soft_dtw:soft_dtw_distance", arguments(a, b, 0.7), wrt=(0, 1, 2)),
    Case(f"{ELASTIC}._soft_dtw:soft_dtw_cost_matrix", arguments(a, b, 0.7), wrt=(0, 1, 2)),
    Case(f"{ELASTIC}._shape_dtw:shape_dtw_distance", arguments(a, b, None, "identity", 2), wrt=(0, 1)),
    Case("aeon.distances._shift_scale_invariant:shift_scale_invariant_distance",
         arguments(normal(7), normal(7), 2), wrt=(0, 1)),
    Case("aeon.distances._sbd:sbd_distance", arguments(normal(7), normal(7)), wrt=(0, 1),
         refused="with is not supported", note="leaves compiled code with `objmode`"),
    Case("aeon.distances.pointwise._squared:squared_distance", two),
    Case("aeon.distances.pointwise._minkowski:minkowski_distance", arguments(normal(6), normal(6), 2.5)),
    Case("aeon.utils.numba.general:z_normalise_series", arguments(normal(7))),
    Case("aeon.utils.numba.general:z_normalise_series_2d", arguments(normal(3, 7))),
    Case("aeon.utils.numba.general:slope_derivative_2d", arguments(normal(3, 7))),
    Case("aeon.utils.numba.general:first_order_differences_3d", arguments(normal(2, 2, 5))),
    Case("aeon.utils.numba.stats:std", arguments(normal(7))),
    Case("aeon.utils.numba.stats:row_slope", arguments(normal(3, 7))),
    Case("aeon.utils.numba.stats:row_iqr", arguments(normal(3, 7))),
    Case("aeon.utils.numba.stats:row_median", arguments(normal(3, 7))),
    Case("aeon.clustering._kernel_k_means:_kdtw_lk",
         arguments(normal(6, 1), normal(6, 1), normal(6, 6, positive=True))),
    Case("aeon.anomaly_detection.series.distance_based._madrid:_mass", arguments(normal(16), normal(5))),
    Case("aeon.anomaly_detection.series.distance_based._madrid:_moving_mean_std", arguments(normal(12), 4)),
]

full = band(6, 5)
TSLEARN = [
    Case("tslearn.metrics._dtw:_njit_accumulated_matrix", arguments(normal(6, 2), normal(5, 2), full)),
    Case("tslearn.metrics._dtw:_njit_dtw", arguments(normal(6, 2), normal(5, 2))),
    Case("tslearn.metrics._frechet:_njit_frechet", arguments(normal(6, 2), normal(5, 2))),
    Case("tslearn.metrics._gak:_njit_gak_from_gram_matrix", arguments(normal(6, 5, positive=True))),
    Case("tslearn.metrics._gak:_njit_log_gak_from_gram_matrix", arguments(normal(6, 5))),
    Case("tslearn.metrics.soft_dtw_fast:_njit_softmin3", arguments(0.4, 0.5, 0.9, 0.8)),
    Case("tslearn.metrics._soft_dtw:_njit_soft_dtw", arguments(normal(6, 2), normal(5, 2), 0.7)),
    Case("tslearn.metrics._soft_dtw:_njit_accumulated_matrix_from_distance_matrix",
         arguments(normal(6, 5, positive=True), full, 0.7)),
    Case("tslearn.metrics.dtw_variants:_njit_local_squared_dist", arguments(normal(4), normal(4))),
    Case("tslearn.metrics.dtw_variants:_njit_subsequence_cost_matrix", arguments(normal(3, 2), normal(7, 2))),
    Case("tslearn.metrics.dtw_variants:_njit_lb_envelope", arguments(normal(8, 2), 2)),
    Case("tslearn.metrics.cycc:normalized_cc", arguments(normal(8, 1), normal(8, 1))),
    Case("tslearn.forecasting._arima:_loss",
         arguments(normal(2, 9, 2), normal(2), normal(3, 2, 2), normal(2, 2, 2))),
]

CORE = "stumpy.core"
finite = np.ones(9, dtype=np.bool_)
STUMPY = [
    Case(f"{CORE}:_sliding_dot_product", arguments(normal(4), normal(12))),
    Case(f"{CORE}:_welford_nanvar", arguments(normal(12), 4, finite)),
    Case(f"{CORE}:_rolling_nanstd_1d", arguments(normal(12), 4)),
    Case(f"{CORE}:_p_norm_distance_profile", arguments(normal(4), normal(12), 3.0)),
    Case(f"{CORE}:_calculate_squared_distance", arguments(4, 0.7, 0.2, 1.3, 0.4, 1.1, False, False)),
    Case(f"{CORE}:_calculate_squared_distance_profile",
         arguments(4, normal(9), 0.2, 1.3, normal(9), normal(9, positive=True), False, ~finite)),
    Case(f"{CORE}:_mass",
         arguments(normal(4), normal(12), normal(9), 0.2, 1.3, normal(9), normal(9, positive=True),
                   False, ~finite)),
]


def bounded(rng):
    return np.array([[0.01, 50.0]] * 8)


def variances(f):
    def result(parameters, residuals, backcast, bounds):
        sigma2 = np.zeros(len(residuals))
        return f(parameters, residuals, sigma2, 2, len(residuals), backcast, bounds)

    return result


def garch(f):
    def result(parameters, residuals, backcast, bounds):
        sigma2 = np.zeros(len(residuals))
        return f(parameters, np.abs(residuals) ** 1.5, np.sign(residuals), sigma2, 1, 1, 1, len(residuals),
                 backcast, bounds)

    return result


def egarch(f):
    def result(parameters, residuals, backcast, bounds):
        n = len(residuals)
        sigma2, logs, standard, absolute = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
        return f(parameters, residuals, sigma2, 1, 1, 1, n, backcast, bounds, logs, standard, absolute)

    return result


def harch(f):
    lags = np.array([1, 3], dtype=np.int32)

    def result(parameters, residuals, backcast, bounds):
        return f(parameters, residuals, np.zeros(len(residuals)), lags, len(residuals), backcast, bounds)

    return result


def core(f):
    def result(parameters, residuals, power, bounds):
        sigma2 = np.zeros(len(residuals))
        for t in range(len(residuals)):
            f(t, parameters, residuals, sigma2, 0.8, bounds, 1, 1, 1, power)
        return sigma2

    return result


def fractional(f):
    def result(parameters):
        return f(parameters, 1, 1, 12)

    return result


weights4 = normal(4, positive=True)
RECURSIONS = "arch.univariate.recursions_python"
ARCH = [
    Case(f"{RECURSIONS}:arch_recursion",
         arguments(normal(3, positive=True), normal(8), 0.8, bounded), variances),
    Case(f"{RECURSIONS}:garch_recursion", arguments(weights4, normal(8), 0.8, bounded), garch),
    Case(f"{RECURSIONS}:egarch_recursion", arguments(normal(4), normal(8), 0.3, bounded), egarch),
    Case(f"{RECURSIONS}:harch_recursion",
         arguments(normal(3, positive=True), normal(8), 0.8, bounded), harch),
    Case(f"{RECURSIONS}:garch_core", arguments(weights4, normal(8), 1.7, bounded), core),
    Case(f"{RECURSIONS}:figarch_weights", arguments(lambda rng: np.array([0.2, 0.4, 0.3])), fractional),
]


def resampled(f):
    def result(x, times, window, delta):
        out = np.zeros(len(times))
        f(x, times, window, delta, 2, 1.0, out)
        return out

    return result


RESAMPY = [
    Case("resampy.interpn:_resample_loop_p",
         arguments(normal(9), lambda rng: np.linspace(0.3, 7.6, 6), normal(9), normal(9)), resampled),
]

CASES = [*AEON, *TSLEARN, *STUMPY, *ARCH, *RESAMPY]
