"""Cases of what sorts, of sets, and of quantiles."""

import numpy as np

from ._cases import Case, cases, normal, same

EMPTY = {"E": normal(0, 3)}
LEVELS = {"q": same(np.array([0.17, 0.55, 0.9])), "k": same(np.array([20, 71])), "r": same(0.3)}
COUNTS = {"k": same(np.array([3, 1, 2, 1, 0]))}

CASES = cases({
    "np.sort": [
        "np.sort(x)", "np.sort(X)", "np.sort(T)", "np.sort(z)", "np.sort(e)", Case("np.sort(E)", EMPTY),
        "np.sort(x * x)[1:] * x[0]",
    ],
    ".sort()": [
        "y = x * 2.0; y.sort(); y", "y = x.copy(); y.sort(); y * y", "y = X * 2.0; y.sort(); y",
        "y = X * 2.0; y[1].sort(); y", "y = X * 2.0; y[:, 1].sort(); y", "y = z * 2.0; y.sort(); y",
        'y = x * 2.0; y.sort(kind="mergesort"); y', 'y = X * 2.0; y.sort(kind="stable"); y',
    ],
    "np.argsort": ["x[np.argsort(x)] * x", 'x[x.argsort(kind="mergesort")] * x'],
    "np.partition": [
        "np.partition(x, 2)[2]", "np.partition(X, -2)[:, 2]", "np.partition(x, (1, 3))[3]",
        "np.partition(x, np.array([1, 3]))[1]", "np.partition(x, n)[n]", "np.partition(e, 2)",
    ],
    "np.unique": ["np.unique(x)", "np.unique(X)", "np.unique(z)", "np.unique(e)",
                  "np.unique(np.concatenate((x, v, x[:2])))"],
    "np.union1d": ["np.union1d(X, v)", Case("np.union1d(x, k)", COUNTS)],
    "np.intersect1d": ["np.intersect1d(x, x[:3])", "np.intersect1d(x, x[::-1], assume_unique=True)"],
    "np.setdiff1d": ["np.setdiff1d(x, x[:2])", "np.setdiff1d(x, x[::2], True)"],
    "np.setxor1d": ["np.setxor1d(x, x[:2])", "np.setxor1d(x, v, assume_unique=True)"],
    "np.median": ["np.median(x)", "np.median(x[1:])", "np.median(X)", "np.median(e)"],
    "np.percentile": [
        "np.percentile(x, 30.0)", "np.percentile(X, 55)", Case("np.percentile(x, q * 100.0)", LEVELS),
        "np.percentile(x, (27.0, 71.0))", Case("np.percentile(x, k)", LEVELS),
    ],
    "np.quantile": [
        "np.quantile(x, s)", Case("np.quantile(X, q)", LEVELS), "np.quantile(x, 0)", "np.quantile(x, 1)",
        Case("np.quantile(x[:1], q)", LEVELS), Case("np.quantile(x, r)", LEVELS),
        "np.quantile(x, [0.27, 0.41])", "np.quantile(i, s)",
    ],
})
