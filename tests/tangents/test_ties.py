"""Ties are found by memory, element by element; totals, optimisers and flattening honour them."""

from dataclasses import dataclass

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import typed, types

import adcomp.matrices as matrices
from adcomp.errors import ShapeMismatch, TangentError
from adcomp.tangents import NoTangent, Tangent, ZeroTangent, find_ties, flatten, tied_total
from adcomp.tangents.memory import Tied
from adcomp.tangents.optimise import Adam, Chain, ClipGrad, ClipNorm, Descent, Momentum, Optimiser

SIZE = 12


# Random views of one block --------------------------------------------------------------------------

@st.composite
def views(draw):
    """A way to look at a block of `SIZE` numbers."""
    kind = draw(st.sampled_from(["slice", "matrix", "transposed", "column", "windows", "copy", "one"]))
    start, stop = sorted(draw(st.tuples(st.integers(0, SIZE), st.integers(0, SIZE))))
    step = draw(st.sampled_from([1, 2, 3, -1, -2]))
    rows = draw(st.sampled_from([2, 3, 4]))

    def look(x):
        if kind == "slice":
            return x[start:stop][::step]
        if kind == "matrix":
            return x.reshape(rows, -1)[::step, start % 3:]
        if kind == "transposed":
            return x.reshape(rows, -1).T
        if kind == "column":
            return x[start:stop, None]
        if kind == "windows":
            return np.lib.stride_tricks.sliding_window_view(x, 3)[start % 5:]
        return x[start:stop].copy() if kind == "copy" else x[start % SIZE: start % SIZE + 1].reshape(())

    return look


models = st.lists(views(), min_size=1, max_size=5)


def elements(array, block):
    """The positions in a block that an array shows; None if it shows other memory."""
    if not np.may_share_memory(array, block):
        return None
    numbered = np.arange(float(SIZE))
    low = block.__array_interface__["data"][0]
    start = array.__array_interface__["data"][0] - low
    return np.ndarray(array.shape, float, numbered, start, array.strides).astype(int)


@settings(max_examples=150, deadline=None)
@given(models)
def test_groups_are_what_shares_memory(looks):
    block = np.arange(float(SIZE))
    model = [look(block) for look in looks]
    ties = find_ties(model)
    group_of = {path[0]: k for k, g in enumerate(ties.groups) for path in g.paths}
    reach = np.array([[a is b or np.shares_memory(a, b) for b in model] for a in model])
    for _ in model:
        reach = reach @ reach
    for i in range(len(model)):
        for j in range(len(model)):
            assert (group_of[i] == group_of[j]) == reach[i, j]


@settings(max_examples=150, deadline=None)
@given(models, st.integers(0, 2**32 - 1), st.lists(st.booleans(), min_size=5, max_size=5))
def test_a_step_is_one_step_of_the_memory(looks, seed, given_at):
    random = np.random.default_rng(seed)
    block = random.normal(size=SIZE)
    model = [look(block) for look in looks]
    grads = [random.normal(size=v.shape) if has else None for v, has in zip(model, given_at)]
    before = [v.copy() for v in model]
    total = np.zeros(SIZE)
    for v, g in zip(model, grads):
        index = elements(v, block)
        if g is not None and index is not None and index.size:
            np.add.at(total, index, g)
    after = block - 0.5 * total
    new = Optimiser(Descent(0.5), model).step(model, grads)
    for v, old, n, g in zip(model, before, new, grads):
        np.testing.assert_array_equal(v, old)
        index = elements(v, block)
        wanted = after[index] if index is not None and index.size else (old if g is None else old - 0.5 * g)
        np.testing.assert_allclose(n, wanted, rtol=1e-13, atol=1e-14)
        assert n.shape == v.shape and n.dtype == v.dtype
    for i in range(len(model)):
        for j in range(len(model)):
            assert np.shares_memory(model[i], model[j]) == np.shares_memory(new[i], new[j])
            if i != j and np.shares_memory(new[i], new[j]):
                assert new[i].__array_interface__["data"][0] - new[j].__array_interface__["data"][0] == (
                    model[i].__array_interface__["data"][0] - model[j].__array_interface__["data"][0])
                assert [s for s, n in zip(new[i].strides, new[i].shape) if n > 1] == [
                    s for s, n in zip(model[i].strides, model[i].shape) if n > 1]


@settings(max_examples=100, deadline=None)
@given(models, st.integers(0, 2**32 - 1))
def test_totals_at_first_places_are_the_totals(looks, seed):
    random = np.random.default_rng(seed)
    block = random.normal(size=SIZE)
    model = [look(block) for look in looks]
    grads = [random.normal(size=v.shape) for v in model]
    totals = tied_total(model, grads)
    if totals is NoTangent:
        assert all(v.size == 0 for v in model)
        return
    once = Optimiser(Descent(1.0), model).step(model, grads)
    again = Optimiser(Descent(1.0), model).step(model, totals)
    for a, b in zip(once, again):
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-14)
    seen = np.zeros(SIZE)
    for v, t in zip(model, totals):
        index = elements(v, block)
        if index is not None and t is not NoTangent:
            np.add.at(seen, index, t != 0)
    assert seen.max() <= 1  # no number has its total at two places


@settings(max_examples=100, deadline=None)
@given(models, st.integers(0, 2**32 - 1))
def test_flattening_lists_each_number_once_and_its_pullbacks_are_adjoints(looks, seed):
    random = np.random.default_rng(seed)
    block = random.normal(size=SIZE)
    model = [look(block) for look in looks]
    vector, rebuild = flatten(model)
    shown = np.zeros(SIZE, bool)
    copies = 0
    for v in model:
        index = elements(v, block)
        if index is None:
            copies += v.size
        else:
            shown[index] = True
    assert len(vector) == shown.sum() + copies == rebuild.size
    again = rebuild(vector)
    for v, n in zip(model, again):
        np.testing.assert_array_equal(v, n)
    w = random.normal(size=len(vector))
    moved = rebuild(w)
    np.testing.assert_array_equal(rebuild.flatten(moved), w)
    grads = [random.normal(size=v.shape) for v in model]
    left = sum(np.sum(g * m) for g, m in zip(grads, moved))
    assert left == pytest.approx(rebuild.pullback(grads) @ w, rel=1e-12, abs=1e-12)
    w_bar = random.normal(size=len(vector))
    parts = rebuild.flatten_pullback(w_bar)
    if parts is not NoTangent:
        left = sum(np.sum(p * m) for p, m in zip(parts, moved) if p is not NoTangent)
        assert left == pytest.approx(w_bar @ w, rel=1e-12, abs=1e-12)


# What is a tie ---------------------------------------------------------------------------------------

def test_views_are_ties_and_equal_arrays_are_none():
    x = np.arange(12.0)
    assert find_ties([x, x.reshape(3, 4).T]).tied == (((0,), (1,)),)
    assert find_ties([x[:-1], x[1:]]).tied == (((0,), (1,)),)
    assert find_ties([x[:6], x[6:]]).tied == ()
    assert find_ties([x[::2], x[1::2]]).tied == ()
    assert find_ties([x[::2], x[1::2], x[3:5]]).tied == (((0,), (1,), (2,)),)
    assert find_ties([x, x.copy(), np.arange(12.0)]).tied == ()
    assert find_ties([np.ones(0), np.ones(0)]).tied == () and find_ties([x[:0], x]).tied == ()
    assert find_ties({"n": 3, "s": "text", "f": len}).groups == ()


def test_complex_numbers_are_tied_to_their_parts():
    z = np.array([1 + 2j, 3 + 4j])
    model = {"z": z, "re": z.real, "im": z.imag[::-1], "floats": z.view(float)}
    assert find_ties(model).tied == ((("z",), ("re",), ("im",), ("floats",)),)
    assert find_ties([z.real, z.imag]).tied == ()
    grads = {"z": np.array([1 + 1j, 0]), "re": np.ones(2), "im": np.array([5.0, 3.0]), "floats": None}
    total = tied_total(model, grads)
    np.testing.assert_allclose(total["z"], [2 + 4j, 1 + 5j])
    new = Optimiser(Descent(1.0), model).step(model, grads)
    np.testing.assert_allclose(new["z"], [-1 - 2j, 2 - 1j])
    assert new["re"].base is new["z"] and new["im"].tolist() == [-1.0, -2.0]
    vector, rebuild = flatten(model)
    assert vector.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert rebuild(np.ones(4))["z"].tolist() == [1 + 1j, 1 + 1j]


def test_memory_that_is_read_as_two_kinds_of_numbers_is_refused():
    x = np.ones(4)
    with pytest.raises(TangentError, match="read as float32 and as float64"):
        find_ties([x, x.view(np.float32)])
    raw = np.zeros(40, np.uint8)
    with pytest.raises(TangentError, match="within an element"):
        find_ties([raw[:32].view(float), raw[4:36].view(float)])
    table = np.zeros(3, "f8,f4,f8")
    assert find_ties([table["f0"], table["f1"], table["f2"]]).tied == ()
    assert find_ties([table["f0"], table["f0"][::-1]]).tied == (((0,), (1,)),)


class Box:
    def __init__(self, x):
        self.x = x


@dataclass(frozen=True)
class Frozen:
    x: object


def test_numbers_are_tied_by_what_holds_them():
    shared, pair = Box(1.0), [1.0, (2.0, 3)]
    model = {"a": shared, "b": Frozen(shared), "c": (pair, pair), "d": 1.0, "e": (1.0, 1.0)}
    assert find_ties(model).tied == (
        (("a", "x"), ("b", "x", "x")), (("c", 0, 0), ("c", 1, 0)), (("c", 0, 1, 0), ("c", 1, 1, 0)))
    grads = {"a": Box(1.0), "b": Tangent(Frozen, x={"x": 2.0}), "c": ([1.0, (1.0, 0.0)], [1.0, None]),
             "d": 4.0, "e": None}
    new = Optimiser(Descent(1.0), model).step(model, grads)
    assert new["a"] is new["b"].x and new["a"].x == -2.0 and new["a"] is not shared and shared.x == 1.0
    assert new["c"][0] is new["c"][1] and new["c"][0] == [-1.0, (1.0, 3)]
    assert new["d"] == -3.0 and type(new["d"]) is float and new["e"] is model["e"]
    frozen = Frozen(1.0)
    assert find_ties([frozen, frozen]).tied == ()


def test_no_tie_is_lost_and_none_is_made():
    x = np.ones(3)
    model = [x, x, x.copy(), Box(x), (1.0,)]
    new = Optimiser(Descent(0.1), model).step(model, [np.ones(3)] * 3 + [Box(np.ones(3)), None])
    assert find_ties(new).tied == find_ties(model).tied
    assert new[0].tolist() == pytest.approx([0.7] * 3) and new[2].tolist() == pytest.approx([0.9] * 3)


# Gradients -------------------------------------------------------------------------------------------

def test_two_places_whose_gradients_are_one_object_both_count():
    s, g = np.array([7.0, 7.0]), np.full(2, 4.0)
    assert tied_total([s, s], [g, g])[0].tolist() == [8.0, 8.0] and g.tolist() == [4.0, 4.0]


def test_totals_that_are_marked_count_once():
    W = np.ones((2, 3))
    total = np.arange(6.0).reshape(2, 3)
    marked = {"enc": total.view(Tied), "dec": total.T.view(Tied)}
    model = {"enc": W, "dec": W.T}
    np.testing.assert_array_equal(tied_total(model, marked)["enc"], total)
    new = Optimiser(Descent(1.0), model).step(model, marked)
    np.testing.assert_array_equal(new["dec"], (W - total).T)
    with pytest.raises(TangentError, match="some are totals"):
        tied_total(model, {"enc": total.view(Tied), "dec": total.T})
    np.testing.assert_array_equal(tied_total(model, {"enc": total.view(Tied), "dec": None})["enc"], total)


@pytest.mark.parametrize("grads, error", [
    ({"a": np.ones(3)}, ShapeMismatch), ({"q": np.ones(2)}, TangentError), ([np.ones(2)], TangentError),
    ({"a": "x"}, TangentError), ({"b": (1.0,)}, ShapeMismatch), (Tangent(Box, x=1.0), TangentError),
    (3.0, TangentError),
])
def test_gradients_of_another_model_are_refused(grads, error):
    model = {"a": np.ones(2), "b": (1.0, 2.0)}
    optimiser = Optimiser(Momentum(), model)
    with pytest.raises(error):
        optimiser.step(model, grads)
    assert all(np.all(s == 0) for s in optimiser.states)


def test_another_model_is_refused():
    x = np.ones(2)
    optimiser = Optimiser(Descent(), {"a": x, "b": x})
    for other in ({"a": x, "b": x.copy()}, {"a": x}, {"a": x, "b": x, "c": x}, {"a": x[:1], "b": x}):
        with pytest.raises(TangentError, match="find its ties again"):
            optimiser.step(other, {"a": None})


def test_gradients_are_projected():
    model = {"a": np.ones(2, np.float32), "b": 1.0}
    new = Optimiser(Descent(1.0), model).step(model, {"a": np.array([1j, 2.0]), "b": np.float32(1)})
    assert new["a"].dtype == np.float32 and new["a"].tolist() == [1.0, -1.0] and new["b"] == 0.0


def test_models_of_matrices():
    S = matrices.Symmetric(np.array([[1.0, 2.0], [9.0, 3.0]]), "U")
    sparse = scipy.sparse.csr_array(np.eye(2))
    model = {"S": S, "sparse": sparse, "tied": S.data}
    A = np.array([[1.0, 2.0], [3.0, 4.0]])
    new = Optimiser(Descent(1.0), model).step(model, {"S": A, "sparse": A, "tied": np.ones((2, 2))})
    np.testing.assert_array_equal(new["S"].data, [[-1.0, -4.0], [8.0, -2.0]])
    assert new["S"].uplo == "U" and new["tied"] is new["S"].data
    np.testing.assert_array_equal(new["sparse"].toarray(), [[0, 0], [0, -3]])
    natural = matrices.Symmetric(A, "U")
    again = Optimiser(Descent(1.0), model).step(model, {"S": natural})
    np.testing.assert_array_equal(again["S"].data, [[0.0, -2.0], [9.0, -1.0]])
    structural = Optimiser(Descent(1.0), model).step(model, {"S": Tangent(matrices.Symmetric, data=A)})
    np.testing.assert_array_equal(structural["S"].data, [[0.0, 0.0], [6.0, -1.0]])


def test_a_broadcast_parameter_is_one_number():
    model = [np.broadcast_to(2.0, (2, 3))]
    new = Optimiser(Descent(0.5), model).step(model, [np.ones((2, 3))])
    assert new[0].strides == (0, 0) and new[0][0, 0] == -1.0 and not new[0].flags.writeable
    assert flatten(model)[0].tolist() == [2.0]


@pytest.mark.slow
def test_lists_and_dicts_of_numba():
    x = np.ones(2)
    rows = typed.List([x, x[:], x + 1.0])
    table = typed.Dict.empty(types.unicode_type, types.float64)
    table["a"] = 1.0
    model = [rows, table, table]
    assert find_ties(model).tied == (((0, 0), (0, 1)), ((1, "a"), (2, "a")))
    grads = [[np.array([1.0, 2.0]), np.array([3.0, 4.0]), None], {"a": 2.0}, table]
    new = Optimiser(Descent(1.0), model).step(model, grads)
    assert type(new[0]) is type(rows) and new[0][0].tolist() == [-3.0, -5.0] == new[0][1].tolist()
    assert new[0][2].tolist() == [2.0, 2.0]
    assert new[1] is new[2] and new[1]["a"] == -2.0 and rows[0].tolist() == [1.0, 1.0]


def test_a_step_in_place_is_seen_by_who_holds_the_memory():
    x = np.arange(6.0)
    model = {"odd": x[1::2], "all": x.reshape(2, 3), "none": np.ones(1)}
    model["all"].flags.writeable = False
    optimiser = Optimiser(Momentum(1.0, 0.5), model)
    with pytest.raises(TangentError, match="cannot be updated in place"):
        optimiser.step_in_place(model, {"all": np.ones((2, 3)), "none": np.ones(1)})
    assert x.tolist() == list(range(6)) and model["none"] == 1.0 and not optimiser.state(("none",)).any()
    model["all"].flags.writeable = True
    optimiser.step_in_place(model, {"odd": np.ones(3), "all": np.ones((2, 3))})
    assert x.tolist() == [-1.0, -1.0, 1.0, 1.0, 3.0, 3.0] and model["none"] == 1.0
    with pytest.raises(TangentError, match="in place"):
        Optimiser(Descent(), [1.0]).step_in_place([1.0], [1.0])


def test_a_model_may_be_one_array_or_one_number():
    x = np.ones(2)
    assert Optimiser(Descent(1.0), x).step(x, x).tolist() == [0.0, 0.0]
    assert Optimiser(Descent(1.0), 2.0).step(2.0, 0.5) == 1.5
    vector, rebuild = flatten(x)
    assert rebuild(2 * vector).tolist() == [2.0, 2.0] and rebuild.pullback(x).tolist() == [1.0, 1.0]
    assert tied_total(x, x).tolist() == [1.0, 1.0] and tied_total("a", None) is NoTangent
    assert flatten([])[0].shape == (0,)


def test_a_model_that_contains_itself_and_records_are_refused():
    loop = [1.0]
    loop.append(loop)
    with pytest.raises(TangentError, match="contains itself"):
        find_ties(loop)
    with pytest.raises(TangentError, match="records"):
        find_ties([np.zeros(2, "f8,f4")])


# Rules -----------------------------------------------------------------------------------------------

def test_adam_is_that_of_the_paper():
    random = np.random.default_rng(0)
    x = random.normal(size=3)
    model, w, m, v = {"w": x}, x.copy(), np.zeros(3), np.zeros(3)
    optimiser = Optimiser(Adam(0.1, (0.9, 0.99), 1e-8), model)
    for t in range(1, 6):
        g = random.normal(size=3)
        model = optimiser.step(model, {"w": g})
        m, v = 0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g**2
        w = w - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
        np.testing.assert_allclose(model["w"], w, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, float, np.complex64, complex])
@pytest.mark.parametrize("rule", [
    Descent(0.1), Momentum(), Adam(), ClipGrad(), ClipNorm(), Chain(ClipGrad(1.0), Adam())])
def test_rules_keep_the_precision(rule, dtype):
    x = np.ones((2, 2), dtype)
    state, step = rule.apply(rule.init(x), x, np.full((2, 2), 20, dtype))
    assert step.dtype == dtype
    model = Optimiser(rule, [x, x.T]).step([x, x.T], [x, x])
    assert model[0].dtype == dtype and model[1].base is model[0]


def test_clipping_by_the_norm():
    for x_bar, wanted in [([3.0, 4.0], [0.6, 0.8]), ([0.3, 0.4], [0.3, 0.4]), ([0.0, 0.0], [0.0, 0.0])]:
        np.testing.assert_allclose(ClipNorm(1.0).apply(None, None, np.array(x_bar))[1], wanted)
    x = np.ones(2)  # the norm of the total, in which each number is once
    new = Optimiser(Chain(ClipNorm(5.0), Descent(1.0)), [x, x[::-1]]).step(
        [x, x[::-1]], [np.array([6.0, 0.0]), np.array([8.0, 0.0])])
    np.testing.assert_allclose(new[0], [1.0 - 3.0, 1.0 - 4.0])


def test_adam_of_complex_numbers_does_not_depend_on_the_phase():
    turn = np.exp(0.7j)
    x, g = np.array([1 + 1j]), np.array([2 - 1j])
    _, step = Adam(0.1).apply(Adam().init(x), x, g)
    _, turned = Adam(0.1).apply(Adam().init(x), x, g * turn)
    np.testing.assert_allclose(turned, step * turn)


def test_a_missing_gradient_leaves_the_state_and_a_zero_does_not():
    x = np.ones(1)
    optimiser = Optimiser(Momentum(1.0, 0.5), [x])
    model = optimiser.step([x], [np.ones(1)])
    for missing in (None, NoTangent, ZeroTangent):
        assert optimiser.step(model, [missing])[0] is model[0]
        assert optimiser.state((0,)).tolist() == [1.0]
    model = optimiser.step(model, [np.zeros(1)])
    assert model[0].tolist() == [-0.5] and optimiser.state((0,)).tolist() == [0.5]
    with pytest.raises(TangentError, match="nothing that is trained"):
        optimiser.state((1,))
