"""Cases of running sums and products, of differences, and of what integrates samples."""

from ._cases import Case, cases

_GAPS = "np.where(x > 0.0, x, np.nan)"

CASES = cases({
    "np.cumsum": ["np.cumsum(x)", "np.cumsum(X)", "x.cumsum()", "np.cumsum(z)", "np.cumsum(e)",
                  "np.cumsum(X, axis=0)", "np.cumsum(T, 1)", "np.cumsum(X, -1)", "X.cumsum(0)"],
    "np.cumprod": ["np.cumprod(x)", "X.cumprod()", "np.cumprod(z)", "np.cumprod(x * (x > 0.0))"],
    "np.nancumsum": [f"np.nancumsum({_GAPS})", "np.nancumsum(X)", "np.nancumsum(z)"],
    "np.nancumprod": [f"np.nancumprod({_GAPS})", "np.nancumprod(X)"],
    "np.diff": [
        Case("np.diff(x)", strided=False), "np.diff(X, n=2)", Case("np.diff(x, 0)", strided=False),
        "np.diff(X, n)", "np.diff(X, 5)", Case("np.diff(e)", strided=False),
        Case("np.diff(z)", strided=False),
    ],
    "np.ediff1d": [
        Case("np.ediff1d(x)", strided=False), "np.ediff1d(X, to_begin=s)",
        Case("np.ediff1d(x, v, s)", strided=False), Case("np.ediff1d(x, (s, t))", strided=False),
    ],
    "np.trapezoid": [
        "np.trapezoid(x)", "np.trapezoid(X, dx=s)", Case("np.trapezoid(x, u)", strided=False),
        Case("np.trapezoid(X, x=v)", strided=False), "np.trapezoid(X, Y)", "np.trapezoid((s, t))",
        "np.trapezoid(z)",
    ],
    "np.unwrap": [
        "np.unwrap(x * 3.0)", Case("np.unwrap(X * 3.0, period=s)", strided=False), "np.unwrap(x * 2.0, 4.0)",
        "np.unwrap(x * 2.0, discont=None, axis=-1, period=3)",
    ],
    "np.average": ["np.average(x)", "np.average(x, weights=p)", "np.average(X, weights=Y * Y)",
                   "np.average(X, None, v * v)", "np.average(z, weights=p[:5])"],
})
