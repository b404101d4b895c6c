"""Array functions: values as Numba computes them, derivatives against differences."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest

import adcomp
from tests import differences

from .functions import CASES, Case
from .functions._cases import compiled, in_single, is_active, otherwise_laid_out


def every_case(fast: int):
    """A test for each case; those after the first of an op are slow, if any are fast."""
    return pytest.mark.parametrize("case", [
        pytest.param(c, id=f"{op}-{c.text}", marks=[pytest.mark.slow] if k >= fast else [])
        for op, several in CASES.items() for k, c in enumerate(several)
    ])


def derivative_of(case: Case) -> tuple[Any, Any, list[Any], tuple[int, ...]]:
    """The primal, its derivative, its arguments, and the positions of those that are active."""
    result = compiled(case.function())(*case.arguments().values())
    program, weights = case.program(result)
    arguments = [*case.arguments().values(), *weights]
    active = tuple(k for k, value in enumerate(case.arguments().values()) if is_active(value))
    return program, adcomp.value_and_gradient(program, wrt=active), arguments, active


@every_case(fast=1)
def test_gradient(case: Case):
    program, df, arguments, active = derivative_of(case)
    primal = compiled(program)
    value, gradients = df(*arguments)
    np.testing.assert_allclose(value, primal(*arguments), rtol=1e-12, atol=1e-12)
    for position, x_bar in zip(active, gradients, strict=True):
        x = arguments[position]
        assert np.asarray(x_bar).dtype == np.asarray(x).dtype
        expected, error = differences.gradient(primal, lambda: deepcopy(tuple(arguments)), position)
        scale = np.max(np.abs(expected), initial=1e-3)
        assert error <= 1e-8 * scale, f"the differences themselves are only good to {error:.1e}"
        np.testing.assert_allclose(x_bar, expected, rtol=0.0, atol=case.rtol * scale)


@every_case(fast=0)
def test_other_layouts_and_precision(case: Case):
    """The text for other types of the same arguments, run in plain Python, gives the same gradient."""
    _, df, arguments, _ = derivative_of(case)
    expected = df(*arguments)[1]
    if case.strided:
        assert_close(in_python(df, list(map(otherwise_laid_out, arguments))), expected, 1e-9)
    if case.single is not None:
        gradients = in_python(df, list(map(in_single, arguments)))
        assert all(np.asarray(g).dtype.itemsize in (4, 8) for g in gradients)
        assert_close(gradients, expected, case.single)


def in_python(df: Any, arguments: list[Any]) -> Any:
    generated = df._program(tuple(map(df.typeof_pyval, arguments)))
    scope = dict(generated.namespace)
    exec(generated.source, scope)
    with np.errstate(all="ignore"):
        return scope[generated.entry](*arguments)[1]


def assert_close(ours: Any, theirs: Any, rtol: float) -> None:
    for a, b in zip(ours, theirs, strict=True):
        scale = np.max(np.abs(b), initial=1e-3)
        np.testing.assert_allclose(a, b, rtol=0.0, atol=rtol * scale)
