"""Elementary functions that LLVM can vectorise.

Requires: verified, typed Core, and a table of kernels by op and by type.
Ensures:  ops of the table on floats, and absolute values of complex numbers, call the kernel of their
          type instead; powers whose exponents are small constants are instructions; everything else as
          before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numba import types as nb

from ..core.ir import Atom, Block, Const, Function, Let, Stmt, Var, bound_in, map_blocks, names_in
from ..core.ops import BINARY, op_of
from ..registry import unwrap

Table = Mapping[str, Mapping[Any, Any]]

#: powers whose exponent may be an integer, which Numba multiplies out, and those that convert it to a float
INTEGER_POWERS = frozenset(("**", op_of(pow)))
POWERS = INTEGER_POWERS | {op_of(np.power), op_of(math.pow)}

#: constant exponents of which LLVM makes instructions, and those that two multiplications serve
INSTRUCTIONS, MULTIPLIED = (-1.0, 0.0, 0.5, 1.0, 2.0), (3.0, 4.0)

#: the types of literals that are real numbers
LITERALS = {float: nb.float64, np.float64: nb.float64, np.float32: nb.float32, int: nb.int64}


def vectorise(fn: Function, types: Mapping[str, Any], table: Table) -> Function:
    """Replace elementary functions of floats by kernels that LLVM vectorises."""
    work = _Vectoriser(types, table, dict(fn.namespace), {*fn.params, *bound_in(fn.body)})
    body = work.block(fn.body)
    return replace(fn, body=_without(body, work.spent - set(names_in(body))), namespace=work.namespace)


@dataclass
class _Vectoriser:
    types: Mapping[str, Any]
    table: Table
    namespace: dict[str, Any]
    taken: set[str]
    #: names that are constants, as in ``t = 3.0 - 1``, and those that are replaced by their values
    known: dict[str, float] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)

    def block(self, block: Block) -> Block:
        return Block(tuple(self.statement(map_blocks(s, self.block)) for s in block.stmts), block.yields)

    def statement(self, stmt: Stmt) -> Stmt:
        if not isinstance(stmt, Let) or stmt.keywords:
            return stmt
        if stmt.op in ("+", "-", "*") and self.type_of(Var(stmt.target)) == nb.float64:
            a, b = map(self.constant, stmt.args)
            if a is not None and b is not None:
                self.known[stmt.target] = BINARY[stmt.op](a, b)
        if stmt.op in POWERS:
            return self.power(stmt)
        return self.call(stmt, mixed=len(stmt.args) == 2)

    def power(self, stmt: Let) -> Let:
        """``x ** 2.0`` as it is, ``x ** 3.0`` as ``x ** 3``, other powers of floats as calls.

        Some exponents have kernels of their own, which the table has under ops such as ``** 1.5``.
        """
        if len(stmt.args) != 2:
            return stmt
        base, exponent = stmt.args
        if stmt.op in INTEGER_POWERS and not isinstance(self.type_of(exponent), nb.Float):
            return stmt
        value = self.constant(exponent)
        if value in INSTRUCTIONS:
            return stmt
        own = f"** {value}"
        if value in MULTIPLIED and self.type_of(base) == self.types.get(stmt.target) == nb.float64:
            power = replace(stmt, op="**", args=(base, Const(int(value))))
        elif own in self.table:
            power = self.call(replace(stmt, op=own, args=(base,)), mixed=True)
        else:
            return self.call(stmt, mixed=True)
        if power.op == own:
            return self.call(stmt, mixed=True)
        if isinstance(exponent, Var):
            self.spent.add(exponent.name)
        return power

    def call(self, stmt: Let, mixed: bool) -> Let:
        """The statement with a kernel in place of its op, if there is one for its types: that of the
        result, or, of a complex number, that of the argument.

        The kernels of powers, and of two arguments, are `mixed`: they convert integers, and float32 to
        float64, as Numba does.
        """
        given = [self.type_of(a) for a in stmt.args]
        of_complex = given and isinstance(given[0], nb.Complex)
        kind = given[0] if of_complex else self.types.get(stmt.target)
        kernel = self.table.get(stmt.op, {}).get(kind)
        if kernel is None or not all(_takes(kind, g, mixed) for g in given):
            return stmt
        name = unwrap(kernel).__name__
        while name in self.taken or self.namespace.get(name, kernel) is not kernel:
            name += "_"
        self.namespace[name] = kernel
        return replace(stmt, op=name)

    def constant(self, atom: Atom) -> float | None:
        """The value of an atom that is a known real number."""
        if isinstance(atom, Var):
            return self.known.get(atom.name)
        number = isinstance(atom, Const) and type(atom.value) in LITERALS
        return float(atom.value) if number else None  # type: ignore[union-attr]

    def type_of(self, atom: Atom) -> Any:
        """The type of an atom that is a real number; of other constants None."""
        if isinstance(atom, Const):
            return LITERALS.get(type(atom.value))
        return self.types.get(atom.name) if isinstance(atom, Var) else None


def _takes(kind: Any, given: Any, mixed: bool) -> bool:
    """Whether the kernel of a kind takes an argument of the type given."""
    return bool(given == kind or mixed and (given == nb.float32 or isinstance(given, nb.Integer)))


def _without(block: Block, names: set[str]) -> Block:
    """The block without the definitions of some names."""
    kept = (s for s in block.stmts if not (isinstance(s, Let) and s.target in names))
    return Block(tuple(map_blocks(s, lambda b: _without(b, names)) for s in kept), block.yields)
