"""The types of names while a function is read, as far as they are asked for.

Types come from Numba after a function is read. A few forms are decided before: the number of axes of an
array, and whether an index is an integer. For those the type of a name is found from the statement that
binds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import types as nb

from ..core.ir import Atom, Const, Let, Undefined, Var
from ..core.numba_adapter import CompilerOptions, NumbaError, as_callee, result_type, typeof
from ..core.ops import callee
from .values import Value


@dataclass
class Kinds:
    """What is known of names: types of arguments and indices, statements, and what others are one of."""

    given: dict[str, Any] = field(default_factory=dict)
    lets: dict[str, Let] = field(default_factory=dict)
    choices: dict[str, tuple[Value, ...]] = field(default_factory=dict)
    _found: dict[str, Any] = field(default_factory=dict)

    def choose(self, name: str, *values: Value) -> None:
        """Note that a name is one of several values."""
        self.choices[name] = values
        self._found.pop(name, None)

    def of(self, value: Value, namespace: Mapping[str, Any]) -> Any:
        """The Numba type of a value, or None if it is not known."""
        if isinstance(value, Const):
            return nb.ellipsis if value.value is Ellipsis else typeof(value.value)
        if not isinstance(value, Var):
            return None
        name = value.name
        if name in self.given:
            return self.given[name]
        if name not in self._found:
            self._found[name] = None  # until it is known: a choice may lead back to itself
            self._found[name] = self._look(name, namespace)
            if self._found[name] is None:
                return self._found.pop(name)
        return self._found[name]

    def rank(self, value: Value, namespace: Mapping[str, Any]) -> int | None:
        """The number of axes of an array, 0 of a number; None if it is not known."""
        kind = self.of(value, namespace)
        if isinstance(kind, nb.Array):
            return int(kind.ndim)
        return 0 if isinstance(kind, nb.Number | nb.Boolean) else None

    def _look(self, name: str, namespace: Mapping[str, Any]) -> Any:
        if name in self.choices:
            several = (self.of(v, namespace) for v in self.choices[name] if not isinstance(v, Undefined))
            return next((kind for kind in several if kind is not None), None)
        if name not in self.lets:
            found = namespace.get(name)
            return typeof(found) if isinstance(found, np.ndarray | np.generic) else None
        stmt = self.lets[name]
        kinds = [self._argument(a, namespace) for a in stmt.args]
        if None in kinds:
            return None
        split = len(kinds) - len(stmt.keywords)
        op: Any = stmt.op
        if op == "tuple":
            return nb.Tuple(kinds)
        if op == "slice":
            return nb.slice3_type
        if op.split(".")[0] in namespace:
            op = as_callee(callee(op, namespace), CompilerOptions())
        keywords = tuple(zip(stmt.keywords, kinds[split:], strict=True))
        try:
            return result_type(op, tuple(kinds[:split]), keywords)
        except NumbaError:
            return None

    def _argument(self, atom: Atom, namespace: Mapping[str, Any]) -> Any:
        if isinstance(atom, Const) and isinstance(atom.value, str):
            return nb.literal(str(atom.value))
        if isinstance(atom, Const) and type(atom.value) is int:
            return nb.literal(atom.value)
        known = self.of(atom, namespace)
        if known is None and isinstance(atom, Var) and "." in atom.name:  # np.float64
            try:
                return typeof(callee(atom.name, namespace))
            except (NumbaError, ValueError, AttributeError, KeyError):
                return None
        return known
