"""Pullbacks of matrix products: kernels that accumulate into the cotangent of one argument.

For ``y = a @ b`` the cotangents are ``a_bar = y_bar @ b^H`` and ``b_bar = a^H @ y_bar``, where
``^H`` is the conjugate transpose. Two matrices are multiplied by one BLAS call that accumulates
(``beta = 1``), for every pair of contiguous layouts; only a strided matrix, and a complex one in
the order of axes that BLAS cannot conjugate, is copied first. Products too small for the call, and
those with a vector, are loops.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, overload
from numba.np.linalg import check_blas_return, ensure_blas, get_blas_kind, make_constant_slot

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, array_pullback
from .arrays import add_into

#: Sums may be reordered, so that they vectorise; NaN and infinity keep their meaning.
REASSOCIATE: dict[str, Any] = {**JIT, "fastmath": {"reassoc", "nsz", "contract"}}

#: Products of at most this many multiplications are loops.
SMALL = 216


# Two matrices -------------------------------------------------------------------------------------


def _blas_letter(matrix: types.Array, out: types.Array, adjoint: bool) -> str:
    """How BLAS reads an operand, when `out` is what it calls column-major."""
    if adjoint and isinstance(matrix.dtype, types.Complex):
        return "c"
    return "t" if adjoint == (matrix.layout == out.layout) else "n"


def _gemm(x_adjoint: bool, z_adjoint: bool) -> Callable[..., Any]:
    """The intrinsic ``out += x @ z`` of contiguous matrices, either conjugated and transposed.

    BLAS is column-major; a row-major `out` is its transpose, ``z^T @ x^T``.
    """

    @intrinsic
    def gemm(typingctx, x, z, out):
        ensure_blas()
        kind = get_blas_kind(out.dtype, "matrix product")

        def codegen(context, builder, signature, args):
            byte, size = ir.IntType(8), context.get_value_type(types.intp)
            pointer = byte.as_pointer()
            one = builder.bitcast(make_constant_slot(context, builder, out.dtype, 1.0), pointer)

            def operand(array_type, value, adjoint=False):
                array = context.make_array(array_type)(context, builder, value)
                rows, columns = cgutils.unpack_tuple(builder, array.shape, 2)
                letter = ir.Constant(byte, ord(_blas_letter(array_type, out, adjoint)))
                inner = columns if array_type.layout == "C" else rows
                return letter, rows, columns, builder.bitcast(array.data, pointer), inner

            x_op = operand(x, args[0], x_adjoint)
            z_op = operand(z, args[1], z_adjoint)
            _, m, n, out_data, out_inner = operand(out, args[2])
            k = x_op[1] if x_adjoint else x_op[2]
            if out.layout == "C":
                x_op, z_op, m, n = z_op, x_op, n, m
            matrix = [pointer, size]
            kinds = [byte] * 3 + [size] * 3 + [pointer, *matrix, *matrix, pointer, *matrix]
            function = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(ir.IntType(32), kinds), "numba_xxgemm")
            result = builder.call(function, [
                ir.Constant(byte, ord(kind)), x_op[0], z_op[0], m, n, k, one, x_op[3], x_op[4],
                z_op[3], z_op[4], one, out_data, out_inner])
            check_blas_return(context, builder, result)
            return context.get_dummy_value()

        return types.none(x, z, out), codegen

    return gemm


_gemm_plain = _gemm(False, False)
_gemm_right = _gemm(False, True)
_gemm_left = _gemm(True, False)


def _direct(matrix: types.Array, out: types.Array, adjoint: bool) -> bool:
    """Whether BLAS takes an operand as it lies; it conjugates only what it transposes."""
    if matrix.layout == out.layout:
        return True
    return matrix.layout != "A" and not (adjoint and isinstance(matrix.dtype, types.Complex))


def _multiply(gemm, x_direct: bool, z_direct: bool, out: types.Array) -> Callable[..., Any]:
    """What accumulates a product that is worth a BLAS call, copying what that cannot take."""
    if out.layout == "A":
        @njit(**JIT)
        def into_copy(x, z, out):
            term = np.zeros(out.shape, out.dtype)
            gemm(np.ascontiguousarray(x), np.ascontiguousarray(z), term)
            for i in range(out.shape[0]):
                for j in range(out.shape[1]):
                    out[i, j] += term[i, j]

        return into_copy

    if x_direct and z_direct:
        return gemm

    pack = np.ascontiguousarray if out.layout == "C" else np.asfortranarray

    @njit(**JIT)
    def of_copies(x, z, out):
        gemm(pack(x), pack(z), out)

    return of_copies


def times(x, z, out):
    """``out += x @ z`` of matrices."""
    raise NotImplementedError("compiled code only")


def times_adjoint(x, z, out):
    """``out += x @ z^H`` of matrices."""
    raise NotImplementedError("compiled code only")


def adjoint_times(x, z, out):
    """``out += x^H @ z`` of matrices."""
    raise NotImplementedError("compiled code only")


@overload(times, jit_options=REASSOCIATE)
def _overload_times(x, z, out):
    multiply = _multiply(_gemm_plain, _direct(x, out, False), _direct(z, out, False), out)

    def implementation(x, z, out):
        if out.size * x.shape[1] > SMALL:
            multiply(x, z, out)
            return
        for i in range(out.shape[0]):
            for k in range(x.shape[1]):
                x_ik = x[i, k]
                for j in range(out.shape[1]):
                    out[i, j] += x_ik * z[k, j]

    return implementation


@overload(times_adjoint, jit_options=REASSOCIATE)
def _overload_times_adjoint(x, z, out):
    multiply = _multiply(_gemm_right, _direct(x, out, False), _direct(z, out, True), out)

    def implementation(x, z, out):
        if out.size * x.shape[1] > SMALL:
            multiply(x, z, out)
            return
        for i in range(out.shape[0]):
            for j in range(out.shape[1]):
                total = out[i, j]
                for k in range(x.shape[1]):
                    total += x[i, k] * np.conj(z[j, k])
                out[i, j] = total

    return implementation


@overload(adjoint_times, jit_options=REASSOCIATE)
def _overload_adjoint_times(x, z, out):
    multiply = _multiply(_gemm_left, _direct(x, out, True), _direct(z, out, False), out)

    def implementation(x, z, out):
        if out.size * x.shape[0] > SMALL:
            multiply(x, z, out)
            return
        for k in range(x.shape[0]):
            for i in range(out.shape[0]):
                x_ki = np.conj(x[k, i])
                for j in range(out.shape[1]):
                    out[i, j] += x_ki * z[k, j]

    return implementation


# A matrix and a vector ----------------------------------------------------------------------------


@compiled_kernel(**REASSOCIATE)
def outer_add(u, v, out):
    """``out += u v^H``, along the contiguous axis of `out`."""
    if abs(out.strides[0]) < abs(out.strides[1]):
        for j in range(out.shape[1]):
            v_j = np.conj(v[j])
            for i in range(out.shape[0]):
                out[i, j] += u[i] * v_j
    else:
        for i in range(out.shape[0]):
            u_i = u[i]
            for j in range(out.shape[1]):
                out[i, j] += u_i * np.conj(v[j])


@compiled_kernel(**REASSOCIATE)
def adjoint_matvec_add(matrix, v, out):
    """``out += matrix^H v``, along the contiguous axis of `matrix`."""
    if abs(matrix.strides[0]) < abs(matrix.strides[1]):
        for j in range(matrix.shape[1]):
            total = out[j]
            for i in range(matrix.shape[0]):
                total += np.conj(matrix[i, j]) * v[i]
            out[j] = total
    else:
        for i in range(matrix.shape[0]):
            v_i = v[i]
            for j in range(matrix.shape[1]):
                out[j] += np.conj(matrix[i, j]) * v_i


@compiled_kernel(**REASSOCIATE)
def matvec_conj_add(matrix, v, out):
    """``out += matrix conj(v)``, along the contiguous axis of `matrix`."""
    if abs(matrix.strides[0]) < abs(matrix.strides[1]):
        for j in range(matrix.shape[1]):
            v_j = np.conj(v[j])
            for i in range(matrix.shape[0]):
                out[i] += matrix[i, j] * v_j
    else:
        for i in range(matrix.shape[0]):
            total = out[i]
            for j in range(matrix.shape[1]):
                total += matrix[i, j] * np.conj(v[j])
            out[i] = total


# Rules --------------------------------------------------------------------------------------------
# Numba prunes branches on the number of dimensions of an argument.

PRODUCTS = (operator.matmul, np.matmul, np.dot)


@array_pullback(PRODUCTS, wrt="a")
def matmul_a(b, y_bar, a_bar):
    """``a_bar += y_bar @ b^H``, for vectors and matrices; of two vectors `y_bar` is a scalar."""
    if a_bar.ndim == 2:
        if b.ndim == 2:
            times_adjoint(y_bar, b, a_bar)
        else:
            outer_add(y_bar, b, a_bar)
    else:
        if b.ndim == 2:
            adjoint_matvec_add(b.T, y_bar, a_bar)
        else:
            for i in range(a_bar.size):
                a_bar[i] += y_bar * np.conj(b[i])


@array_pullback(PRODUCTS, wrt="b")
def matmul_b(a, y_bar, b_bar):
    """``b_bar += a^H @ y_bar``, for vectors and matrices; of two vectors `y_bar` is a scalar."""
    if a.ndim == 2:
        if b_bar.ndim == 2:
            adjoint_times(a, y_bar, b_bar)
        else:
            adjoint_matvec_add(a, y_bar, b_bar)
    else:
        if b_bar.ndim == 2:
            outer_add(y_bar, a, b_bar.T)
        else:
            for i in range(b_bar.size):
                b_bar[i] += y_bar * np.conj(a[i])


@array_pullback(np.vdot, wrt="a")
def vdot_a(b, y_bar, a_bar):
    """``y = sum(conj(a) * b)`` depends on the conjugate of `a`."""
    for i in range(a_bar.size):
        a_bar[i] += np.conj(y_bar) * b[i]


@array_pullback(np.vdot, wrt="b")
def vdot_b(a, y_bar, b_bar):
    for i in range(b_bar.size):
        b_bar[i] += y_bar * a[i]


@array_pullback(np.outer, wrt="a")
def outer_a(b, y_bar, a_bar):
    """Of one or two dimensions, which ``np.outer`` reads as flat."""
    if a_bar.ndim == 1:
        matvec_conj_add(y_bar, b.ravel(), a_bar)
    else:
        term = np.zeros(a_bar.size, a_bar.dtype)
        matvec_conj_add(y_bar, b.ravel(), term)
        add_into(a_bar, term.reshape(a_bar.shape))


@array_pullback(np.outer, wrt="b")
def outer_b(a, y_bar, b_bar):
    """Of one or two dimensions, which ``np.outer`` reads as flat."""
    if b_bar.ndim == 1:
        matvec_conj_add(y_bar.T, a.ravel(), b_bar)
    else:
        term = np.zeros(b_bar.size, b_bar.dtype)
        matvec_conj_add(y_bar.T, a.ravel(), term)
        add_into(b_bar, term.reshape(b_bar.shape))
