"""The state of parsing: what has been emitted, and what the names of a scope stand for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import types

from ..core.declared import Declared
from ..core.ir import Atom, Block, Const, If, Let, Stmt, Undefined, Var
from ..core.names import Namer
from ..core.numba_adapter import is_dispatcher, typeof
from ..core.ops import STANDARD, op_of
from ..errors import Loc, UnsupportedSyntax
from ..tangents.structures import structure_of
from .kinds import Kinds
from .source import MISSING, Source
from .values import (
    LocalFunction,
    Static,
    StructureValue,
    TupleValue,
    Value,
    leaves,
    rebuild,
    same_shape,
    undefined_like,
)

TEMPORARY = "_t"


@dataclass
class Builder:
    """What all scopes of one program share: emitted statements, names, and the global objects."""

    namer: Namer
    is_primitive: Callable[[Any], bool]
    namespace: dict[str, Any] = field(default_factory=dict)
    inlining: list[Any] = field(default_factory=list)
    stmts: list[Stmt] = field(default_factory=list)
    #: carried values that nothing is known of: no path before their loop assigns them
    hollow: set[str] = field(default_factory=set)
    #: the place of every statement, where it is not its own
    place: Loc | None = None
    #: the number of axes of names that are known to be arrays
    ranks: dict[str, int] = field(default_factory=dict)
    #: the types of names, where they are asked for
    kinds: Kinds = field(default_factory=Kinds)
    #: captured arrays, by identity, that are parameters of the program
    lifted: dict[int, Atom] = field(default_factory=dict)
    #: what to read in place of a function that is called
    meaning: Callable[[Any], Any] | None = None
    #: is `prange` more than `range` here?
    parallel: bool = False
    #: tells of a primitive which of its arguments it writes to
    writes: Callable[[Any], tuple[int, ...]] | None = None

    def is_hollow(self, value: Value | None) -> bool:
        """Is a value undefined, or carried by a loop from undefined?"""
        return isinstance(value, Undefined) or (isinstance(value, Var) and value.name in self.hollow)

    def same_rank(self, result: str, *values: Value) -> None:
        """Note the number of axes of what is one of several values, some of them undefined."""
        self.kinds.choose(result, *values)
        ranks = {self.ranks.get(v.name) if isinstance(v, Var) else None for v in values
                 if not isinstance(v, Undefined)}
        rank = ranks.pop() if len(ranks) == 1 else None
        if rank is not None:
            self.ranks[result] = rank

    @contextmanager
    def capture(self) -> Iterator[list[Stmt]]:
        """Collect what is emitted inside."""
        outer, self.stmts = self.stmts, []
        try:
            yield self.stmts
        finally:
            self.stmts = outer

    def global_name(self, value: Any, hint: str) -> str:
        """The name under which generated code finds a Python object."""
        op = op_of(value)
        if op is not None and (op in STANDARD or op.split(".")[0] in STANDARD):
            return op
        for name, known in self.namespace.items():
            if known is value:
                return name
        name = self.namer(hint)
        self.namespace[name] = value
        return name


@dataclass
class Frame:
    """A scope: the source that it runs, and its variables. ``parent`` encloses it lexically."""

    builder: Builder
    source: Source
    env: dict[str, Value] = field(default_factory=dict)
    parent: Frame | None = None
    #: the types that the function declares, and the signature that it is read for
    declared: Declared = field(default_factory=Declared)
    signature: tuple[tuple[Any, ...], Any] | None = None

    # --- errors and places ----------------------------------------------------------------------

    def loc(self, node: ast.AST) -> Loc:
        return self.builder.place or self.source.loc(node)

    def refuse(self, message: str, node: ast.AST, hint: str | None = None) -> UnsupportedSyntax:
        """The error to raise about a node."""
        return UnsupportedSyntax(message, loc=self.loc(node), hint=hint)

    # --- emitting -------------------------------------------------------------------------------

    def emit(
        self, op: str, args: Sequence[Atom], node: ast.AST, hint: str | None = None,
        keywords: tuple[str, ...] = (),
    ) -> Var:
        """Bind the result of an op to a new name."""
        target = self.builder.namer(hint or TEMPORARY)
        stmt = Let(target, op, tuple(args), self.loc(node), keywords)
        self.builder.kinds.lets[target] = stmt
        self.builder.stmts.append(stmt)
        return Var(target)

    def kind_of(self, value: Value) -> Any:
        """The Numba type of a value, or None if it is not known while reading."""
        return self.builder.kinds.of(value, self.builder.namespace)

    def full_kind_of(self, value: Value) -> Any:
        """The Numba type of a value, a tuple or a function too, or None; literals are forgotten."""
        if isinstance(value, TupleValue):
            kinds = [self.full_kind_of(v) for v in value.items]
            return None if None in kinds else types.Tuple(kinds)
        if isinstance(value, Static):
            return typeof(value.value) if is_dispatcher(value.value) else None
        kind = self.kind_of(value)
        return None if kind is None else types.unliteral(kind)

    def rank_of(self, value: Value) -> int | None:
        """The number of axes of an array, 0 of a number, or None if it is not known while reading."""
        return self.builder.kinds.rank(value, self.builder.namespace)

    # --- names ----------------------------------------------------------------------------------

    def lookup(self, node: ast.Name) -> Value:
        """What a name stands for here."""
        frame: Frame | None = self
        while frame is not None:
            if node.id in frame.env:
                value = frame.env[node.id]
                if isinstance(value, Undefined):
                    raise self.refuse(f"{node.id} is used before it is assigned", node)
                return value
            frame = frame.parent
        value = self.source.lookup(node.id)
        if value is MISSING:
            stored = {n.id for n in ast.walk(self.source.node)
                      if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            what = "used before it is assigned" if node.id in stored else "not defined"
            raise self.refuse(f"{node.id} is {what}", node)
        return self.static(value, node.id)

    def static(self, value: Any, hint: str) -> Value:
        """A Python object that is known while compiling, as a value of the program."""
        if value is None or isinstance(value, (bool, int, float, complex, str, np.generic)):
            return Const(value)
        if isinstance(value, tuple):
            items = tuple(self.static(v, f"{hint}_{k}") for k, v in enumerate(value))
            return TupleValue(items, getattr(value, "_fields", ()))
        if id(value) in self.builder.lifted:
            return self.builder.lifted[id(value)]
        known = structure_of(type(value))
        if known is not None:
            from .structures import instance

            return instance(self, value, known, hint)
        if isinstance(value, np.ndarray):
            return Var(self.builder.global_name(value, hint))
        return Static(value)

    def atom(self, value: Value, node: ast.AST) -> Atom:
        """The value as an argument of an op."""
        if isinstance(value, StructureValue):
            raise self.refuse(
                f"a {value.cls.__name__} is used where a number, an array or a tuple has to be", node,
                hint="read it by its keys" if value.cls is dict else "read its fields, or call its methods",
            )
        if isinstance(value, TupleValue):
            return self.emit("tuple", [self.atom(v, node) for v in value.items], node)
        if isinstance(value, Static):
            hint = getattr(value.value, "__name__", "value")
            return Var(self.builder.global_name(value.value, hint if hint.isidentifier() else "value"))
        if isinstance(value, LocalFunction):
            raise self.refuse(
                "an inner function is passed to a function that adcomp does not look into", node,
                hint="call it directly, or pass it to a function with readable source",
            )
        return value

    # --- branches -------------------------------------------------------------------------------

    def branch(
        self, cond: Atom, then: Callable[[], Value | None], orelse: Callable[[], Value | None],
        node: ast.AST, hint: str | None = None,
    ) -> Value | None:
        """Run one of two pieces of code; merge the variables that they leave different.

        What ``then`` and ``orelse`` return is merged too, and returned.
        """
        before = dict(self.env)
        with self.builder.capture() as then_stmts:
            then_value = then()
        then_env, self.env = self.env, dict(before)
        with self.builder.capture() as else_stmts:
            else_value = orelse()
        else_env, self.env = self.env, before
        merged = _Merge(self, node, _raises(then_stmts), _raises(else_stmts))
        for name in dict.fromkeys((*then_env, *else_env)):
            self.env[name] = merged(then_env.get(name), else_env.get(name), name)
        value = None
        if then_value is not None and else_value is not None:
            value = merged(then_value, else_value, hint or TEMPORARY)
        self.builder.stmts.append(
            If(cond, Block(tuple(then_stmts), tuple(merged.then)),
               Block(tuple(else_stmts), tuple(merged.orelse)), tuple(merged.results), self.loc(node))
        )
        return value


def _raises(stmts: Sequence[Stmt]) -> bool:
    from ..core.ir import Raise

    return bool(stmts) and isinstance(stmts[-1], Raise)


class _Merge:
    """Pairs of values from two branches, made one: collects the results of the ``If``."""

    def __init__(self, frame: Frame, node: ast.AST, then_raises: bool, else_raises: bool) -> None:
        self.frame, self.node = frame, node
        self.then_raises, self.else_raises = then_raises, else_raises
        self.then: list[Atom] = []
        self.orelse: list[Atom] = []
        self.results: list[str] = []

    def __call__(self, a: Value | None, b: Value | None, name: str) -> Value:
        if a is None or isinstance(a, Undefined) or self.then_raises:
            a = undefined_like(b) if b is not None else undefined_like(a)  # type: ignore[arg-type]
        if b is None or isinstance(b, Undefined) or self.else_raises:
            b = undefined_like(a)
        if a == b:
            return a
        if not same_shape(a, b):  # a loop that finds a name to hold a tuple is read again
            hollow = self.frame.builder.is_hollow
            a, b = (undefined_like(y) if hollow(x) else x for x, y in ((a, b), (b, a)))
        if not same_shape(a, b):
            a, b = self._as_atom(a), self._as_atom(b)
        return rebuild(a, iter([self._leaf(x, y, name) for x, y in
                                zip(leaves(a), leaves(b), strict=True)]))

    def _as_atom(self, value: Value) -> Value:
        raise self.frame.refuse(
            "the branches give values of different structure", self.node,
            hint="give both branches tuples of the same length",
        )

    def _leaf(self, a: Value, b: Value, name: str) -> Value:
        if a == b:
            return a
        for value, other in ((a, b), (b, a)):
            if isinstance(value, (Static, LocalFunction)):
                if isinstance(other, Undefined):
                    return value
                raise self.frame.refuse(
                    f"{name} is a different function or object in each branch", self.node,
                    hint="call it inside the branches",
                )
        for value, other_raises in ((a, self.else_raises), (b, self.then_raises)):
            if other_raises and isinstance(value, Const):
                return value
        result = self.frame.builder.namer(name)
        self.frame.builder.same_rank(result, a, b)
        self.then.append(a)  # type: ignore[arg-type]
        self.orelse.append(b)  # type: ignore[arg-type]
        self.results.append(result)
        return Var(result)
