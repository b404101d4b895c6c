"""What every projector does, and those of numbers and of values without a tangent.

A projector brings a cotangent into the tangent space of a value. It keeps what describes that space
(dtype, shape, pattern) and not the value's numbers. It is linear over the reals, idempotent and its own
adjoint; hard zeros and derivatives that are not implemented pass through it, and a lazy cotangent stays
lazy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ShapeMismatch, TangentError
from .lazy import Lazy
from .structural import Tangent
from .zeros import HardZero, NoTangent, NotImplementedTangent, ZeroTangent

_COMPONENTWISE: dict[type, Callable[[Callable[[Any], Any], Any], Any]] = {}


def register_componentwise(cls: type, apply: Callable[[Callable[[Any], Any], Any], Any]) -> None:
    """Say how a projection passes through a number of another kind, such as a dual number.

    Parameters
    ----------
    cls : type
        The class of numbers.
    apply : callable
        ``apply(project, number)`` returns the number with `project` applied to each of its parts; one
        that returns `number` lets it through.

    Examples
    --------
    >>> class Dual:
    ...     def __init__(self, value, tangent):
    ...         self.value, self.tangent = value, tangent
    >>> register_componentwise(Dual, lambda project, x: Dual(project(x.value), project(x.tangent)))
    >>> ScalarProjector(float)(Dual(1 + 2j, 3 - 1j)).tangent
    3.0
    """
    _COMPONENTWISE[cls] = apply


class Projector:
    """A linear map from cotangents into the tangent space of a value."""

    __slots__ = ()

    def __call__(self, x_bar: Any) -> Any:
        """The projection of a cotangent.

        Raises
        ------
        ShapeMismatch
            Its shape or length is not that of the value.
        TangentError
            It is not of a kind that fits the value.
        """
        if isinstance(x_bar, HardZero | NotImplementedTangent):
            return x_bar
        if isinstance(x_bar, Lazy):
            return self.project_lazy(x_bar)
        if type(x_bar) in _COMPONENTWISE:
            return _COMPONENTWISE[type(x_bar)](self, x_bar)
        return self.project(x_bar)

    def project_lazy(self, x_bar: Lazy) -> Any:
        """A lazy cotangent is projected when it is read."""
        return Lazy(lambda: self(x_bar.force()))

    def project(self, x_bar: Any) -> Any:
        """The projection of a cotangent that is neither a hard zero nor lazy."""
        raise NotImplementedError

    def zero(self) -> Any:
        """The zero of the tangent space; `NoTangent` if there is none."""
        raise NotImplementedError

    @property
    def empty(self) -> bool:
        """Whether there is no tangent space."""
        return False


class NoTangentProjector(Projector):
    """Of values without a tangent: it drops anything."""

    __slots__ = ()

    def project_lazy(self, x_bar: Lazy) -> Any:
        return NoTangent

    def project(self, x_bar: Any) -> Any:
        return NoTangent

    def zero(self) -> Any:
        return NoTangent

    @property
    def empty(self) -> bool:
        return True

    def __repr__(self) -> str:
        return "NoTangentProjector()"


NO_TANGENT = NoTangentProjector()


@dataclass(frozen=True, slots=True)
class ScalarProjector(Projector):
    """Of a number: the real part if the value is real, in the precision of the value.

    Examples
    --------
    >>> ScalarProjector(float)(2 + 3j), ScalarProjector(np.float32)(0.1), ScalarProjector(complex)(3)
    (2.0, np.float32(0.1), (3+0j))
    """

    cls: type

    def project(self, x_bar: Any) -> Any:
        if type(x_bar) is self.cls:
            return x_bar
        if isinstance(x_bar, np.ndarray):
            if x_bar.shape != ():
                raise ShapeMismatch("the cotangent of a number has a shape", x_bar.shape, ())
            x_bar = x_bar[()]
        if isinstance(x_bar, Tangent):
            x_bar = self._of_parts(x_bar)
        if not is_number(x_bar):
            raise TangentError(f"the cotangent of a number is a {type(x_bar).__name__}")
        if not issubclass(self.cls, complex | np.complexfloating):
            x_bar = x_bar.real
        return self.cls(x_bar)

    def _of_parts(self, x_bar: Tangent) -> Any:
        """``re + 1j * im`` of a structural tangent of a complex number."""
        P = x_bar.primal_type
        if not (isinstance(P, type) and issubclass(P, complex | np.complexfloating)):
            raise TangentError(f"the cotangent of a number is a tangent of {getattr(P, '__name__', P)}")
        real, imag = (sum(number_or_zero(x_bar[name]) for name in names)
                      for names in (("real", "re"), ("imag", "im")))
        return complex(real, imag)

    def zero(self) -> Any:
        return self.cls(0)


def is_number(x: Any) -> bool:
    """Whether it is a real or complex number."""
    return isinstance(x, int | float | complex | np.number | np.bool_)


def number_or_zero(x: Any) -> Any:
    """A number for one part of a cotangent: a hard zero is 0."""
    return 0 if isinstance(x, HardZero) else x.force() if isinstance(x, Lazy) else x


def tangent_class(cls: type) -> type:
    """The class of the tangent of a number: integers count as float64.

    Examples
    --------
    >>> tangent_class(int), tangent_class(np.float32), tangent_class(np.uint8)
    (<class 'float'>, <class 'numpy.float32'>, <class 'numpy.float64'>)
    """
    if issubclass(cls, np.integer):
        return np.float64
    if issubclass(cls, np.number):
        return cls
    return complex if issubclass(cls, complex) else float


def collapsed(parts: Any) -> bool:
    """Whether the parts of a container are hard zeros, all of them."""
    return all(isinstance(part, HardZero) for part in parts)


def missing(x_bar: Any) -> bool:
    """Whether a cotangent is a hard zero that stands for a missing part."""
    return x_bar is ZeroTangent or x_bar is NoTangent
