"""The benchmark programs, small and untimed: hand-written adjoints and gradients are right."""

import numba
import numpy as np
import pytest

from benchmarks.__main__ import NAMES
from benchmarks.arrays.programs import PROGRAMS as ARRAY_PROGRAMS
from benchmarks.arrays.programs import SYMMETRIC
from benchmarks.programs import PROGRAMS
from benchmarks.verify import disagreement, verify
from tests import differences

SMALL = 0.02


def test_the_command_line_knows_every_program():
    assert list(PROGRAMS) == list(NAMES)


@pytest.mark.parametrize("name", PROGRAMS)
def test_hand_written_adjoint_agrees_with_differences(name):
    verify(PROGRAMS[name], scale=SMALL)


@pytest.mark.parametrize("name", PROGRAMS)
def test_gradient_agrees_with_hand_written_adjoint(name):
    import adcomp

    program = PROGRAMS[name]
    args = program.arguments(SMALL)
    primal = numba.njit(error_model="numpy")(program.primal)
    result = adcomp.gradient(primal, wrt=program.wrt)(*args)
    assert disagreement(result, program.adjoint(*args)) <= 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("name", ARRAY_PROGRAMS)
def test_gradient_of_array_program(name):
    """Along a random direction, the gradient is the slope."""
    import adcomp

    function, wrt, sizes, make = ARRAY_PROGRAMS[name]
    args = list(make(*sizes[0]))
    positions = wrt if isinstance(wrt, tuple) else (wrt,)
    primal = numba.njit(function)
    gradient = adcomp.gradient(function, wrt=positions)(*args)
    rng = np.random.default_rng(0)
    directions = [rng.normal(size=np.shape(args[k])) for k in positions]
    if name in SYMMETRIC:
        directions = [d + d.T for d in directions]

    def moved(h):
        along = list(args)
        for k, direction in zip(positions, directions, strict=True):
            along[k] = args[k] + h * direction if np.ndim(direction) else args[k] + h * float(direction)
        return primal(*along)

    slope, _ = differences.derivative(moved)
    expected = sum(np.sum(g * d) for g, d in zip(gradient, directions, strict=True))
    assert abs(slope - expected) <= 1e-7 * max(abs(expected), 1.0)


def test_checkpointed_loops_agree_with_the_whole_tape():
    import adcomp
    from benchmarks.checkpoints import programs

    u0 = programs.start()
    expected = adcomp.gradient(programs.taped)(u0, 200)
    for function in (programs.bounded, programs.bounded_while):
        np.testing.assert_allclose(adcomp.gradient(function)(u0, 200, 2), expected, rtol=1e-12, atol=1e-15)
