"""BLAS and LAPACK routines that Numba has no binding of, from SciPy.

Machine code is kept on disk, by adcomp and by users of ``njit(cache=True)``, and an address is another in
the next process. So compiled code holds no address and asks for no symbol that this process has made: when
it first calls a routine, it looks that up among the functions that SciPy has for Cython, as Numba's own
bindings do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

_LETTERS = {types.float32: "s", types.float64: "d", types.complex64: "c", types.complex128: "z"}
_BLAS = ("trsm", "trmm")
_BYTES, _INTEGER = ir.IntType(8).as_pointer(), ir.IntType(32)


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

        def generate(context, builder, signature, values):
            items = iter(zip(cgutils.unpack_tuple(builder, values[0]), signature.args[0], strict=True))
            info = cgutils.alloca_once_value(builder, ir.Constant(_INTEGER, 0))

            def passed(letter):
                if letter == "o":
                    return info
                value, kind = next(items)
                if letter == "p":
                    return context.make_array(kind)(context, builder, value).data
                if letter in "ci":
                    whole = context.cast(builder, value, kind, types.int64)
                    value = builder.trunc(whole, ir.IntType(8) if letter == "c" else _INTEGER)
                else:
                    value = context.cast(builder, value, kind, dtype if letter == "s" else real)
                return cgutils.alloca_once_value(builder, value)

            operands = [builder.bitcast(passed(letter), _BYTES) for letter in parameters]
            kind = ir.FunctionType(ir.VoidType(), [_BYTES] * len(operands))
            address = _address(context, builder, f"{_LETTERS[dtype]}{name}")
            builder.call(builder.bitcast(address, kind.as_pointer()), operands)
            return builder.load(info)

        return types.int32(arguments), generate

    return call


def _address(context: Any, builder: Any, name: str) -> Any:
    """The address of a routine: looked up the first time, and then remembered."""
    module = "scipy.linalg." + ("cython_blas" if name[1:] in _BLAS else "cython_lapack")
    known = cgutils.add_global_variable(builder.module, _BYTES, f"adcomp_lapack_{name}")
    known.initializer = ir.Constant(_BYTES, None)
    known.linkage = "private"

    def python(function: str, *arguments: Any) -> Any:
        kind = ir.FunctionType(_BYTES, [_BYTES] * len(arguments))
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, function), arguments)

    def text(value: str) -> Any:
        return context.insert_const_string(builder.module, value)

    with builder.if_then(cgutils.is_null(builder, builder.load(known)), likely=False):
        api = context.get_python_api(builder)
        state = api.gil_ensure()
        functions = python("PyObject_GetAttrString", python("PyImport_ImportModule", text(module)),
                           text("__pyx_capi__"))
        capsule = python("PyMapping_GetItemString", functions, text(name))
        builder.store(python("PyCapsule_GetPointer", capsule, python("PyCapsule_GetName", capsule)), known)
        api.gil_release(state)
    return builder.load(known)
