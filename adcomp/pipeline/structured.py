"""Methods of structures for Numba: the Python text that Core has for them, for certain argument types."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from functools import cache
from types import FunctionType
from typing import Any

import numba

from ..core.ops import STANDARD
from ..core.printer import plain
from ..frontend.parse import parse
from ..passes.simplify import simplify
from ..registry import JIT, RULES
from .front import is_primitive


@cache
def read_method(method: FunctionType, argtypes: Sequence[Any]) -> Callable[..., Any]:
    """A compiled function for a method on arguments of these types; NotImplemented if it returns that."""
    fn = simplify(parse(method, argtypes, is_primitive=lambda g: is_primitive(g, RULES)))
    if any(value is NotImplemented for value in fn.namespace.values()):
        return NotImplemented
    text = plain(fn)
    file = f"<adcomp:{method.__qualname__}({', '.join(map(str, argtypes))})>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope = {**STANDARD, **fn.namespace, "__name__": __name__}
    exec(compile(text, file, "exec"), scope)
    made: Callable[..., Any] = numba.njit(**JIT)(scope[fn.name])
    return made
