"""Types of printed Core, and Numba's complaints about the user's lines."""

from __future__ import annotations

import numpy as np
import pytest
from numba import types

from adcomp.core.ir import (
    AdjointLoc,
    Block,
    Call,
    Carried,
    Const,
    For,
    Function,
    If,
    Let,
    Raise,
    SetItem,
    Var,
    While,
)
from adcomp.errors import Loc, TypeInferenceError
from adcomp.frontend.infer import infer_types, statement_places

f8, A = types.float64, types.float64[::1]


def at(line):
    return Loc("model.py", line, text=f"line {line}")


def function(*stmts, yields=(), params=("x", "a"), **namespace):
    return Function("f", params, Block(tuple(stmts), yields), {"np": np} | namespace)


def test_types():
    def helper(x):
        return x * 2

    fn = function(
        Let("y", "helper", (Var("x"),)), Let("z", "+", (Var("y"), Var("a"))), yields=(Var("z"),),
        helper=helper,
    )
    source = "def f(x, a):\n    y = helper(x)\n    z = y + a\n    return z\n"
    assert infer_types(fn, (f8, A), source) == {"x": f8, "a": A, "y": f8, "z": A}


def test_names_of_the_printing_are_left_out():
    fn = function(Let("y", "id", (Var("x"),)), yields=(Var("y"),))
    source = "def f(x, a):\n    other = x\n    y = other\n    return y\n"
    assert set(infer_types(fn, (f8, A), source)) == {"x", "y", "a"}


def test_errors_are_about_the_users_line():
    fn = function(
        Let("y", "+", (Var("x"), Const(1)), at(10)),
        SetItem(Var("a"), (Const(0),), Var("y"), loc=at(11)),
        SetItem(Var("a"), (Const(1),), Const("text"), loc=at(12)),
        Let("z", "id", (Var("y"),), at(13)),
        yields=(Var("z"),),
    )
    lines = ["def f(x, a):", "y = x + 1", "a[0] = y", "a[1] = 'text'", "z = y", "return z", ""]
    source = "\n    ".join(lines)
    with pytest.raises(TypeInferenceError) as caught:
        infer_types(fn, (f8, A), source)
    assert caught.value.loc == at(12)
    assert "setitem" in str(caught.value)
    assert "adcomp:plain" not in str(caught.value)
    assert "File" not in caught.value.message.partition("Overload")[0]


def test_errors_of_adjoint_statements_are_about_the_primal_line():
    fn = function(Let("y", ".nothing", (Var("x"),), AdjointLoc(at(7))), yields=(Var("y"),))
    with pytest.raises(TypeInferenceError, match="Unknown attribute 'nothing'") as caught:
        infer_types(fn, (f8, A), "def f(x, a):\n    y = x.nothing\n    return y\n")
    assert caught.value.loc == at(7)


def test_places():
    carried = (Carried("s", Const(0.0), "s_2"),)
    fn = function(
        For("i", Const(0), Const(3), Const(1), carried, Block((
            If(Var("x"), Block((Call("note", (Var("a"),), (0,), at(3)),), (Var("s"),)),
               Block((Raise("ValueError", (), at(5)),)), ("s_1",), at(2)),
        ), (Var("s_1"),)), at(1)),
        While(carried, Block((Let("c", "<", (Var("s"), Const(1)), at(6)),), (Var("c"),)),
              Block((SetItem(Var("a"), (Const(0),), Var("s"), True, at(8)),), (Var("s"),)), at(7)),
        yields=(Var("s_2"),),
    )
    source = """\
def f(x, a):
    s = 0.0
    for i in range(3):
        if x:
            note(a)
            s_1 = s
        else:
            raise ValueError()
        s = s_1
    while True:
        c = s < 1
        if not c:
            break
        a[0] += s
    return s
"""
    places = {line: loc.line for line, loc in statement_places(fn, source).items()}
    assert places == {3: 1, 4: 2, 5: 3, 8: 5, 10: 7, 11: 6, 14: 8}
