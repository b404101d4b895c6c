"""Smaller programs that fail in the same way: statements go, and expressions become parts of themselves."""

from __future__ import annotations

import ast
import copy
import time
from collections.abc import Callable, Iterator


def shrink(source: str, fails: Callable[[str], bool], seconds: float = 120.0) -> str:
    """The smallest text that still fails, as far as the time allows."""
    deadline = time.monotonic() + seconds
    best = ast.parse(source)
    best_text = ast.unparse(best)
    if not fails(best_text):
        return source
    progress = True
    while progress:
        progress = False
        position = 0
        while True:  # go on where the last change was, rather than from the beginning
            found = False
            for number, candidate in enumerate(_smaller(best)):
                if number < position:
                    continue
                if time.monotonic() > deadline:
                    return best_text
                text = ast.unparse(candidate)
                if len(text) < len(best_text) and fails(text):
                    best, best_text, position, found, progress = candidate, text, number, True, True
                    break
            if not found:
                break
    return best_text


def _smaller(tree: ast.Module) -> Iterator[ast.Module]:
    """The tree with one thing taken away, larger things first."""
    blocks = [(n, f) for n in ast.walk(tree) for f in ("body", "orelse")
              if isinstance(getattr(n, f, None), list)]
    for node, part in blocks:
        for size in (4, 1):
            statements = getattr(node, part)
            for k in range(0, len(statements), size):
                if part == "body" and len(statements) <= size and not isinstance(node, ast.If):
                    continue
                changed = statements[:k] + statements[k + size:]
                if part == "body" and not changed:
                    changed = [ast.Pass()]
                yield _with(tree, node, part, changed)
                inner = statements[k]
                if size == 1 and isinstance(inner, (ast.If, ast.For, ast.While)):
                    for text in (inner.body, inner.orelse):
                        if text:
                            yield _with(tree, node, part, statements[:k] + text + statements[k + 1:])
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr) and field not in ("func", "target", "slice"):
                for part in _parts(value):
                    yield _with(tree, node, field, part)


def _parts(value: ast.expr) -> list[ast.expr]:
    match value:
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.BoolOp(values=values):
            return list(values)
        case ast.UnaryOp(operand=operand):
            return [operand]
        case ast.IfExp(body=body, orelse=orelse):
            return [body, orelse]
        case ast.Call(args=args):
            return [a for a in args if not isinstance(a, ast.Constant)]
    return []


def _with(tree: ast.Module, node: ast.AST, field: str, value: object) -> ast.Module:
    """A copy of the tree in which a field of one node has another value."""
    old = getattr(node, field)
    setattr(node, field, value)
    try:
        return copy.deepcopy(tree)
    finally:
        setattr(node, field, old)
