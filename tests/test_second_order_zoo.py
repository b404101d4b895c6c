"""Every zoo program: a second derivative along a direction agrees with differences, or is refused."""

from __future__ import annotations

import inspect
import linecache

import numpy as np
import pytest

import adcomp
from adcomp.errors import NoRuleError, UnsupportedSyntax
from tests.zoo import PROGRAMS, Program

pytestmark = pytest.mark.slow


def candidates():
    for program in PROGRAMS.values():
        argument = program.arguments()[program.positions[0]]
        if not program.single and (isinstance(argument, float) or (
                isinstance(argument, np.ndarray) and argument.dtype == np.float64 and argument.ndim)):
            yield program


def paired(program: Program, df):
    """The product of a gradient and a direction, as a function of the program's arguments and that."""
    parameters = list(inspect.signature(program.function).parameters)[: len(program.arguments())]
    call = f"df({', '.join(parameters)})"
    text = f"def paired({', '.join(parameters)}, v_):\n    return np.sum({call} * v_)\n"
    if isinstance(program.arguments()[program.positions[0]], float):
        text = f"def paired({', '.join(parameters)}, v_):\n    return {call} * v_\n"
    file = f"<paired {program.name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope = {"np": np, "df": df, "__name__": __name__}
    exec(compile(text, file, "exec"), scope)
    return scope["paired"]


@pytest.mark.parametrize("program", [pytest.param(p, id=p.name) for p in candidates()])
def test_second_derivative(program: Program):
    position = program.positions[0]
    df = adcomp.gradient(program.function, wrt=position, control_dependence="zero")
    rng = np.random.default_rng(0)
    argument = program.arguments()[position]
    array = isinstance(argument, np.ndarray)
    v, u = (rng.normal(size=np.shape(argument)) if array else 0.7 for _ in range(2))

    second = adcomp.gradient(paired(program, df), wrt=position, control_dependence="zero")
    try:
        got = np.sum(second(*program.arguments(), v) * u)
    except (UnsupportedSyntax, NoRuleError):
        pytest.skip("refused")

    def along(step):
        arguments = list(program.arguments())
        arguments[position] = arguments[position] + step * u
        return np.sum(df(*arguments) * v)

    near, far = 4e-4, 1e-5
    slopes = [(8 * (along(near) - along(-near)) - (along(2 * near) - along(-2 * near))) / (12 * near),
              (along(far) - along(-far)) / (2 * far)]
    assert min(abs(got - s) for s in slopes) <= 1e-4 * max(1e-3, abs(got), *map(abs, slopes))
