"""The rules, in the form that the passes ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import FunctionType
from typing import Any

from numba import types as nb

from ..core.ir import Function, If, walk
from ..errors import UnsupportedSyntax
from ..frontend.calls import dispatcher_of
from ..frontend.parse import parse
from ..passes.context import Context
from ..passes.simplify import simplify
from ..registry import RULES, ArrayRule, Rule, Rules, UserRule, is_kernel
from .front import is_primitive
from .guarded import quiet, zero_wins


class Book:
    """A :class:`adcomp.passes.context.RuleBook` over the registry."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.plain = False  #: whether the adjoint is differentiated again
        self.raising = False  #: whether the user's divisions by zero raise
        self.infinite = False  #: whether the program names an infinity

    def _scalar(self, op: str, value: Any) -> Rule | None:
        rule = self.rules.scalar(op)
        if rule is None and value is not None:
            rule = self.rules.scalar(value)
        return rule

    def refused(self, op: str, value: Any, kinds: Sequence[Any]) -> tuple[int, ...]:
        rule = self._scalar(op, value)
        if rule is None:
            return ()
        if not rule.complex and any(isinstance(kind, nb.Complex) for kind in kinds):
            return tuple(range(rule.arity))
        return rule.refused

    def equation(self, op: str, value: Any) -> Function | None:
        rule = self._scalar(op, value)
        if rule is None:
            return None
        fn = _plain_equation(rule) if self.plain else _equation(rule.function, rule.params)  # type: ignore
        if self.raising and op != "/":
            fn = quiet(fn)
        return zero_wins(fn) if self.infinite and not self.plain else fn

    def kernels(self, op: str, value: Any) -> Mapping[str, ArrayRule]:
        found = self.rules.array(op)
        return found if found or not is_kernel(value) else self.rules.array(value)

    def user(self, value: Any) -> UserRule | None:
        try:
            return self.rules.user(value)
        except TypeError:  # unhashable: no function
            return None

    def is_zero(self, op: str, value: Any) -> bool:
        if self.rules.nondifferentiable(op):
            return True
        try:
            return value is not None and self.rules.nondifferentiable(value)
        except TypeError:  # unhashable: no function
            return False

    def hint(self, op: str) -> str:
        definition = self.rules.definition(op)
        return "" if definition is None else definition.hint

    def name_of(self, rule: ArrayRule | UserRule, ctx: Context) -> str:
        """The op that calls a rule's function."""
        target = rule.kernel if isinstance(rule, ArrayRule) else dispatcher_of(rule.function)  # type: ignore[arg-type]
        for name, value in ctx.namespace.items():
            if value is target:
                return name
        name = ctx.namer(rule.name if rule.name.isidentifier() else "pullback")
        ctx.namespace[name] = target
        return name


def _plain_equation(rule: Rule) -> Function:
    """An equation that may be differentiated."""
    from ..kernels.meanings import AT_KINKS, EQUATIONS

    fn = _equation(EQUATIONS.get(rule.name, rule.function), rule.params)  # type: ignore[arg-type]
    if rule.name not in AT_KINKS and any(isinstance(s, If) for s in walk(fn.body)):
        raise UnsupportedSyntax(
            f"the second derivative of {rule.name} is not supported: in the first a limit stands at a point",
            hint="write the operation out, or give the first derivative a rule with adcomp.pullback_rule")
    return fn


@cache
def _equation(function: FunctionType, params: tuple[str, ...]) -> Function:
    fn = parse(function, [nb.float64] * len(params), is_primitive=lambda g: is_primitive(g, RULES))
    return simplify(fn)
