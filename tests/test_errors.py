"""Errors render as promised, survive pickling, and can be raised by compiled code."""

import ast
import copy
import pickle

import numpy as np
import pytest
from numba import njit

from adcomp import errors
from adcomp.errors import AdcompError, AliasedArguments, InternalError, Loc, ShapeMismatch

CLASSES = [
    cls
    for cls in vars(errors).values()
    if isinstance(cls, type) and issubclass(cls, AdcompError)
]
LGAMMA = Loc("model.py", 12, column=12, end_column=26, text="        z = math.lgamma(x)")


def rendered(loc: Loc, message: str = "no pullback", **kwargs) -> str:
    return str(AdcompError(message, loc=loc, **kwargs))


def test_every_public_name_is_an_error_or_a_location():
    assert {cls.__name__ for cls in CLASSES} | {"Loc"} == set(errors.__all__)


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_keeps_everything(cls, protocol):
    before = cls("what", loc=LGAMMA, hint="what next")
    before.add_note("seen in a worker")
    after = pickle.loads(pickle.dumps(before, protocol))
    assert type(after) is cls
    assert after.args == before.args
    assert vars(after) == vars(before)
    assert str(after) == str(before)


@pytest.mark.parametrize("cls", CLASSES)
def test_copying_and_bare_construction(cls):
    assert str(copy.copy(cls("what", loc=LGAMMA))) == str(cls("what", loc=LGAMMA))
    assert cls().message == ""


@pytest.mark.parametrize(
    "cls, builtin",
    [
        (errors.AliasedArguments, ValueError),
        (errors.ShapeMismatch, ValueError),
        (errors.TapeTooLarge, MemoryError),
        (errors.UnsupportedOption, NotImplementedError),
        (errors.WrtError, ValueError),
        (errors.NotScalarOutput, TypeError),
        (errors.TypeInferenceError, TypeError),
    ],
)
def test_builtin_bases(cls, builtin):
    with pytest.raises(builtin):
        raise cls("what")


def test_rendering():
    assert rendered(LGAMMA, "no pullback for math.lgamma", hint="add one") == (
        "model.py:12:13: no pullback for math.lgamma\n"
        "        z = math.lgamma(x)\n"
        "            ^^^^^^^^^^^^^^\n"
        "hint: add one"
    )


@pytest.mark.parametrize(
    "text, column, end_column, carets",
    [
        ("\tz = f(x)", 5, 9, "        ^^^^"),  # a tab before the range
        ("  \tz = f(x)", 7, 11, "        ^^^^"),  # a tab that fills less than its width
        ("z = f(x,\ty)", 4, 11, "    ^^^^^^^^^^"),  # a tab inside the range
        ("z = f(x)", 4, None, "    ^"),
        ("z = f(x)", 4, 4, "    ^"),  # an empty range is still shown
        ("z = (", 5, None, "     ^"),  # just after the end
        ("z = f(x)", 4, 99, "    ^^^^"),  # a range that runs past the line
    ],
)
def test_carets(text, column, end_column, carets):
    line, _, marks = Loc(text=text, column=column, end_column=end_column).excerpt().partition("\n")
    assert "\t" not in line
    assert marks == carets


@pytest.mark.parametrize(
    "loc, first_line",
    [
        (Loc(), "<unknown>: no pullback"),
        (Loc("model.py"), "model.py: no pullback"),
        (Loc("model.py", 3), "model.py:3: no pullback"),
        (Loc("model.py", 3, 0), "model.py:3:1: no pullback"),
        (Loc("model.py", 3, 0, text="   "), "model.py:3:1: no pullback"),
    ],
)
def test_unknown_parts_are_left_out(loc, first_line):
    assert rendered(loc) == first_line


def test_text_is_read_from_the_file(tmp_path):
    path = tmp_path / "model.py"
    path.write_text("def f(x):\n    return g(x)\n")
    assert Loc(str(path), 2, 11, 15).excerpt() == "    return g(x)\n           ^^^^"


def test_location_of_a_node_in_dedented_text():
    source = "def f(x):\n    é = 1.0; return g(\n        x)\n"
    call = ast.parse(source).body[0].body[1].value
    loc = Loc.of(
        call, source.splitlines(), file="m.py", function="f", line_offset=9, column_offset=4
    )
    assert (loc.file, loc.line, loc.column, loc.function) == ("m.py", 11, 24, "f")
    assert loc.excerpt() == (
        "        é = 1.0; return g(\n"
        "                        ^^"
    )  # fmt: skip
    assert Loc.of(ast.Load(), file="m.py") == Loc("m.py")


def test_internal_error_shows_the_program_before_the_hint():
    error = InternalError("lost a name", failing_pass="adjoint", program="def f(x):\n\n    pass")
    assert str(error).splitlines()[:-1] == [
        "lost a name (in pass adjoint)",
        "the pass was given:",
        "    def f(x):",
        "",
        "        pass",
    ]
    assert pickle.loads(pickle.dumps(error)).message == error.message


@njit
def refuse(x, y):
    if x.size != y.size:
        raise ShapeMismatch("y_bar has not the shape of y")
    if x.ctypes.data == y.ctypes.data:
        raise AliasedArguments("x and y share memory")
    return x.size


def test_raised_by_compiled_code():
    x = np.zeros(3)
    assert refuse(x, np.zeros(3)) == 3
    with pytest.raises(ShapeMismatch, match="^y_bar has not the shape of y$") as caught:
        refuse(x, np.zeros(2))
    assert (caught.value.loc, caught.value.hint) == (None, None)
    with pytest.raises(ValueError, match="^x and y share memory$"):
        refuse(x, x)
