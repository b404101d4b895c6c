"""Cases of what joins, splits, repeats and turns arrays."""

from ._cases import cases

CASES = cases({
    "np.concatenate": [
        "np.concatenate((x, v * 2.0, x[:1]))", "np.concatenate((X, Y[:1]))",
        "np.concatenate((X, M.T[:, :2]), axis=1)", "np.concatenate((T, T), axis=-1)",
        "np.concatenate((e, x))", "np.concatenate((z, z[:2]))", "np.concatenate((x, i))",
    ],
})
