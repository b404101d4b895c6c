"""Minus signs go where they cost nothing.

Requires: verified, typed Core.
Ensures:  the same numbers, bit for bit: a factor's sign is taken out of the product, two signs cancel,
          and ``a + (-b)`` is ``a - b``. What is left of ``-a`` that nobody reads is dropped by
          :mod:`adcomp.passes.simplify`.

``-(a + b)`` is not the same as ``-a - b`` where the sum is zero, and is left as it is.
"""

from __future__ import annotations

from dataclasses import replace

from numba import types as nb

from ..core.ir import Atom, Block, Function, Let, Stmt, Var, map_blocks
from ..core.names import Namer, typed_namer


def settle_signs(fn: Function, types: dict[str, object], namer: Namer) -> Function:
    """Move the signs of a function; ``types`` gets those of new names."""
    return replace(fn, body=_Signs(types, namer).block(fn.body))


class _Signs:
    def __init__(self, types: dict[str, object], namer: Namer) -> None:
        self.types, self.fresh = types, typed_namer(namer, types)
        self.negated: dict[str, Atom] = {}  #: name -> what it is the negative of

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block.stmts:
            if isinstance(stmt, Let) and self._applies(stmt):
                out += self._let(stmt)
            else:
                out.append(map_blocks(stmt, self.block))
        return Block(tuple(out), block.yields)

    def _applies(self, stmt: Let) -> bool:
        """Are the numbers real, or is it a sum of complex ones? A complex product mixes its parts."""
        kind = self.types.get(stmt.target)
        return isinstance(kind, nb.Float) or isinstance(kind, nb.Complex) and stmt.op in ("neg", "+", "-")

    def _let(self, stmt: Let) -> list[Stmt]:
        plain = tuple(map(self._without_sign, stmt.args))
        signs = [a != b for a, b in zip(stmt.args, plain, strict=True)]
        match stmt.op, signs:
            case "neg", [True]:
                return [replace(stmt, op="id", args=plain)]
            case "neg", [False]:
                self.negated[stmt.target] = stmt.args[0]
            case ("*" | "/"), [True, True]:
                return [replace(stmt, args=plain)]
            case ("*" | "/"), [True, False] | [False, True]:
                return self._negative_of(replace(stmt, args=plain))
            case ("+" | "-"), [False, True]:
                return [replace(stmt, op="-" if stmt.op == "+" else "+", args=plain)]
            case "+", [True, False]:
                return [replace(stmt, op="-", args=plain[::-1])]
            case "+", [True, True]:
                return [replace(stmt, op="-", args=(stmt.args[0], plain[1]))]
            case "-", [True, True]:
                return [replace(stmt, args=plain[::-1])]
        return [stmt]

    def _without_sign(self, atom: Atom) -> Atom:
        return self.negated.get(atom.name, atom) if isinstance(atom, Var) else atom

    def _negative_of(self, stmt: Let) -> list[Stmt]:
        """The statement under a new name, and its old name as the negative of that."""
        name = self.fresh(stmt.target, self.types[stmt.target])
        self.negated[stmt.target] = Var(name)
        return [replace(stmt, target=name), replace(stmt, op="neg", args=(Var(name),))]
