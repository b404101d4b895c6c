"""Core as Python source.

`plain` is for machines: every name of Core is a variable, so that Numba's types of the variables are
the types of the names. `show` is for people: the same meaning, written as a person would write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .coalesce import coalesce, tidy
from .expressions import Expr, Op, arguments_of, base_text_of, literal, subscript_of, text_of
from .ir import AdjointLoc, Call, Const, Function, Let, Loc, Raise, Var, free_names, walk
from .nesting import statements_of
from .scalars import is_number
from .statements import (
    Assign,
    Branch,
    Break,
    Loop,
    Move,
    PyStmt,
    Range,
    Return,
    Run,
    Store,
    Throw,
)

__all__ = ["plain", "show"]

_AUGMENTED = ("+", "-", "*", "/")
_INDENT = "    "


def plain(fn: Function) -> str:
    """The function as Python in which every name of Core is a variable of its own.

    Parameters
    ----------
    fn : Function

    Returns
    -------
    str
        Source of one ``def``, one statement a line. It refers to the names in the function's
        namespace, and to ``np`` where a constant needs it.
    """
    return _Writer().source(fn, tidy(statements_of(fn, nest=False)))


def show(
    fn: Function, *, comments: bool = False, types: Mapping[str, Any] | None = None
) -> str:
    """The function as Python that is pleasant to read.

    Parameters
    ----------
    fn : Function
    comments : bool
        Say of statements of the reverse sweep which line they are the adjoint of.
    types : mapping of str to numba types, optional
        Types of names. With them, versions of a name share a variable only if their types agree,
        and ``x = x + e`` is written ``x += e`` for numbers.

    Returns
    -------
    str
        Source of one ``def``, as with `plain`.
    """
    body = statements_of(fn, nest=True, kinds=types)
    plan = coalesce(fn.params, body, reserved=_globals_of(fn), kinds=types)
    kinds = {plan.spell(name): kind for name, kind in (types or {}).items()}
    return _Writer(comments=comments, types=kinds).source(fn, tidy(body, plan))


def _globals_of(fn: Function) -> set[str]:
    """The names that stand for something outside the function."""
    heads = {s.op.split(".")[0] for s in walk(fn.body) if isinstance(s, Let | Call)}
    names = set(free_names(fn.body)) - set(fn.params)
    return heads | {name.split(".")[0] for name in names} | {"np", "range", "complex", "slice"} | {
        s.exception.split(".")[0] for s in walk(fn.body) if isinstance(s, Raise)
    }


class _Writer:
    """Writes the statements of one function, whose names are now those of variables."""

    def __init__(self, *, comments: bool = False, types: Mapping[str, Any] | None = None) -> None:
        self._comments = comments
        self._types = types or {}

    def source(self, fn: Function, body: Sequence[PyStmt]) -> str:
        """The text of a function."""
        lines = [f"def {fn.name}({', '.join(_parameters(fn))}):"]
        if fn.doc:
            lines += _docstring(fn.doc)
        if body or not fn.doc:
            lines += self._block(body)
        return "\n".join(lines) + "\n"

    def _block(self, stmts: Sequence[PyStmt], line: int | None = None) -> Iterator[str]:
        """The lines of a block, indented; the last comment was about primal line ``line``."""
        for stmt in stmts:
            if self._comments and isinstance(stmt.loc, AdjointLoc):
                if stmt.loc.of.line != line:
                    yield from (_INDENT + text for text in _comment(stmt.loc.of))
                line = stmt.loc.of.line
            elif stmt.loc is not None:
                line = None
            yield from (_INDENT + text for text in self._stmt(stmt, line))
        if not stmts:
            yield _INDENT + "pass"

    def _stmt(self, stmt: PyStmt, line: int | None) -> Iterator[str]:
        match stmt:
            case Branch():
                yield from self._branch(stmt, line)
            case Range(body=body):
                yield _for_header(stmt)
                yield from self._block(body, line)
            case Loop(test, body):
                yield f"while {text_of(test)}:"
                yield from self._block(body, line)
            case Break(cond):
                yield f"if {text_of(cond)}:"
                yield _INDENT + "break"
            case _:
                yield self._simple(stmt)

    def _branch(self, stmt: Branch, line: int | None, word: str = "if") -> Iterator[str]:
        yield f"{word} {text_of(stmt.cond)}:"
        yield from self._block(stmt.then, line)
        match stmt.orelse:
            case (Branch() as inner,):
                yield from self._branch(inner, line, "elif")
            case (_, *_):
                yield "else:"
                yield from self._block(stmt.orelse, line)

    def _simple(self, stmt: PyStmt) -> str:
        match stmt:
            case Assign(moves):
                return self._assign(moves)
            case Store(array, index, value, accumulate):
                operator = "+=" if accumulate else "="
                return f"{base_text_of(array)}[{subscript_of(index)}] {operator} {text_of(value)}"
            case Run(call):
                return text_of(call)
            case Throw(exception, args):
                return f"raise {exception}({arguments_of(args)})"
            case Return(Op("tuple", values)) if len(values) > 1:
                return f"return {arguments_of(values)}"
            case Return(value):
                return f"return {text_of(value)}"
        raise AssertionError(stmt)

    def _assign(self, moves: tuple[Move, ...]) -> str:
        match moves:
            case ((target, Op(op, (Var(name), value))),) if op in _AUGMENTED and name == target:
                if is_number(self._types.get(target)):
                    return f"{target} {op}= {text_of(value)}"
        targets = ", ".join(target for target, _ in moves)
        return f"{targets} = {arguments_of([value for _, value in moves])}"


def _parameters(fn: Function) -> Iterator[str]:
    first = len(fn.params) - len(fn.defaults)
    yield from fn.params[:first]
    for name, default in zip(fn.params[first:], fn.defaults, strict=True):
        yield f"{name}={literal(default)}" if _is_simple(default) else name


def _is_simple(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_simple, value))
    return value is None or isinstance(value, int | float | complex | str | np.generic)


def _docstring(doc: str) -> Iterator[str]:
    """The lines of a docstring, such that Python reads the same text back."""
    text = doc.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if text.endswith('"'):
        text = text[:-1] + '\\"'
    first, *rest = f'"""{text}"""'.split("\n")
    yield _INDENT + first
    yield from rest


def _comment(loc: Loc) -> Iterator[str]:
    source = loc.excerpt().partition("\n")[0].strip()
    if loc.line is not None:
        yield f"# adjoint of line {loc.line}: {source}" if source else f"# adjoint of line {loc.line}"


def _for_header(loop: Range) -> str:
    start, stop, step = loop.bounds
    bounds: tuple[Expr, ...] = loop.bounds
    if step == Const(1):
        bounds = (stop,) if start == Const(0) else (start, stop)
    return f"for {loop.index} in {'prange' if loop.parallel else 'range'}({arguments_of(bounds)}):"
