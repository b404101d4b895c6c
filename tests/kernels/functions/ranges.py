"""Cases of evenly spaced numbers between end points that vary."""

from ._cases import Case, cases

CASES = cases({
    "np.linspace": ["np.linspace(s, t)", "np.linspace(s, t, num=5)", "np.linspace(s, t * 1j, 4)",
                    "np.linspace(s, t, 1)"],
    "np.logspace": ["np.logspace(s, t, 5)", "np.logspace(s, t)"],
    "np.geomspace": ["np.geomspace(s, t, 5)", "np.geomspace(-s, -t, num=5)", "np.geomspace(s + 1j, t, 5)",
                     "np.geomspace(s, t, 1)"],
    "np.arange": [
        Case(text, single=None) for text in (
            "np.arange(s, 5.0)", "np.arange(s, 5.0, t)", "np.arange(0, 3, s)", "np.arange(4.0, s, -t)",
            "np.arange(s, stop=3.0, step=t)",
        )
    ],
})
