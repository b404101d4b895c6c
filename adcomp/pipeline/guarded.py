"""Equations of rules that are guarded: against division by zero, and against infinities.

Compiled with ``error_model="python"``, the default of ``njit``, ``/`` raises on zero. So it does in the
user's program; but where a root is zero, or an array is divided by zero, the program goes on, and so must
the derivative: its equations divide with ``np.divide``, which gives an infinity.

A program that names an infinity computes with it: dynamic programming starts from one. The slope there is
often infinite or NaN, and the cotangent zero, because the number was not chosen. Zero wins.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

from ..core.ir import Block, Const, Function, If, Let, Var, map_blocks, walk

#: the parameter of an equation that is the cotangent of the result
Y_BAR = "y_bar"


@cache
def quiet(fn: Function) -> Function:
    """An equation that does not raise where it divides by zero."""

    def block(b: Block) -> Block:
        stmts = (map_blocks(s, block) for s in b.stmts)
        return Block(tuple(replace(s, op="np.divide") if isinstance(s, Let) and s.op == "/" else s
                           for s in stmts), b.yields)

    return replace(fn, body=block(fn.body))


@cache
def zero_wins(fn: Function) -> Function:
    """An equation whose cotangents are zero where that of the result is; of sums and signs as it is."""
    if Y_BAR not in fn.params or not _reads_values(fn):
        return fn
    taken = {s.target for s in walk(fn.body) if isinstance(s, Let)} | {*fn.params}
    results = tuple(_free(f"guarded_{k}", taken) for k in range(len(fn.body.yields)))
    test = _free("is_zero", taken)
    zeros = Block((), (Const(0.0),) * len(results))
    body = Block((Let(test, "==", (Var(Y_BAR), Const(0))), If(Var(test), zeros, fn.body, results)),
                 tuple(map(Var, results)))
    return replace(fn, body=body)


def names_infinity(fn: Function) -> bool:
    """Is an infinity among the constants of a program?"""
    return any(isinstance(a, Const) and isinstance(a.value, float) and math.isinf(a.value)
               for s in walk(fn.body) for a in getattr(s, "args", ()))


def _reads_values(fn: Function) -> bool:
    """Does an equation read anything besides the cotangent?"""
    read = {a.name for s in walk(fn.body) for a in getattr(s, "args", ()) if isinstance(a, Var)}
    return bool(read & ({*fn.params} - {Y_BAR}))


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


__all__ = ["names_infinity", "quiet", "zero_wins"]
