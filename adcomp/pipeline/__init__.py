"""From a function to its derivative: the stages, in order.

`front` runs parse -> infer -> normalise -> scalarise -> simplify; `sweeps` runs aliases -> activity
-> shadows -> adjoint and record; `program` puts the functions of a derivative together, sinks and
simplifies them, and prints them. Each stage is a function of what the stage before it returned, and
:func:`adcomp.core.verify.verify` runs between them.
"""

from .front import core_source, front
from .options import Options
from .program import generate

__all__ = ["Options", "core_source", "front", "generate"]
