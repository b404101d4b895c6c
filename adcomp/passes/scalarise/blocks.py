"""The pass: every block of a function, statement by statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numba import types as nb

from ...core.ir import (
    Block,
    Call,
    For,
    Function,
    Let,
    SetItem,
    Stmt,
    Var,
    While,
    blocks_of,
    bound_in,
    defined_by,
    map_blocks,
    names_in,
)
from ...core.names import Namer
from ...core.ops import STANDARD
from ...registry import is_kernel
from .dead import drop_unread
from .fuse import Fuser
from .layouts import follow
from .memory import Memory
from .nodes import DEEP
from .recognise import Kind, NotScalar, Recogniser, kind_of
from .schedule import schedule
from .shapes import Shapes
from .stores import Stores
from .totals import Totals
from .writer import Writer


def scalarise(
    fn: Function, types: Mapping[str, Any], *, distinct_arguments: bool = False
) -> tuple[Function, dict[str, Any]]:
    """Turn array expressions into loops over scalars.

    Parameters
    ----------
    fn : Function
    types : mapping of str to numba types
        The type of every name.
    distinct_arguments : bool, optional
        Whether arguments that are written to share no memory with others; then
        ``v[1:-1] = u[2:] - u[:-2]`` takes no temporary.

    Returns
    -------
    Function, dict
        The function with loops, and the types of its names.

    Examples
    --------
    ``y = np.exp(x); s = np.sum(y)``  ->  ``s = 0.0; for i in range(n): s = s + np.exp(x[i])``
    """
    return _Scalariser(fn, dict(types), distinct_arguments).run()


class _Scalariser:
    def __init__(self, fn: Function, types: dict[str, Any], distinct_arguments: bool) -> None:
        self.fn = fn
        shapes = Shapes(fn, types)
        kernels = {op for op, value in fn.namespace.items() if is_kernel(value)}
        memory = Memory(shapes, fn.body, distinct_arguments, kernels)
        namer = Namer([*fn.params, *bound_in(fn.body), *names_in(fn.body), *fn.namespace, *STANDARD,
                       fn.name])
        self.w = Writer(shapes, memory, types, namer)
        self.fuser = Fuser(self.w)
        self.recogniser = Recogniser(self.w)
        self.stores = Stores(self.w, self.fuser, self.recogniser)
        self.totals = Totals(self.w, self.fuser, self.recogniser)

    def run(self) -> tuple[Function, dict[str, Any]]:
        w = self.w
        body = self.block(self.fn.body)
        body = drop_unread(body, w.types)
        if w.changed:
            follow(body, w.types, w.changed)
        return replace(self.fn, body=body), w.types

    def block(self, block: Block, enters: tuple[str, ...] = ()) -> Block:
        w = self.w
        outer = w.base
        with w.block() as frame:
            w.base = w.top
            w.depth |= dict.fromkeys(enters, w.top)
            kinds = [kind_of(stmt, w.shapes) for stmt in block.stmts]
            sinks = schedule(block, kinds, w.shapes, w.memory)
            for k, (stmt, kind) in enumerate(zip(block.stmts, kinds, strict=True)):
                self.statement(stmt, kind, sinks[k], k)
        w.base = outer
        return Block(tuple(frame.stmts), block.yields)

    def statement(self, stmt: Stmt, kind: Kind | None, sink: int | None, at: int) -> None:
        w = self.w
        w.loc = stmt.loc
        w.depth |= dict.fromkeys(defined_by(stmt), w.base)
        if kind is not None and self.rewritten(stmt, kind, sink, at):
            return
        if blocks_of(stmt):
            stmt = map_blocks(stmt, lambda b: self.block(b, _entering(stmt)))
        w.emit(stmt)
        self.learn(stmt)

    def rewritten(self, stmt: Stmt, kind: Kind, sink: int | None, at: int) -> bool:
        """Emit what a statement on arrays becomes; False if it stays."""
        w = self.w
        self.fuser.forget()
        if isinstance(stmt, SetItem):
            return self.stores.store(stmt)
        if isinstance(stmt, Call):
            return self.stores.fill(stmt)
        assert isinstance(stmt, Let)
        if kind.what == "inplace":
            return self.stores.in_place(stmt)
        if kind.what in ("total", "spread"):
            return self.totals.compute(stmt, kind)
        if kind.what == "view" and stmt.args[0].name not in self.recogniser.pending:  # type: ignore
            return False
        if sink is None and kind.what != "view":
            return True
        try:
            node = self.recogniser.node(stmt, kind)
        except NotScalar:
            return False
        if kind.what == "scalar":
            w.let("id", (self.fuser.element(node, ()),), w.types[stmt.target], target=stmt.target)
        elif sink == at or (kind.what == "map" and node.depth > DEEP):
            self.compute(stmt, node)
        else:
            self.recogniser.pending[stmt.target] = node
            self.fuser.names.setdefault(id(node), stmt.target)
        return True

    def compute(self, let: Let, node: Any) -> None:
        """Store the array that a statement computes under its name."""
        w, ty = self.w, self.w.types[let.target]
        if len(node.dims) == ty.ndim:
            self.fuser.materialise(node, let.target)
            return
        whole = w.name("_t", nb.Array(ty.dtype, len(node.dims), "C"))
        self.fuser.materialise(node, whole)
        w.let(".ravel()", (Var(whole),), ty, target=let.target)

    def learn(self, stmt: Stmt) -> None:
        """Use the program's own names for the lengths that it reads."""
        if not isinstance(stmt, Let):
            return
        frame = self.w.frames[self.w.base]
        if stmt.op == ".shape":
            frame.lengths.setdefault((".shape", *stmt.args), Var(stmt.target))
        elif stmt.op in ("[]", "len", ".size") and self.w.is_integer(stmt.target):
            part = self.w.shapes.linear(Var(stmt.target))
            if part.base[0] == "dim" and part.offset == 0:
                if self.w.found("lengths", part.base) is None:
                    frame.lengths[part.base] = Var(stmt.target)


def _entering(stmt: Stmt) -> tuple[str, ...]:
    match stmt:
        case For(index=index, carried=carried):
            return (index, *(c.phi for c in carried))
        case While(carried=carried):
            return tuple(c.phi for c in carried)
    return ()
