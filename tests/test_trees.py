"""Dicts, lists, dataclasses and what nests in them, as arguments."""

from __future__ import annotations

import enum
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest

import adcomp
from adcomp import Tangent, errors
from adcomp.errors import UnsupportedSyntax

Layer = namedtuple("Layer", "w b")


class Kind(enum.Enum):
    RELU = 1
    TANH = 2


@dataclass
class Model:
    layers: list
    scale: float
    kind: Kind = Kind.TANH
    name: str = "net"

    def activated(self, x):
        if self.kind == Kind.TANH:
            return np.tanh(x)
        return np.maximum(x, 0.0)

    @property
    def last(self):
        return self.layers[-1]


W = np.array([[0.5, -0.2], [0.1, 0.3]])
B = np.array([0.1, -0.1])
X = np.array([1.0, 2.0])


def leaves(tree):
    """The numbers of a tree, and what to put in their place."""
    if isinstance(tree, dict):
        return [leaf for value in tree.values() for leaf in leaves(value)]
    if isinstance(tree, list | tuple):
        return [leaf for value in tree for leaf in leaves(value)]
    if isinstance(tree, Model):
        return leaves([tree.layers, tree.scale])
    if isinstance(tree, Tangent):
        return leaves([tree.layers, tree.scale])
    return [np.asarray(tree, float)]


def replaced(tree, parts):
    if isinstance(tree, dict):
        return {key: replaced(value, parts) for key, value in tree.items()}
    if isinstance(tree, list):
        return [replaced(value, parts) for value in tree]
    if isinstance(tree, tuple):
        items = [replaced(value, parts) for value in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
    if isinstance(tree, Model):
        return Model(replaced(tree.layers, parts), replaced(tree.scale, parts), tree.kind)
    part = next(parts)
    return part if isinstance(tree, np.ndarray) else float(part)


def check(f, tree, *rest):
    """The gradient has the shape of the argument, and agrees with differences."""
    tree_bar = adcomp.gradient(f)(tree, *rest)
    given, got = leaves(tree), leaves(tree_bar)
    assert [g.shape for g in given] == [g.shape for g in got]
    h = 1e-6
    for k, leaf in enumerate(given):
        for index in np.ndindex(leaf.shape):
            values = []
            for step in (h, -h):
                moved = [part.copy() for part in given]
                moved[k][index] += step
                values.append(f(replaced(tree, iter(moved)), *rest))
            slope = (values[0] - values[1]) / (2 * h)
            assert got[k][index] == pytest.approx(slope, rel=1e-6, abs=1e-8)
    return tree_bar


def of_dict(params, x):
    h = np.tanh(params["w"] @ x + params["b"])
    return params["scale"] * np.sum(h ** 2)


def of_nested(params, x):
    h = x
    for layer in params["layers"]:
        h = np.tanh(layer["w"] @ h + layer["b"])
    return np.sum(h) * params.get("scale", 2.0) + (0.0 if "bias" in params else 1.0)


def of_items(params):
    total = 0.0
    for name, value in params.items():
        if name == "w":
            total += 2.0 * np.sum(value ** 2)
        else:
            total += np.sum(value)
    for name in params:
        total += np.sum(params[name])
    return total


def of_list(layers, x):
    for w, b in layers:
        x = np.tanh(w @ x + b)
    return np.sum(x) + layers[-1][1][0]


def of_model(model, x):
    for layer in model.layers:
        x = model.activated(layer.w @ x + layer.b)
    return model.scale * np.sum(x) + model.last.b[0]


def test_a_dict():
    bar = check(of_dict, {"w": W, "b": B, "scale": 1.5}, X)
    assert isinstance(bar, dict) and list(bar) == ["w", "b", "scale"]


def test_dicts_and_lists_in_each_other():
    params = {"layers": [{"w": W, "b": B}, {"b": B, "w": W.T.copy()}], "scale": 0.7}
    bar = check(of_nested, params, X)
    assert isinstance(bar["layers"], list) and list(bar["layers"][1]) == ["b", "w"]


def test_keys_that_are_no_names():
    df = adcomp.gradient(lambda p: p["a b"] ** 2 + p["_c"])
    assert df({"a b": 3.0, "_c": 1.0}) == {"a b": 6.0, "_c": 1.0}


def test_loops_over_items_and_keys():
    check(of_items, {"w": W, "b": B})


def test_a_list_of_tuples():
    bar = check(of_list, [(W, B), (W.T.copy(), 2.0 * B)], X)
    assert isinstance(bar, list) and isinstance(bar[0], tuple)


def test_lists_of_other_lengths_are_other_programs():
    df = adcomp.gradient(of_list)
    for n in (1, 3, 2):
        assert len(df([(W, B)] * n, X)) == n


def test_a_dataclass():
    for kind in Kind:
        bar = check(of_model, Model([Layer(W, B), Layer(W, 0.5 * B)], 0.5, kind), X)
        assert isinstance(bar, Tangent) and bar.primal_type is Model and isinstance(bar.layers, list)


def test_what_has_no_derivative_is_none():
    bar = adcomp.gradient(lambda p: p["x"] ** 2 if p["on"] else 0.0)({"x": 3.0, "on": True, "name": "a"})
    assert bar == {"x": 6.0, "on": None, "name": None}


def test_unused_leaves():
    params = {"x": 3.0, "y": np.ones(2)}
    assert adcomp.gradient(lambda p: p["x"] ** 2)(params)["y"].tolist() == [0.0, 0.0]
    assert adcomp.gradient(lambda p: p["x"] ** 2, unused="none")(params)["y"] is None


def test_several_arguments_and_pullbacks():
    def f(params, x):
        return params["w"] @ x

    pb = adcomp.pullback(f, wrt=(0, 1))
    y, back = pb({"w": W}, X)
    w_bar, x_bar = back(np.ones(2))
    np.testing.assert_allclose(w_bar["w"], np.outer(np.ones(2), X))
    np.testing.assert_allclose(x_bar, W.T @ np.ones(2))
    params = {"w": W, "b": B, "scale": 1.5}
    value, gradient = adcomp.value_and_gradient(of_dict)(params, X)
    assert value == pytest.approx(of_dict(params, X)) and gradient.keys() == params.keys()


def test_a_key_that_is_missing_is_refused_at_its_place():
    with pytest.raises(UnsupportedSyntax, match=r"no key 'v'"):
        adcomp.gradient(lambda p: p["v"])({"w": 1.0})


def test_keys_have_to_be_strings():
    with pytest.raises(TypeError, match="keys"):
        adcomp.gradient(lambda p: p[0])({0: 1.0})


def test_a_dict_is_not_changed():
    def f(p):
        p["w"] = 2.0
        return p["w"]

    with pytest.raises(UnsupportedSyntax):
        adcomp.gradient(f)({"w": 1.0})


def test_a_pullback_keeps_its_own_copies():
    params = {"w": W.copy(), "layers": [(W.copy(), B)]}
    _, back = adcomp.pullback(lambda p: np.sum(p["w"] ** 2) + np.sum(p["layers"][0][0] ** 2))(params)
    params["w"][:] = 0.0
    params["layers"][0][0][:] = 0.0
    (bar,) = back(1.0)
    np.testing.assert_allclose(bar["w"], 2.0 * W)
    np.testing.assert_allclose(bar["layers"][0][0], 2.0 * W)


def test_another_process_finds_the_program(tmp_path):
    from adcomp.backend.fingerprint import type_key
    from adcomp.tangents.trees import prepared, type_of_tree

    one, other = ({"w": W, "layers": [(W, 1.0)] * n} for n in (1, 2))
    keys = [type_key(type_of_tree(prepared(tree))) for tree in (one, one, other)]
    assert keys[0] == keys[1] != keys[2]


@dataclass
class Maybe:
    x: object
    y: float


def test_a_field_that_holds_none_in_one_instance_holds_a_number_in_another():
    df = adcomp.gradient(lambda p: (0.0 if p.x is None else p.x ** 2) + p.y)
    assert dict(df(Maybe(None, 1.0)).fields) == {"y": 1.0}
    assert dict(df(Maybe(3.0, 1.0)).fields) == {"x": 6.0, "y": 1.0}
    assert df(Maybe(5.0, 1.0)).x == 10.0


def test_a_dict_stands_for_its_keys():
    df = adcomp.gradient(lambda p: len(p) * p["w"] if "b" in p else 0.0)
    assert df({"w": 2.0, "b": 3.0}) == {"w": 2.0, "b": 0.0}


def unpacked(p):
    a, b = p
    return a * b


@pytest.mark.parametrize("f", [unpacked, lambda p: max(*p), lambda p: sum(p), lambda p: tuple(p)[0] * 1.0])
def test_the_values_of_a_dict_are_not_taken_for_its_elements(f):
    with pytest.raises(errors.AdcompError):
        adcomp.gradient(f)({"w": 2.0, "b": 3.0})


@pytest.mark.parametrize("kind", [list, tuple, Layer])
def test_lists_and_tuples_are_not_told_apart(kind):
    with pytest.raises(UnsupportedSyntax, match="isinstance"):
        adcomp.gradient(lambda p: p[0] * (2.0 if isinstance(p, kind) else 3.0))([1.0, (2.0, 3.0)])


@dataclass
class Scaled:
    a: float

    def __post_init__(self):
        self.a = 10.0 * self.a


def test_a_class_with_a_constructor_of_its_own_is_taken_and_not_made():
    assert adcomp.gradient(lambda s: s.a ** 2)(Scaled(2.0)).a == 40.0
    with pytest.raises(UnsupportedSyntax, match="__post_init__"):
        adcomp.gradient(lambda x: Scaled(x).a)(2.0)
    with pytest.raises(UnsupportedSyntax, match="__post_init__"):
        adcomp.pullback(lambda s: s)(Scaled(2.0))


def test_a_dict_as_a_result():
    y, back = adcomp.pullback(lambda p: p)({"a": X.copy(), "b": 2.0})
    assert y["b"] == 2.0 and back({"b": 3.0})[0]["b"] == 3.0
    assert back({"a": np.ones(2), "b": None})[0]["a"].tolist() == [1.0, 1.0]
    with pytest.raises(errors.ShapeMismatch, match="keys 'a', 'b'"):
        back({"z": 3.0})


def test_lists_keep_the_type_that_numba_gives_them():
    import numba

    df = adcomp.gradient(lambda x: np.sum(x * x))
    assert df([1.0, 2.0]).tolist() == [2.0, 4.0]
    assert df.typeof_pyval([1.0, 2.0]) == numba.typeof([1.0, 2.0])


def test_an_array_is_unpacked_into_as_many_names_as_it_has_elements():
    df = adcomp.gradient(unpacked)
    assert df(np.array([2.0, 3.0])).tolist() == [3.0, 2.0]
    with pytest.raises(ValueError, match="2 names"):
        df(np.ones(3))
