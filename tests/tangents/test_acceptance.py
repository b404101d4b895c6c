"""The mistakes that an implementation of cotangents makes by default, one test for each."""

import enum

import numpy as np
import pytest
import scipy.sparse

import adcomp
import adcomp.matrices as matrices
from adcomp.errors import ShapeMismatch
from adcomp.tangents import (
    Adam,
    Chain,
    ClipGrad,
    Descent,
    NoTangent,
    Optimiser,
    Tangent,
    ZeroTangent,
    accumulate,
    add,
    clamptype,
    find_ties,
    projector,
    tied_total,
    zero_tangent,
)

A = np.arange(1.0, 10.0).reshape(3, 3).T


class Level(enum.IntEnum):
    LOW = 1


def dense(x):
    return x.dense() if isinstance(x, matrices.Matrix) else x


def test_acceptance_01_no_complex_gradient_of_a_real_value():
    assert clamptype(2 + 3j, 1.0) == 2.0 and isinstance(clamptype(2 + 3j, 1.0), float)
    assert projector(np.ones(2))(np.ones(2) * 1j).dtype == float
    total = projector(np.ones(2))(accumulate(np.ones(2), np.ones(2) * 1j))
    assert total.dtype == float and total.tolist() == [1.0, 1.0]


def test_acceptance_02_single_precision_stays_single():
    one, two = np.ones(2), np.ones((2, 2))
    assert projector(np.float32(1))(1.0).dtype == np.float32
    assert projector(one.astype("f4"))(one).dtype == np.float32
    assert projector([one.astype("f4")])([one])[0].dtype == np.float32
    assert projector(scipy.sparse.csr_array(two.astype("f4")))(two).dtype == np.float32
    assert projector(matrices.Symmetric(two.astype("f4")))(two).data.dtype == np.float32
    assert projector(np.ones(1, "f4,f8"))({"f0": np.ones(1)})["f0"].dtype == np.float32
    assert Optimiser(Adam(), [one.astype("f4")]).step([one.astype("f4")], [one])[0].dtype == np.float32


def test_acceptance_04_booleans_and_enumerations_are_no_integers():
    assert projector(Level.LOW)(2.0) is NoTangent and projector(True)(2.0) is NoTangent
    assert projector(1)(2.0) == 2.0 and zero_tangent((Level.LOW, np.True_, 1)) == (NoTangent, NoTangent, 0.0)


def test_acceptance_05_symmetric_is_averaged_and_its_field_is_summed():
    S = matrices.Symmetric(np.ones((3, 3)), "U")
    natural = projector(S)(A)
    np.testing.assert_array_equal(dense(natural), [[1, 3, 5], [3, 5, 7], [5, 7, 9]])
    np.testing.assert_array_equal(dense(projector(S)(natural)), dense(natural))
    new = Optimiser(Descent(1.0), [S]).step([S], [natural])
    np.testing.assert_array_equal(S.data - new[0].data, [[1, 6, 10], [0, 5, 14], [0, 0, 9]])


def test_acceptance_06_a_unit_triangle_has_a_diagonal_of_zeros():
    found = projector(matrices.UnitLowerTriangular(np.ones((3, 3))))(A)
    np.testing.assert_array_equal(dense(found), [[0, 0, 0], [2, 0, 0], [3, 6, 0]])
    np.testing.assert_array_equal(dense(add(found, found)), 2 * dense(found))


@pytest.mark.parametrize("x", [
    matrices.Diagonal(np.ones(2)), matrices.UpperTriangular(np.ones((2, 2))),
    scipy.sparse.csr_array(np.eye(2)), matrices.Bidiagonal(np.ones(2), np.ones(1), "U"),
], ids=lambda x: type(x).__name__)
def test_acceptance_07_what_is_off_the_pattern_is_left_out_and_not_multiplied_by_zero(x):
    found = projector(x)(np.array([[1.0, 2.0], [np.inf, 4.0]]))
    entries = found.toarray() if scipy.sparse.issparse(found) else found.dense()
    assert np.all(np.isfinite(entries)) and entries[0, 0] == 1.0 and entries[1, 0] == 0.0


def test_acceptance_09_a_sparse_gradient_keeps_the_pattern():
    stored = np.array([1.0, 0.0, 2.0]), np.array([2, 0, 1]), np.array([0, 2, 2, 3])
    x = scipy.sparse.csr_array(stored, (3, 3))
    found = projector(x)(A)
    assert type(found) is type(x) and found.nnz == 3 and found.data.tolist() == [7.0, 1.0, 6.0]
    assert found.indices.tolist() == [2, 0, 1] and x.indices.tolist() == [2, 0, 1]


def test_acceptance_11_no_flag_and_no_index_is_in_a_tangent():
    t = zero_tangent(matrices.Symmetric(np.ones((2, 2)), "U"))
    assert set(t.fields) == {"data"} and t.uplo is ZeroTangent
    with pytest.raises(adcomp.errors.TangentError):
        Tangent(matrices.Symmetric, uplo="U")
    sparse = zero_tangent(matrices.CSR(np.ones(1), np.array([0]), np.array([0, 1]), (1, 1)))
    assert set(sparse.fields) == {"data"}


def test_acceptance_12_what_has_no_tangent_space_gets_no_tangent():
    for x in (True, "U", None, Level.LOW, np.array([True]), (False, "a"), [None], slice(2)):
        assert zero_tangent(x) is NoTangent and projector(x)(1.0) is NoTangent
    assert projector((1.0, "a"))((2.0, 3.0))[1] is NoTangent


def test_acceptance_14_ties_are_found_by_memory():
    W = np.ones((2, 3))
    model = {"W": W, "T": W.T, "flat": W.reshape(-1), "row": W[1], "again": W[:], "equal": W.copy()}
    assert W.T is not W.T
    assert find_ties(model).tied == (tuple((name,) for name in ("W", "T", "flat", "row", "again")),)
    assert find_ties([W.copy().T, W.copy().T]).tied == ()  # the ids of two that are gone may be one


def test_acceptance_15_ties_are_counted_once_and_none_is_dropped():
    random = np.random.default_rng(0)
    W, v = random.normal(size=(2, 3)), random.normal(size=3)

    def loss(enc, dec, v):
        return np.sum(np.tanh(dec @ np.tanh(enc @ v)) ** 2)

    def loss_of_one(W, v):
        return np.sum(np.tanh(W.T @ np.tanh(W @ v)) ** 2)

    parts = adcomp.gradient(loss, wrt=("enc", "dec"))(W, W.T, v)
    total = tied_total({"enc": W, "dec": W.T}, dict(zip(("enc", "dec"), parts)))
    np.testing.assert_allclose(total["enc"], adcomp.gradient(loss_of_one)(W, v), rtol=1e-12)
    assert total["dec"] is NoTangent
    model = {"enc": W, "dec": W.T}
    for grads in (dict(zip(model, parts)), total):
        new = Optimiser(Descent(1.0), model).step(model, grads)
        np.testing.assert_allclose(new["enc"], W - total["enc"], rtol=1e-12)
    g = np.full(2, 4.0)
    s = np.array([7.0, 7.0])
    assert tied_total([s, s], [g, g])[0].tolist() == [8.0, 8.0]


def test_acceptance_17_nothing_aliases_what_was_given():
    x, g = np.ones(2), np.ones(2)
    total = tied_total([x, x], [g, g])
    assert not np.shares_memory(total[0], g) and g.tolist() == [1.0, 1.0]
    new = Optimiser(Descent(1.0), [x]).step([x], [g])
    assert not np.shares_memory(new[0], x) and not np.shares_memory(new[0], g)
    seed = np.ones(2)
    total = accumulate(seed, seed)
    assert total is not seed and seed.tolist() == [1.0, 1.0]
    zero = zero_tangent([x, x])
    assert zero[0] is not zero[1]


def test_acceptance_18_a_missing_gradient_is_not_zero():
    model = {"w": np.ones(1), "tied": None}
    optimiser = Optimiser(Adam(0.1), model)
    model = optimiser.step(model, {"w": np.ones(1)})
    state, w = optimiser.state(("w",)), model["w"]
    for missing in ({"w": None}, {"w": ZeroTangent}, {"w": NoTangent}, {}, None):
        model = optimiser.step(model, missing)
        assert optimiser.state(("w",)) is state and model["w"] is w
    model = optimiser.step(model, {"w": np.zeros(1)})
    assert optimiser.state(("w",)).first[0] == pytest.approx(0.09) and model["w"] != w


def test_ties_are_summed_before_they_are_clipped():
    x = np.ones(1)
    optimiser = Optimiser(Chain(ClipGrad(10.0), Descent(0.1)), [x, x])
    new = optimiser.step([x, x], [np.full(1, 8.0), np.full(1, 7.0)])
    assert new[0][0] == pytest.approx(0.0)


def test_a_projection_neither_sums_nor_broadcasts():
    for given in ((1, 3), (4,), (2, 3), ()):
        with pytest.raises(ShapeMismatch):
            projector(np.ones(3))(np.ones(given))
