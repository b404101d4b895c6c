"""Columns of small matrices, made contiguous for the loops that read them many times.

Requires: verified, typed Core, simplified.
Ensures:  the same meaning up to the rounding of sums. Where a loop nest reads ``x[j, 0]``, ``x[j, 1]``,
          ... with ``j`` its inner loop's index, the columns are copied before the nest, and the inner
          loop runs over contiguous memory; where it only adds to columns of a shadow, the sums are
          gathered in contiguous arrays and added to the shadow after the nest.

Numba knows the length of a row only when the program runs, so LLVM cannot turn such an access into
loads of whole vectors and a shuffle. The copy is linear in the rows, the nest at least that for each
iteration of its outer loop.
"""

from __future__ import annotations

from dataclasses import replace

from numba import types as nb

from ..core.ir import (
    AdjointLoc,
    Block,
    Call,
    Const,
    For,
    Function,
    Let,
    SetItem,
    Stmt,
    Var,
    map_blocks,
)
from ..core.names import Namer, stem
from ..core.types import is_array
from .accesses import Access, accesses
from .alias import Aliases, find_aliases

MOST = 8


def pack_columns(fn: Function, types: dict[str, object], namer: Namer) -> Function:
    """Rewrite the top-level loop nests of a program; ``types`` gets those of new names."""
    aliases = find_aliases(fn, types)
    out: list[Stmt] = []
    for stmt in fn.body.stmts:
        if isinstance(stmt, For) and any(isinstance(s, For) for s in stmt.body.stmts):
            out += _Nest(stmt, types, aliases, namer).pack()
        else:
            out.append(stmt)
    return replace(fn, body=Block(tuple(out), fn.body.yields))


class _Nest:
    def __init__(self, loop: For, types: dict[str, object], aliases: Aliases, namer: Namer) -> None:
        self.loop, self.types, self.aliases, self.namer = loop, types, aliases, namer
        self.found = list(accesses(loop.body, types))
        self.columns: dict[tuple[str, int], str] = {}

    def pack(self) -> list[Stmt]:
        read = self._candidates("load", {"load"})
        added = self._candidates("add", {"add"}) if isinstance(self.loop.loc, AdjointLoc) else {}
        if not read and not added:
            return [self.loop]
        before: list[Stmt] = []
        after: list[Stmt] = []
        for array, numbers in (*read.items(), *added.items()):
            typ = self.types[array]
            for c in sorted(numbers):
                name = self.namer(f"{stem(array)}_{c}")
                self.types[name] = nb.Array(typ.dtype, 1, "C")  # type: ignore[attr-defined]
                self.columns[array, c] = name
                op = "kernels.column" if array in read else "kernels.zero_column"
                before.append(Let(name, op, (Var(array), Const(c))))
                if array in added:
                    after.append(Call("kernels.add_column", (Var(array), Const(c), Var(name)), (0,)))
        return [*before, map_blocks(self.loop, self._rewrite), *after]  # type: ignore[list-item]

    def _candidates(self, kind: str, allowed: set[str]) -> dict[str, set[int]]:
        """Matrices of which the nest only does ``allowed``, always to literal columns."""
        arrays = {a.array for a in self._inner(self.loop.body, None) if a.kind == kind}
        chosen: dict[str, set[int]] = {}
        for array in sorted(arrays):
            typ = self.types.get(array)
            if not is_array(typ) or typ.ndim != 2 or typ.layout != "C":  # type: ignore[attr-defined]
                continue
            if not isinstance(typ.dtype, nb.Float):  # type: ignore[attr-defined]
                continue
            meets = [a for a in self.found if a.array == array
                     or self.aliases.may_share(Var(a.array), Var(array))
                     or not self.aliases.of(Var(a.array))]
            fits = all(a.array == array and a.kind in allowed and _column(a) is not None for a in meets)
            numbers = {_column(a) for a in meets}
            if fits and len(numbers) <= MOST and self._is_outside(array):
                chosen[array] = numbers  # type: ignore[assignment]
        return chosen

    def _is_outside(self, array: str) -> bool:
        from ..core.ir import bound_in

        return array not in set(bound_in(self.loop.body)) and array not in {
            c.phi for c in self.loop.carried}

    def _inner(self, block: Block, index: str | None) -> list[Access]:
        """The accesses in inner loops that follow the loop's index along a column."""
        out: list[Access] = []
        for stmt in block.stmts:
            if isinstance(stmt, For):
                found = accesses(stmt.body, self.types)
                out += [a for a in found if len(a.index) == 2 and a.index[0] == Var(stmt.index)
                        and _column(a) is not None]
                out += self._inner(stmt.body, stmt.index)
        return out

    def _rewrite(self, block: Block) -> Block:
        return Block(tuple(self._statement(map_blocks(s, self._rewrite)) for s in block.stmts),
                     block.yields)

    def _statement(self, stmt: Stmt) -> Stmt:
        match stmt:
            case Let(op="[]", args=(Var(name), row, Const(c))) if (name, c) in self.columns:
                return replace(stmt, args=(Var(self.columns[name, c]), row))
            case SetItem(array=Var(name), index=(row, Const(c))) if (name, c) in self.columns:
                return replace(stmt, array=Var(self.columns[name, c]), index=(row,))
        return stmt


def _column(access: Access) -> int | None:
    if len(access.index) == 2 and isinstance(access.index[1], Const):
        number = access.index[1].value
        return number if type(number) is int and number >= 0 else None
    return None



