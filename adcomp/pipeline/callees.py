"""The functions that a program calls: those that are neither inlined nor have a rule.

A recursive function is one of them. Which of its arguments a derivative flows from is a question about
the function itself; it is answered by a search over pairs of a function and an argument, in which a pair
that is being searched adds nothing: what leads back to it leads nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from types import FunctionType
from typing import Any

from ..core.ir import Atom, Let
from ..core.ops import callee
from ..core.types import has_tangent, type_of
from ..passes.activity import find_active
from ..passes.adjoint import is_call
from ..passes.alias import Aliases, find_aliases
from ..passes.control import Decider
from ..registry import RULES, unwrap
from .book import Book
from .front import Typed, front

#: a function, the types of its arguments, and the position of one
Argument = tuple[FunctionType, tuple[Any, ...], int]


class Callees:
    """The callees of one program, each parsed and typed once."""

    def __init__(self) -> None:
        self.book = Book(RULES)
        self._typed: dict[tuple[FunctionType, tuple[Any, ...]], Typed] = {}
        self._reaching: dict[Argument, bool] = {}

    def typed(self, g: FunctionType, argtypes: tuple[Any, ...]) -> Typed:
        """A callee in Core, for argument types."""
        if (g, argtypes) not in self._typed:
            self._typed[g, argtypes] = front(g, argtypes)
            self.book.infinite |= self._typed[g, argtypes].infinite
        return self._typed[g, argtypes]

    def called(self, typed: Typed, stmt: Let) -> tuple[FunctionType, tuple[Any, ...]] | None:
        """The function that a statement calls, and the types of the arguments."""
        value = callee(stmt.op, typed.fn.namespace) if stmt.op in typed.fn.namespace else None
        if not is_call(self.book, stmt.op, value) or self.book.is_zero(stmt.op, value):
            return None
        return unwrap(value), tuple(type_of(a, typed.types) for a in stmt.args)

    def is_zero(self, typed: Typed) -> Callable[[str], bool]:
        """Tells of the ops of a function whether their derivative is zero."""
        return lambda op: self.book.is_zero(op, callee(op, typed.fn.namespace))

    def active(self, typed: Typed, aliases: Aliases, varied: Sequence[str],
               reaches: Callable[[Argument], bool] | None = None) -> frozenset[str]:
        """The names that carry a derivative, if it is taken with respect to ``varied``.

        ``reaches`` tells of an argument of a callee whether a derivative flows from it to the result.
        """
        ask = reaches or self._reaches

        @cache
        def through(stmt: Let) -> tuple[Atom, ...] | None:
            found = self.called(typed, stmt)
            return None if found is None else tuple(a for k, a in enumerate(stmt.args) if ask((*found, k)))

        return find_active(
            typed.fn, typed.types, aliases, varied=[n for n in varied if has_tangent(typed.types.get(n))],
            is_zero=self.is_zero(typed), through=through,
        )

    def _reaches(self, argument: Argument) -> bool:
        """Does a derivative flow from an argument of a function to its result?

        Functions that call each other ask that of each other: the answers are the smallest that agree,
        and are found by starting from no.
        """
        if argument in self._reaching:
            return self._reaching[argument]
        answers = {argument: False}
        before: dict[Argument, bool] = {}
        while answers != before:
            before = dict(answers)
            for asked in before:
                answers[asked] = answers[asked] or self._flows(asked, answers)
        self._reaching |= answers
        return answers[argument]

    def _flows(self, argument: Argument, answers: dict[Argument, bool]) -> bool:
        """The same, by the answers so far; a question that is new is added to them."""
        g, argtypes, k = argument
        typed = self.typed(g, argtypes)
        name = typed.fn.params[k]

        def ask(other: Argument) -> bool:
            known = self._reaching.get(other)
            return answers.setdefault(other, False) if known is None else known

        return name in self.active(typed, find_aliases(typed.fn, typed.types), [name], ask)

    def decider(self, typed: Typed) -> Decider:
        """A function, as the search for decisions asks for it."""

        def called(stmt: Let) -> Decider | None:
            found = self.called(typed, stmt)
            return None if found is None else self.decider(self.typed(*found))

        aliases = find_aliases(typed.fn, typed.types)
        return Decider(typed.fn, typed.types, aliases, self.is_zero(typed), called)
