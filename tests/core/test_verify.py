"""`verify` accepts well-formed Core, and says what is wrong with the rest."""

from __future__ import annotations

import pytest

from adcomp.core.ir import (
    UNDEFINED,
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
from adcomp.core.verify import verify
from adcomp.errors import InternalError, Loc

x, y, phi = Var("x"), Var("y"), Var("phi")
ONE = Const(1)
LET_Y = Let("y", "+", (x, x))


def block(*stmts, yields=()):
    return Block(stmts, tuple(yields))


def function(*stmts, yields=(), returns="none", **fields):
    return Function("f", ("x",), block(*stmts, yields=yields), returns=returns, **fields)


def loop(*stmts, init=ONE, yields=(ONE,), index="i"):
    return For(
        index, Const(0), ONE, ONE, (Carried("phi", init, "r"),), block(*stmts, yields=yields)
    )


def repeat(*stmts, test=None, yields=(ONE,)):
    test = block(yields=[Const(True)]) if test is None else test
    return While((Carried("phi", ONE, "r"),), test, block(*stmts, yields=yields))


@pytest.mark.parametrize("fn", [
    function(),
    function(LET_Y, yields=[y], returns="value"),
    function(yields=[x, ONE], returns=("value", "value")),
    function(loop(yields=[phi]), yields=[Var("r")], returns="value"),
    function(loop(init=UNDEFINED, yields=[UNDEFINED])),
    function(repeat(yields=[phi])),
    function(Raise("ValueError", (ONE,)), returns="value"),
    function(If(x, block(Raise("ValueError"), yields=[UNDEFINED]), block(yields=[x]), ("y",))),
    function(Call("fill", (x,), (0,)), namespace={"fill": None}),
    function(Let("y", "k.g", (Var("data"),)), namespace={"k": None, "data": None}),
    function(Let("y", "np.zeros", (x, Var("np.float32")), keywords=("dtype",))),
    function(Let("y", ".shape", (x,)), Let("z", "[]", (y, ONE)), Let("w", ".sum()", (x,))),
    function(SetItem(x, (ONE,), ONE, accumulate=True)),
])
def test_well_formed(fn):
    verify(fn)


@pytest.mark.parametrize(("fn", "message"), [
    (function(LET_Y, LET_Y), "y is defined twice"),
    (function(Let("x", "+", (ONE, ONE))), "x is defined twice"),
    (function(loop(index="x")), "x is defined twice"),
    (function(If(x, block(LET_Y), block(LET_Y))), "y is defined twice"),
    (function(SetItem(x, (ONE,), y), LET_Y), "y is used where no definition of it reaches"),
    (function(Let("y", "neg", (y,))), "y is used where no definition of it reaches"),
    (function(Let("z", "neg", (y,)), LET_Y, namespace={"y": 0}), "y is used where no definition"),
    (function(loop(LET_Y), SetItem(x, (ONE,), y)), "y is used where no definition of it reaches"),
    (function(loop(), SetItem(x, (ONE,), phi)), "phi is used where no definition of it reaches"),
    (function(loop(), SetItem(x, (ONE,), Var("i"))), "i is used where no definition of it reaches"),
    (function(loop(init=phi)), "phi is used where no definition of it reaches"),
    (function(loop(yields=[Var("r")])), "r is used where no definition of it reaches"),
    (function(If(x, block(LET_Y), block(SetItem(x, (ONE,), y)))), "y is used where no definition"),
    (function(repeat(SetItem(x, (ONE,), y), test=block(LET_Y, yields=[x]))),
     "y is used where no definition of it reaches"),
    (function(loop(yields=[])), "the loop's body yields 0 values instead of 1"),
    (function(repeat(yields=[ONE, ONE])), "the loop's body yields 2 values instead of 1"),
    (function(repeat(test=block())), "the loop's test yields 0 values instead of 1"),
    (function(repeat(test=block(yields=[UNDEFINED]))), "the loop's test uses an undefined value"),
    (function(If(x, block(), block(yields=[x]), ("y",))), "the then-branch yields 0 values"),
    (function(If(x, block(yields=[x]), block(), ("y",))), "the else-branch yields 0 values"),
    (function(returns="value"), "the body yields 0 values, and 'returns' has 1"),
    (function(yields=[x], returns=("value", ("value",))), "yields 1 values, and 'returns' has 2"),
    (function(returns="values"), "'returns' is 'values'"),
    (function(yields=[UNDEFINED], returns="value"), "the function returns uses an undefined value"),
    (function(Let("y", "+", (x, UNDEFINED))), "an operation uses an undefined value"),
    (function(If(UNDEFINED, block(), block())), "a condition uses an undefined value"),
    (function(Let("y", "kernel", (x,))), "the op 'kernel' names nothing in the namespace"),
    (function(Let("y", "k.g", (x,))), "the op 'k.g' names nothing in the namespace"),
    (function(Raise("Missing")), "Missing is no name of the namespace"),
    (function(Raise("ValueError"), LET_Y), "a statement follows a Raise"),
    (function(loop(Raise("ValueError"), LET_Y)), "a statement follows a Raise"),
    (function(Call("len", (x,), (1,))), "len mutates (1,) of 1 arguments"),
    (function(Let("np", "np.zeros", (x,))), "np hides the global that is called by this name"),
    (function(Let("if", "+", (x, x))), "'if' cannot be a name"),
    (function(Let("y", "len", (x,), keywords=("p", "q"))), "len has more keywords than arguments"),
    (Function("f", ("x", "x"), block(), returns="none"), "two parameters have one name: x, x"),
    (function(defaults=(1, 2)), "there are more defaults than parameters"),
])
def test_malformed(fn, message):
    with pytest.raises(InternalError) as info:
        verify(fn)
    assert message in info.value.message and info.value.message.startswith("f: ")


def test_the_error_points_at_the_primal_statement():
    loc = Loc("model.py", 3)
    with pytest.raises(InternalError) as info:
        verify(function(Let("y", "neg", (Var("z"),), loc=AdjointLoc(loc))))
    assert info.value.loc == loc
