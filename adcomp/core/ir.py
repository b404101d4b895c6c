"""Core, the one intermediate representation of adcomp.

Grammar::

    function  ::=  name(param, ...) block
    block     ::=  stmt* yields(atom, ...)          -- a function's yields are its results
    stmt      ::=  Let(target, op, args)            -- target = op(args); arguments are atoms
                |  SetItem(array, index, value)     -- array[index] = value, or += with accumulate
                |  Call(op, args, mutates)          -- a call for its effect on args[k], k in mutates
                |  If(cond, then, orelse, results)  -- results = yields of the branch that ran
                |  For(index, start, stop, step, carried, body)
                |  While(carried, test, body)
                |  Raise(exception, args)           -- nothing after it runs
    atom      ::=  Var(name) | Const(value) | UNDEFINED

Core is in static single assignment form: every name has one definition, and it is visible in the
rest of its block and in the blocks nested there. What changes in a loop is *carried*: inside, the
value is called ``phi``; before the first iteration it is ``init``; the body yields the next one, in
the order of ``carried``; after the loop the last one is called ``result``. This is the structured
control flow of MLIR's ``scf`` dialect. ``break``, ``continue`` and early ``return`` do not exist
here: the frontend turns them into carried flags.

Arrays are mutable objects that names refer to: ``SetItem`` and ``Call`` change memory, not names.

An ``op`` is a string; :mod:`adcomp.core.ops` says what it means and how it is written.
Statements compare equal without their ``loc``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import Loc

__all__ = [
    "UNDEFINED", "AdjointLoc", "Atom", "Block", "Call", "Carried", "Checkpoints", "Const", "For", "Function",
    "If", "Let", "Raise", "SetItem", "Stmt", "Undefined", "Var", "While", "atoms_of", "blocks_of",
    "defined_by", "free_names", "map_atoms", "map_blocks", "names_in", "walk",
]


@dataclass(frozen=True, slots=True)
class Var:
    """A use of a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Const:
    """A literal: int, float, complex, bool, str, None, or a NumPy scalar such as float32(0)."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Const)
            and type(self.value) is type(other.value)
            and (self.value == other.value or self.value is other.value)
            and repr(self.value) == repr(other.value)
        )

    def __hash__(self) -> int:
        return hash((type(self.value), repr(self.value)))


@dataclass(frozen=True, slots=True)
class Undefined:
    """The value of a name on a path that never assigned it."""


UNDEFINED = Undefined()
Atom = Var | Const | Undefined


@dataclass(frozen=True, slots=True)
class AdjointLoc:
    """The place of a reverse-sweep statement: it belongs to the adjoint of a primal statement."""

    of: Loc


Where = Loc | AdjointLoc | None


@dataclass(frozen=True, slots=True)
class Block:
    """Statements, and the atoms that the block hands to whoever runs it."""

    stmts: tuple[Stmt, ...]
    yields: tuple[Atom, ...] = ()


@dataclass(frozen=True, slots=True)
class Let:
    """``target = op(*args)``; the last ``len(keywords)`` arguments are passed by keyword."""

    target: str
    op: str
    args: tuple[Atom, ...]
    loc: Where = field(default=None, compare=False)
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetItem:
    """``array[index] = value``, or ``array[index] += value`` where ``accumulate`` is set.

    ``index`` has an atom per written index (a slice is a name bound by the op ``slice``).
    """

    array: Atom
    index: tuple[Atom, ...]
    value: Atom
    accumulate: bool = False
    loc: Where = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """``op(*args)``, run for what it does to the arguments whose positions are in ``mutates``."""

    op: str
    args: tuple[Atom, ...]
    mutates: tuple[int, ...]
    loc: Where = field(default=None, compare=False)
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class If:
    """``results`` are the yields of ``then`` or of ``orelse``."""

    cond: Atom
    then: Block
    orelse: Block
    results: tuple[str, ...] = ()
    loc: Where = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Carried:
    """A value that a loop carries from one iteration to the next."""

    phi: str
    init: Atom
    result: str


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """How much of a loop's state is kept for its reverse: by number or by bytes, or None for either."""

    snapshots: Atom
    nbytes: Atom


@dataclass(frozen=True, slots=True)
class For:
    """``for index in range(start, stop, step)``."""

    index: str
    start: Atom
    stop: Atom
    step: Atom
    carried: tuple[Carried, ...]
    body: Block
    loc: Where = field(default=None, compare=False)
    parallel: bool = False
    checkpoints: Checkpoints | None = None


@dataclass(frozen=True, slots=True)
class While:
    """``while test: body``; ``test`` yields one boolean, and sees the phis as ``body`` does."""

    carried: tuple[Carried, ...]
    test: Block
    body: Block
    loc: Where = field(default=None, compare=False)
    checkpoints: Checkpoints | None = None


@dataclass(frozen=True, slots=True)
class Raise:
    """``raise exception(*args)``; ``exception`` is a name of the function's namespace."""

    exception: str
    args: tuple[Atom, ...] = ()
    loc: Where = field(default=None, compare=False)


Stmt = Let | SetItem | Call | If | For | While | Raise


class Field(str):
    """The name of a field, as the index of ``[]``: it is an attribute, where other text is a key."""

    __slots__ = ()


@dataclass(frozen=True)
class Built:
    """A part of a result that is made by a call of the namespace's ``maker``.

    Each of its parts is a layout of results, or `Fixed`.
    """

    maker: str
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Fixed:
    """A part of a result that is a constant."""

    value: Any


@dataclass(frozen=True)
class Function:
    """A function in Core.

    ``namespace`` holds the global objects that its ops and names refer to (``np``, ``math``, kernels,
    captured arrays). ``returns`` tells how the body's yields become the result: ``"none"``, ``"value"``
    (the only yield) or a nested tuple layout such as ``("value", ("value", "value"))``; `Built` stands for
    a part that is no tuple.
    ``defaults`` are the values of the last parameters.
    """

    name: str
    params: tuple[str, ...]
    body: Block
    namespace: Mapping[str, Any] = field(default_factory=dict, compare=False)
    returns: Any = "value"
    defaults: tuple[Any, ...] = ()
    doc: str = ""


def makers_in(layout: Any) -> Iterator[str]:
    """The names of what a layout of results calls."""
    if isinstance(layout, Built):
        yield layout.maker
    if isinstance(layout, Built | tuple):
        for part in layout.parts if isinstance(layout, Built) else layout:
            yield from makers_in(part)


# --- walking ------------------------------------------------------------------------------------


def blocks_of(stmt: Stmt) -> tuple[Block, ...]:
    """The blocks nested directly in a statement."""
    match stmt:
        case If(then=then, orelse=orelse):
            return (then, orelse)
        case For(body=body):
            return (body,)
        case While(test=test, body=body):
            return (test, body)
    return ()


def defined_by(stmt: Stmt) -> tuple[str, ...]:
    """The names that a statement defines for the statements after it."""
    match stmt:
        case Let(target=target):
            return (target,)
        case If(results=results):
            return results
        case For(carried=carried) | While(carried=carried):
            return tuple(c.result for c in carried)
    return ()


def atoms_of(stmt: Stmt) -> tuple[Atom, ...]:
    """The atoms that a statement itself reads, those of nested blocks excluded."""
    match stmt:
        case Let(args=args) | Call(args=args) | Raise(args=args):
            return args
        case SetItem(array=array, index=index, value=value):
            return (array, *index, value)
        case If(cond=cond):
            return (cond,)
        case For(start=start, stop=stop, step=step, carried=carried):
            return (start, stop, step, *(c.init for c in carried), *_limits(stmt))
        case While(carried=carried):
            return (*(c.init for c in carried), *_limits(stmt))
    raise AssertionError(stmt)


def _limits(loop: For | While) -> tuple[Atom, ...]:
    """The atoms that say how much of a loop's state is kept."""
    return () if loop.checkpoints is None else (loop.checkpoints.snapshots, loop.checkpoints.nbytes)


def walk(block: Block) -> Iterator[Stmt]:
    """Every statement of a block, nested ones included, in program order."""
    for stmt in block.stmts:
        yield stmt
        for inner in blocks_of(stmt):
            yield from walk(inner)


def names_in(block: Block) -> Iterator[str]:
    """Every name that is used in a block (with repetition)."""
    for stmt in block.stmts:
        for atom in atoms_of(stmt):
            if isinstance(atom, Var):
                yield atom.name
        for inner in blocks_of(stmt):
            yield from names_in(inner)
    for atom in block.yields:
        if isinstance(atom, Var):
            yield atom.name


def bound_in(block: Block) -> Iterator[str]:
    """Every name that is defined in a block, nested ones included."""
    for stmt in walk(block):
        yield from defined_by(stmt)
        match stmt:
            case For(index=index, carried=carried):
                yield index
                yield from (c.phi for c in carried)
            case While(carried=carried):
                yield from (c.phi for c in carried)


def free_names(block: Block) -> tuple[str, ...]:
    """The names that a block uses and does not define, in the order of their first use."""
    bound = set(bound_in(block))
    return tuple(dict.fromkeys(name for name in names_in(block) if name not in bound))


def map_atoms(stmt: Stmt, f: Callable[[Atom], Atom]) -> Stmt:
    """The statement with ``f`` applied to every atom that it reads, nested blocks included."""

    def block(b: Block) -> Block:
        return Block(tuple(map_atoms(s, f) for s in b.stmts), tuple(map(f, b.yields)))

    def inits(carried: tuple[Carried, ...]) -> tuple[Carried, ...]:
        return tuple(replace(c, init=f(c.init)) for c in carried)

    def limits(kept: Checkpoints | None) -> Checkpoints | None:
        return None if kept is None else Checkpoints(f(kept.snapshots), f(kept.nbytes))

    match stmt:
        case Let(args=args) | Call(args=args) | Raise(args=args):
            return replace(stmt, args=tuple(map(f, args)))
        case SetItem(array=array, index=index, value=value):
            return replace(stmt, array=f(array), index=tuple(map(f, index)), value=f(value))
        case If(cond=cond, then=then, orelse=orelse):
            return replace(stmt, cond=f(cond), then=block(then), orelse=block(orelse))
        case For(start=start, stop=stop, step=step, carried=carried, body=body):
            return replace(
                stmt, start=f(start), stop=f(stop), step=f(step), carried=inits(carried),
                body=block(body), checkpoints=limits(stmt.checkpoints),
            )
        case While(carried=carried, test=test, body=body):
            return replace(stmt, carried=inits(carried), test=block(test), body=block(body),
                           checkpoints=limits(stmt.checkpoints))
    raise AssertionError(stmt)


def map_blocks(stmt: Stmt, f: Callable[[Block], Block]) -> Stmt:
    """The statement with ``f`` applied to the blocks nested directly in it."""
    match stmt:
        case If(then=then, orelse=orelse):
            return replace(stmt, then=f(then), orelse=f(orelse))
        case For(body=body):
            return replace(stmt, body=f(body))
        case While(test=test, body=body):
            return replace(stmt, test=f(test), body=f(body))
    return stmt
