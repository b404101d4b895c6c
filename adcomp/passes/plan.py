"""What the reverse sweep computes again, and what it must be given.

Requires: the forward body of a loop or of a call, and the names that its reverse uses.
Ensures:  the names to keep and the names to compute again, at the least cost, and the statements
          that compute them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from numba import types as nb

from ..core.ir import (
    Atom,
    Block,
    If,
    Let,
    Stmt,
    Var,
    Where,
    blocks_of,
    bound_in,
    free_names,
    map_atoms,
)
from ..core.ops import Effect, effect_of
from ..core.types import is_array
from .alias import is_view
from .context import Context
from .cut import FREE, minimum_cut
from .level import Level, export, names_of, nothing
from .timeline import Timeline

_EXPENSIVE = frozenset(
    f"{module}.{name}"
    for module in ("math", "np", "cmath")
    for name in (
        "pow", "power", "erf", "erfc", "gamma", "lgamma", "asin", "acos", "atan", "atan2", "arcsin",
        "arccos", "arctan", "arctan2", "asinh", "acosh", "atanh", "arcsinh", "arccosh", "arctanh",
        "sinh", "cosh", "tan", "log1p", "expm1", "log2", "log10", "exp2", "cbrt", "logaddexp",
    )
) | {"cmath.exp", "cmath.log", "cmath.sqrt", "pow"}


def is_expensive(op: str) -> bool:
    """Does a call cost more than a store and a load?"""
    return op in _EXPENSIVE or op.startswith("special.")


class Plan:
    """What can be computed again of the names that a body defines."""

    def __init__(self, ctx: Context, timeline: Timeline, body: Block, loc: Where) -> None:
        self.ctx, self.timeline, self.loc = ctx, timeline, loc
        self.body = body
        self.level = Level(body)
        self.shadows = {s: p for p, s in ctx.shadow.items()}
        self.rename: dict[str, Atom] = {}

    def choose(self, needed: Sequence[str], fixed: Mapping[str, type[FREE] | None]
               ) -> tuple[list[str], list[str]]:
        """Which names to keep, and which to compute again, in program order.

        ``fixed`` are the names that no statement defines: at hand (FREE), or to be kept (None).
        """
        local = {*self.level.where, *fixed}

        def sources(name: str) -> tuple[str, ...] | None | type[FREE]:
            if name in fixed:
                return fixed[name]
            found = self._recompute_from(name)
            return None if found is None else tuple(n for n in found if n in local)

        kept, again = minimum_cut(needed, sources, self.weight)
        order = {n: k for k, n in enumerate((*fixed, *self.level.where))}
        return sorted(kept, key=order.__getitem__), sorted(again, key=order.__getitem__)

    def _operands_of(self, names: Iterable[str]) -> list[str]:
        return [n for name in names for n in self._recompute_from(name) or ()]

    def weight(self, name: str) -> int:
        typ = self.ctx.types.get(name)
        if isinstance(typ, nb.UniTuple) and isinstance(typ.dtype, nb.Integer):
            return 8 * len(typ)
        if is_array(typ) or not isinstance(typ, (nb.Number, nb.Boolean)):
            return 1000
        return max(1, getattr(typ, "bitwidth", 8) // 8)

    def _recompute_from(self, name: str) -> tuple[str, ...] | None:
        """The names that a value can be computed from in the reverse sweep; None if it can't."""
        stmt, guards = self.level.where[name]
        match stmt:
            case Let():
                if not self._can_repeat(stmt):
                    return None
                return (*names_of(self._from_copy(stmt).args), *guards)
            case If(cond=cond, then=then, orelse=orelse, results=results):
                k = results.index(name)
                return (*names_of((cond, then.yields[k], orelse.yields[k])), *guards)
        return None

    def _can_repeat(self, stmt: Let) -> bool:
        ctx, typ = self.ctx, self.ctx.types.get(stmt.target)
        if stmt.target in self.shadows and not is_view(stmt, ctx.types):
            return self._is_local(self.shadows[stmt.target])
        if is_view(stmt, ctx.types):
            return True
        if is_array(typ):
            return False
        effect = effect_of(stmt.op)
        if effect is Effect.INDEX:
            base = self._from_copy(stmt).args[0]
            if not is_array(ctx.type_of(base)):
                return True
            return not self.timeline.overwritten(stmt.target, base)
        if effect is Effect.ELEMENTWISE and any(is_array(ctx.type_of(a)) for a in stmt.args):
            return False  # a number that comes of what is in an array, as in `v in x`
        return effect in (Effect.PURE, Effect.ELEMENTWISE, Effect.VIEW) and not is_expensive(stmt.op)

    def _from_copy(self, stmt: Let) -> Let:
        """A load as it is repeated."""
        copy = self.ctx.snapshots.get(stmt.target)
        return stmt if copy is None else replace(stmt, args=(Var(copy), *stmt.args[1:]))

    def _is_local(self, array: str) -> bool:
        """Is an array that the body allocates gone when the body is over?"""
        return True

    # --- again ------------------------------------------------------------------------

    def _atom(self, atom: Atom) -> Atom:
        return self.rename.get(atom.name, atom) if isinstance(atom, Var) else atom

    def _renamed(self, stmt: Stmt) -> Stmt:
        return map_atoms(stmt, self._atom)

    def again(self, stmts: Sequence[Stmt], wanted: set[str], rename: dict[str, Atom]) -> list[Stmt]:
        """The statements that define ``wanted``, again under new names."""
        ctx = self.ctx

        def atom(a: Atom) -> Atom:
            return rename.get(a.name, a) if isinstance(a, Var) else a

        out: list[Stmt] = []
        for stmt in stmts:
            match stmt:
                case Let(target=target) if target in wanted:
                    name = ctx.fresh(target, ctx.types[target])
                    args = tuple(map(atom, self._from_copy(stmt).args))
                    out.append(replace(stmt, target=name, args=args, loc=self.loc))
                    rename[target] = Var(name)
                case If(cond=cond, results=results):
                    inside = [n for b in blocks_of(stmt) for n in bound_in(b) if n in wanted]
                    kept = [k for k, r in enumerate(results) if r in wanted]
                    if not inside and not kept:
                        continue
                    out.append(self._branch_again(stmt, atom(cond), inside, kept, wanted, rename))
        return out

    def _branch_again(self, stmt: If, cond: Atom, inside: list[str], kept: list[int],
                      wanted: set[str], rename: dict[str, Atom]) -> If:
        ctx = self.ctx
        blocks, seen = [], []
        for branch in (stmt.then, stmt.orelse):
            inner = dict(rename)
            stmts = self.again(branch.stmts, wanted, inner)
            ends = [inner.get(a.name, a) if isinstance(a, Var) else a
                    for a in (branch.yields[k] for k in kept)]
            blocks.append((stmts, ends))
            seen.append({n: inner[n] for n in inside if n in inner and inner[n] != rename.get(n)})
        results = []
        for k in kept:
            name = stmt.results[k]
            results.append(ctx.fresh(name, ctx.types[name]))
            rename[name] = Var(results[-1])
        for name in inside:
            results.append(ctx.fresh(name, ctx.types[name]))
            rename[name] = Var(results[-1])
            for (stmts, ends), values in zip(blocks, seen, strict=True):
                ends.append(values[name] if name in values else nothing(ctx, name, stmts))
        then, orelse = (Block(tuple(stmts), tuple(ends)) for stmts, ends in blocks)
        return If(cond, then, orelse, tuple(results), self.loc)


@dataclass(frozen=True)
class Frame:
    """What a call's reverse needs of its forward: names to keep, and what to compute again."""

    kept: tuple[str, ...]
    visible: Mapping[str, str]
    stmts: tuple[Stmt, ...]
    again: tuple[Stmt, ...]
    rename: Mapping[str, Atom]


def plan_frame(ctx: Context, timeline: Timeline, body: Block, reverse: Block, given: Mapping[str, Atom]
               ) -> Frame:
    """Choose what a call records; ``given`` are the names that its reverse has as parameters."""
    plan = Plan(ctx, timeline, body, None)
    fixed: dict[str, type[FREE] | None] = dict.fromkeys(ctx.fn.params)
    fixed |= dict.fromkeys(given, FREE)
    needed = [n for n in free_names(reverse) if n in fixed or n in plan.level.where]
    for name in given:
        plan.level.where.pop(name, None)
    kept, again = plan.choose(needed, fixed)
    stmts, visible = export(ctx, body.stmts, {n for n in kept if n not in fixed})
    plan.rename |= given
    for name in kept:
        plan.rename[name] = Var(ctx.fresh(name, ctx.types[name]))
    clones = plan.again(body.stmts, set(again), plan.rename)
    return Frame(tuple(kept), visible, stmts, tuple(clones), plan.rename)
