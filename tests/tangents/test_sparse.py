"""Projection onto sparse matrices keeps the value's pattern."""

import numpy as np
import pytest
import scipy.sparse

from adcomp.errors import ShapeMismatch, TangentError
from adcomp.matrices import Diagonal
from adcomp.tangents import NoTangent, Tangent, ZeroTangent, projector, zero_tangent

A = np.arange(1.0, 10.0).reshape(3, 3).T
ROWS, COLUMNS = np.array([0, 0, 1, 2, 2]), np.array([2, 0, 2, 1, 0])
PATTERN = scipy.sparse.coo_array((np.ones(5), (ROWS, COLUMNS)), (3, 3))


def test_rows_in_the_order_of_storage():
    x = scipy.sparse.csr_array((np.ones(5), np.array([2, 0, 2, 1, 0]), np.array([0, 2, 3, 5])), (3, 3))
    result = projector(x)(A)
    assert type(result) is scipy.sparse.csr_array
    assert result.data.tolist() == [7.0, 1.0, 8.0, 6.0, 3.0] and result.indices.tolist() == [2, 0, 2, 1, 0]
    assert x.indices.tolist() == [2, 0, 2, 1, 0]


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr"])
@pytest.mark.parametrize("kind", ["array", "matrix"])
@pytest.mark.parametrize("dtype", [np.float32, float, complex, int])
def test_the_class_and_the_precision_of_the_value(form, kind, dtype):
    cls = getattr(scipy.sparse, f"{form}_{kind}")
    x = cls(PATTERN.astype(dtype))
    result = projector(x)(A + 1j)
    assert type(result) is cls and result.data.shape == x.data.shape
    assert result.dtype == {int: float}.get(dtype, dtype)
    wanted = np.where(x.toarray() != 0, A + 1j if dtype is complex else A, 0)
    if form == "bsr":  # blocks of one
        assert x.blocksize == (1, 1)
    np.testing.assert_array_equal(result.toarray(), wanted)


def test_explicit_zeros_belong_to_the_pattern():
    x = scipy.sparse.csr_array((np.array([0.0, 3.0]), np.array([0, 1]), np.array([0, 1, 2])), (2, 2))
    assert projector(x)(np.array([[4.0, 5.0], [6.0, 7.0]])).data.tolist() == [4.0, 7.0]
    again = projector(x)(scipy.sparse.csr_array(np.array([[4.0, 5.0], [6.0, 7.0]])))
    assert again.data.tolist() == [4.0, 7.0] and again.indptr.tolist() == [0, 1, 2]


def test_another_pattern_is_sampled_on_that_of_the_value():
    x = scipy.sparse.csc_array((np.ones(2), (np.array([0, 2]), np.array([0, 1]))), (3, 3))
    other = scipy.sparse.csc_array(np.array([[9.0, 0.0, 0.0], [0.0, 8.0, 0.0], [0.0, 7.0, 0.0]]))
    assert projector(x)(other).data.tolist() == [9.0, 7.0]
    twice = scipy.sparse.coo_array((np.array([1.0, 2.0]), (np.array([0, 0]), np.array([0, 0]))), (3, 3))
    assert projector(x)(twice).data.tolist() == [3.0, 0.0]
    assert projector(x)(Diagonal(np.array([1.0, 2.0, 3.0]))).data.tolist() == [1.0, 0.0]


def test_a_place_that_is_stored_twice_gets_the_full_entry_twice():
    x = scipy.sparse.coo_array((np.ones(3), (np.array([0, 1, 0]), np.array([1, 1, 1]))), (2, 2))
    result = projector(x)(np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert result.data.tolist() == [2.0, 4.0, 2.0]
    assert projector(x)(result).data.tolist() == [2.0, 4.0, 2.0]
    rows = scipy.sparse.csr_array((np.ones(3), np.array([1, 1, 1]), np.array([0, 2, 3])), (2, 2))
    assert projector(rows)(np.array([[1.0, 2.0], [3.0, 4.0]])).data.tolist() == [2.0, 2.0, 4.0]


def test_index_arrays_are_not_shared():
    x = scipy.sparse.csr_array((np.ones(2), np.array([1, 0]), np.array([0, 2, 2])), (2, 2))
    project = projector(x)
    first, second = project(np.ones((2, 2))), project(np.ones((2, 2)))
    first.sort_indices()
    assert x.indices.tolist() == second.indices.tolist() == [1, 0]
    x.sort_indices()
    assert project(np.ones((2, 2))).indices.tolist() == [1, 0]


def test_structural_form_and_zero():
    x = scipy.sparse.csr_array(np.eye(2))
    assert projector(x)(Tangent(scipy.sparse.csr_array, data=np.array([1j, 2.0]))).data.tolist() == [0.0, 2.0]
    zero = zero_tangent(scipy.sparse.csr_array(np.eye(2, dtype=np.float32)))
    assert zero.nnz == 2 and zero.data.sum() == 0 and zero.dtype == np.float32
    assert projector(x)(Tangent(scipy.sparse.csr_array)).data.tolist() == [0.0, 0.0]


def test_refusals():
    x = scipy.sparse.csr_array((10, 10))
    with pytest.raises(ShapeMismatch):
        projector(x)(np.ones((5, 20)))
    with pytest.raises(ShapeMismatch):
        projector(x)(scipy.sparse.csr_array((5, 20)))
    with pytest.raises(TangentError, match="convert it to"):
        projector(scipy.sparse.lil_array((2, 2)))
    with pytest.raises(TangentError, match="only the field 'data'"):
        projector(x)(Tangent(scipy.sparse.csr_array, indices=1.0))
    with pytest.raises(TangentError):
        projector(x)(Tangent(complex, re=1.0))
    assert projector(scipy.sparse.csr_array(np.eye(2) > 0))(np.ones((2, 2))) is NoTangent
    assert projector(x)(ZeroTangent) is ZeroTangent
