"""Loops to Core: what they run over, and what they carry."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numba import prange, types

from ..core.ir import UNDEFINED, Atom, Block, Carried, Checkpoints, Const, For, Stmt, Undefined, Var, While
from .checkpoints import head
from .expressions import atom_of, bool_op, expression
from .frame import Frame
from .grids import Grid, counted, grid
from .statements import assign, statements
from .values import (
    LocalFunction,
    Static,
    StructureValue,
    TupleValue,
    Value,
    is_atom,
    leaves,
    rebuild,
    same_shape,
    undefined_like,
)

# --- what a for loop runs over ------------------------------------------------------------------


@dataclass(frozen=True)
class Iteration:
    """``range(start, stop, step)``, and the value of the loop's target at an index of it."""

    start: Atom
    stop: Atom
    step: Atom
    value: Callable[[Atom], Value]
    direct: bool = False  #: is the value the index itself?
    parallel: bool = False  #: may the iterations run at the same time?

    @property
    def is_count(self) -> bool:
        """Does the index count the iterations from zero?"""
        return self.start == Const(0) and self.step == Const(1)


def counting(frame: Frame, it: Iteration, node: ast.AST) -> Iteration:
    """The same iteration, over 0, 1, ..., n - 1."""
    if it.is_count:
        return it
    if it.step == Const(1):
        n = frame.emit("-", (it.stop, it.start), node)
    else:
        n = frame.emit("len", (frame.emit("range", (it.start, it.stop, it.step), node),), node)

    def value(k: Atom) -> Value:
        offset = k if it.step == Const(1) else frame.emit("*", (k, it.step), node)
        return it.value(frame.emit("+", (it.start, offset), node))

    return Iteration(Const(0), n, Const(1), value)


def iteration(frame: Frame, node: ast.expr) -> Iteration | TupleValue:
    """What the iterable of a ``for`` means; a tuple of known length is unrolled."""
    if isinstance(node, ast.Call):
        kind = expression(frame, node.func) if _may_name_an_object(frame, node.func) else None
        maker = _MAKERS.get(getattr(kind.value, "__name__", "")) if isinstance(kind, Static) else None
        if maker is not None and kind.value in (range, enumerate, zip, reversed):  # type: ignore[union-attr]
            if node.keywords and kind.value is not enumerate:  # type: ignore[union-attr]
                raise frame.refuse("keyword arguments are not supported here", node)
            return maker(frame, node)
        if isinstance(kind, Static) and kind.value is prange:
            return _prange(frame, node)
        if isinstance(kind, Static) and kind.value is np.nditer:
            raise frame.refuse("a loop over np.nditer is not supported", node,
                               hint="loop over x.flat, or over np.ndenumerate(x)")
        indices = grid(frame, node)
        if indices is not None:
            n, element = counted(frame, indices, node)
            return Iteration(Const(0), n, Const(1), element)
    value = expression(frame, node)
    if isinstance(value, TupleValue):
        return value
    if isinstance(value, StructureValue) and value.cls is dict:
        return TupleValue(tuple(map(Const, value.fields)))
    if isinstance(value, (Static, StructureValue, LocalFunction)):
        raise frame.refuse("this object can't be iterated over", node)
    atom = frame.atom(value, node)
    n = frame.emit("len", (atom,), node)
    return Iteration(Const(0), n, Const(1), lambda k: frame.emit("[]", (atom, k), node))


def _may_name_an_object(frame: Frame, node: ast.expr) -> bool:
    """Is it a name, or an attribute of a name that stands for a module or the like?"""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        return isinstance(expression(frame, node.value), Static)
    return isinstance(node, ast.Name)


def _range(frame: Frame, node: ast.Call) -> Iteration:
    args = [atom_of(frame, a) for a in node.args]
    if not 1 <= len(args) <= 3:
        raise frame.refuse("range takes one to three arguments", node)
    start: Atom = args[0] if len(args) > 1 else Const(0)
    stop = args[1] if len(args) > 1 else args[0]
    step: Atom = args[2] if len(args) > 2 else Const(1)
    return Iteration(start, stop, step, lambda k: k, direct=True)


def _prange(frame: Frame, node: ast.Call) -> Iteration:
    if node.keywords:
        raise frame.refuse("keyword arguments are not supported here", node)
    it = _range(frame, node)
    if not frame.builder.parallel:
        return it
    if it.step != Const(1):
        raise frame.refuse("a prange loop has the step 1", node,
                           hint="compute the index from that of prange(n), or use range")
    return replace(it, parallel=True)


def _enumerate(frame: Frame, node: ast.Call) -> Iteration | TupleValue:
    inner = iteration(frame, node.args[0])
    start_node = node.args[1] if len(node.args) > 1 else None
    for keyword in node.keywords:
        if keyword.arg != "start":
            raise frame.refuse(f"enumerate has no argument {keyword.arg}", node)
        start_node = keyword.value
    first = Const(0) if start_node is None else atom_of(frame, start_node)
    if isinstance(inner, TupleValue):
        if not isinstance(first, Const):
            raise frame.refuse("enumerate of a tuple needs a literal start", node)
        return TupleValue(tuple(
            TupleValue((Const(first.value + k), v)) for k, v in enumerate(inner.items)
        ))
    counted = counting(frame, inner, node)

    def value(k: Atom) -> Value:
        number = k if first == Const(0) else frame.emit("+", (k, first), node)
        return TupleValue((number, counted.value(k)))

    return Iteration(Const(0), counted.stop, Const(1), value)


def _zip(frame: Frame, node: ast.Call) -> Iteration | TupleValue:
    parts = [iteration(frame, a) for a in node.args]
    if all(isinstance(p, TupleValue) for p in parts):
        return TupleValue(tuple(map(TupleValue, zip(*(p.items for p in parts), strict=False))))  # type: ignore
    counted = [counting(frame, _indexable(frame, p, node), node) for p in parts]
    n: Atom = counted[0].stop
    for other in counted[1:]:
        n = frame.emit("min", (n, other.stop), node)
    return Iteration(
        Const(0), n, Const(1), lambda k: TupleValue(tuple(c.value(k) for c in counted))
    )


def _indexable(frame: Frame, part: Iteration | TupleValue, node: ast.AST) -> Iteration:
    if isinstance(part, Iteration):
        return part
    atom = frame.atom(part, node)
    return Iteration(Const(0), Const(len(part.items)), Const(1),
                     lambda k: frame.emit("[]", (atom, k), node))


def _reversed(frame: Frame, node: ast.Call) -> Iteration | TupleValue:
    inner = iteration(frame, node.args[0])
    if isinstance(inner, TupleValue):
        return TupleValue(inner.items[::-1])
    if inner.step == Const(1):
        start = frame.emit("-", (inner.stop, Const(1)), node)
        stop = Const(-1) if inner.start == Const(0) else frame.emit("-", (inner.start, Const(1)), node)
        return Iteration(start, stop, Const(-1), inner.value, inner.direct)
    counted = counting(frame, inner, node)
    last = frame.emit("-", (counted.stop, Const(1)), node)
    return Iteration(Const(0), counted.stop, Const(1),
                     lambda k: counted.value(frame.emit("-", (last, k), node)))


_MAKERS: dict[str, Any] = {
    "range": _range, "enumerate": _enumerate, "zip": _zip, "reversed": _reversed,
}


# --- loops --------------------------------------------------------------------------------------


def for_loop(frame: Frame, node: ast.For) -> None:
    """Emit a ``for``; one that may be left early runs as a ``while`` over its iteration number."""
    more: str | None = getattr(node, "more", None)
    source, limits = head(frame, node.iter)
    indices = grid(frame, source) if more is None and limits is None else None
    if indices is not None:
        _nested_for(frame, node, indices)
        return
    it = iteration(frame, source)
    if isinstance(it, TupleValue):
        if limits is not None:
            raise frame.refuse("a loop over a tuple is unrolled, and has no checkpoints", node.iter,
                               hint="loop over an array")
        _unroll(frame, node, it, more)
    elif more is None:
        if it.parallel and limits is not None:
            raise frame.refuse("a prange loop has no checkpoints", node.iter, hint="use range")
        _plain_for(frame, node, it if limits is None else counting(frame, it, node), limits)
    elif it.parallel:
        raise frame.refuse("a prange loop can't be left early, by break or return", node, hint="use range")
    else:
        _leavable_for(frame, node, counting(frame, it, node), more, limits)


def _unroll(frame: Frame, node: ast.For, items: TupleValue, more: str | None) -> None:
    for item in items.items:
        def body(item: Value = item) -> None:
            assign(frame, node.target, item)
            statements(frame, node.body)

        flag = frame.env.get(more, Const(True)) if more else Const(True)
        if isinstance(flag, Const):
            if flag.value:
                body()
        else:
            frame.branch(frame.atom(flag, node), body, lambda: None, node)


def _plain_for(frame: Frame, node: ast.For, it: Iteration, limits: Checkpoints | None = None) -> None:
    names = _assigned([*node.body], node.target)
    hint = node.target.id if isinstance(node.target, ast.Name) and it.direct else "i"
    index = frame.builder.namer(hint)
    frame.builder.kinds.given[index] = types.intp

    def run() -> Block:
        parallel = frame.builder.parallel
        frame.builder.parallel = parallel and not it.parallel  # a loop inside runs in one thread
        assign(frame, node.target, it.value(Var(index)), counts=it.direct)
        statements(frame, node.body)
        frame.builder.parallel = parallel
        return Block(())

    def build(carried: tuple[Carried, ...], blocks: list[Block]) -> Stmt:
        return For(index, it.start, it.stop, it.step, carried, blocks[0], frame.loc(node),
                   parallel=it.parallel, checkpoints=limits)

    _carry(frame, names, [run], build, node)


def _nested_for(frame: Frame, node: ast.For, indices: Grid) -> None:
    """A loop over all indices of a shape: a loop for each axis."""
    names = _assigned(node.body, node.target)

    def nest(done: tuple[Atom, ...]) -> None:
        if len(done) == len(indices.lengths):
            assign(frame, node.target, indices.value(done))
            statements(frame, node.body)
            return
        index = frame.builder.namer("ijkl"[min(len(done), 3)])
        frame.builder.kinds.given[index] = types.intp
        n = indices.lengths[len(done)]

        def run() -> Block:
            nest((*done, Var(index)))
            return Block(())

        def build(carried: tuple[Carried, ...], blocks: list[Block]) -> Stmt:
            return For(index, Const(0), n, Const(1), carried, blocks[0], frame.loc(node))

        _carry(frame, names, [run], build, node)

    nest(())


def _leavable_for(frame: Frame, node: ast.For, it: Iteration, more: str, limits: Checkpoints | None) -> None:
    counter = "_k"
    while counter in frame.env:
        counter += "_"
    frame.env[counter] = Const(0)
    names = [counter, *_assigned(node.body, node.target)]

    def test() -> Atom:
        def in_range() -> Value:
            return frame.emit("<", (frame.env[counter], it.stop), node)  # type: ignore[arg-type]

        flag = frame.env[more]
        if isinstance(flag, Const):
            return frame.atom(in_range() if flag.value else flag, node)
        return frame.atom(bool_op(frame, True, frame.atom(flag, node), in_range, node), node)

    def body() -> None:
        k = frame.env[counter]
        assign(frame, node.target, it.value(k), counts=it.direct)  # type: ignore[arg-type]
        statements(frame, node.body)
        frame.env[counter] = frame.emit("+", (k, Const(1)), node, counter.strip("_"))  # type: ignore

    _while(frame, names, test, body, node, limits)
    del frame.env[counter]


def while_loop(frame: Frame, node: ast.While) -> None:
    """Emit a ``while``."""
    condition, limits = head(frame, node.test)

    def test() -> Atom:
        return atom_of(frame, condition)

    _while(frame, _assigned(node.body), test, lambda: statements(frame, node.body), node, limits)


def _while(frame: Frame, names: Sequence[str], test: Callable[[], Atom], body: Callable[[], None],
           node: ast.AST, limits: Checkpoints | None = None) -> None:
    def run_test() -> Block:
        return Block((), (test(),))

    def run_body() -> Block:
        body()
        return Block(())

    def build(carried: tuple[Carried, ...], blocks: list[Block]) -> Stmt:
        return While(carried, blocks[0], blocks[1], frame.loc(node), limits)

    _carry(frame, names, [run_test, run_body], build, node)


# --- carried values -----------------------------------------------------------------------------


def _carry(
    frame: Frame, names: Sequence[str], runs: Sequence[Callable[[], Block]],
    build: Callable[[tuple[Carried, ...], list[Block]], Stmt], node: ast.AST,
) -> None:
    """Emit a loop that assigns ``names``; the last block of ``runs`` is its body.

    A name may turn out to hold a tuple only after the body is read: then it is read again.
    """
    before = dict(frame.env)
    shapes: dict[str, Value] = {n: before.get(n, UNDEFINED) for n in names}
    for _ in range(len(names) + 2):
        attempt = _attempt(frame, shapes, runs, node)
        if attempt is not None:
            break
        frame.env = dict(before)
    else:
        raise frame.refuse("the values carried by this loop change their structure", node)
    carried, blocks, after = attempt
    frame.builder.stmts.append(build(carried, blocks))
    frame.env = before | after


def _attempt(
    frame: Frame, shapes: dict[str, Value], runs: Sequence[Callable[[], Block]], node: ast.AST
) -> tuple[tuple[Carried, ...], list[Block], dict[str, Value]] | None:
    namer = frame.builder.namer
    phis: dict[str, Value] = {}
    inits: list[Atom] = []
    targets: list[str] = []
    for name, shape in shapes.items():
        def phi(leaf: Value, name: str = name) -> Value:
            if not is_atom(leaf):  # a function or module: checked below to stay the same
                return leaf
            inits.append(leaf)  # type: ignore[arg-type]
            targets.append(namer(name.strip("_") or "v" if name.startswith("_") else name))
            frame.builder.kinds.choose(targets[-1], leaf)
            if frame.builder.is_hollow(leaf):
                frame.builder.hollow.add(targets[-1])
            return Var(targets[-1])

        phis[name] = rebuild(shape, iter([phi(leaf) for leaf in leaves(shape)]))
    frame.env.update({n: v for n, v in phis.items()})
    blocks = []
    for run in runs:
        with frame.builder.capture() as stmts:
            block = run()
        blocks.append(Block(tuple(stmts), block.yields))
    yields: list[Atom] = []
    results: dict[str, Value] = {}
    for name, shape in shapes.items():
        value = frame.env[name]
        if not same_shape(value, shape):
            if frame.builder.is_hollow(shape) and isinstance(value, TupleValue | StructureValue):
                shapes[name] = undefined_like(value)
                return None
            raise frame.refuse(f"{name} holds tuples of different structure in this loop", node)
        parts = []
        for leaf, start in zip(leaves(value), leaves(phis[name]), strict=True):
            if not is_atom(start):
                if leaf != start:
                    raise frame.refuse(f"{name} is a different function or object in each iteration",
                                       node, hint="call it inside the loop")
                parts.append(start)
            elif not is_atom(leaf) or isinstance(leaf, Undefined):  # made inside, and not visible outside
                yields.append(UNDEFINED)
                parts.append(UNDEFINED)
            else:
                yields.append(leaf)  # type: ignore[arg-type]
                result = Var(namer(targets[len(yields) - 1]))
                frame.builder.kinds.choose(result.name, leaf, start)
                parts.append(result)
        results[name] = rebuild(shape, iter(parts))
    names = [v.name for value in results.values() for v in leaves(value) if isinstance(v, Var)]
    return _close(blocks, targets, inits, yields, names, results, namer)


def _close(
    blocks: list[Block], targets: list[str], inits: list[Atom], yields: list[Atom],
    names: list[str], results: dict[str, Value], namer: Any,
) -> tuple[tuple[Carried, ...], list[Block], dict[str, Value]]:
    result_names = iter(names)
    carried = []
    for target, init, last in zip(targets, inits, yields, strict=True):
        result = namer(f"{target}_unused") if isinstance(last, Undefined) else next(result_names)
        carried.append(Carried(target, init, result))
    blocks[-1] = Block(blocks[-1].stmts, tuple(yields))
    return tuple(carried), blocks, results


def _assigned(stmts: Sequence[ast.stmt], target: ast.expr | None = None) -> list[str]:
    """The names that the statements assign, in order; those of inner functions left out."""
    names: dict[str, None] = {}

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names[node.id] = None
        if isinstance(node, ast.FunctionDef):
            names[node.name] = None
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            return
        for child in ast.iter_child_nodes(node):
            visit(child)

    if target is not None:
        visit(target)
    for stmt in stmts:
        visit(stmt)
    return list(names)
