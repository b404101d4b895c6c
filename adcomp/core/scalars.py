"""What the printer knows of values: which are scalars, and which ops read memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import types as nb

from .ir import Atom, Const, For, If, Let, Stmt, Var
from .ops import COMPARE, Effect, effect_of

__all__ = ["Values", "in_sequence", "is_number"]

_SIZES = ("len", ".size", ".ndim", ".itemsize", ".nbytes", "adcomp.trips")
_TESTS = {"not", "bool", "is", "is not", "in", "not in", "np.bool_"} | {
    f"{module}.{name}" for module in ("math", "cmath") for name in ("isnan", "isinf", "isfinite")
}


def is_number(kind: object) -> bool:
    """Whether a Numba type is that of a number, so that ``+=`` rebinds it and changes no array."""
    return isinstance(kind, nb.Number | nb.Boolean)


def in_sequence(op: str) -> bool:
    """Whether calls of an op must keep their order: nothing is known of it, or it draws numbers."""
    return effect_of(op) is Effect.OPAQUE or ".random" in op


class Values:
    """What is known of the values of a function, statement by statement.

    Parameters
    ----------
    kinds : mapping of str to numba types, optional
        The types of names. Without them a little is seen from the ops alone.
    """

    def __init__(self, kinds: Mapping[str, Any] | None = None) -> None:
        kinds = kinds or {}
        self._scalars = {name for name, kind in kinds.items() if is_number(kind)}
        self._tuples = {name for name, kind in kinds.items() if isinstance(kind, nb.BaseTuple)}
        self._compared: set[str] = set()
        self._truths = {name for name, kind in kinds.items() if isinstance(kind, nb.Boolean)}

    def see(self, stmt: Stmt) -> None:
        """Learn from a statement, all of those before it having been seen."""
        match stmt:
            case Let(target=target, op=op):
                if op in _SIZES or op.startswith("math.") or self._is_arithmetic(stmt):
                    self._scalars.add(target)
                if op in _TESTS or (op in COMPARE and self._is_arithmetic(stmt)):
                    self._truths.add(target)
                if op in COMPARE:
                    self._compared.add(target)
                if op == "tuple" or op == ".shape":
                    self._tuples.add(target)
            case For(index=index):
                self._scalars.add(index)
            case If(then=then, orelse=orelse, results=results):
                for name, *yields in zip(results, then.yields, orelse.yields, strict=True):
                    if all(map(self.is_truth_value, yields)):
                        self._truths.add(name)
                    if all(map(self.is_test, yields)):
                        self._compared.add(name)

    def is_scalar(self, atom: Atom) -> bool:
        """Whether a value is surely no array."""
        if isinstance(atom, Const):
            return True
        return isinstance(atom, Var) and atom.name in self._scalars

    def is_truth_value(self, atom: Atom) -> bool:
        """Whether a value is surely True or False."""
        if isinstance(atom, Const):
            return isinstance(atom.value, bool | np.bool_)
        return isinstance(atom, Var) and atom.name in self._truths

    def is_test(self, cond: Atom) -> bool:
        """Whether a value, which is a condition and so no array, is surely True or False."""
        return self.is_truth_value(cond) or (
            isinstance(cond, Var) and cond.name in self._compared
        )

    def reads_memory(self, let: Let) -> bool:
        """Whether a store may change what an op returns."""
        match effect_of(let.op):
            case Effect.PURE | Effect.FRESH:
                return False
            case Effect.ELEMENTWISE:
                return not self._is_arithmetic(let)
            case Effect.INDEX:
                base = let.args[0]
                return not (isinstance(base, Var) and base.name in self._tuples)
            case Effect.VIEW:  # most of them copy an array that is not contiguous
                return let.op not in ("id", ".T")
        return True

    def _is_arithmetic(self, let: Let) -> bool:
        return effect_of(let.op) is Effect.ELEMENTWISE and all(map(self.is_scalar, let.args))
