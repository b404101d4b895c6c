"""Making shadows where they are first used.

Requires: verified Core, and the names of the shadows.
Ensures:  the same program, in which the making of a shadow stands right before its first use: in the
          reverse sweep, unless the forward sweep carries it along.
"""

from __future__ import annotations

from dataclasses import replace

from ..core.ir import Block, Function, Let, Stmt, Var, free_names


def sink(fn: Function, shadows: set[str]) -> Function:
    """Move the making of shadows from the forward sweep to where they are first used."""
    out: list[Stmt] = []
    waiting: list[Let] = []

    def flush(names: set[str]) -> None:
        for let in [w for w in waiting if w.target in names]:
            inner = {a.name for a in let.args if isinstance(a, Var)}
            waiting.remove(let)
            flush(inner)
            out.append(let)

    for stmt in fn.body.stmts:
        if isinstance(stmt, Let) and stmt.target in shadows:
            waiting.append(stmt)
            continue
        flush(set(free_names(Block((stmt,)))))
        out.append(stmt)
    flush({a.name for a in fn.body.yields if isinstance(a, Var)})
    return replace(fn, body=Block(tuple(out), fn.body.yields))
