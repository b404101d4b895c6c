"""The one module that imports Numba's private parts.

Everything that adcomp needs from inside Numba is here: type inference without code generation
(`infer`), the result type of a single call (`result_type`), a dispatcher that asks for its
implementation by argument types (`SpecialisingDispatcher`), and a place for machine code on disk.
Numba is pinned to one minor version because of this file.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numba.core import errors as numba_errors
from numba.core import types
from numba.core.compiler import (
    CompilerBase,
    DefaultPassBuilder,
    Flags,
    _EarlyPipelineCompletion,
)
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.registry import cpu_target
from numba.core.typed_passes import NopythonTypeInference
from numba.core.typing.typeof import typeof as _numba_typeof

from . import ops

Type = types.Type
TypingError = numba_errors.TypingError


# --- types --------------------------------------------------------------------------------------


def unliteral(ty: Type) -> Type:
    """The type without literal values, inside tuples too.

    Examples
    --------
    >>> from numba import types
    >>> unliteral(types.Tuple((types.literal(1), types.float64)))
    Tuple(int64, float64)
    """
    if isinstance(ty, types.Omitted):
        return unliteral(_numba_typeof(ty.value))
    if isinstance(ty, types.BaseNamedTuple):
        members = tuple(map(unliteral, ty))
        return ty if members == tuple(ty) else types.NamedTuple(members, ty.instance_class)
    if isinstance(ty, types.BaseTuple):
        members = tuple(map(unliteral, ty))
        return ty if members == tuple(ty) else types.BaseTuple.from_types(members)
    if isinstance(ty, types.Optional):
        return types.Optional(unliteral(ty.type))
    return types.unliteral(ty)


def typeof(value: Any) -> Type:
    """The Numba type of a Python value, as a dispatcher sees an argument.

    Examples
    --------
    >>> import numpy as np
    >>> typeof(1), typeof(np.zeros((2, 2)).T)
    (int64, array(float64, 2d, F))
    """
    return unliteral(_numba_typeof(value))


# --- type inference -----------------------------------------------------------------------------


@register_pass(mutates_CFG=False, analysis_only=True)
class _StopAfterTyping(FunctionPass):
    _name = "adcomp_stop_after_typing"

    def __init__(self) -> None:
        FunctionPass.__init__(self)

    def run_pass(self, state: Any) -> bool:
        raise _EarlyPipelineCompletion(state)


class _TypeOnly(CompilerBase):
    """Numba's own pass list, cut after type inference."""

    def define_pipelines(self) -> list[Any]:
        pm = DefaultPassBuilder.define_nopython_pipeline(self.state)
        pm.add_pass_after(_StopAfterTyping, NopythonTypeInference)
        pm.finalize()
        return [pm]


@dataclass(frozen=True)
class Inferred:
    """What Numba infers: the type of every name of the source, and of the result."""

    types: Mapping[str, Type]
    return_type: Type


def infer(
    pyfunc: Callable[..., Any], argtypes: tuple[Type, ...], *, error_model: str = "numpy"
) -> Inferred:
    """Infer the types of a function's variables without compiling it.

    Names that Numba finds dead are missing. Numba's errors propagate.

    Examples
    --------
    >>> from numba import types
    >>> def f(x):
    ...     s = 0
    ...     for i in range(3):
    ...         s = s + x
    ...     return s
    >>> got = infer(f, (types.float64,))
    >>> got.return_type, got.types["s"], got.types["i"]
    (float64, float64, int64)
    """
    flags = Flags()
    flags.nrt = True
    flags.error_model = error_model
    typing, target = cpu_target.typing_context, cpu_target.target_context
    with global_compiler_lock:
        _refresh()
        state = _TypeOnly(typing, target, None, tuple(argtypes), None, flags, {}).compile_extra(pyfunc)
        versions: dict[str, dict[Type, None]] = {}
        arguments: dict[str, Type] = {}
        for name, ty in state.typemap.items():
            if name.startswith("arg."):
                arguments[name.removeprefix("arg.").split(".")[0]] = unliteral(ty)
            elif not name.startswith("$"):
                versions.setdefault(name.split(".")[0], {})[unliteral(ty)] = None
        merged = {name: _unify(name, tuple(found)) for name, found in versions.items()}
    return Inferred(arguments | merged, unliteral(state.return_type))


def _unify(name: str, found: tuple[Type, ...]) -> Type:
    if len(found) == 1:
        return found[0]
    unified = cpu_target.typing_context.unify_types(*found)
    if unified is None:
        raise TypingError(f"Cannot unify {' and '.join(map(str, found))} for '{name}'")
    return unliteral(unified)


def _refresh() -> None:
    """Load what the user, or NumPy's overloads, registered with Numba so far."""
    import numba.np.linalg  # noqa: F401  (an overload that is not imported does not exist)

    cpu_target.typing_context.refresh()
    cpu_target.target_context.refresh()


# --- the type of one call -----------------------------------------------------------------------


def result_type(
    op: Any, argtypes: tuple[Type, ...] = (), keywords: tuple[tuple[str, Type], ...] = ()
) -> Type:
    """The type of the result of one call. Numba's errors propagate.

    Parameters
    ----------
    op
        A callable (operator functions, `math.exp`, `np.float64`, `float`, a dispatcher, ...), the
        name of an op of Core that needs no namespace (``"+"``, ``"[]"``, ``".shape"``,
        ``".sum()"``, ``"math.exp"``), or one of ``("getitem", base, index)``,
        ``("getattr", base, name)``, ``("method", base, name, argtypes)``.
    argtypes : tuple of numba types
        The types of the positional arguments. Literal types are kept: the index of a
        heterogeneous tuple must be one.
    keywords : tuple of (str, numba type)
        The types of keyword arguments.

    Examples
    --------
    >>> import math, operator
    >>> from numba import types
    >>> result_type(operator.mul, (types.float32, types.int64))
    float64
    >>> result_type("[]", (types.float64[:, ::1], types.int64))
    array(float64, 1d, C)
    >>> result_type(("getattr", types.float64[:, ::1], "shape"))
    UniTuple(int64 x 2)
    """
    argtypes, keywords = tuple(argtypes), tuple(keywords)
    try:
        return _result_type(op, argtypes, keywords)
    except TypeError as error:
        if "unhashable" not in str(error):
            raise
        return _result_type.__wrapped__(op, argtypes, keywords)


@functools.lru_cache(maxsize=8192, typed=True)
def _result_type(op: Any, args: tuple[Type, ...], keywords: tuple[tuple[str, Type], ...]) -> Type:
    with global_compiler_lock:
        _refresh()
        result = unliteral(_resolve(op, args, dict(keywords)))
    if not result.is_precise():
        raise TypingError(f"the result of {_shown(op, args)} has no precise type: {result}")
    return result


def _resolve(op: Any, args: tuple[Type, ...], kws: dict[str, Type]) -> Type:
    match op:
        case ("getitem", base, index):
            return _getitem(base, index)
        case ("getattr", base, str(name)):
            return _getattr(base, name)
        case ("method", base, str(name), margs):
            return _call(_getattr(base, name), (*margs, *args), kws, op)
        case "[]":
            base, *index = args
            return _getitem(base, index[0] if len(index) == 1 else types.Tuple(tuple(index)))
        case "tuple":
            return types.Tuple(args)
        case "id":
            return args[0]
        case "slice":
            return _call_value(slice, args, kws)
        case "in" | "not in":
            return _call_value(operator.contains, args[::-1], kws)
        case str():
            if op.startswith(".") and op.endswith("()"):
                return _call(_getattr(args[0], op[1:-2]), args[1:], kws, op)
            if op.startswith("."):
                return _getattr(args[0], op[1:])
            return _call_value(ops.callee(op, {}), args, kws)
    return _call_value(op, args, kws)


def _call_value(value: Any, args: tuple[Type, ...], kws: dict[str, Type]) -> Type:
    fnty = cpu_target.typing_context.resolve_value_type(value)
    return _call(fnty, args, kws, value)


def _call(fnty: Type, args: tuple[Type, ...], kws: dict[str, Type], what: Any) -> Type:
    signature = cpu_target.typing_context.resolve_function_type(fnty, args, kws)
    if signature is None:
        raise TypingError(f"Numba has no implementation of {_shown(what, args)}")
    return signature.return_type


def _getitem(base: Type, index: Type) -> Type:
    typing = cpu_target.typing_context
    signature = None
    if isinstance(index, types.Literal):
        signature = typing.resolve_static_getitem(base, index.literal_value)
    if signature is None:
        signature = _operator(operator.getitem, (base, index))
    if signature is None:
        raise TypingError(f"Numba cannot index {base} with {index}")
    return signature.return_type


def _operator(function: Any, args: tuple[Type, ...]) -> Any:
    typing = cpu_target.typing_context
    return typing.resolve_function_type(typing.resolve_value_type(function), args, {})


def _getattr(base: Type, name: str) -> Type:
    found = cpu_target.typing_context.resolve_getattr(base, name)
    if found is None:
        raise TypingError(f"{base} has no attribute '{name}' in Numba")
    return found


def _shown(op: Any, args: tuple[Type, ...]) -> str:
    name = getattr(op, "__name__", None) or str(op)
    return f"{name}({', '.join(map(str, args))})"
