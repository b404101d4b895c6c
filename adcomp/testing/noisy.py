"""Plain differences at many steps, for functions that are rough: one step that agrees is enough.

The way of Mooncake.jl's rule tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .trial import Trial

STEPS = tuple(10.0**-k for k in range(2, 9))
TOLERANCE = 1e-3


def agrees_at_some_step(t: Trial) -> bool:
    """Whether two-point differences of some step give the cotangents of a trial, to 1e-3.

    The differences are along three random directions in all inputs at once.
    """
    function = t.differenced()
    v = function.covector(t.u)
    pulled = t.vectors(t.bars)
    directions = [[np.zeros(len(p)) if t.is_fixed(k) else t.rng.normal(size=len(p))
                   for k, p in enumerate(pulled)] for _ in range(3)]
    wanted = [sum(float(p @ d) for p, d in zip(pulled, along, strict=True)) for along in directions]

    def agrees(step: float) -> bool:
        found = [float(v @ (function.shifted(along, step) - function.shifted(along, -step))) / (2.0 * step)
                 for along in directions]
        return bool(np.allclose(found, wanted, rtol=TOLERANCE, atol=TOLERANCE))

    return any(map(agrees, STEPS))
