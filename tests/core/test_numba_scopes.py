"""What LLVM is told of arrays that are apart."""

import re

import numpy as np
import pytest
from numba import njit

from adcomp.core.numba_scopes import ScopedCompiler


def scoped(f):
    return njit(error_model="numpy", pipeline_class=ScopedCompiler)(f)


def unoptimised(f, *args):
    """The LLVM text of a function before LLVM has seen it."""
    texts = []
    from numba.core import codegen

    add = codegen.CPUCodeLibrary.add_ir_module

    def keep(self, module):
        texts.append(str(module))
        add(self, module)

    try:
        codegen.CPUCodeLibrary.add_ir_module = keep
        f(*args)
    finally:
        codegen.CPUCodeLibrary.add_ir_module = add
    return max(texts, key=lambda text: text.count("alias.scope"))


def claims(text):
    """For each access with metadata: the scopes that it is in, and those it is apart from."""
    lists = {
        name: frozenset(re.findall(r"!(\d+)", body))
        for name, body in re.findall(r"^!(\d+) = (?:distinct )?!\{([^}]*)\}", text, re.MULTILINE)
    }
    found = []
    for line in text.splitlines():
        scope = re.search(r"!alias.scope !(\d+)", line)
        if scope:
            apart = re.search(r"!noalias !(\d+)", line)
            found.append((lists[scope[1]], lists[apart[1]] if apart else frozenset()))
    return found


def test_fresh_arrays_are_apart_from_all_others():
    @scoped
    def f(x):
        y = np.zeros(x.size)
        z = np.empty_like(x)
        for i in range(x.size):
            z[i] = x[i]
            y[i] = z[i]
        return y

    assert f(np.ones(3)).tolist() == [1, 1, 1]
    found = claims(unoptimised(scoped(f.py_func), np.ones(3)))
    assert len(found) == 4
    assert all(len(scope) == 1 and len(apart) == 2 and not scope & apart for scope, apart in found)


def test_arguments_may_overlap():
    @scoped
    def f(x, y):
        z = np.zeros(x.size)
        for i in range(x.size):
            y[i] = x[i] + 1.0
            z[i] = y[i]
        return z

    data = np.arange(6.0)
    assert f(data[:5], data[1:]).tolist() == [1, 2, 3, 4, 5]
    found = claims(unoptimised(scoped(f.py_func), np.ones(3), np.ones(3)))
    of_arguments = [apart for _, apart in found if len(apart) == 1]
    assert len(found) == 4 and len(of_arguments) == 3  # apart from z alone


def test_swapped_buffers_are_in_both_scopes():
    @scoped
    def f(x, n):
        u, v = x.copy(), np.zeros(x.size)
        w = np.zeros(x.size)
        for _ in range(n):
            for i in range(x.size):
                v[i] = u[i] * 2.0
                w[i] += v[i]
            u, v = v, u
        return u, w

    u, w = f(np.ones(3), 3)
    assert u.tolist() == [8, 8, 8] and w.tolist() == [14, 14, 14]
    found = claims(unoptimised(scoped(f.py_func), np.ones(3), 3))
    swapped = [(scope, apart) for scope, apart in found if len(scope) == 2]
    assert len(swapped) == 3 and all(not scope & apart for scope, apart in swapped)


def test_views_are_where_their_array_is():
    @scoped
    def f(a):
        b = np.zeros(a.shape)
        row = b[1]
        part = row[1:]
        part[0] = 5.0
        row[1] += 1.0
        return b[1, 1] + b.T[1, 1] + b.reshape(b.size)[a.shape[1] + 1]

    assert f(np.ones((3, 4))) == 18.0


@pytest.mark.parametrize("twice", [False, True])
def test_what_one_call_returns_is_an_argument_of_the_next(twice):
    """Inlined side by side or in a loop, the scopes of two calls are not mixed up."""

    @scoped
    def step(x):
        y = np.empty(x.size)
        for i in range(x.size):
            y[i] = x[i] * 2.0
            x[i] = 0.5
        return y

    @njit
    def run(x, n):
        if twice:
            y = step(step(x))
            return y
        for _ in range(n):
            x = step(x)
        return x

    assert run(np.ones(20), 5).tolist() == [4.0 if twice else 32.0] * 20


def test_arrays_of_unknown_origin_carry_nothing():
    @scoped
    def f(x, n):
        stack = [x]
        y = np.zeros(3)
        stack.append(y)
        for k in range(n):
            z = stack[k]
            z[0] += 1.0
            y[0] *= 2.0
        return y[0]

    assert f(np.ones(3), 2) == 2.0
    found = claims(unoptimised(scoped(f.py_func), np.ones(3), 2))
    assert len(found) == 3 - 1 + 1  # the load and the store of y, and the last load


def test_arrays_chosen_by_a_branch():
    @scoped
    def f(x, c):
        y, w = np.zeros(3), np.zeros(3)
        z = y if c > 0.0 else x
        for i in range(3):
            z[i] += 2.0
            w[i] = y[i] + x[i]
        return w.sum()

    assert f(np.ones(3), 1.0) == 9.0 and f(np.ones(3), -1.0) == 9.0


def test_loops_over_many_arrays_need_no_overlap_checks():
    source = "def f(x):\n" + "".join(f"    a{k} = np.empty(x.size)\n" for k in range(12))
    source += "    for i in range(x.size):\n" + "".join(f"        a{k}[i] = x[i] * {k}\n" for k in range(12))
    source += "    return " + " + ".join(f"a{k}[-1]" for k in range(12))
    namespace = {"np": np}
    exec(source, namespace)
    plain, told = njit(namespace["f"]), scoped(namespace["f"])
    assert plain(np.ones(50)) == told(np.ones(50)) == 66.0
    texts = ["".join(g.inspect_llvm().values()) for g in (plain, told)]
    assert "vector.body" in texts[1] and "memcheck" not in texts[1]
