"""Programs in which captured arrays are parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from types import FunctionType
from typing import Any

import numpy as np

from ..backend.fingerprint import fingerprint
from ..core.numba_adapter import typeof
from ..errors import UnsupportedSyntax
from ..frontend.lifting import lifting_of
from ..frontend.parse import parse
from ..registry import RULE_MODULES, RULES
from .front import is_primitive


def captured_arrays(f: FunctionType, arguments: Sequence[Any] = ()) -> list[np.ndarray]:
    """The arrays that a function reads and is not given, in the order in which it does.

    Examples
    --------
    >>> table = np.array([1.0, 2.0])
    >>> def f(x):
    ...     return x * table[0]
    >>> [a is table for a in captured_arrays(f, (2.0,))]
    [True]
    """
    for module in RULE_MODULES:
        import_module(module)
    fn = parse(f, tuple(map(typeof, arguments)), is_primitive=lambda g: is_primitive(g, RULES))
    return [value for value in fn.namespace.values() if isinstance(value, np.ndarray)]


def refuse_frozen(f: FunctionType, namespace: Mapping[str, Any]) -> None:
    """Refuse a program that should read all arrays from its arguments, and in which one is a constant."""
    lifting = lifting_of(f)
    if lifting is None or not lifting.captured:
        return
    for name, value in namespace.items():
        if isinstance(value, np.ndarray):
            raise UnsupportedSyntax(
                f"{f.__name__} reads the array {name!r} in a function that adcomp does not inline, or made "
                "it while it was read", hint="give it as an argument to the function that reads it")
        if isinstance(getattr(value, "py_func", value), FunctionType):
            found = [way for way, v in fingerprint(value).reached.values() if isinstance(v, np.ndarray)]
            if found:
                raise UnsupportedSyntax(
                    f"{f.__name__} calls {name}, which adcomp does not read, and which captures an array",
                    hint="give the array as an argument")
