"""Views."""

from __future__ import annotations

import numpy as np

from adcomp import gradient
from tests.conformance.harness import case


@case("E-07")
def _():
    def f(x):
        v = x[1::2]
        return np.sum(v**2)

    return gradient(f)(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
