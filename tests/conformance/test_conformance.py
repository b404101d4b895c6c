"""Every conformance case, by its id."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.conformance.harness import CASES, PROGRAMS, compare, error

for _module in sorted(Path(__file__).parent.glob("family_*.py")):
    import_module(f"tests.conformance.{_module.stem}")


@pytest.mark.parametrize("name", CASES)
def test_case(name):
    case = CASES[name]
    assert name in PROGRAMS, f"{name} has no program: {case['case']}"
    expected = case["expected"]
    if isinstance(expected, str) and expected.startswith("error:"):
        actual = error(PROGRAMS[name])
    else:
        actual = PROGRAMS[name]()
    try:
        compare(actual, expected, case["rtol"], case["atol"])
    except AssertionError as failed:
        raise AssertionError(f"{name}: {case['case']}\n{failed}") from None
