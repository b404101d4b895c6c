"""`adcomp.checkpointed` in the head of a loop."""

from __future__ import annotations

import ast

from ..core.checkpointed import checkpointed
from ..core.ir import Atom, Checkpoints, Const
from .expressions import atom_of, expression
from .frame import Frame
from .values import Static, Value

_PARAMETERS = ("snapshots", "bytes")


def head(frame: Frame, node: ast.expr) -> tuple[ast.expr, Checkpoints | None]:
    """What a loop runs over, or goes on for, without the call of `checkpointed`; what that call says."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):  # a flag, and the condition as written
        parts = [head(frame, value) for value in node.values]
        found = [limits for _, limits in parts if limits is not None]
        if not found:
            return node, None
        return ast.copy_location(ast.BoolOp(ast.And(), [part for part, _ in parts]), node), found[0]
    if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Name, ast.Attribute)):
        return node, None
    if not _is_checkpointed(frame, node.func):
        return node, None
    given = dict(zip(("loop", *_PARAMETERS), node.args, strict=False))
    given |= {k.arg: k.value for k in node.keywords if k.arg is not None}
    if "loop" not in given or len(given) != len(node.args) + len(node.keywords) or (
            not {*given} <= {"loop", *_PARAMETERS}):
        raise frame.refuse("checkpointed takes what a loop runs over, and snapshots or bytes", node)
    limits = Checkpoints(*(_limit(frame, given.get(name), name) for name in _PARAMETERS))
    if Const(None) not in (limits.snapshots, limits.nbytes):
        raise frame.refuse("checkpointed takes either snapshots or bytes, not both", node)
    return given["loop"], limits


def _is_checkpointed(frame: Frame, func: ast.expr) -> bool:
    """Is a function `checkpointed`? Names of the scope are not evaluated: they may hold anything."""
    if isinstance(func, ast.Name):
        if any(func.id in scope.env for scope in _scopes(frame)):
            return False
    elif not isinstance(func, ast.Attribute) or func.attr != checkpointed.__name__:
        return False
    value = expression(frame, func)
    return isinstance(value, Static) and value.value is checkpointed


def _scopes(frame: Frame) -> list[Frame]:
    scopes: list[Frame] = []
    scope: Frame | None = frame
    while scope is not None:
        scopes.append(scope)
        scope = scope.parent
    return scopes


def _limit(frame: Frame, node: ast.expr | None, name: str) -> Atom:
    if node is None:
        return Const(None)
    atom = atom_of(frame, node)
    if isinstance(atom, Const) and (isinstance(atom.value, bool) or not (
            atom.value is None or isinstance(atom.value, int | float))):
        raise frame.refuse(f"{name} is no number", node)
    if name == "snapshots" and isinstance(atom, Const) and atom.value is not None and (
            isinstance(atom.value, float) or atom.value < 1):
        raise frame.refuse("checkpointed needs at least one snapshot", node)
    return atom


def misplaced(frame: Frame, args: list[Value], kwargs: dict[str, Value], node: ast.Call, hint: str | None
              ) -> Value:
    """A call of `checkpointed` that is not the head of a loop."""
    raise frame.refuse(
        "checkpointed belongs in the head of a loop", node,
        hint="write `for i in checkpointed(range(n)):` or `while checkpointed(condition):`",
    )
