"""Calls of libm from a loop that stays vectorised.

LLVM does not vectorise a loop with a call in it, unless it is told of a vector version of what is
called. `rare_call` makes one that calls the scalar function for the lanes of a mask, one after the
other: slow where the mask is set, and next to nothing where it is not. It serves the arguments that
a polynomial cannot reach.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ..core.numba_library import RARE

#: by the type of the argument, what LLVM calls it, what libm appends to a name, and how many fit a vector
KINDS = {
    types.float64: (ir.DoubleType(), "", (2, 4, 8)),
    types.float32: (ir.FloatType(), "f", (2, 4, 8, 16)),
}
BIT, BYTE_POINTER = ir.IntType(1), ir.IntType(8).as_pointer()


def rare_call(name: str) -> Any:
    """The intrinsic that calls ``llvm.<name>`` of a float, to be used under a condition."""

    @intrinsic
    def call(typingctx, x):
        if x not in KINDS:
            return None

        def codegen(context, builder, signature, args):
            return builder.call(_scalar(builder.module, name, *KINDS[x]), args)

        return x(x), codegen

    return call


def _scalar(
    module: ir.Module, name: str, kind: ir.Type, suffix: str, sizes: tuple[int, ...]
) -> ir.Function:
    """The scalar function, which lists its masked vector versions (LLVM's vector function ABI)."""
    symbol = RARE + name + suffix
    if symbol in module.globals:
        return module.globals[symbol]
    libm = module.declare_intrinsic(f"llvm.{name}", [kind])
    scalar = _pure_function(module, ir.FunctionType(kind, [kind]), symbol)
    builder = ir.IRBuilder(scalar.append_basic_block("entry"))
    builder.ret(builder.call(libm, scalar.args))
    masked = [_masked(module, libm, f"{symbol}_{lanes}", lanes) for lanes in sizes]
    pairs = zip(sizes, masked, strict=True)
    names = ",".join(f"_ZGV_LLVM_M{lanes}v_{symbol}({f.name})" for lanes, f in pairs)
    _attribute(scalar, f'"vector-function-abi-variant"="{names}"')
    _keep(module, masked)
    return scalar


def _masked(module: ir.Module, libm: ir.Function, symbol: str, lanes: int) -> ir.Function:
    """``y[i] = f(x[i])`` where ``mask[i]``, and ``x[i]`` elsewhere."""
    vector, mask = ir.VectorType(libm.ftype.return_type, lanes), ir.VectorType(BIT, lanes)
    function = _pure_function(module, ir.FunctionType(vector, [vector, mask]), symbol)
    x, wanted = function.args
    builder = ir.IRBuilder(function.append_basic_block("entry"))
    bits = ir.IntType(lanes)
    nothing = builder.icmp_unsigned("==", builder.bitcast(wanted, bits), ir.Constant(bits, 0))
    with builder.if_then(nothing, likely=True):
        builder.ret(x)
    y = x
    for lane in range(lanes):
        index = ir.Constant(ir.IntType(32), lane)
        before = builder.block
        with builder.if_then(builder.extract_element(wanted, index), likely=False):
            value = builder.call(libm, [builder.extract_element(x, index)])
            changed, inside = builder.insert_element(y, value, index), builder.block
        merged = builder.phi(vector)
        merged.add_incoming(y, before)
        merged.add_incoming(changed, inside)
        y = merged
    builder.ret(y)
    return function


def _pure_function(module: ir.Module, kind: ir.FunctionType, symbol: str) -> ir.Function:
    function = ir.Function(module, kind, symbol)
    function.linkage = "linkonce_odr"
    for text in ("noinline", "memory(none)", "nounwind", "willreturn"):
        _attribute(function, text)
    return function


def _attribute(function: ir.Function, text: str) -> None:
    set.add(function.attributes, text)  # the set's own `add` knows a few attributes only


def _keep(module: ir.Module, functions: list[ir.Function]) -> None:
    """Nothing calls the vector versions until the loop vectoriser does: keep them until then."""
    used = "llvm.compiler.used"
    if used in module.globals:
        raise ValueError("one rare_call in a jitted function")
    kept = ir.GlobalVariable(module, ir.ArrayType(BYTE_POINTER, len(functions)), used)
    kept.linkage, kept.section = "appending", "llvm.metadata"
    kept.initializer = ir.Constant(kept.value_type, [f.bitcast(BYTE_POINTER) for f in functions])
