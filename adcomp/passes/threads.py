"""Parallel loops, cut into a piece for each thread.

Requires: verified, typed Core, simplified.
Ensures:  every loop that stays parallel runs over pieces, with a loop over the iterations of one piece inside
          it, and carries nothing: sums are added up per piece, and additions to an array that pieces share go
          into a copy for each, which are added afterwards::

              for i in prange(n):           pieces = kernels.pieces(0, n)
                  s += x[i] * w[j]          x_bar_parts = kernels.parts(x_bar, len(pieces))
                  x_bar[k] += ..            for t in prange(len(pieces)):
                                                x_bar_part = x_bar_parts[t]
                                                for i in range(pieces[t, 0], pieces[t, 1]):
                                                    s_part += x[i] * w[j]
                                                    x_bar_part[k] += ..
                                                s_parts[t] = s_part
                                            s += np.sum(s_parts)
                                            kernels.add_parts(x_bar, x_bar_parts)

          A loop for which this cannot be shown to be right is made an ordinary one.

A store in the forward sweep is to another element in every iteration: that is what `prange` says, and so are
the loads and the zeros that are its adjoint. Only additions are new in the reverse sweep: they are to what
iterations read, and those may read the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from numba import types as nb

from ..core.ir import (
    AdjointLoc,
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
    blocks_of,
    bound_in,
    map_atoms,
    map_blocks,
    walk,
)
from ..core.names import Namer, stem, typed_namer
from ..core.numba_adapter import TypingError, result_type
from ..core.ops import Effect, effect_of
from ..core.types import Types, is_array, scalar, type_of
from .accesses import is_sum
from .alias import Aliases, find_aliases, is_view
from .least import Least, find_least

Kind = Literal["load", "store", "add"]


def cut_loops(fn: Function, types: dict[str, Any], namer: Namer) -> Function:
    """Cut the parallel loops of a derivative program; ``types`` gets those of new names.

    In parallel loops Numba checks neither indices nor divisions.
    """
    if not any(isinstance(s, For) and s.parallel for s in walk(fn.body)):
        return fn
    return replace(fn, body=_Cut(fn, types, namer).block(fn.body))


@dataclass(frozen=True)
class Place:
    """An access of a loop's body to memory from outside: the array, and the index as far as it is known."""

    kind: Kind
    root: str | None  #: None if it can't be told
    array: str
    index: tuple[Atom, ...] = ()


class _Cut:
    def __init__(self, fn: Function, types: dict[str, Any], namer: Namer) -> None:
        self.types, self.fresh = types, typed_namer(namer, types)
        self.aliases: Aliases = find_aliases(fn, types)
        self.least: Least = find_least(fn.body, types)
        self.ranges: dict[tuple[Atom, Atom], tuple[str, str]] = {}

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

    def _ranges(self, loop: For, before: list[Stmt]) -> tuple[str, str]:
        """The pieces of a loop's range, and how many there are; loops over the same range share them."""
        key = loop.start, loop.stop
        if key not in self.ranges:
            pieces, count = self.fresh("pieces", nb.Array(nb.intp, 2, "C")), self.fresh("_t", nb.intp)
            before += [Let(pieces, "kernels.pieces", key, loop.loc), Let(count, "len", (Var(pieces),), loop.loc)]
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
        pieces, count = self._ranges(loop, before)
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
        inner = replace(loop, start=Var(low), stop=Var(high), carried=tuple(carried), body=body, parallel=False)
        outer = For(t, Const(0), Var(count), Const(1), (), Block((*inside, inner, *stores)), loc, True)
        return [*before, outer, *after]

    def _unless_done(self, done: str, loc: Where) -> list[Stmt]:
        """Raise if a piece has not run to its end."""
        every, some = self.fresh("_t", nb.boolean), self.fresh("_t", nb.boolean)
        message = Const("an iteration of a parallel loop raised an exception")
        return [Let(every, "np.all", (Var(done),), loc), Let(some, "not", (Var(every),), loc),
                If(Var(some), Block((Raise("RuntimeError", (message,), loc),)), Block(()), (), loc)]

    def _may_raise(self, body: Block) -> bool:
        return any(isinstance(s, Call) and s.op != ".append()"  or isinstance(s, Let) and self._raises(s) for s in walk(body))

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


# --- what iterations share ------------------------------------------------------------------------


def shared_sums(loop: For, types: Types, aliases: Aliases, least: Least) -> list[str] | None:
    """The arrays that different iterations add to; None if the iterations cannot run at the same time."""
    if any(isinstance(s, Raise) for s in walk(loop.body)):  # Numba runs such a loop in one thread
        return None
    found = _Places(loop, types, aliases).places()
    if found is None:
        return None
    backwards = isinstance(loop.loc, AdjointLoc)
    slots = _slots(loop, least)
    shared: list[str] = []
    for group in _groups(found, types, aliases):
        kinds = {p.kind for p in group}
        if "add" not in kinds or _one_to_one(group, slots):
            continue
        roots = {p.root for p in group}
        if len(roots) != 1 or None in roots:
            return None
        if kinds != {"add"}:
            if backwards:
                return None
            continue  # what the primal does, for which `prange` answers
        root = group[0].root
        assert root is not None
        if not is_array(types.get(root)):
            return None
        shared.append(root)
    return shared


class _Places:
    """Where the body of a loop touches memory that was there before."""

    def __init__(self, loop: For, types: Types, aliases: Aliases) -> None:
        self.loop, self.types, self.aliases = loop, types, aliases
        self.inside = set(bound_in(loop.body))
        self.backwards = isinstance(loop.loc, AdjointLoc)
        self.views: dict[str, Let] = {
            s.target: s for s in walk(loop.body)
            if isinstance(s, Let) and s.args and isinstance(s.args[0], Var) and is_array(types.get(s.target))
            and (is_view(s, types) or s.op == "[]")
        }

    def places(self) -> list[Place] | None:
        found: list[Place] = []
        for stmt in walk(self.loop.body):
            for kind, array, index in self._accesses(stmt):
                if kind is None:
                    return None
                place = self._place(kind, array, index)
                if place is not None:
                    found.append(place)
        return found

    def _accesses(self, stmt: Stmt) -> Iterator[tuple[Kind | None, str, tuple[Atom, ...] | None]]:
        """Kind, array and index of each access; the kind None says that nothing is known."""
        match stmt:
            case SetItem(array=Var(name), index=index, accumulate=accumulate):
                yield "add" if accumulate else "store", name, index
            case Let(op="[]", args=(Var(name), *index), target=target):
                if self._is_memory(name) and not is_array(self.types.get(target)):
                    yield "load", name, tuple(index)
            case Let(op=op, args=args):
                effect = effect_of(op)
                if effect in (Effect.PURE, Effect.VIEW, Effect.FRESH):
                    return
                known = effect is not Effect.OPAQUE or not self.backwards
                for atom in args:
                    if isinstance(atom, Var) and self._is_memory(atom.name):
                        is_list = not is_array(self.types.get(atom.name))
                        yield "load" if known and not is_list else None, atom.name, None
            case Call(op=op, args=args, mutates=mutates):
                for k, atom in enumerate(args):
                    if isinstance(atom, Var) and self._is_memory(atom.name):
                        is_list = not is_array(self.types.get(atom.name))
                        if is_list and atom.name in self.inside:
                            continue
                        kind: Kind | None = "load"
                        if k in mutates:
                            # the pullback of an array rule adds to the cotangents that it writes to
                            kind = "add" if self.backwards and not op.startswith((".", "np.")) else "store"
                        yield None if is_list else kind, atom.name, None

    def _is_memory(self, name: str) -> bool:
        return not _is_plain(self.types.get(name))

    def _place(self, kind: Kind, array: str, index: tuple[Atom, ...] | None) -> Place | None:
        """None if the memory is the iteration's own."""
        name, path, known = array, () if index is None else index, True
        while name in self.views and name in self.inside:
            view = self.views[name]
            assert isinstance(view.args[0], Var)
            if view.op == "[]":
                first = view.args[1:]
                plain = all(isinstance(type_of(a, self.types), nb.Integer) for a in first)
                odd = any(isinstance(a, Const) and not isinstance(a.value, int) for a in first)
                path = () if odd else (*first, *path) if plain else first
            elif view.op != "id":
                path, known = (), False
            name = view.args[0].name
        if name not in self.inside:
            return Place(kind, name, array, path)
        sites = self.aliases.of(Var(name)) | self.aliases.of(Var(array))
        if sites and all(s.name in self.inside for s in sites):
            return None
        if not sites and not is_array(self.types.get(name)) and name in self.inside:
            return None  # a list of this iteration
        return Place(kind, None, array)


def _is_plain(kind: object) -> bool:
    """Is a value of a type without memory of its own?"""
    if isinstance(kind, nb.BaseTuple):
        return all(map(_is_plain, kind.types))
    return not isinstance(kind, (nb.Array, nb.List, nb.ListType))


def _holds_arrays(kind: object) -> bool:
    if isinstance(kind, nb.List):
        return is_array(kind.dtype) or isinstance(kind.dtype, nb.List) and _holds_arrays(kind.dtype)
    return not _is_plain(kind)


def _groups(found: list[Place], types: Types, aliases: Aliases) -> list[list[Place]]:
    """Accesses that may meet in memory, together."""
    groups: list[list[Place]] = []
    for place in found:
        meets = [g for g in groups if any(_meet(place, other, types, aliases) for other in g)]
        groups = [g for g in groups if g not in meets] + [[place, *(p for g in meets for p in g)]]
    return groups


def _meet(a: Place, b: Place, types: Types, aliases: Aliases) -> bool:
    if a.root is not None and a.root == b.root:
        return True
    if a.root is not None and b.root is not None and not (_holds_arrays(types.get(a.root))
                                                          and _holds_arrays(types.get(b.root))):
        return False  # the tape of a list
    mine, others = aliases.of(Var(a.root or a.array)), aliases.of(Var(b.root or b.array))
    if a.root is not None and b.root is not None and mine and others:
        return aliases.may_share(Var(a.root), Var(b.root))
    return not mine or not others or not {s.name for s in mine}.isdisjoint({s.name for s in others})


def _slots(loop: For, least: Least) -> dict[str, object]:
    """The names that are another number in every iteration, and never negative: name -> how far they are off."""
    first = least.get(loop.index)
    found: dict[str, object] = {}
    if first is not None and first >= 0:
        found[loop.index] = 0
    inside = {loop.index, *bound_in(loop.body)}
    for stmt in loop.body.stmts:
        match stmt:
            case Let(target=target, op="-", args=(Var(name), Var() as start)) if (
                name == loop.index and start == loop.start and start.name not in inside
            ):
                found[target] = ("-", start)
            case Let(target=target, op="+" | "-" as op, args=(Var(name), Const(k))) if (
                name == loop.index and type(k) is int and first is not None
            ):
                shift = k if op == "+" else -k
                if first + shift >= 0:
                    found[target] = shift
    return found


def _one_to_one(group: list[Place], slots: Mapping[str, object]) -> bool:
    """Does every iteration keep to a slice of its own, found by one axis of the index?"""
    if len({p.root for p in group}) != 1 or group[0].root is None:
        return False
    for k in range(min(len(p.index) for p in group)):
        shifts = {slots.get(a.name) if isinstance(a := p.index[k], Var) else None for p in group}
        if len(shifts) == 1 and None not in shifts:
            return True
    return False


__all__ = ["cut_loops", "shared_sums"]
