"""Costly values that wait for the reverse sweep in memory that lies idle.

Requires: verified, typed Core after `fresh`.
Ensures:  the same meaning. Where a nest of the reverse sweep computes a costly function of what a nest of
          the forward sweep computed it of, and then stores into a shadow that was empty, the forward nest
          leaves the value in the shadow, and the reverse nest takes it from there.

``s += exp(x[i])`` and then ``x_bar = np.empty_like(x)``, ``x_bar[i] = exp(x[i]) * t`` becomes
``x_bar[i] = e; s += e`` and then ``x_bar[i] = x_bar[i] * t``. Nothing is allocated that was not allocated
before, so this is cheaper than both a tape and the second call.

It takes a proof. Both nests are in one block, run over the same indices, and have no branch around the two
calls. The arguments are the same expression of constants, of the indices, of names from before the first
nest, and of elements of arrays; and between the two nobody writes into the memory of these arrays. The
reverse nest stores into each element of the shadow once (`fresh` has shown that), after it has taken the
value that is there, and the shadow is named nowhere between its allocation and that nest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..core.ir import (
    Atom,
    Block,
    Call,
    Const,
    For,
    Function,
    Let,
    SetItem,
    Stmt,
    Var,
    bound_in,
    names_in,
    walk,
)
from ..core.ops import Effect, effect_of
from ..core.types import Types, is_array, is_number
from .lengths import Lengths

#: functions of numbers that cost more than to store a number where one is stored anyway, and to load it
COSTLY = frozenset(
    f"{module}.{name}" for module in ("math", "np")
    for name in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "tanh", "sinh",
                 "cosh", "arctan", "atan", "arcsinh", "asinh", "erf", "erfc", "cbrt")
)

_SAME = frozenset(("kernels.row", "kernels.at_least", "id"))
_LONGEST = 40


def lend_shadows(fn: Function, types: Types, shadows: set[str]) -> Function:
    """Let values of the forward sweep wait in shadows; of the statements of the function itself."""
    stmts = list(fn.body.stmts)
    for name in [s.target for s in stmts if isinstance(s, Let) and s.target in shadows]:
        made = _Lender(replace(fn, body=Block(tuple(stmts), fn.body.yields)), types, name).lent()
        stmts = stmts if made is None else made
    return replace(fn, body=Block(tuple(stmts), fn.body.yields))


class _Nest:
    """Loops, each of which is in the body of the one before, and what their bodies bind without a branch."""

    def __init__(self, loops: Sequence[For], place: int) -> None:
        self.loops, self.place = tuple(loops), place
        self.level = {loop.index: k for k, loop in enumerate(loops)}
        self.lets = {s.target: s for loop in loops for s in loop.body.stmts if isinstance(s, Let)}
        self.inside = {*bound_in(Block((loops[0],)))}


class _Lender:
    """One shadow, and the nests before and behind it."""

    def __init__(self, fn: Function, types: Types, shadow: str) -> None:
        self.types, self.shadow = types, shadow
        self.stmts = fn.body.stmts
        self.params = {*fn.params}
        self.lengths = Lengths(fn, types)
        self.lets = {s.target: s for s in walk(fn.body) if isinstance(s, Let)}

    def lent(self) -> list[Stmt] | None:
        """The statements with the shadow lent to a value, or None."""
        born = next(k for k, s in enumerate(self.stmts) if isinstance(s, Let) and s.target == self.shadow)
        allocation = self.stmts[born]
        assert isinstance(allocation, Let)
        if allocation.op not in ("np.empty", "np.empty_like"):
            return None
        reverse = self._reverse(born)
        if reverse is None:
            return None
        store = self._store(reverse)
        if store is None:
            return None
        values = [(v, self._tree(v.args[0], reverse)) for v in self._values(reverse, store)]
        for place in range(reverse.place):
            if place < born and self._later(allocation, place):
                continue
            for forward in self._forward(place, reverse):
                for same in forward.loops[-1].body.stmts:
                    for value, tree in values:
                        if (tree is not None and isinstance(same, Let) and same.op == value.op
                                and len(same.args) == 1 and not same.keywords
                                and self.types.get(same.target) == self.types[value.target]
                                and self._tree(same.args[0], forward) == tree
                                and self._undisturbed(forward, reverse, tree)):
                            return self._written(born, forward, same, reverse, value, store)
        return None

    # --- recognising ------------------------------------------------------------------------------

    def _reverse(self, born: int) -> _Nest | None:
        """The nest that is the first to use the shadow, and only in its innermost body."""
        for k in range(born + 1, len(self.stmts)):
            if self._uses(self.stmts[k]):
                for nest in self._nests(k):
                    chain = {id(loop) for loop in nest.loops}
                    if all(_from_0(loop) for loop in nest.loops) and not any(
                            self._uses(s) for loop in nest.loops[:-1] for s in loop.body.stmts
                            if id(s) not in chain):
                        return nest
                return None
        return None

    def _uses(self, stmt: Stmt) -> bool:
        return self.shadow in names_in(Block((stmt,)))

    def _nests(self, place: int) -> Iterator[_Nest]:
        """The chains of loops in a statement that are as deep as the shadow has axes."""
        def chains(stmt: Stmt, outer: tuple[For, ...]) -> Iterator[_Nest]:
            if not isinstance(stmt, For) or stmt.parallel:
                return
            loops = (*outer, stmt)
            if len(loops) == self.types[self.shadow].ndim:
                yield _Nest(loops, place)
                return
            for inner in stmt.body.stmts:
                yield from chains(inner, loops)

        yield from chains(self.stmts[place], ())

    def _store(self, nest: _Nest) -> SetItem | None:
        """What the innermost body first stores into the shadow: at the indices, all different.

        All that it does with the shadow is to store at this place, or to add.
        """
        uses = [s for s in nest.loops[-1].body.stmts if self._uses(s)]
        first = uses[0] if uses else None
        if not isinstance(first, SetItem) or first.accumulate:
            return None
        for use in uses:
            at_place = isinstance(use, SetItem) and use.array == Var(self.shadow) and use.index == first.index
            if not at_place or Var(self.shadow) in (*use.index, use.value):  # type: ignore[union-attr]
                return None
        axes = [self._level(a, nest) for a in first.index]
        if None in axes or sorted(axes) != list(range(len(nest.loops))):  # type: ignore[type-var]
            return None
        return first

    def _level(self, atom: Atom, nest: _Nest) -> int | None:
        """Which loop's index an atom is."""
        while isinstance(atom, Var) and atom.name not in nest.level:
            let = nest.lets.get(atom.name)
            if let is None or let.op not in _SAME:
                return None
            atom = let.args[0]
        return nest.level[atom.name] if isinstance(atom, Var) else None

    def _values(self, nest: _Nest, store: SetItem) -> Iterator[Let]:
        """The costly values that the innermost body computes before the store."""
        for stmt in nest.loops[-1].body.stmts:
            if stmt is store:
                return
            if isinstance(stmt, Let) and stmt.op in COSTLY and len(stmt.args) == 1 and not stmt.keywords:
                if self.types.get(stmt.target) == self.types[self.shadow].dtype:
                    yield stmt

    def _forward(self, place: int, reverse: _Nest) -> Iterator[_Nest]:
        """The nests of a statement that run over the same indices."""
        wanted = [self.lengths.trips(loop) for loop in reverse.loops]
        for nest in self._nests(place):
            if None not in wanted and all(map(_from_0, nest.loops)) and (
                    [self.lengths.trips(loop) for loop in nest.loops] == wanted):
                yield nest

    def _later(self, allocation: Let, place: int) -> bool:
        """Does an allocation need what is not there yet before a statement?"""
        bound = {n for s in self.stmts[place:] for n in bound_in(Block((s,)))}
        return any(isinstance(a, Var) and a.name in bound for a in allocation.args)

    def _tree(self, atom: Atom, nest: _Nest, depth: int = 0) -> Any:
        """The expression that an atom stands for, or None if that is not known."""
        if isinstance(atom, Const):
            return "constant", type(atom.value), repr(atom.value)
        if not isinstance(atom, Var) or depth > _LONGEST:
            return None
        if atom.name in nest.level:
            return "index", nest.level[atom.name]
        if atom.name not in nest.inside:
            return "name", atom.name
        let = nest.lets.get(atom.name)
        if let is None or let.keywords:
            return None
        if let.op in _SAME:
            return self._tree(let.args[0], nest, depth + 1)
        if let.op == "[]":
            array = let.args[0]
            if not isinstance(array, Var) or not is_array(self.types.get(array.name)):
                return None
            if array.name in nest.inside or is_array(self.types.get(let.target)):
                return None
        elif effect_of(let.op) is not Effect.ELEMENTWISE or not is_number(self.types.get(let.target)):
            return None
        parts = tuple(self._tree(a, nest, depth + 1) for a in let.args)
        return None if None in parts else (let.op, str(self.types.get(let.target)), *parts)

    def _undisturbed(self, forward: _Nest, reverse: _Nest, tree: Any) -> bool:
        """Are the arrays that an expression reads the same in both nests, and the names there before?"""
        names = set(_leaves(tree))
        between = self.stmts[forward.place : reverse.place + 1]
        if names & {n for s in between for n in bound_in(Block((s,)))}:
            return False
        read = {self._root(n) for n in names if is_array(self.types.get(n))}
        written = {self._root(n) for n in _written(between, self.types)}
        if None in read or None in written:
            return False
        if any(r in self.params for r in written) and any(r in self.params for r in read):
            return False
        return not read & written

    def _root(self, name: str) -> str | None:
        """The allocation, or the parameter, whose memory an array is; None if that is not known."""
        while name not in self.params:
            let = self.lets.get(name)
            if let is None:
                return None
            effect = effect_of(let.op)
            if effect in (Effect.FRESH, Effect.READ, Effect.ELEMENTWISE):
                return name
            if effect not in (Effect.VIEW, Effect.INDEX) or not isinstance(let.args[0], Var):
                return None
            name = let.args[0].name
        return name

    # --- rewriting --------------------------------------------------------------------------------

    def _written(self, born: int, forward: _Nest, same: Let, reverse: _Nest, value: Let, store: SetItem
                 ) -> list[Stmt]:
        """The statements with the value left in the shadow, and taken from there."""
        levels = [self._level(a, reverse) for a in store.index]
        index = tuple(Var(forward.loops[k].index) for k in levels if k is not None)
        keep = SetItem(Var(self.shadow), index, Var(same.target), False, same.loc)
        take = replace(value, op="[]", args=(Var(self.shadow), *store.index))
        body = reverse.loops[-1].body.stmts
        early = [s for s in body if isinstance(s, Let) and Var(s.target) in store.index]
        change: dict[int, tuple[Stmt, ...]] = {id(s): () for s in early}
        stmts = list(self.stmts)
        stmts[forward.place] = _inside(forward.loops, {id(same): (same, keep)})
        stmts[reverse.place] = _inside(reverse.loops, change | {id(value): (*early, take)})
        if born > forward.place:
            stmts.insert(forward.place, stmts.pop(born))
        return stmts


def _from_0(loop: For) -> bool:
    """Does a loop run over all indices from 0 on, in either direction?"""
    return loop.step == Const(1) and loop.start == Const(0) or (
        loop.step == Const(-1) and loop.stop == Const(-1))


def _leaves(tree: Any) -> Iterator[str]:
    if tree[0] == "name":
        yield tree[1]
    elif tree[0] not in ("constant", "index"):
        for part in tree[2:]:
            yield from _leaves(part)


def _written(stmts: Iterable[Stmt], types: Types) -> Iterator[str]:
    """The arrays that statements may write into."""
    for stmt in walk(Block(tuple(stmts))):
        match stmt:
            case SetItem(array=Var(name)):
                yield name
            case Call(args=args):
                yield from (a.name for a in args if isinstance(a, Var) and is_array(types.get(a.name)))
            case Let(op=op, args=args, keywords=keywords) if effect_of(op) is Effect.OPAQUE or keywords:
                yield from (a.name for a in args if isinstance(a, Var) and is_array(types.get(a.name)))


def _inside(loops: Sequence[For], change: dict[int, tuple[Stmt, ...]]) -> For:
    """A nest with statements of the innermost body replaced."""
    *outer, last = loops
    stmts = tuple(new for s in last.body.stmts for new in change.get(id(s), (s,)))
    made = replace(last, body=Block(stmts, last.body.yields))
    for loop, inner in zip(reversed(outer), reversed(loops[1:]), strict=True):
        body = tuple(made if s is inner else s for s in loop.body.stmts)
        made = replace(loop, body=Block(body, loop.body.yields))
    return made
