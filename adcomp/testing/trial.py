"""One trial of a rule: its inputs, the cotangents that it is given, and what it returns for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ..tangents.structures import structure_of
from .anatomy import has_tangent, holds_single, is_array, is_number
from .approx import DOUBLE, SINGLE
from .failures import CheckFailure
from .forms import blanked, natural, structural
from .given import cells, labels_of, not_differenced, split, with_cells
from .jacobians import Differenced, Options
from .memory import copied
from .random import rand_cotangent, rand_tangent
from .rules import Subject
from .vectors import tangent_numbers, to_vec_tangent


@dataclass
class Trial:
    """What the checks of one rule share.

    Parameters
    ----------
    subject : Subject
        The function and the rule.
    inputs : tuple
        What the rule gives a cotangent for: the arguments, and first what the function itself holds.
    args : tuple
        What the rule is called with.
    function : callable
        The function of the inputs.
    tangents : dict
        The tangents that the caller gave, by position among the inputs.
    name : str
        Of the check, for messages.
    """

    subject: Subject
    inputs: tuple[Any, ...]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    function: Callable[..., Any]
    tangents: dict[int, Any]
    name: str
    labels: tuple[str, ...]
    rng: np.random.Generator
    rtol: float | None = None
    atol: float | None = None
    max_range: float = 1e-2
    noisy: bool = False
    one_shot: bool = False
    may_share: bool = False
    pushforward: Callable[..., Any] | None = None
    shadow_rule: Callable[..., Any] | None = None
    check: str = "primal"
    expected_failures: list[str] = field(default_factory=list)
    y: Any = None
    y_bar: Any = None
    y_bars: tuple[Any, ...] = ()
    bars: tuple[Any, ...] = ()

    def fail(self, message: str, check: str | None = None) -> CheckFailure:
        return CheckFailure(check or self.check, message, self.name)

    # Calls

    def run(self) -> tuple[Any, Callable[[Any], Any], tuple[Any, ...]]:
        """The rule on fresh arguments: value, pullback, and these arguments."""
        args = tuple(map(copied, self.args))
        result = self.subject.rule(*args, **copied(self.kwargs))
        if not isinstance(result, tuple) or len(result) != 2 or not callable(result[1]):
            raise self.fail(f"the rule returned {result!r}, and not a value and its pullback", "primal")
        return (*result, args)

    def pull(self, y_bar: Any) -> tuple[Any, ...]:
        """The cotangents that a fresh pullback gives."""
        return self.run()[1](y_bar)

    def structural(self, bars: tuple[Any, ...]) -> list[Any]:
        """The cotangents of the inputs in structural form."""
        return [structural(x, bar) for x, bar in zip(self.inputs, bars, strict=True)]

    def vectors(self, bars: tuple[Any, ...]) -> list[np.ndarray]:
        """The cotangents of the inputs as vectors; parts that are not implemented as zeros."""
        return [tangent_numbers(x, blanked(bar)) for x, bar in zip(self.inputs, self.structural(bars),
                                                                   strict=True)]

    def sum(self, x: Any, start: Any, bar: Any) -> Any:
        """A structural cotangent of an input plus another cotangent of it."""
        first, second = (tangent_numbers(x, blanked(structural(x, part))) for part in (start, bar))
        return to_vec_tangent(x)[1](first + second)

    def addend(self, x: Any, bar: Any) -> Any:
        """A cotangent as it is added to a structural one; a lazy one stays lazy."""
        return bar if is_array(x) or is_number(x) or bar is None else structural(x, bar)

    # Cotangents

    @property
    def u(self) -> Any:
        """The first cotangent of the result, in structural form and fresh memory."""
        return copied(self.y_bars[0])

    def combined(self, a: float, b: float) -> Any:
        """``a * u + b * v`` of the two cotangents of the result."""
        u, v = (tangent_numbers(self.y, bar) for bar in self.y_bars)
        return to_vec_tangent(self.y)[1](a * u + b * v)

    def natural(self) -> Any:
        """The first cotangent of the result, in natural form."""
        return copied(natural(self.y, self.u))

    def draw(self, y: Any, y_bar: Any) -> None:
        """Take the result of the function, and choose the cotangents."""
        self.y = y
        u = rand_cotangent(y, self.rng) if y_bar is None else structural(y, y_bar)
        self.y_bars = (u, rand_cotangent(y, self.rng))

    # Inputs

    def is_fixed(self, k: int) -> bool:
        """Whether an input is not to be differenced."""
        return k in not_differenced(self.tangents) or not has_tangent(self.inputs[k])

    def differenced(self, kwargs: Mapping[str, Any] | None = None) -> Differenced:
        """The function at the inputs, for differences."""
        fixed = frozenset(k for k in range(len(self.inputs)) if self.is_fixed(k))
        return Differenced(self.function, self.inputs, self.kwargs if kwargs is None else kwargs,
                           Options(max_range=self.max_range), fixed)

    def inputs_dot(self) -> tuple[Any, ...]:
        """A tangent for each input: the caller's, or a random one."""
        return tuple(self.tangents.get(k, rand_tangent(x, self.rng)) for k, x in enumerate(self.inputs))

    @cached_property
    def precision(self) -> float:
        """What a comparison allows where rounding alone is in the way; asked once the result is known."""
        return SINGLE if any(map(holds_single, (*self.inputs, self.y))) else DOUBLE

    def tolerance(self) -> tuple[float, float]:
        """What a comparison of cotangents with differences allows."""
        default = self.precision
        return (default if self.rtol is None else self.rtol), (default if self.atol is None else self.atol)


def inputs_of(f: Any, args: tuple[Any, ...], captured: Any) -> tuple[Callable[..., Any], tuple[Any, ...],
                                                                   dict[int, Any], tuple[str, ...]]:
    """The function of all its inputs, these inputs, the tangents that came with some, and their names."""
    values, tangents = split(args)
    labels = labels_of(f, len(values))
    if captured:
        held = cells(f, captured)
    elif structure_of(type(f)) is not None:
        held = f
    else:
        return f, values, tangents, labels
    moved = {k + 1: t for k, t in tangents.items()}
    function = with_cells(f) if captured else lambda g, *a, **kw: g(*a, **kw)
    return function, (held, *values), moved, ("the function itself", *labels)
