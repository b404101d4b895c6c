"""Activity: which values carry a derivative.

Requires: verified, typed Core, its aliases, the arguments that are varied and the results that
          count.
Ensures:  the names that depend differentiably on an argument (*varied*) and that a result depends
          on differentiably (*useful*), and have a tangent. An array is active when one of the
          arrays that it may mean is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..core.ir import Atom, Block, Call, For, Function, If, Let, SetItem, Var, While, blocks_of
from ..core.ops import Effect, effect_of
from ..core.types import Types, has_tangent, is_array, is_float
from .alias import Aliases


def find_active(
    fn: Function, types: Types, aliases: Aliases, *, varied: Iterable[str],
    is_zero: Callable[[str], bool], useful: Iterable[Atom] | None = None,
    through: Callable[[Let], tuple[Atom, ...] | None] = lambda stmt: None,
) -> frozenset[str]:
    """The active names of a function.

    Parameters
    ----------
    varied : names of the parameters that derivatives are taken with respect to.
    is_zero : tells whether the derivative of an op is zero.
    useful : the results that count; by default all of them.
    through : tells of a statement from which of its arguments a derivative flows, where that is not up
        to the op; None elsewhere.
    """
    forward = _Flow(types, aliases, is_zero, through)
    for name in varied:
        forward.mark(Var(name))
    forward.run(fn.body, backward=False)
    backward = _Flow(types, aliases, is_zero, through)
    for atom in fn.body.yields if useful is None else useful:
        backward.mark(atom)
    backward.run(fn.body, backward=True)
    names = [n for n in types if has_tangent(types[n])]
    return frozenset(n for n in names if forward.has(Var(n)) and backward.has(Var(n)))


def differentiates(stmt: Let, types: Types, is_zero: Callable[[str], bool]) -> bool:
    """Does a derivative flow through this statement?"""
    if not has_tangent(types.get(stmt.target)):
        return False
    if stmt.op == "tuple":
        return True
    return effect_of(stmt.op) is not Effect.PURE and not is_zero(stmt.op)


#: ops that make an array, and the arguments whose values are in it
_VALUES = {"np.full": (1,), "np.full_like": (1,), "np.linspace": (0, 1), "np.arange": (0, 1, 2)}


def flowing(stmt: Let) -> tuple[Atom, ...]:
    """The arguments of a statement whose values, not only their shapes, are in its result."""
    if stmt.op == "[]":
        return stmt.args[:1]
    if effect_of(stmt.op) is Effect.FRESH:
        return tuple(stmt.args[k] for k in _VALUES.get(stmt.op, ()) if k < len(stmt.args))
    return stmt.args


class _Flow:
    """Marks of scalars by name, and of arrays by site."""

    def __init__(self, types: Types, aliases: Aliases, is_zero: Callable[[str], bool],
                 through: Callable[[Let], tuple[Atom, ...] | None]) -> None:
        self.types, self.aliases, self.is_zero, self.through = types, aliases, is_zero, through
        self.names: set[str] = set()
        self.sites: set[str] = set()
        self.changed = True

    def mark(self, atom: Atom) -> None:
        if not isinstance(atom, Var) or not has_tangent(self.types.get(atom.name)):
            return
        if is_array(self.types[atom.name]):
            new = {s.name for s in self.aliases.of(atom)} - self.sites
            if new:
                self.sites |= new
                self.changed = True
        elif atom.name not in self.names:
            self.names.add(atom.name)
            self.changed = True

    def has(self, atom: Atom) -> bool:
        if not isinstance(atom, Var):
            return False
        if is_array(self.types.get(atom.name)):
            return any(s.name in self.sites for s in self.aliases.of(atom))
        return atom.name in self.names

    def run(self, body: Block, *, backward: bool) -> None:
        while self.changed:
            self.changed = False
            self._block(body, backward)

    def _flow(self, sources: Iterable[Atom], targets: Iterable[Atom], backward: bool) -> None:
        if backward:
            sources, targets = targets, sources
        if any(self.has(a) for a in sources):
            for atom in targets:
                self.mark(atom)

    def _block(self, block: Block, backward: bool) -> None:
        stmts = reversed(block.stmts) if backward else block.stmts
        for stmt in stmts:
            match stmt:
                case Let(target=target):
                    if differentiates(stmt, self.types, self.is_zero):
                        through = self.through(stmt)
                        sources = flowing(stmt) if through is None else through
                        self._flow(sources, (Var(target),), backward)
                case SetItem(array=array, value=value):
                    if stores_derivative(stmt, self.types):
                        self._flow((value,), (array,), backward)
                case Call(args=args, mutates=mutates):
                    if not self.is_zero(stmt.op):
                        self._flow(args, [args[k] for k in mutates], backward)
                case If(then=then, orelse=orelse, results=results):
                    for branch in (then, orelse):
                        self._block(branch, backward)
                        for name, atom in zip(results, branch.yields, strict=True):
                            self._flow((atom,), (Var(name),), backward)
                case For(carried=carried) | While(carried=carried):
                    for inner in blocks_of(stmt):
                        self._block(inner, backward)
                    for c, last in zip(carried, stmt.body.yields, strict=True):
                        self._flow((c.init, last), (Var(c.phi),), backward)
                        self._flow((c.init, last), (Var(c.result),), backward)


def stores_derivative(stmt: SetItem, types: Types) -> bool:
    """A store of a float into an array of integers cuts the derivative."""
    array = types.get(stmt.array.name) if isinstance(stmt.array, Var) else None
    value = types.get(stmt.value.name) if isinstance(stmt.value, Var) else None
    return array is None or value is None or is_float(array.dtype) or not is_float(
        value.dtype if is_array(value) else value
    )
