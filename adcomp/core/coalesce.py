"""One variable for the versions of a name, as far as their values do not get in each other's way.

This is the register coalescing of Chaitin [1]_ on structured code: names that are wanted at the same
time interfere; of the others, those joined by a copy share a variable, and then those with the same
base name.

.. [1] G. J. Chaitin, "Register allocation & spilling via graph coloring", SIGPLAN 1982.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .expressions import Expr, names_of
from .ir import UNDEFINED, Const, Var
from .statements import (
    Assign, Branch, Break, Loop, Move, PyStmt, Range, Throw, expressions_in,
)

__all__ = ["Plan", "base_of", "coalesce"]

_SUFFIX = re.compile(r"_\d+$")


def base_of(name: str) -> str:
    """A name without the number that tells its versions apart.

    Examples
    --------
    >>> base_of("x_bar_12"), base_of("x2"), base_of("_t")
    ('x_bar', 'x2', '_t')
    """
    return _SUFFIX.sub("", name) or name


@dataclass(frozen=True, slots=True)
class Plan:
    """The variable of each name, and the copies that nobody reads."""

    spelling: Mapping[str, str]
    unread: frozenset[tuple[int, str]]

    def spell(self, name: str) -> str:
        """The variable of a name; a global keeps its own."""
        return self.spelling.get(name, name)

    def kept(self, assign: Assign) -> Iterator[Move]:
        """The moves of an assignment that somebody reads."""
        return (move for move in assign.moves if (id(assign), move[0]) not in self.unread)
