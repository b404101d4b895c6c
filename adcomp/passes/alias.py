"""Which arrays a name can mean.

Requires: verified, typed Core.
Ensures:  for every name of an array, the *sites* (parameters, allocations) whose memory it may be.
          An allocation in a loop stands for one array per iteration: ``Site(name, old=False)`` is
          that of the running iteration, ``old=True`` are those of the iterations before. Two names
          may share memory only if their sites meet.

Sites are propagated through views, branches and carried values until nothing changes (Andersen's
inclusion constraints; flow-insensitive, since every name has one definition).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from numba import types as nb

from ..core.ir import (
    Atom,
    Block,
    Call,
    For,
    Function,
    If,
    Let,
    SetItem,
    Stmt,
    Var,
    While,
    blocks_of,
)
from ..core.ops import Effect, effect_of
from ..core.types import Types, is_array, type_of


@dataclass(frozen=True, slots=True)
class Site:
    """An array's origin: a parameter, a captured array, or an allocation."""

    name: str
    old: bool = False

    def aged(self) -> Site:
        return Site(self.name, True)


Sites = frozenset[Site]
NOTHING: Sites = frozenset()


def is_view(stmt: Let, types: Types) -> bool:
    """Does the statement give another name to memory of its first argument?"""
    if not is_array(types.get(stmt.target)):
        return False
    if not stmt.args or not isinstance(stmt.args[0], Var) or not is_array(types.get(stmt.args[0].name)):
        return False
    if effect_of(stmt.op) is Effect.INDEX:  # a mask or an array of indices makes a copy
        return not any(_selects(type_of(a, types)) for a in stmt.args[1:])
    return effect_of(stmt.op) is Effect.VIEW


def _selects(kind: object) -> bool:
    return isinstance(kind, (nb.Array, nb.List, nb.ListType, nb.Boolean)) or (
        isinstance(kind, nb.BaseTuple) and any(map(_selects, kind.types))
    )


def _holds_arrays(stmt: Let, types: Types) -> bool:
    """Does a NumPy function return arrays in a list? Its arrays may be views of what it was given."""
    return isinstance(types.get(stmt.target), nb.List) and stmt.op.startswith(("np.", "."))


def _from_stack(stmt: Let, types: Types) -> bool:
    """Is it an array that a tape of arrays holds?"""
    base = stmt.args[0] if stmt.op == "[]" else None
    return isinstance(base, Var) and isinstance(types.get(base.name), nb.List)


@dataclass(frozen=True)
class Aliases:
    """``sites[name]`` of every array name; ``home[site name]``: the loops around the allocation.

    ``base[name]`` is what a view was taken from. ``apart`` are pairs of names that are never the same
    array at the same time although their sites meet: buffers that a loop swaps.
    """

    sites: Mapping[str, Sites]
    home: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    base: Mapping[str, str] = field(default_factory=dict)
    apart: set[frozenset[str]] = field(default_factory=set)

    def of(self, atom: Atom) -> Sites:
        return self.sites.get(atom.name, NOTHING) if isinstance(atom, Var) else NOTHING

    def may_share(self, a: Atom, b: Atom) -> bool:
        if not self.of(a) & self.of(b):
            return False
        assert isinstance(a, Var) and isinstance(b, Var)
        return frozenset((self.root(a.name), self.root(b.name))) not in self.apart

    def root(self, name: str) -> str:
        """The name that a chain of views starts from."""
        while name in self.base:
            name = self.base[name]
        return name


def find_aliases(fn: Function, types: Types) -> Aliases:
    """The sites of every array name of a function."""
    sites: dict[str, Sites] = {}
    home: dict[str, tuple[int, ...]] = {}
    for name in fn.params:
        if is_array(types.get(name)):
            sites[name], home[name] = frozenset((Site(name),)), ()
    for name, value in fn.namespace.items():
        if hasattr(value, "dtype") and hasattr(value, "shape"):
            sites[name], home[name] = frozenset((Site(name),)), ()
    changed = True

    def add(name: str, new: Sites) -> None:
        nonlocal changed
        old = sites.get(name, NOTHING)
        if not new <= old:
            sites[name] = old | new
            changed = True

    def of(atom: Atom) -> Sites:
        return sites.get(atom.name, NOTHING) if isinstance(atom, Var) else NOTHING

    def visit(block: Block, loops: tuple[int, ...]) -> None:
        for stmt in block.stmts:
            match stmt:
                case Call(op=".append()", args=(Var(stack), value)):
                    add(stack, of(value))
                case SetItem(array=Var(stack), value=value) if isinstance(types.get(stack), nb.List):
                    add(stack, of(value))
                case Let(target=target, args=args) if _holds_arrays(stmt, types):
                    home[target] = loops
                    add(target, frozenset((Site(target),)).union(*map(of, args)))
                case Let(target=target, args=args) if is_array(types.get(target)):
                    if is_view(stmt, types) or _from_stack(stmt, types):
                        add(target, of(args[0]))
                    else:
                        home[target] = loops
                        add(target, frozenset((Site(target),)))
                case If(then=then, orelse=orelse, results=results):
                    visit(then, loops)
                    visit(orelse, loops)
                    for name, a, b in zip(results, then.yields, orelse.yields, strict=True):
                        add(name, of(a) | of(b))
                case For() | While():
                    inner = (*loops, id(stmt))
                    for part in blocks_of(stmt):
                        visit(part, inner)
                    for c, last in zip(stmt.carried, stmt.body.yields, strict=True):
                        end = of(last)
                        aged = frozenset(
                            s.aged() if _inside(home.get(s.name, ()), inner) else s for s in end
                        )
                        add(c.phi, of(c.init) | aged)
                        add(c.result, of(c.init) | end | aged)

    while changed:
        changed = False
        visit(fn.body, ())
    found = Aliases(sites, home, _bases(fn.body, types))
    _find_apart(fn.body, found)
    return found


def _bases(block: Block, types: Types) -> dict[str, str]:
    found: dict[str, str] = {}
    for stmt in block.stmts:
        if isinstance(stmt, Let) and is_view(stmt, types):
            assert isinstance(stmt.args[0], Var)
            found[stmt.target] = stmt.args[0].name
        for inner in blocks_of(stmt):
            found |= _bases(inner, types)
    return found


def _find_apart(block: Block, found: Aliases) -> None:
    """Add the pairs of names that never mean the same array at the same time.

    Two carried arrays are apart if they start apart, and if from the assumption that they are it
    follows that they are after an iteration (coinduction); so are branch results that are apart on
    both sides.
    """
    for stmt in block.stmts:
        if isinstance(stmt, If):
            for branch in (stmt.then, stmt.orelse):
                _find_apart(branch, found)
            _join_apart(stmt, found)
        elif isinstance(stmt, (For, While)):
            _loop_apart(stmt, found)


def _join_apart(stmt: If, found: Aliases) -> None:
    for k, name in enumerate(stmt.results):
        for j in range(k):
            if name in found.sites and stmt.results[j] in found.sites and not any(
                _may_be_same(b.yields[k], b.yields[j], found) for b in (stmt.then, stmt.orelse)
            ):
                found.apart.add(frozenset((name, stmt.results[j])))


def _loop_apart(stmt: For | While, found: Aliases) -> None:
    members = [(c, last) for c, last in zip(stmt.carried, stmt.body.yields, strict=True)
               if c.phi in found.sites]
    pairs = {
        (j, k) for k in range(len(members)) for j in range(k)
        if not _may_be_same(members[j][0].init, members[k][0].init, found)
    }
    known = set(found.apart)
    while True:
        found.apart.clear()
        found.apart.update(known, (frozenset((members[j][0].phi, members[k][0].phi)) for j, k in pairs))
        for inner in blocks_of(stmt):
            _find_apart(inner, found)
        bad = {(j, k) for j, k in pairs if _may_be_same(members[j][1], members[k][1], found)}
        if not bad:
            break
        pairs -= bad
    found.apart.update(frozenset((members[j][0].result, members[k][0].result)) for j, k in pairs)


def _may_be_same(a: Atom, b: Atom, found: Aliases) -> bool:
    if not (isinstance(a, Var) and isinstance(b, Var)):
        return False
    return a == b or found.may_share(a, b)


def rotation(loop: For | While, yields: Sequence[Atom]) -> dict[str, int]:
    """The carried values that only change places: ``u, v = v, u``."""
    index = {c.phi: k for k, c in enumerate(loop.carried)}
    goes = {k: index[a.name] for k, a in enumerate(yields) if isinstance(a, Var) and a.name in index}
    while True:
        kept = {k: j for k, j in goes.items() if j in goes and k in goes.values()}
        if len(set(kept.values())) != len(kept):
            doubled = {j for j in kept.values() if list(kept.values()).count(j) > 1}
            kept = {k: j for k, j in kept.items() if j not in doubled}
        if kept == goes:
            break
        goes = kept
    return {loop.carried[k].phi: k for k in goes}


def _inside(home: tuple[int, ...], loop: tuple[int, ...]) -> bool:
    return home[: len(loop)] == loop


def writes(block: Block) -> Iterator[tuple[Stmt, Atom]]:
    """The statements of a block that write memory, with the array that each writes to."""
    for stmt in block.stmts:
        match stmt:
            case SetItem(array=array):
                yield stmt, array
            case Call(args=args, mutates=mutates):
                for k in mutates:
                    yield stmt, args[k]
        for inner in blocks_of(stmt):
            yield from writes(inner)
