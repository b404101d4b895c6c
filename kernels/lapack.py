"""What the kernels of linear algebra share: LAPACK's routines, copies in its order, and refusals.

LAPACK is column-major. Kernels hold a matrix for it as the row-major array of its transpose, which is the
same memory, and is an array that a tape can hold.
"""

from __future__ import annotations

import numpy as np

from ..core.numba_kept import compiled_kernel
from ..core.numba_lapack import routine
from ..registry import JIT
from .products import REASSOCIATE

gesv = routine("gesv", "iipippio")  # n nrhs a lda pivots b ldb
getrf = routine("getrf", "iipipo")  # m n a lda pivots
getrs = routine("getrs", "ciipippio")  # trans n nrhs lu ldlu pivots b ldb
getri = routine("getri", "ipippio")  # n lu ldlu pivots work lwork
gecon = routine("gecon", "cipirpppo")  # norm n lu ldlu anorm rcond work work
potrf = routine("potrf", "cipio")  # uplo n a lda
trsm = routine("trsm", "cccciispipi")  # side uplo trans diag m n alpha a lda b ldb
trmm = routine("trmm", "cccciispipi")

NO, TRANSPOSED, ADJOINT = (ord(letter) for letter in "NTC")
LEFT, RIGHT, LOWER, UPPER, UNIT = (ord(letter) for letter in "LRLUU")
NOT_SQUARE = "Last 2 dimensions of the array must be square."
NOT_FINITE = "Array must not contain infs or NaNs."

#: rows and columns of a tile that is transposed at a time: two of them stay in the cache
TILE = 16


@compiled_kernel(**JIT)
def copy_matrix(a, out):
    """``out[...] = a`` tile by tile, whatever the layouts are."""
    m, n = a.shape
    for i_tile in range(0, m, TILE):
        i_stop = min(i_tile + TILE, m)
        for j_tile in range(0, n, TILE):
            j_stop = min(j_tile + TILE, n)
            for i in range(i_tile, i_stop):
                for j in range(j_tile, j_stop):
                    out[i, j] = a[i, j]


@compiled_kernel(**JIT)
def copy_vector(a, out):
    """``out[...] = a``: an assignment to a slice compiles the text of its error too, which takes seconds."""
    for i in range(a.size):
        out[i] = a[i]


@compiled_kernel(**JIT)
def columns_of(a):
    """A column-major copy, as the row-major array of the transpose."""
    out = np.empty((a.shape[1], a.shape[0]), a.dtype)
    copy_matrix(a.T, out)
    return out


@compiled_kernel(**JIT)
def add_matrix(term, out):
    """``out += term`` tile by tile, whatever the layouts are."""
    m, n = out.shape
    for i_tile in range(0, m, TILE):
        i_stop = min(i_tile + TILE, m)
        for j_tile in range(0, n, TILE):
            j_stop = min(j_tile + TILE, n)
            for i in range(i_tile, i_stop):
                for j in range(j_tile, j_stop):
                    out[i, j] += term[i, j]


@compiled_kernel(**REASSOCIATE)
def _has_infinite(a):
    total = a.dtype.type(0)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            total += a[i, j] * 0  # of infinity and NaN it is NaN
    return total != 0


@compiled_kernel(**JIT)
def refuse_infinite(a):
    """Raise what Numba does for infinities and NaN."""
    if a.ndim == 1:
        for v in a:
            if not np.isfinite(v):
                raise np.linalg.LinAlgError(NOT_FINITE)
    else:
        by_columns = abs(a.strides[0]) < abs(a.strides[1])
        if _has_infinite(a.T if by_columns else a):
            raise np.linalg.LinAlgError(NOT_FINITE)


@compiled_kernel(**JIT)
def refuse_not_square(a):
    if a.shape[0] != a.shape[1]:
        raise np.linalg.LinAlgError(NOT_SQUARE)
