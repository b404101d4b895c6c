"""The source of a Python function: its syntax tree, and what its free names mean."""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from ..errors import Loc, UnsupportedSyntax

MISSING = object()


@dataclass(frozen=True)
class Source:
    """A function's syntax tree and scope.

    ``node`` is the function definition or the lambda; ``lines`` the text it was parsed from, which
    began at line ``first + 1`` of ``file``, cut by ``indent`` columns.
    """

    name: str
    node: ast.FunctionDef | ast.Lambda
    file: str
    lines: tuple[str, ...]
    first: int
    indent: int
    globals: Mapping[str, Any] = field(repr=False)
    closure: Mapping[str, Any] = field(repr=False)
    defaults: tuple[Any, ...] = ()
    kwdefaults: Mapping[str, Any] = field(default_factory=dict)

    def loc(self, node: ast.AST) -> Loc:
        """Where a node of this function stands in its file."""
        return Loc.of(
            node, self.lines, file=self.file, function=self.name,
            line_offset=self.first, column_offset=self.indent,
        )

    def lookup(self, name: str) -> Any:
        """What a free name means: closure, then globals, then builtins; MISSING if nothing."""
        if name in self.closure:
            return self.closure[name]
        if name in self.globals:
            return self.globals[name]
        return getattr(builtins, name, MISSING)


def python_function(f: Any) -> Any:
    """The plain function behind a Numba dispatcher; anything else as it is."""
    return getattr(f, "py_func", f)


def source_of(f: FunctionType) -> Source:
    """Read the source of a plain Python function.

    Raises
    ------
    UnsupportedSyntax
        If no source can be found, or a lambda can't be told from another on its line.
    """
    code = f.__code__
    try:
        lines, first, whole = _lines(f)
    except (OSError, TypeError) as error:
        raise UnsupportedSyntax(
            f"the source of {f.__qualname__} can't be read",
            loc=Loc(file=code.co_filename, line=code.co_firstlineno, function=f.__name__),
            hint="adcomp reads the source text: define the function in a file or a notebook cell",
        ) from error
    text = "".join(lines)
    indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    node = _lambda_at(code, whole) if f.__name__ == "<lambda>" else None
    if node is not None:
        text, first, indent = whole, 1, 0
    else:
        node, text = _parse(f, text, code.co_filename, first)
    return Source(
        name=f.__name__, node=node, file=code.co_filename, lines=tuple(text.splitlines()),
        first=max(first, 1) - 1, indent=indent, globals=f.__globals__, closure=_closure(f),
        defaults=f.__defaults__ or (), kwdefaults=f.__kwdefaults__ or {},
    )


def _lines(f: FunctionType) -> tuple[list[str], int, str]:
    """The lines of a function, the number of the first, and the text of its file; OSError if there is none.

    Python before 3.13 keeps no text of ``python -c``: that is found among the arguments of the process.
    """
    code, given = f.__code__, sys.orig_argv
    if code.co_filename == "<string>" and sys.argv[:1] == ["-c"] and "-c" in given:
        text, first = given[given.index("-c") + 1], code.co_firstlineno
        if _contains(compile(text, "<string>", "exec", dont_inherit=True), code):
            return inspect.getblock(text.splitlines(keepends=True)[first - 1:]), first, text
    lines, first = inspect.getsourcelines(f)
    return lines, first, "".join(linecache.getlines(code.co_filename))


def _contains(code: CodeType, inner: CodeType) -> bool:
    """Is a code object another, or a function in it?"""
    return code == inner or any(isinstance(c, CodeType) and _contains(c, inner) for c in code.co_consts)


def _closure(f: FunctionType) -> dict[str, Any]:
    cells = {}
    for name, cell in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True):
        try:
            cells[name] = cell.cell_contents
        except ValueError:  # not filled yet: a function that refers to itself before its definition
            continue
    return cells


@lru_cache(maxsize=512)
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


def _parse(f: FunctionType, text: str, file: str, first: int) -> tuple[Any, str]:
    text = textwrap.dedent(text)
    if f.__name__ == "<lambda>":
        return _find_lambda(f, text, file, first), text
    try:
        module = _tree(text)
    except SyntaxError as error:
        raise UnsupportedSyntax(
            f"the source of {f.__qualname__} can't be parsed: {error.msg}",
            loc=Loc(file=file, line=first + (error.lineno or 1) - 1, function=f.__name__),
        ) from error
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and node.name == f.__code__.co_name:
            return node, text
    raise UnsupportedSyntax(
        f"{f.__qualname__} is not a plain function", loc=Loc(file=file, line=first),
        hint="generators, coroutines and classes are not supported",
    )


def _lambda_at(code: CodeType, text: str) -> ast.Lambda | None:
    """The lambda of a file in which an instruction of the code stands; None if it can't be told."""
    try:
        module = _tree(text)
    except SyntaxError:
        return None
    places = [((line, column), (end_line, end))
              for line, end_line, column, end in code.co_positions()
              if line is not None and column is not None and end_line is not None and end]
    around = [
        n for n in ast.walk(module) if isinstance(n, ast.Lambda)
        and n.lineno == code.co_firstlineno and places
        and all(_span(n.body)[0] <= low and high <= _span(n.body)[1] for low, high in places)
    ]
    # The body of an inner lambda begins later than that of the one around it.
    return max(around, key=lambda n: _span(n.body), default=None)


def _span(node: ast.expr) -> tuple[tuple[int, int], tuple[int, int]]:
    end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return (node.lineno, node.col_offset), end


def _find_lambda(f: FunctionType, text: str, file: str, first: int) -> ast.Lambda:
    loc = Loc(file=file, line=first, function="<lambda>")
    module = None
    for candidate in (text, f"({text.strip()})", text.strip().rstrip(",)")):
        try:
            module = _tree(candidate)
            break
        except SyntaxError:
            continue
    found = [n for n in ast.walk(module) if isinstance(n, ast.Lambda)] if module else []
    same = [n for n in found if _code_of(n) == _shape(f.__code__)]
    if len({ast.dump(n) for n in same}) != 1:
        raise UnsupportedSyntax(
            "this lambda can't be told from others on its line", loc=loc,
            hint="give it a name with def, or put it on a line of its own",
        )
    return same[0]


def _shape(code: Any) -> tuple[Any, ...]:
    return (code.co_varnames[: code.co_argcount], code.co_code, code.co_names,
            tuple(c for c in code.co_consts if not inspect.iscode(c)))


def _code_of(node: ast.Lambda) -> tuple[Any, ...] | None:
    expression = ast.Expression(node)
    outer = compile(ast.fix_missing_locations(expression), "<lambda>", "eval")
    inner = next((c for c in outer.co_consts if inspect.iscode(c)), None)
    return None if inner is None else _shape(inner)
