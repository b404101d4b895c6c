"""Cases of convolutions and of interpolation."""

import numpy as np

from ._cases import Case, cases, same

NODES = {"a": same(np.array([-0.8, 0.1, 0.7, 1.9])), "b": same(np.array([0.4, -3.0, 2.5, 0.35]))}

CASES = cases({
    "np.convolve": [
        "np.convolve(x, v)", "np.convolve(v, x)", 'np.convolve(x, v, "same")',
        'np.convolve(v, x, mode="same")',
        'np.convolve(x, v[:3], mode="same")', 'np.convolve(x, v, mode="valid")', "np.convolve(z, v)",
        "np.convolve(x, i)",
    ],
    "np.correlate": [
        "np.correlate(x, v)", "np.correlate(v, x)", 'np.correlate(x, v, "same")',
        'np.correlate(v, x, mode="same")',
        'np.correlate(v[:3], x, mode="same")', 'np.correlate(x, v[:3], mode="same")',
        'np.correlate(x, v, mode="full")', 'np.correlate(v, x, mode="full")', "np.correlate(z, z[:3] * s)",
        'np.correlate(v, z, "full")',
    ],
    "np.interp": [
        Case("np.interp(s * 1.1, a, x[:4])", NODES), Case("np.interp(b, a, x[:4])", NODES),
        Case("np.interp(X, a, x[:4])", NODES), Case("np.interp(b, a, z[:4])", NODES),
    ],
})
