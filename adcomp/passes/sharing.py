"""What the iterations of a parallel loop share.

Requires: a loop of a derivative program, simplified.
Ensures:  the arrays that different iterations add to, or the answer that the iterations depend on each other
          as far as can be told.

A store in the forward sweep is to another element in every iteration: that is what `prange` says, and so are
the loads and the zeros that are its adjoint. Only additions are new in the reverse sweep: they are to what
iterations read, and those may read the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from numba import types as nb

from ..core.ir import AdjointLoc, Atom, Call, Const, For, Let, Raise, SetItem, Stmt, Var, bound_in, walk
from ..core.ops import Effect, effect_of
from ..core.types import Types, is_array, type_of
from .alias import Aliases, is_view
from .least import Least

Kind = Literal["load", "store", "add"]


@dataclass(frozen=True)
class Place:
    """An access of a loop's body to memory from outside: the array, and the index as far as it is known."""

    kind: Kind
    root: str | None  #: None if it can't be told
    array: str
    index: tuple[Atom, ...] = ()


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
        name, path = array, index or ()
        while name in self.views and name in self.inside:
            view = self.views[name]
            assert isinstance(view.args[0], Var)
            if view.op == "[]":
                first = view.args[1:]
                plain = all(isinstance(type_of(a, self.types), nb.Integer) for a in first)
                odd = any(isinstance(a, Const) and not isinstance(a.value, int) for a in first)
                path = () if odd else (*first, *path) if plain else first
            elif view.op != "id":
                path = ()
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
    """The names that are another number in every iteration, never negative: name -> how far they are off."""
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

