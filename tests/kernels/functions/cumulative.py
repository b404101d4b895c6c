"""Cases of running sums and products, and of differences."""

from ._cases import cases

CASES = cases({
    "np.cumsum": ["np.cumsum(x)", "np.cumsum(X)", "x.cumsum()", "np.cumsum(z)", "np.cumsum(e)"],
    "np.cumprod": ["np.cumprod(x)", "X.cumprod()", "np.cumprod(z)", "np.cumprod(x * (x > 0.0))"],
})
