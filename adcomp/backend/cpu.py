"""Generated source on the CPU: text to a Python function that Numba can compile."""

from __future__ import annotations

import linecache
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from ..core.numba_adapter import CompilerOptions, as_callee, is_dispatcher, python_function
from ..core.numba_kept import helper


@dataclass(frozen=True)
class Generated:
    """What the pipeline makes of a primal for one signature.

    Parameters
    ----------
    source : str
        Python text. It defines `entry`, and may define helpers that it calls.
    entry : str
        The name of the function to compile.
    namespace : mapping
        The global objects that the source reads.
    recipe : mapping, optional
        How to find an object of the namespace in another process, for those that
        `adcomp.backend.cache.recipe_for` cannot trace.
    lasting : bool, optional
        Whether the program means the same in another process; one that knows addresses does not.
    """

    source: str
    entry: str
    namespace: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    lasting: bool = True


def load(
    source: str,
    entry: str,
    namespace: Mapping[str, Any],
    *,
    fingerprint: str,
    options: CompilerOptions,
) -> FunctionType:
    """Execute generated source and return its entry, ready for Numba.

    Helpers that the source defines, and plain functions of the namespace that have no overload in
    Numba, become dispatchers. Every function gets the fingerprint into its qualified name, from
    which Numba derives symbols: functions that share one, in one process or through the disk cache,
    would be taken for the same. The text stays as it is, and tracebacks and ``inspect.getsource``
    show it.

    Examples
    --------
    >>> f = load("def f(x):\\n    return x + one\\n", "f", {"one": 1}, fingerprint="0123456789ab",
    ...          options=CompilerOptions())
    >>> f(1), f.__qualname__
    (2, 'f_0123456789ab')
    """
    short = fingerprint[:12]
    file = f"<adcomp:{entry}:{short}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope = {name: as_callee(value, options) for name, value in namespace.items()}
    scope |= {"__name__": "adcomp.backend", "__adcomp_fingerprint__": fingerprint}
    exec(compile(source, file, "exec"), scope)
    function = scope[entry]
    for name, value in list(scope.items()):
        plain = value if isinstance(value, FunctionType) else python_function(value)
        if plain is None or plain.__code__.co_filename != file:
            continue
        plain.__qualname__ = f"{name}_{short}"
        if plain is not function:
            scope[name] = value if is_dispatcher(value) else helper(**options.njit())(plain)
        elif entry in plain.__code__.co_names:
            # It calls itself: Numba must know the callee as a dispatcher, and not as the function
            # that it is compiling for another one.
            callee = FunctionType(plain.__code__, scope, entry, plain.__defaults__)
            callee.__qualname__ = f"{name}_{short}_again"
            scope[name] = helper(**options.njit())(callee)
    return python_function(function) or function
