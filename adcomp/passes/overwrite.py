"""Values that a loop overwrites now and then: maxima, minima, the last of something.

Requires: a ``for`` whose reverse does nothing but this: where a condition held, give the cotangent of
          the one carried value to what overwrote it, and go on with zero.
Ensures:  a forward loop that notes the last iteration in which the condition held, and a reverse that
          visits that iteration alone: all earlier ones get a cotangent of zero.

``for i in range(n): if x[i] > m: m = x[i]`` needs no tape and no reverse loop::

    if i_last >= 0: x_bar[i_last] += m_bar

The index starts at -1, so the loop has to begin at a literal that is not negative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from numba import types as nb

from ..core.ir import (
    Atom,
    Block,
    Carried,
    Const,
    For,
    If,
    Let,
    SetItem,
    Stmt,
    Var,
    map_atoms,
    names_in,
)
from ..core.ops import Effect, effect_of
from ..core.types import zero
from .context import Context


@dataclass(frozen=True)
class Overwrite:
    """What the reverse of an iteration does when the condition held (is ``when``): statements."""

    cond: Atom
    when: bool
    stmts: tuple[Stmt, ...]
    carried: Carried


def find_overwrite(
    ctx: Context, loop: object, reverse: Sequence[Stmt], yields: Sequence[Atom],
    carried: Sequence[Carried],
) -> Overwrite | None:
    """Recognise the reverse of a value that is overwritten now and then."""
    if not isinstance(loop, For) or loop.step != Const(1) or len(carried) != 1 or not reverse:
        return None
    if not (isinstance(loop.start, Const) and loop.start.value >= 0):
        return None
    stmt, rest, bar = reverse[0], reverse[1:], carried[0]
    last = yields[0]
    if not isinstance(stmt, If) or not isinstance(last, Var) or last.name not in stmt.results:
        return None
    if bar.phi in set(names_in(Block(tuple(rest)))) or last.name in set(names_in(Block(tuple(rest)))):
        return None
    for when, branch, other in ((True, stmt.then, stmt.orelse), (False, stmt.orelse, stmt.then)):
        hit = dict(zip(stmt.results, branch.yields, strict=True))
        miss = dict(zip(stmt.results, other.yields, strict=True))
        if other.stmts or hit[last.name] != zero(ctx.types[bar.phi]) or miss[last.name] != Var(bar.phi):
            continue
        stmts = (*branch.stmts, *_renamed(rest, hit))
        # All else is linear in what the branch hands out: zero on the other side, nothing comes of it.
        if all(miss[n] == zero(ctx.types[n]) for n in stmt.results if n != last.name) and _is_linear(
            ctx, stmts, bar.phi
        ):
            return Overwrite(stmt.cond, when, stmts, bar)
    return None


def _is_linear(ctx: Context, stmts: Sequence[Stmt], bar: str) -> bool:
    """Do statements nothing but add multiples of a cotangent, so that nothing comes of zero?"""
    shadows = set(ctx.shadow.values())
    multiples: set[Atom] = {Var(bar)}
    for stmt in stmts:
        match stmt:
            case Let(target=target, op=op, args=args):
                reads_shadow = op == "[]" and any(Var(n) in args for n in shadows)
                if reads_shadow or effect_of(op) is Effect.OPAQUE:
                    return False
                if multiples.isdisjoint(args):
                    continue
                if op in ("+", "-") and not multiples.issuperset(args):
                    return False
                if op not in ("+", "-", "*", "/", "neg") or op == "/" and args[1] in multiples:
                    return False
                multiples.add(Var(target))
            case SetItem(value=value, accumulate=True) if value in multiples:
                pass
            case _:
                return False
    return True


def _renamed(stmts: Sequence[Stmt], names: Mapping[str, Atom]) -> tuple[Stmt, ...]:
    def atom(a: Atom) -> Atom:
        return names.get(a.name, a) if isinstance(a, Var) else a

    return tuple(map_atoms(s, atom) for s in stmts)


def note_last(ctx: Context, loop: For, found: Overwrite) -> tuple[For, str] | None:
    """The forward loop that carries the last index at which the condition held, and its name."""
    places = [k for k, s in enumerate(loop.body.stmts) if isinstance(s, If) and s.cond == found.cond]
    if not places:
        return None
    k = places[0]
    stmt = loop.body.stmts[k]
    assert isinstance(stmt, If)
    phi, following, result = (ctx.fresh(f"{loop.index}_last", nb.intp) for _ in range(3))
    hit, miss = Var(loop.index), Var(phi)
    ends = (hit, miss) if found.when else (miss, hit)
    stmt = replace(
        stmt, then=Block(stmt.then.stmts, (*stmt.then.yields, ends[0])),
        orelse=Block(stmt.orelse.stmts, (*stmt.orelse.yields, ends[1])),
        results=(*stmt.results, following),
    )
    stmts = (*loop.body.stmts[:k], stmt, *loop.body.stmts[k + 1:])
    carried = Carried(phi, Const(-1), result)
    return replace(loop, carried=(*loop.carried, carried),
                   body=Block(stmts, (*loop.body.yields, Var(following)))), result


def visit_last(
    ctx: Context, found: Overwrite, last: str, again: Sequence[Stmt], rename: Mapping[str, Atom],
    loc: object,
) -> list[Stmt]:
    """The reverse: the branch, at the last iteration in which it was taken."""
    def atom(a: Atom) -> Atom:
        if isinstance(a, Var) and a.name == found.carried.phi:
            return found.carried.init
        return rename.get(a.name, a) if isinstance(a, Var) else a

    cond = ctx.fresh("_t", nb.boolean)
    body = tuple(map_atoms(s, atom) for s in found.stmts)
    then = Block((*again, *body), (zero(ctx.types[found.carried.phi]),))
    orelse = Block((), (found.carried.init,))
    return [Let(cond, ">=", (Var(last), Const(0))),
            If(Var(cond), then, orelse, (found.carried.result,), loc)]  # type: ignore[arg-type]
