"""From text to a function that Numba can compile."""

from __future__ import annotations

import inspect
import linecache
import traceback

import pytest
from numba import njit
from numba.extending import overload

from adcomp.backend.cpu import load
from adcomp.core.numba_adapter import CompilerOptions

SOURCE = """\
def derivative(x):
    if x < 0:
        raise ValueError("negative")
    return helper(x) + plain(x)

def helper(x):
    return one * x
"""


def plain(x):
    return 10 * x


def loaded(fingerprint="0123456789abcdef", one=1, source=SOURCE):
    namespace = {"one": one, "plain": plain}
    return load(source, "derivative", namespace, fingerprint=fingerprint, options=CompilerOptions())


def test_runs_as_python_and_compiled():
    assert loaded()(2) == 22
    assert njit(loaded())(2.0) == 22.0


def test_shows_its_source():
    f = loaded()
    linecache.checkcache()
    assert inspect.getsource(f) == SOURCE[: SOURCE.index("\n\n") + 1]
    with pytest.raises(ValueError) as caught:
        f(-1)
    assert 'raise ValueError("negative")' in "".join(traceback.format_tb(caught.tb))


def test_helpers_do_not_collide():
    """One name, other globals, one process."""
    first, second = njit(loaded("a" * 64)), njit(loaded("b" * 64, one=2))
    assert njit(lambda x: 100 * first(x) + second(x))(1.0) == 1112.0


def test_every_function_has_its_own_symbol():
    f = loaded()
    assert f.__qualname__ == "derivative_0123456789ab"
    assert f.__globals__["helper"].py_func.__qualname__ == "helper_0123456789ab"
    assert f.__globals__["__adcomp_fingerprint__"] == "0123456789abcdef"


def test_recursion():
    head = "def derivative(n):\n    if n < 1:\n        return 0.0\n"
    f = njit(loaded(source=head + "    return n + derivative(n - 1)\n"))
    assert f(4) == 10.0 and f.py_func(4) == 10.0


def test_the_namespace_is_not_changed():
    namespace = {"one": 1, "plain": plain}
    load(SOURCE, "derivative", namespace, fingerprint="0" * 64, options=CompilerOptions())
    assert namespace == {"one": 1, "plain": plain}


def known(x):
    return x


@overload(known)
def _known(x):
    return lambda x: 7 * x


def test_overloads_stay_overloads():
    source = "def derivative(x):\n    return known(x)\n"
    scope = {"known": known}
    f = load(source, "derivative", scope, fingerprint="7" * 64, options=CompilerOptions())
    assert f(1.0) == 1.0 and njit(f)(1.0) == 7.0
