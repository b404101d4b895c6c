"""Cases of what joins arrays, and puts elements in, takes them out or repeats them."""

import numpy as np

from ._cases import Case, cases, same

TIMES = {"i": same(np.array([1, 0, 2, 3]))}

CASES = cases({
    "np.concatenate": [
        "np.concatenate((x, v * 2.0, x[:1]))", "np.concatenate((X, Y[:1]))",
        "np.concatenate((X, M.T[:, :2]), axis=1)", "np.concatenate((T, T), axis=-1)",
        "np.concatenate((e, x))", "np.concatenate((z, z[:2]))", "np.concatenate((x, i))",
    ],
    "np.stack": [
        "np.stack((x, u * 2.0))", "np.stack((X, Y), axis=1)", "np.stack((X, Y), -1)", "np.stack((e, e))",
        "np.stack((z, z * x[0]))", "np.stack((v, i))",
    ],
    "np.hstack": ["np.hstack((x, v, e))", "np.hstack((X, Y))"],
    "np.vstack": ["np.vstack((x, u))", "np.vstack((X, Y[:2]))", "np.row_stack((x, u))"],
    "np.dstack": ["np.dstack((x, u))", "np.dstack((X, Y))", "np.dstack((T, T[..., :1]))"],
    "np.column_stack": ["np.column_stack((x, u))", "np.column_stack((v[:3], X))"],
    "np.append": [
        "np.append(x, v)", "np.append(x, s)", "np.append(X, v)", "np.append(X, Y, axis=0)",
        "np.append(x, (s, t))", "np.append(z, s)",
    ],
    "np.insert": [
        "np.insert(x, 2, s)", "np.insert(x, -2, v)", "np.insert(X, n, s)", "np.insert(x, i, v)",
        "np.insert(x, i, s)", "np.insert(x, (1, 1), (s, t))", "np.insert(x, (3,), v)",
    ],
    "np.delete": [
        "np.delete(x, 2)", "np.delete(X, -n)", "np.delete(x, i)", "np.delete(x, slice(1, 3))",
        "np.delete(x, [1, 2, 1])",
    ],
    "np.repeat": [
        "np.repeat(x, 2)", "np.repeat(X, n)", "x.repeat(3)", "np.repeat(s, 2)", "np.repeat(e, 2)",
        Case("np.repeat(v, i)", TIMES), "np.repeat(v, np.array([2]))",
    ],
    "np.resize": ["np.resize(x, 10)", "np.resize(X, (5, 3))", "np.resize(s, 3)", "np.resize(e, 3)"],
})
