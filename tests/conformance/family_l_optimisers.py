"""Tied weights: optimisers and flattening."""

import numpy as np

import adcomp
from adcomp.tangents.flatten import flatten
from adcomp.tangents.optimise import Adam, Chain, ClipGrad, Descent, Momentum, Optimiser
from adcomp.tangents.ties import find_ties

from .harness import case


def _momentum(second):
    p = np.array([1.0, 2.0])
    model = {"a": p, "b": p, "q": p.copy()}
    optimiser = Optimiser(Momentum(0.1, 0.9), model)
    grads = {"a": np.full(2, 3.0), "b": second, "q": np.full(2, 10.0)}
    new = optimiser.step(model, grads)
    assert np.shares_memory(new["a"], new["b"]) and not np.shares_memory(new["a"], new["q"])
    return new


@case("L-14")
def momentum_of_a_sum():
    new = _momentum(np.full(2, 7.0))
    return new["b"], new["q"]


@case("L-15")
def missing_in_one_place():
    return _momentum(None)["a"]


@case("L-16")
def view_of_the_new():
    M = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    model = {"m": M, "t": M.T}
    grads = {"m": np.ones((2, 3)), "t": np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])}
    new = Optimiser(Descent(0.1), model).step(model, grads)
    assert new["t"].base is new["m"] and np.array_equal(new["t"], new["m"].T)
    return new["m"]


class Box:
    def __init__(self, x):
        self.x = x


@case("L-17")
def clip_after_the_sum():
    shared = Box(1.0)
    model = [shared, shared]
    new = Optimiser(Chain(ClipGrad(10.0), Descent(0.1)), model).step(model, [Box(8.0), Box(7.0)])
    assert new[0] is new[1]
    return new[0].x


def weighted(x, y, z):
    return 3.0 * np.sum(x) + 13.0 * np.sum(z)


@case("L-18")
def flattened():
    s = np.array([7.0, 7.0])
    vector, rebuild = flatten({"x": s, "y": np.array([3.0, 4.0]), "z": s})
    model = rebuild(vector)
    grads = adcomp.gradient(weighted, wrt=("x", "y", "z"))(model["x"], model["y"], model["z"])
    return vector, rebuild.pullback(dict(zip("xyz", grads)))


@case("L-19")
def equal_cotangents():
    s = np.array([7.0, 7.0])
    _, rebuild = flatten({"x": s, "y": np.array([3.0, 4.0]), "z": s})
    once = np.full(2, 4.0)
    return rebuild.pullback({"x": once, "y": None, "z": once})


@case("L-20")
def missing_is_not_zero():
    def after(second):
        optimiser = Optimiser(Adam(0.1, (0.9, 0.999)), {"w": 1.0})
        model = optimiser.step({"w": 1.0}, {"w": 1.0})
        optimiser.step(model, {"w": second})
        state = optimiser.state(("w",))
        return state.first, state.second, state.powers[0]

    return *after(0.0), *after(None)


@case("L-21")
def equal_contents():
    return "tied" if find_ties([np.ones(3), np.ones(3)]).tied else "not tied"
