"""What differentiating a function of a package comes to."""

from __future__ import annotations

import numpy as np

from adcomp.errors import AdcompError
from adcomp.testing import check_gradient

from ._case import Case

#: what a message says where a function waits for parallel loops
PARALLEL = "prange is not supported"


def check(case: Case) -> str:
    """Differentiate the function, and compare with differences.

    Returns
    -------
    str
        ``right``, ``refused`` if that is due, or ``parallel`` if parallel loops are missing.

    Raises
    ------
    AssertionError
        The gradient is wrong, or an error is not one of adcomp's that names the line.
    """
    program, arguments = case.program(), case.arguments(np.random.default_rng(0))
    try:
        check_gradient(program, *arguments, wrt=case.wrt, noisy=case.rounds)
    except AdcompError as error:
        assert located(error), f"no place is named: {error}"
        if case.refused and case.refused in str(error):
            return "refused"
        if PARALLEL in str(error):
            return "parallel"
        raise
    assert not case.refused, "the function is differentiated, and was to be refused"
    return "right"


def located(error: AdcompError) -> bool:
    """Does an error name a file and a line?"""
    loc = getattr(error, "loc", None)
    return loc is not None and bool(loc.file) and bool(loc.line)
