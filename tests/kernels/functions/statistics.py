"""Cases of averages, covariances, correlations and counts in bins."""

import numpy as np

from ._cases import Case, cases, positive, same

COUNTS = {"k": same(np.array([3, 1, 2, 1]))}
WEIGHTS = {"W": positive(3, 4)}

CASES = cases({
    "np.average": ["np.average(x)", "np.average(x, weights=p)", "np.average(x, None, p)", "np.average(z)",
                   Case("np.average(X, weights=W)", WEIGHTS), "np.average(z, weights=p[:5])"],
    "np.cov": [
        "np.cov(x)", "np.cov(X)", "np.cov(X, Y)", "np.cov(x, u)", "np.cov(X, v)", "np.cov(X, rowvar=False)",
        "np.cov(X, bias=True)", "np.cov(X, ddof=2.0)", "np.cov(x, u, True, False, 0)", "np.cov(Z)",
        "np.cov(z)",
    ],
    "np.corrcoef": ["np.corrcoef(X)", "np.corrcoef(x, u)", "np.corrcoef(X, rowvar=False)", "np.corrcoef(Z)",
                    "np.corrcoef(x)"],
    "np.histogram": ["np.histogram(x)", "np.histogram(X, bins=4, range=(s, t))",
                     "np.histogram(x, np.sort(v))"],
    "np.bincount": [Case("np.bincount(k, v)", COUNTS),
                    Case("np.bincount(k, weights=v, minlength=8)", COUNTS)],
})
