"""Structured control flow: ``break``, ``continue`` and early ``return`` become flags.

Requires: the body of a function, as Python's syntax tree.
Ensures:  the same meaning, with loops that run to their end, and a value for the name ``RESULT``
          in place of every ``return``. Code behind a possible exit moves to the branch that does
          not take it (no flag is needed), or behind a test of a flag. A ``for`` that may be left
          carries its flag's name as ``more``; a ``while`` tests it.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

RESULT = "_result"
RETURNED = "_returned"


class Propagate(ast.stmt):
    """Leave the enclosing loop: a loop inside it has returned."""

    _fields = ()


@dataclass(frozen=True)
class Context:
    """What an exit has to set: ``skip`` are flags, ``loop`` the loop's own, if it is inside one."""

    names: _Names
    skip: tuple[str, ...] = ()
    loop: str | None = None
    in_loop: bool = False


class _Names:
    def __init__(self) -> None:
        self._count: dict[str, int] = {}

    def __call__(self, base: str) -> str:
        k = self._count.get(base, 0)
        self._count[base] = k + 1
        return f"_{base}" if k == 0 else f"_{base}_{k}"


def structure(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Lower the exits of a function body."""
    context = Context(_Names())
    prologue = []
    if any(_loop_returns(s) for s in body):
        prologue = [_assign(RETURNED, ast.Constant(False), body[0])]
    return prologue + _sequence(list(body), context)


def _loop_returns(stmt: ast.stmt) -> bool:
    return any(
        isinstance(n, (ast.For, ast.While)) and _exits(n, returns_only=True) for n in _inner(stmt)
    )


def _sequence(stmts: list[ast.stmt], context: Context) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for k, stmt in enumerate(stmts):
        rest = stmts[k + 1 :]
        match stmt:
            case ast.Return() | ast.Break() | ast.Continue() | Propagate():
                return out + _exit(stmt, context)
            case ast.Raise():
                return [*out, stmt]
            case ast.If() if _exits(stmt):
                return out + _branch(stmt, rest, context)
            case ast.For() | ast.While():
                lowered, after = _loop(stmt, context)
                out += lowered
                if after:
                    return out + _sequence([*after, *rest], context)
            case ast.If():
                out.append(_if(stmt, _sequence(stmt.body, context), _sequence(stmt.orelse, context)))
            case _:
                out.append(stmt)
    return out


def _exit(stmt: ast.stmt, context: Context) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    if isinstance(stmt, ast.Return):
        out.append(_assign(RESULT, stmt.value or ast.Constant(None), stmt))
        if context.in_loop:
            out.append(_assign(RETURNED, ast.Constant(True), stmt))
    if context.loop is not None and not isinstance(stmt, ast.Continue):
        out.append(_assign(context.loop, ast.Constant(False), stmt))
    return out + [_assign(flag, ast.Constant(True), stmt) for flag in context.skip]


def _branch(stmt: ast.If, rest: list[ast.stmt], context: Context) -> list[ast.stmt]:
    then, orelse = stmt.body, stmt.orelse
    if _always_exits(then) and _always_exits(orelse):
        return [_if(stmt, _sequence(then, context), _sequence(orelse, context))]
    if not rest:
        return [_if(stmt, _sequence(then, context), _sequence(orelse, context))]
    if _always_exits(then):
        return [_if(stmt, _sequence(then, context), _sequence(orelse + rest, context))]
    if _always_exits(orelse):
        return [_if(stmt, _sequence(then + rest, context), _sequence(orelse, context))]
    flag = context.names("skip")
    inner = replace(context, skip=(*context.skip, flag))
    return [
        _assign(flag, ast.Constant(False), stmt),
        _if(stmt, _sequence(then, inner), _sequence(orelse, inner)),
        _at(ast.If(_not(_name(flag, stmt)), _sequence(rest, context), []), stmt),
    ]


def _loop(stmt: ast.For | ast.While, context: Context) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """The lowered loop; what is due after it: an exit, if it may have returned, and its ``else``."""
    returns = any(_exits(s, returns_only=True) for s in stmt.body)
    breaks = returns or any(_exits(s, breaks_only=True) for s in stmt.body)
    flag = context.names("more") if breaks else None
    inner = Context(context.names, skip=(), loop=flag, in_loop=True)
    body = _sequence(stmt.body, inner)
    out: list[ast.stmt] = []
    if flag is not None:
        out.append(_assign(flag, ast.Constant(True), stmt))
    loop: ast.stmt
    if isinstance(stmt, ast.For):
        loop = _at(ast.For(stmt.target, stmt.iter, body, []), stmt)
        loop.more = flag  # type: ignore[attr-defined]
    else:
        test = stmt.test if flag is None else _and(_name(flag, stmt), stmt.test)
        loop = _at(ast.While(test, body, []), stmt)
    out.append(loop)
    after: list[ast.stmt] = []
    if returns:
        leave = _at(Propagate(), stmt)
        after.append(_at(ast.If(_name(RETURNED, stmt), [leave], []), stmt))
    if stmt.orelse and flag is not None:
        after.append(_at(ast.If(_name(flag, stmt), stmt.orelse, []), stmt))
    else:
        after += stmt.orelse
    return out, after


# --- questions ----------------------------------------------------------------------------------


def _exits(stmt: ast.AST, *, returns_only: bool = False, breaks_only: bool = False) -> bool:
    """May the statement leave the statement list (or, with ``breaks_only``, break the loop)?"""
    match stmt:
        case ast.Return():
            return not breaks_only
        case Propagate():
            return not breaks_only
        case ast.Break():
            return not returns_only
        case ast.Continue():
            return not returns_only and not breaks_only
        case ast.For() | ast.While():
            if not breaks_only and any(_exits(s, returns_only=True) for s in stmt.body):
                return True
            return any(
                _exits(s, returns_only=returns_only, breaks_only=breaks_only) for s in stmt.orelse
            )
        case ast.If():
            return any(
                _exits(s, returns_only=returns_only, breaks_only=breaks_only)
                for s in (*stmt.body, *stmt.orelse)
            )
    return False


def _always_exits(stmts: Sequence[ast.stmt]) -> bool:
    for stmt in stmts:
        match stmt:
            case ast.Return() | ast.Break() | ast.Continue() | Propagate() | ast.Raise():
                return True
            case ast.If() if _always_exits(stmt.body) and _always_exits(stmt.orelse):
                return True
    return False


def forgets_to_return(body: Sequence[ast.stmt]) -> bool:
    """Does a function return a value, and may it end without?"""
    returns = any(
        isinstance(n, ast.Return) and n.value is not None for stmt in body for n in _inner(stmt)
    )
    return returns and not _never_ends(body)


def _never_ends(stmts: Sequence[ast.stmt]) -> bool:
    """Does a list of statements always return, raise, or run forever?"""
    for stmt in stmts:
        match stmt:
            case ast.Return() | ast.Raise():
                return True
            case ast.If() if _never_ends(stmt.body) and _never_ends(stmt.orelse):
                return True
            case ast.For() | ast.While():
                forever = isinstance(stmt, ast.While) and (
                    isinstance(stmt.test, ast.Constant) and bool(stmt.test.value)
                )
                broken = any(_exits(s, breaks_only=True) for s in stmt.body)
                if (forever or _never_ends(stmt.orelse)) and not broken:
                    return True
    return False


def _inner(stmt: ast.AST) -> list[ast.AST]:
    """The statement and those nested in it, inner functions left out."""
    if isinstance(stmt, (ast.FunctionDef, ast.Lambda)):
        return []
    return [stmt, *(n for c in ast.iter_child_nodes(stmt) for n in _inner(c))]


# --- small builders -----------------------------------------------------------------------------


def _at(node, place: ast.AST):  # type: ignore[no-untyped-def]
    return ast.fix_missing_locations(ast.copy_location(node, place))


def _name(name: str, place: ast.AST) -> ast.Name:
    return _at(ast.Name(name, ast.Load()), place)


def _assign(name: str, value: ast.expr, place: ast.AST) -> ast.Assign:
    return _at(ast.Assign([_at(ast.Name(name, ast.Store()), place)], value), place)


def _not(value: ast.expr) -> ast.expr:
    return _at(ast.UnaryOp(ast.Not(), value), value)


def _and(a: ast.expr, b: ast.expr) -> ast.expr:
    if isinstance(b, ast.Constant) and b.value is True:
        return a
    return _at(ast.BoolOp(ast.And(), [a, b]), b)


def _if(stmt: ast.If, body: list[ast.stmt], orelse: list[ast.stmt]) -> ast.If:
    return _at(ast.If(stmt.test, body or [_at(ast.Pass(), stmt)], orelse), stmt)
