"""How a loop touches memory, and whether its iterations can run in any order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..core.ir import (
    Atom,
    Block,
    Call,
    Const,
    For,
    Let,
    Raise,
    SetItem,
    Stmt,
    Var,
    While,
    blocks_of,
    bound_in,
    names_in,
)
from ..core.ops import Effect, effect_of
from ..core.types import Types, is_array, type_of
from .alias import Aliases
from .least import Least

Kind = Literal["load", "store", "add", "other"]


@dataclass(frozen=True)
class Access:
    """One statement's access to an array; ``index`` is empty where it is to the whole."""

    kind: Kind
    array: str
    index: tuple[Atom, ...] = ()


def accesses(block: Block, types: Types) -> Iterator[Access]:
    """Every access of a block to memory, nested ones included."""
    for stmt in block.stmts:
        yield from _of(stmt, types)
        for inner in blocks_of(stmt):
            yield from accesses(inner, types)


def _of(stmt: Stmt, types: Types) -> Iterator[Access]:
    match stmt:
        case SetItem(array=Var(name), index=index, accumulate=accumulate):
            yield Access("add" if accumulate else "store", name, index)
        case Let(op="[]", args=(Var(name), *index), target=target) if is_array(types.get(name)):
            if not is_array(types.get(target)):
                yield Access("load", name, tuple(index))
        case Let(op=op, args=args) if effect_of(op) not in (Effect.PURE, Effect.VIEW, Effect.FRESH):
            yield from (Access("other", a.name) for a in args
                        if isinstance(a, Var) and not _is_number(a, types))
        case Call(args=args) | Raise(args=args):
            yield from (Access("other", a.name) for a in args
                        if isinstance(a, Var) and not _is_number(a, types))


def _is_number(atom: Atom, types: Types) -> bool:
    """Is it a number, or a tuple of numbers: nothing that memory is reached through?"""
    return _holds_numbers(type_of(atom, types))


def _holds_numbers(kind: object) -> bool:
    from numba import types as nb

    if isinstance(kind, nb.BaseTuple):
        return all(map(_holds_numbers, kind.types))
    return isinstance(kind, (nb.Number, nb.Boolean))


def offsets(body: Block, index: str) -> Mapping[str, int]:
    """The names of a loop's body that are its index plus a constant: name -> constant."""
    known = {index: 0}
    for stmt in body.stmts:
        match stmt:
            case Let(target=target, op="+", args=(Var(name), Const(k))) if name in known and type(k) is int:
                known[target] = known[name] + k
            case Let(target=target, op="+", args=(Const(k), Var(name))) if name in known and type(k) is int:
                known[target] = known[name] + k
            case Let(target=target, op="-", args=(Var(name), Const(k))) if name in known and type(k) is int:
                known[target] = known[name] - k
    return known


def lets_behind(stmts: Sequence[Stmt], atoms: Iterable[Atom]) -> list[Let]:
    """The bindings among statements that atoms follow from, in order."""
    needed = {a.name for a in atoms if isinstance(a, Var)}
    found: list[Let] = []
    for stmt in reversed(stmts):
        if isinstance(stmt, Let) and stmt.target in needed:
            needed |= {a.name for a in stmt.args if isinstance(a, Var)}
            found.append(stmt)
    return found[::-1]


def any_order(loop: For, types: Types, aliases: Aliases, least: Least) -> bool:
    """May the iterations run in any order, up to the rounding of sums?

    They may if the loop carries nothing but sums, and every piece of memory is only read, or only
    added to, or touched by one iteration only. ``least`` tells which indices cannot be negative: an
    iteration has a slot of its own only if no index counts from the end.
    """
    if any(not is_sum(loop, k) for k in range(len(loop.carried))):
        return False
    if any(isinstance(s, (Call, Raise, While)) for s in _walk(loop.body)):
        return False
    place = offsets(loop.body, loop.index)
    found = list(accesses(loop.body, types))
    inside = set(bound_in(loop.body))
    for group in _groups(found, aliases, inside):
        kinds = {a.kind for a in group}
        if kinds in ({"load"}, {"add"}):
            continue
        # An element's index tells where it is only in an array that is the same in every iteration.
        if group[0].array in inside or not _own_slot(group, place, least.get(loop.index)):
            return False
    return True


def _walk(block: Block) -> Iterator[Stmt]:
    for stmt in block.stmts:
        yield stmt
        for inner in blocks_of(stmt):
            yield from _walk(inner)


def _groups(found: Sequence[Access], aliases: Aliases, inside: set[str]) -> list[list[Access]]:
    """Accesses that may meet in memory, together."""
    groups: list[list[Access]] = []
    for access in found:
        meets = [g for g in groups if any(_meet(access, other, aliases, inside) for other in g)]
        joined = [access, *(a for g in meets for a in g)]
        groups = [g for g in groups if g not in meets] + [joined]
    return groups


def _meet(a: Access, b: Access, aliases: Aliases, inside: set[str]) -> bool:
    if not inside.isdisjoint((aliases.root(a.array), aliases.root(b.array))):
        # What is apart at any one time may be the same in different iterations.
        if aliases.of(Var(a.array)) & aliases.of(Var(b.array)):
            return True
    return a.array == b.array or aliases.may_share(Var(a.array), Var(b.array)) or not (
        aliases.of(Var(a.array)) and aliases.of(Var(b.array))
    )


def _own_slot(group: Sequence[Access], place: Mapping[str, int], first: int | None) -> bool:
    """Does every iteration keep to a slice of its own, found by one dimension of the index?"""
    if first is None or len({a.array for a in group}) != 1 or any(a.kind == "other" for a in group):
        return False
    rank = min(len(a.index) for a in group)
    for k in range(rank):
        shifts = {place.get(a.index[k].name) if isinstance(a.index[k], Var) else None  # type: ignore
                  for a in group}
        shift = shifts.pop()
        if not shifts and shift is not None and first + shift >= 0:
            return True
    return False


def is_sum(loop: For, k: int) -> bool:
    """Is a carried value a sum: added to, subtracted from, and read by nothing else?"""
    return sum_chain(loop, k) is not None


def sum_chain(loop: For, k: int) -> list[tuple[For, str]] | None:
    """The additions (or subtractions) that a carried sum goes through: the loop around each, its name."""
    uses: dict[str, int] = {}
    for name in names_in(loop.body):
        uses[name] = uses.get(name, 0) + 1
    current, chain = loop.carried[k].phi, []
    last = loop.body.yields[k]
    for stmt in loop.body.stmts:
        match stmt:
            case Let(target=target, op="+" | "kernels.plus", args=(a, b)) if (
                Var(current) in (a, b) and a != b
            ):
                chain.append((loop, target))
            case Let(target=target, op="-", args=(a, b)) if Var(current) == a != b:
                chain.append((loop, target))
            case For(carried=carried) if any(c.init == Var(current) for c in carried):
                inner = next(j for j, c in enumerate(carried) if c.init == Var(current))
                deeper = sum_chain(stmt, inner)
                if deeper is None:
                    return None
                chain += deeper
                target = carried[inner].result
            case _:
                continue
        if uses.get(current) != 1:
            return None
        current = target
    if last != Var(current) or uses.get(current) != 1 or not chain:
        return None
    return chain
