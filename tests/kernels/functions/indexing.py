"""Cases of selections by arrays of indices and by masks."""

import numpy as np

from ._cases import Case, cases, same

ROWS = {"i": same(np.array([2, 0, -1]))}
PLANE = {"i": same(np.array([[0, 2], [1, 1]]))}
COLUMNS = {"m": same(np.array([True, False, True, True]))}

CASES = cases({
    "gather": [
        "x[i]", "x[m]", "z[i]", "x[x > 0.0] * 2.0",
        Case("X[i]", ROWS), Case("X[:, i]", ROWS), Case("X[..., i]", ROWS), Case("X[1, i]", ROWS),
        Case("X[i, 1]", ROWS), Case("T[1, i]", ROWS), Case("T[:, i, 1:]", ROWS), Case("x[i]", PLANE),
        Case("X[:, i]", PLANE), Case("X[:, m]", COLUMNS), Case("X[i, i[::-1]]", ROWS),
        Case("X[i, np.array([1])]", ROWS),
    ],
    "scatter": [
        "y = x * 2.0; y[i] = x[0]; y", "y = x * 2.0; y[i] = x[:4] * x[1]; y",
        "y = x * 2.0; y[i] += x[:4] * x[1]; y", "y = x * 2.0; y[i] *= x[1]; y",
        "y = x * 2.0; y[m] = x[:3]; y", "y = x * 2.0; y[m] = x[1]; y", "y = x * 2.0; y[m] *= x[1]; y",
        Case("y = X * 2.0; y[i] = X[0]; y", ROWS), Case("y = X * 2.0; y[i] = X * 3.0; y", ROWS),
        Case("y = X * 2.0; y[:, i] = X[:, :3] * 3.0; y", ROWS),
        Case("y = X * 2.0; y[:, i] = X[0, :3]; y", ROWS), Case("y = X * 2.0; y[:, i] = s; y", ROWS),
        Case("y = X * 2.0; y[:, m] = X[1, 1]; y", COLUMNS), Case("y = X * 2.0; y[1, i] = X[0, :3]; y", ROWS),
        Case("y = A * 2.0; y[i, i] = A[0, :3]; y", ROWS),
    ],
})
