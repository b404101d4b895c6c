"""Definitions of array functions: their Python text in place of a call.

Requires: a Python function, and for each of its parameters an atom of a typed program.
Ensures:  statements that do what the function does, with names that the program has not used, all of
          them at the place of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any

from numba import types

from ..core.ir import Atom, Const, Stmt, Var
from ..core.names import Namer
from ..errors import Loc
from .frame import Builder, Frame
from .source import source_of
from .statements import run_body
from .values import TupleValue, Value


def read_definition(
    f: FunctionType, arguments: Mapping[str, tuple[Atom, Any]], *, tuples: Mapping[str, Sequence[Atom]],
    namer: Namer, namespace: dict[str, Any], is_primitive: Callable[[Any], bool], place: Loc | None,
    writes: Callable[[Any], tuple[int, ...]] | None = None,
    meaning: Callable[[Any], Any] | None = None,
) -> tuple[list[Stmt], Atom]:
    """The statements of a function that is run on given arguments, and what it returns.

    Parameters
    ----------
    arguments : what the parameters of ``f`` stand for: an atom, and its Numba type.
    tuples : the elements of names that stand for tuples, as far as they are known.
    namespace : the global objects of the program; what ``f`` uses is added.
    meaning : what to read in place of a function that is called.
    writes : tells of a primitive which of its arguments it writes to.
    """
    builder = Builder(namer, is_primitive, namespace=namespace, place=place, writes=writes,
                      meaning=meaning)
    source = source_of(f)
    frame = Frame(builder, source)
    builder.inlining.append(f)

    def value_of(atom: Atom, typ: Any) -> Value:
        if isinstance(atom, Const):
            return atom
        assert isinstance(atom, Var)
        if isinstance(typ, types.BaseTuple):
            known = tuples.get(atom.name)
            items = known or [frame.emit("[]", (atom, Const(k)), source.node) for k in range(len(typ))]
            return TupleValue(tuple(map(value_of, items, typ.types)))
        if isinstance(typ, types.Type):
            builder.kinds.given[atom.name] = typ
        if isinstance(typ, types.Array):
            builder.ranks[atom.name] = typ.ndim
        return atom

    for name, (atom, typ) in arguments.items():
        frame.env[name] = value_of(atom, typ)
    result = frame.atom(run_body(frame), source.node)
    return builder.stmts, result
