"""Distributions: numba_stats."""

import numpy as np

from ._case import Case, arguments

x = np.array([-0.7, 0.2, 0.9, 1.6])
inner = np.array([0.2, 0.5, 0.9, 1.3])
p = np.array([0.2, 0.4, 0.7, 0.9])


def at(points, *parameters):
    return arguments(lambda rng: points + rng.uniform(-0.05, 0.05, size=len(points)), *parameters)


CASES = [
    Case("numba_stats.norm:_logpdf1", arguments(0.4)),
    Case("numba_stats.norm:_cdf1", arguments(0.4)),
    Case("numba_stats.norm:_logpdf", at(x, 0.2, 1.3)),
    Case("numba_stats.norm:_cdf", at(x, 0.2, 1.3)),
    Case("numba_stats.norm:_ppf1", arguments(0.4), refused="can't read it",
         note="SciPy's function by its address"),
    Case("numba_stats.expon:_cdf1", arguments(0.4)),
    Case("numba_stats.laplace:_logpdf", at(x, 0.2, 1.3)),
    Case("numba_stats.uniform:_cdf", at(inner, 0.1, 1.6)),
    Case("numba_stats.truncnorm:_logpdf", at(inner, 0.1, 1.6, 0.3, 0.8)),
    Case("numba_stats.truncexpon:_logpdf", at(inner, 0.1, 1.6, 0.3, 0.8)),
    Case("numba_stats.crystalball:_log_density", arguments(-1.4, 1.1, 2.3)),
    Case("numba_stats.crystalball:_powerlaw_integral", arguments(-1.4, 1.1, 2.3)),
    Case("numba_stats.crystalball:_powerlaw_ppf", arguments(0.4, 1.1, 2.3)),
    Case("numba_stats.crystalball:_logpdf", at(x - 1.0, 1.1, 2.3, 0.2, 1.3)),
    Case("numba_stats.crystalball_ex:_pdf", at(x, 1.1, 2.3, 0.9, 1.2, 2.1, 1.1, 0.2)),
    Case("numba_stats.cruijff:_density", at(x, 0.1, 0.2, 0.3, 0.9, 1.1)),
    Case("numba_stats.novosibirsk:_logpdf", at(x, 0.3, 0.2, 1.3)),
    Case("numba_stats.qgaussian:_df_sigma", arguments(1.7, 1.3)),
    Case("numba_stats.qgaussian:_logpdf", at(x, 1.7, 0.2, 1.3)),
    Case("numba_stats.t:_logpdf", at(x, 3.3, 0.2, 1.3)),
    Case("numba_stats.tsallis:_pdf", at(inner, 0.5, 1.3, 4.3)),
    Case("numba_stats.tsallis:_cdf", at(inner, 0.5, 1.3, 4.3)),
    Case("numba_stats.lognorm:_logpdf", at(inner, 0.7, 0.0, 1.3), wrt=(0, 1, 3)),
    Case("numba_stats.argus:_logpdf", at(inner / 2.0, 0.7, 1.1, 0.6)),
    Case("numba_stats.bernstein:_density", arguments(inner, p, 0.1, 1.6)),
    Case("numba_stats.bernstein:_integral", arguments(inner, p, 0.1, 1.6)),
    Case("numba_stats.bernstein:_beta_int", arguments(p)),
    Case("numba_stats.chi2:_logpdf1", arguments(0.7, 3.3), refused="can't read it",
         note="SciPy's function by its address"),
    Case("numba_stats.gamma:_logpdf1", arguments(0.7, 2.3), refused="can't read it",
         note="SciPy's function by its address"),
    Case("numba_stats.hypatia2:_core", arguments(0.4, -1.3, 1.2, 0.2, 0.9), refused="can't read it",
         note="SciPy's function by its address"),
]
