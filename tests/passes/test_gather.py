"""Scatters into neighbours, as gathers: where they may be, and that they add up to the same."""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest
from numba import types as nb

import adcomp
from adcomp.core.ir import Block, For, Function, If, SetItem, Stmt, map_blocks, walk
from adcomp.core.numba_adapter import typeof
from adcomp.core.ops import STANDARD
from adcomp.core.printer import plain
from adcomp.core.verify import verify
from adcomp.kernels import tape
from adcomp.passes.alias import find_aliases
from adcomp.passes.gather import gather
from adcomp.passes.least import find_least
from adcomp.pipeline.front import front

THREE = """
v[i - 1] += u[i] * k
v[i] += u[i] - 2.0 * (u[i] * k)
v[i + 1] += u[i] * k
"""
ZEROED = THREE + "u[i] = 0.0\n"
FIVE = """
v[i - 2] += u[i] * k
v[i - 1] += u[i] * w[i]
v[i] += u[i]
v[i + 1] += u[i] * w[i + 1] - w[i - 1]
v[i + 2] -= u[i]
u[i] = 0.0
"""
UPWIND = """
v[i - 1] += u[i] * k
v[i] += u[i] - u[i] * k
u[i] = 0.0
"""
WITH_HOLE = """
v[i + 1] += u[i] * w[i]
v[i - 1] -= u[i] * w[i - 1]
"""
SUM = """
x = u[i]
v[i] += x
v[i + 3] += x * k
u[i] = 0.0
s += x * w[i]
"""
TWICE = """
v[i] += u[i]
v[i + 1] += u[i]
v[i] += w[i] * k
v[i + 1] += 1.0
"""
TWO_ARRAYS = """
v[i - 1] += u[i] * k
v[i] += u[i]
w[i + 2] += u[i]
w[i + 1] += u[i] * u[i]
u[i] = k
"""
DIFFERENCE = """
v[i - 1] -= u[i] * k
v[i] += u[i] - w[i]
s -= u[i] * w[i]
u[i] = 0.0
"""
SCALED = """
v[i - 1] += u[i] * k
v[i] += u[i]
u[i] *= 2.0
w[i] += u[i]
"""
GATHERED = {"three": THREE, "zeroed": ZEROED, "five": FIVE, "upwind": UPWIND, "with_hole": WITH_HOLE,
            "sum": SUM, "twice": TWICE, "two_arrays": TWO_ARRAYS, "scaled": SCALED,
            "difference": DIFFERENCE}

IN_PLACE = """
v[i - 1] += v[i] * k
v[i] += v[i]
"""
STORED_TOO = """
v[i - 1] += u[i] * k
v[i] = u[i]
v[i + 1] += u[i] * k
"""
READ_AFTER_STORE = """
u[i] += w[i]
v[i - 1] += u[i]
v[i] += u[i]
"""
READS_WHAT_A_NEIGHBOUR_STORES = """
v[i - 1] += u[i + 1] * k
v[i] += u[i]
u[i] = 0.0
"""
RECURRENCE = """
s = s * k + u[i]
v[i - 1] += s
v[i] += s
"""
EXPONENTIAL = """
e = math.exp(u[i])
v[i - 1] += e
v[i] += e * k
"""
FAR_APART = """
v[i - 1] += u[i]
v[i + 40] += u[i]
"""
STRIDED = """
v[2 * i] += u[i]
v[2 * i + 1] += u[i] * k
"""
BRANCHED = """
if u[i] > 0.0:
    v[i - 1] += u[i]
v[i] += u[i]
"""
LEFT_ALONE = {
    "in_place": IN_PLACE, "stored_too": STORED_TOO, "read_after_store": READ_AFTER_STORE,
    "neighbour": READS_WHAT_A_NEIGHBOUR_STORES, "recurrence": RECURRENCE, "exponential": EXPONENTIAL,
    "far_apart": FAR_APART, "strided": STRIDED, "branched": BRANCHED,
}


def program(body: str, head: str = "for i in range(2, n):", setup: str = "") -> Callable[..., Any]:
    """``f(u, v, w, k, n)`` with a loop around a body; the sum ``s`` is its result."""
    indented = "".join(f"        {line}\n" for line in body.strip().splitlines())
    text = (f"import math\n\n\ndef f(u, v, w, k, n):\n    s = 0.0\n{setup}    {head}\n{indented}"
            "    return s\n")
    file = f"<program {hash(text)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    scope: dict[str, Any] = {}
    exec(compile(text, file, "exec"), scope)
    return scope["f"]


def gathered(f: Callable[..., Any], *args: Any) -> tuple[Function, int]:
    """Core of a function after the pass, and how many loops it changed."""
    typed = front(f, [typeof(a) for a in args])
    types, changed = dict(typed.types), 0
    aliases, least = find_aliases(typed.fn, types), find_least(typed.fn.body, types)

    def fresh(name: str, typ: object) -> str:
        new = typed.namer(name)
        types[new] = typ
        return new

    def visit(block: Block) -> Block:
        nonlocal changed
        out: list[Stmt] = []
        for stmt in block.stmts:
            stmt = map_blocks(stmt, visit)
            found = gather(stmt, types, aliases, least, fresh) if isinstance(stmt, For) else None
            changed += found is not None
            out += [stmt] if found is None else [*found[0], *([found[1]] if found[1] else [])]
        return Block(tuple(out), block.yields)

    fn = replace(typed.fn, body=visit(typed.fn.body))
    verify(fn)
    return fn, changed


def executable(fn: Function, kernels: Any = SimpleNamespace(buffer=lambda a: a)) -> Callable[..., Any]:
    scope = {**STANDARD, **fn.namespace, "kernels": kernels}
    exec(compile(plain(fn), f"<gathered {fn.name}>", "exec"), scope)
    return scope[fn.name]


def arguments(n: int, dtype: Any = np.float64, shape: tuple[int, ...] = (16,)) -> tuple[Any, ...]:
    rng = np.random.default_rng(abs(n))
    arrays = [rng.standard_normal(shape).astype(dtype) for _ in range(3)]
    if np.issubdtype(dtype, np.complexfloating):
        arrays = [(a + 1j * rng.standard_normal(shape)).astype(dtype) for a in arrays]
    return (*arrays, np.dtype(dtype).type(0.3), n)


def compare(f: Callable[..., Any], new: Callable[..., Any], args: tuple[Any, ...],
            rtol: float = 1e-12) -> None:
    """The same result, and the same arguments afterwards."""
    copies = tuple(np.copy(a) if isinstance(a, np.ndarray) else a for a in args)
    np.testing.assert_allclose(new(*copies), f(*args), rtol=rtol)
    for a, b in zip(copies, args, strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("name", GATHERED)
@pytest.mark.parametrize("start", [2, 3])
def test_every_trip_count(name, start):
    f = program(GATHERED[name], f"for i in range({start}, n):")
    fn, changed = gathered(f, *arguments(5))
    assert changed == 1
    new = executable(fn)
    for n in range(start - 3, start + 9):
        compare(f, new, arguments(n))


@pytest.mark.parametrize("name", GATHERED)
def test_as_machine_code(name):
    f = program(GATHERED[name])
    fn, _ = gathered(f, *arguments(5))
    new = numba.njit(error_model="numpy")(executable(fn, tape))
    for n in (2, 3, 4, 9, 60):
        compare(f, new, arguments(n, shape=(64,)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtypes(dtype):
    body = "v[i - 1] += u[i] * k\nv[i + 1] += u[i] * k * k\nv[i] += u[i] * w[i + 1]\nu[i] = k"
    f = program(body)
    fn, changed = gathered(f, *arguments(5, dtype))
    assert changed == 1
    new = executable(fn)
    for n in range(2, 11):
        compare(f, new, arguments(n, dtype), rtol=1e-4 if np.dtype(dtype).itemsize < 9 and dtype != np.float64
                else 1e-12)


@pytest.mark.parametrize("start", ["2", "k0", "max(n - 12, 2)", "-3"])
def test_starts_that_are_not_literals(start):
    """Where an index may count from the end, a loop that also stores is left alone."""
    only_adds = program(THREE, f"for i in range({start}, n):", "    k0 = n // 3\n")
    fn, changed = gathered(only_adds, *arguments(5))
    assert changed == 1
    stores = program(ZEROED, f"for i in range({start}, n):", "    k0 = n // 3\n")
    also, changed = gathered(stores, *arguments(5))
    assert changed == (start in ("2", "max(n - 12, 2)"))
    for n in range(0, 14):
        compare(only_adds, executable(fn), arguments(n))
        compare(stores, executable(also), arguments(n))


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_left_alone(name):
    f = program(LEFT_ALONE[name])
    args = (*(np.resize(a, 64) for a in arguments(5)[:3]), 0.3, 5)
    fn, changed = gathered(f, *args)
    assert changed == 0
    compare(f, executable(fn), args)


@pytest.mark.parametrize("setup", [
    "    u = v\n", "    u = v[1:]\n", "    u = v[::-1]\n", "    u = v if n > 3 else w\n",
    "    for t in range(3):\n        u, v = v, u\n    if n > 3:\n        u = v\n",
])
def test_memory_that_may_be_shared(setup):
    f = program(ZEROED, setup=setup)
    fn, changed = gathered(f, *arguments(5))
    assert changed == 0
    for n in range(2, 9):
        compare(f, executable(fn), arguments(n))


@pytest.mark.parametrize("setup", [
    "    u, v = v, u\n", "    if n > 3:\n        u, v = v, u\n", "    v = w\n", "    u = w[1:]\n",
])
def test_memory_that_is_apart(setup):
    f = program(ZEROED, setup=setup)
    fn, changed = gathered(f, *arguments(5))
    assert changed == 1
    for n in range(2, 11):
        compare(f, executable(fn), arguments(n))


def test_buffers_that_are_swapped():
    body = "".join(f"    {line}\n" for line in ZEROED.strip().splitlines())
    text = f"for i in range(2, n):\n{body}u, v = v, u"
    f = program(text, "for t in range(3):")
    fn, changed = gathered(f, *arguments(5))
    assert changed == 1
    for n in range(2, 11):
        compare(f, executable(fn), arguments(n))
        compare(f, numba.njit(executable(fn, tape)), arguments(n))


PLANE = {
    "five_points": "v[i - 1, j] += u[i, j] * k\nv[i + 1, j] += u[i, j] * k\nv[i, j - 1] += u[i, j] * k\n"
                   "v[i, j] += u[i, j]\nv[i, j + 1] += u[i, j] * k\nu[i, j] = 0.0",
    "nine_points": "\n".join(f"v[i + {a}, j + {b}] += u[i, j] * {1 + a + 3 * b}.0"
                             for a in (-1, 0, 1) for b in (-1, 0, 1)) + "\nu[i, j] = 0.0",
    "one_row": "v[j - 1, 0] += u[i, j]\nv[i, j - 1] += u[i, j] * k\nv[i, j] += u[i, j]\n"
               "s += u[i, j] * w[i, j]",
    "many_rows": "\n".join(f"v[i + {a}, j] += u[i, j]\nw[i + {a}, j + 1] += u[i, j] * k"
                           for a in (-1, 0, 1)) + "\nv[i + 0, j + 1] += u[i, j]\nu[i, j] = 0.0",
}


@pytest.mark.parametrize("name", PLANE)
def test_planes(name):
    body = "for j in range(1, n - 1):\n" + "".join(f"    {x}\n" for x in PLANE[name].splitlines())
    f = program(body, "for i in range(1, n - 1):")
    fn, changed = gathered(f, *arguments(5, shape=(10, 10)))
    assert changed == 1
    new = executable(fn)
    for n in range(0, 11):
        compare(f, new, arguments(n, shape=(10, 10)))
    compare(f, numba.njit(executable(fn, tape)), arguments(10, shape=(10, 10)))


def test_a_plane_that_is_gathered_along_the_first_index_is_left_alone():
    f = program("for i in range(1, n - 1):\n    v[i - 1, 2] += u[i, 2]\n    v[i, 2] += u[i, 2]",
                "for j in range(3):")
    _, changed = gathered(f, *arguments(5, shape=(10, 10)))
    assert changed == 0


def test_a_call_that_one_addition_needs_is_not_repeated():
    f = program("e = math.exp(u[i])\nv[i - 1] += e * w[i] + e\nv[i] += u[i]")
    fn, changed = gathered(f, *arguments(5))
    assert changed == 1
    for n in range(2, 11):
        compare(f, executable(fn), arguments(n))


def test_the_loop_over_elements_has_no_branches():
    fn, _ = gathered(program(FIVE), *arguments(5))
    first, middle, last = [s for s in walk(fn.body) if isinstance(s, For)]
    assert not any(isinstance(s, If) for s in walk(middle.body))
    assert sum(isinstance(s, SetItem) for s in walk(middle.body)) == 2
    for edge in (first, last):
        assert any(isinstance(s, If) for s in walk(edge.body))


def test_least_values():
    def f(x, lo, n):
        total = 0
        for i in range(2, n):
            for j in range(i + 1, x.shape[0]):
                for k in range(j, lo, -1):
                    total += k
            for m in range(n, 3, -1):
                total += m * 2
            for p in range(n, i - 2, -1):
                total += p * 2
        return total

    typed = front(f, (nb.float64[:], nb.intp, nb.intp))
    least = find_least(typed.fn.body, typed.types)
    indices = {s.index.split("_")[0]: s.index for s in walk(typed.fn.body) if isinstance(s, For)}
    assert [least.get(indices[name]) for name in "ijkmp"] == [2, 3, None, 4, 1]


def test_the_reverse_of_a_time_loop_is_gathered():
    """What the passes before leave of a stencil and of a sum over it is still seen as such."""
    def biharmonic(u0, k, steps):
        n = u0.size
        u, v = u0.copy(), u0.copy()
        for _ in range(steps):
            for i in range(2, n - 2):
                v[i] = u[i] - k * (u[i - 2] - 4.0 * u[i - 1] + 6.0 * u[i] - 4.0 * u[i + 1] + u[i + 2])
            u, v = v, u
        return np.sum(u * u)

    source = adcomp.gradient(biharmonic, wrt=(0, 1), cache=False).source_for(np.ones(9), 0.1, 3)
    assert "kernels.buffer" in source
    assert re.search(r"k_bar\w* = kernels.plus\(k_bar\w*, -\(", source)
