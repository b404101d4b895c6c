"""What an integer cannot be less than.

Requires: verified, typed Core.
Ensures:  a mapping from names of integers to a number that they are at least, wherever they are defined;
          names of which nothing is known are missing.

A negative index counts from the end of an array, so ``x[i]`` is another element for every ``i`` only if
no ``i`` is negative.
"""

from __future__ import annotations

from collections.abc import Mapping

from numba import types as nb

from ..core.ir import Atom, Block, Const, For, If, Let, Var, blocks_of
from ..core.types import Types

Least = Mapping[str, int]

_LENGTHS = ("len", ".size", ".ndim")


def find_least(block: Block, types: Types) -> dict[str, int]:
    """The least values of the integers of a block, nested ones included."""
    known: dict[str, int] = {}
    shapes: set[str] = set()

    def note(name: str, value: int | None) -> None:
        if value is not None and isinstance(types.get(name), nb.Integer):
            known[name] = value

    def visit(b: Block) -> None:
        for stmt in b.stmts:
            match stmt:
                case Let(target=target, op=".shape"):
                    shapes.add(target)
                case Let(target=target, op="[]", args=(Var(name), *_)) if name in shapes:
                    note(target, 0)
                case Let(target=target, op="-", args=(a, Const(int() as k))) if _is_signed(target, types):
                    note(target, _result("+", [least_of(a, known), -k]))
                case Let(target=target, op=op, args=args):
                    if _is_signed(target, types):
                        note(target, 0 if op in _LENGTHS else _result(op, [least_of(a, known) for a in args]))
                    else:
                        note(target, 0)
                case For(index=index, start=start, stop=stop, step=Const(step)) if type(step) is int:
                    first = least_of(start if step > 0 else stop, known)
                    note(index, first if step > 0 or first is None else first + 1)
            for inner in blocks_of(stmt):
                visit(inner)
            if isinstance(stmt, If):
                for k, name in enumerate(stmt.results):
                    ends = [least_of(part.yields[k], known) for part in (stmt.then, stmt.orelse)]
                    note(name, _result("min", ends))

    visit(block)
    return known


def least_of(atom: Atom, known: Least) -> int | None:
    """What an atom is at least, or None."""
    if isinstance(atom, Const):
        return atom.value if type(atom.value) is int else None
    return known.get(atom.name) if isinstance(atom, Var) else None


def _is_signed(name: str, types: Types) -> bool:
    kind = types.get(name)
    return not isinstance(kind, nb.Integer) or kind.signed


def _result(op: str, args: list[int | None]) -> int | None:
    """What the result of an op is at least, from what its arguments are."""
    given = [a for a in args if a is not None]
    if op in ("max", "kernels.at_least") and given:
        return max(given)
    if len(given) < len(args) or not given:
        return None
    if op in ("id", "kernels.row", "min"):
        return min(given)
    if op == "+" and len(given) == 2:
        return sum(given)
    if op == "*" and min(given) >= 0 and len(given) == 2:
        return given[0] * given[1]
    return None
