"""Functions with more parameters than they were written with.

A lifted function is a stand-in, which is never run, for a user's function. Its parameters are, in this
order: the blocks of memory that arguments share, the place of each such argument in its block, the
arrays that the function captures, and the parameters of the function itself. Reading it reads the
user's function, in which the captured arrays are parameters, and arguments in a block are views of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

import numpy as np
from numba import types

from ..core.ir import Const, Var
from ..core.names import Namer
from .frame import Frame
from .values import StructureValue, TupleValue, Value

ATTRIBUTE = "__adcomp_lifting__"

#: on a stand-in, for its fingerprint: gives the function behind it, more words, and whether what captured
#: arrays hold is part of the program
IDENTITY = "__adcomp_identity__"


@dataclass(frozen=True)
class Lifting:
    """What a stand-in stands for.

    Parameters
    ----------
    current : the user's function, under the key "function": it may be exchanged for one that differs only
        in the arrays that it captures.
    parameters : the names of its parameters.
    captured : for the name of a parameter, the captured array in whose place it is; filled in before
        the function is read.
    place : for each array among the captured ones and the arguments, tuples taken apart, the number
        of its block, or None.
    block_names, offset_names : the parameters for the blocks, and for the place in its block of each
        array that is in one.
    """

    current: dict[str, FunctionType]
    parameters: tuple[str, ...]
    captured: dict[str, np.ndarray] = field(default_factory=dict)
    place: tuple[int | None, ...] = ()
    block_names: tuple[str, ...] = ()
    offset_names: tuple[str, ...] = ()

    @property
    def function(self) -> Any:
        """The user's function."""
        return self.current["function"]

    def bind(self, frame: Frame, given: dict[str, Value]) -> None:
        """Give the names of a frame their values, and the captured arrays theirs."""
        places, offsets = iter(self.place), iter(self.offset_names)

        def placed(value: Value, typ: Any = None) -> Value:
            if isinstance(value, TupleValue | StructureValue):
                return replace(value, items=tuple(map(placed, value.items)))
            known = frame.builder.kinds.given
            if not isinstance(value, Var) or not isinstance(known.get(value.name), types.Array):
                return value
            block = next(places, None)
            if block is None:
                return value
            args = (given[self.block_names[block]], given[next(offsets)], value)
            shown = frame.emit("blocks.part", args, frame.source.node, value.name)  # type: ignore[arg-type]
            known[shown.name] = known[value.name]
            return shown

        for name, array in self.captured.items():
            frame.builder.lifted[id(array)] = placed(given[name])  # type: ignore[assignment]
        for name in self.parameters:
            frame.env[name] = placed(given[name]) if name in given else Const(None)


def lifting_of(f: Any) -> Lifting | None:
    """What a function stands for, if it is a stand-in."""
    return getattr(f, ATTRIBUTE, None)


def parameter_names(f: FunctionType) -> tuple[str, ...]:
    return f.__code__.co_varnames[: f.__code__.co_argcount]


def lifted(f: FunctionType, captured: Sequence[str] = (), blocks: int = 0,
           place: Sequence[int | None] = ()) -> FunctionType:
    """A stand-in for a function, with parameters for captured arrays and for blocks.

    `captured` are words to name the arrays after. A function that is a stand-in already, without
    blocks, gets them.

    Examples
    --------
    >>> def f(x, n=2):
    ...     return x ** n
    >>> parameter_names(lifted(f, captured=("x",), blocks=1, place=(0, None)))
    ('block', 'place', 'x_1', 'x', 'n')
    """
    known = lifting_of(f)
    function: Any = f if known is None else known.function
    parameters = parameter_names(function)
    namer = Namer(list(parameters))
    arrays = list(known.captured) if known else [
        namer(_word(name)) for name in captured]
    namer.reserve(arrays)
    names = tuple(namer("block") for _ in range(blocks))
    offsets = tuple(namer("place") for p in place if p is not None)
    made = _stand_in(function, (*names, *offsets, *arrays, *parameters))
    held = known.captured if known else {name: np.empty(0) for name in arrays}
    current = known.current if known else {"function": function}
    words = (*made.__code__.co_varnames, repr(tuple(place)))
    setattr(made, IDENTITY, lambda: (current["function"], words, not arrays))
    setattr(made, ATTRIBUTE, Lifting(current, parameters, held, tuple(place), names, offsets))
    return made


def _word(text: str) -> str:
    return text if text.isidentifier() else "captured"


def _stand_in(f: FunctionType, parameters: Sequence[str]) -> FunctionType:
    """A function with given parameters, of which the last have the defaults of another."""
    scope: dict[str, Any] = {"__name__": f.__module__}
    exec(f"def stand_in({', '.join(parameters)}): pass", scope)
    made: FunctionType = scope["stand_in"]
    made.__name__, made.__qualname__ = f.__name__, f.__qualname__
    made.__doc__, made.__module__ = f.__doc__, f.__module__
    made.__defaults__, made.__kwdefaults__ = f.__defaults__, f.__kwdefaults__
    return made


__all__ = ["ATTRIBUTE", "Lifting", "lifted", "lifting_of", "parameter_names"]
