"""What dispatchers declare of types, and numbers are converted to.

``njit("f4(f4)")`` converts the arguments and the result, ``njit(locals={"total": float32})`` what is
assigned to a name. Whoever reads such a function converts in the same places, or the derivative is that of
another function: an ``int64`` rounds toward zero.

A function that is read is a plain one. `note` keeps what the dispatcher that it was met as declares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any
from weakref import WeakKeyDictionary

from numba import types

from .numba_adapter import is_dispatcher, python_function


@dataclass(frozen=True)
class Declared:
    """The types that a dispatcher declares.

    Attributes
    ----------
    locals : mapping
        Names of local variables and their types.
    signatures : tuple of (tuple of types, type)
        The arguments and the result of every signature; empty if it compiles for what it is given.
    """

    locals: Mapping[str, Any] = field(default_factory=dict)
    signatures: tuple[tuple[tuple[Any, ...], Any], ...] = ()

    def signature(self, kinds: Sequence[Any]) -> tuple[tuple[Any, ...], Any] | None:
        """The signature that Numba takes for arguments; None if there is none, or it can't be told.

        Of several, the first that fits: all types are known, arrays and the like are as declared, and
        numbers are of the same class and size; else the first whose numbers are of the same class.

        Examples
        --------
        >>> f4, f8 = types.float32, types.float64
        >>> Declared(signatures=(((f4,), f4), ((f8,), f8))).signature([f8])
        ((float64,), float64)
        >>> Declared(signatures=(((f4,), f4),)).signature([None])
        ((float32,), float32)
        """
        fitting = [s for s in self.signatures if len(s[0]) == len(kinds)]
        if len(fitting) < 2:
            return next(iter(fitting), None)
        if any(k is None for k in kinds):
            return None
        numbers = [k for k, kind in enumerate(kinds) if is_number(kind)]
        for same in (lambda a, b: a == b, lambda a, b: _class(a) is _class(b),
                     lambda a, b: _class(a) is types.Integer):
            for args, result in fitting:
                if all(same(types.unliteral(kinds[k]), args[k]) for k in numbers) and all(
                        _alike(kinds[k], args[k]) for k in range(len(kinds)) if k not in numbers):
                    return args, result
        return None


_DECLARED: WeakKeyDictionary[FunctionType, Declared] = WeakKeyDictionary()
_NOTHING = Declared()


def note(value: Any) -> Declared:
    """Keep what a function declares, under the plain function that it is read as; nothing if it is plain.

    Examples
    --------
    >>> import numba
    >>> def f(x):
    ...     return x
    >>> note(numba.njit("f4(f4)")(f)) == declared(f), declared(f).signatures
    (True, (((float32,), float32),))
    """
    plain = value if isinstance(value, FunctionType) else python_function(value)
    found = _NOTHING
    if is_dispatcher(value):
        fixed = not getattr(value, "_can_compile", True)
        made = value.overloads.values() if fixed else ()
        found = Declared(dict(value.locals or {}), tuple(
            (tuple(m.signature.args), m.signature.return_type) for m in made))
    if isinstance(plain, FunctionType):
        if found != _NOTHING:
            _DECLARED[plain] = found
        else:
            _DECLARED.pop(plain, None)
    return found


def declared(f: FunctionType) -> Declared:
    """What the dispatcher declares that a plain function was last met as."""
    return _DECLARED.get(f, _NOTHING)


def is_number(kind: Any) -> bool:
    """Is a type one of numbers?"""
    return isinstance(kind, types.Number | types.Boolean)


def _class(kind: Any) -> Any:
    return next((c for c in (types.Boolean, types.Integer, types.Float, types.Complex)
                 if isinstance(kind, c)), None)


def _alike(kind: Any, given: Any) -> bool:
    """Are two types one, the layout of arrays and whether they can be written aside?"""
    if isinstance(kind, types.Array) and isinstance(given, types.Array):
        return kind.dtype == given.dtype and kind.ndim == given.ndim
    return kind == given
