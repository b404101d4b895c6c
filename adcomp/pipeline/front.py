"""The first half of the pipeline: from a Python function to typed, scalarised Core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from types import FunctionType
from typing import Any

import numba
import numpy as np
from numba import types as nb

from ..core.ir import Function, bound_in
from ..core.names import Namer
from ..core.numba_adapter import typeof
from ..core.ops import STANDARD
from ..core.printer import plain, show
from ..core.verify import verify
from ..frontend.infer import infer_types
from ..frontend.parse import parse
from ..passes.context import FRAMES
from ..passes.define import define_numbers, drop_untyped, for_inference
from ..passes.normalise import normalise
from ..passes.reuse import reuse
from ..passes.scalarise import scalarise
from ..passes.separate import separate
from ..passes.simplify import simplify
from ..registry import RULE_MODULES, RULES, Rules, conj, is_kernel, unwrap
from .expand import expand
from .guarded import names_infinity


@dataclass(frozen=True)
class Typed:
    """Core with the type of every name, and the namer that makes new ones."""

    fn: Function
    types: Mapping[str, Any]
    namer: Namer
    infinite: bool = False  #: whether the functions that were read name an infinity


def front(f: FunctionType, argtypes: Sequence[Any], rules: Rules = RULES, *, plain: bool = False,
          parallel: bool = False) -> Typed:
    """Parse, infer, normalise and scalarise a function.

    With ``plain``, for a program that is differentiated again, linear algebra is not taken apart. Without
    ``parallel``, `prange` is `range`.
    """
    for module in RULE_MODULES:  # late, because a program from disk needs no rules
        import_module(module)
    fn = parse(f, argtypes, is_primitive=lambda g: is_primitive(g, rules), parallel=parallel)
    verify(fn)
    infinite = names_infinity(fn)
    fn, types = typed(simplify(fn), argtypes)
    left = import_module("adcomp.kernels.meanings").LEFT if plain else frozenset()
    while (expanded := expand(fn, types, rules, lambda g: is_primitive(g, rules), left)) is not None:
        verify(expanded)
        fn, types = typed(simplify(expanded), argtypes)
    fn = define_numbers(simplify(drop_untyped(fn, types)), types)
    namer = Namer([fn.name, *fn.params, *bound_in(fn.body), *fn.namespace, *STANDARD, "kernels", FRAMES])
    fn, types = separate(fn, types, namer)
    fn, types = normalise(fn, types, namer)
    fn = simplify(fn)
    verify(fn)
    fn, types = scalarise(fn, types)
    fn = replace(fn, namespace={**fn.namespace, "kernels": import_module("adcomp.kernels.tape")})
    verify(fn)
    fn = simplify(reuse(simplify(fn, types), types), types)
    verify(fn)
    namer.reserve((*bound_in(fn.body), *fn.namespace))
    return Typed(fn, types, namer, infinite)


def typed(fn: Function, argtypes: Sequence[Any]) -> tuple[Function, dict[str, Any]]:
    """A function, and the types of its names as Numba infers them."""
    untyped = for_inference(fn)
    types = infer_types(untyped, tuple(argtypes), plain(untyped))
    for name, typ in zip(fn.params, argtypes, strict=True):
        types.setdefault(name, typ)
    return fn, types | {n: typeof(v) for n, v in fn.namespace.items()
                         if isinstance(v, np.ndarray | np.generic)}


def is_primitive(g: Any, rules: Rules) -> bool:
    """Is a called function left as a call, because a rule is known for it?"""
    try:
        if is_kernel(g) or g is conj or rules.user(g) is not None:
            return True
        function = unwrap(g)
        return isinstance(function, FunctionType) and rules.nondifferentiable(function)
    except TypeError:
        return False


def core_source(f: Any, argtypes: Sequence[Any]) -> tuple[str, Callable[..., Any]]:
    """The scalarised Core of a function as Python source, and that source as a compiled function.

    Examples
    --------
    >>> from numba import types
    >>> def f(x):
    ...     return x * x + 1.0
    >>> source, compiled = core_source(f, (types.float64,))
    >>> compiled(3.0)
    10.0
    """
    function = unwrap(f)
    left_out = function.__code__.co_argcount - len(argtypes)
    defaults = (function.__defaults__ or ())[-left_out:] if left_out else ()
    typed = front(function, (*argtypes, *map(nb.Omitted, defaults)))
    source = show(typed.fn, types=typed.types)
    scope = dict(STANDARD) | dict(typed.fn.namespace)
    exec(compile(source, f"<core of {typed.fn.name}>", "exec"), scope)
    return source, numba.njit(error_model="numpy")(scope[typed.fn.name])
