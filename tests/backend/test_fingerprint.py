"""What changes a fingerprint, and what does not."""

from __future__ import annotations

import dis
import enum
import functools
import inspect
import linecache
import math
import sys
import textwrap
import types
from collections import namedtuple

import numba
import numpy as np
import pytest
from numba.core import typeinfer

from adcomp.backend import fingerprint as module
from adcomp.backend.fingerprint import fingerprint, follow, type_key
from adcomp.core.environment import hash_of_files

from .fakes import gradient

BASE = """
import math
import numpy as np
from numba import njit
import helpers

SCALE = 2.0
TABLE = np.arange(3.0)
PAIR = (1, (2.0, "a"))
SIZES = {"a": 1}

@njit
def opaque(x):
    return plain(x)

def plain(x):
    return SCALE * x

@njit(error_model="numpy")
def unused(x):
    return x

def make(k):
    def closure(x):
        return k * x
    return closure

closure = make(3.0)

def f(x, power=2):
    "A function."
    def inner(z):
        return z + PAIR[1][0]
    y = opaque(x) + TABLE[0] + helpers.deep(x) + helpers.RATE
    return math.sin(y) ** power + inner(y) + closure(x) + np.exp(x) + SIZES["a"]
"""
HELPERS = """
RATE = 0.5
OTHER = 1
def deep(x):
    return deeper(x)
def deeper(x):
    return x + 1
def aside(x):
    return 0
"""


@pytest.fixture
def build(monkeypatch):
    """``build(old, new)``: the fingerprint of ``f`` after an edit of either module."""

    def run(old="", new="", pick="f"):
        texts = {"helpers": HELPERS, "base": BASE}
        assert not old or any(old in text for text in texts.values())
        for name, text in texts.items():
            made = types.ModuleType(name)
            text = text.replace(old, new) if old else text
            file = f"<{name}>"
            linecache.cache[file] = (len(text), None, text.splitlines(True), file)
            monkeypatch.setitem(sys.modules, name, made)
            exec(compile(text, file, "exec"), made.__dict__)
        return fingerprint(getattr(made, pick))

    return run


@pytest.mark.parametrize("old, new", [
    ("power=2", "power=3"), ("math.sin(y)", "math.cos(y)"), ("SCALE = 2.0", "SCALE = 2.5"),
    ("SCALE = 2.0", "SCALE = np.float32(2.0)"), ("SCALE = 2.0", "SCALE = 2"),
    ("arange(3.0)", "arange(4.0)"), ("arange(3.0)", "arange(3)"),
    ("arange(3.0)", "arange(1.0, 4.0)"), ("(2.0, ", "(2.5, "), ('{"a": 1}', '{"a": 2}'),
    ("return plain(x)", "return plain(x) + 1"), ("SCALE * x", "SCALE + x"),
    ("@njit\ndef opaque", "@njit(fastmath=True)\ndef opaque"), ("make(3.0)", "make(4.0)"),
    ("k * x", "k + x"), ("RATE = 0.5", "RATE = 0.6"), ("x + 1", "x + 2"),
    ("return deeper(x)", "return deeper(x) * 1"), ("return z +", "return z -"),
    ("np.exp", "np.log"), ("(x, power", "(z, power"), ('"A function."', '"Another one."'),
])
def test_changes(build, old, new):
    assert build(old, new) != build()


@pytest.mark.parametrize("old, new", [
    ("OTHER = 1", "OTHER = 2"), ("    return 0", "    return 1"),
    ("@njit(error_model", "@njit(nogil=True, error_model"),
    ("SCALE = 2.0", "\n\nSCALE = 2.0"), ("import helpers", "import helpers\nmore = 1"),
])
def test_what_the_function_does_not_read(build, old, new):
    assert build(old, new) == build()


def test_the_place_is_apart(build):
    moved, plain = build("SCALE = 2.0", "\n\nSCALE = 2.0"), build()
    assert moved == plain and moved.place != plain.place


def test_the_text_counts_even_if_the_loaded_code_is_older(tmp_path):
    """A long session: the file was edited, the module not reloaded. The pipeline reads the file."""
    file = tmp_path / "session.py"
    file.write_text("def f(x):\n    return x\n")
    scope = {}
    exec(compile(file.read_text(), str(file), "exec"), scope)
    before = fingerprint(scope["f"])
    file.write_text("def f(x):\n    return x\n    # more\n")
    assert fingerprint(scope["f"]) != before


def test_cycles():
    scope = {}
    exec("def even(n):\n    return n == 0 or odd(n - 1)\n"
         "def odd(n):\n    return n != 0 and even(n - 1)\n", scope)
    before = fingerprint(scope["even"])
    loop = [1]
    loop.append(loop)
    scope["odd"].__defaults__ = (loop,)
    assert fingerprint(scope["even"]) != before


class Colour(enum.Enum):
    RED = 1


Point = namedtuple("Point", "x y")


def variants():
    array = np.arange(4.0).reshape(2, 2)
    frozen = array.copy()
    frozen.flags.writeable = False
    return [
        0, 0.0, -0.0, False, None, "", b"", 0j, np.float64(0), np.float32(0), np.int64(0), (), [],
        {}, (0,), [0], ((),), {0: 0}, {0}, array, array.T, array[::-1], frozen, array.astype("f4"),
        array.astype(object), array.reshape(4), Point(1, 2), (1, 2), Colour.RED, Colour, Point,
        math.sin, math.cos, np.sin, np.exp, np.float64, np.linalg, math, len, "sin",
        functools.partial(pow, 2), functools.partial(pow, 3), numba.float64, numba.float64[:],
        np.dtype("f4"), types.SimpleNamespace(a=1), slice(1, 2), range(3), [1].append, 1.5,
    ]


def test_values_are_told_apart():
    def f(x):
        return x

    seen = {}
    for value in variants():
        f.__defaults__ = (value,)
        found = fingerprint(f)
        assert found == fingerprint(f)
        assert found not in seen, (value, seen.get(found))
        seen[found] = value


def test_every_way_leads_to_what_was_reached():
    def f(x, y=(np.exp, [gradient])):
        return math.sin(x) + module.fingerprint(y) + Point + local

    local = {"a": 1}
    found = fingerprint(f)
    ways = [way for way, value in found.reached.values() if not isinstance(value, types.MethodType)]
    reached = 0
    for way, value in found.reached.values():
        try:
            assert follow(f, way) is value
            reached += 1
        except LookupError:
            assert any(step.startswith(("constant", "value", "key")) for step in way)
    assert reached > 8 and len(ways) >= reached


def test_related_objects_count():
    rules = {math.sin: ["a"]}

    def f(x):
        return math.sin(x)

    def related(g):
        return rules.get(g, ())

    before = fingerprint(f, related=related)
    assert before == fingerprint(f, related=related) != fingerprint(f)
    rules[math.sin] = ["b"]
    assert fingerprint(f, related=related) != before
    assert fingerprint(f, ["a"]) != fingerprint(f, ["b"]) != fingerprint(f)


def test_derivatives_count_with_their_primal_and_options():
    def inner(x, k=1.0):
        return k * x

    def outer(x):
        return df(x)

    df = gradient(inner, "return k + 0.0 * x")
    first = fingerprint(outer)
    df = gradient(inner, "return k + 1.0 * x")
    second = fingerprint(outer)
    inner.__defaults__ = (2.0,)
    assert len({first, second, fingerprint(outer)}) == 3


def test_the_environment_counts(monkeypatch):
    def f(x):
        return x

    before = fingerprint(f)
    monkeypatch.setattr(module, "environment", lambda: ("another CPU",))
    assert fingerprint(f) != before


def test_the_files_of_adcomp_count(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "kernels").symlink_to(tmp_path / "real")
    seen = set()
    for written in ("pkg/a.py 1", "real/b.py 1", "real/b.py 2", "pkg/c.txt 1"):
        file, text = written.split()
        (tmp_path / file).write_text(text)
        seen.add(hash_of_files(str(tmp_path / "pkg")))
    assert len(seen) == 3


@pytest.mark.parametrize("function", [
    typeinfer.TypeInferer.typeof_expr, inspect.getsource, textwrap.dedent, np.sum, np.linalg.norm,
    test_values_are_told_apart, variants, linecache.updatecache,
])
def test_globals_are_those_that_the_disassembler_sees(function):
    code = inspect.unwrap(function).__code__

    def chains(code):
        chain = []
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_ATTR", "LOAD_METHOD") and chain:
                chain.append(step.argval)
            elif step.opname not in ("NOP", "EXTENDED_ARG", "CACHE"):
                if chain:
                    yield tuple(chain)
                chain = [step.argval] if step.opname in ("LOAD_GLOBAL", "LOAD_NAME") else []
        for const in code.co_consts:
            if isinstance(const, types.CodeType):
                yield from chains(const)

    assert module._global_chains(code) == frozenset(chains(code))


def test_lines_are_those_of_inspect():
    for function in (variants, test_cycles, test_related_objects_count, build, inspect.getsource):
        function = inspect.unwrap(getattr(function, "__pytest_wrapped__", function))
        function = getattr(function, "obj", function)
        code = function.__code__
        assert module._source(code) == inspect.getsource(code).rstrip()


def test_type_keys():
    closed = numba.njit(lambda x: x)
    other = numba.njit(lambda x: x + 1)
    frozen = np.zeros(2)
    frozen.flags.writeable = False
    all_types = [
        numba.float64, numba.float32, numba.float64[:], numba.float64[::1], numba.float64[:, ::1],
        numba.typeof(frozen), numba.typeof(Point(1, 2.0)), numba.typeof((1, 2.0)),
        numba.typeof((1, 2)),
        numba.typeof(closed), numba.typeof(other), numba.types.Omitted(1), numba.types.Omitted(1.0),
        numba.typeof(np.zeros(2, [("a", "f8")])), numba.typeof(Colour.RED), numba.none,
        numba.types.Tuple((numba.typeof(closed),)),
    ]
    keys = [type_key(ty) for ty in all_types]
    assert None not in keys and len(set(keys)) == len(keys)

    @numba.experimental.jitclass([("x", numba.float64)])
    class Holder:
        def __init__(self):
            self.x = 1.0

    assert type_key(numba.typeof(Holder())) is None, "its name holds an address"
