"""What a random program can refer to at a place: its names, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Shape = tuple[int, ...]
Kind = Literal["real", "complex"]


@dataclass(frozen=True)
class Array:
    """An array and its lengths, which are the same in every run."""

    name: str
    shape: Shape
    kind: Kind = "real"


@dataclass(frozen=True)
class Integer:
    """An integer and its range, both ends included; None if anything is possible."""

    name: str
    low: int | None = None
    high: int | None = None
    assignable: bool = False


@dataclass
class Scope:
    """The names of a block. A nested block works on a copy: what it defines is gone after it."""

    floats: list[str] = field(default_factory=list)
    integers: list[Integer] = field(default_factory=list)
    arrays: list[Array] = field(default_factory=list)
    loops: int = 0
    returns: Literal["number", "pair"] = "number"

    def copy(self) -> Scope:
        return Scope(list(self.floats), list(self.integers), list(self.arrays), self.loops, self.returns)


Lines = list[str]


def indented(lines: Lines) -> Lines:
    return ["    " + line for line in lines] or ["    pass"]
