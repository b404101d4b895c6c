"""`plain` and `show`: the text of hand-written programs, and the meaning of random ones."""

from __future__ import annotations

import math
import textwrap
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numba import types as nb

from adcomp.core import printer
from adcomp.core.expressions import Choice, Logic, Op, text_of
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
from adcomp.core.literals import literal
from adcomp.core.printer import plain, show
from adcomp.core.verify import verify
from adcomp.errors import Loc

from . import random_core

a, b, c, i, n, s, u, x, y = map(Var, "a b c i n s u x y".split())
t, t1, t2 = Var("_t"), Var("_t_1"), Var("_t_2")


def function(params: str, stmts: list[Any], *yields: Any, **fields: Any) -> Function:
    """A function named f that returns one value."""
    fields = {"returns": "value" if yields else "none"} | fields
    return Function("f", tuple(params.split()), Block(tuple(stmts), yields), **fields)


def block(*stmts: Any, yields: Any = ()) -> Block:
    return Block(stmts, tuple(yields))


def check(text: str, expected: str) -> None:
    """Compare with an indented text; it has to be Python."""
    assert text == textwrap.dedent(expected).lstrip("\n")
    compile(text, "<printed>", "exec")


# --- loops ----------------------------------------------------------------------------------------

SUM_OF_SQUARES = function("x n", [
    For("i", Const(0), n, Const(1), (Carried("s", Const(0.0), "s_1"),), block(
        Let("_t", "[]", (x, i)),
        Let("_t_1", "[]", (x, i)),
        Let("_t_2", "*", (t, t1)),
        Let("s_2", "+", (s, t2)),
        yields=[Var("s_2")],
    )),
], Var("s_1"))


def test_plain_gives_every_name_a_variable():
    check(plain(SUM_OF_SQUARES), """
        def f(x, n):
            s = 0.0
            for i in range(n):
                _t = x[i]
                _t_1 = x[i]
                _t_2 = _t * _t_1
                s_2 = s + _t_2
                s = s_2
            s_1 = s
            return s_1
    """)


def test_show_nests_temporaries_and_shares_variables():
    check(show(SUM_OF_SQUARES), """
        def f(x, n):
            s = 0.0
            for i in range(n):
                s = s + x[i] * x[i]
            return s
    """)


def test_numbers_are_added_in_place():
    types = dict.fromkeys(["s", "s_1", "s_2"], nb.float64)
    assert "        s += x[i] * x[i]\n" in show(SUM_OF_SQUARES, types=types)


def test_arrays_are_not_added_in_place():
    types = dict.fromkeys(["s", "s_1", "s_2"], nb.float64[:])
    assert "        s = s + x[i] * x[i]\n" in show(SUM_OF_SQUARES, types=types)


def test_versions_of_different_types_have_different_variables():
    types = {"s": nb.float64, "s_1": nb.float64, "s_2": nb.complex128}
    check(show(SUM_OF_SQUARES, types=types), """
        def f(x, n):
            s = 0.0
            for i in range(n):
                s_2 = s + x[i] * x[i]
                s = s_2
            return s
    """)


def test_swaps_are_parallel_assignments():
    fibonacci = function("n", [
        For("i", Const(0), n, Const(1),
            (Carried("a", Const(0), "a_1"), Carried("b", Const(1), "b_1")),
            block(Let("_t", "+", (a, b)), yields=[b, t])),
    ], Var("a_1"))
    check(show(fibonacci), """
        def f(n):
            a = 0
            b = 1
            for i in range(n):
                a, b = b, a + b
            return a
    """)
    swap = function("n", [
        For("i", Const(0), n, Const(1),
            (Carried("a", Const(0), "a_1"), Carried("b", Const(1), "b_1")), block(yields=[b, a])),
    ], Var("a_1"))
    check(plain(swap), """
        def f(n):
            a = 0
            b = 1
            for i in range(n):
                a, b = b, a
            a_1 = a
            b_1 = b
            return a_1
    """)


def test_reverse_loop_and_index_carried_out():
    last = function("n", [
        Let("_t", "-", (n, Const(1))),
        For("i", t, Const(-1), Const(-1), (Carried("i_1", UNDEFINED, "i_2"),), block(yields=[i])),
    ], Var("i_2"))
    check(show(last), """
        def f(n):
            for i in range(n - 1, -1, -1):
                pass
            return i
    """)
    check(plain(last), """
        def f(n):
            _t = n - 1
            for i in range(_t, -1, -1):
                i_1 = i
            i_2 = i_1
            return i_2
    """)


def test_nested_loops_count_with_different_variables():
    inner = For("i_1", Const(0), n, Const(1), (), block(SetItem(u, (Var("i_1"),), Const(0.0))))
    after = For("i_2", Const(0), n, Const(1), (), block(SetItem(u, (Var("i_2"),), Const(1.0))))
    outer = For("i", Const(0), n, Const(1), (), block(inner))
    check(show(function("u n", [outer, after])), """
        def f(u, n):
            for i in range(n):
                for i_1 in range(n):
                    u[i_1] = 0.0
            for i in range(n):
                u[i] = 1.0
    """)


def test_while_with_a_test_that_is_an_expression():
    loop = While((Carried("i", Const(0), "i_1"),), block(
        Let("_t", "<", (i, n)),
        If(t, block(Let("_t_2", "[]", (x, i)), Let("_t_3", ">", (t2, Const(0))),
                    yields=[Var("_t_3")]),
           block(yields=[Const(False)]), ("_t_1",)),
        yields=[t1],
    ), block(Let("i_2", "+", (i, Const(1))), yields=[Var("i_2")]))
    fn = function("x n", [loop], Var("i_1"))
    check(show(fn, types=dict.fromkeys(["i", "i_1", "i_2", "n"], nb.int64)), """
        def f(x, n):
            i = 0
            while i < n and x[i] > 0:
                i += 1
            return i
    """)
    check(plain(fn), """
        def f(x, n):
            i = 0
            while True:
                _t = i < n
                if _t:
                    _t_2 = x[i]
                    _t_3 = _t_2 > 0
                    _t_1 = _t_3
                else:
                    _t_1 = False
                if not _t_1:
                    break
                i_2 = i + 1
                i = i_2
            i_1 = i
            return i_1
    """)


def test_while_with_statements_in_its_test():
    loop = While((), block(Let("y", "[]", (x, Const(0))), Let("_t", "!=", (y, Const(0.0))),
                           yields=[t]), block(SetItem(x, (Const(0),), Const(0.0))))
    check(show(function("x", [loop])), """
        def f(x):
            while True:
                y = x[0]
                if y == 0.0:
                    break
                x[0] = 0.0
    """)


# --- branches -------------------------------------------------------------------------------------


def branch(cond: Any, then: Any, orelse: Any, result: str = "_t_9") -> If:
    """An If whose branches yield atoms."""
    return If(cond, block(yields=[then]), block(yields=[orelse]), (result,))


def test_conditional_expression():
    stmts = [Let("_t", "<", (x, Const(0.0))), branch(t, Const(0.0), Const(1.0), "y")]
    check(show(function("x", stmts, y)), """
        def f(x):
            y = 0.0 if x < 0.0 else 1.0
            return y
    """)
    check(plain(function("x", stmts, y)), """
        def f(x):
            _t = x < 0.0
            if _t:
                y = 0.0
            else:
                y = 1.0
            return y
    """)


def test_a_name_that_keeps_its_value_in_one_branch_needs_no_else():
    stmts = [Let("_t", "<", (x, Const(0.0))), branch(t, Const(0.0), x, "x_1")]
    check(show(function("x", stmts, Var("x_1"))), """
        def f(x):
            if x < 0.0:
                x = 0.0
            return x
    """)
    stmts = [Let("_t", "<", (x, Const(0.0))), branch(t, x, Const(0.0), "x_1")]
    check(show(function("x", stmts, Var("x_1"))), """
        def f(x):
            if not x < 0.0:
                x = 0.0
            return x
    """)


def test_elif():
    inner = If(Var("b"), block(yields=[Const(2)]),
               block(SetItem(u, (Const(0),), Const(1)), yields=[Const(3)]), ("y_1",))
    outer = If(a, block(yields=[Const(1)]), block(inner, yields=[Var("y_1")]), ("y",))
    check(show(function("a b u", [outer], y)), """
        def f(a, b, u):
            if a:
                y = 1
            elif b:
                y = 2
            else:
                u[0] = 1
                y = 3
            return y
    """)


@pytest.mark.parametrize(("then", "orelse", "expected"), [
    (b, Const(False), "a < 1 and b"),
    (b, t, "a < 1 and b"),
    (Const(True), b, "a < 1 or b"),
    (t, b, "a < 1 or b"),
    (Const(False), Const(True), "not a < 1"),
    (b, c, "b if a < 1 else c"),
])
def test_logic(then, orelse, expected):
    stmts = [Let("_t", "<", (a, Const(1))), branch(t, then, orelse)]
    assert f"return {expected}\n" in show(function("a b c", stmts, Var("_t_9")))


def test_the_value_of_and_is_kept_where_it_is_used():
    """``b if a else False`` is not ``a and b`` when ``a`` is 0."""
    value = function("a b", [branch(a, b, Const(False))], Var("_t_9"))
    assert "return b if a else False\n" in show(value)
    asked = function("a b u", [
        branch(a, b, Const(False)),
        If(Var("_t_9"), block(SetItem(u, (Const(0),), a)), block()),
    ])
    assert "if a and b:\n" in show(asked)


def test_what_follows_a_raise_is_not_nested():
    guard = If(Var("a"), block(Raise("ValueError", (Const("no"),)), yields=[UNDEFINED]),
               block(Let("y_1", "+", (x, x)), yields=[Var("y_1")]), ("y",))
    check(show(function("a x", [guard], y)), """
        def f(a, x):
            if a:
                raise ValueError('no')
            y = x + x
            return y
    """)


# --- moving temporaries ---------------------------------------------------------------------------


def test_a_load_is_not_moved_past_a_store():
    stmts = [
        Let("_t", "[]", (u, Const(0))),
        Let("_t_1", "*", (i, Const(2))),
        SetItem(u, (Const(0),), x),
        SetItem(u, (t1,), t),
    ]
    check(show(function("u i x", stmts), types={"i": nb.int64}), """
        def f(u, i, x):
            _t = u[0]
            u[0] = x
            u[i * 2] = _t
    """)


def test_a_load_is_not_moved_past_a_loop_that_stores():
    stmts = [
        Let("_t", "[]", (u, Const(0))),
        For("i", Const(0), n, Const(1), (), block(Call("fill", (u,), (0,)))),
    ]
    assert "_t = u[0]\n" in show(function("u n", stmts, t))


def test_calls_that_nothing_is_known_of_keep_their_order():
    calls = [Let("_t", "g", (x,)), Let("_t_1", "h", (x,))]
    in_order = function("x", [*calls, Let("y", "-", (t, t1))], y)
    assert "y = g(x) - h(x)\n" in show(in_order)
    swapped = function("x", [*calls, Let("y", "-", (t1, t))], y)
    check(show(swapped), """
        def f(x):
            _t = g(x)
            _t_1 = h(x)
            y = _t_1 - _t
            return y
    """)


def test_a_temporary_is_not_moved_into_a_loop():
    stmts = [
        Let("_t", "+", (x, x)),
        For("i", Const(0), n, Const(1), (), block(SetItem(u, (i,), t))),
    ]
    assert "_t = x + x\n" in show(function("u x n", stmts))


def test_nothing_is_moved_past_a_guard():
    """It might raise another exception, or have been called, before the guard raises its own."""
    guard = If(a, block(Raise("ValueError")), block())
    stmts = [Let("_t", "/", (x, x)), Let("_t_1", "g", (x,)), guard, Let("y", "+", (t, t1))]
    check(show(function("a x", stmts, y)), """
        def f(a, x):
            _t = x / x
            _t_1 = g(x)
            if a:
                raise ValueError()
            y = _t + _t_1
            return y
    """)


def test_names_of_the_user_stay():
    assert "y = x + x\n    return y\n" in show(function("x", [Let("y", "+", (x, x))], y))


def test_accumulation_into_an_array():
    stmts = [SetItem(u, (Const(0), Const(-1)), x, accumulate=True)]
    check(show(function("u x", stmts)), """
        def f(u, x):
            u[0, -1] += x
    """)


# --- variables ------------------------------------------------------------------------------------


def test_versions_that_are_wanted_together_have_different_variables():
    stmts = [Let("x_1", "+", (x, x)), Let("y", "*", (x, Var("x_1")))]
    assert "x_1 = x + x\n    y = x * x_1\n" in show(function("x", stmts, y))
    stmts = [Let("x_1", "+", (x, x)), Let("y", "*", (Var("x_1"), Var("x_1")))]
    assert "x = x + x\n    y = x * x\n" in show(function("x", stmts, y))


def test_a_parameter_keeps_its_name():
    loop = For("i", Const(0), n, Const(1), (Carried("s", x, "s_1"),), block(
        Let("s_2", "*", (s, s)), yields=[Var("s_2")]))
    check(show(function("x n", [loop], Var("s_1"))), """
        def f(x, n):
            s = x
            for i in range(n):
                s = s * s
            return s
    """)


def test_a_variable_hides_no_global():
    stmts = [Let("y", "exp", (x,)), Let("exp_1", "exp", (y,)), Let("z", "*", (y, Var("exp_1")))]
    text = show(function("x", stmts, Var("z")))
    assert "exp_1 = exp(y)\n" in text


# --- the rest of a function -----------------------------------------------------------------------


def test_signature_and_docstring():
    fn = function("x n k", [], x, defaults=(3, np.float32(0.5)), doc='Say "x".\n\n    Twice\\n.')
    text = show(fn)
    assert text.startswith("def f(x, n=3, k=np.float32(0.5)):\n")
    space: dict[str, Any] = {"np": np}
    exec(text, space)
    assert space["f"].__doc__ == fn.doc
    assert "def f(x, n):" in show(function("x n", [], x, defaults=(object(),)))


@pytest.mark.parametrize(("layout", "count", "expected"), [
    ("none", 0, "    pass\n"),
    ("value", 1, "    return x\n"),
    (("value", ("value", "value")), 3, "    return x, (x, x)\n"),
    (("value",), 1, "    return (x,)\n"),
])
def test_returns(layout, count, expected):
    assert show(function("x", [], *[x] * count, returns=layout)) == "def f(x):\n" + expected


def test_comments_name_the_line_once_for_a_run():
    at = {k: AdjointLoc(Loc("m.py", k, text=f"    line {k}")) for k in (1, 2)}
    loop = For("i", Const(0), n, Const(1), (), block(
        SetItem(u, (i,), Const(1.0), loc=at[1]), SetItem(u, (i,), Const(2.0), loc=at[2]),
        SetItem(u, (i,), Const(3.0), loc=at[2])), loc=at[1])
    primal = SetItem(u, (Const(0),), Const(0.0), loc=Loc("m.py", 1, text="    line 1"))
    after = SetItem(u, (Const(1),), Const(0.0), loc=at[1])
    fn = function("u n", [primal, loop, after, primal, after])
    check(show(fn, comments=True), """
        def f(u, n):
            u[0] = 0.0
            # adjoint of line 1: line 1
            for i in range(n):
                u[i] = 1.0
                # adjoint of line 2: line 2
                u[i] = 2.0
                u[i] = 3.0
            u[1] = 0.0
            u[0] = 0.0
            # adjoint of line 1: line 1
            u[1] = 0.0
    """)
    assert "#" not in show(fn)


def test_long_lines_are_broken():
    names = [Var(f"a_long_name_{k}_in_a_sum") for k in range(6)]
    stmts = [Let("_t", "*", (names[0], names[1]))]
    stmts += [Let(f"_t_{k}", "+", (Var(f"_t_{k - 1}" if k > 1 else "_t"), names[k]))
              for k in range(1, 6)]
    text = show(function(" ".join(v.name for v in names), stmts, Var("_t_5")))
    check(text, """
        def f(a_long_name_0_in_a_sum, a_long_name_1_in_a_sum, a_long_name_2_in_a_sum, a_long_name_3_in_a_sum, a_long_name_4_in_a_sum, a_long_name_5_in_a_sum):
            return (
                a_long_name_0_in_a_sum * a_long_name_1_in_a_sum
                + a_long_name_1_in_a_sum
                + a_long_name_2_in_a_sum
                + a_long_name_3_in_a_sum
                + a_long_name_4_in_a_sum
                + a_long_name_5_in_a_sum
            )
    """)  # noqa: E501


# --- expressions ----------------------------------------------------------------------------------


def op(name: str, *args: Any, keywords: tuple[str, ...] = ()) -> Op:
    return Op(name, args, keywords)


NOTHING = Const(None)


@pytest.mark.parametrize(("expr", "expected"), [
    (op("*", op("+", a, b), c), "(a + b) * c"),
    (op("+", op("*", a, b), c), "a * b + c"),
    (op("-", op("-", a, b), c), "a - b - c"),
    (op("-", a, op("-", b, c)), "a - (b - c)"),
    (op("+", a, op("+", b, c)), "a + (b + c)"),
    (op("**", op("**", a, b), c), "(a ** b) ** c"),
    (op("**", a, op("**", b, c)), "a ** b ** c"),
    (op("**", Const(-2), x), "(-2) ** x"),
    (op("**", x, Const(-2)), "x ** -2"),
    (op("neg", op("**", x, Const(2))), "-x ** 2"),
    (op("**", op("neg", x), Const(2)), "(-x) ** 2"),
    (op("neg", op("*", a, b)), "-(a * b)"),
    (op("*", op("neg", a), b), "-a * b"),
    (op("neg", op("neg", a)), "-(-a)"),
    (op("-", x, Const(-1)), "x - -1"),
    (op("<", op("<", a, b), c), "(a < b) < c"),
    (op("not", op("<", a, b)), "not a < b"),
    (op("==", op("not", a), b), "(not a) == b"),
    (op("&", op("|", a, b), c), "(a | b) & c"),
    (op("is not", a, NOTHING), "a is not None"),
    (Logic("and", Logic("or", a, b), c), "(a or b) and c"),
    (Logic("or", Logic("and", a, b), c), "a and b or c"),
    (op("+", Choice(a, b, c), x), "(b if a else c) + x"),
    (Choice(a, b, Choice(b, c, x)), "b if a else c if b else x"),
    (op("[]", u, op("slice", Const(1), n, NOTHING), op("slice", NOTHING, NOTHING, Const(2))),
     "u[1:n, ::2]"),
    (op("[]", u, op("slice", op("-", n, Const(1)), NOTHING, NOTHING)), "u[n - 1 :]"),
    (op("[]", u, op("slice", NOTHING, op("-", n, Const(1)), NOTHING)), "u[: n - 1]"),
    (op("[]", u, op("slice", NOTHING, NOTHING, NOTHING), NOTHING), "u[:, None]"),
    (op("[]", u, op("tuple", i, n)), "u[i, n]"),
    (op("[]", u, op("tuple", i)), "u[i,]"),
    (op("[]", u), "u[()]"),
    (op("[]", op("+", u, x), i), "(u + x)[i]"),
    (op("f", op("slice", Const(1), n, NOTHING)), "f(slice(1, n))"),
    (op("tuple", x), "(x,)"),
    (op("tuple"), "()"),
    (op("[]", op(".shape", u), Const(0)), "u.shape[0]"),
    (op(".real", Const(1)), "(1).real"),
    (op(".reshape()", op("+", u, x), n, Const(-1)), "(u + x).reshape(n, -1)"),
    (op(".sum()", u, Const(0), keywords=("axis",)), "u.sum(axis=0)"),
    (op("np.zeros", n, Var("np.float32"), keywords=("dtype",)), "np.zeros(n, dtype=np.float32)"),
    (op("id", op("+", a, b)), "a + b"),
])
def test_expression(expr, expected):
    assert text_of(expr) == expected


@pytest.mark.parametrize("value", [
    0, -3, 1.5, 1e-300, math.inf, -math.inf, True, None, "it's", 2j, 1 + 2j, -1 - 2j,
    complex(-0.0, 1.0), complex(0.0, -1.0), complex(1.0, -0.0), complex(math.inf, 0.0), -0.0,
    np.float32(0.1), np.float32(-0.5), np.float64(0.1), np.float32(math.inf), np.int8(-3),
    np.bool_(True), np.complex64(1 + 2j), np.float64, float, (1, 2.0), (1,),
])
def test_literals_evaluate_to_themselves(value):
    found = eval(literal(value), {"np": np})
    assert type(found) is type(value) and repr(found) == repr(value)


def test_nan():
    assert literal(math.nan) == "np.nan" and literal(np.float32("nan")) == "np.float32(np.nan)"


# --- meaning --------------------------------------------------------------------------------------


def namespace(log: list[Any]) -> dict[str, Any]:
    """Globals of the random programs; the calls they make are logged."""

    def note(k, array):
        log.append((int(k), array.tolist()))
        return (k * 3 + int(array[0])) % 1009

    def fill(array, k):
        log.append(int(k))
        array[:2] = k % 97

    return {"note": note, "fill": fill, "Raised": random_core.Raised, "np": np}


def outcome(call: Any, args: tuple[Any, ...]) -> Any:
    """All that a run can be told by: its result, the calls it makes, and its arguments after it."""
    log: list[Any] = []
    try:
        result = call(namespace(log), args)
    except random_core.Raised as error:
        result = ("raised", *error.args)
    plain_values = [np.asarray(value).tolist() for value in result]
    return plain_values, log, [np.asarray(arg).tolist() for arg in args]


def execute(source: str) -> Any:
    def call(space, args):
        exec(compile(source, "<printed>", "exec"), space)
        return space["f"](*args)

    return call


def check_random_program(seed: int) -> None:
    generator = random_core.Generator(seed)
    fn = replace(generator.function(), namespace=namespace([]))
    verify(fn)
    expected = outcome(
        lambda space, args: random_core.run(replace(fn, namespace=space), args),
        generator.arguments(),
    )
    types = {name: random_core.KINDS[kind] for name, kind in generator.kinds.items()}
    for text in (plain(fn), show(fn), show(fn, types=types)):
        assert outcome(execute(text), generator.arguments()) == expected, f"seed {seed}\n{text}"


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_random_programs_keep_their_meaning(start):
    for seed in range(start, start + 100):
        check_random_program(seed)


def test_broken_lines_keep_their_meaning(monkeypatch):
    monkeypatch.setattr(printer, "WIDTH", 20)
    for seed in range(600, 700):
        check_random_program(seed)


@pytest.mark.slow
def test_many_random_programs_keep_their_meaning():
    for seed in range(1000, 11000):
        check_random_program(seed)
