"""Cases of selections by index, by condition and by bounds."""

import numpy as np

from ._cases import Case, cases, normal, same

TABLE = {"j": same(np.array([[0, 2], [1, 1]])), "axis": same(1)}
ALONG = {"j": same(np.array([[0, 1], [1, 2], [3, -1]])), "d": same(np.array([[0, 1, 2, 0]]))}
NO_AXES = {"o": lambda rng: normal(1)(rng).reshape(())}

CASES = cases({
    "np.where": [
        "np.where(s > 0.0, s, t)", "np.where(x > 0.0, x * x, u)", "np.where(s > 0.0, x, u)",
        "np.where(m, x, 1)",
        Case("np.where(o > 9.0, o, 2.0 * o)", NO_AXES), "np.where(x > 0.0, np.sqrt(x), 0.0)",
        "np.where(x > 0.0, np.log(x), 0.0)", "y = np.sqrt(x); y[np.argmax(x)] + np.where(x > 0.0, y, 0.0)",
        "x[np.where(m)]", "X[np.nonzero(np.abs(X) > 1e-9)]", "y = X * 2.0; y[np.where(X > 9.0)] = 0.0; y",
    ],
    "np.select": [
        "np.select([x > 0.5, x < 0.0], [x + x, x * x])", "np.select((x > 0.5, x < 0.0), (x, u), default=s)",
        "np.select([X > 0.5, X < 0.0], [X + X, X * X], 3.0)", "np.select([x > 0.0], [np.sqrt(x)], 0.0)",
    ],
    "np.take": [
        "np.take(x, i)", "np.take(x, 2)", "X.take(-2)", "np.take(X, (0, 2))", "np.take(X, [0, 2], axis=0)",
        Case("np.take(X, j)", TABLE), "np.take(X, i, axis=-1)", "np.take(T, 1, axis=1)",
        "np.take(x, 1, axis=0)",
        Case("np.take(X, i[:1], axis=axis)", TABLE), Case("np.take(T, 1, axis=-axis)", TABLE), "z.take(i)",
    ],
    "np.take_along_axis": [
        Case("np.take_along_axis(X, j, 1)", ALONG), Case("np.take_along_axis(X, d, axis=0)", ALONG),
        Case("np.take_along_axis(X[:1], j, -1)", ALONG), "np.take_along_axis(x, i, 0)",
        "np.take_along_axis(X, i, None)",
    ],
    "np.extract": [
        "np.extract(m, x)", "np.extract(X > -9.0, X)", Case("np.extract(True, o)", NO_AXES),
        "np.extract((True, False, True), x)", "np.extract(m, z[:5])", "np.extract(x > 0.0, np.sqrt(x))",
    ],
    "np.clip": [
        "np.clip(x, None, 0.5)", "np.clip(x, -0.5, None)", "np.clip(x, None, u)", "np.clip(X, v, v + v * v)",
        "x.clip(-s, s)", "x.clip(-0.5)", "x.clip(a_max=s)", Case("np.clip(o, -0.5, s)", NO_AXES),
        "y = np.empty(6); w = np.clip(x, -s, s, y); y + w", "y = np.empty(6); x.clip(-s, out=y); y",
    ],
    "np.nan_to_num": [
        "np.nan_to_num(np.sqrt(x), nan=s)", "np.nan_to_num(np.sqrt(x))",
        "y = np.sqrt(x); np.nan_to_num(y, copy=False, nan=s); y",
        "np.nan_to_num(z * x[0], nan=s, posinf=2.0)",
        "y = np.sqrt(x); w = np.nan_to_num(y, False); w * y", "np.nan_to_num(np.sqrt(-s), nan=t)",
        "np.nan_to_num(complex(s, np.sqrt(-t)), nan=t)",
    ],
})
