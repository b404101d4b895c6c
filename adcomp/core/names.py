"""Fresh names, derived from the user's and always the same for the same program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_SUFFIX = re.compile(r"_\d+$")


def stem(name: str) -> str:
    """The name without the number of its version.

    Examples
    --------
    >>> stem("x_12"), stem("x")
    ('x', 'x')
    """
    return _SUFFIX.sub("", name) or name


def typed_namer(namer: Namer, types: dict[str, object]) -> Callable[[str, object], str]:
    """What hands out new names of a type: ``types`` gets them.

    Examples
    --------
    >>> types = {}
    >>> fresh = typed_namer(Namer(["x"]), types)
    >>> fresh("x", int), types
    ('x_1', {'x_1': <class 'int'>})
    """

    def fresh(base: str, typ: object) -> str:
        name = namer(base)
        types[name] = typ
        return name

    return fresh


class Namer:
    """Hands out names that were not handed out before.

    Examples
    --------
    >>> namer = Namer(["x"])
    >>> namer("x_bar"), namer("x"), namer("x_1")
    ('x_bar', 'x_1', 'x_2')
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def reserve(self, names: Iterable[str]) -> None:
        """Never hand out these names."""
        self._taken.update(names)

    def __call__(self, base: str) -> str:
        if base not in self._taken:
            self._taken.add(base)
            return base
        root = _SUFFIX.sub("", base) or "v"
        k = self._next.get(root, 1)
        while f"{root}_{k}" in self._taken:
            k += 1
        self._next[root] = k + 1
        self._taken.add(f"{root}_{k}")
        return f"{root}_{k}"
