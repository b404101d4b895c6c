"""Accumulation: the sum, where it goes, and what is refused before anything is written."""

from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
import scipy.sparse

import adcomp.matrices as matrices
from adcomp.errors import AdcompError, ShapeMismatch, TangentError
from adcomp.tangents import (
    Lazy,
    NoTangent,
    NotImplementedTangent,
    Tangent,
    ZeroTangent,
    accumulate,
    add,
    may_accumulate_into,
)
from adcomp.tangents.projection import projector

from .values import VALUES, combined, flat, noise

Pair = namedtuple("Pair", "a b")


@dataclass
class Box:
    x: object
    y: object = 0.0


@dataclass(frozen=True)
class Frozen:
    x: object


@pytest.mark.parametrize("x", [pytest.param(v, id=name) for name, v in VALUES.items()])
def test_the_sum_of_two_projected_cotangents(x):
    random = np.random.default_rng(1)
    project = projector(x)
    A, B = noise(x, random), noise(x, random)
    before, other = flat(project(A)), [p.copy() for p in flat(project(B))]
    b = project(B)
    fresh = add(project(A), b)
    total = accumulate(project(combined(1.0, A, 0.0, A)), b)
    for p, q, s, t in zip(before, other, flat(fresh), flat(total), strict=True):
        np.testing.assert_array_equal(s, p + q)
        np.testing.assert_array_equal(t, p + q)
    for p, q in zip(flat(b), other, strict=True):
        np.testing.assert_array_equal(p, q)  # what is added is only read


STRIDED = np.lib.stride_tricks.as_strided
FROZEN = np.ones(3)
FROZEN.flags.writeable = False


@pytest.mark.parametrize("x, answer", [
    (np.ones(3), True), (np.ones(3, np.float32), True), (np.ones((2, 2), complex), True),
    (np.ones(3, int), False), (np.ones(3, bool), False), (np.ones(3, object), False),
    (np.ones(6)[1:4], True), (np.ones(6)[::-2], True), (np.ones((2, 3)).T, True), (np.ones((0, 3)), True),
    (np.array(1.0), True), (np.broadcast_to(1.0, 3), False), (FROZEN, False),
    (STRIDED(np.ones(6), (2, 3), (8, 8)), False), (STRIDED(np.ones(6), (2, 3), (24, 8)), True),
    (STRIDED(np.ones(1), (3,), (0,)), False), (np.ones(3, "f8,c8"), True), (np.ones(3, "f8,i4"), False),
    (1.0, False), (np.float64(1.0), False), ((np.ones(2),), False), (ZeroTangent, False),
    (matrices.Diagonal(np.ones(3)), True), (matrices.Diagonal(np.ones(3, int)), False),
    (matrices.Diagonal(FROZEN), False), (matrices.UpperTriangular(np.ones((3, 3))), True),
    (matrices.Tridiagonal(np.ones(2), np.ones(3), np.ones(2)), True),
    (matrices.Symmetric(np.ones((3, 3))), False), (matrices.Hermitian(np.ones((3, 3)) + 0j), False),
    (matrices.SymTridiagonal(np.ones(3), np.ones(2)), False), (matrices.Fill(1.0, (2, 2)), False),
    (scipy.sparse.csr_array(np.eye(2)), True), (scipy.sparse.csr_array(np.eye(2, dtype=int)), False),
])
def test_where_in_place_is_safe(x, answer):
    assert may_accumulate_into(x) is answer


def test_in_place_where_the_result_fits():
    x = -np.ones((2, 2))
    assert accumulate(x, np.eye(2)) is x and accumulate(x, np.ones((2, 2), np.float32)) is x
    assert accumulate(x, np.ones((2, 2), int)) is x
    assert accumulate(x, matrices.Diagonal(np.ones(2))) is x
    np.testing.assert_array_equal(x, 1.0 + 2 * np.eye(2))


@pytest.mark.parametrize("x, y", [
    (np.ones(2), np.ones(2) * 1j), (np.ones(2, np.float32), np.ones(2)), (np.ones(2, int), np.ones(2)),
    (FROZEN, np.ones(3)), (np.broadcast_to(1.0, (3,)), np.ones(3)), (1.0, 2.0), (1.0, 2j),
])
def test_out_of_place_where_it_does_not(x, y):
    before = np.copy(x)
    result = accumulate(x, y)
    np.testing.assert_array_equal(result, before + y, strict=isinstance(x, np.ndarray))
    np.testing.assert_array_equal(x, before)


def test_a_cotangent_is_never_added_into_itself():
    x = np.ones(3)
    total = accumulate(x, x)
    assert total is not x and x.tolist() == [1, 1, 1] and total.tolist() == [2, 2, 2]
    total = accumulate(x, x[::-1])
    assert total is not x and x.tolist() == [1, 1, 1]


def test_parts_that_share_memory_are_added_apart():
    a, b = np.zeros(2), np.zeros(2)
    ones, twos = np.ones(2), np.full(2, 2.0)
    for x, y, wanted in [
        ([a, a], [ones, twos], [1.0, 2.0]), ([a, a[:1]], [ones, twos[:1]], [1.0, 2.0]),
        ([a, b], [ones, a], [1.0, 0.0]), ((a, [b]), (b, [ones]), [0.0, 1.0]),
        ({"p": a, "q": a}, {"p": ones, "q": twos}, [1.0, 2.0]),
        (Tangent(Box, x=a, y=a), Tangent(Box, x=ones, y=twos), [1.0, 2.0]),
    ]:
        found = flat(accumulate(x, y))
        assert [p[0] for p in found] == wanted
        assert not a.any() and not b.any()
    x = [a, b]
    total = accumulate(x, [ones, ones])
    assert total[0] is a and total[1] is b and a.all() and b.all()


def test_a_chain_of_doublings():
    sums = [np.ones((2, 2))]
    for _ in range(8):
        total = ZeroTangent
        for s in sums:
            total = accumulate(total, s) if total is ZeroTangent else add(total, s)
        sums.append(total)
    assert sums[-1][0, 0] == 128 and sums[0][0, 0] == 1


def test_hard_zeros_and_what_is_not_implemented():
    x, missing = np.ones(2), NotImplementedTangent("this")
    assert accumulate(x, ZeroTangent) is x and accumulate(NoTangent, x) is x
    assert accumulate(NoTangent, ZeroTangent) is NoTangent
    assert accumulate(missing, x) is missing and accumulate(x, missing) is missing
    assert accumulate([x, NoTangent], [ZeroTangent, 1.0]) == [x, 1.0]


def test_lazy_cotangents_are_added_by_their_own_routine():
    added = []

    def into(buffer):
        added.append(buffer)
        buffer += 1.0
        return buffer

    x = np.zeros(2)
    assert accumulate(x, Lazy(lambda: 1 / 0, into)) is x and x.tolist() == [1.0, 1.0]
    assert accumulate(np.zeros(2, int), Lazy(lambda: np.ones(2), into)).tolist() == [1.0, 1.0]
    assert accumulate(Lazy(lambda: np.ones(2)), Lazy(lambda: np.ones(2))).tolist() == [2.0, 2.0]
    assert len(added) == 1 and added[0] is x
    lazy = Lazy(lambda: 1 / 0)
    assert accumulate(ZeroTangent, lazy) is lazy and accumulate(lazy, NoTangent) is lazy
    with pytest.raises(AdcompError, match="something else"):
        accumulate(x, Lazy(lambda: np.zeros(2), into), verify=True)


def test_what_was_computed_by_a_lazy_cotangent_is_not_written_to():
    value = np.ones(2)
    lazy = Lazy(lambda: value)
    assert accumulate(lazy, np.ones(2)).tolist() == [2.0, 2.0] and value.tolist() == [1.0, 1.0]


REFUSED = [
    (np.ones((4, 4)), np.ones((2, 2)), ShapeMismatch), (np.ones(4), 21.0, ShapeMismatch),
    (1.0, np.ones(2), ShapeMismatch), (np.ones(3), np.ones((3, 1)), ShapeMismatch),
    (np.ones((3, 1)), np.ones(3), ShapeMismatch), (np.ones(2), (1.0, 2.0), TangentError),
    ((1.0,), (1.0, 2.0), ShapeMismatch), (np.ones(2), "x", TangentError), ("x", "y", TangentError),
    (Tangent(Box, x=1.0), Tangent(Frozen, x=1.0), TangentError), (Tangent(Box, x=1.0), 1.0, TangentError),
    ({"a": 1.0}, [1.0], TangentError), (np.zeros(2, "f8,f4"), np.zeros(2, "f8"), TangentError),
    (np.ones((3, 3)), matrices.Diagonal(np.ones(2)), ShapeMismatch),
    (scipy.sparse.csr_array((2, 2)), scipy.sparse.csr_array((3, 2)), ShapeMismatch),
]


@pytest.mark.parametrize("x, y, error", REFUSED)
def test_refusals_write_nothing(x, y, error):
    for wrap in (lambda first, v: [first, v], lambda first, v: (first, v),
                 lambda first, v: {"a": first, "b": v}, lambda first, v: Tangent(Box, x=first, y=v)):
        first = np.ones(2)
        with pytest.raises(error):
            accumulate(wrap(first, x), wrap(np.ones(2), y))
        assert first.tolist() == [1.0, 1.0]
    with pytest.raises(error):
        accumulate(x, y)
    with pytest.raises(error):
        add(x, y)


def test_a_lazy_part_of_another_shape_is_found_before_anything_is_written():
    first = np.ones(2)
    with pytest.raises(ShapeMismatch):
        accumulate([first, np.ones(2)], [np.ones(2), Lazy(lambda: np.ones(3))])
    assert first.tolist() == [1.0, 1.0]


def test_containers():
    x = {"a": np.ones(2)}
    assert accumulate(x, {"b": 1.0}) is x and set(x) == {"a", "b"}
    fresh = add(x, {"a": np.ones(2)})
    assert fresh["a"].tolist() == [2.0, 2.0] and x["a"].tolist() == [1.0, 1.0]
    t = Tangent(Box, x=np.ones(2))
    assert accumulate(t, Tangent(Box, x=np.ones(2), y=1.0)) is t
    assert t.x.tolist() == [2.0, 2.0] and t.y == 1.0
    f = Tangent(Frozen, x=1.0)
    assert accumulate(f, f) == Tangent(Frozen, x=2.0) and f.x == 1.0
    merged = accumulate(Pair(1.0, ZeroTangent), Tangent(Pair, b=2.0))
    assert merged == Tangent(Pair, a=1.0, b=2.0)
    both = accumulate(Pair(1.0, 2.0), Pair(1.0, NoTangent))
    assert both == Pair(2.0, 2.0) and type(both) is Pair


def test_matrices():
    D = matrices.Diagonal(np.array([1.0, 2.0]))
    S = matrices.Symmetric(np.array([[1.0, 2.0], [9.0, 3.0]]), "U")
    total = accumulate(matrices.Diagonal(np.ones(2)), D)
    assert type(total) is matrices.Diagonal and total.diag.tolist() == [2.0, 3.0]
    for x, y in [(S, D), (D, S), (S, S), (D, np.ones((2, 2))), (S, np.ones((2, 2)))]:
        total = accumulate(x, y)
        dense = [v.dense() if isinstance(v, matrices.Matrix) else v for v in (x, y, total)]
        np.testing.assert_array_equal(dense[0] + dense[1], dense[2])
    assert D.diag.tolist() == [1.0, 2.0]
    upper, lower = (matrices.Bidiagonal(np.ones(2), np.ones(1), uplo) for uplo in "UL")
    assert flat(add(upper, lower))[0].tolist() == [[2, 1], [1, 2]]


def test_sparse_structures_are_added_by_their_stored_numbers():
    indices, indptr = np.array([1, 0]), np.array([0, 1, 2])
    x, y = (matrices.CSR(np.full(2, n), indices, indptr, (2, 2)) for n in (1.0, 2.0))
    total = accumulate(x, y)
    assert total is x and x.data.tolist() == [3.0, 3.0] and y.data.tolist() == [2.0, 2.0]
    other = matrices.CSR(np.ones(2), np.array([0, 1]), indptr, (2, 2))
    np.testing.assert_array_equal(flat(add(x, other))[0], [[1, 3], [3, 1]])


def test_sparse_matrices_of_one_pattern_keep_it():
    x = scipy.sparse.csr_array((np.array([0.0, 1.0]), np.array([1, 0]), np.array([0, 2, 2])), (2, 2))
    y = x.copy()
    total = accumulate(x, y)
    assert total is x and total.indices.tolist() == [1, 0] and total.data.tolist() == [0.0, 2.0]
    assert add(x, y).data.tolist() == [0.0, 3.0]
    np.testing.assert_array_equal(add(x, np.ones((2, 2))), x.toarray() + 1)
    other = scipy.sparse.csr_array(np.eye(2))
    np.testing.assert_array_equal(add(x, other).toarray(), x.toarray() + np.eye(2))
