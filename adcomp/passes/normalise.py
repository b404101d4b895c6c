"""What types decide about a statement.

Requires: verified, typed Core.
Ensures:  ``u += v`` writes into ``u`` where ``u`` is an array, and rebinds it where it is a number;
          ``x[i][j]`` and ``x[..., i, j]`` are ``x[i, j]``; the shape of an array that was just
          made is what it was made with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from numba import types as nb

from ..core.ir import (
    UNDEFINED,
    Atom,
    Block,
    Const,
    Function,
    If,
    Let,
    Raise,
    SetItem,
    Stmt,
    Var,
    map_blocks,
    walk,
)
from ..core.names import Namer
from ..core.ops import INPLACE
from ..core.types import Types, dtype_name, is_array, type_of
from ..errors import Loc, UnsupportedSyntax
from .alias import find_aliases
from .timeline import Timeline


def normalise(fn: Function, types: dict[str, object], namer: Namer) -> tuple[Function, dict[str, object]]:
    """Resolve what depends on types; the types of new names are added."""
    types = dict(types)
    fn = replace(fn, body=_Normalise(types, namer).block(fn.body))
    _check_contiguous(fn, types)
    return fn, types


def _check_contiguous(fn: Function, types: Types) -> None:
    """Refuse what is a view or a copy as strides decide that are known only when the program runs."""
    doubtful = [
        s for s in walk(fn.body)
        if isinstance(s, Let) and s.op == "np.ascontiguousarray" and isinstance(s.args[0], Var)
        and getattr(types.get(s.args[0].name), "layout", None) == "A"
    ]
    timeline = Timeline(fn, find_aliases(fn, types)) if doubtful else None
    for stmt in doubtful:
        if timeline is not None and timeline.overwritten(stmt.target, Var(stmt.target)):
            raise UnsupportedSyntax(
                "np.ascontiguousarray may return its argument or a copy, and one of them is written to later",
                loc=stmt.loc if isinstance(stmt.loc, Loc) else None,
                hint="make a copy with .copy()",
            )


def _without_ellipsis(index: Sequence[Atom]) -> tuple[Atom, ...]:
    return tuple(a for a in index if a != Const(Ellipsis))


class _Normalise:
    def __init__(self, types: dict[str, object], namer: Namer) -> None:
        self.types, self.namer = types, namer
        self.tuples: dict[str, tuple[Atom, ...]] = {}
        self.rows: dict[str, tuple[Atom, tuple[Atom, ...]]] = {}

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block.stmts:
            out += self.statement(map_blocks(stmt, self.block))
        return Block(tuple(out), block.yields)

    def statement(self, stmt: Stmt) -> list[Stmt]:
        match stmt:
            case Let(op="[]", args=(base, *index)) if self._idle_ellipsis(base, index):
                return self.statement(replace(stmt, args=(base, *_without_ellipsis(index))))
            case SetItem(array=base, index=index) if self._idle_ellipsis(base, index):
                return self._element_store(replace(stmt, index=_without_ellipsis(index)))
            case Let(op=op) if op in INPLACE:
                return self._inplace(stmt)
            case Let(op="tuple", target=target, args=args):
                self.tuples[target] = args
            case Let(op="np.array", args=(Var(name), *_)) if name in self.tuples:
                return self._array(stmt, name)
            case Let(op="[]", args=(Var(name), *index)) if name in self.rows:
                base, first = self.rows[name]
                stmt = replace(stmt, args=(base, *first, *index))
                self._note_row(stmt)
                return [stmt]
            case Let(op="[]", args=(Var(name), index)) if (
                name in self.tuples and is_array(self.types.get(stmt.target))
            ):
                return self._array_of(stmt, self.tuples[name], index)
            case Let(op="[]"):
                self._note_row(stmt)
            case Let(op=".view()"):
                self._check_view(stmt)
            case SetItem(array=Var(name), index=index) if name in self.rows:
                base, first = self.rows[name]
                return [replace(stmt, array=base, index=(*first, *index))]
        return [stmt]

    def _idle_ellipsis(self, base: Atom, index: Sequence[Atom]) -> bool:
        """Are there indices for all axes, and an ellipsis that stands for none?"""
        array, rest = self._type(base), _without_ellipsis(index)
        return (is_array(array) and len(rest) == len(index) - 1 == array.ndim > 0  # type: ignore[attr-defined]
                and all(isinstance(self._type(a), nb.Integer) for a in rest))

    def _element_store(self, stmt: SetItem) -> list[Stmt]:
        """A store of one element; an array without axes is its number."""
        kind = self._type(stmt.value)
        if not is_array(kind):
            return self.statement(stmt)
        number = self._new(kind.dtype)  # type: ignore[attr-defined]
        return [Let(number, "[]", (stmt.value,), stmt.loc), *self.statement(replace(stmt, value=Var(number)))]

    def _check_view(self, stmt: Let) -> None:
        base, result = self._type(stmt.args[0]), self.types.get(stmt.target)
        if is_array(base) and is_array(result) and base.dtype != result.dtype:  # type: ignore
            raise UnsupportedSyntax(
                "a view that reads the bytes of an array as another dtype has no derivative",
                loc=stmt.loc if isinstance(stmt.loc, Loc) else None,
                hint="convert the values with astype; .real and .imag are supported",
            )

    def _note_row(self, stmt: Let) -> None:
        """Remember ``row = x[i]`` with integer indices only: indexing the row can index ``x``."""
        base, *index = stmt.args
        if not is_array(self.types.get(stmt.target)) or not isinstance(base, Var):
            return
        kinds = [self._type(a) for a in index]
        if is_array(self.types.get(base.name)) and all(isinstance(k, nb.Integer) for k in kinds):
            self.rows[stmt.target] = (base, tuple(index))

    def _array_of(self, stmt: Let, arrays: tuple[Atom, ...], index: Atom) -> list[Stmt]:
        """``(u, v)[k]`` of arrays, as a choice: what is chosen is an alias, not a new array."""
        n, loc = len(arrays), stmt.loc
        if isinstance(index, Const):
            return [Let(stmt.target, "id", (arrays[index.value],), loc)]
        negative, wrapped, place = (self._new(t) for t in (nb.boolean, nb.intp, nb.intp))
        out: list[Stmt] = [
            Let(negative, "<", (index, Const(0)), loc),
            If(Var(negative), Block((Let(wrapped, "+", (index, Const(n)), loc),), (Var(wrapped),)),
               Block((), (index,)), (place,), loc),
        ]
        message = Const("tuple index out of range")
        rest = Block((Raise("IndexError", (message,), loc),), (UNDEFINED,))
        for k in reversed(range(n)):
            here, result = self._new(nb.boolean), self._new(self.types[stmt.target])
            result = result if k else stmt.target
            choice = (Let(here, "==", (Var(place), Const(k)), loc),
                      If(Var(here), Block((), (arrays[k],)), rest, (result,), loc))
            rest = Block(choice, (Var(result),))
        return [*out, *rest.stmts]

    def _type(self, atom: Atom) -> object:
        if isinstance(atom, Var):
            return self.types.get(atom.name)
        return nb.intp if isinstance(atom, Const) and type(atom.value) is int else None

    def _array(self, stmt: Let, name: str) -> list[Stmt]:
        """``np.array(((a, b), (c, d)))``: an empty array, and a store for each element."""
        typ = self.types[stmt.target]
        shape: list[int] = []
        rows: list[tuple[tuple[int, ...], Atom]] = [((), Var(name))]
        while isinstance(rows[0][1], Var) and rows[0][1].name in self.tuples:
            inner = [(k, self.tuples[a.name]) for k, a in rows if isinstance(a, Var)]
            shape.append(len(inner[0][1]))
            rows = [((*k, j), a) for k, row in inner for j, a in enumerate(row)]
            if not rows:
                break
        if len(shape) != typ.ndim:  # type: ignore[attr-defined]
            return [stmt]
        out: list[Stmt] = []
        size: Atom = Const(shape[0])
        if len(shape) > 1:
            size = Var(self._new(nb.UniTuple(nb.intp, len(shape))))
            out.append(Let(size.name, "tuple", tuple(map(Const, shape)), stmt.loc))
        dtype = Var(dtype_name(typ.dtype))  # type: ignore[attr-defined]
        out.append(Let(stmt.target, "np.empty", (size, dtype), stmt.loc))
        for index, atom in rows:
            out.append(SetItem(Var(stmt.target), tuple(map(Const, index)), atom, loc=stmt.loc))
        return out

    def _inplace(self, stmt: Let) -> list[Stmt]:
        op, (target, value) = INPLACE[stmt.op], stmt.args
        array = self.types.get(target.name) if isinstance(target, Var) else None
        if not is_array(array):
            return [replace(stmt, op=op)]
        out: list[Stmt] = []
        index: list[Atom] = []
        for _ in range(array.ndim):  # type: ignore[attr-defined]
            name = self._new(nb.slice2_type)
            out.append(Let(name, "slice", (Const(None), Const(None), Const(None)), stmt.loc))
            index.append(Var(name))
        if op in ("+", "-"):
            if op == "-":
                typ = type_of(value, self.types)
                negative = self._new(array if typ is None else typ)
                out.append(Let(negative, "neg", (value,), stmt.loc))
                value = Var(negative)
            out.append(SetItem(target, tuple(index), value, True, stmt.loc))
        else:
            result = self._new(array)
            out.append(Let(result, op, (target, value), stmt.loc))
            out.append(SetItem(target, tuple(index), Var(result), False, stmt.loc))
        out.append(Let(stmt.target, "id", (target,), stmt.loc))
        return out

    def _new(self, typ: object) -> str:
        name = self.namer("_t")
        self.types[name] = typ
        return name


__all__ = ["Types", "normalise"]
