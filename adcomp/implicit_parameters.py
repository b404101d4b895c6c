"""Gradients of functions without arguments, with respect to the arrays that they capture.

The variable is the memory: everything that shares memory with a parameter is that parameter, however
the function came by it, from a global, a closure, or an attribute of an object. The answer is that of
the explicit gradient after every such array has been written as a view of the parameter's owner.

Numba freezes the arrays that a function captures. Here they are arguments that the user does not see:
what is in them counts when `implicit_gradient` is called, and a program serves all calls that differ
only in it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import api
from .backend.fingerprint import Way, fingerprint
from .errors import UnsupportedSyntax, WrtError
from .frontend.lifting import Lifting, lifted, lifting_of
from .shared_memory import MemoryDerivative
from .tangents.memory import Block, Tied, block_of, blocks, cotangent_dtype, has_numbers, owner


class ImplicitGradients:
    """The gradients by the parameters of a function, found by memory.

    Attributes
    ----------
    value : number
        The result of the function.

    Notes
    -----
    ``grads[x]`` is the gradient of the memory that `x` shows, seen through `x`: it has its shape. There
    is one buffer for each owner of memory, so that the gradients of arrays that share memory share
    theirs, and each is a total (`adcomp.tangents.memory.Tied`), which must not be added to another.
    """

    def __init__(self, value: Any, known: list[Block], totals: Mapping[int, np.ndarray | None],
                 held: tuple[Any, ...]) -> None:
        self.value = value
        self._blocks, self._totals, self._held = known, totals, held

    def __getitem__(self, x: np.ndarray) -> Any:
        if not has_numbers(x):
            raise TypeError(f"gradients are found by arrays of numbers, not by {type(x).__name__}")
        if x.size == 0:
            return np.zeros(x.shape, cotangent_dtype(x.dtype))
        number = block_of(x, self._blocks)
        if number is None or number not in self._totals:
            raise KeyError("this array shares no memory with a parameter")
        buffer = self._totals[number]
        return None if buffer is None else self._blocks[number].seen(buffer, x).view(Tied)

    def __contains__(self, x: Any) -> bool:
        return has_numbers(x) and (x.size == 0 or block_of(x, self._blocks) in self._totals)

    def __repr__(self) -> str:
        return f"<gradients by {len(self._totals)} blocks of memory, value {self.value!r}>"


@dataclass
class _Entry:
    """What is known of a function but for what its arrays hold: how it comes by them, and programs."""

    ways: tuple[Way, ...]
    lifting: Lifting
    derivative: MemoryDerivative


_ENTRIES: dict[Any, _Entry] = {}


def implicit_gradient(
    f: Any, params: Any, *, unused: str = "zero", math: str = "vector", fastmath: Any = None,
    nogil: bool | None = None, cache: bool = True,
) -> ImplicitGradients:
    """The gradients of a function without arguments, by arrays that it captures.

    Parameters
    ----------
    f : function
        It takes no arguments (or only such as have defaults) and returns a real number. The arrays that
        it reads come from globals, from the scope around it, and from attributes of objects, tuples and
        dictionaries found there.
    params : array, or iterable or mapping of arrays
        The parameters. What is said of one holds for the whole memory of its owner.
    unused : {"zero", "none"}
        What a parameter gets that the result does not depend on.
    math, fastmath, nogil, cache
        As for `adcomp.gradient`.

    Returns
    -------
    ImplicitGradients
        ``grads[x]`` for any array that shares memory with a parameter; ``grads.value``.

    Raises
    ------
    TypeError
        A parameter is no array, or `f` has parameters without defaults.
    WrtError
        A parameter holds no numbers.
    AliasedArguments
        Memory is read as numbers of two kinds, other than complex numbers and their parts.
    UnsupportedSyntax
        An array is made while the function is read, as by a property, or read by a function that adcomp
        does not look into.

    Notes
    -----
    Numbers that `f` captures are constants of the program; when one changes, a new program is made.
    The function may write into the arrays that it captures; its gradient is that by what was in them
    before.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 4.0])
    >>> row, column = x[None, :], x[:, None]
    >>> grads = implicit_gradient(lambda: np.sum(row * column), [x])
    >>> grads.value, np.asarray(grads[x]), np.asarray(grads[row])
    (49.0, array([14., 14., 14.]), array([[14., 14., 14.]]))
    """
    function = api._function(f)
    given = dict(wrt=None, form="natural", math=math, alias="memory", unused="none", holomorphic=False,
                 control_dependence="error", fastmath=fastmath, parallel=None, nogil=nogil, cache=cache)
    api._check(given | {"unused": unused})
    wanted = _parameters(params)
    defaults = _defaults(function)
    identity = fingerprint(function, related=api.related, contents=False)
    reached = {way: value for way, value in identity.reached.values()}
    key = identity, math, repr(fastmath), nogil, cache
    entry = _ENTRIES.get(key)
    if entry is None:
        entry = _ENTRIES[key] = _entry(f, function, identity.reached, reached, defaults, given)
    arrays = tuple(reached[way] for way in entry.ways)
    entry.lifting.current["function"] = function
    entry.lifting.captured.update(zip(entry.lifting.captured, arrays, strict=True))
    try:
        return _gradients(entry.derivative, (*arrays, *defaults), wanted, unused)
    finally:
        entry.lifting.captured.update(dict.fromkeys(entry.lifting.captured, _NOTHING))


_NOTHING = np.empty(0)


def _entry(f: Any, function: Any, reached: Mapping[int, tuple[Way, Any]], by_way: Mapping[Way, Any],
           defaults: tuple[Any, ...], given: dict[str, Any]) -> _Entry:
    from .pipeline import captured_arrays

    ways = []
    for array in captured_arrays(function, defaults):
        way = reached[id(array)][0] if id(array) in reached else None
        if way is None or by_way.get(way) is not array:
            raise UnsupportedSyntax(
                f"{function.__name__} reads an array that is made while it is read, as by a property",
                hint="make the array before, and capture it")
        ways.append(way)
    stand_in = lifted(function, captured=[way[-1].partition(":")[2] for way in ways])
    lifting = lifting_of(stand_in)
    assert lifting is not None

    def make(g: Any, wrt: tuple[int, ...] | None) -> Any:
        return api._compiled(api.VALUE_AND_GRADIENT, g, wrt, True, given, like=f)

    derivative = MemoryDerivative(stand_in, make, (), several=True, has_value=True)
    return _Entry(tuple(ways), lifting, derivative)


def _gradients(derivative: MemoryDerivative, args: tuple[Any, ...], params: list[np.ndarray], unused: str
               ) -> ImplicitGradients:
    arrays = list(_arrays(args))
    numbers = [a for a in (*params, *arrays) if has_numbers(a)]
    known = blocks([*map(owner, numbers), *numbers])
    place = tuple(block_of(a, known) if has_numbers(a) else None for a in arrays)
    asked = {block_of(p, known) for p in params} - {None}
    for block, array in [*zip(place, arrays, strict=True), *((block_of(p, known), p) for p in params)]:
        if block in asked and block is not None:
            known[block].check(array)
    value, totals, _ = derivative.by_block((), args, known, place, (), asked)
    buffers = {k: totals.get(k) if unused == "none" or k in totals else known[k].buffer()
               for k in asked if k is not None}
    return ImplicitGradients(value, known, buffers, (tuple(params), args))


def _arrays(args: Iterable[Any]) -> Iterable[np.ndarray]:
    for arg in args:
        if isinstance(arg, tuple):
            yield from _arrays(arg)
        elif isinstance(arg, np.ndarray):
            yield arg


def _parameters(params: Any) -> list[np.ndarray]:
    if isinstance(params, np.ndarray):
        params = [params]
    found = list(params.values() if isinstance(params, Mapping) else params)
    for p in found:
        if not isinstance(p, np.ndarray):
            raise TypeError(f"the parameters are arrays, and one is of type {type(p).__name__}")
        if not has_numbers(p):
            raise WrtError(f"a parameter is an array of {p.dtype}, which has no derivative")
    return found


def _defaults(function: Any) -> tuple[Any, ...]:
    parameters = inspect.signature(function).parameters.values()
    for p in parameters:
        if p.default is p.empty:
            raise TypeError(f"{function.__name__} has the parameter {p.name!r}; an implicit gradient is of a "
                            "function without any: capture what it needs, or use adcomp.gradient")
    return tuple(p.default for p in parameters)


__all__ = ["ImplicitGradients", "implicit_gradient"]
