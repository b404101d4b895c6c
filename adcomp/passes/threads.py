"""Parallel loops, cut into a piece for each thread.

Requires: verified, typed Core, simplified.
Ensures:  every loop that stays parallel runs over pieces, with a loop over the iterations of one piece inside
          it, and carries nothing: sums are added up per piece, and additions to an array that pieces share go
          into a copy for each but the first, which are added afterwards; where the copies would cost more
          than the loop, there is one piece::

              for i in prange(n):           pieces = kernels.pieces_of_sums(0, n, x_bar.size, 4)
                  s += x[i] * w[j]          x_bar_parts = kernels.parts(x_bar, len(pieces) - 1)
                  x_bar[k] += ..            for t in prange(len(pieces)):
                                                x_bar_part = kernels.part(x_bar, x_bar_parts, t)
                                                for i in range(pieces[t, 0], pieces[t, 1]):
                                                    s_part += x[i] * w[j]
                                                    x_bar_part[k] += ..
                                                s_parts[t] = s_part
                                            s += np.sum(s_parts)
                                            kernels.add_parts(x_bar, x_bar_parts)

          A loop for which this cannot be shown to be right is made an ordinary one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numba import types as nb

from ..core.ir import (
    Atom,
    Block,
    Call,
    Carried,
    Const,
    For,
    Function,
    If,
    Let,
    Raise,
    SetItem,
    Stmt,
    Var,
    Where,
    While,
    map_atoms,
    map_blocks,
    walk,
)
from ..core.names import Namer, stem, typed_namer
from ..core.numba_adapter import TypingError, result_type
from ..core.ops import Effect, effect_of
from ..core.types import is_array, scalar, type_of
from .accesses import is_sum
from .alias import Aliases, find_aliases, is_view
from .least import Least, find_least
from .sharing import shared_sums

#: what an iteration costs, in elements of an array that are set to zero and added up; one that has loops
WORK, WORK_OF_LOOPS = 4, 64


def cut_loops(fn: Function, types: dict[str, Any], namer: Namer) -> Function:
    """Cut the parallel loops of a derivative program; ``types`` gets those of new names.

    In parallel loops Numba checks neither indices nor divisions.
    """
    if not any(isinstance(s, For) and s.parallel for s in walk(fn.body)):
        return fn
    return replace(fn, body=_Cut(fn, types, namer).block(fn.body))


class _Cut:
    def __init__(self, fn: Function, types: dict[str, Any], namer: Namer) -> None:
        self.types, self.fresh = types, typed_namer(namer, types)
        self.aliases: Aliases = find_aliases(fn, types)
        self.least: Least = find_least(fn.body, types)
        self.ranges: dict[tuple[Atom, ...], tuple[str, str]] = {}

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        outside = dict(self.ranges)
        for stmt in block.stmts:
            if isinstance(stmt, For) and stmt.parallel:
                out += self._loop(_in_one_thread(stmt))
            else:
                out.append(map_blocks(stmt, self.block))
        self.ranges = outside
        return Block(tuple(out), block.yields)

    def _ranges(self, loop: For, private: list[str], before: list[Stmt]) -> tuple[str, str]:
        """The pieces of a loop's range, and how many there are; loops over the same range share them."""
        key: tuple[Atom, ...] = loop.start, loop.stop
        if private:
            size: Atom = Const(0)
            for name in private:
                one, both = self.fresh("_t", nb.intp), self.fresh("_t", nb.intp)
                before += [Let(one, ".size", (Var(name),), loop.loc),
                           Let(both, "+", (size, Var(one)), loop.loc)]
                size = Var(both)
            repeats = any(isinstance(s, For | While) for s in loop.body.stmts)
            key = *key, size, Const(WORK_OF_LOOPS if repeats else WORK)
        if key not in self.ranges:
            pieces, count = self.fresh("pieces", nb.Array(nb.intp, 2, "C")), self.fresh("_t", nb.intp)
            op = "kernels.pieces_of_sums" if private else "kernels.pieces"
            before += [Let(pieces, op, key, loop.loc),
                       Let(count, "len", (Var(pieces),), loop.loc)]
            self.ranges[key] = pieces, count
        return self.ranges[key]

    def _loop(self, loop: For) -> list[Stmt]:
        """A loop in pieces, or as it is."""
        loop, fixed = _without_invariants(loop)
        private = shared_sums(loop, self.types, self.aliases, self.least)
        if private is None or not all(is_sum(loop, k) for k in range(len(loop.carried))):
            return [*fixed, loop]
        return [*fixed, *self._pieces(loop, private)]

    def _pieces(self, loop: For, private: list[str]) -> list[Stmt]:
        types, fresh, loc = self.types, self.fresh, loop.loc
        before: list[Stmt] = []
        pieces, count = self._ranges(loop, private, before)
        t, low, high = fresh("t", nb.intp), fresh("_t", nb.intp), fresh("_t", nb.intp)
        inside: list[Stmt] = [Let(low, "[]", (Var(pieces), Var(t), Const(0)), loc),
                              Let(high, "[]", (Var(pieces), Var(t), Const(1)), loc)]
        stores: list[Stmt] = []
        after: list[Stmt] = []
        rename: dict[str, Atom] = {}
        for name in private:
            kind = types[name]
            parts = fresh(f"{stem(name)}_parts", nb.Array(kind.dtype, kind.ndim + 1, "C"))
            part = fresh(f"{stem(name)}_part", nb.Array(kind.dtype, kind.ndim, "C"))
            others = count
            if kind.layout == "C":  # one piece adds to the array itself
                others = fresh("_t", nb.intp)
                before.append(Let(others, "-", (Var(count), Const(1)), loc))
                inside.append(Let(part, "kernels.part", (Var(name), Var(parts), Var(t)), loc))
            else:
                inside.append(Let(part, "[]", (Var(parts), Var(t)), loc))
            before.append(Let(parts, "kernels.parts", (Var(name), Var(others)), loc))
            after.append(Call("kernels.add_parts", (Var(name), Var(parts)), (0,), loc))
            rename[name] = Var(part)
        carried: list[Carried] = []
        for c in loop.carried:
            typ = types[c.phi]
            parts = fresh(f"{stem(c.phi)}_parts", nb.Array(typ, 1, "C"))
            part, total = fresh(stem(c.phi), typ), fresh("_t", typ)
            dtype = Var(f"np.{typ.name}" if not isinstance(typ, nb.Boolean) else "np.bool_")
            before.append(Let(parts, "np.empty", (Var(count), dtype), loc))
            carried.append(Carried(c.phi, scalar(typ, 0), part))
            stores.append(SetItem(Var(parts), (Var(t),), Var(part), loc=loc))
            after += [Let(total, "np.sum", (Var(parts),), loc), Let(c.result, "+", (c.init, Var(total)), loc)]
        if self._may_raise(loop.body):  # what a thread raises is lost
            done = fresh("done", nb.Array(nb.boolean, 1, "C"))
            before.append(Let(done, "np.zeros", (Var(count), Var("np.bool_")), loc))
            stores.append(SetItem(Var(done), (Var(t),), Const(True), loc=loc))
            after += self._unless_done(done, loc)
        body = self._renamed(loop.body, rename)
        inner = replace(loop, start=Var(low), stop=Var(high), carried=tuple(carried), body=body,
                        parallel=False)
        outer = For(t, Const(0), Var(count), Const(1), (), Block((*inside, inner, *stores)), loc, True)
        return [*before, outer, *after]

    def _unless_done(self, done: str, loc: Where) -> list[Stmt]:
        """Raise if a piece has not run to its end."""
        every, some = self.fresh("_t", nb.boolean), self.fresh("_t", nb.boolean)
        message = Const("an iteration of a parallel loop raised an exception")
        return [Let(every, "np.all", (Var(done),), loc), Let(some, "not", (Var(every),), loc),
                If(Var(some), Block((Raise("RuntimeError", (message,), loc),)), Block(()), (), loc)]

    def _may_raise(self, body: Block) -> bool:
        return any(isinstance(s, Call) and s.op != ".append()" or isinstance(s, Let) and self._raises(s)
                   for s in walk(body))

    def _raises(self, stmt: Let) -> bool:
        if effect_of(stmt.op) is Effect.ELEMENTWISE:  # of arrays: their shapes may not fit
            return is_array(self.types.get(stmt.target))
        quiet = effect_of(stmt.op) in (Effect.PURE, Effect.VIEW, Effect.INDEX) or stmt.op == "kernels.stack"
        return not quiet

    def _renamed(self, block: Block, rename: Mapping[str, Atom]) -> Block:
        """A body with other arrays; the types of views of them follow."""
        if not rename:
            return block

        def atom(a: Atom) -> Atom:
            return rename.get(a.name, a) if isinstance(a, Var) else a

        body = Block(tuple(map_atoms(s, atom) for s in block.stmts), tuple(map(atom, block.yields)))
        for stmt in walk(body):
            if isinstance(stmt, Let) and is_view(stmt, self.types) and stmt.op != "id":
                kinds = tuple(nb.literal(a.value) if isinstance(a, Const) and type(a.value) is int
                              else type_of(a, self.types) for a in stmt.args)
                try:
                    self.types[stmt.target] = result_type(stmt.op, kinds)
                except TypingError:
                    continue
        return body


def _in_one_thread(loop: For) -> For:
    """The loop, with ordinary loops inside."""

    def block(b: Block) -> Block:
        return Block(tuple(statement(s) for s in b.stmts), b.yields)

    def statement(stmt: Stmt) -> Stmt:
        stmt = map_blocks(stmt, block)
        return replace(stmt, parallel=False) if isinstance(stmt, For) else stmt

    return replace(loop, body=block(loop.body), parallel=False)


def _without_invariants(loop: For) -> tuple[For, list[Stmt]]:
    """The loop without carried values that stay what they are; these are bound before it."""
    kept, yields, fixed = [], [], list[Stmt]()
    rename: dict[str, Atom] = {}
    for c, last in zip(loop.carried, loop.body.yields, strict=True):
        if last == Var(c.phi):
            fixed.append(Let(c.result, "id", (c.init,), loop.loc))
            rename[c.phi] = Var(c.result)
        else:
            kept.append(c)
            yields.append(last)

    def atom(a: Atom) -> Atom:
        return rename.get(a.name, a) if isinstance(a, Var) else a

    body = Block(tuple(map_atoms(s, atom) for s in loop.body.stmts), tuple(map(atom, yields)))
    return replace(loop, carried=tuple(kept), body=body), fixed
