"""The benchmark programs, small and untimed: hand-written adjoints and gradients are right."""

import numba
import pytest

from benchmarks.__main__ import NAMES
from benchmarks.programs import PROGRAMS
from benchmarks.verify import disagreement, verify

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
