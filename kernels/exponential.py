"""The exponential of a matrix.

Sources: Higham, *The scaling and squaring method for the matrix exponential revisited*, 2005, algorithm
2.3 with the bounds of its table 2.3; Al-Mohy and Higham, *Computing the Fréchet derivative of the matrix
exponential, with an application to condition number estimation*, 2009, algorithm 6.4 with the bounds of
its table 6.1.
"""

from __future__ import annotations

import numpy as np

from ..core.numba_kept import compiled_kernel
from ..registry import JIT, array_pullback, kernel
from .lapack import NOT_SQUARE, add_matrix, refuse_infinite

#: the orders of the approximants below the last, and the norms up to which each is exact to rounding:
#: of the exponential, and of its derivative
ORDERS = (3, 5, 7, 9)
BOUNDS = (1.495585217958292e-2, 2.539398330063230e-1, 9.504178996162932e-1, 2.097847961257068)
SLOPE_BOUNDS = (1.08e-2, 2.00e-1, 7.83e-1, 1.78)
LAST, SLOPE_LAST = 5.371920351148152, 4.74


@compiled_kernel(**JIT)
def _coefficients(order):
    """Of the numerator of the diagonal Padé approximant, ``(2m - j)! m! / ((2m)! (m - j)! j!)``."""
    out = np.ones(order + 1)
    for j in range(order):
        out[j + 1] = out[j] * (order - j) / ((2 * order - j) * (j + 1))
    return out


@compiled_kernel(**JIT)
def _order_and_squarings(a, bounds, last):
    """The order of the approximant, and how often its argument is halved."""
    norm = 0.0
    for j in range(a.shape[1]):
        total = 0.0
        for i in range(a.shape[0]):
            total += np.abs(a[i, j])
        norm = max(norm, total)
    for k in range(len(bounds)):
        if norm <= bounds[k]:
            return ORDERS[k], 0
    squarings = 0
    while norm > last:
        norm *= 0.5
        squarings += 1
    return 13, squarings


@compiled_kernel(**JIT)
def _sum_of_powers(powers, coefficients, first, start):
    """``sum_k coefficients[first + 2 k] powers[k]`` from ``k = start``; of the powers 0 is the identity."""
    out = np.zeros_like(powers[0])
    for k in range(start, len(powers)):
        out += coefficients[first + 2 * k] * powers[k]
    return out


@kernel
def matrix_exponential(a):
    """By an approximant ``(v - u)^-1 (v + u)``, squared again and again."""
    if a.shape[0] != a.shape[1]:
        raise np.linalg.LinAlgError(NOT_SQUARE)
    refuse_infinite(a)
    n = a.shape[0]
    result = np.eye(n).astype(a.dtype)
    if n == 0:
        return result
    order, squarings = _order_and_squarings(a, BOUNDS, LAST)
    c = _coefficients(order).astype(np.abs(result).dtype)
    base = np.ascontiguousarray(a) * c.dtype.type(0.5**squarings)
    square = np.dot(base, base)
    powers = [result, square]
    for _ in range(2 if order == 13 else order // 2 - 1):
        powers.append(np.dot(powers[-1], square))
    if order == 13:
        sixth = powers[3]
        u = np.dot(sixth, c[13] * sixth + c[11] * powers[2] + c[9] * square)
        v = np.dot(sixth, c[12] * sixth + c[10] * powers[2] + c[8] * square)
        u += c[7] * sixth + c[5] * powers[2] + c[3] * square + c[1] * result
        v += c[6] * sixth + c[4] * powers[2] + c[2] * square + c[0] * result
    else:
        u = _sum_of_powers(powers, c, 1, 0)
        v = _sum_of_powers(powers, c, 0, 0)
    u = np.dot(base, u)
    result = np.ascontiguousarray(np.linalg.solve(v - u, v + u))
    for _ in range(squarings):
        result = np.dot(result, result)
    return result


@compiled_kernel(**JIT)
def _slope(a, direction):
    """The derivative of the exponential at `a` in a direction: that of every step of the algorithm."""
    n = a.shape[0]
    one = np.eye(n).astype(a.dtype)
    order, squarings = _order_and_squarings(a, SLOPE_BOUNDS, SLOPE_LAST)
    c = _coefficients(order).astype(np.abs(one).dtype)
    scale = c.dtype.type(0.5**squarings)
    base, base_dot = a * scale, direction * scale
    square = np.dot(base, base)
    square_dot = np.dot(base, base_dot) + np.dot(base_dot, base)
    powers, powers_dot = [one, square], [np.zeros_like(one), square_dot]
    for _ in range(2 if order == 13 else order // 2 - 1):
        powers_dot.append(np.dot(powers[-1], square_dot) + np.dot(powers_dot[-1], square))
        powers.append(np.dot(powers[-1], square))
    if order == 13:
        sixth, sixth_dot = powers[3], powers_dot[3]
        upper = c[13] * sixth + c[11] * powers[2] + c[9] * square
        upper_dot = c[13] * sixth_dot + c[11] * powers_dot[2] + c[9] * square_dot
        u = np.dot(sixth, upper)
        u_dot = np.dot(sixth, upper_dot) + np.dot(sixth_dot, upper)
        upper = c[12] * sixth + c[10] * powers[2] + c[8] * square
        upper_dot = c[12] * sixth_dot + c[10] * powers_dot[2] + c[8] * square_dot
        v = np.dot(sixth, upper)
        v_dot = np.dot(sixth, upper_dot) + np.dot(sixth_dot, upper)
        u += c[7] * sixth + c[5] * powers[2] + c[3] * square + c[1] * one
        u_dot += c[7] * sixth_dot + c[5] * powers_dot[2] + c[3] * square_dot
        v += c[6] * sixth + c[4] * powers[2] + c[2] * square + c[0] * one
        v_dot += c[6] * sixth_dot + c[4] * powers_dot[2] + c[2] * square_dot
    else:
        u, v = _sum_of_powers(powers, c, 1, 0), _sum_of_powers(powers, c, 0, 0)
        u_dot, v_dot = _sum_of_powers(powers_dot, c, 1, 1), _sum_of_powers(powers_dot, c, 0, 1)
    u_dot = np.dot(base, u_dot) + np.dot(base_dot, u)
    u = np.dot(base, u)
    result = np.ascontiguousarray(np.linalg.solve(v - u, v + u))
    right = u_dot + v_dot + np.dot(u_dot - v_dot, result)
    result_dot = np.ascontiguousarray(np.linalg.solve(v - u, right))
    for _ in range(squarings):
        result_dot = np.dot(result, result_dot) + np.dot(result_dot, result)
        result = np.dot(result, result)
    return result_dot


@array_pullback(matrix_exponential, wrt="a")
def matrix_exponential_a(a, y_bar, a_bar):
    """The derivative at ``a^H`` in the direction `y_bar`: the adjoint of that at ``a``."""
    if a.shape[0] > 0:
        adjoint = np.ascontiguousarray(np.conj(a.T))
        add_matrix(_slope(adjoint, np.ascontiguousarray(y_bar)), a_bar)
