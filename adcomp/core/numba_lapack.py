"""BLAS and LAPACK routines that Numba has no binding of, from SciPy.

Compiled code calls them by names of ours, never by address: an address is another in the next process,
and machine code is kept on disk. `provide` gives LLVM the addresses of this process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import get_cython_function_address, intrinsic

#: what the names of routines begin with in compiled code
PREFIX = "adcomp_lapack_"

_LETTERS = {types.float32: "s", types.float64: "d", types.complex64: "c", types.complex128: "z"}
_BLAS = ("trsm", "trmm")


def provide(symbols: Iterable[str]) -> None:
    """Let LLVM find the routines among the symbols."""
    for symbol in symbols:
        if symbol.startswith(PREFIX) and llvm.address_of_symbol(symbol) is None:
            name = symbol.removeprefix(PREFIX)
            module = "scipy.linalg." + ("cython_blas" if name[1:] in _BLAS else "cython_lapack")
            import_module(module)
            llvm.add_symbol(symbol, get_cython_function_address(module, name))


def routine(name: str, parameters: str) -> Callable[..., Any]:
    """A routine as a function for compiled code, of one tuple: its arguments.

    Parameters
    ----------
    name : str
        Without the letter of the dtype, which is that of the first array.
    parameters : str
        A letter for each: ``c`` a character, given as a number; ``i`` an integer; ``s`` a number of the
        dtype; ``r`` a real number of its precision; ``p`` a contiguous array; ``o`` where the routine
        writes ``info``, which is no argument, but is what the function returns (else zero).
    """

    @intrinsic
    def call(typing_context, arguments):
        given = parameters.replace("o", "")
        if not isinstance(arguments, types.BaseTuple) or len(arguments) != len(given):
            return None
        arrays = [t for t, letter in zip(arguments, given, strict=True) if letter == "p"]
        if any(not isinstance(t, types.Array) or t.layout == "A" for t in arrays):
            return None
        dtype = arrays[0].dtype
        if dtype not in _LETTERS:
            return None
        real = getattr(dtype, "underlying_float", dtype)
        symbol = f"{PREFIX}{_LETTERS[dtype]}{name}"

        def generate(context, builder, signature, values):
            provide([symbol])
            items = iter(zip(cgutils.unpack_tuple(builder, values[0]), signature.args[0], strict=True))
            pointer, integer = ir.IntType(8).as_pointer(), ir.IntType(32)
            info = cgutils.alloca_once_value(builder, ir.Constant(integer, 0))

            def passed(letter):
                if letter == "o":
                    return info
                value, kind = next(items)
                if letter == "p":
                    return context.make_array(kind)(context, builder, value).data
                if letter in "ci":
                    whole = context.cast(builder, value, kind, types.int64)
                    value = builder.trunc(whole, ir.IntType(8) if letter == "c" else integer)
                else:
                    value = context.cast(builder, value, kind, dtype if letter == "s" else real)
                return cgutils.alloca_once_value(builder, value)

            operands = [builder.bitcast(passed(letter), pointer) for letter in parameters]
            function = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(ir.VoidType(), [pointer] * len(operands)), symbol)
            builder.call(function, operands)
            return builder.load(info)

        return types.int32(arguments), generate

    return call
