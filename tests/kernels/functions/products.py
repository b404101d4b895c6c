"""Cases of products that pair the elements of two arrays."""

from ._cases import Case, cases

CASES = cases({
    "np.cross": ["np.cross(x[:3], u[:3])", "np.cross(M, M * 2.0 + 1.0)", "np.cross(M, x[:3])",
                 "np.cross(x[:3], u[:2])", "np.cross(M[:, :2], M)", "np.cross(z[:3], z[2:])"],
    "np.kron": [
        "np.kron(X, Y)", "np.kron(X.T, Y)", *(Case(f"np.kron({a})", strided=False) for a in (
            "x, v", "X, v", "v, X", "x, s", "s, X", "s, t", "z, z")),
    ],
})
