"""Cases of reductions, with dtypes and axes in every form, and of complex arrays."""

from ._cases import Case, cases, normal, same

AXIS = {"axis": same(1), "T": normal(2, 3, 4)}
NO_AXES = {"o": lambda rng: normal(1)(rng).reshape(())}

CASES = cases({
    "np.sum": [
        "np.sum(X, -1)", "np.sum(X, dtype=np.float64)", "np.sum(x, dtype=np.complex128)",
        "np.sum(X, axis=1, dtype=np.float64)", "X.sum(0, dtype=np.float64)", "np.sum(z)", "np.sum(e)",
        Case("np.sum(X, axis=axis)", AXIS), Case("T.sum(-axis)", AXIS), Case("np.sum(Z, axis=axis)", AXIS),
        Case("np.sum(o)", NO_AXES),
    ],
    "np.prod": ["np.prod(X)", "x.prod()", "np.prod(z)", "np.prod(e)", "np.prod(x * (x > 0.0))"],
    "np.mean": ["np.mean(X)", "x.mean()", "np.mean(z)", Case("np.mean(o)", NO_AXES)],
    "np.max": ["np.max(x)", "np.amax(X)", "X.max()", "np.max(z)", "Z.max()", "max(x)"],
    "np.min": ["np.min(x)", "np.amin(X)", "X.min()", "np.min(z)", "Z.min()", "min(x)"],
    "np.ptp": ["np.ptp(X)", "np.ptp(z)"],
    "np.var": ["np.var(X)", "x.var()", "np.var(Z)", "z.var()"],
    "np.std": ["np.std(X)", "x.std()", "np.std(Z)", "z.std()"],
})
