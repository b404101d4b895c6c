"""Copies, constants and dead code.

Requires: verified Core; with ``types``, verified typed Core.
Ensures:  the same results and the same effects on the parameters; no ``id``, no carried value that
          never changes, no branch on a literal, nothing that nobody reads. With ``types``, stores
          into arrays that nobody reads go too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..core.ir import (
    UNDEFINED,
    Atom,
    Block,
    Call,
    Checkpoints,
    Const,
    For,
    Function,
    If,
    Let,
    Raise,
    SetItem,
    Stmt,
    Undefined,
    Var,
    While,
    atoms_of,
    map_atoms,
    names_in,
)
from ..core.ops import INPLACE, Effect, effect_of
from ..core.types import Types, is_array, type_of
from .alias import Aliases, find_aliases, is_view
from .fold import fold

_REMOVABLE = frozenset(Effect) - {Effect.OPAQUE}


def simplify(fn: Function, types: Types | None = None,
             keep: Callable[[str], bool] = lambda op: False) -> Function:
    """Propagate copies, then drop what is dead, until nothing changes.

    ``keep`` tells of ops, beyond those of the tables, that may be removed when nobody reads them.
    """
    while True:
        new = drop_dead(_propagate(fn, types), types, keep)
        if new == fn:
            return new
        fn = new


# --- copies -------------------------------------------------------------------------------------


def _propagate(fn: Function, types: Types | None) -> Function:
    """``y = id(x)`` and loop-invariant carried values are replaced by what they are."""
    names: dict[str, Atom] = {}

    def resolve(atom: Atom) -> Atom:
        while isinstance(atom, Var) and atom.name in names:
            atom = names[atom.name]
        return atom

    def block(b: Block) -> Block:
        out: list[Stmt] = []
        refuted: list[str] = []  # conditions that have not raised: further on in the block they do not hold
        for stmt in b.stmts:
            out += statement(stmt)
            if out and isinstance(out[-1], If) and _raises(out[-1].then) and isinstance(out[-1].cond, Var):
                refuted.append(out[-1].cond.name)
                names[refuted[-1]] = Const(False)
        yields = tuple(map(resolve, b.yields))
        for name in refuted:
            names.pop(name, None)
        return Block(tuple(out), yields)

    def statement(stmt: Stmt) -> tuple[Stmt, ...]:
        match stmt:
            case Let(target=target, op="id", args=(atom,)):
                names[target] = resolve(atom)
                return ()
            case Let(target=target, op=op, args=args, keywords=()) if types is not None:
                folded = fold(op, tuple(map(resolve, args)), types.get(target))
                if folded is not None and type_of(folded, types) == types.get(target):
                    names[target] = folded
                    return ()
                return (_shallow(stmt, resolve),)
            case Let() | SetItem() | Call() | Raise():
                return (_shallow(stmt, resolve),)
            case If():
                return branch(stmt)
            case For() | While() if _never_runs(stmt, resolve):
                for c in stmt.carried:
                    names[c.result] = resolve(c.init)
                return block(stmt.test).stmts if isinstance(stmt, While) else ()
            case For(start=start, stop=stop, step=step):
                loop: For = _drop_invariant(stmt, names, resolve)
                return (replace(loop, start=resolve(start), stop=resolve(stop), step=resolve(step),
                                carried=_inits(loop, resolve), body=block(loop.body),
                                checkpoints=_limits(loop, resolve)),)
            case While():
                again: While = _drop_invariant(stmt, names, resolve)
                return (replace(again, carried=_inits(again, resolve), test=block(again.test),
                                body=block(again.body), checkpoints=_limits(again, resolve)),)
        raise AssertionError(stmt)

    def branch(stmt: If) -> tuple[Stmt, ...]:
        cond = resolve(stmt.cond)
        then, orelse = block(stmt.then), block(stmt.orelse)
        if isinstance(cond, Const):
            taken = then if cond.value else orelse
            for name, atom in zip(stmt.results, taken.yields, strict=True):
                names[name] = atom
            return taken.stmts
        kept = []
        for k, name in enumerate(stmt.results):
            a, b = then.yields[k], orelse.yields[k]
            if a == b or isinstance(b, Undefined) and not _local(a, then):
                names[name] = a
            elif isinstance(a, Undefined) and not _local(b, orelse):
                names[name] = b
            else:
                kept.append(k)
        pick = lambda items: tuple(items[k] for k in kept)  # noqa: E731
        return (If(cond, Block(then.stmts, pick(then.yields)), Block(orelse.stmts, pick(orelse.yields)),
                   pick(stmt.results), stmt.loc),)

    return replace(fn, body=block(fn.body))


def _never_runs(stmt: For | While, resolve: Callable[[Atom], Atom]) -> bool:
    """Is it known while compiling that a loop has no iteration?

    The test of such a ``while`` may still do something, once; it must not read what is carried.
    """
    if isinstance(stmt, For):
        bounds = [resolve(a) for a in (stmt.start, stmt.stop, stmt.step)]
        known = [a.value for a in bounds if isinstance(a, Const)]
        return len(known) == 3 and known[2] != 0 and len(range(*known)) == 0
    phis = {c.phi for c in stmt.carried}
    return resolve(stmt.test.yields[0]) == Const(False) and not phis & set(names_in(stmt.test))


def _raises(block: Block) -> bool:
    return bool(block.stmts) and isinstance(block.stmts[-1], Raise)


def _local(atom: Atom, block: Block) -> bool:
    from ..core.ir import bound_in

    return isinstance(atom, Var) and atom.name in set(bound_in(block))


def _shallow(stmt: Stmt, f: Callable[[Atom], Atom]) -> Stmt:
    return map_atoms(stmt, f)


def _inits(stmt: For | While, resolve: Callable[[Atom], Atom]):  # type: ignore[no-untyped-def]
    return tuple(replace(c, init=resolve(c.init)) for c in stmt.carried)


def _limits(stmt: For | While, resolve: Callable[[Atom], Atom]) -> Checkpoints | None:
    kept = stmt.checkpoints
    return None if kept is None else Checkpoints(resolve(kept.snapshots), resolve(kept.nbytes))


def _drop_invariant(stmt, names: dict[str, Atom], resolve: Callable[[Atom], Atom]):  # type: ignore
    """Carried values whose yield is themselves, or what they started from."""
    kept = []
    for k, c in enumerate(stmt.carried):
        last, init = stmt.body.yields[k], resolve(c.init)
        if last == Var(c.phi) or (resolve(last) == init and not isinstance(init, Undefined)):
            names[c.phi] = init
            names[c.result] = init
        else:
            kept.append(k)
    if len(kept) == len(stmt.carried):
        return stmt
    body = Block(stmt.body.stmts, tuple(stmt.body.yields[k] for k in kept))
    return replace(stmt, carried=tuple(stmt.carried[k] for k in kept), body=body)


# --- dead code ----------------------------------------------------------------------------------


def drop_dead(fn: Function, types: Types | None = None,
              keep: Callable[[str], bool] = lambda op: False) -> Function:
    """Remove what neither the results nor the memory of the parameters depend on."""
    live = _Live(fn, types, keep)
    body = Block(_sweep(fn.body.stmts, live), fn.body.yields)
    return replace(fn, body=body)


class _Live:
    """Mark phase: the names that are read, and the arrays whose contents are."""

    def __init__(self, fn: Function, types: Types | None, keep: Callable[[str], bool]) -> None:
        self.names: set[str] = set()
        self.sites: set[str] = set()
        self.types, self.keep = types, keep
        self.aliases: Aliases | None = None if types is None else find_aliases(fn, types)
        self.changed = True
        if self.aliases is not None:
            self.sites |= {n for n in fn.params} | set(fn.namespace)
            self.sites |= {  # arrays in tuples that are parameters
                s.target for s in fn.body.stmts
                if isinstance(s, Let) and s.op == "[]" and is_array(types.get(s.target))  # type: ignore
            }
        for atom in fn.body.yields:
            self.read(atom)
        while self.changed:
            self.changed = False
            self._block(fn.body)

    def use(self, atom: Atom) -> None:
        if isinstance(atom, Var) and atom.name not in self.names:
            self.names.add(atom.name)
            self.changed = True

    def read(self, atom: Atom) -> None:
        """The contents of an array count too."""
        self.use(atom)
        if self.aliases is not None:
            new = {s.name for s in self.aliases.of(atom)} - self.sites
            if new:
                self.sites |= new
                self.changed = True

    def wants(self, stmt: Stmt) -> bool:
        """Is the statement needed (for a loop or branch: for itself, not for what is inside)?"""
        match stmt:
            case Let(target=target, op=op):
                return target in self.names or not self._removable(op)
            case SetItem(array=array):
                return self._written(array)
            case Call(args=args, mutates=mutates):
                return not mutates or any(self._written(args[k]) for k in mutates)
            case Raise():
                return True
            case If(then=then, orelse=orelse, results=results):
                return any(r in self.names for r in results) or self.any(then) or self.any(orelse)
            case For(carried=carried, body=body):
                return any(c.result in self.names for c in carried) or self.any(body)
            case While(carried=carried, test=test, body=body):
                return (any(c.result in self.names for c in carried) or self.any(body)
                        or self.any(test))
        raise AssertionError(stmt)

    def _removable(self, op: str) -> bool:
        """May an op go whose result nobody reads? ``u += v`` may write into an array."""
        return (effect_of(op) in _REMOVABLE and op not in INPLACE) or self.keep(op)

    def any(self, block: Block) -> bool:
        return any(self._effect(s) for s in block.stmts)

    def _effect(self, stmt: Stmt) -> bool:
        """Does running the statement matter beyond the names that it defines?"""
        match stmt:
            case Let(op=op):
                return not self._removable(op)
            case If(then=then, orelse=orelse):
                return self.any(then) or self.any(orelse)
            case For(body=body):
                return self.any(body)
            case While(test=test, body=body):
                return self.any(test) or self.any(body)
        return self.wants(stmt)

    def _written(self, array: Atom) -> bool:
        if self.aliases is None:
            return True
        sites = self.aliases.of(array)
        return not sites or any(s.name in self.sites for s in sites)

    def _block(self, block: Block) -> None:
        for stmt in reversed(block.stmts):
            if not self.wants(stmt):
                continue
            match stmt:
                case Let(op=op, args=args):
                    only_name = effect_of(op) in (Effect.PURE, Effect.VIEW, Effect.FRESH) or (
                        self.types is not None and is_view(stmt, self.types)
                    )
                    if op == "tuple":  # it leads to arrays that nobody follows
                        only_name = False
                    for atom in args:
                        (self.use if only_name else self.read)(atom)
                case SetItem(array=array, index=index, value=value):
                    self.use(array)
                    for atom in (*index, value):
                        self.read(atom)
                case Call(args=args):
                    for atom in args:
                        self.read(atom)
                case Raise(args=args):
                    for atom in args:
                        self.read(atom)
                case If(cond=cond, then=then, orelse=orelse, results=results):
                    self.use(cond)
                    for branch in (then, orelse):
                        for name, atom in zip(results, branch.yields, strict=True):
                            if name in self.names:
                                self.use(atom)
                        self._block(branch)
                case For() | While():
                    self._loop(stmt)

    def _loop(self, stmt: For | While) -> None:
        if stmt.checkpoints is not None:
            self.use(stmt.checkpoints.snapshots)
            self.use(stmt.checkpoints.nbytes)
        if isinstance(stmt, For):
            for atom in (stmt.start, stmt.stop, stmt.step):
                self.use(atom)
        else:
            for atom in stmt.test.yields:
                self.use(atom)
        for c, last in zip(stmt.carried, stmt.body.yields, strict=True):
            if c.phi in self.names or c.result in self.names:
                self.use(last)
                self.use(c.init)
        for block in (stmt.body, *((stmt.test,) if isinstance(stmt, While) else ())):
            self._block(block)


def _sweep(stmts: tuple[Stmt, ...], live: _Live) -> tuple[Stmt, ...]:
    out: list[Stmt] = []
    for stmt in stmts:
        if not live.wants(stmt):
            continue
        match stmt:
            case If(then=then, orelse=orelse, results=results):
                kept = [k for k, r in enumerate(results) if r in live.names]
                stmt = replace(
                    stmt, then=_kept(then, kept, live), orelse=_kept(orelse, kept, live),
                    results=tuple(results[k] for k in kept),
                )
            case For(carried=carried, body=body):
                kept = _kept_carried(stmt, live)
                stmt = replace(stmt, carried=tuple(carried[k] for k in kept),
                               body=_kept(body, kept, live))
            case While(carried=carried, test=test, body=body):
                kept = _kept_carried(stmt, live)
                stmt = replace(stmt, carried=tuple(carried[k] for k in kept),
                               test=Block(_sweep(test.stmts, live), test.yields),
                               body=_kept(body, kept, live))
        out.append(stmt)
        if isinstance(stmt, Raise):
            break
    return tuple(out)


def _kept_carried(stmt: For | While, live: _Live) -> list[int]:
    return [k for k, c in enumerate(stmt.carried) if c.phi in live.names or c.result in live.names]


def _kept(block: Block, kept: list[int], live: _Live) -> Block:
    return Block(_sweep(block.stmts, live), tuple(block.yields[k] for k in kept))


__all__ = ["UNDEFINED", "atoms_of", "drop_dead", "simplify"]
