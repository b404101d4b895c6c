"""Views that are computed as copies, which nobody can tell apart as long as nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numba import types as nb

from ..core.ir import Block, Const, Function, Let, SetItem, Stmt, Var, map_blocks
from ..core.ops import INPLACE
from ..core.types import is_array
from ..errors import Loc, UnsupportedSyntax
from ..passes.alias import find_aliases
from ..passes.timeline import Timeline


class Steady:
    """Tells of views whether what they show, or they themselves, may be written to later.

    Requires: verified, typed Core.
    """

    def __init__(self, fn: Function, types: Mapping[str, Any]) -> None:
        self.fn = fn
        self._timeline: Timeline | None = None
        self.types = {name: _as_array(t) for name, t in types.items()}

    def check(self, stmt: Let) -> None:
        """Refuse a view that is not steady."""
        name = stmt.op.rpartition(".")[2].strip("()")
        for atom in (*stmt.args, Var(stmt.target)):
            if not (isinstance(atom, Var) and is_array(self.types.get(atom.name))):
                continue
            if self.timeline.overwritten(stmt.target, atom):
                raise UnsupportedSyntax(
                    f"what {name} returns may share memory with its argument, and one of them is written "
                    "to later", loc=stmt.loc if isinstance(stmt.loc, Loc) else None,
                    hint=f"give {name} a copy, made with .copy(), and do not write into its result",
                )

    @property
    def timeline(self) -> Timeline:
        if self._timeline is None:
            fn = replace(self.fn, body=self._with_stores(self.fn.body))
            self._timeline = Timeline(fn, find_aliases(fn, self.types))
        return self._timeline

    def _with_stores(self, block: Block) -> Block:
        """The block in which ``u += v`` on arrays is the store that it will be."""
        out: list[Stmt] = []
        for stmt in block.stmts:
            out.append(map_blocks(stmt, self._with_stores))
            if isinstance(stmt, Let) and stmt.op in INPLACE and is_array(self.types.get(stmt.target)):
                target, value = stmt.args
                out[-1] = replace(stmt, op="id", args=(target,))
                out.append(SetItem(target, (Const(Ellipsis),), value, loc=stmt.loc))
        return Block(tuple(out), block.yields)


def _as_array(t: Any) -> Any:
    """The type of ``x.flat`` as that of a view."""
    return nb.Array(t.array_type.dtype, 1, "A") if isinstance(t, nb.NumpyFlatType) else t


__all__ = ["Steady"]
