"""Nests of loops that run four iterations of an outer loop at a time.

Requires: verified, typed, simplified Core; the order of sums may change.
Ensures:  the same meaning up to the rounding of sums. A loop around innermost loops whose iterations
          may run in any order, and that then loads and stores fewer elements, becomes ::

              for k in range(0, kernels.fours(0, m, p), 4):
                  for j in range(p):
                      y[i, j] += a[i, k] * b[k, j] + a[i, k + 1] * b[k + 1, j] + ...
              for k in range(kernels.fours(0, m, p), m):
                  for j in range(p):
                      y[i, j] += a[i, k] * b[k, j]

This is "unroll and jam" (Callahan, Cocke and Kennedy, *Estimating interlock and improving balance for
pipelined architectures*, 1988): what does not depend on ``k`` is loaded and stored once for four
iterations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

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
    Var,
    While,
    blocks_of,
    bound_in,
    defined_by,
    map_atoms,
    map_blocks,
    walk,
)
from ..core.names import Namer, typed_namer
from ..core.types import is_array, type_of, zero
from .accesses import accesses, any_order
from .alias import find_aliases
from .least import find_least
from .segment import rename_block

#: iterations that run together
TOGETHER = 4

#: the loads and stores that may be left for it to be worth the longer code
WORTH = 0.75

#: statements of an innermost loop, at most
LONGEST = 16

_CHEAP = frozenset(("+", "-", "*", "neg", "[]", "kernels.plus"))
_LENGTHS = frozenset((".shape", ".size", "len", "+", "-", "*", "min", "max"))
_CHEAP_OUTSIDE = _CHEAP | _LENGTHS | {"/", "<", ">", "<=", ">=", "==", "!="}


def jam(fn: Function, types: dict[str, object], namer: Namer) -> Function:
    """Jam the nests of a derivative program; ``types`` gets those of new names."""
    return replace(fn, body=_Jam(fn, types, namer).block(fn.body))


class _Jam:
    def __init__(self, fn: Function, types: dict[str, object], namer: Namer) -> None:
        self.types, self.fresh = types, typed_namer(namer, types)
        self.aliases = find_aliases(fn, types)
        self.least = find_least(fn.body, types)

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block.stmts:
            if isinstance(stmt, For) and self._is_best(stmt):
                out += _Nest(self, stmt).jammed()
            else:
                out.append(map_blocks(stmt, self.block))
        return Block(tuple(out), block.yields)

    def _is_best(self, loop: For) -> bool:
        """Is it worth to jam this loop, rather than one in it?"""
        cost = self._cost(loop)
        return cost <= WORTH and all(
            cost < self._cost(inner) for inner in walk(loop.body) if isinstance(inner, For)
        )

    def _cost(self, loop: For) -> float:
        """The part of loads and stores that is left, or infinity where jamming is not possible."""
        inside = [s for s in walk(loop.body) if isinstance(s, For)]
        if not inside or loop.step != Const(1) or loop.parallel:
            return float("inf")
        changing = moving(loop)
        if not all(map(self._can_run_together, _direct(loop.body))) or any(
            _depends(a, changing) or not self._is_simple(a, loop.body)
            for s in inside for a in (s.start, s.stop, s.step)
        ):
            return float("inf")
        before = after = 0
        for inner in inside:
            if not any(isinstance(s, For) for s in inner.body.stmts):
                if not _is_short(inner):
                    return float("inf")
                for stores, names in self._traffic(inner):
                    if stores and names & changing:  # LLVM can't tell that four rows are apart
                        return float("inf")
                    before += (2 if stores else 1) * TOGETHER
                    after += (2 if stores else 1) * (TOGETHER if names & changing else 1)
        if not before or after > WORTH * before:
            return float("inf")
        free = any_order(loop, self.types, self.aliases, self.least)
        return after / before if free else float("inf")

    def _is_simple(self, atom: Atom, body: Block) -> bool:
        """Can it be computed before the loop?"""
        stmt = _let_of(atom, body)
        if stmt is None:
            return not isinstance(atom, Var) or atom.name not in set(bound_in(body))
        if stmt.op == "[]":
            if not isinstance(type_of(stmt.args[0], self.types), nb.BaseTuple):
                return False
        elif stmt.op not in _LENGTHS:
            return False
        return all(self._is_simple(a, body) for a in stmt.args)

    def _can_run_together(self, stmt: Stmt) -> bool:
        """Can four of a statement outside of innermost loops stand side by side?"""
        match stmt:
            case Let(op=op, target=target):
                return op in _CHEAP_OUTSIDE and not (is_array(self.types.get(target)) and op != "[]")
            case SetItem():
                return True
            case If(then=then, orelse=orelse):
                return not any(isinstance(s, For) for b in (then, orelse) for s in walk(b))
        return False

    def _traffic(self, loop: For) -> Iterator[tuple[bool, set[str]]]:
        """The accesses of an innermost loop that its index moves: whether each stores, and its names."""
        changing = moving(loop)
        for access in accesses(loop.body, self.types):
            names = {access.array, *(a.name for a in access.index if isinstance(a, Var))}
            if names & changing:
                yield access.kind != "load", names


def _direct(block: Block) -> Iterator[Stmt]:
    """The statements of a nest that are neither loops nor in an innermost one."""
    for stmt in block.stmts:
        if not isinstance(stmt, For):
            yield stmt
        elif any(isinstance(s, For) for s in stmt.body.stmts):
            yield from _direct(stmt.body)


def _is_short(loop: For) -> bool:
    return len(loop.body.stmts) <= LONGEST and loop.step == Const(1) and all(
        isinstance(s, SetItem) or isinstance(s, Let) and s.op in _CHEAP for s in loop.body.stmts
    )


def _depends(atom: Atom, names: set[str]) -> bool:
    return isinstance(atom, Var) and atom.name in names


def moving(loop: For | While, also: Iterable[str] = ()) -> set[str]:
    """The names of a loop's body that are not the same in every iteration.

    What is loaded with the same index counts as the same; ``also`` are names that are known to move.
    """
    found = {c.phi for c in loop.carried} | set(also)
    if isinstance(loop, For):
        found.add(loop.index)

    def visit(block: Block) -> None:
        for stmt in block.stmts:
            match stmt:
                case Let(target=target, args=args):
                    if any(_depends(a, found) for a in args):
                        found.add(target)
                case For(carried=carried):
                    found.update(n for c in carried for n in (c.phi, c.result))
                case _:
                    found.update(defined_by(stmt))
            for inner in blocks_of(stmt):
                visit(inner)

    for part in blocks_of(loop):
        visit(part)
    return found


def _let_of(atom: Atom, body: Block) -> Let | None:
    for stmt in walk(body):
        if isinstance(stmt, Let) and Var(stmt.target) == atom:
            return stmt
    return None


class _Nest:
    """The making of one jammed nest."""

    def __init__(self, jam: _Jam, loop: For) -> None:
        self.jam, self.loop, self.types = jam, loop, jam.types
        self.moving = moving(loop)
        self.copies: list[dict[str, Atom]] = [{} for _ in range(TOGETHER)]

    def jammed(self) -> list[Stmt]:
        """The loop that runs four iterations at a time, and the one for what is left over."""
        loop, out = self.loop, list[Stmt]()
        least = self._trips(out)
        fours = self._let(out, "fours", "kernels.fours", (loop.start, loop.stop, least), nb.intp)
        index = self.jam.fresh(loop.index, self.types[loop.index])
        steps: list[Stmt] = []
        for k, names in enumerate(self.copies):
            names[loop.index] = Var(index) if k == 0 else self._let(
                steps, loop.index, "+", (Var(index), Const(k)), self.types[loop.index])
        carried: list[Carried] = []
        for c in loop.carried:
            phi, result = (self.jam.fresh(n, self.types[n]) for n in (c.phi, c.result))
            carried.append(Carried(phi, c.init, result))
            for k, names in enumerate(self.copies):
                names[c.phi] = Var(phi) if k == 0 else zero(self.types[c.phi])
        stmts = [*steps, *self._side_by_side(loop.body)]
        yields = tuple(self._total(stmts, [self._atom(a, n) for n in self.copies]) for a in loop.body.yields)
        main = For(index, loop.start, fours, Const(TOGETHER), tuple(carried),
                   Block(tuple(stmts), yields), loop.loc)
        rest = replace(loop, start=fours, carried=tuple(
            replace(c, init=Var(m.result)) for c, m in zip(loop.carried, carried, strict=True)))
        return [*out, main, rest]

    def _trips(self, out: list[Stmt]) -> Atom:
        """The least trip count of the loops inside."""
        least: Atom | None = None
        outside: dict[str, Atom] = {}
        for inner in walk(self.loop.body):
            if isinstance(inner, For):
                start, stop = (self._outside(a, outside, out) for a in (inner.start, inner.stop))
                trips = stop if start == Const(0) else self._let(out, "_t", "-", (stop, start), nb.intp)
                if least is None:
                    least = trips
                elif trips != least:
                    least = self._let(out, "_t", "min", (least, trips), nb.intp)
        assert least is not None
        return least

    def _outside(self, atom: Atom, known: dict[str, Atom], out: list[Stmt]) -> Atom:
        """A bound of an inner loop as it is computed before the nest."""
        stmt = _let_of(atom, self.loop.body)
        if stmt is None:
            return atom
        if stmt.target not in known:
            args = tuple(self._outside(a, known, out) for a in stmt.args)
            known[stmt.target] = self._let(out, stmt.target, stmt.op, args, self.types[stmt.target])
        return known[stmt.target]

    def _side_by_side(self, block: Block) -> list[Stmt]:
        """Four copies of every statement; one where all four are the same."""
        out: list[Stmt] = []
        for stmt in block.stmts:
            match stmt:
                case Let(target=target) if target not in self.moving:
                    new = self._renamed(stmt, self.copies[0])
                    for names in self.copies:
                        names[target] = Var(new.target)  # type: ignore[union-attr]
                    out.append(new)
                case SetItem(accumulate=True) if not any(
                    _depends(a, self.moving) for a in (stmt.array, *stmt.index)
                ):
                    values = [self._atom(stmt.value, names) for names in self.copies]
                    same = self._renamed(stmt, self.copies[0])
                    out.append(replace(same, value=self._total(out, values)))  # type: ignore[arg-type]
                case For():
                    out += self._fused(stmt)
                case _:
                    out += (self._renamed(stmt, names) for names in self.copies)
        return out

    def _fused(self, loop: For) -> list[Stmt]:
        """Four copies of an inner loop as one."""
        index = self.jam.fresh(loop.index, self.types[loop.index])
        carried: list[Carried] = []
        for names in self.copies:
            names[loop.index] = Var(index)
            for c in loop.carried:
                phi, result = (self.jam.fresh(n, self.types[n]) for n in (c.phi, c.result))
                carried.append(Carried(phi, self._atom(c.init, names), result))
                names |= {c.phi: Var(phi), c.result: Var(result)}
        stmts = self._side_by_side(loop.body)
        yields = tuple(self._atom(a, names) for names in self.copies for a in loop.body.yields)
        start, stop = (self._atom(a, self.copies[0]) for a in (loop.start, loop.stop))
        before, body = self._hoisted(index, stmts, tuple(carried))
        return [*before, For(index, start, stop, loop.step, tuple(carried), Block(body, yields), loop.loc)]

    def _hoisted(self, index: str, stmts: Sequence[Stmt], carried: Sequence[Carried]
                 ) -> tuple[list[Stmt], tuple[Stmt, ...]]:
        """What an innermost loop computes anew from the same values goes before it."""
        if any(isinstance(s, For) for s in stmts):
            return [], tuple(stmts)
        inside = {index, *(c.phi for c in carried), *bound_in(Block(tuple(stmts)))}
        stored = [s.array for s in stmts if isinstance(s, SetItem)]
        before: list[Stmt] = []
        body: list[Stmt] = []
        for stmt in stmts:
            if isinstance(stmt, Let) and not any(_depends(a, inside) for a in stmt.args) and not (
                stmt.op == "[]" and any(
                    stmt.args[0] == a or self.jam.aliases.may_share(stmt.args[0], a) for a in stored)
            ):
                inside.discard(stmt.target)
                before.append(stmt)
            else:
                body.append(stmt)
        return before, tuple(body)

    def _renamed(self, stmt: Stmt, names: dict[str, Atom]) -> Stmt:
        """A copy of a statement under new names, which ``names`` gets."""
        block = Block((stmt,))
        new = {n: self.jam.fresh(n, self.types.get(n)) for n in bound_in(block)}
        known = {**names, **{n: Var(m) for n, m in new.items()}}
        names |= known
        copied = rename_block(block, new).stmts[0]
        return map_atoms(copied, lambda a: self._atom(a, known))

    def _atom(self, atom: Atom, names: Mapping[str, Atom]) -> Atom:
        return names.get(atom.name, atom) if isinstance(atom, Var) else atom

    def _total(self, out: list[Stmt], values: Sequence[Atom]) -> Atom:
        total = values[0]
        for value in values[1:]:
            total = self._let(out, "_t", "+", (total, value), type_of(total, self.types))
        return total

    def _let(self, out: list[Stmt], hint: str, op: str, args: tuple[Atom, ...], typ: object) -> Var:
        name = self.jam.fresh(hint, typ)
        out.append(Let(name, op, args))
        return Var(name)
