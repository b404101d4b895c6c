"""Views, slices and lengths that nobody reads any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ...core.ir import Block, Let, Stmt, Var, map_blocks, names_in
from ...core.ops import Effect, effect_of
from ...core.types import is_array

_PURE = {Effect.PURE, Effect.VIEW}


def drop_unread(body: Block, types: Mapping[str, Any]) -> Block:
    """Drop the views and integers that loops have made superfluous."""
    left = Counter(names_in(body))

    def block(b: Block) -> Block:
        out: list[Stmt] = []
        for stmt in reversed(b.stmts):
            stmt = map_blocks(stmt, block)
            if isinstance(stmt, Let) and droppable(stmt):
                left.subtract(a.name for a in stmt.args if isinstance(a, Var))
                continue
            out.append(stmt)
        return Block(tuple(reversed(out)), b.yields)

    def droppable(let: Let) -> bool:
        if left[let.target]:
            return False
        effect = effect_of(let.op)
        return effect in _PURE or (effect is Effect.INDEX and is_array(types.get(let.target))) or (
            let.op in ("+", "-", "max", "*", "!=", "[]") and not is_array(types.get(let.target)))

    while True:
        size = sum(left.values())
        body = block(body)
        if sum(left.values()) == size:
            return body
