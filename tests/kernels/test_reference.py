"""The page of functions is true, and no function that Numba knows is forgotten."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def functions():
    spec = importlib.util.spec_from_file_location("_functions", DOCS / "_functions.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_function_is_decided_about(functions):
    assert functions.forgotten() == []
    assert len(functions.functions()) > 350


def test_what_is_refused_is_so(functions):
    for op in functions.REFUSED:
        assert functions.kinds(op) == ["refused"], op


def test_page(functions, request):
    """`make golden` writes the page again."""
    text = functions.page()
    if request.config.getoption("--update-golden"):
        functions.PAGE.write_text(text, encoding="utf-8")
    assert functions.PAGE.read_text(encoding="utf-8") == text
