"""Every zoo program: its gradient against differences, its printed Core against the primal."""

from __future__ import annotations

import numba
import numpy as np
import pytest

import adcomp
from adcomp import pipeline
from tests import differences
from tests.zoo import PROGRAMS, Program


# The tests of a program run in one process, which compiles its primal once.
def over_programs(*, fast: int):
    """A test for every program; of so many in a row, one is run by `make test`."""
    return pytest.mark.parametrize("program", [
        pytest.param(p, id=name, marks=[pytest.mark.xdist_group(name), *[pytest.mark.slow] * bool(k % fast)])
        for k, (name, p) in enumerate(PROGRAMS.items())])


def test_the_zoo_is_large():
    assert len(PROGRAMS) >= 150


@over_programs(fast=1)
def test_gradient(program: Program):
    expected_arguments = program.arguments()
    expected_value = program.primal(*expected_arguments)
    arguments = program.arguments()
    value, gradient = adcomp.value_and_gradient(program.function, wrt=program.wrt)(*arguments)

    same_value(value, expected_value, program)
    for argument, expected in zip(arguments, expected_arguments, strict=True):
        same_value(argument, expected, program)
    gradients = gradient if isinstance(program.wrt, tuple) else (gradient,)
    assert len(gradients) == len(program.positions)
    for position, of_argument in zip(program.positions, gradients, strict=True):
        expected, error = differences.gradient(program.primal, program.wide_arguments, position)
        scale = largest(expected)
        assert error <= 1e-7 * scale, f"the differences themselves are only good to {error:.1e}"
        compare(of_argument, expected, program.arguments()[position], program.rtol * scale)


@over_programs(fast=2)
def test_text_is_python(program: Program):
    """What is printed runs as it is, without Numba, and computes the same."""
    df = adcomp.value_and_gradient(program.function, wrt=program.wrt)
    expected = df(*program.arguments())
    generated = df._program(df._last)
    scope = dict(generated.namespace)
    exec(generated.source, scope)
    with np.errstate(all="ignore"):
        value, gradient = scope[generated.entry](*program.arguments())
    same_value(value, expected[0], program)
    rtol = 1e-4 if program.single else 1e-9
    for ours, theirs in zip(flat(gradient), flat(expected[1]), strict=True):
        scale = np.max(np.abs(theirs), initial=0.0)
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * scale)


@over_programs(fast=4)
def test_core_form(program: Program):
    expected_arguments = program.arguments()
    expected_value = program.primal(*expected_arguments)
    arguments = program.arguments()
    types = tuple(numba.typeof(argument) for argument in arguments)
    source, function = pipeline.core_source(program.function, types)
    value = function(*arguments)

    assert "def " in source
    same_value(value, expected_value, program)
    for argument, expected in zip(arguments, expected_arguments, strict=True):
        same_value(argument, expected, program)


def flat(value: object) -> list[object]:
    return [x for part in value for x in flat(part)] if isinstance(value, tuple) else [value]


def same_value(actual: object, expected: object, program: Program) -> None:
    """Equal but for the last digits: the order of sums and vectorised functions may differ."""
    if isinstance(expected, tuple):
        for item, expected_item in zip(actual, expected, strict=True):
            same_value(item, expected_item, program)
    else:
        rtol = 1e-5 if program.single else 1e-12
        assert np.shape(actual) == np.shape(expected)
        scale = max(1.0, np.max(np.abs(expected), initial=0.0))
        np.testing.assert_allclose(actual, expected, rtol=rtol, atol=1e-3 * rtol * scale)


def compare(actual: object, expected: object, argument: object, tolerance: float) -> None:
    """The gradient lives in the space of its argument and agrees with the differences."""
    if isinstance(argument, tuple):
        assert isinstance(actual, tuple) and len(actual) == len(argument)
        for parts in zip(actual, expected, argument, strict=True):
            compare(*parts, tolerance)
    elif expected is not None:
        if isinstance(argument, np.ndarray):
            assert isinstance(actual, np.ndarray)
            assert actual.dtype == argument.dtype
            assert actual.shape == argument.shape
        else:
            assert isinstance(actual, complex if np.iscomplexobj(argument) else float | np.floating)
        np.testing.assert_allclose(actual, expected, rtol=0.0, atol=tolerance)


def largest(gradient: object) -> float:
    """The largest entry of a gradient, at least one: the scale that errors are measured by."""
    if isinstance(gradient, tuple):
        return max([1.0, *map(largest, gradient)])
    return 1.0 if gradient is None else max(1.0, np.max(np.abs(gradient), initial=0.0))
