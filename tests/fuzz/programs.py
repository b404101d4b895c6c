"""Whole random programs, as text."""

from __future__ import annotations

import re
from random import Random

from .expressions import N
from .nests import Nests
from .scope import Array, Integer, Lines, Scope, indented

#: the lengths of the arrays that a program is given
SHAPES = {"x": (N,), "y": (N,), "M": (N, N), "B": (N, 3)}

#: arrays that it may make for itself, and how
MADE = (
    (Array("u", (N,)), "u = x.copy()"), (Array("v", (N,)), "v = np.zeros(6)"),
    (Array("w", (N,)), "w = x * y"),
    (Array("A", (N, N)), "A = M * 0.8"), (Array("C", (N, N)), "C = np.zeros((6, 6))"),
    (Array("D", (N, 3)), "D = B.copy()"), (Array("e", (N + 2,)), "e = np.ones(8)"),
)


def program(seed: int) -> str:
    """The source of a program ``f(x, y, M, B, p, n)``, with helpers before it."""
    rng = Random(seed)
    writer = Nests(rng, cheap=rng.random() < 0.45)
    lines: Lines = []
    for _ in range(rng.choice((0, 0, 0, 1))):
        lines += _helper(writer)
    return "\n".join([*lines, *_main(writer, rng.random() < 0.12), ""])


def _helper(w: Nests) -> Lines:
    """A function of two arrays and a number."""
    name = w.name("helper")
    arrays = [Array("u", (N,)), Array("v", (N,))]
    w.scope = Scope(["c"], [Integer("k", None, None, True)], arrays)
    w.budget = w.rng.randrange(2, 5)
    body = ["k = 1"]
    while w.budget > 0:
        body += w.statement(2)
    body.append(w.leave())
    w.helpers.append(name)
    return [f"def {name}(u, v, c):", *indented(body), "", ""]


def _main(w: Nests, with_complex: bool) -> Lines:
    made = [(a, line) for a, line in MADE if w.chance(0.6)]
    if with_complex:
        made.append((Array("z", (N,), "complex"), "z = x + 1j * y"))
    arrays = [*(Array(n, s) for n, s in SHAPES.items()), *(a for a, _ in made)]
    w.scope = Scope(["a", "b", "c", "p"], [Integer("n", 4, 4), Integer("k", None, None, True)], arrays)
    w.helpers.append("known")
    w.budget = w.rng.randrange(3, 14)
    body: Lines = []
    while w.budget > 0:
        body += w.statement(0)
    used = set(re.findall(r"\w+", " ".join(body)))
    head = ["a = x[0] * 0.7", "b = y[1] + p", "c = 0.4 * p", "k = 1"]
    head += [line for a, line in made if a.name in used]
    total = ["a", "0.5 * b * c", "x[1] * y[2]", "0.1 * k * M[1, 2]", "p"]
    for number, a in enumerate(a for a in arrays if a.name in used):
        if a.kind == "complex":
            total.append(f"np.sum(np.real({a.name} * {a.name}))")
        else:
            total.append(f"{0.2 + 0.1 * number:.1f} * np.sum({a.name} * {a.name})")
    return ["def f(x, y, M, B, p, n):", *indented([*head, *body, f"return {' + '.join(total)}"])]
