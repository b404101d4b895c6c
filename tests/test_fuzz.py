"""A fixed slice of the random programs; `make fuzz` runs others."""

from __future__ import annotations

import ast

import pytest

from tests.fuzz import interpret
from tests.fuzz.oracle import judge
from tests.fuzz.programs import program
from tests.fuzz.shrink import shrink


@pytest.mark.parametrize("first", range(0, 40, 5))
def test_derivatives_run_as_python(first: int):
    for seed in range(first, first + 5):
        verdict = judge(program(seed), seed)
        assert verdict.kind != "wrong", f"seed {seed}: {verdict.text}\n{program(seed)}"


@pytest.mark.parametrize("mode", ["compiled", "single"])
def test_compiled_derivatives(mode: str):
    for seed in (101, 102):
        verdict = judge(program(seed), seed, mode)
        assert verdict.kind != "wrong", f"seed {seed}: {verdict.text}\n{program(seed)}"


def test_nearly_all_programs_can_be_used():
    kinds = [judge(program(seed), seed, points=1).kind for seed in range(200, 210)]
    assert kinds.count("right") >= 8


def test_programs_do_not_change():
    assert program(3) == program(3)
    assert len({program(seed) for seed in range(50)}) == 50


def test_wrong_derivatives_are_found(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(interpret.KERNELS, "plus", lambda a, b: a - b)
    source = (
        "def f(x, y, M, B, p, n):\n"
        "    s = 0.0\n"
        "    for i in range(6):\n"
        "        for j in range(6):\n"
        "            s += M[i, j] * x[j]\n"
        "    return s * p\n"
    )
    assert judge(source, 1).kind == "wrong"


def test_every_kernel_of_the_tape_has_a_counterpart():
    assert interpret.missing() == []


def test_shrinking_keeps_the_fault():
    source = program(7)
    smaller = shrink(source, lambda text: "x[1] * y[2]" in text)
    assert "x[1] * y[2]" in smaller
    assert len(smaller) < 100
    ast.parse(smaller)
