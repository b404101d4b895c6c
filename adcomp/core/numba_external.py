"""Python functions that compiled code calls as C functions, on numbers and on arrays.

A C function has a name that LLVM knows, not an address in machine code, which outlives the process.
On arrays the function is applied element by element, with NumPy's broadcasting, in a loop that is
compiled where it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, TypeAlias

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.np.numpy_support import as_dtype, from_dtype

Type: TypeAlias = types.Type


@dataclass(frozen=True)
class Loop:
    """A function for arguments of certain types, and the C function that computes it.

    Parameters
    ----------
    inputs, output : str
        Types as NumPy's letters: ``"dd"``, ``"d"``.
    symbol : str
        What LLVM calls the C function.
    given, returned : str
        The types of the C function, to and from which values are cast.
    parts : int
        If not 0, the C function returns nothing, and writes so many values through pointers that it
        gets after its arguments.
    part : int
        Which of these is the result.
    """

    inputs: str
    output: str
    symbol: str
    given: str
    returned: str
    parts: int = 0
    part: int = 0


def add_symbol(name: str, address: int) -> None:
    """Tell LLVM the address of a C function."""
    llvm.add_symbol(name, address)


def declare(function: FunctionType, loops: Sequence[Loop], inner: Any = None) -> None:
    """Make a Python function callable in compiled code.

    As with a ufunc of NumPy, the loop is the one for exactly the types of the arguments, else the first
    to which they can be cast without loss.

    Parameters
    ----------
    inner : function, optional
        What computes a number where a loop has no symbol: a function that Numba compiles.
    """

    class Template(AbstractTemplate):  # type: ignore[misc]
        key = function

        def generic(self, args: tuple[Type, ...], kws: Any) -> Any:
            loop = None if kws else _loop_for(args, loops)
            if loop is None:
                return None
            output = _numba(loop.output)
            ranks = [a.ndim for a in args if isinstance(a, types.Array)]
            if ranks:
                return signature(types.Array(output, max(ranks), "C"), *args)
            return signature(output, *map(_numba, loop.inputs))

    infer_global(function, types.Function(Template))

    @lower_builtin(function, types.VarArg(types.Any))
    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        if any(isinstance(a, types.Array) for a in sig.args):
            mapped = _MAPPED[len(sig.args)](function, as_dtype(sig.return_type.dtype).type)
            return context.compile_internal(builder, mapped, sig, args)
        loop = _loop_for(sig.args, loops)
        assert loop is not None
        if not loop.symbol:
            return context.compile_internal(builder, inner, sig, args)
        return _call(context, builder, loop, args)


def _numba(letter: str) -> Type:
    return from_dtype(np.dtype(letter))


def _loop_for(args: Sequence[Type], loops: Sequence[Loop]) -> Loop | None:
    try:
        given = [as_dtype(types.unliteral(getattr(a, "dtype", a))) for a in args]
    except NotImplementedError:  # no number
        return None
    fitting = [loop for loop in loops if len(loop.inputs) == len(given)]
    for loop in fitting:
        if all(a == np.dtype(b) for a, b in zip(given, loop.inputs, strict=True)):
            return loop
    for loop in fitting:
        if all(np.can_cast(a, b) for a, b in zip(given, loop.inputs, strict=True)):
            return loop
    return None


def _call(context: Any, builder: Any, loop: Loop, args: Sequence[Any]) -> Any:
    values = [
        context.cast(builder, value, _numba(have), _numba(want))
        for value, have, want in zip(args, loop.inputs, loop.given, strict=True)
    ]
    returned = _numba(loop.returned)
    kind = context.get_value_type(returned)
    if loop.parts:
        places = [cgutils.alloca_once(builder, kind) for _ in range(loop.parts)]
        _function(builder, loop.symbol, ir.VoidType(), [*values, *places], pure=False)
        value = builder.load(places[loop.part])
    else:
        skip = ir.Constant(ir.IntType(32), 0)
        value = _function(builder, loop.symbol, kind, [*values, skip], pure=True)
    return context.cast(builder, value, returned, _numba(loop.output))


def _function(builder: Any, symbol: str, kind: Any, args: Sequence[Any], *, pure: bool) -> Any:
    signature = ir.FunctionType(kind, [a.type for a in args])
    function = cgutils.get_or_insert_function(builder.module, signature, symbol)
    function.attributes.add("nounwind")
    if pure:
        function.attributes.add("readnone")
    return builder.call(function, args)


# --- arrays -----------------------------------------------------------------------------------------


def _unary(function: Any, dtype: Any) -> Callable[..., Any]:
    def mapped(a):  # type: ignore[no-untyped-def]
        y = np.empty(a.shape, dtype)
        for index in np.ndindex(a.shape):
            y[index] = function(a[index])
        return y

    return mapped


def _binary(function: Any, dtype: Any) -> Callable[..., Any]:
    def mapped(a, b):  # type: ignore[no-untyped-def]
        shape = np.broadcast_shapes(np.shape(a), np.shape(b))
        a_elements, b_elements = np.broadcast_to(a, shape), np.broadcast_to(b, shape)
        y = np.empty(shape, dtype)
        for index in np.ndindex(shape):
            y[index] = function(a_elements[index], b_elements[index])
        return y

    return mapped


def _ternary(function: Any, dtype: Any) -> Callable[..., Any]:
    def mapped(a, b, c):  # type: ignore[no-untyped-def]
        shape = np.broadcast_shapes(np.shape(a), np.shape(b), np.shape(c))
        a_elements, b_elements = np.broadcast_to(a, shape), np.broadcast_to(b, shape)
        c_elements = np.broadcast_to(c, shape)
        y = np.empty(shape, dtype)
        for index in np.ndindex(shape):
            y[index] = function(a_elements[index], b_elements[index], c_elements[index])
        return y

    return mapped


_MAPPED: dict[int, Any] = {1: _unary, 2: _binary, 3: _ternary}
