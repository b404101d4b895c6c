"""Machine code of kernels and of Numba's own functions on disk: hits in another process, never stale."""

from __future__ import annotations

import math
from collections import namedtuple

import numpy as np
import pytest
from numba import njit, types
from numba.core.compiler import Flags
from numba.core.targetconfig import ConfigStack
from numba.extending import overload

import adcomp
from adcomp.core import environment, numba_kept
from adcomp.core.numba_kept import Kernel, Overload, helper
from adcomp.core.numba_names import code_words, stable_name
from adcomp.kernels import VECTOR, tape
from adcomp.registry import JIT

from .fakes import gradient

f8 = types.float64

COMPILED = """
import sys
from numba.core import event
names = []
class Listener(event.Listener):
    def on_start(self, event):
        names.append(event.data["dispatcher"].py_func.__qualname__)
    def on_end(self, event): ...
event.register("numba:compile", Listener())
import numpy as np, adcomp, model
value = model.df(*model.args)
assert np.all(np.isfinite(value))
print(len(names), *names)
"""
MODEL = """
import math, numpy as np
import adcomp
def f(x):
    y = np.zeros(len(x))
    t = 0.3
    for i in range(len(x)):
        t = math.exp(-t * x[i])
        y[i] = t
    return np.sum(y) + max(x[0], x[1])
df = adcomp.gradient(f)
args = (np.ones(5),)
"""


def files(directory, folder="kernels"):
    return sorted((directory / folder).glob("*"))


def test_another_program_compiles_itself_only(process, cache_directory):
    first = process(COMPILED, model=MODEL)
    assert {"exp64", "empty_tape", "ol_np_zeros_like.<locals>.impl"} <= set(first)
    assert {path.name.partition("-")[0] for path in files(cache_directory)} >= {"exp64", "empty_tape", "impl"}
    second = process(COMPILED, model=MODEL.replace("0.3", "0.4"))
    assert second == ["1", "f_gradient"]


def test_what_is_only_typed_is_not_compiled(process, cache_directory):
    """The gradient needs no ``np.zeros``, and a definition takes the place of ``np.linalg.solve``."""
    assert "ol_np_zeros.<locals>.impl" not in process(COMPILED, model=MODEL)
    solve = "import numpy as np, adcomp\n" \
        "df = adcomp.gradient(lambda a: np.sum(np.linalg.solve(a, np.ones(2))))\nargs = (np.eye(2),)\n"
    names = process(COMPILED, model=solve)
    assert "solve_factors" in names and not any("solve_impl" in name for name in names)
    assert any(path.suffix == ".type" for path in files(cache_directory))


def test_edited_files_of_adcomp_count(process):
    process(COMPILED, model=MODEL)
    edited = "from adcomp.core import environment as e; e.hash_of_files = lambda root: 'edited'\n" + COMPILED
    assert {"exp64", "empty_tape", "ol_np_zeros_like.<locals>.impl"} <= set(process(edited))


def test_damaged_entries_are_replaced(process, cache_directory):
    process(COMPILED, model=MODEL)
    for path in files(cache_directory):
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    again = process(COMPILED, model=MODEL.replace("0.3", "0.4"))
    assert {"exp64", "empty_tape", "ol_np_zeros_like.<locals>.impl"} <= set(again)
    assert process(COMPILED, model=MODEL.replace("0.3", "0.5")) == ["1", "f_gradient"]


def test_functions_as_arguments_of_what_is_kept(process):
    """NumPy's broadcasting asks ``isinstance(shape, tuple)``: an entry for it would never be found again."""
    select = """
import numpy as np, adcomp
def f(x, c):
    return np.sum(np.where(x < 0.8, {}))
print(adcomp.gradient(f)(np.ones(3), 2.0)[0])
"""
    for arguments, expected in (("x * c, 0.0", "0.0"), ("0.0 * x, 0.0", "0.0"), ("0.0, x * c", "2.0")):
        assert process("import model", model=select.format(arguments)) == [expected]


def test_an_entry_for_other_types_is_no_entry(cache_directory):
    @numba_kept.compiled_kernel(**JIT)
    def double(x):
        return x + x

    double.py_func.__module__ = "adcomp.kernels.fake"
    assert double(1.5) == 3.0
    (path,) = files(cache_directory)
    other = Kernel(double.py_func, targetoptions=double.targetoptions)
    other.path = lambda args: path
    other._cache = numba_kept._Kept(other.path)
    assert other(2) == 4 and isinstance(other(2), int)


def test_results_are_the_same_to_the_bit(process):
    show = "import model; print(*map(float.hex, model.df(*model.args)))"
    assert process(show, model=MODEL) == process(show, model="\n" + MODEL.replace("y = ", "y  = "))


def test_without_cache(cache_directory):
    def f(x):
        y = np.zeros(len(x))
        for i in range(len(x)):
            y[i] = math.log1p(x[i])
        return np.sum(y)

    assert adcomp.gradient(f, cache=False)(np.ones(3)).shape == (3,)
    assert not cache_directory.exists()


def test_what_a_derivative_links_in_serves_nobody_else():
    """Numba compiles the product once; the derivative has a copy, with fewer parameters."""
    def f(x, y, w):
        z = x @ y
        s = 0.0
        for i in range(z.shape[0]):
            s += z[i, 0] * z[i, 1]
        v = x @ w
        return s + v[0, 0]

    x, y, w = np.ones((5, 3)), np.ones((3, 4)), np.ones((3, 4))
    expected = f(x, y, w)
    assert adcomp.value_and_gradient(f)(x, y, w)[0] == expected
    assert njit(error_model="numpy")(f)(x, y, w) == expected
    assert njit(error_model="numpy", fastmath=False)(f)(x, y, w) == expected


# --- what the name of an entry says ---------------------------------------------------------------


def scaled(k):
    return lambda x: k * x


EXP, LOG = VECTOR["np.exp"][f8], VECTOR["np.log"][f8]


def test_kernels_are_told_apart(monkeypatch):
    one = EXP.path((f8,))
    assert one == EXP.path((f8,))
    others = [LOG.path((f8,)), EXP.path((types.float32,)), tape.fours.path((f8,))]
    fast = Kernel(EXP.py_func, targetoptions={**JIT, "fastmath": True, "nopython": True})
    others.append(fast.path((f8,)))
    monkeypatch.setattr(numba_kept, "environment", lambda: ("another CPU",))
    others.append(EXP.path((f8,)))
    assert len({one, *others}) == 1 + len(others) and None not in others


def test_inherited_flags_are_told_apart():
    kernel = Kernel(EXP.py_func, targetoptions={"nopython": True})
    seen = set()
    for model, fastmath in (("numpy", False), ("python", False), ("numpy", True)):
        flags = Flags()
        flags.error_model, flags.fastmath = model, fastmath
        with ConfigStack().enter(flags):
            seen.add(kernel.path((f8,)))
    assert len(seen) == 3


def test_closures_are_told_apart():
    held = (1, 1, 2, 1.0, f8, (1, 2), np.dtype("f4"))
    made = [Overload(scaled(k), targetoptions={"nopython": True}) for k in held]
    names = [overload.identity() for overload in made]
    assert names[0] == names[1] and len(set(names)) == 6 and None not in names
    implementations = [each._compiler._get_implementation((), {}) for each in made]
    assert len({function.__qualname__ for function in implementations}) == 6


@pytest.mark.parametrize("held", [object(), [1], {"a": 1}, np.ones(2), scaled(1), lambda x: x, environment])
def test_what_has_no_name_is_not_kept(held):
    """Functions of users neither: they may read what they like."""
    assert Overload(scaled(held), targetoptions={"nopython": True}).path((f8,)) is None


def test_a_function_that_holds_itself():
    def outer():
        def inner(x):
            return inner(x)
        return inner

    assert None in code_words(outer())


def test_functions_of_others_are_not_kept(cache_directory):
    def target(x):
        return x

    @overload(target)
    def _target(x):
        return lambda x: 2 * x

    def f(x):
        return target(x)

    assert gradient(f, "return target(x)", "target")(1.0) == 2.0
    assert not files(cache_directory)


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize("a, b", [
    (types.literal(1), types.literal(2)), (types.literal(1), types.literal("1")),
    (types.literal(1), types.literal(True)),
    (f8[:], f8[::1]), (f8[:], types.Array(f8, 1, "A", readonly=True)), (types.Omitted(1), types.Omitted(1.0)),
    (types.DType(f8), types.NumberClass(f8)),
    (types.UniTuple(f8, 2), types.UniTuple(f8, 3)), (types.Omitted(int), types.Omitted(float)),
])
def test_types_are_told_apart(a, b):
    assert stable_name(a) != stable_name(b)


@pytest.mark.parametrize("ty", [
    types.NamedUniTuple(f8, 2, Point), types.Dispatcher(njit(lambda x: x)),
    types.Record.make_c_struct([("a", f8)]),
    types.List(f8), types.Omitted(object()), types.Omitted(0.5),
    types.Tuple((f8, types.NamedUniTuple(f8, 2, Point))),
    types.Array(types.Record.make_c_struct([("a", f8)]), 1, "C"),
])
def test_types_without_a_name(ty):
    assert stable_name(ty) is None


# --- literals, recursion, error models ------------------------------------------------------------


def test_helpers_have_no_literal_types():
    @helper(error_model="numpy")
    def total(x, n, text):
        return x if n == 0 else 1.0 + total(x, n - 1, text)

    @njit
    def caller(x):
        return total(x, 1, "a") + total(x, 2, "b") + total(x, len("abc"), "b")

    assert caller(0.0) == 6.0
    assert len(total.signatures) == 1


RECURSIVE = """
import math, numba, adcomp
@numba.njit
def power(x, n):
    if n == 0:
        return 1.0
    half = power(x, n // 2)
    return half * half if n % 2 == 0 else half * half * x * SCALE
SCALE = 1.0
def f(x, n):
    return power(x, n) + power(math.sin(x), 3)
df = adcomp.gradient(f)
args = (1.5, 5)
"""


def test_recursive_programs_keep_their_machine_code(process, cache_directory):
    show = COMPILED + "print(value)"
    *names, value = process(show, model=RECURSIVE)
    assert "power_forward" in " ".join(names) and len(files(cache_directory, "machine")) == 1
    assert process(show, model=RECURSIVE) == ["0", value]
    *names, other = process(show, model=RECURSIVE.replace("SCALE = 1.0", "SCALE = 2.0"))
    assert "power_forward" in " ".join(names) and float(other) != float(value)
    assert process(show, model=RECURSIVE) == ["0", value]


def test_users_functions_keep_their_error_model():
    """Whatever flags the derivative has that meets them first."""
    @njit
    def inverse(x):
        return 1.0 / x

    @adcomp.pullback_rule(inverse)
    def _(x, y, y_bar):
        return -y_bar * y * y

    df = adcomp.gradient(lambda x: inverse(x) + np.sum(np.zeros(2)), cache=False)
    assert df(2.0) == -0.25
    with pytest.raises(ZeroDivisionError):
        inverse(0.0)
