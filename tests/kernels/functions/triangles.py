"""Cases of what makes, reads and fills diagonals and triangles of matrices."""

from ._cases import cases

CASES = cases({
    "np.diag": ["np.diag(x)", "np.diag(x, 1)", "np.diag(X, k=-1)", "np.diag(A)", "np.diag(X, n)",
                "np.diag(e)", "np.diag(z, -n)", "np.diag(X, 7)"],
    "np.diagflat": ["np.diagflat(X)", "np.diagflat(x, -1)", "np.diagflat(s)", "np.diagflat((s, t), 1)"],
    "np.trace": ["np.trace(A)", "np.trace(X, offset=1)", "np.trace(X, -n)", "np.trace(Z)", "np.trace(X, 9)"],
    "np.tril": ["np.tril(A)", "np.tril(X, 1)", "np.tril(v)", "np.tril(T, k=-1)", "np.tril(Z, -n)"],
    "np.triu": ["np.triu(A)", "np.triu(X, 1)", "np.triu(v, n)", "np.triu(T, k=-1)", "np.triu(X, 9)"],
    "np.fill_diagonal": [
        "y = A * 1.0; np.fill_diagonal(y, s); y", "y = X * 1.0; np.fill_diagonal(y, val=v[:2]); y",
        "y = np.vstack((A, A, A[:2])) * 1.0; np.fill_diagonal(y, v[:3], True); y",
        "y = T[:, :2, :2] * 1.0; np.fill_diagonal(y, (s, t)); y",
    ],
    "np.vander": ["np.vander(x)", "np.vander(x, 3)", "np.vander(x, N=n, increasing=True)",
                  "np.vander((s, t))", "np.vander(z, 4)", "np.vander(x, 1)"],
})
