"""Rules of arithmetic, powers, minima and maxima, and what else acts element by element.

At a kink a rule gives 0 if that is an extremum, else the value of the finite side, else the mean
of both sides; never NaN if one side is finite. Nothing raises.
"""

from __future__ import annotations

import math
import operator

import numpy as np

from ..registry import (
    BOOLEAN,
    EXPONENT,
    INTEGER,
    NONZERO,
    POSITIVE,
    REAL,
    conj,
    nondifferentiable,
    pullback,
)
from .special import along

# Arithmetic ---------------------------------------------------------------------------------------


@pullback((operator.add, np.add), REAL.or_complex, REAL.or_complex)
def add(y_bar):
    return y_bar, y_bar


@pullback((operator.sub, np.subtract), REAL.or_complex, REAL.or_complex)
def subtract(y_bar):
    return y_bar, -y_bar


@pullback((operator.mul, np.multiply), REAL.or_complex, REAL.or_complex)
def multiply(a, b, y_bar):
    return y_bar * conj(b), y_bar * conj(a)


@pullback((operator.truediv, np.true_divide), REAL.or_complex, NONZERO.or_complex)
def divide(b, y, y_bar):
    a_bar = y_bar / conj(b)
    return a_bar, -a_bar * conj(y)


@pullback((operator.neg, np.negative), REAL.or_complex)
def negative(y_bar):
    return -y_bar


@pullback((operator.pos, np.positive), REAL.or_complex)
def positive(y_bar):
    return y_bar


@pullback((operator.mod, np.remainder, np.fmod, math.fmod), REAL, POSITIVE)
def remainder(a, b, y, y_bar):
    """``%``, which rounds the quotient down, and ``fmod``, which truncates it.

    At a jump, the side that the primal takes.
    """
    return y_bar, -y_bar * np.rint((a - y) / b)


@pullback((operator.pow, np.power, np.float_power, math.pow, pow),
          POSITIVE.or_complex, EXPONENT.or_complex)
def power(a, b, y, y_bar):
    """``a ** b``, for exponents of any type.

    At ``a == 0`` the values are those of ChainRules: the slope of a constant, ``b == 0``, is 0, and
    that of ``0 ** b`` in ``b`` is 0 for positive ``b`` and NaN for others, where no side is finite.
    A slope of 0 is stronger than an infinite cotangent: ``sqrt(x ** 2)`` has slope 0 at 0.
    """
    slope = 0.0 if (a == 0) & (b == 0) else b * a ** (b - 1)
    log_a = np.log(a) if a != 0 else np.nan
    a_bar = 0.0 if (slope == 0) & np.isinf(y_bar) else y_bar * conj(slope)
    b_bar = 0.0 if y == 0 else y_bar * conj(y * log_a)
    return a_bar, b_bar


@pullback((np.ldexp, math.ldexp), REAL, INTEGER)
def ldexp(b, y_bar):
    return math.ldexp(y_bar, b), None


# Absolute values ----------------------------------------------------------------------------------


@pullback((abs, np.absolute, np.fabs, math.fabs), NONZERO.or_complex)
def absolute(a, y, y_bar):
    """At 0 the slope is 0, the minimum's."""
    return along(y_bar, a, y)


@pullback((np.hypot, math.hypot), NONZERO, NONZERO)
def hypot(a, b, y, y_bar):
    """At the origin both slopes are 0, the minimum's."""
    a_bar = y_bar * (a / y) if y != 0 else 0.0
    b_bar = y_bar * (b / y) if y != 0 else 0.0
    return a_bar, b_bar


@pullback((np.arctan2, math.atan2), NONZERO, NONZERO)
def arctan2(a, b, y_bar):
    """The angle of the point ``(b, a)``; at the origin both slopes are 0."""
    square = a * a + b * b
    a_bar = y_bar * b / square if square != 0 else 0.0
    b_bar = -y_bar * a / square if square != 0 else 0.0
    return a_bar, b_bar


@pullback((np.copysign, math.copysign), NONZERO, NONZERO)
def copysign(a, b, y_bar):
    """At ``a == 0``, the extremum of ``copysign(a, b)`` in `a`, the slope is 0."""
    return y_bar * np.sign(a) * np.copysign(1.0, b), None


@pullback((np.nextafter, math.nextafter), REAL, REAL)
def nextafter(y_bar):
    return y_bar, None


# Minima and maxima --------------------------------------------------------------------------------


@pullback(max, REAL, REAL)
def larger(a, b, y_bar):
    """A tie goes to the first, as in the primal."""
    a_bar = 0.0 if b > a else y_bar
    b_bar = y_bar if b > a else 0.0
    return a_bar, b_bar


@pullback(min, REAL, REAL)
def smaller(a, b, y_bar):
    """A tie goes to the first, as in the primal."""
    a_bar = 0.0 if b < a else y_bar
    b_bar = y_bar if b < a else 0.0
    return a_bar, b_bar


@pullback((np.maximum, np.fmax, np.minimum, np.fmin), REAL, REAL)
def extremum(a, b, y, y_bar):
    """In a tie both get half, the mean of the two sides; ``fmax`` and ``fmin`` pass over a NaN."""
    a_bar = 0.5 * y_bar if a == b else (y_bar if y == a else 0.0)
    b_bar = 0.5 * y_bar if a == b else (y_bar if y == b else 0.0)
    return a_bar, b_bar


@pullback(np.clip, REAL, REAL, REAL)
def clip(a, b, c, y_bar):
    """On a bound, half to the argument and half to the bound."""
    half = 0.5 * y_bar
    a_bar = half if (a == b) | (a == c) else (y_bar if (b < a) & (a < c) else 0.0)
    b_bar = 0.0 if c < b else (half if a == b else (y_bar if a < b else 0.0))
    c_bar = half if a == c else (y_bar if (a > c) | (c < b) else 0.0)
    return a_bar, b_bar, c_bar


@pullback(np.where, BOOLEAN, REAL.or_complex, REAL.or_complex)
def where(a, y_bar):
    b_bar = y_bar if a else 0.0
    c_bar = 0.0 if a else y_bar
    return None, b_bar, c_bar


@pullback(np.nan_to_num, REAL.or_complex)
def nan_to_num(a, y_bar):
    """What is replaced by a constant has slope 0."""
    return y_bar if np.isfinite(a) else 0.0


# Steps --------------------------------------------------------------------------------------------

nondifferentiable(
    operator.floordiv, operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift,
    operator.invert, operator.not_, operator.lt, operator.le, operator.gt, operator.ge, operator.eq,
    operator.ne, operator.is_, operator.is_not, "in", "not in",
    math.floor, math.ceil, math.trunc, math.isnan, math.isinf, math.isfinite, math.gcd, round,
    np.floor, np.ceil, np.trunc, np.rint, np.round, np.around, np.sign, np.signbit, np.spacing,
    np.floor_divide, np.isnan, np.isinf, np.isfinite, np.isnat, np.gcd, np.lcm,
    np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
    np.logical_and, np.logical_or, np.logical_xor, np.logical_not, np.bitwise_and, np.bitwise_or,
    np.bitwise_xor, np.invert, np.left_shift, np.right_shift,
    ".argmax()", ".argmin()", ".argsort()", ".nonzero()", ".tobytes()",
    np.argmax, np.argmin, np.argsort, np.argwhere, np.nonzero, np.flatnonzero, np.count_nonzero,
    np.argpartition, np.nanargmax, np.nanargmin, np.searchsorted, np.digitize, np.isin,
    np.all, np.any, np.isclose, np.allclose, np.array_equal, any, all, len, range,
    np.iscomplex, np.isreal, np.iscomplexobj, np.isrealobj, np.isneginf, np.isposinf, np.isscalar,
    np.indices, np.tri, np.tril_indices, np.triu_indices, np.tril_indices_from, np.triu_indices_from,
    np.iinfo, np.finfo, np.broadcast_shapes,
    np.shape, np.size, np.ndim, np.zeros, np.ones, np.empty, np.eye, np.identity, np.zeros_like,
    np.ones_like, np.empty_like,
)
