"""Optimisers that know of ties, and a few rules for them.

A rule sees each block of numbers once, with the total of its gradients, and keeps one state for it. What
has no gradient is left as it is, and so is its state: a missing gradient is not a gradient of zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..errors import TangentError
from .places import Path, shown
from .renewal import overwrite, renewed
from .ties import Ties, find_ties


class OptimiserRule(Protocol):
    """What an optimiser does with one block of numbers."""

    def init(self, x: Any) -> Any:
        """The state at the start."""

    def apply(self, state: Any, x: Any, x_bar: Any) -> tuple[Any, Any]:
        """The next state, and the step that is to be subtracted from `x`."""


@dataclass(frozen=True)
class Descent:
    """Gradient descent: the step is ``rate * x_bar``.

    Examples
    --------
    >>> Descent(0.5).apply(None, np.ones(2), np.array([1.0, 2.0]))
    (None, array([0.5, 1. ]))
    """

    rate: float = 0.1

    def init(self, x: Any) -> None:
        return None

    def apply(self, state: None, x: Any, x_bar: Any) -> tuple[None, Any]:
        return None, self.rate * x_bar


@dataclass(frozen=True)
class Momentum:
    """Descent with momentum: ``velocity = decay * velocity + rate * x_bar`` is the step.

    Examples
    --------
    >>> Momentum(0.5, 0.9).apply(np.ones(1), np.zeros(1), np.ones(1))
    (array([1.4]), array([1.4]))
    """

    rate: float = 0.01
    decay: float = 0.9

    def init(self, x: Any) -> Any:
        return np.zeros_like(x)

    def apply(self, state: Any, x: Any, x_bar: Any) -> tuple[Any, Any]:
        velocity = self.decay * state + self.rate * x_bar
        return velocity, velocity


class AdamState(NamedTuple):
    """The state of `Adam`: two moments, and the powers of the decays that the next step divides by."""

    first: Any
    second: Any
    powers: tuple[float, float]


@dataclass(frozen=True)
class Adam:
    """Adam: descent scaled by running means of the gradient and of its square.

    Of a complex gradient the square is that of its absolute value.

    References
    ----------
    D. P. Kingma and J. Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.

    Examples
    --------
    >>> rule = Adam(0.1)
    >>> state, step = rule.apply(rule.init(np.zeros(1)), np.zeros(1), np.array([5.0]))
    >>> step.round(6), state.powers
    (array([0.1]), (0.81, 0.998001))
    """

    rate: float = 0.001
    decays: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8

    def init(self, x: Any) -> AdamState:
        return AdamState(np.zeros_like(x), np.zeros_like(np.real(x)), self.decays)

    def apply(self, state: AdamState, x: Any, x_bar: Any) -> tuple[AdamState, Any]:
        (b1, b2), (p1, p2) = self.decays, state.powers
        first = b1 * state.first + (1 - b1) * x_bar
        second = b2 * state.second + (1 - b2) * (x_bar * np.conj(x_bar)).real
        step = self.rate * (first / (1 - p1)) / (np.sqrt(second / (1 - p2)) + self.epsilon)
        return AdamState(first, second, (p1 * b1, p2 * b2)), step


@dataclass(frozen=True)
class ClipGrad:
    """Clip each number of a gradient to ``[-bound, bound]``, real and imaginary part by themselves.

    Examples
    --------
    >>> ClipGrad(1.0).apply(None, np.zeros(2), np.array([0.5, -3.0]))
    (None, array([ 0.5, -1. ]))
    """

    bound: float = 10.0

    def init(self, x: Any) -> None:
        return None

    def apply(self, state: None, x: Any, x_bar: Any) -> tuple[None, Any]:
        if np.iscomplexobj(x_bar):
            return None, self._clipped(x_bar.real) + 1j * self._clipped(x_bar.imag)
        return None, self._clipped(x_bar)

    def _clipped(self, x_bar: Any) -> Any:
        return np.clip(x_bar, -self.bound, self.bound)


@dataclass(frozen=True)
class ClipNorm:
    """Scale a gradient down to a norm of `bound`, if it is longer.

    Examples
    --------
    >>> ClipNorm(1.0).apply(None, np.zeros(2), np.array([3.0, 4.0]))
    (None, array([0.6, 0.8]))
    """

    bound: float = 10.0

    def init(self, x: Any) -> None:
        return None

    def apply(self, state: None, x: Any, x_bar: Any) -> tuple[None, Any]:
        norm = float(np.linalg.norm(np.ravel(x_bar)))
        return None, x_bar * (self.bound / norm) if norm > self.bound else x_bar


class Chain:
    """Rules one after the other: each gets as gradient what the one before it returned.

    Examples
    --------
    >>> Chain(ClipGrad(10.0), Descent(0.1)).apply((None, None), np.ones(1), np.array([15.0]))
    ((None, None), array([1.]))
    """

    def __init__(self, *rules: OptimiserRule):
        self.rules = rules

    def init(self, x: Any) -> tuple[Any, ...]:
        return tuple(rule.init(x) for rule in self.rules)

    def apply(self, state: tuple[Any, ...], x: Any, x_bar: Any) -> tuple[tuple[Any, ...], Any]:
        states = []
        for rule, s in zip(self.rules, state, strict=True):
            s, x_bar = rule.apply(s, x, x_bar)
            states.append(s)
        return tuple(states), x_bar


class Optimiser:
    """Updates a model by a rule, with one state for each block of memory.

    The ties of the model are found once, here. Each step adds up the gradients of a tie, then asks the
    rule, and puts the result where all of its places see it: views stay views.

    Parameters
    ----------
    rule : OptimiserRule
    model : nest of dicts, lists, tuples, objects and structures of arrays and numbers
        Integers, booleans and strings in it are not trained.

    Attributes
    ----------
    ties : Ties
    states : list
        One for each group of ``ties.groups``.

    Examples
    --------
    >>> M = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> model = {"enc": M, "dec": M.T}
    >>> optimiser = Optimiser(Descent(0.1), model)
    >>> model = optimiser.step(model, {"enc": np.ones((2, 2)), "dec": None})
    >>> model["dec"]
    array([[0.9, 2.9],
           [1.9, 3.9]])
    >>> model["dec"].base is model["enc"]
    True
    """

    def __init__(self, rule: OptimiserRule, model: Any):
        self.rule = rule
        self.ties: Ties = find_ties(model)
        self.states = [rule.init(group.gather(values))
                       for group, values in zip(self.ties.groups, self.ties.values(model), strict=True)]

    def state(self, path: Path) -> Any:
        """The state of the block that the place at `path` shows.

        Raises
        ------
        TangentError
            There is no such place.
        """
        for group, state in zip(self.ties.groups, self.states, strict=True):
            if path in group.paths:
                return state
        raise TangentError(f"at {shown(path)} the model has nothing that is trained")

    def step(self, model: Any, grads: Any) -> Any:
        """The model after one step; `model` and `grads` are not written to.

        Parameters
        ----------
        model : nest
            As it was when the optimiser was made, or what the last step returned.
        grads : nest of gradients
            One for each place, not yet added up; or totals that are marked as `Tied`. None or a hard zero
            is no gradient: a block without any stays as it is, and so does its state.

        Returns
        -------
        nest
            In new memory, where something changed.

        Raises
        ------
        ShapeMismatch, TangentError
            `grads` is no gradient of `model`, or `model` has other places or ties than it had. Nothing has
            changed then.
        """
        states, units = self._next(model, grads)
        result = renewed(model, self.ties, units)
        self.states = states
        return result

    def step_in_place(self, model: Any, grads: Any) -> None:
        """One step in the memory of the model, where whoever captured its arrays sees it.

        Parameters
        ----------
        model, grads
            As for `step`. What is updated must be arrays, of which one that shows it can be written to.

        Raises
        ------
        ShapeMismatch, TangentError
            As for `step`, and for numbers and read-only arrays. Nothing has changed then.

        Examples
        --------
        >>> W = np.ones((2, 2))
        >>> optimiser = Optimiser(Descent(0.5), [W, W.T])
        >>> optimiser.step_in_place([W, W.T], [np.eye(2), None])
        >>> W
        array([[0.5, 1. ],
               [1. , 0.5]])
        """
        states, units = self._next(model, grads)
        overwrite(model, self.ties, units)
        self.states = states

    def _next(self, model: Any, grads: Any) -> tuple[list[Any], list[Any]]:
        """The next states, and the units of the next model; None for those that stay."""
        values, totals = self.ties.values(model), self.ties.totals(model, grads)
        states = list(self.states)
        units: list[Any] = []
        for k, (group, x_bar) in enumerate(zip(self.ties.groups, totals, strict=True)):
            if x_bar is None:
                units.append(None)
                continue
            x = group.gather(values[k])
            states[k], step = self.rule.apply(self.states[k], x, x_bar)
            units.append(np.asarray(x - step, group.dtype))
        return states, units
