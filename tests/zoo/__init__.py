"""The primal zoo: small programs as users write them, at arguments where they are smooth."""

from . import (  # noqa: F401
    arrayexpr,
    arrays,
    beyond,
    borrowed,
    branches,
    buffers,
    calls,
    exits,
    extrema,
    inplace,
    loops,
    recursion,
    regressions,
    scalars,
    science_dynamics,
    science_numerics,
    science_statistics,
    snapshots,
    stencils,
    tuples,
)
from ._registry import PROGRAMS, Program

__all__ = ["PROGRAMS", "Program"]
