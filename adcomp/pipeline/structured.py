"""Methods of structures for Numba: the Python text that scalarised Core has for them, on certain types."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from functools import cache
from types import FunctionType
from typing import Any

import numba
from numba import types as nb

from ..core.ir import Function, Var
from ..core.ops import STANDARD
from ..core.printer import show
from ..frontend.parse import parse
from ..registry import JIT, RULES
from .front import front, is_primitive


@cache
def read_method(method: FunctionType, argtypes: Sequence[Any]) -> Callable[..., Any]:
    """A compiled function for a method on arguments of these types; NotImplemented if it returns that.

    Parameters at the end may be left out of `argtypes`; they have their defaults.
    """
    defaults = method.__defaults__ or ()
    missing = method.__code__.co_argcount - len(argtypes)
    omitted = map(nb.Omitted, defaults[len(defaults) - missing:] if missing else ())
    argtypes = (*argtypes, *omitted)
    if _is_not_implemented(parse(method, argtypes, is_primitive=lambda g: is_primitive(g, RULES))):
        return NotImplemented
    typed = front(method, argtypes)
    text = show(typed.fn, types=typed.types)
    file = f"<adcomp:{method.__qualname__}({', '.join(map(str, argtypes))})>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope = {**STANDARD, **typed.fn.namespace, "__name__": __name__}
    exec(compile(text, file, "exec"), scope)
    made: Callable[..., Any] = numba.njit(**JIT)(scope[typed.fn.name])
    return made


def _is_not_implemented(fn: Function) -> bool:
    result = fn.body.yields[0] if fn.body.yields else None
    return isinstance(result, Var) and fn.namespace.get(result.name) is NotImplemented
