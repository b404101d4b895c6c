"""Which arrays may share memory, as far as the scalariser has to know."""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import combinations
from typing import Any

from numba import types as nb

from ...core.ir import (
    Atom,
    Call,
    For,
    Let,
    SetItem,
    Stmt,
    Var,
    While,
    blocks_of,
    bound_in,
    walk,
)
from ...core.ops import INPLACE, Effect, effect_of
from ...core.types import is_array
from .shapes import Shapes

Root = tuple[str, str]


class Memory:
    """Answers whether two arrays may share memory.

    Parameters
    ----------
    shapes : Shapes
        The definitions of the function.
    distinct_arguments : bool
        Whether arguments share no memory with each other.
    kernels : set of str
        The ops that are kernels: in a program that is not differentiated yet they only read.
    """

    def __init__(self, shapes: Shapes, body: Any, distinct_arguments: bool,
                 kernels: Set[str] = frozenset()) -> None:
        self.shapes = shapes
        self.distinct_arguments = distinct_arguments
        pairs: list[tuple[str, str]] = []
        for stmt in walk(body):
            if isinstance(stmt, For | While):
                phis = [c.phi for c in stmt.carried if is_array(shapes.types.get(c.phi))]
                pairs += combinations(phis, 2)
        self._written = {name for stmt in body.stmts for name in written(stmt, shapes.types, kernels)}
        self._inside: dict[str, set[str]] = {}
        for stmt in walk(body):
            if isinstance(stmt, For | While):
                for name in bound_in(stmt.body):
                    self._inside.setdefault(name, set()).update(c.phi for c in stmt.carried)
        self._phi_of = {c.result: c.phi for stmt in walk(body) if isinstance(stmt, For | While)
                        for c in stmt.carried}
        self._apart = set(pairs) | {(b, a) for a, b in pairs}
        while wrong := [p for p in pairs if p in self._apart and not self._stay_apart(*p)]:
            self._apart -= {*wrong, *((b, a) for a, b in wrong)}

    def _stay_apart(self, p: str, q: str) -> bool:
        """Do two carried arrays that are apart before an iteration stay so?"""
        pairs = zip(self.shapes.phis[p], self.shapes.phis[q], strict=True)
        return all(isinstance(a, Var) and isinstance(b, Var) and not self.may_alias(a.name, b.name)
                   for a, b in pairs)

    def is_steady(self, name: str) -> bool:
        """Does nobody write into an array, other than where it is made?"""
        return not any(self.may_alias(name, other) for other in self._written)

    def may_alias(self, a: str, b: str) -> bool:
        """May two arrays share memory?"""
        return any(self._meet(r, s) for r in self._carriers(a) for s in self._carriers(b))

    def _meet(self, r: Root, s: Root) -> bool:
        if r == s:
            return True
        if r[0] == s[0] == "phi" and (r[1], s[1]) in self._apart:
            return False
        if self._is_older(r, s) or self._is_older(s, r):
            return False
        return any(self._same_object(x, y) for x in self._expanded(r) for y in self._expanded(s))

    def _is_older(self, carried: Root, fresh: Root) -> bool:
        """Is one the array that a loop carries, and the other made by the running iteration?"""
        return (carried[0] == "phi" and fresh[0] == "new"
                and carried[1] in self._inside.get(fresh[1], ()))

    def _same_object(self, x: Root, y: Root) -> bool:
        return x == y or (x[0] == y[0] == "arg" and not self.distinct_arguments)

    def _expanded(self, root: Root) -> set[Root]:
        """The arrays that a carried one may be."""
        seen: set[Root] = set()
        todo = [root]
        while todo:
            item = todo.pop()
            if item in seen:
                continue
            seen.add(item)
            if item[0] == "phi":
                todo += [r for atom in self.shapes.phis[item[1]] for r in self._of_atom(atom)]
        return {item for item in seen if item[0] != "phi"}

    def _of_atom(self, atom: Atom) -> set[Root]:
        return self._carriers(atom.name) if isinstance(atom, Var) else set()

    def _carriers(self, name: str) -> set[Root]:
        """The objects whose memory an array is in; a carried array is one."""
        if name in self.shapes.phis:
            return {("phi", name)}
        if name in self._phi_of:
            return {("phi", self._phi_of[name])}
        if name in self.shapes.merged:
            return set().union(*map(self._of_atom, self.shapes.merged[name]))
        let = self.shapes.lets.get(name)
        if let is None:
            return {("arg", name)}
        effect = effect_of(let.op)
        if effect in (Effect.VIEW, Effect.INDEX) or let.op in INPLACE:
            return self._of_atom(let.args[0])
        if let.op == "tuple" or effect is Effect.OPAQUE:
            inner = set().union(*map(self._of_atom, let.args))
            return inner if let.op == "tuple" else inner | {("arg", name)}
        return {("new", name)}


def written(stmt: Stmt, types: Any, kernels: Set[str] = frozenset()) -> Iterator[str]:
    """The names of the arrays that a statement may write into, nested statements included."""
    match stmt:
        case SetItem(array=Var(name)):
            yield name
        case Call(args=args):
            yield from (a.name for a in args if isinstance(a, Var) and is_array(types.get(a.name)))
        case Let(op=op, args=(Var(name), *_)) if op in INPLACE and is_array(types.get(name)):
            yield name
        case Let(op=op, args=args) if op not in kernels and effect_of(op) is Effect.OPAQUE:  # it may write
            yield from (a.name for a in args if isinstance(a, Var) and holds_arrays(types, a.name))
    for block in blocks_of(stmt):
        for inner in block.stmts:
            yield from written(inner, types, kernels)


def holds_arrays(types: Any, name: str) -> bool:
    """Is a name an array, or a tuple that may hold some?"""
    return isinstance(types.get(name), nb.Array | nb.BaseTuple)
