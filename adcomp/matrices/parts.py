"""What the matrices share: positions, checks, and the types of results.

These functions are called from methods that compiled code reads, so they are plain Python that adcomp and
Numba read too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeMismatch

SINGULAR = "the matrix is singular"


def position(i, n):
    """The place in an axis of length `n` that an index, negative ones too, means.

    >>> position(-1, 3)
    2
    """
    if i < -n or i >= n:
        raise IndexError("index out of bounds")
    return i + n if i < 0 else i


def constant_of(a, value):
    """A number in an array's dtype; a literal would widen single precision in compiled code."""
    return np.full(1, value, a.dtype)[0]


def sum_type(a, b):
    """The dtype of a sum of elements of two arrays."""
    return (np.empty(0, a.dtype) + np.empty(0, b.dtype)).dtype


def product_type(a, b):
    """The dtype of a product of elements of two arrays."""
    return (np.empty(0, a.dtype) * np.empty(0, b.dtype)).dtype


def quotient_type(a, b):
    """The dtype of a quotient of elements of two arrays; of integers it is a float."""
    return (np.empty(0, a.dtype) / np.empty(0, b.dtype)).dtype


def times(a, b):
    """``a @ b``, also of a real and a complex array, which compiled code does not multiply as they are."""
    if np.iscomplexobj(a) == np.iscomplexobj(b):
        return a @ b
    dtype = product_type(a, b)
    return a.astype(dtype) @ b.astype(dtype)


def solved(a, b):
    """``np.linalg.solve(a, b)``, also of a real and a complex array."""
    if np.iscomplexobj(a) == np.iscomplexobj(b):
        return np.linalg.solve(a, b)
    dtype = quotient_type(b, a)
    return np.linalg.solve(a.astype(dtype), b.astype(dtype))


def zero_rows(n, like, dtype):
    """An array of `n` zero rows: numbers if `like` is a vector, rows like its own if it is a matrix."""
    if np.ndim(like) == 1:
        return np.zeros(n, dtype)
    return np.zeros((n, like.shape[1]), dtype)


def scale_rows(d, a):
    """``diag(d) @ a`` for a vector or a matrix `a`."""
    return (d * a.T).T


def same_length(n, m):
    """Refuse lengths that would be broadcast against each other."""
    if n != m:
        raise ShapeMismatch("the shapes of the operands do not match")


def same_shape(a, b):
    """Refuse two matrices of different shapes."""
    if a[0] != b[0] or a[1] != b[1]:
        raise ShapeMismatch("the shapes of the matrices differ")


def refuse_unless_square(name: str, data: Any) -> None:
    """The check of a constructor that takes a square array."""
    shape = np.shape(data)
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ShapeMismatch(f"{name} needs a square array, not one of shape {shape}")


def refuse_unless_vector(name: str, field: str, data: Any, length: int | None = None) -> None:
    """The check of a constructor that takes a vector."""
    shape = np.shape(data)
    if len(shape) != 1 or (length is not None and shape[0] != length):
        wanted = "a vector" if length is None else f"a vector of length {length}"
        raise ShapeMismatch(f"{name} needs {wanted} as {field}, not an array of shape {shape}")


def refuse_unless_flag(name: str, uplo: Any) -> None:
    """The check of a constructor that takes ``uplo``."""
    if not isinstance(uplo, str) or uplo not in ("U", "L"):
        raise ValueError(f"uplo of {name} is 'U' or 'L', not {uplo!r}")


def refuse_unless_number(name: str, field: str, value: Any) -> None:
    """The check of a constructor that takes a number."""
    if np.ndim(value) or not isinstance(np.asarray(value).flat[0], np.number | np.bool_):
        raise ValueError(f"{name} needs a number as {field}, not {value!r}")


def refuse_unless_size(name: str, n: Any) -> None:
    """The check of a constructor that takes a length."""
    if not isinstance(n, int | np.integer) or n < 0:
        raise ValueError(f"the size of {name} is an integer from 0 on, not {n!r}")
