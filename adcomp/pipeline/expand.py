"""Array functions that have a definition: the definition in place of the call.

Requires: Core, and the type of every name of it that Numba has found alive.
Ensures:  Core of the same meaning, in which indexing with arrays selects from leading axes of what is
          indexed; new names have no type yet. None if there was nothing to do: no typed call has a
          definition that applies.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from numba import types as nb

from ..backend.dispatch import DerivativeDispatcher
from ..core.ir import (
    Atom,
    Block,
    Call,
    Const,
    Function,
    Let,
    Raise,
    SetItem,
    Stmt,
    Var,
    Where,
    bound_in,
    map_blocks,
)
from ..core.names import Namer
from ..core.ops import STANDARD, callee
from ..core.splice import splice
from ..core.types import is_array, type_of
from ..errors import Loc, UnsupportedSyntax
from ..frontend.definitions import read_definition
from ..registry import Definition, Rules
from .derivatives import (
    adds,
    array_rule,
    layout_of,
    meaning_of,
    no_second,
    program_of,
    writes_of,
)
from .steady import Steady

_FULL = (Const(None), Const(None), Const(None))


def expand(fn: Function, types: Mapping[str, Any], rules: Rules,
           is_primitive: Callable[[Any], bool], left: frozenset[str] = frozenset()) -> Function | None:
    """Read every call that has a definition as that, except of the ops that are `left` as they are."""
    work = _Expand(fn, types, rules, is_primitive, left)
    body = work.block(fn.body)
    return replace(fn, body=body, namespace=work.namespace) if work.changed else None


class _Expand:
    def __init__(self, fn: Function, types: Mapping[str, Any], rules: Rules,
                 is_primitive: Callable[[Any], bool], left: frozenset[str]) -> None:
        self.left = left
        self.types, self.rules, self.is_primitive = types, rules, is_primitive
        self.namespace = dict(fn.namespace)
        self.bound = {*fn.params, *bound_in(fn.body)}
        self.namer = Namer([fn.name, *self.bound, *fn.namespace, *STANDARD, "kernels", "frames"])
        self.tuples: dict[str, Sequence[Atom]] = {}
        self.full: set[str] = set()  # slices of whole axes
        self.steady = Steady(fn, types)
        self.changed = False

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block.stmts:
            out += self.statement(map_blocks(stmt, self.block))
        return Block(tuple(out), block.yields)

    def statement(self, stmt: Stmt) -> list[Stmt]:
        match stmt:
            case Let(target=target, op="tuple", args=args):
                self.tuples[target] = args
            case Let(target=target, op="slice", args=args):
                self.full |= {target} if args == _FULL else set()
            case Let(op=".flat", args=(Var(name),)) if is_array(self.types.get(name)):
                return [self._flat(stmt, self.types[name])]
            case Let(op="[]", args=(Var(name), Const(k))) if name in self.tuples and isinstance(k, int):
                item = self.tuples[name][k]
                if isinstance(item, Var) and item.name in self.tuples:
                    self.tuples[stmt.target] = self.tuples[item.name]
                return [replace(stmt, op="id", args=(item,))]
            case Let(target=target, op=op, args=args) if target in self.types and self._typed(args):
                result = self.types[target]
                derived = self._derivative(op, args, stmt.keywords, stmt.loc)
                if derived is not None:
                    return [*derived[0], Let(target, "id", (derived[1],), stmt.loc)]
                if op == "[]" and is_array(self._type(args[0])) and self._has_tuple(args[1:]):
                    before, index = self._unpacked(args[1:], stmt.loc)
                    return [*before, replace(stmt, args=(args[0], *index))]
                if op == "[]" and any(is_array(self._type(a)) for a in args[1:]):
                    return self._pick(stmt, result)
                definition = self.rules.definition(op)
                if definition is not None and definition.for_view:
                    self.steady.check(stmt)
                found = self._read(op, args, stmt.keywords, result, stmt.loc)
                if found is not None:
                    return [*found[0], Let(target, "id", (found[1],), stmt.loc)]
            case Call(op=op, args=args) if self._typed(args):
                helper = self._helper(stmt)
                if helper is not None:
                    return helper
                found = self._read(op, args, stmt.keywords, nb.none, stmt.loc)
                if found is not None:
                    return found[0]
            case SetItem(index=index) if self._typed((stmt.array, *index, stmt.value)):
                if self._has_tuple(index):
                    before, atoms = self._unpacked(index, stmt.loc)
                    return [*before, replace(stmt, index=tuple(atoms))]
                if any(is_array(self._type(a)) for a in index):
                    return self._put(stmt)
        return [stmt]

    def _flat(self, stmt: Let, array: Any) -> Let:
        """``x.flat``: the array itself, a view of it, or, if nothing is written later, a copy."""
        self.changed = True
        if array.ndim != 1 and array.layout != "C":
            self.steady.check(stmt)
        return replace(stmt, op="id" if array.ndim == 1 else ".ravel()")

    # --- tuples as indices --------------------------------------------------------------------

    def _has_tuple(self, index: Sequence[Atom]) -> bool:
        return any(isinstance(self._type(a), nb.BaseTuple) for a in index)

    def _unpacked(self, index: Sequence[Atom], loc: Where) -> tuple[list[Stmt], list[Atom]]:
        """The indices that are in tuples, one by one, and the statements that take them out."""
        self.changed = True
        out: list[Stmt] = []
        atoms: list[Atom] = []
        for atom in index:
            kind = self._type(atom)
            if not isinstance(kind, nb.BaseTuple):
                atoms.append(atom)
                continue
            for k in range(len(kind)):
                name = self.namer("_t")
                out.append(Let(name, "[]", (atom, Const(k)), loc))
                atoms.append(Var(name))
        return out, atoms

    # --- arrays as indices --------------------------------------------------------------------

    def _pick(self, stmt: Let, result: Any) -> list[Stmt]:
        """``x[rows]``."""
        array, *index = stmt.args
        before, view, selectors, axis = self._selection(array, index, stmt.loc)
        if before:
            leading = self._leading(before, axis, stmt.loc)
            return [*before, replace(stmt, args=(view, *leading, *selectors))]
        found = self._read("gather", (view, Const(axis), *selectors), (), result, stmt.loc)
        return [stmt] if found is None else [*found[0], Let(stmt.target, "id", (found[1],), stmt.loc)]

    def _put(self, stmt: SetItem) -> list[Stmt]:
        """``x[rows] = value``."""
        loc = stmt.loc
        if stmt.accumulate:  # of elements that are named twice, the last sum counts
            self.changed = True
            old, new = self.namer("_t"), self.namer("_t")
            return [Let(old, "[]", (stmt.array, *stmt.index), loc),
                    Let(new, "+", (Var(old), stmt.value), loc),
                    replace(stmt, value=Var(new), accumulate=False)]
        before, view, selectors, axis = self._selection(stmt.array, stmt.index, loc)
        if before:
            leading = self._leading(before, axis, loc)
            return [*before, replace(stmt, array=view, index=(*leading, *selectors))]
        found = self._read("scatter", (view, Const(axis), stmt.value, *selectors), (), nb.none, loc)
        return [stmt] if found is None else found[0]

    def _selection(self, array: Atom, index: Sequence[Atom], loc: Where
                   ) -> tuple[list[Stmt], Atom, tuple[Atom, ...], int]:
        """What is indexed, the arrays that select of its axes, and the first of these axes.

        Indices beside the arrays are taken first, in a view that the returned statements make.
        """
        kinds = [self._type(a) for a in index]
        chosen = [k for k, kind in enumerate(kinds) if is_array(kind)]
        picking = [k for k, kind in enumerate(kinds) if is_array(kind) or isinstance(kind, nb.Integer)]
        if picking != list(range(picking[0], picking[-1] + 1)):
            raise UnsupportedSyntax(
                "integers and arrays as indices must stand side by side",
                loc=loc if isinstance(loc, Loc) else None, hint="index with the integers first",
            )
        rank = self._type(array).ndim
        taken = sum(isinstance(kind, nb.Integer | nb.SliceType | nb.Array) for kind in kinds)
        axis = sum(rank - taken if a == Const(Ellipsis) else not isinstance(kind, nb.Integer)
                   for a, kind in zip(index[: chosen[0]], kinds, strict=False))
        selectors = tuple(index[k] for k in chosen)
        rest = [a for a in index[: chosen[0]] if not (isinstance(a, Var) and a.name in self.full)]
        if not rest and len(index) == axis + len(chosen):
            return [], array, selectors, axis
        self.changed = True
        out: list[Stmt] = []
        plain = tuple(self._full(out, loc) if k in chosen else a for k, a in enumerate(index))
        view = self.namer("_t")
        out.append(Let(view, "[]", (array, *plain), loc))
        return out, Var(view), selectors, axis

    def _leading(self, out: list[Stmt], axes: int, loc: Where) -> list[Var]:
        return [self._full(out, loc) for _ in range(axes)]

    def _full(self, out: list[Stmt], loc: Where) -> Var:
        name = self.namer("_t")
        out.append(Let(name, "slice", _FULL, loc))
        return Var(name)

    # --- derivatives and what they call -------------------------------------------------------

    def _derivative(self, op: str, args: Sequence[Atom], keywords: Sequence[str], loc: Where
                    ) -> tuple[list[Stmt], Atom] | None:
        """The program of a derivative that is called."""
        value = callee(op, self.namespace) if op in self.namespace else None
        if not isinstance(value, DerivativeDispatcher):
            return None
        self.changed = True
        called = program_of(value, tuple(map(self._type, args)), loc)
        given = dict(zip(called.fn.params, args, strict=False))
        defaults = zip(reversed(called.fn.params), map(Const, reversed(called.fn.defaults)), strict=False)
        stmts, results = splice(called.fn, dict(defaults) | given, self.namer, self.namespace, loc)
        value_of = layout_of(called.fn.returns, results, stmts, self.namer, loc)
        self.bound |= set(bound_in(Block(tuple(stmts))))
        return stmts, value_of

    def _helper(self, stmt: Call) -> list[Stmt] | None:
        """A call that an adjoint makes, as statements."""
        value = callee(stmt.op, self.namespace) if stmt.op in self.namespace else None
        if value is None or not writes_of(value):
            return None
        self.changed = True
        found = adds(stmt, self.types, self.namespace, self.namer)
        if found is not None:
            return found
        rule = array_rule(value)
        assert rule is not None
        place = stmt.loc if isinstance(stmt.loc, Loc) else None
        arguments = dict(zip(inspect.signature(rule).parameters, stmt.args, strict=True))
        try:
            stmts, _ = read_definition(
                rule, {name: (a, self._type(a)) for name, a in arguments.items()}, tuples=self.tuples,
                namer=self.namer, namespace=self.namespace, writes=writes_of, meaning=meaning_of,
                is_primitive=lambda g: self.is_primitive(g) or bool(writes_of(g)), place=place,
            )
        except UnsupportedSyntax as error:
            raise no_second(rule, place) from error
        if any(isinstance(s, Raise) for s in stmts):  # what stands for compiled code only
            raise no_second(rule, place)
        return stmts

    # --- definitions --------------------------------------------------------------------------

    def _read(self, op: str, args: Sequence[Atom], keywords: Sequence[str], result: Any, loc: Where
              ) -> tuple[list[Stmt], Atom] | None:
        """The statements and the result of an op by its definition, if one applies."""
        definition = None if op in self.left else self.rules.definition(op)
        given = None if definition is None else _bind(definition, args, keywords)
        if definition is None or given is None:
            return None
        signature = inspect.signature(definition.template).parameters
        facts: dict[str, Any] = {}
        several: tuple[Any, ...] = ()
        for name in definition.params:
            if signature[name].kind is inspect.Parameter.VAR_POSITIONAL:
                several = tuple(map(self._fact, given.get(name, ())))
            elif name == definition.result:
                facts[name] = result
            elif name not in given:
                facts[name] = signature[name].default
            else:
                facts[name] = self._fact(given[name])
        body = definition.template(*several, **facts)
        if body is None:
            return None
        self.changed = True
        before: list[Stmt] = []
        arguments: dict[str, tuple[Atom, Any]] = {}
        for name in inspect.signature(body).parameters:
            if name not in given:
                arguments[name] = Const(facts[name]), None
            elif isinstance(given[name], tuple):
                arguments[name] = self._tuple(given[name], before, loc)
            else:
                arguments[name] = given[name], self._type(given[name])
        stmts, value = read_definition(
            body, arguments, tuples=self.tuples, namer=self.namer,
            namespace=self.namespace, is_primitive=self.is_primitive,
            place=loc if isinstance(loc, Loc) else None,
        )
        return [*before, *stmts], value

    def _tuple(self, atoms: Sequence[Atom], out: list[Stmt], loc: Where) -> tuple[Atom, Any]:
        """A name for the arguments of a parameter ``*args``, and its type."""
        name = self.namer("_t")
        self.tuples[name] = tuple(atoms)
        out.append(Let(name, "tuple", tuple(atoms), loc))
        return Var(name), nb.Tuple([self._type(a) for a in atoms])

    def _fact(self, atom: Atom) -> Any:
        """What a template is told of an argument: the value of a constant, else a Numba type."""
        if isinstance(atom, Const):
            return atom.value
        assert isinstance(atom, Var)
        elements = self.tuples.get(atom.name)
        if elements is not None and all(isinstance(a, Const) for a in elements):
            return tuple(a.value for a in elements if isinstance(a, Const))
        return self.types[atom.name] if atom.name in self.types else callee(atom.name, self.namespace)

    def _type(self, atom: Atom) -> Any:
        return type_of(atom, self.types)

    def _typed(self, atoms: Sequence[Atom]) -> bool:
        """Are all arguments known to be alive?"""
        return all(
            isinstance(a, Const)
            or isinstance(a, Var) and (a.name in self.types or a.name not in self.bound)
            for a in atoms
        )


def _bind(definition: Definition, args: Sequence[Atom], keywords: Sequence[str]) -> dict[str, Any] | None:
    """The arguments by the definition's parameters; None if they do not fit."""
    split = len(args) - len(keywords)
    signature = inspect.signature(definition.template)
    parameters = [p for p in signature.parameters.values() if p.name != definition.result]
    try:
        return signature.replace(parameters=parameters).bind(
            *args[:split], **dict(zip(keywords, args[split:], strict=True))).arguments
    except TypeError:
        return None
