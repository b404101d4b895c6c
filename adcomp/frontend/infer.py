"""Types from Numba: its own type inference on printed Core.

Requires: Core, and its plain printing, in which every name of Core is a variable.
Ensures:  a Numba type for every name that Numba does not find dead.
"""

from __future__ import annotations

import ast
import linecache
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from numba import prange

from ..core.ir import (
    AdjointLoc,
    Call,
    For,
    Function,
    If,
    Let,
    Raise,
    SetItem,
    Stmt,
    While,
    bound_in,
    walk,
)
from ..core.numba_adapter import (
    CompilerOptions,
    NumbaError,
    Type,
    as_callee,
    gist,
    infer,
    inherits_flags,
)
from ..core.ops import STANDARD
from ..errors import Loc, TypeInferenceError


def infer_types(fn: Function, argtypes: Sequence[Type], plain_source: str) -> dict[str, Type]:
    """The Numba types of the names of a function in Core.

    Parameters
    ----------
    fn : Function
    argtypes : sequence of numba types
        One per parameter.
    plain_source : str
        What `adcomp.core.printer.plain` prints for ``fn``.

    Raises
    ------
    TypeInferenceError
        If Numba rejects the program; it points at the user's line.
    """
    file = f"<adcomp:plain {fn.name}>"
    lines = plain_source.splitlines(keepends=True)
    linecache.cache[file] = (len(plain_source), None, lines, file)
    scope: dict[str, Any] = {**STANDARD, "prange": prange, "__name__": __name__}
    scope |= {n: as_callee(value, CompilerOptions()) for n, value in fn.namespace.items()}
    with warnings.catch_warnings():  # Python warns of None[i], which Numba refuses below
        warnings.simplefilter("ignore", SyntaxWarning)
        exec(compile(plain_source, file, "exec"), scope)
    shared = not any(map(inherits_flags, scope.values()))
    try:
        types = infer(scope[fn.name], tuple(argtypes), as_derivative=shared).types
    except NumbaError as error:
        raise _at_source(fn, plain_source, file, error) from error
    finally:
        linecache.cache.pop(file, None)
    known = {*fn.params, *bound_in(fn.body)}
    return {name: ty for name, ty in types.items() if name in known}


def _at_source(fn: Function, source: str, file: str, error: NumbaError) -> TypeInferenceError:
    """Numba's error, about the user's line in place of the printed one."""
    text = str(error)
    found = re.findall(rf'{re.escape(file)}"?[, (]+(?:line )?(\d+)', text)
    line = int(found[-1]) if found else 0
    places = statement_places(fn, source)
    loc = next((places[n] for n in range(line, 0, -1) if n in places), None) if line else None
    return TypeInferenceError(f"Numba cannot type this: {gist(text)}", loc=loc)


# --- which statement a printed line is ------------------------------------------------------------


def statement_places(fn: Function, plain_source: str) -> Mapping[int, Loc]:
    """The place in the user's program of each printed line that has one."""
    of_stmt: dict[tuple[Any, ...], Loc] = {}
    count: Counter[tuple[Any, ...]] = Counter()
    for stmt in walk(fn.body):
        key = _key_of_stmt(stmt)
        loc = stmt.loc.of if isinstance(stmt.loc, AdjointLoc) else stmt.loc
        if loc is not None:
            of_stmt[*key, count[key]] = loc
        count[key] += 1
    places: dict[int, Loc] = {}
    count = Counter()
    for line, key in _keys_of_lines(ast.parse(plain_source)):
        loc = of_stmt.get((*key, count[key]))
        count[key] += 1
        if loc is not None:
            places.setdefault(line, loc)
    return places


def _key_of_stmt(stmt: Stmt) -> tuple[Any, ...]:
    """What tells the statement in its printed form, apart from those that are printed alike."""
    match stmt:
        case Let(target=target):
            return "let", target
        case For(index=index):
            return "for", index
        case SetItem():
            return ("set",)
        case Call():
            return ("call",)
        case Raise():
            return ("raise",)
        case If():
            return ("if",)
        case While():
            return ("while",)
    raise AssertionError(stmt)


def _keys_of_lines(tree: ast.AST) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for node in _in_order(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AugAssign(target=ast.Name(id=name)):
                yield node.lineno, ("let", name)
            case ast.For(target=ast.Name(id=name)):
                yield node.lineno, ("for", name)
            case ast.Assign(targets=[ast.Subscript()]) | ast.AugAssign(target=ast.Subscript()):
                yield node.lineno, ("set",)
            case ast.Expr(value=ast.Call()):
                yield node.lineno, ("call",)
            case ast.Raise():
                yield node.lineno, ("raise",)
            case ast.While():
                yield node.lineno, ("while",)
            case ast.If() if not isinstance(node.body[0], ast.Break):
                yield node.lineno, ("if",)


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below, in the order of the text."""
    for child in ast.iter_child_nodes(node):
        yield child
        yield from _in_order(child)
