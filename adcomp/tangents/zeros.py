"""Hard zeros: derivatives that are known to be zero without being computed, and one that is not known.

===================  =====================================================================
`NoTangent`          the value has no tangent space: a flag, a string, an index
`ZeroTangent`        there is one, and the derivative is known to be zero
`NotImplementedTangent`  a rule's author has not written this derivative
===================  =====================================================================

Addition keeps the stronger statement: NotImplemented wins over all, then NoTangent over ZeroTangent,
and a hard zero plus anything else is that thing. A hard zero is a strong zero under multiplication:
times infinity, nan, or a derivative that is not implemented it is still a hard zero. Linear operations
(conjugate, transpose, reshape, index, sum) give it back.

The names and the algebra follow ChainRulesCore.jl.
"""

from __future__ import annotations

import sys
from typing import Any, ClassVar, Final

import numpy as np

from ..errors import AdcompError, Loc


class HardZero:
    """The common part of `NoTangent` and `ZeroTangent`, which are its only instances.

    Examples
    --------
    >>> ZeroTangent + 1, 1 - ZeroTangent, ZeroTangent * 11.1
    (1, 1, ZeroTangent)
    >>> NoTangent + ZeroTangent, NoTangent * ZeroTangent
    (NoTangent, ZeroTangent)
    >>> np.ones(2) + NoTangent, np.conj(ZeroTangent.T)
    (array([1., 1.]), ZeroTangent)
    """

    __slots__ = ("_name",)
    _ALL: ClassVar[dict[str, HardZero]] = {}
    _name: str

    def __new__(cls, name: str) -> HardZero:
        if name not in cls._ALL:
            made = super().__new__(cls)
            object.__setattr__(made, "_name", name)
            cls._ALL[name] = made
        return cls._ALL[name]

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{self._name} has no attribute {name!r} that could be set")

    def __repr__(self) -> str:
        return self._name

    def __reduce__(self) -> Any:
        return HardZero, (self._name,)

    def __copy__(self) -> HardZero:
        return self

    def __deepcopy__(self, memo: Any) -> HardZero:
        return self

    # The algebra.

    def __add__(self, other: Any) -> Any:
        if isinstance(other, HardZero):
            return self if self is NoTangent else other
        return other

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + other if isinstance(other, HardZero) else -other

    def __rsub__(self, other: Any) -> Any:
        return self + other

    def __mul__(self, other: Any) -> Any:
        return ZeroTangent if isinstance(other, HardZero) and other is not self else self

    __rmul__ = __matmul__ = __rmatmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, HardZero):
            raise ZeroDivisionError(f"{self} / {other}")
        if isinstance(other, NotImplementedTangent):
            return NotImplemented
        return self

    def __rtruediv__(self, other: Any) -> Any:
        raise ZeroDivisionError(f"division by {self}")

    def __neg__(self) -> HardZero:
        return self

    __pos__ = __neg__

    # Linear operations.

    def __getitem__(self, index: Any) -> HardZero:
        return self

    __iter__ = None  # or indexing would make it endless

    def _itself(self, *args: Any, **options: Any) -> HardZero:
        return self

    conj = conjugate = transpose = swapaxes = reshape = ravel = sum = astype = copy = _itself

    @property
    def T(self) -> HardZero:
        return self

    real = imag = T

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        if method != "__call__" or ufunc not in _UFUNCS:
            return NotImplemented
        result = _UFUNCS[ufunc](*inputs)
        if out is not None and result is not out[0]:
            return NotImplemented  # a hard zero cannot be stored into an array
        return result


def _added(a: Any, b: Any) -> Any:
    return a + b if isinstance(a, HardZero) else b + a


def _multiplied(a: Any, b: Any) -> Any:
    return a * b if isinstance(a, HardZero) else b * a


_UFUNCS: Final[dict[Any, Any]] = {
    np.add: _added,
    np.subtract: lambda a, b: a.__sub__(b) if isinstance(a, HardZero) else b.__rsub__(a),
    np.multiply: _multiplied,
    np.matmul: _multiplied,
    np.true_divide: lambda a, b: a / b if isinstance(a, HardZero) else b.__rtruediv__(a),
    np.negative: lambda a: a,
    np.positive: lambda a: a,
    np.conjugate: lambda a: a,
}

#: The value has no tangent space.
NoTangent: Final = HardZero("NoTangent")
#: The derivative is known to be zero.
ZeroTangent: Final = HardZero("ZeroTangent")


class NotImplementedTangent:
    """A derivative that a rule's author has not written.

    It may be added and scaled; using it in any other way raises, with the place of the rule.

    Parameters
    ----------
    message : str
        What is missing.
    loc : Loc, optional
        Where the rule is; the line that makes the object, unless it is given.

    Examples
    --------
    >>> missing = NotImplementedTangent("order of the Bessel function")
    >>> missing + 3.0, missing * ZeroTangent
    (NotImplemented('order of the Bessel function'), ZeroTangent)
    >>> missing == NotImplementedTangent("order of the Bessel function")
    True
    """

    __slots__ = ("loc", "message")
    __array_ufunc__ = None  # let arrays leave the operation to this class

    def __init__(self, message: str, loc: Loc | None = None):
        self.message = message
        if loc is None:
            frame = sys._getframe(1)
            loc = Loc(frame.f_code.co_filename, frame.f_lineno, function=frame.f_code.co_name)
        self.loc = loc

    def __repr__(self) -> str:
        return f"NotImplemented({self.message!r})"

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, NotImplementedTangent) and other.message == self.message

    def __hash__(self) -> int:
        return hash((NotImplementedTangent, self.message))

    def __add__(self, other: Any) -> NotImplementedTangent:
        return self

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        return other if isinstance(other, HardZero) else self

    __rmul__ = __matmul__ = __rmatmul__ = __mul__

    def _refuse(self, *args: Any, **options: Any) -> Any:
        raise AdcompError(f"this derivative is not implemented: {self.message}", loc=self.loc)

    __sub__ = __rsub__ = __truediv__ = __rtruediv__ = __neg__ = __pos__ = __getitem__ = _refuse
    __float__ = __complex__ = __abs__ = _refuse
    __iter__ = None
    conj = conjugate = transpose = swapaxes = reshape = ravel = sum = astype = _refuse

    @property
    def T(self) -> Any:
        return self._refuse()

    real = imag = T

    def zero(self) -> Any:
        """Refused: of what is not known, the zero is not known either."""
        return self._refuse()


def is_hard_zero(x: Any) -> bool:
    """Whether it is `NoTangent` or `ZeroTangent`.

    Examples
    --------
    >>> is_hard_zero(ZeroTangent), is_hard_zero(0.0)
    (True, False)
    """
    return isinstance(x, HardZero)
