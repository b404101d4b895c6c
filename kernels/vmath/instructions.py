"""What the elementary functions are made of: single instructions, polynomials, and their table.

The instructions are those of float64 and of float32, after the type of their arguments; a constant
takes the type of what it meets. Integers keep the size of the float whose bits they are, where Numba's
own arithmetic would widen them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ...core.numba_kept import compiled_kernel
from ...core.ops import op_of
from ...registry import JIT, kernel

#: LLVM inlines them whatever their length: a loop with a call in it is not vectorised
OPTIONS: dict[str, Any] = {**JIT, "inline": "never", "forceinline": True}

_INTEGERS = {types.float64: types.int64, types.float32: types.int32}
_FLOATS = {integer: kind for kind, integer in _INTEGERS.items()}


# The table ----------------------------------------------------------------------------------------

_VECTOR: dict[str, dict[Any, Any]] = {}
_BOUNDS: dict[str, float] = {}

#: By op and by type, the kernel.
VECTOR: Mapping[str, Mapping[Any, Any]] = MappingProxyType(_VECTOR)

#: By the name of a kernel, how far its result may be from the exact one, in units in the last place.
BOUNDS: Mapping[str, float] = MappingProxyType(_BOUNDS)


def vector(kind: Any, *callables: Any, ulps: float) -> Callable[[Any], Any]:
    """Make the decorated function the kernel of some functions of Python and NumPy on floats of a kind.

    A string is an op: `vectorise` knows ``** 1.5``, a power with that exponent.
    """

    def register(function: Any) -> Any:
        made = kernel(compiled_kernel(**OPTIONS)(function))
        for op in dict.fromkeys(f if isinstance(f, str) else op_of(f) for f in callables):
            assert op is not None, callables
            if kind in _VECTOR.setdefault(op, {}):
                raise ValueError(f"{op} of {kind} has a kernel already")
            _VECTOR[op][kind] = made
        _BOUNDS[function.__name__] = ulps
        return made

    return register


def part(function: Any) -> Any:
    """Compile a function that kernels share."""
    return compiled_kernel(**OPTIONS)(function)


# Instructions -------------------------------------------------------------------------------------


@intrinsic
def bits_of(typingctx, x):
    """The bit pattern of a float, as an integer of its size."""
    if x not in _INTEGERS:
        return None

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], context.get_value_type(signature.return_type))

    return _INTEGERS[x](x), codegen


@intrinsic
def float_of(typingctx, bits):
    """The float of a bit pattern."""
    if bits not in _FLOATS:
        return None

    def codegen(context, builder, signature, args):
        return builder.bitcast(args[0], context.get_value_type(signature.return_type))

    return _FLOATS[bits](bits), codegen


def _common(*kinds):
    """The type of an instruction: float32 if any argument is, else float64."""
    return types.float32 if types.float32 in kinds else types.float64


@intrinsic
def fma(typingctx, a, b, c):
    """``a * b + c``, rounded once."""

    def codegen(context, builder, signature, args):
        return builder.fma(*args)

    kind = _common(a, b, c)
    return kind(kind, kind, kind), codegen


@intrinsic
def select(typingctx, condition, a, b):
    """``a if condition else b``, without a branch."""

    def codegen(context, builder, signature, args):
        return builder.select(*args)

    kind = _common(a, b)
    return kind(types.boolean, kind, kind), codegen


@intrinsic
def with_sign(typingctx, size, sign):
    """The first, which is not negative, with the sign of the second."""

    def codegen(context, builder, signature, args):
        kind = context.get_value_type(_INTEGERS[signature.return_type])
        top = ir.Constant(kind, -(1 << (kind.width - 1)))
        sign = builder.and_(builder.bitcast(args[1], kind), top)
        return builder.bitcast(builder.or_(builder.bitcast(args[0], kind), sign), args[0].type)

    kind = _common(size, sign)
    return kind(kind, kind), codegen


def _integer(name):
    """An instruction on integers: of int32 if any argument is, else of int64."""

    @intrinsic
    def instruction(typingctx, a, b):
        def codegen(context, builder, signature, args):
            return getattr(builder, name)(*args)

        kind = types.int32 if types.int32 in (a, b) else types.int64
        return kind(kind, kind), codegen

    return instruction


plus, minus = _integer("add"), _integer("sub")
left, right, right_unsigned = _integer("shl"), _integer("ashr"), _integer("lshr")
both, differ = _integer("and_"), _integer("xor")


def polynomial(*coefficients: float) -> Any:
    """The function of ``x`` that adds up ``coefficients[k] * x**k``.

    The constant comes last, by Horner's rule; the others pair by pair (G. Estrin, 1960), because a chain
    of additions, each waiting for the one before, is slow where a loop cannot be vectorised.
    """

    @intrinsic
    def value(typingctx, x):
        if x not in _INTEGERS:
            return None

        def codegen(context, builder, signature, args):
            (power,) = args
            round_to = np.float32 if x == types.float32 else np.float64
            first, *terms = (ir.Constant(power.type, float(round_to(c))) for c in coefficients)
            while len(terms) > 1:
                pairs = [builder.fma(power, b, a) for a, b in zip(terms[::2], terms[1::2], strict=False)]
                terms = pairs + terms[len(terms) // 2 * 2:]
                power = builder.fmul(power, power)
            return builder.fma(args[0], terms[0], first)

        return x(x), codegen

    return value


# Numbers of the formats ---------------------------------------------------------------------------

ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it leaves the nearest integer in the low bits
ROUND_BITS = 4843621399236968448
ROUND_32 = np.float32(12582912.0)  # 1.5 * 2**23
ROUND_BITS_32 = 0x4B400000
ONE_32, TWO_32, HALF_32 = np.float32(1.0), np.float32(2.0), np.float32(0.5)
INF_32, NAN_32 = np.float32(np.inf), np.float32(np.nan)


@part
def two_to(k):
    """``2.0**k`` for ``-1023 < k < 1024``."""
    return float_of((k + 1023) << 52)


@part
def two_to_32(k):
    """``2.0**k`` as a float32, for an int32 with ``-127 < k < 128``."""
    return float_of(left(plus(k, 127), 23))


@part
def as_float(k):
    """An int64 of at most 2**51 as a float64: few processors convert vectors of them."""
    return float_of(k + ROUND_BITS) - ROUND
