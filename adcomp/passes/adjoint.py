"""The adjoint of a program: a forward sweep, and a reverse sweep that runs it backwards.

Requires: verified, typed, scalarised Core with shadows, and the set of active names.
Ensures:  for each block of the forward sweep the statements of its reverse: one pullback per active
          statement, last statement first.

What the reverse sweep says, with ``x_bar`` for the cotangent of ``x``::

    y = f(a, b)         a_bar += pullback of f in a;  b_bar += ...
    v = x[i]            x_bar[i] += v_bar
    x[i] = v            v_bar += x_bar[i];  x_bar[i] = 0     -- the old value's cotangent
    x[i] += v           v_bar += x_bar[i]
    if c: A else: B     if c: reverse of A, else: reverse of B
    for i in r: A       for i in reversed(r): reverse of A   -- see adjoint_loop

The cotangent of a scalar is a value: ``bars`` maps a name to the atom that holds what has been
gathered so far, and a name that is missing has the cotangent zero, for which nothing is emitted.
The cotangent of an array is its shadow, in memory. Names of the forward sweep are used as if they
were all at hand; :mod:`adcomp.passes.record` sees to it that they are.
"""

from __future__ import annotations

from dataclasses import replace
from types import FunctionType
from typing import Any

from numba import types as nb

from ..core.ir import (
    AdjointLoc,
    Atom,
    Block,
    Call,
    Const,
    For,
    If,
    Let,
    Raise,
    SetItem,
    Stmt,
    Undefined,
    Var,
    Where,
    While,
    walk,
)
from ..core.names import stem
from ..core.types import COMPOUND, cotangent_type, is_array, is_float, zero
from ..errors import Loc, NoRuleError
from ..registry import is_kernel, unwrap
from .activity import differentiates, flowing, stores_derivative
from .adjoint_user import reverse_user_call
from .alias import is_view
from .clamptype import clamp
from .context import Context, RuleBook
from .equations import instantiate

Bars = dict[str, Atom]
LETTERS = "abcdef"


def reversed_loc(loc: Where) -> Where:
    return AdjointLoc(loc) if isinstance(loc, Loc) else loc


def part_of(name: str, k: int) -> str:
    """What the cotangent of an element of a returned tuple is filed under."""
    return f"{name}[{k}]"


def is_call(rules: RuleBook, op: str, value: Any) -> bool:
    """Does an op call a Python function that has no rule?"""
    return (isinstance(unwrap(value), FunctionType) and rules.user(value) is None
            and rules.equation(op, value) is None and not is_kernel(value))


class Adjoint:
    """Builds the two sweeps of a function, block by block."""

    def __init__(self, ctx: Context) -> None:
        from .record import Timeline

        self.ctx = ctx
        self.calls = {s.target for s in walk(ctx.fn.body) if isinstance(s, Let)
                      and (self._is_call(s) or self._user_rule(s) is not None)}
        self.saved: dict[str, list[Stmt]] = {}
        self.depth = 0  # loops and branches around the statement
        self.given = set(ctx.fn.params)  # the arguments, and the tuples in them
        for s in ctx.fn.body.stmts:
            if isinstance(s, Let) and s.op == "[]" and s.args[0] in tuple(map(Var, self.given)):
                self.given.add(s.target)
        self.timeline = Timeline(ctx.fn, ctx.aliases, ctx.unsteady)
        self.tuples = {s.target: s.args for s in walk(ctx.fn.body) if isinstance(s, Let) and s.op == "tuple"}

    # --- blocks -------------------------------------------------------------------------------

    def block(self, block: Block, bars: Bars) -> tuple[Block, list[Stmt]]:
        """The forward block, and its reverse; ``bars`` is updated to the cotangents before it."""
        forward: list[list[Stmt]] = []
        with self.ctx.collect() as reverse:
            for stmt in reversed(block.stmts):
                forward.append(self.statement(stmt, bars))
        stmts = tuple(s for group in reversed(forward) for s in group)
        return Block(stmts, block.yields), reverse

    def statement(self, stmt: Stmt, bars: Bars) -> list[Stmt]:
        """Emit the reverse of a statement; what stands for it in the forward sweep."""
        from .adjoint_loop import reverse_loop

        match stmt:
            case Let():
                return self._let(stmt, bars)
            case SetItem():
                self._store(stmt, bars)
            case Call():
                self._call(stmt)
            case If():
                return [self._if(stmt, bars)]
            case For() | While():
                return reverse_loop(self, stmt, bars)
            case Raise():
                pass
        return [stmt]

    # --- cotangents ---------------------------------------------------------------------------

    def add(self, bars: Bars, target: Atom, contribution: Atom, loc: Where = None) -> None:
        """``target_bar += contribution``, in the space of the target."""
        if not self.ctx.is_active(target):
            return
        assert isinstance(target, Var)
        known = bars.get(target.name)
        if is_array(self.ctx.types[target.name]):
            raise AssertionError(f"array {target.name} as a scalar")
        contribution = clamp(self.ctx, contribution, self.ctx.types[target.name], loc)
        hint = self.bar_name(target.name)
        if known is None:
            bars[target.name] = contribution
            return
        bars[target.name] = self.ctx.let(
            "+", (known, contribution), cotangent_type(self.ctx.types[target.name]), hint=hint, loc=loc
        )

    def bar_name(self, name: str) -> str:
        """What the cotangent of a name is called."""
        return "_t" if name.startswith("_") else f"{stem(name)}_bar"

    # --- statements ---------------------------------------------------------------------------

    def _is_zero(self, op: str) -> bool:
        return self.ctx.rules.is_zero(op, self.ctx.object_of(op))

    def _let(self, stmt: Let, bars: Bars) -> list[Stmt]:
        """The reverse of a binding; what stands for it in the forward sweep."""
        if stmt.op == "tuple":  # its elements get their cotangents where it is indexed
            return [stmt]
        if stmt.op == "[]" and isinstance(self.ctx.type_of(stmt.args[0]), COMPOUND):
            self._tuple_item(stmt, bars)
            return [stmt]
        if stmt.target not in self.ctx.active or not differentiates(stmt, self.ctx.types, self._is_zero):
            bars.pop(stmt.target, None)
            return [stmt]
        if self._is_call(stmt):
            from .adjoint_call import reverse_call

            return reverse_call(self, stmt, bars)
        self._primitive(stmt, bars)
        return [*self.saved.pop(stmt.target, []), stmt, *self.saved.pop(f"{stmt.target} after", [])]

    def _is_call(self, stmt: Let) -> bool:
        """Is it the call of a function that is neither inlined nor has a rule?"""
        value = self.ctx.object_of(stmt.op) if stmt.op in self.ctx.namespace else None
        return is_call(self.ctx.rules, stmt.op, value)

    def _user_rule(self, stmt: Let) -> Any:
        value = self.ctx.object_of(stmt.op) if stmt.op in self.ctx.namespace else None
        return None if value is None else self.ctx.rules.user(value)

    def _primitive(self, stmt: Let, bars: Bars) -> None:
        ctx, target = self.ctx, stmt.target
        user = self._user_rule(stmt)
        if user is not None:
            reverse_user_call(self, stmt, user, bars)
            return
        if is_array(ctx.types[target]):
            if not is_view(stmt, ctx.types):
                self._array(stmt, bars)
            return
        y_bar = bars.pop(target, None)
        if y_bar is None:
            return
        loc = reversed_loc(stmt.loc)
        base = stmt.args[0] if stmt.args else None
        if stmt.op == "[]" and is_array(ctx.type_of(base)):  # type: ignore[arg-type]
            assert isinstance(base, Var)
            if base.name in ctx.shadow:
                value = clamp(ctx, y_bar, ctx.types[base.name].dtype, loc)
                ctx.out.append(SetItem(Var(ctx.shadow[base.name]), stmt.args[1:], value, True, loc))
            return
        self._scalar(stmt, y_bar, bars, loc)

    def _tuple_item(self, stmt: Let, bars: Bars) -> None:
        """``y = t[i]``: the cotangent goes to the element; an argument's keeps it for the end."""
        base, index = stmt.args
        if isinstance(base, Var) and base.name in self.given:
            return
        if self.ctx.is_active(Var(stmt.target)) and is_array(self.ctx.types[stmt.target]):
            raise self.no_rule(stmt)  # an array out of a tuple that some function has returned
        if stmt.target not in bars:
            return
        elements = self.tuples.get(base.name) if isinstance(base, Var) else None
        if elements is None:
            if not self._is_part(base):
                raise self.no_rule(stmt)
            if not (isinstance(index, Const) and isinstance(base, Var)):
                raise self.no_rule(stmt)
            part = part_of(base.name, index.value % len(self.ctx.types[base.name]))
            known, y_bar = bars.get(part), bars.pop(stmt.target)
            self.ctx.types[part] = self.ctx.types[stmt.target]
            bars[part] = y_bar if known is None else self.ctx.let("+", (known, y_bar))
            return
        y_bar, loc = bars.pop(stmt.target), reversed_loc(stmt.loc)
        for k, atom in enumerate(elements):
            if not self.ctx.is_active(atom) or is_array(self.ctx.type_of(atom)):
                continue
            if isinstance(index, Const):
                if index.value % len(elements) == k:
                    self.add(bars, atom, y_bar, loc)
                continue
            place = self.ctx.let("%", (index, Const(len(elements))), nb.intp, loc=loc)
            hit = self.ctx.let("==", (place, Const(k)), nb.boolean, loc=loc)
            part = self.ctx.fresh("_t", self.ctx.type_of(y_bar))
            nothing = zero(self.ctx.type_of(y_bar))
            self.ctx.out.append(If(hit, Block((), (y_bar,)), Block((), (nothing,)), (part,), loc))
            self.add(bars, atom, Var(part), loc)

    def _is_part(self, base: Atom) -> bool:
        """Is a tuple an argument's element, or the result of a call?"""
        return isinstance(base, Var) and base.name in self.calls

    def _scalar(self, stmt: Let, y_bar: Atom, bars: Bars, loc: Where) -> None:
        ctx, value = self.ctx, self.ctx.object_of(stmt.op)
        if stmt.op == "/" and stmt.args[0] in (Const(1), Const(1.0)):  # needs no second division
            op, arguments = "np.reciprocal", stmt.args[1:]
            stmt, value = replace(stmt, op=op, args=arguments), ctx.object_of(op)
        kernels = ctx.rules.kernels(stmt.op, value)
        if kernels:
            self._kernels(stmt, kernels, y_bar, bars, loc)
            return
        rule = ctx.rules.equation(stmt.op, value)
        if rule is None or len(stmt.args) > len(LETTERS):
            raise self.no_rule(stmt)
        for k in ctx.rules.refused(stmt.op, value, [ctx.type_of(a) for a in stmt.args]):
            if k < len(stmt.args) and ctx.is_active(stmt.args[k]):
                raise self.no_rule(stmt, k)
        given: dict[str, Atom] = self._letters(stmt)
        given |= {"y": Var(stmt.target), "y_bar": y_bar}
        if not {*rule.params} <= {*given}:
            raise self.no_rule(stmt)
        wanted = tuple(ctx.is_active(a) for a in stmt.args)
        bars_of = instantiate(ctx, rule, {p: given[p] for p in rule.params if p in given}, wanted, loc)
        for atom, contribution in zip(stmt.args, bars_of, strict=False):
            if contribution != Const(None):
                self.add(bars, atom, contribution, loc)

    def _letters(self, stmt: Let) -> dict[str, Atom]:
        """What a rule calls the arguments; those passed by keyword have no name in a rule."""
        split = len(stmt.args) - len(stmt.keywords)
        if any(map(self.ctx.is_active, stmt.args[split:])):
            raise self.no_rule(stmt)
        return dict(zip(LETTERS, stmt.args[:split], strict=False))

    def no_rule(self, stmt: Let | Call, position: int | None = None) -> NoRuleError:
        """That an op has no pullback, or none to one of its arguments."""
        stmt = self._maker_of(stmt)
        loc = stmt.loc if isinstance(stmt.loc, Loc) else None
        kinds = [self.ctx.type_of(a) for a in stmt.args]
        argument = "" if position is None else f" to its {('first', 'second', 'third')[position]} argument"
        return NoRuleError(
            f"no pullback for {stmt.op.strip('.()') if stmt.op.startswith('.') else stmt.op} of "
            f"({', '.join(str(k) for k in kinds)}){argument}", loc=loc,
            hint=self.ctx.rules.hint(stmt.op) or (
                "give one with @adcomp.pullback_rule, or say that the derivative is zero with "
                "adcomp.nondifferentiable" if position is None else
                "make this argument a constant, or put the call into a function of your own that has "
                "a rule"),
        )

    def _maker_of(self, stmt: Let | Call) -> Let | Call:
        """The call that made the list that an array is taken out of; else the statement itself."""
        base = stmt.args[0] if stmt.op == "[]" else None
        if isinstance(base, Var) and isinstance(self.ctx.type_of(base), nb.List):
            lets = (s for s in walk(self.ctx.fn.body) if isinstance(s, Let))
            return next((s for s in lets if s.target == base.name), stmt)
        return stmt

    def shadow_of(self, atom: Atom) -> Var:
        assert isinstance(atom, Var)
        return Var(self.ctx.shadow[atom.name])

    def _kernels(self, stmt: Let, kernels: Any, y_bar: Atom, bars: Bars, loc: Where) -> None:
        """Array rules: each adds to the shadow of one argument, or one rule to all that are active."""
        ctx = self.ctx
        letters = self._letters(stmt)
        given = letters | {"y": Var(stmt.target), "y_bar": y_bar}
        active = [letter for letter, atom in letters.items() if ctx.is_active(atom)]
        together = "".join(active)
        for wrt in (together,) if together in kernels else active:
            rule = kernels.get(wrt)
            if rule is None:
                raise self.no_rule(stmt)
            given |= {f"{letter}_bar": self.shadow_of(letters[letter]) for letter in wrt}
            name = ctx.rules.name_of(rule, ctx)
            args = tuple(self.as_it_was(stmt, given[p], p) for p in rule.params)
            ctx.out.append(Call(name, args, tuple(range(len(args) - len(wrt), len(args))), loc))

    def as_it_was(self, stmt: Let, atom: Atom, param: str) -> Atom:
        """An array that a rule reads in the reverse sweep: a copy, if it is overwritten before."""
        if not isinstance(atom, Var) or not is_array(self.ctx.type_of(atom)) or param.endswith("_bar"):
            return atom
        if not self.timeline.overwritten(stmt.target, atom):
            return atom
        place = f"{stmt.target} after" if param == "y" else stmt.target
        for let in self.saved.get(place, []):
            assert isinstance(let, Let)
            if let.args == (atom,):
                return Var(let.target)
        typ = self.ctx.result_type(".copy()", (atom,))
        name = self.ctx.fresh(f"{stem(atom.name)}_saved", typ)
        self.saved.setdefault(place, []).append(Let(name, ".copy()", (atom,)))
        return Var(name)

    def _array(self, stmt: Let, bars: Bars) -> None:
        """A statement that makes an array out of active values."""
        ctx = self.ctx
        if not any(map(ctx.is_active, flowing(stmt))):
            return
        loc, shadow = reversed_loc(stmt.loc), Var(ctx.shadow[stmt.target])
        value = ctx.object_of(stmt.op)
        if stmt.op in ("np.full", "np.full_like") and len(stmt.args) > 1:
            self.add(bars, stmt.args[1], ctx.let("np.sum", (shadow,), loc=loc), loc)
            return
        kernels = ctx.rules.kernels(stmt.op, value)
        if not kernels:
            raise self.no_rule(stmt)
        self._kernels(stmt, kernels, shadow, bars, loc)

    def _store(self, stmt: SetItem, bars: Bars) -> None:
        ctx = self.ctx
        if not isinstance(stmt.array, Var) or stmt.array.name not in ctx.shadow:
            return
        loc = reversed_loc(stmt.loc)
        shadow = Var(ctx.shadow[stmt.array.name])
        if not self._is_element(stmt):
            raise NoRuleError(
                "this indexed store can't be differentiated",
                loc=stmt.loc if isinstance(stmt.loc, Loc) else None,
                hint="index with integers and slices",
            )
        dtype = cotangent_type(ctx.types[stmt.array.name].dtype)
        takes = ctx.is_active(stmt.value) and stores_derivative(stmt, ctx.types)
        if takes:
            assert isinstance(stmt.value, Var)
            value = ctx.let("[]", (shadow, *stmt.index), dtype, hint=self.bar_name(stmt.value.name),
                            loc=loc)
        if not stmt.accumulate:
            ctx.out.append(SetItem(shadow, stmt.index, zero(dtype), loc=loc))
        if takes:
            self.add(bars, stmt.value, value, loc)

    def _is_element(self, stmt: SetItem) -> bool:
        array = self.ctx.type_of(stmt.array)
        kinds = [self.ctx.type_of(a) for a in stmt.index]
        return len(kinds) == array.ndim and all(isinstance(k, nb.Integer) for k in kinds)

    def _call(self, stmt: Call) -> None:
        ctx = self.ctx
        if self._is_zero(stmt.op):
            return
        for k in stmt.mutates:
            atom = stmt.args[k]
            if isinstance(atom, Var) and atom.name in ctx.shadow:
                raise self.no_rule(stmt)

    # --- branches -----------------------------------------------------------------------------

    def _if(self, stmt: If, bars: Bars) -> If:
        """The reverse of the branch that ran; cotangents of what is outside are its results."""
        incoming = {r: bars.pop(r) for r in stmt.results if r in bars}
        halves: list[tuple[Block, list[Stmt], Bars]] = []
        self.depth += 1
        for branch in (stmt.then, stmt.orelse):
            inner = dict(bars)
            with self.ctx.collect() as joins:
                for name, atom in zip(stmt.results, branch.yields, strict=True):
                    if name in incoming and not isinstance(atom, Undefined):
                        self.add(inner, atom, incoming[name], reversed_loc(stmt.loc))
            forward, reverse = self.block(branch, inner)
            halves.append((forward, joins + reverse, inner))
        self.depth -= 1
        (then, then_reverse, then_bars), (orelse, else_reverse, else_bars) = halves
        changed = [n for n in dict.fromkeys((*then_bars, *else_bars))
                   if then_bars.get(n) != else_bars.get(n)]
        for name in then_bars:
            if name not in changed:
                bars[name] = then_bars[name]
        if then_reverse or else_reverse or changed:
            results = []
            for name in changed:
                typ = cotangent_type(self.ctx.types[name])
                results.append(self.ctx.fresh(self.bar_name(name), typ))
            ends = [
                tuple(half.get(n, zero(self.ctx.types[n])) for n in changed)
                for half in (then_bars, else_bars)
            ]
            self.ctx.out.append(
                If(stmt.cond, Block(tuple(then_reverse), ends[0]), Block(tuple(else_reverse), ends[1]),
                   tuple(results), reversed_loc(stmt.loc))
            )
            bars.update({n: Var(r) for n, r in zip(changed, results, strict=True)})
        return replace(stmt, then=then, orelse=orelse)


__all__ = ["Adjoint", "Bars", "is_float", "reversed_loc"]
