"""Running maxima and minima, in blocks that are first tested as a whole.

Requires: verified, typed Core, simplified.
Ensures:  exactly the same meaning. A loop that does nothing but replace its carried values in a
          branch that it takes when a number exceeds the largest so far (or is below the smallest)
          runs in blocks; a block runs only if the condition holds somewhere in it.

``for i in range(n): if x[i] > m: m = x[i]`` is a chain of comparisons, one after the other. Random
numbers exceed their running maximum log(n) times, so nearly every block needs only the test::

    for start in range(0, n, 16):
        stop = min(start + 16, n)
        if stop - start >= 16:
            hit = False
            for i in range(start, stop):
                hit = hit | (x[np.uint64(i)] > m)
        else:
            hit = True
        if hit:
            for i in range(start, stop): if kernels.rare(x[np.uint64(i)] > m): m = x[np.uint64(i)]

What is tested is the loop's own condition. All that it reads besides the index changes in the branch
alone, and where the branch isn't taken nothing changes at all: if the condition fails everywhere in a
block with the values from before the block, it fails in each iteration. That is so for NaN too.

Note [Unsigned indices]: LLVM can't tell that the index of a block is not negative, so that Python's
wraparound, a select per load, keeps it from vectorising. An unsigned index has no wraparound. It is
used where the index is known not to be negative; elsewhere the loop stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

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
    bound_in,
    map_atoms,
    map_blocks,
)
from ..core.names import Namer, typed_namer
from ..core.ops import Effect, effect_of
from ..core.types import Types, is_array, is_number, type_of
from .accesses import lets_behind, offsets
from .least import Least, find_least

BLOCK = 16

#: a condition that takes more statements than this is not tested twice
LONGEST = 12

_CHEAP = frozenset(("+", "-", "*", "neg", "abs", "math.fabs", "np.abs", "np.fabs"))
_COMPARISONS = frozenset((">", ">=", "<", "<="))


def block_maxima(fn: Function, types: dict[str, object], namer: Namer) -> Function:
    """Rewrite the loops that keep a maximum or a minimum; ``types`` gets those of new names."""
    least = find_least(fn.body, types)

    def block(b: Block) -> Block:
        return Block(tuple(statement(s) for s in b.stmts), b.yields)

    def statement(stmt: Stmt) -> Stmt:
        stmt = map_blocks(stmt, block)
        if isinstance(stmt, For):
            test = _find_test(stmt, types, least)
            if test is not None:
                return _Blocked(stmt, test, types, namer).loop()
        return stmt

    return replace(fn, body=block(fn.body))


# --- recognising --------------------------------------------------------------------------------


def _find_test(loop: For, types: Types, least: Least) -> tuple[Let, ...] | None:
    """The statements that compute the condition of a running maximum, or None if it isn't one."""
    branches = [s for s in loop.body.stmts if isinstance(s, If)]
    if len(branches) != 1 or not _fits(loop, branches[0], types):
        return None
    before = loop.body.stmts[:loop.body.stmts.index(branches[0])]
    test = tuple(lets_behind(before, [branches[0].cond]))
    lets = {s.target: s for s in test}
    found = [_kind(s, branches[0], loop, lets) for s in _alternatives(branches[0].cond, lets)]
    if None in found or "maximum" not in found or len(test) > LONGEST:
        return None
    varying = {loop.index, *bound_in(loop.body)}
    changing = {c.phi for c in loop.carried}
    place = offsets(loop.body, loop.index)
    first = least.get(loop.index, -1)
    for stmt in test:
        reads = {a.name for a in stmt.args if isinstance(a, Var)}
        if stmt.op in (*_COMPARISONS, "!=", "|"):
            if not isinstance(types.get(stmt.target), nb.Boolean):
                return None
            changing |= {stmt.target} if reads & changing else set()
        elif reads & changing or not is_number(types.get(stmt.target)):
            return None
        elif stmt.op == "[]":
            if not varying.isdisjoint(reads) and not _is_row(stmt, varying, place, first, types):
                return None
        elif stmt.op not in _CHEAP:
            return None
    return test


def _fits(loop: For, branch: If, types: Types) -> bool:
    """Is the branch all that the loop does, and does nothing happen where it isn't taken?"""
    bounds = (loop.start, loop.stop)
    if loop.step != Const(1) or loop.parallel or not loop.carried or branch.orelse.stmts:
        return False
    if any(type_of(a, types) not in (nb.intp, nb.int64) for a in (Var(loop.index), *bounds)
           if not (isinstance(a, Const) and type(a.value) is int)):
        return False
    if all(isinstance(a, Const) for a in bounds) and loop.stop.value - loop.start.value < 2 * BLOCK:  # type: ignore
        return False
    atoms = (*(c.init for c in loop.carried), *branch.then.yields, *branch.orelse.yields)
    if any(isinstance(a, Undefined) for a in atoms):
        return False
    rest = [s for s in loop.body.stmts if s is not branch]
    if not all(isinstance(s, Let) and _is_quiet(s) for s in rest):
        return False
    if not all(isinstance(s, SetItem) or isinstance(s, Let) and _is_quiet(s) for s in branch.then.stmts):
        return False
    stays = dict(zip(branch.results, branch.orelse.yields, strict=True))
    return all(
        isinstance(last, Var) and (last.name == c.phi or stays.get(last.name) == Var(c.phi))
        for c, last in zip(loop.carried, loop.body.yields, strict=True)
    )


def _is_quiet(stmt: Let) -> bool:
    return effect_of(stmt.op) is not Effect.OPAQUE


def _alternatives(cond: Atom, lets: dict[str, Let]) -> Iterator[Let | None]:
    """The comparisons of which one has to hold."""
    stmt = lets.get(cond.name) if isinstance(cond, Var) else None
    if stmt is not None and stmt.op == "|":
        for atom in stmt.args:
            yield from _alternatives(atom, lets)
    else:
        yield stmt


def _kind(stmt: Let | None, branch: If, loop: For, lets: dict[str, Let]) -> str | None:
    """Is it a comparison with a value that the branch sets to what it is compared with?

    A test for NaN beside it, ``v != v``, is rare as well.
    """
    if stmt is None or len(stmt.args) != 2:
        return None
    a, b = stmt.args
    if stmt.op == "!=" and a == b:
        return "nan"
    if stmt.op not in _COMPARISONS:
        return None
    becomes = dict(zip(branch.results, branch.then.yields, strict=True))
    for c, last in zip(loop.carried, loop.body.yields, strict=True):
        assert isinstance(last, Var)
        if Var(c.phi) in (a, b) and a != b:
            value = b if a == Var(c.phi) else a
            inside = isinstance(value, Var) and value.name in lets
            return "maximum" if inside and becomes.get(last.name) == value else None
    return None


def _is_row(stmt: Let, varying: set[str], place: Mapping[str, int], first: int, types: Types) -> bool:
    """Does a load follow the loop through contiguous memory, and never with a negative index?"""
    array, *index = stmt.args
    if not isinstance(array, Var) or array.name in varying:
        return False
    kind: Any = types.get(array.name)
    if not is_array(kind) or kind.ndim != len(index) or kind.layout not in ("C", "F"):
        return False
    if not all(isinstance(type_of(a, types), nb.Integer) for a in index):
        return False
    moving = index.pop(-1 if kind.layout == "C" else 0)
    if any(isinstance(a, Var) and a.name in varying for a in index) or not isinstance(moving, Var):
        return False
    shift = place.get(moving.name)
    return shift is not None and first >= 0 and first + shift >= 0


# --- rewriting ----------------------------------------------------------------------------------


class _Blocked:
    """A loop in blocks."""

    def __init__(
        self, loop: For, test: tuple[Let, ...], types: dict[str, object], namer: Namer
    ) -> None:
        self.original, self.test, self.types = loop, test, types
        self.fresh = typed_namer(namer, types)

    def loop(self) -> For:
        old = self.original
        start, stop, end, trips = (self.fresh(n, nb.intp) for n in ("start", "stop", "_t", "_t"))
        whole, tested, hit = (self.fresh(n, nb.boolean) for n in ("_t", "hit", "hit"))
        carried = [Carried(self.fresh(c.phi, self.types[c.phi]), c.init, c.result) for c in old.carried]
        now = tuple(Var(c.phi) for c in carried)
        again = self._unsigned(replace(self._expected(old), start=Var(start), stop=Var(stop), carried=tuple(
            Carried(c.phi, a, self.fresh(c.result, self.types[c.phi]))
            for c, a in zip(old.carried, now, strict=True)
        )), {s.target for s in self.test})
        last = tuple(Var(self.fresh(c.result, self.types[c.phi])) for c in old.carried)
        body: list[Stmt] = [
            Let(end, "+", (Var(start), Const(BLOCK))),
            Let(stop, "min", (Var(end), old.stop)),
            Let(trips, "-", (Var(stop), Var(start))),
            Let(whole, ">=", (Var(trips), Const(BLOCK))),
            If(Var(whole), Block((self._tests(start, stop, tested, now),), (Var(tested),)),
               Block((), (Const(True),)), (hit,), old.loc),
            If(Var(hit), Block((again,), tuple(Var(c.result) for c in again.carried)),
               Block((), now), tuple(a.name for a in last), old.loc),
        ]
        return replace(old, index=start, step=Const(BLOCK), carried=tuple(carried),
                       body=Block(tuple(body), last))

    def _expected(self, loop: For) -> For:
        """The loop, whose branch LLVM does not turn into selects: they would wait for each other."""
        stmts: list[Stmt] = []
        for stmt in loop.body.stmts:
            if isinstance(stmt, If):
                hint = self.fresh("_t", nb.boolean)
                stmts.append(Let(hint, "kernels.rare", (stmt.cond,)))
                stmt = replace(stmt, cond=Var(hint))
            stmts.append(stmt)
        return replace(loop, body=Block(tuple(stmts), loop.body.yields))

    def _tests(self, start: str, stop: str, result: str, now: tuple[Var, ...]) -> For:
        """The loop that only evaluates the condition, under new names."""
        old, types = self.original, self.types
        names: dict[str, Var] = {old.index: Var(self.fresh(old.index, nb.intp))}
        names |= {c.phi: a for c, a in zip(old.carried, now, strict=True)}
        stmts: list[Let] = []
        for stmt in self.test:
            new = map_atoms(stmt, lambda a: names.get(a.name, a) if isinstance(a, Var) else a)
            assert isinstance(new, Let)
            names[stmt.target] = Var(self.fresh(stmt.target, types[stmt.target]))
            stmts.append(replace(new, target=names[stmt.target].name))
        phi, following = (self.fresh("hit", nb.boolean) for _ in range(2))
        stmts.append(Let(following, "|", (Var(phi), names[self.test[-1].target])))
        return self._unsigned(For(
            names[old.index].name, Var(start), Var(stop), Const(1),
            (Carried(phi, Const(False), result),), Block(tuple(stmts), (Var(following),)), old.loc,
        ), {s.target for s in stmts})

    def _unsigned(self, loop: For, loads: set[str]) -> For:
        """See Note [Unsigned indices]: these loads were checked for it."""
        place = offsets(loop.body, loop.index)
        unsigned: dict[Atom, Var] = {}
        stmts: list[Stmt] = []
        for stmt in loop.body.stmts:
            if isinstance(stmt, Let) and stmt.target in loads and stmt.op == "[]":
                for atom in stmt.args[1:]:
                    if isinstance(atom, Var) and atom.name in place and atom not in unsigned:
                        unsigned[atom] = Var(self.fresh("_t", nb.uint64))
                        stmts.append(Let(unsigned[atom].name, "np.uint64", (atom,)))
                stmt = replace(stmt, args=tuple(unsigned.get(a, a) for a in stmt.args))
            stmts.append(stmt)
        return replace(loop, body=Block(tuple(stmts), loop.body.yields))
