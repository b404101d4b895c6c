"""Zeros that nobody reads: which stores go, and which stay."""

from __future__ import annotations

import linecache

import numpy as np
import pytest

from adcomp.core.ir import Const, SetItem, walk
from adcomp.core.numba_adapter import typeof
from adcomp.core.ops import STANDARD
from adcomp.core.printer import plain
from adcomp.core.verify import verify
from adcomp.passes.spent import drop_spent
from adcomp.pipeline.front import front

HEADER = """\
def f(x, n):
    u = np.zeros(n)
    v = np.zeros(n)
    for i in range(n):
        u[i] = x[i]
"""


def program(body):
    lines = "".join(f"    {line}\n" for line in body.strip().split("\n"))
    text = HEADER + lines + "    return np.sum(v)\n"
    file = f"<spent {hash(body)}>"
    source = "import numpy as np\n\n\n" + text
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    scope = {}
    exec(compile(source, file, "exec"), scope)
    return scope["f"]


def zeros(fn):
    return sum(
        isinstance(s, SetItem) and s.value == Const(0.0) and not s.accumulate for s in walk(fn.body)
    )


def check(body):
    """How many stores of zero a program loses; it computes the same."""
    f = program(body)
    x = np.arange(1.0, 6.0)
    typed = front(f, (typeof(x), typeof(5)))
    new = drop_spent(typed.fn, dict(typed.types))
    verify(new)
    scope = {**STANDARD, **new.namespace}
    exec(plain(new), scope)
    ours, theirs = x.copy(), x.copy()
    assert scope["f"](ours, 5) == f(theirs, 5)
    np.testing.assert_array_equal(ours, theirs)
    return zeros(typed.fn) - zeros(new)


READ_AND_CLEARED = "t = u[i]\n    u[i] = 0.0\n    v[i] += t"
DEEPER = READ_AND_CLEARED.replace("\n", "\n    ")


@pytest.mark.parametrize(
    "body",
    [
        f"for i in range(n):\n    {READ_AND_CLEARED}",
        f"for i in range(n - 1, -1, -1):\n    {READ_AND_CLEARED}",
        f"for i in range(2, n):\n    {READ_AND_CLEARED}",
        "t = u[2]\nu[2] = 0.0\nv[1] = t",
        "for k in range(3):\n    w = np.ones(4)\n    for i in range(4):\n"
        "        t = w[i]\n        w[i] = 0.0\n        v[i] += t * k",
        "w = u[1:]\nfor i in range(n - 1):\n    t = w[i]\n    w[i] = 0.0\n    v[i] += t",
    ],
)
def test_last_uses(body):
    assert check(body) == 1


@pytest.mark.parametrize(
    "body",
    [
        # read later, by another loop, another name, or a call
        f"for i in range(n):\n    {READ_AND_CLEARED}\nfor i in range(n):\n    v[i] += u[i]",
        f"for i in range(n):\n    {READ_AND_CLEARED}\nw = u[1:]\nv[0] += w[0]",
        f"for i in range(n):\n    {READ_AND_CLEARED}\nv[0] += np.sum(u)",
        f"for i in range(n):\n    {READ_AND_CLEARED}\nfor i in range(n):\n    u[i] += 1.0\nv[0] += u[1]",
        # in the next iteration
        f"for k in range(2):\n    for i in range(n):\n        {DEEPER}",
        f"k = 0\nwhile k < 2:\n    for i in range(n):\n        {DEEPER}"
        "\n    k += 1",
        # another element
        "for i in range(1, n):\n    t = u[i]\n    u[i] = 0.0\n    v[i] += t + u[i - 1]",
        "for i in range(n):\n    t = u[i // 2]\n    u[i // 2] = 0.0\n    v[i] += t",
        "for i in range(-2, 3):\n    t = u[i]\n    u[i] = 0.0\n    v[0] += t * (i + 3)",
        # it is seen from outside
        "for i in range(n):\n    t = x[i]\n    x[i] = 0.0\n    v[i] += t",
        # the same array under two names
        "w = u\nfor k in range(2):\n    w[k] = 0.0\n    v[k] += u[k]\n    w, u = u, w",
        "for k in range(2):\n    t = u[0]\n    u[0] = 0.0\n    v[k] = t\n    u, v = v, u",
        # in a tuple
        "pair = (u, v)\nu[1] = 0.0\nw = pair[0]\nv[0] = w[1]",
    ],
)
def test_zeros_that_are_read(body):
    assert check(body) == 0
