"""Common subexpressions: what was computed or loaded is not computed or loaded again.

Requires: verified, typed, scalarised Core.
Ensures:  the same meaning. A scalar op, a view or a load with the same operands as an earlier one
          that dominates it is the earlier one, and a load right after a store to the same element is
          the stored value; loads only while no store in between may have hit the element.

The reverse sweep profits twice: fewer values to record, and none of an element that was just written.
"""

from __future__ import annotations

from dataclasses import replace

from ..core.ir import (
    Atom,
    Block,
    Call,
    Checkpoints,
    For,
    Function,
    If,
    Let,
    SetItem,
    Stmt,
    Var,
    While,
    map_atoms,
)
from ..core.ops import Effect, effect_of
from ..core.types import Types, is_array, type_of
from .alias import Aliases, find_aliases, is_view, writes

Key = tuple[object, ...]


def reuse(fn: Function, types: Types) -> Function:
    """Remove what is computed twice."""
    return replace(fn, body=_Reuse(types, find_aliases(fn, types)).block(fn.body, {}, {}))


class _Reuse:
    def __init__(self, types: Types, aliases: Aliases) -> None:
        self.types, self.aliases = types, aliases
        self.names: dict[str, Atom] = {}

    def atom(self, atom: Atom) -> Atom:
        return self.names.get(atom.name, atom) if isinstance(atom, Var) else atom

    def block(self, block: Block, pure: dict[Key, Atom], loads: dict[Key, Atom]) -> Block:
        """``pure`` and ``loads`` are what is known on entry; ``loads`` is updated to the exit."""
        pure = dict(pure)
        out: list[Stmt] = []
        for stmt in block.stmts:
            out += self.statement(stmt, pure, loads)
        return Block(tuple(out), tuple(map(self.atom, block.yields)))

    def statement(self, stmt: Stmt, pure: dict[Key, Atom], loads: dict[Key, Atom]) -> list[Stmt]:
        match stmt:
            case If():
                then_loads, else_loads = dict(loads), dict(loads)
                stmt = replace(
                    stmt, cond=self.atom(stmt.cond), then=self.block(stmt.then, pure, then_loads),
                    orelse=self.block(stmt.orelse, pure, else_loads),
                )
                kept = {k: v for k, v in loads.items()
                        if then_loads.get(k) == v and else_loads.get(k) == v}
                loads.clear()
                loads.update(kept)
                return [stmt]
            case For() | While():
                return [self.loop(stmt, pure, loads)]
        stmt = map_atoms(stmt, self.atom)
        match stmt:
            case Let():
                return self.let(stmt, pure, loads)
            case SetItem(array=array, index=index, value=value, accumulate=accumulate):
                self.forget(array, loads)
                dtype = self.types[array.name].dtype if isinstance(array, Var) else None
                if not accumulate and isinstance(value, Var) and type_of(value, self.types) == dtype:
                    loads[("[]", array, *index)] = value
            case Call(args=args, mutates=mutates):
                for k in mutates:
                    self.forget(args[k], loads)
        return [stmt]

    def let(self, stmt: Let, pure: dict[Key, Atom], loads: dict[Key, Atom]) -> list[Stmt]:
        base = stmt.args[0] if stmt.args else None
        load = stmt.op == "[]" and is_array(type_of(base, self.types)) and not is_array(  # type: ignore
            self.types.get(stmt.target))
        effect = effect_of(stmt.op)
        scalar = not is_array(self.types.get(stmt.target))
        if stmt.keywords or not (
            load or effect is Effect.PURE or scalar and effect is Effect.INDEX
            or scalar and effect is Effect.ELEMENTWISE and not self.reads_arrays(stmt)
            or is_view(stmt, self.types)
        ) or stmt.op == "tuple":
            return [stmt]
        known = loads if load else pure
        key: Key = (stmt.op, *stmt.args)
        if key in known and type_of(known[key], self.types) == self.types.get(stmt.target):
            self.names[stmt.target] = known[key]
            return []
        known[key] = Var(stmt.target)
        return [stmt]

    def reads_arrays(self, stmt: Let) -> bool:
        """Does a number come of what is in an array, as in ``v in x``?"""
        return any(is_array(type_of(a, self.types)) for a in stmt.args)

    def loop(self, stmt: For | While, pure: dict[Key, Atom], loads: dict[Key, Atom]) -> Stmt:
        parts = (stmt.body,) if isinstance(stmt, For) else (stmt.test, stmt.body)
        for part in parts:
            for _, array in writes(part):
                self.forget(self.atom(array), loads)
        carried = tuple(replace(c, init=self.atom(c.init)) for c in stmt.carried)
        kept = stmt.checkpoints
        if kept is not None:
            kept = Checkpoints(self.atom(kept.snapshots), self.atom(kept.nbytes))
        if isinstance(stmt, For):
            return replace(
                stmt, start=self.atom(stmt.start), stop=self.atom(stmt.stop), step=self.atom(stmt.step),
                carried=carried, body=self.block(stmt.body, pure, dict(loads)), checkpoints=kept,
            )
        return replace(stmt, carried=carried, test=self.block(stmt.test, pure, dict(loads)),
                       body=self.block(stmt.body, pure, dict(loads)), checkpoints=kept)

    def forget(self, array: Atom, loads: dict[Key, Atom]) -> None:
        """A store to an array: what was loaded from memory that it may share is no longer known."""
        for key in [k for k in loads if k[1] == array or self.aliases.may_share(k[1], array)]:  # type: ignore
            del loads[key]
