"""What README.md and the pages under docs/ show is what happens.

The README's example is `examples/readme_example.py`; its adjoint is what the compiler prints now.
`make golden` writes the adjoint into the README again. In the pages, ``>>>`` examples are run.
"""

import doctest
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import njit

import adcomp
from adcomp.kernels import tape

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
EXAMPLE = ROOT / "examples" / "readme_example.py"
PAGES = sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md"))
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def block(marker: str, text: str) -> str:
    """The code block after a comment that begins with a word."""
    found = re.search(rf"<!-- {marker}\b.*?-->\n```python\n(.*?)```", text, re.DOTALL)
    assert found, f"README.md has no block after <!-- {marker} -->"
    return found.group(1)


@pytest.fixture(scope="module")
def readme() -> str:
    return README.read_text(encoding="utf-8")


def primal(u):
    """`area` of the example, in plain Python."""
    total = 0.0
    for i in range(1, len(u)):
        step = u[i] - u[i - 1]
        if step < 0.0:
            u[i] = u[i - 1] + step * step
        total += u[i]
    return total


def differences(x, h=1e-6):
    shifts = h * np.eye(len(x))
    return np.array([(primal(x + s) - primal(x - s)) / (2 * h) for s in shifts])


def test_example(readme, request, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("ADCOMP_CACHE_DIR", str(tmp_path))
    assert block("example", readme) == EXAMPLE.read_text(encoding="utf-8")
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    gradient, adjoint = capsys.readouterr().out.split("\n", 1)
    adjoint = adjoint.rstrip("\n") + "\n"
    if request.config.getoption("--update-golden"):
        readme = readme.replace(block("adjoint", readme), adjoint)
        README.write_text(readme, encoding="utf-8")
    assert f"`{gradient}`" in readme
    assert block("adjoint", readme) == adjoint, "intended? `make golden` writes it to README.md"


@pytest.mark.parametrize("compiled", [False, True])
def test_adjoint_runs_by_itself(readme, compiled):
    scope = {"np": np, "kernels": tape}
    exec(block("adjoint", readme), scope)
    gradient = njit(scope["area_gradient"]) if compiled else scope["area_gradient"]
    for x in (np.array([1.0, 2.0, 1.5, 3.0, 2.5]), np.array([0.3, -0.7, 0.4]), np.array([2.0])):
        changed, expected = x.copy(), x.copy()
        primal(expected)
        np.testing.assert_allclose(gradient(changed), differences(x), rtol=1e-7, atol=1e-8)
        np.testing.assert_array_equal(changed, expected)


# --- what is refused ------------------------------------------------------------------------------


def with_try(x):
    try:
        y = x[0]
    except Exception:
        y = x[1]
    return y


def with_comprehension(x):
    return sum([v for v in x])


def with_dict(x):
    return {0: x[0]}[0]


def with_match(x):
    match 1:
        case 1:
            return x[0]
    return x[1]


def with_walrus(x):
    if (y := x[0]) > 0.0:
        return y
    return x[1]


def with_gamma_draw(x):
    return np.random.gamma(x[0], 1.0)


def with_keyword_only(x, *, y=2.0):
    return x[0] * y


def doubled(x, n):
    if n == 0:
        return x[0]
    x[0] *= 2.0
    return doubled(x, n - 1)


def with_recursive_store(x):
    return doubled(x.copy(), 3)


REFUSED = [f for name, f in globals().items() if name.startswith("with_")]


@pytest.mark.parametrize("f", REFUSED, ids=[f.__name__ for f in REFUSED])
def test_refused_with_location(f):
    with pytest.raises(adcomp.errors.AdcompError) as caught:
        adcomp.gradient(f, cache=False)(np.array([1.0, 2.0, 3.0]))
    assert not isinstance(caught.value, adcomp.errors.InternalError)
    assert caught.value.loc is not None
    assert caught.value.loc.line is not None
    assert caught.value.hint


def test_derivative_of_a_derivative():
    df = adcomp.gradient(lambda x: x * x * x)
    assert adcomp.gradient(df)(2.0) == 12.0


# --- the documentation ----------------------------------------------------------------------------


COMMAND = """
import numpy as np, adcomp
total = lambda x: np.sum(x * x)
print(adcomp.gradient(total)(np.ones(2)))
exec("def cube(x):\\n    return x * x * x")
try:
    adcomp.gradient(cube)(2.0)
except adcomp.errors.UnsupportedSyntax as error:
    print("refused")
"""


def test_example_as_a_command(readme, tmp_path):
    """The text of ``python -c`` is found, and no other text is taken for it."""
    environment = os.environ | {"ADCOMP_CACHE_DIR": str(tmp_path)}

    def output(text):
        return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True,
                              env=environment, cwd=ROOT).stdout

    printed = output(block("example", readme))
    assert printed.startswith("[ 0.  3. -1.  3. -1.]\ndef area_gradient(u):")
    assert output(COMMAND) == "[2. 2.]\nrefused\n"


def test_code_map():
    """ARCHITECTURE.md has a line for every module, and none for one that is gone."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    parts = re.split(r"^`([\w/]+/)`", text[: text.index("## Core")], flags=re.MULTILINE)
    for folder, section in zip(parts[1::2], parts[2::2], strict=True):
        named = set(re.findall(r"`(\w+\.py)`", section))
        there = {p.name for p in (ROOT / folder).glob("*.py")} - {"__init__.py"}
        assert named == there, folder
        assert len(there) > 1, folder


@pytest.mark.parametrize("page", PAGES)
def test_page(page, tmp_path, monkeypatch):
    monkeypatch.setenv("ADCOMP_CACHE_DIR", str(tmp_path))
    failures, _ = doctest.testfile(str(ROOT / page), module_relative=False, optionflags=FLAGS)
    assert failures == 0
