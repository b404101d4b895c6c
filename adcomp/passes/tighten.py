"""Reverse loops in the form that LLVM vectorises.

Requires: verified, typed Core, simplified.
Ensures:  the same meaning up to the rounding of sums of cotangents:

* a loop whose iterations may run in any order runs upwards;
* ``x_bar[k] += v`` with the same ``k`` in every iteration is summed in a scalar, and added once;
* additions to neighbouring elements, ``x_bar[i - 1] += ..; x_bar[i] += ..``, are gathered (see
  :mod:`adcomp.passes.gather`), or get a loop each: each vectorises, and together they do not;
* a loop over rows that stays downwards hides that from LLVM (see ``_hide_row``);
* a sum that nothing else reads is added up in any order (``kernels.plus``);
* LLVM knows which indices are not negative (see :mod:`adcomp.passes.natural`).

The order of a sum in the forward sweep is changed only when ``reorder`` allows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from numba import types as nb

from ..core.ir import (
    AdjointLoc,
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
    blocks_of,
    bound_in,
    map_atoms,
    map_blocks,
)
from ..core.names import Namer, typed_namer
from ..core.types import cotangent_type, type_of, zero
from .accesses import Access, accesses, any_order, offsets, sum_chain
from .alias import Aliases, find_aliases
from .gather import gather
from .least import find_least
from .natural import mark_natural
from .plan import is_expensive
from .scatter import reads_written

MOST_PIECES = 12


def tighten(fn: Function, types: dict[str, object], namer: Namer, *, reorder: bool) -> Function:
    """Rewrite the loops of a derivative program; ``types`` gets those of new names."""
    for step in (_ascend, _neighbours, _promote):
        worker = _Tighten(fn, types, namer)
        fn = replace(fn, body=worker.block(fn.body, step))
    worker = _Tighten(fn, types, namer)
    fn = replace(fn, body=_reassociate(worker, fn.body, reorder))
    worker = _Tighten(fn, types, namer)
    fn = replace(fn, body=worker.block(fn.body, _hide_row))
    return mark_natural(fn, types, namer)


class _Tighten:
    def __init__(self, fn: Function, types: dict[str, object], namer: Namer) -> None:
        self.types, self.fresh = types, typed_namer(namer, types)
        self.aliases: Aliases = find_aliases(fn, types)
        self.least = find_least(fn.body, types)
        self.given = {*fn.params, *fn.namespace}

    def block(self, block: Block, step: Callable[[_Tighten, For, Block], list[Stmt]]) -> Block:
        out: list[Stmt] = []
        for stmt in block.stmts:
            stmt = map_blocks(stmt, lambda b: self.block(b, step))
            if isinstance(stmt, For) and isinstance(stmt.loc, AdjointLoc) and not stmt.parallel:
                out += step(self, stmt, Block(tuple(out)))
            else:
                out.append(stmt)
        return Block(tuple(out), block.yields)


# --- direction ----------------------------------------------------------------------------------


def _ascend(self: _Tighten, loop: For, before: Block) -> list[Stmt]:
    if loop.step != Const(-1) or not any_order(loop, self.types, self.aliases, self.least):
        return [loop]
    out: list[Stmt] = []
    bounds = []
    for atom in (loop.stop, loop.start):
        bounds.append(_plus_one(self, atom, before, out))
    return [*out, replace(loop, start=bounds[0], stop=bounds[1], step=Const(1))]


def _plus_one(self: _Tighten, atom: Atom, before: Block, out: list[Stmt]) -> Atom:
    if isinstance(atom, Const):
        return Const(atom.value + 1)
    for stmt in reversed(before.stmts):
        if isinstance(stmt, Let) and Var(stmt.target) == atom:
            if stmt.op == "-" and stmt.args[1] == Const(1):
                return stmt.args[0]
            break
    name = self.fresh("_t", nb.intp)
    out.append(Let(name, "+", (atom, Const(1))))
    return Var(name)


# --- additions to neighbours --------------------------------------------------------------------


def _neighbours(self: _Tighten, loop: For, before: Block) -> list[Stmt]:
    found = gather(loop, self.types, self.aliases, self.least, self.fresh, self.given)
    if found is None:
        return _split(self, loop)
    gathered, rest = found
    return [*gathered, *(_split(self, rest) if rest else [])]


def _split(self: _Tighten, loop: For) -> list[Stmt]:
    if loop.step != Const(1) or not all(isinstance(s, (Let, SetItem)) for s in loop.body.stmts):
        return [loop]
    if not any_order(loop, self.types, self.aliases, self.least):
        return [loop]
    adds = [s for s in loop.body.stmts if isinstance(s, SetItem) and s.accumulate]
    place = offsets(loop.body, loop.index)
    spread = [s for s in adds if _has_neighbour(s, adds, place, self.aliases)]
    if not 1 < len(spread) <= MOST_PIECES or _is_costly(loop, spread):
        return [loop]
    found = list(accesses(loop.body, self.types))
    if not all(_only_added(self, s, found) for s in spread) or reads_written(
        loop, spread, self.aliases, self.types
    ):  # the pieces would run before that
        return [loop]
    pieces: dict[tuple[Atom, ...], list[SetItem]] = {}
    for s in spread:
        pieces.setdefault((s.array, *s.index), []).append(s)
    rest = [s for s in loop.body.stmts if not any(s is x for x in spread)]
    last = replace(loop, body=Block(tuple(rest), loop.body.yields))
    return [*(_piece(self, loop, group) for group in pieces.values()), last]


def _has_neighbour(s: SetItem, adds: list[SetItem], place: object, aliases: Aliases) -> bool:
    """Is there another addition to memory of the same array, at another element?"""
    return any(
        other.index != s.index and (other.array == s.array or aliases.may_share(other.array, s.array))
        for other in adds
    ) and _moves(s, place)


def _moves(s: SetItem, place: object) -> bool:
    """Does the last index follow the loop, so that the additions are to a run of elements?"""
    last = s.index[-1] if s.index else None
    return isinstance(last, Var) and last.name in place  # type: ignore[operator]


def _is_costly(loop: For, pieces: list[SetItem]) -> bool:
    """Would the pieces repeat calls that are not cheap?"""
    return any(
        isinstance(s, Let) and (is_expensive(s.op) or s.op.startswith(("math.", "np.", "exp", "log"))
                                or s.op.endswith(("64", "_64")) or s.op == "**")
        for s in loop.body.stmts
    )


def _piece(self: _Tighten, loop: For, adds: list[SetItem]) -> For:
    """The loop with these additions only, under new names."""
    names = {n: self.fresh(n, self.types.get(n)) for n in (loop.index, *bound_in(loop.body))}

    def atom(a: Atom) -> Atom:
        return Var(names[a.name]) if isinstance(a, Var) and a.name in names else a

    stmts: list[Stmt] = []
    for stmt in loop.body.stmts:
        if isinstance(stmt, Let):
            stmts.append(replace(map_atoms(stmt, atom), target=names[stmt.target]))  # type: ignore
        elif any(stmt is x for x in adds):
            stmts.append(map_atoms(stmt, atom))
    phis = {c.phi for c in loop.carried}
    kept: list[Stmt] = []
    tainted = {names.get(p, p) for p in phis} | phis
    for stmt in stmts:
        reads = {a.name for a in getattr(stmt, "args", ()) if isinstance(a, Var)}
        if isinstance(stmt, Let) and reads & tainted:
            tainted.add(stmt.target)
            continue
        kept.append(stmt)
    return replace(loop, index=names[loop.index], carried=(), body=Block(tuple(kept)))


# --- additions to one element -------------------------------------------------------------------


def _promote(self: _Tighten, loop: For, before: Block) -> list[Stmt]:
    inside = {loop.index, *bound_in(loop.body)} | {c.phi for c in loop.carried}
    found = list(accesses(loop.body, self.types))
    groups: dict[tuple[Atom, ...], list[int]] = {}
    for k, stmt in enumerate(loop.body.stmts):
        if isinstance(stmt, SetItem) and stmt.accumulate and _is_fixed(stmt, inside):
            if _only_added(self, stmt, found):
                groups.setdefault((stmt.array, *stmt.index), []).append(k)
    if not groups or loop.step not in (Const(1), Const(-1)):
        return [loop]
    stmts = list(loop.body.stmts)
    carried, yields = list(loop.carried), list(loop.body.yields)
    after: list[Stmt] = []
    for (array, *index), places in groups.items():
        assert isinstance(array, Var)
        typ = cotangent_type(self.types[array.name]).dtype  # type: ignore[attr-defined]
        phi, result = self.fresh("sum", typ), self.fresh("sum", typ)
        current = phi
        for k in places:
            stmt = stmts[k]
            assert isinstance(stmt, SetItem)
            following = self.fresh("sum", typ)
            stmts[k] = Let(following, "+", (Var(current), stmt.value), stmt.loc)
            current = following
        carried.append(Carried(phi, zero(typ), result))
        yields.append(Var(current))
        after.append(SetItem(array, tuple(index), Var(result), True, loop.loc))
    new = replace(loop, carried=tuple(carried), body=Block(tuple(stmts), tuple(yields)))
    cond = self.fresh("_t", nb.boolean)
    op = "<" if loop.step == Const(1) else ">"
    return [new, Let(cond, op, (loop.start, loop.stop)),
            If(Var(cond), Block(tuple(after)), Block(()), (), loop.loc)]


def _is_fixed(stmt: SetItem, inside: set[str]) -> bool:
    atoms = (stmt.array, *stmt.index)
    return not any(isinstance(a, Var) and a.name in inside for a in atoms)


def _only_added(self: _Tighten, stmt: SetItem, found: list[Access]) -> bool:
    """Is the memory of this addition, in the whole loop, only added to?"""
    assert isinstance(stmt.array, Var)
    return all(
        a.kind == "add" for a in found
        if a.array == stmt.array.name or self.aliases.may_share(Var(a.array), stmt.array)
        or not self.aliases.of(Var(a.array))
    )


# --- loops that stay downwards ------------------------------------------------------------------


def _hide_row(self: _Tighten, loop: For, before: Block) -> list[Stmt]:
    """Hide from LLVM that the rows an outer loop visits come in descending order.

    Note [Descending rows]: LLVM hoists the check that the arrays of an inner loop do not overlap out
    of the outer loop, and checks the whole range that the rows sweep. With descending rows the check
    fails although nothing overlaps, and the inner loop runs scalar (measured: 3.5 times slower).
    """
    if loop.step != Const(-1) or not any(isinstance(s, For) for s in loop.body.stmts):
        return [loop]
    row = self.fresh(loop.index, nb.intp)

    def atom(a: Atom) -> Atom:
        return Var(row) if a == Var(loop.index) else a

    stmts = tuple(map_atoms(s, atom) for s in loop.body.stmts)
    if stmts == loop.body.stmts:
        return [loop]
    first = Let(row, "kernels.row", (Var(loop.index),))
    return [replace(loop, body=Block((first, *stmts), tuple(map(atom, loop.body.yields))))]


# --- sums ---------------------------------------------------------------------------------------


def _reassociate(self: _Tighten, block: Block, reorder: bool) -> Block:
    types = self.types
    chosen: set[str] = set()

    def visit(b: Block) -> None:
        for stmt in b.stmts:
            if isinstance(stmt, For) and (reorder or isinstance(stmt.loc, AdjointLoc)):
                for k, c in enumerate(stmt.carried):
                    chain = sum_chain(stmt, k) if isinstance(types.get(c.phi), nb.Float) else None
                    for _, name in chain or ():
                        if isinstance(types.get(name), nb.Float) and types[name] == types[c.phi]:
                            chosen.add(name)
            for inner in blocks_of(stmt):
                visit(inner)

    visit(block)

    def rewrite(b: Block) -> Block:
        out: list[Stmt] = []
        for stmt in b.stmts:
            if not isinstance(stmt, Let) or stmt.target not in chosen:
                out.append(map_blocks(stmt, rewrite))
                continue
            total, term = stmt.args
            if stmt.op == "-" and type_of(term, types) != types[stmt.target]:
                out.append(stmt)  # the negative of an integer may be another number
                continue
            if stmt.op == "-":
                negative = self.fresh("_t", types[stmt.target])
                out.append(Let(negative, "neg", (term,), stmt.loc))
                term = Var(negative)
            out.append(replace(stmt, op="kernels.plus", args=(total, term)))
        return Block(tuple(out), b.yields)

    return rewrite(block)
