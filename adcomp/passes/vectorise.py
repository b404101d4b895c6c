"""Elementary functions that LLVM can vectorise.

Requires: verified, typed Core, and a table of kernels by op.
Ensures:  ops of the table on float64 call the kernel instead; everything else as before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numba import types as nb

from ..core.ir import Atom, Block, Const, Function, Let, Var, bound_in, map_blocks
from ..registry import unwrap


def vectorise(fn: Function, types: Mapping[str, Any], table: Mapping[str, Any]) -> Function:
    """Replace elementary functions of float64 by kernels that LLVM vectorises."""
    namespace = dict(fn.namespace)
    taken = {*fn.params, *bound_in(fn.body)}

    def block(b: Block) -> Block:
        out = []
        for stmt in b.stmts:
            stmt = map_blocks(stmt, block)
            if isinstance(stmt, Let) and stmt.op in table and types.get(stmt.target) == nb.float64 and all(
                _is_float64(a, types) for a in stmt.args
            ):
                kernel = table[stmt.op]
                name = unwrap(kernel).__name__
                while name in taken or namespace.get(name, kernel) is not kernel:
                    name += "_"
                namespace[name] = kernel
                stmt = replace(stmt, op=name)
            out.append(stmt)
        return Block(tuple(out), b.yields)

    body = block(fn.body)
    return replace(fn, body=body, namespace=namespace)


def _is_float64(atom: Atom, types: Mapping[str, Any]) -> bool:
    if isinstance(atom, Const):
        return type(atom.value) is float
    return isinstance(atom, Var) and types.get(atom.name) == nb.float64
