"""Derivatives of random numbers with respect to the parameters of their distribution.

A draw is a function of its parameters and of noise that does not depend on them (Kingma & Welling,
"Auto-encoding variational Bayes", 2014), and the noise can be told from the draw: ``y = a + b e`` has
slope 1 in `a`, and ``e = (y - a) / b`` in `b`. So the rules read the draw, which is kept for the
reverse sweep, and nothing is drawn again. Distributions without such a formula (gamma, beta,
chi-square, and all of integers) have no rule: an active parameter is refused.
"""

from __future__ import annotations

import numpy as np
from numba import types

from ..core.types import number_class
from ..registry import POSITIVE, REAL, Domain, definition, nondifferentiable, pullback

LOW = Domain("LOW", -3.0, -1.0)
MIDDLE = Domain("MIDDLE", -0.8, 0.8)
HIGH = Domain("HIGH", 1.0, 3.0)

nondifferentiable(
    np.random.random, np.random.random_sample, np.random.ranf, np.random.sample, np.random.rand,
    np.random.randn, np.random.standard_normal, np.random.standard_exponential,
    np.random.standard_cauchy, np.random.randint, np.random.seed,
)  # permutation and choice give places, but of arrays: see their definitions


@pullback(np.random.lognormal, REAL, POSITIVE)
def lognormal(a, b, y, y_bar):
    a_bar = y_bar * y
    return a_bar, a_bar * (np.log(y) - a) / b


@pullback(np.random.uniform, LOW, HIGH)
def uniform(a, b, y, y_bar):
    share = (y - a) / (b - a)
    return y_bar * (1 - share), y_bar * share


@pullback((np.random.normal, np.random.laplace, np.random.logistic, np.random.gumbel), REAL, POSITIVE)
def location_and_scale(a, b, y, y_bar):
    """With ``b == 0`` the noise is not known, and the slope in `b` is NaN."""
    return y_bar, y_bar * (y - a) / b


@pullback((np.random.exponential, np.random.rayleigh), POSITIVE)
def scale(a, y, y_bar):
    return y_bar * y / a


@pullback((np.random.weibull, np.random.power), POSITIVE)
def root_of_noise(a, y, y_bar):
    """``y = e ** (1 / a)``."""
    return -y_bar * y * np.log(y) / a


@pullback(np.random.pareto, POSITIVE)
def pareto(a, y, y_bar):
    """``y = exp(e / a) - 1``."""
    return -y_bar * (1 + y) * np.log1p(y) / a


@pullback(np.random.triangular, LOW, MIDDLE, HIGH)
def triangular(a, b, c, y, y_bar):
    """Corners `a` and `c`, mode `b`. Below the mode ``(y - a)**2 = u (b - a) (c - a)``."""
    below = y < b
    left, right = y - a, c - y
    rise, fall, width = b - a, c - b, c - a
    a_bar = y_bar * (1 - 0.5 * left * (1 / rise + 1 / width) if below else 0.5 * right / width)
    b_bar = y_bar * (0.5 * left / rise if below else 0.5 * right / fall)
    c_bar = y_bar * (0.5 * left / width if below else 1 - 0.5 * right * (1 / fall + 1 / width))
    return a_bar, b_bar, c_bar


# Arrays of draws, and parameters that are left out -------------------------------------------------


def _filled(draw, size, dtype):
    """An array of draws, one after the other."""
    y = np.empty(size, dtype)
    values = y.ravel()
    for i in range(values.size):
        values[i] = draw()
    return y


def _by_location(function):
    def one(loc, scale):
        return function(0.0 if loc is None else loc, 1.0 if scale is None else scale)

    @definition(function)
    def draws(loc=None, scale=None, size=None, y=None):
        if size is None:
            return one if scale is None else None
        dtype = number_class(y)

        def many(loc, scale, size):
            return _filled(lambda: one(loc, scale), size, dtype)

        return many


for _function in (np.random.normal, np.random.laplace, np.random.logistic, np.random.gumbel):
    _by_location(_function)


@definition(np.random.uniform)
def uniform_draws(low=None, high=None, size=None, y=None):
    def one(low, high):
        return np.random.uniform(0.0 if low is None else low, 1.0 if high is None else high)

    if size is None:
        return one if high is None else None
    dtype = number_class(y)

    def many(low, high, size):
        return _filled(lambda: one(low, high), size, dtype)

    return many


@definition(np.random.lognormal)
def lognormal_draws(mean=None, sigma=None, size=None, y=None):
    def one(mean, sigma):
        return np.random.lognormal(0.0 if mean is None else mean, 1.0 if sigma is None else sigma)

    if size is None:
        return one if sigma is None else None
    dtype = number_class(y)

    def many(mean, sigma, size):
        return _filled(lambda: one(mean, sigma), size, dtype)

    return many


def _by_scale(function):
    @definition(function)
    def draws(scale=None, size=None, y=None):
        if size is None:
            return None
        dtype = number_class(y)

        def many(scale, size):
            return _filled(lambda: function(1.0 if scale is None else scale), size, dtype)

        return many


def _by_exponent(function):
    @definition(function)
    def draws(a, size=None, y=None):
        if size is None:
            return None
        dtype = number_class(y)

        def many(a, size):
            return _filled(lambda: function(a), size, dtype)

        return many


for _scaled in (np.random.exponential, np.random.rayleigh):
    _by_scale(_scaled)
for _root in (np.random.weibull, np.random.power, np.random.pareto):
    _by_exponent(_root)


@definition(np.random.triangular)
def triangular_draws(left, mode, right, size=None, y=None):
    if size is None:
        return None
    dtype = number_class(y)

    def many(left, mode, right, size):
        return _filled(lambda: np.random.triangular(left, mode, right), size, dtype)

    return many


# Orders -------------------------------------------------------------------------------------------


@definition(np.random.permutation)
def permutation(x):
    """The same order as for ``range(len(x))``."""
    if not isinstance(x, types.Array):
        return None

    def permutation(x):
        order = np.random.permutation(x.shape[0])
        y = np.empty_like(x)
        for i in range(x.shape[0]):
            y[i] = x[order[i]]
        return y

    return permutation


@definition(np.random.shuffle)
def shuffle(x):
    """The same order as for ``range(len(x))``."""
    def shuffle(x):
        order = np.random.permutation(x.shape[0])
        old = x.copy()
        for i in range(x.shape[0]):
            x[i] = old[order[i]]

    return shuffle


@definition(np.random.choice)
def choice(a, size=None, replace=True):
    """The same places as for ``len(a)``."""
    if not isinstance(a, types.Array):
        return None

    def one(a):
        return a[np.random.choice(a.shape[0])]

    def many(a, size, replace):
        return a[np.random.choice(a.shape[0], size, replace)]

    return one if size is None else many
