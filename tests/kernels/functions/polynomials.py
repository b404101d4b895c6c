"""Cases of polynomials."""

from ._cases import cases

PATH = "np.polynomial.polynomial"

CASES = cases({
    f"{PATH}.polyadd": [f"{PATH}.polyadd(x, v)", f"{PATH}.polyadd(v, z)"],
    f"{PATH}.polysub": [f"{PATH}.polysub(v, x)"],
    f"{PATH}.polymul": [f"{PATH}.polymul(x, v)"],
    f"{PATH}.polyval": [f"{PATH}.polyval(s, v)", f"{PATH}.polyval(x, v)", f"{PATH}.polyval(X, v)"],
    f"{PATH}.polyint": [f"{PATH}.polyint(v)", f"{PATH}.polyint(v, 2)"],
})
