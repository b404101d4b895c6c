"""The loops of the sparse matrices, over compressed rows.

``indptr[i]:indptr[i + 1]`` are the places of row `i` in ``data`` and in ``indices``, which holds the
columns. Compressed columns are the compressed rows of the transpose.
"""

from __future__ import annotations

import numpy as np

from .parts import constant_of, product_type, sum_type, zero_rows


def gathered_product(data, indices, indptr, b):
    """The products of compressed rows with the vector or matrix `b`."""
    n = len(indptr) - 1
    y = zero_rows(n, b, product_type(data, b))
    for i in range(n):
        for k in range(indptr[i], indptr[i + 1]):
            y[i] += data[k] * b[indices[k]]
    return y


def scattered_product(data, indices, indptr, m, b):
    """The products of `m` rows, of which the columns are compressed, with the vector or matrix `b`."""
    y = zero_rows(m, b, product_type(data, b))
    for j in range(len(indptr) - 1):
        for k in range(indptr[j], indptr[j + 1]):
            y[indices[k]] += data[k] * b[j]
    return y


def spread(data, indices, indptr, n):
    """The dense matrix of compressed rows of length `n`."""
    m = len(indptr) - 1
    y = np.zeros((m, n), data.dtype)
    for i in range(m):
        for k in range(indptr[i], indptr[i + 1]):
            y[i, indices[k]] += data[k]
    return y


def sampled(a, indices, indptr):
    """The entries of an array at the stored coordinates of compressed rows."""
    y = np.zeros(len(indices), a.dtype)
    for i in range(len(indptr) - 1):
        for k in range(indptr[i], indptr[i + 1]):
            y[k] = a[i, indices[k]]
    return y


def repeated(indices, indptr, n):
    """Whether a coordinate is stored more than once."""
    last = np.full(n, -1)
    for i in range(len(indptr) - 1):
        for k in range(indptr[i], indptr[i + 1]):
            if last[indices[k]] == i:
                return True
            last[indices[k]] = i
    return False


def shared(data, indices, indptr, n):
    """The numbers divided by how often their coordinate is stored."""
    y = data.copy()
    if not repeated(indices, indptr, n):
        return y
    times = np.zeros(n, np.int64)
    for i in range(len(indptr) - 1):
        for k in range(indptr[i], indptr[i + 1]):
            times[indices[k]] += 1
        for k in range(indptr[i], indptr[i + 1]):
            y[k] = data[k] / times[indices[k]]
        for k in range(indptr[i], indptr[i + 1]):
            times[indices[k]] = 0
    return y


def element(data, indices, indptr, i, j):
    """One entry of compressed rows: the sum of what is stored there."""
    y = constant_of(data, 0)
    for k in range(indptr[i], indptr[i + 1]):
        if indices[k] == j:
            y += data[k]
    return y


def merged(data, indices, indptr, n):
    """The same matrix with each entry at the first place where it is stored, and zeros at the others."""
    first = np.full(n, -1)
    y = np.zeros_like(data)
    for i in range(len(indptr) - 1):
        for k in range(indptr[i], indptr[i + 1]):
            j = indices[k]
            if first[j] < indptr[i]:
                first[j] = k
            y[first[j]] += data[k]
    return y


def union(left, left_starts, right, right_starts, n):
    """The pattern of a sum: indices, indptr, and the place in it of each entry of both terms."""
    m = len(left_starts) - 1
    places = np.full(n, -1)
    indices = np.zeros(len(left) + len(right), np.int64)
    starts = np.zeros(m + 1, np.int64)
    left_places = np.zeros(len(left), np.int64)
    right_places = np.zeros(len(right), np.int64)
    used = 0
    for i in range(m):
        for k in range(left_starts[i], left_starts[i + 1]):
            j = left[k]
            if places[j] < starts[i]:
                places[j] = used
                indices[used] = j
                used += 1
            left_places[k] = places[j]
        for k in range(right_starts[i], right_starts[i + 1]):
            j = right[k]
            if places[j] < starts[i]:
                places[j] = used
                indices[used] = j
                used += 1
            right_places[k] = places[j]
        starts[i + 1] = used
    return indices[:used].copy(), starts, left_places, right_places


def placed_sum(a, a_places, b, b_places, n):
    """The numbers of a sum from those of its terms, and their places."""
    y = np.zeros(n, sum_type(a, b))
    for k in range(len(a)):
        y[a_places[k]] += a[k]
    for k in range(len(b)):
        y[b_places[k]] += b[k]
    return y
