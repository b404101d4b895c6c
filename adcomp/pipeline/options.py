"""What decides a generated program, beyond the primal and its argument types."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Options of a derivative; the ``repr`` is part of the key of the cache.

    Parameters
    ----------
    wrt : tuple of int, optional
        Positions of the arguments that derivatives are taken with respect to; None for all that
        hold floating-point numbers.
    several : bool
        Whether the result is a tuple with an entry for each of them.
    math : {"vector", "libm"}
        Elementary functions as kernels that LLVM vectorises, or as the primal calls them.
    alias : {"error", "memory"}
        What to do when arguments share memory that the program writes.
    unused : {"zero", "none"}
        What an argument gets that the result does not depend on.
    form : {"natural", "structural"}
        How the cotangents of structured matrices are returned.
    holomorphic : bool
        Whether the result and the arguments are complex, and the derivative is that of complex analysis.
    control : {"error", "zero"}
        What to do with an argument, named in `wrt`, that decides a result through comparisons only.
    plain : bool
        Whether the program is read again, to be differentiated: it is left as it is before the passes that
        make programs fast.
    raising : bool
        Whether a division by zero raises, as it does in a function that is compiled with
        ``error_model="python"``.
    parallel : bool
        Whether `prange` loops, and their adjoints, run in threads.
    comments : bool
        Whether the source names the primal line that each part is the adjoint of.
    """

    wrt: tuple[int, ...] | None = (0,)
    several: bool = False
    math: str = "vector"
    alias: str = "error"
    unused: str = "zero"
    form: str = "natural"
    holomorphic: bool = False
    control: str = "error"
    plain: bool = False
    raising: bool = False
    parallel: bool = False
    comments: bool = True
