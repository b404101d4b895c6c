"""One function of Core put in place of a call of it.

Requires: verified Core of the callee, an atom for each of its parameters, and a namer and a namespace
          of the caller.
Ensures:  statements of the same effect, all of them at the place of the call, with names that the
          caller has not used; its namespace has all objects that they refer to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .ir import (
    Atom,
    Block,
    Call,
    Carried,
    For,
    Function,
    If,
    Let,
    Raise,
    Stmt,
    Var,
    Where,
    While,
    bound_in,
    map_atoms,
    map_blocks,
)
from .ops import STANDARD


def splice(fn: Function, arguments: Mapping[str, Atom], namer: Callable[[str], str],
           namespace: dict[str, Any], loc: Where = None) -> tuple[list[Stmt], tuple[Atom, ...]]:
    """The statements of a function, and the atoms of its results."""
    names = {name: namer(name) for name in dict.fromkeys(bound_in(fn.body))}
    objects = {name: _known(name, value, namer, namespace) for name, value in fn.namespace.items()}

    def atom(a: Atom) -> Atom:
        if not isinstance(a, Var):
            return a
        if a.name in names:
            return Var(names[a.name])
        if a.name in arguments:
            return arguments[a.name]
        return Var(op(a.name))

    def op(text: str) -> str:
        head, dot, rest = text.partition(".")
        return f"{objects[head]}{dot}{rest}" if head in objects else text

    def carried(old: tuple[Carried, ...]) -> tuple[Carried, ...]:
        return tuple(replace(c, phi=names[c.phi], result=names[c.result]) for c in old)

    def defined(stmt: Stmt) -> Stmt:
        """The statement with its definitions and ops renamed, and those of nested blocks."""
        stmt = map_blocks(replace(stmt, loc=loc), lambda b: Block(tuple(map(defined, b.stmts)), b.yields))
        match stmt:
            case Let():
                return replace(stmt, target=names[stmt.target], op=op(stmt.op))
            case Call():
                return replace(stmt, op=op(stmt.op))
            case Raise():
                return replace(stmt, exception=op(stmt.exception))
            case If():
                return replace(stmt, results=tuple(names[r] for r in stmt.results))
            case For():
                return replace(stmt, index=names[stmt.index], carried=carried(stmt.carried))
            case While():
                return replace(stmt, carried=carried(stmt.carried))
        return stmt

    stmts = [defined(map_atoms(s, atom)) for s in fn.body.stmts]
    return stmts, tuple(map(atom, fn.body.yields))


def _known(name: str, value: Any, namer: Callable[[str], str], namespace: dict[str, Any]) -> str:
    """The caller's name for an object of the callee's."""
    if name in STANDARD and value is STANDARD[name]:
        return name
    for known, other in namespace.items():
        if other is value:
            return known
    new = name if name == "kernels" else namer(name)
    namespace[new] = value
    return new
