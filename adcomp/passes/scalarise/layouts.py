"""Layouts of arrays that were made anew: what is a view of them, or may be one of them, follows.

Numba may call a result Fortran-ordered with one axis, or strided; loops fill arrays in C order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...core import numba_adapter
from ...core.ir import Atom, Block, For, If, Let, Stmt, Var, While, blocks_of
from ...core.types import is_array, type_of


def follow(body: Block, types: dict[str, Any], changed: Iterable[str]) -> None:
    """Correct, in place, the types of arrays that come from those in ``changed``."""
    _Layouts(types, set(changed)).until_settled(body)


class _Layouts:
    def __init__(self, types: dict[str, Any], changed: set[str]) -> None:
        self.types, self.changed = types, changed

    def until_settled(self, body: Block) -> None:
        size = -1
        while size != len(self.changed):
            size = len(self.changed)
            self.block(body)

    def block(self, block: Block) -> None:
        for stmt in block.stmts:
            self.enter(stmt)
            for inner in blocks_of(stmt):
                self.block(inner)
            self.leave(stmt)

    def enter(self, stmt: Stmt) -> None:
        match stmt:
            case Let() if self.touched(stmt.args) and is_array(self.types.get(stmt.target)):
                split = len(stmt.args) - len(stmt.keywords)
                kinds = [type_of(a, self.types) for a in stmt.args]
                named = tuple(zip(stmt.keywords, kinds[split:], strict=True))
                try:
                    ty = numba_adapter.result_type(stmt.op, tuple(kinds[:split]), named)
                except (numba_adapter.TypingError, KeyError, AttributeError):
                    return
                self.set(stmt.target, ty)
            case For(carried=carried, body=body) | While(carried=carried, body=body):
                for c, last in zip(carried, body.yields, strict=True):
                    self.merge(c.phi, (c.init, last))

    def leave(self, stmt: Stmt) -> None:
        match stmt:
            case For(carried=carried) | While(carried=carried):
                for c in carried:
                    self.merge(c.result, (Var(c.phi),))
            case If(then=then, orelse=orelse, results=results):
                for result, *atoms in zip(results, then.yields, orelse.yields, strict=True):
                    self.merge(result, tuple(atoms))

    def touched(self, atoms: Iterable[Atom]) -> bool:
        return any(isinstance(a, Var) and a.name in self.changed for a in atoms)

    def merge(self, name: str, atoms: tuple[Atom, ...]) -> None:
        """The type of a name that is one of several arrays."""
        if self.touched(atoms) and is_array(self.types.get(name)):
            kinds = [self.types[a.name] for a in atoms if isinstance(a, Var)]
            layouts = {kind.layout for kind in kinds}
            self.set(name, kinds[0].copy(layout=layouts.pop() if len(layouts) == 1 else "A"))

    def set(self, name: str, ty: Any) -> None:
        if self.types[name] != ty:
            self.types[name] = ty
            self.changed.add(name)
