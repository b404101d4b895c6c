"""Elementary functions of float64 and float32 that loops vectorise over.

LLVM cannot vectorise a loop that calls libm. These are straight-line arithmetic, without branches
or tables, which it inlines and runs on as many elements at once as the machine has lanes. They hold
their bounds over all arguments, subnormal, infinite, huge and NaN ones too;
`tests/kernels/test_vmath.py` measures that.

`VECTOR` says which op on which type is which kernel, `BOUNDS` how exact each kernel is. The kernels of
float32 work in float32 where that is accurate to 3 units in the last place, else in float64.
"""

from . import exponential, hyperbolic, inverse, logarithm, power, trigonometric
from .instructions import BOUNDS, VECTOR

__all__ = ["BOUNDS", "VECTOR", "exponential", "hyperbolic", "inverse", "logarithm", "power", "trigonometric"]
