"""Core as Python source.

`plain` is for machines: every name of Core is a variable, so that Numba's types of the variables
are the types of the names. `show` is for people: the same meaning, as a person would write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numba import types as nb

from .coalesce import coalesce, tidy
from .expressions import Expr, Op, arguments_of, base_text_of, literal, subscript_of
from .ir import AdjointLoc, Call, Const, For, Function, Let, Loc, Raise, Var, free_names, walk
from .layout import WIDTH, laid_out
from .nesting import statements_of
from .scalars import is_number
from .statements import (
    Assign,
    Branch,
    Break,
    Loop,
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
    kinds = _with_indices(fn, types) if types is not None else None
    body = statements_of(fn, nest=True, kinds=kinds)
    plan = coalesce(fn.params, body, reserved=_globals_of(fn), kinds=kinds)
    variables = {plan.spell(name): kind for name, kind in (kinds or {}).items()}
    return _Writer(comments=comments, types=variables).source(fn, tidy(body, plan))


def _with_indices(fn: Function, types: Mapping[str, Any]) -> dict[str, Any]:
    """The types, and those of loop indices that nobody reads, for which Numba infers none."""
    indices = (stmt.index for stmt in walk(fn.body) if isinstance(stmt, For))
    return dict.fromkeys(indices, nb.intp) | dict(types)


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
            lines += self._block(body, None, WIDTH)
        return "\n".join(lines) + "\n"

    def _block(self, stmts: Sequence[PyStmt], line: int | None, width: int) -> Iterator[str]:
        """The lines of a block, indented; the last comment was about primal line ``line``."""
        width -= len(_INDENT)
        for stmt in stmts:
            if self._comments and isinstance(stmt.loc, AdjointLoc):
                if stmt.loc.of.line != line:
                    yield from (_INDENT + text for text in _comment(stmt.loc.of))
                line = stmt.loc.of.line
            elif stmt.loc is not None:
                line = None
            yield from (_INDENT + text for text in self._stmt(stmt, line, width))
        if not stmts:
            yield _INDENT + "pass"

    def _stmt(self, stmt: PyStmt, line: int | None, width: int) -> Iterator[str]:
        match stmt:
            case Branch():
                yield from self._branch(stmt, line, width)
            case Range(body=body):
                yield _for_header(stmt)
                yield from self._block(body, line, width)
            case Loop(test, body):
                yield from laid_out("while ", test, ":", width)
                yield from self._block(body, line, width)
            case Break(cond):
                yield from laid_out("if ", cond, ":", width)
                yield _INDENT + "break"
            case _:
                yield from laid_out(*self._simple(stmt), width=width)

    def _branch(
        self, stmt: Branch, line: int | None, width: int, word: str = "if"
    ) -> Iterator[str]:
        yield from laid_out(f"{word} ", stmt.cond, ":", width)
        yield from self._block(stmt.then, line, width)
        match stmt.orelse:
            case (Branch() as inner,):
                yield from self._branch(inner, line, width, "elif")
            case (_, *_):
                yield "else:"
                yield from self._block(stmt.orelse, line, width)

    def _simple(self, stmt: PyStmt) -> tuple[str, Expr, str]:
        """A statement as text, an expression, and text."""
        match stmt:
            case Assign(((target, value),)):
                operator, value = self._assigned(target, value)
                return f"{target} {operator} ", value, ""
            case Assign(moves):
                targets = ", ".join(target for target, _ in moves)
                return f"{targets} = {arguments_of([v for _, v in moves[:-1]])}, ", moves[-1][1], ""
            case Store(array, index, value, accumulate):
                operator = "+=" if accumulate else "="
                if accumulate and isinstance(value, Op) and value.op == "neg":
                    operator, value = "-=", value.args[0]
                return f"{base_text_of(array)}[{subscript_of(index)}] {operator} ", value, ""
            case Run(call):
                return "", call, ""
            case Throw(exception, args):
                return "raise ", Op(exception, args), ""
            case Return(Op("tuple", (first, *others))) if others:
                return f"return {arguments_of((first, *others[:-1]))}, ", others[-1], ""
            case Return(value):
                return "return ", value, ""
        raise AssertionError(stmt)

    def _assigned(self, target: str, value: Expr) -> tuple[str, Expr]:
        """How a value is assigned: by ``+=`` only numbers, since that changes arrays in place."""
        match value:
            case Op(op, (Var(name), other)) if op in _AUGMENTED and name == target:
                if is_number(self._types.get(target)):
                    return f"{op}=", other
        return "=", value


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
        yield f"# adjoint of line {loc.line}" + (f": {source}" if source else "")


def _for_header(loop: Range) -> str:
    start, stop, step = loop.bounds
    bounds: tuple[Expr, ...] = loop.bounds
    if step == Const(1):
        bounds = (stop,) if start == Const(0) else (start, stop)
    return f"for {loop.index} in {'prange' if loop.parallel else 'range'}({arguments_of(bounds)}):"
