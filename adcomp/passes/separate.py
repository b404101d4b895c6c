"""What the iterations of a parallel loop hand on to each other: sums, products and extremes, or nothing.

Requires: verified, typed Core, before `normalise`.
Ensures:  a parallel loop carries sums only, each written ``s + v`` at the end of the body. In place of a
          product or an extreme it stores what each iteration contributes, and a loop after it combines
          that, in the order of the iterations::

              for i in prange(n):              terms = np.empty(n)
                  m = max(m, f(x[i]))          for i in prange(n):
                                                   terms[i] = f(x[i])
                                               for i in range(n):
                                                   m = max(m, terms[i])

          ``a += v`` on an array adds into the array from before the loop. All else that is carried is a
          race, and refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numba import types as nb

from ..core.ir import (
    Atom,
    Block,
    Carried,
    Const,
    For,
    Function,
    If,
    Let,
    SetItem,
    Stmt,
    Undefined,
    Var,
    While,
    atoms_of,
    map_atoms,
    map_blocks,
    names_in,
    walk,
)
from ..core.names import Namer, stem, typed_namer
from ..core.ops import INPLACE
from ..core.types import dtype_name, is_array, number_class, scalar
from .races import check_races, refused
from .simplify import simplify

#: op -> the reduction that it is a step of
FAMILIES = {"+": "+", "-": "+", "*": "*", "/": "*", "max": "max", "min": "min",
            "np.maximum": "np.maximum", "np.minimum": "np.minimum"}


def separate(fn: Function, types: Mapping[str, Any], namer: Namer) -> tuple[Function, dict[str, Any]]:
    """Check the parallel loops, and give each what it carries as sums; `types` with those of new names."""
    types = dict(types)
    if not any(isinstance(s, For) and s.parallel for s in walk(fn.body)):
        return fn, types
    check_races(fn, types)
    worker = _Separate(fn, types, namer)
    body = worker.block(fn.body)
    stmts = tuple(map_atoms(s, worker.renamed) for s in body.stmts)
    body = Block(stmts, tuple(map(worker.renamed, body.yields)))
    return simplify(replace(fn, body=body)), types


class _Separate:
    def __init__(self, fn: Function, types: dict[str, Any], namer: Namer) -> None:
        self.types, self.fresh = types, typed_namer(namer, types)
        self.used = set(names_in(fn.body))
        self.rename: dict[str, Atom] = {}

    def renamed(self, atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom.name in self.rename:
            atom = self.rename[atom.name]
        return atom

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block.stmts:
            if isinstance(stmt, For) and stmt.parallel:
                out += self._loop(stmt)
            else:
                out.append(map_blocks(stmt, self.block))
        return Block(tuple(out), block.yields)

    def _loop(self, loop: For) -> list[Stmt]:
        before: list[Stmt] = []
        first: list[Stmt] = []
        last: list[Stmt] = []
        after: list[Stmt] = []
        carried: list[Carried] = []
        yields: list[Atom] = []
        inside = set(names_in(loop.body))
        for k, c in enumerate(loop.carried):
            if c.phi not in inside and c.result not in self.used:
                continue
            end = loop.body.yields[k]
            if end == Var(c.phi):
                self.rename |= {c.phi: c.init, c.result: c.init}
                continue
            steps = Reduction(loop, k, self.types)
            if steps.family is None:
                raise self._race(loop, k, steps.blame)
            if is_array(self.types.get(c.phi)):
                self.rename |= dict.fromkeys((*steps.carriers, c.result), c.init)
            elif steps.family == "+":
                start = Let(self.fresh(stem(c.phi), self.types[c.phi]), "id", (self._neutral(c.phi, "+"),))
                first.append(start)
                total = self.fresh(stem(c.phi), self.types[c.phi])
                phi = self.fresh(stem(c.phi), self.types[c.phi])
                last.append(Let(total, "+", (Var(phi), end), loop.loc))
                self.rename[c.phi] = Var(start.target)
                carried.append(Carried(phi, c.init, c.result))
                yields.append(Var(total))
            else:
                self._terms(loop, c, end, steps.family, (before, last, after))
        body = self.block(loop.body)
        return [*before, replace(loop, carried=tuple(carried),
                                 body=Block((*first, *body.stmts, *last), tuple(yields))), *after]

    def _terms(self, loop: For, c: Carried, end: Atom, family: str,
               places: tuple[list[Stmt], list[Stmt], list[Stmt]]) -> None:
        """What each iteration contributes to a product or an extreme, and the loop that combines it."""
        before, last, after = places
        typ, fresh, loc = self.types[c.phi], self.fresh, loop.loc
        self.rename[c.phi] = self._neutral(c.phi, family)
        count, trips = fresh("_t", nb.intp), fresh("n", nb.intp)
        terms = fresh(f"{stem(c.phi)}_terms", nb.Array(typ, 1, "C"))
        before += [Let(count, "-", (loop.stop, loop.start), loc),
                   Let(trips, "max", (Var(count), Const(0)), loc),
                   Let(terms, "np.empty", (Var(trips), Var(dtype_name(typ))), loc)]
        place, k = fresh("_t", nb.intp), fresh("k", nb.intp)
        last += [Let(place, "-", (Var(loop.index), loop.start), loc),
                 SetItem(Var(terms), (Var(place),), end, loc=loc)]
        phi, term, total = (fresh(stem(c.phi), typ) for _ in range(3))
        after.append(For(
            k, Const(0), Var(trips), Const(1), (Carried(phi, c.init, c.result),),
            Block((Let(term, "[]", (Var(terms), Var(k)), loc),
                   Let(total, family, (Var(phi), Var(term)), loc)), (Var(total),)), loc,
        ))

    def _neutral(self, name: str, family: str) -> Const:
        typ = self.types[name]
        if family in ("+", "*"):
            return scalar(typ, int(family == "*"))
        low = "max" in family
        if isinstance(typ, nb.Integer):
            info = np.iinfo(number_class(typ))
            return scalar(typ, int(info.min if low else info.max))
        return scalar(typ, -np.inf if low else np.inf)

    def _race(self, loop: For, k: int, blame: Stmt | None) -> Exception:
        c, end = loop.carried[k], loop.body.yields[k]
        name = stem(c.phi)
        makers = [s for s in walk(loop.body) if isinstance(s, Let) and Var(s.target) == end]
        readers = [s for s in walk(loop.body)
                   if not isinstance(s, If | For | While) and Var(c.phi) in atoms_of(s)]
        loc = ([blame] if blame is not None else readers or makers or [loop])[0].loc
        if not readers and c.phi not in names_in(loop.body):
            return refused(f"{name!r} is assigned in every iteration of a prange loop, and read after it",
                           loc, "the last iteration to run decides; use range, or store into an array")
        return refused(
            f"{name!r} is carried from one iteration of a prange loop to the next, and is no reduction", loc,
            "a reduction is changed by +=, -=, *=, /=, max or min, and not read in the loop; or use range",
        )


class Reduction:
    """The names that hold a carried value, and the op family that it is changed by; None if there is none."""

    def __init__(self, loop: For, k: int, types: Mapping[str, Any]) -> None:
        c = loop.carried[k]
        self.types = types
        self.carriers: dict[str, None] = {c.phi: None}
        self.families: set[str] = set()
        self.blame: Stmt | None = None  #: the statement that no reduction has
        self.is_array = is_array(types.get(c.phi))
        ok = not isinstance(c.init, Undefined) and self._block(loop.body)
        ok = ok and [self._holds(a) for a in loop.body.yields] == [j == k for j in range(len(loop.carried))]
        self.family = self.families.pop() if ok and len(self.families) == 1 else None

    def _holds(self, atom: Atom) -> bool:
        return isinstance(atom, Var) and atom.name in self.carriers

    def _block(self, block: Block) -> bool:
        for stmt in block.stmts:
            if not self._stmt(stmt):
                self.blame = self.blame or stmt
                return False
        return True

    def _stmt(self, stmt: Stmt) -> bool:
        held = [self._holds(a) for a in atoms_of(stmt)]
        match stmt:
            case Let(op=op, target=target) if any(held):
                if sum(held) != 1 or not self._step(op, held):
                    return False
                self.carriers[target] = None
                return True
            case If(then=then, orelse=orelse, results=results):
                if any(held) or not (self._block(then) and self._block(orelse)):
                    return False
                return self._join(results, then.yields, orelse.yields)
            case For(carried=carried) | While(carried=carried):
                if any(held[: len(held) - len(carried)]):
                    return False
                mine = held[len(held) - len(carried):]
                self.carriers |= {c.phi: None for c, m in zip(carried, mine, strict=True) if m}
                parts = [stmt.test, stmt.body] if isinstance(stmt, While) else [stmt.body]
                if not all(map(self._block, parts)):
                    return False
                if isinstance(stmt, While) and any(map(self._holds, stmt.test.yields)):
                    return False
                if [self._holds(a) for a in stmt.body.yields] != mine:
                    return False
                self.carriers |= {c.result: None for c, m in zip(carried, mine, strict=True) if m}
                return True
        return not any(held)

    def _step(self, op: str, held: Sequence[bool]) -> bool:
        if op == "id":
            return True
        if self.is_array and op not in INPLACE:
            return False
        op = INPLACE.get(op, op)
        family = FAMILIES.get(op)
        if family is None or op in ("-", "/") and not held[0] or self.is_array and family != "+":
            return False
        self.families.add(family)
        return len(self.families) == 1

    def _join(self, results: Sequence[str], then: Sequence[Atom], orelse: Sequence[Atom]) -> bool:
        for name, a, b in zip(results, then, orelse, strict=True):
            if self._holds(a) != self._holds(b):
                return False
            if self._holds(a):
                self.carriers[name] = None
        return True


__all__ = ["FAMILIES", "Reduction", "separate"]
