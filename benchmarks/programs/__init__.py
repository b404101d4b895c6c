"""The ten benchmark programs, one module each.

Every module offers

- `TITLE`: a short description with its size,
- `primal(*args)`: a function as a Numba user writes it; returns a float,
- `wrt`: the positions of the arguments to differentiate with respect to,
- `arguments(scale=1.0)`: the arguments of the benchmark, or of a smaller problem of the same kind,
- `adjoint(*args)`: the gradient written by hand in Numba, a tuple in the order of `wrt`,
- `jax_gradient(args)`: a function without arguments that runs and awaits JAX's jitted gradient,
- `DIFFERENCE_STEP` (optional): the step of the differences that check its gradient.

A hand-written adjoint keeps the algorithm of its primal (three loops are not replaced by a
library product, radix 2 by radix 8, an iteration by the implicit function theorem) and its
floating-point model (no fast-math where the primal has none), and it is a reverse sweep (a single
active parameter does not turn it into forward mode). It is free in everything else: what it tapes
or recomputes, data layout, loop order and splitting, vectorisable elementary functions, and the
order in which it sums the contributions to one cotangent.
"""

from . import burgers, fft, heat, helpers, logsumexp, lorenz, lstm, matmul, nbody, while_loop

PROGRAMS = {
    "lorenz": lorenz,
    "heat": heat,
    "burgers": burgers,
    "matmul": matmul,
    "logsumexp": logsumexp,
    "nbody": nbody,
    "lstm": lstm,
    "fft": fft,
    "while_loop": while_loop,
    "helpers": helpers,
}
