"""Functions of matrices that NumPy does not have: for Python, for compiled code, and to differentiate.

Arrays are of float64, float32, complex128 or complex64, those of one call of the same dtype, in any layout.
"""

from __future__ import annotations

from typing import Any

from .core.numba_kept import compiled_kernel
from .kernels.exponential import matrix_exponential
from .kernels.triangular import triangular_solution
from .registry import JIT

__all__ = ["cho_solve", "expm", "solve_triangular"]


@compiled_kernel(**JIT)
def solve_triangular(a: Any, b: Any, lower: Any = False, trans: Any = 0, unit_diagonal: Any = False) -> Any:
    """The solution of a triangular system of equations.

    Parameters
    ----------
    a : array, shape (n, n)
        The matrix, of which one triangle is read. The other has a gradient of zero.
    b : array, shape (n,) or (n, k)
        One right-hand side, or `k` of them as columns.
    lower : bool
        Which triangle of `a` is read.
    trans : int
        0 for ``a @ x = b``, 1 for ``a.T @ x = b``, 2 for ``a.conj().T @ x = b``.
    unit_diagonal : bool
        The diagonal of `a` counts as ones, and is not read.

    Returns
    -------
    array
        `x`, of the shape of `b`.

    Raises
    ------
    numpy.linalg.LinAlgError
        `a` is not square, `b` has another number of rows, or there is a zero on the diagonal.
    ValueError
        `trans` is none of the three.

    Examples
    --------
    >>> import numpy as np
    >>> a = np.array([[2.0, 1.0], [0.0, 4.0]])
    >>> solve_triangular(a, np.array([4.0, 8.0]))
    array([1., 2.])
    """
    return triangular_solution(a, b, lower, trans, unit_diagonal)


@compiled_kernel(**JIT)
def cho_solve(l: Any, b: Any) -> Any:
    """The solution of ``a @ x = b``, given the Cholesky factor of `a`.

    Parameters
    ----------
    l : array, shape (n, n)
        The lower triangle ``np.linalg.cholesky(a)``; what is above its diagonal is not read.
    b : array, shape (n,) or (n, k)
        One right-hand side, or `k` of them as columns.

    Returns
    -------
    array
        `x`, of the shape of `b`.

    Raises
    ------
    numpy.linalg.LinAlgError
        `l` is not square, `b` has another number of rows, or there is a zero on the diagonal.

    Examples
    --------
    >>> import numpy as np
    >>> l = np.linalg.cholesky(np.array([[4.0, 2.0], [2.0, 2.0]]))
    >>> cho_solve(l, np.array([6.0, 4.0]))
    array([1., 1.])
    """
    half = triangular_solution(l, b, True, 0, False)
    return triangular_solution(l, half, True, 2, False)


@compiled_kernel(**JIT)
def expm(a: Any) -> Any:
    """The exponential of a matrix, ``1 + a + a @ a / 2 + ...``.

    Parameters
    ----------
    a : array, shape (n, n)

    Returns
    -------
    array, shape (n, n)

    Raises
    ------
    numpy.linalg.LinAlgError
        `a` is not square, or has an infinity or a NaN in it.

    References
    ----------
    Higham, *The scaling and squaring method for the matrix exponential revisited*, 2005; its derivative
    by Al-Mohy and Higham, *Computing the Fréchet derivative of the matrix exponential*, 2009.

    Examples
    --------
    >>> import numpy as np
    >>> expm(np.array([[0.0, 3.0], [0.0, 0.0]]))
    array([[1., 3.],
           [0., 1.]])
    """
    return matrix_exponential(a)
