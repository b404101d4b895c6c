"""`test_approx`: whether two values or tangents are the same, up to rounding."""

from __future__ import annotations

import cmath
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..tangents.structural import Tangent
from ..tangents.zeros import NoTangent, NotImplementedTangent, ZeroTangent
from .anatomy import anatomy, forced, is_number, is_passive
from .forms import dense, is_matrix

DOUBLE = 1e-9
SINGLE = 1e-4


def test_approx(actual: Any, expected: Any, *, rtol: float | None = None, atol: float | None = None,
                path: str = "result") -> tuple[str, ...]:
    """Fail unless two values or tangents are the same, up to rounding.

    Parameters
    ----------
    actual, expected : values or tangents
        Lazy cotangents are computed. A hard zero equals zeros, part by part, and another hard zero;
        `NoTangent` equals a structural tangent only if each of its parts is `NoTangent`. Structural
        tangents are compared by their fields, where one that is missing is zero; they are of the same
        class. One against a value of that class compares the fields that it has. Matrices and arrays are
        compared by their entries.
    rtol, atol : float, optional
        Entries may differ by ``atol + rtol * s`` where `s` is the largest entry of the two arrays. Both
        are 1e-9, and 1e-4 for single precision.
    path : str
        What the values are called in messages.

    Returns
    -------
    tuple of str
        The parts that are not compared because one side is a `NotImplementedTangent`: failures that are
        expected. Empty when all is right.

    Raises
    ------
    AssertionError
        They differ. The message says where.

    Notes
    -----
    nan equals nothing, not even nan. pytest takes an imported function of this name for a test, unless
    adcomp's plugin is active; ``adcomp.testing.test_approx`` is right in any case.

    Examples
    --------
    >>> test_approx((1.5, ZeroTangent), (1.5 + 1e-12, np.zeros(2)))
    ()
    >>> test_approx((1.5, [1.0, 2.0]), (1.5, [1.0, 2.5]))
    Traceback (most recent call last):
        ...
    AssertionError: result[1][1] is 2.0, not 2.5
    """
    return _Comparison(rtol, atol).compare(actual, expected, path)


test_approx.__test__ = False  # type: ignore[attr-defined]


class _Comparison:
    def __init__(self, rtol: float | None, atol: float | None) -> None:
        self._rtol, self._atol = rtol, atol

    def compare(self, a: Any, b: Any, path: str) -> tuple[str, ...]:
        a, b = forced(a), forced(b)
        if isinstance(a, NotImplementedTangent) or isinstance(b, NotImplementedTangent):
            return _not_implemented(a, b, path)
        for zero, other in ((a, b), (b, a)):
            if zero is NoTangent or zero is ZeroTangent:
                return self._zero(zero, other, path)
        if isinstance(a, Tangent) or isinstance(b, Tangent):
            return self._tangents(a, b, path)
        if is_matrix(a) or is_matrix(b):
            return self._dense(a, b, path)
        if _is_numeric(a) and _is_numeric(b):
            return self._arrays(np.asarray(a), np.asarray(b), path)
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            return self._mappings(a, b, path)
        return self._parts(a, b, path)

    def _zero(self, zero: Any, other: Any, path: str) -> tuple[str, ...]:
        """A hard zero against anything: equality with zeros."""
        if other is NoTangent or other is ZeroTangent:
            return ()
        if isinstance(other, NotImplementedTangent):
            return _not_implemented(zero, other, path)
        if isinstance(other, Tangent):
            if zero is NoTangent:
                left = [n for n, part in other.fields.items() if part is not NoTangent]
                _require(not left, f"{path} is {other!r}, not NoTangent")
                return ()
            return _joined(self._zero(zero, forced(part), f"{path}.{n}") for n, part in other.fields.items())
        if _is_numeric(other):
            return self._arrays(np.asarray(other), np.zeros_like(np.asarray(other)), path)
        _require(not is_passive(other), f"{path} is {other!r}, not {zero!r}")
        known = anatomy(other)
        return _joined(self._zero(zero, forced(part), path + name)
                       for name, part in zip(known.names, known.parts, strict=True))

    def _tangents(self, a: Any, b: Any, path: str) -> tuple[str, ...]:
        if isinstance(a, Tangent) and isinstance(b, Tangent):
            types = [_type_name(t.primal_type) for t in (a, b)]
            _require(a.primal_type == b.primal_type, f"{path} is a tangent of {types[0]}, not of {types[1]}")
            names = list(dict.fromkeys((*a.fields, *b.fields)))
            return _joined(self.compare(a.fields.get(n, ZeroTangent), b.fields.get(n, ZeroTangent),
                                        f"{path}.{n}") for n in names)
        t, value = (a, b) if isinstance(a, Tangent) else (b, a)
        _require(isinstance(t.primal_type, type) and isinstance(value, t.primal_type),
                 f"{path} is {a!r}, not {b!r}: a tangent of {_type_name(t.primal_type)} and a value of "
                 f"{type(value).__name__}")
        parts = {n: getattr(value, n) for n, part in t.fields.items()
                 if part is not NoTangent or not is_passive(getattr(value, n))}
        return _joined(self.compare(*((t.fields[n], v) if t is a else (v, t.fields[n])), f"{path}.{n}")
                       for n, v in parts.items())

    def _dense(self, a: Any, b: Any, path: str) -> tuple[str, ...]:
        first, second = (dense(v) if is_matrix(v) else v for v in (a, b))
        _require(_is_numeric(first) and _is_numeric(second), f"{path} is {a!r}, not {b!r}")
        return self._arrays(np.asarray(first), np.asarray(second), path)

    def _arrays(self, a: np.ndarray, b: np.ndarray, path: str) -> tuple[str, ...]:
        _require(a.shape == b.shape, f"{path} has the shape {a.shape}, not {b.shape}")
        if a.size == 0:
            return ()
        if a.dtype.kind not in "fc" and b.dtype.kind not in "fc":
            same = a == b
        else:
            same = self._close(a, b)
        if np.all(same):
            return ()
        index = np.unravel_index(int(np.argmin(same)), a.shape)
        if a.dtype.kind in "fc":
            off = np.where(same, -1.0, np.nan_to_num(np.abs(np.subtract(a, b, dtype=complex)), nan=np.inf))
            index = np.unravel_index(int(np.argmax(off)), a.shape)
        entry = f"{path}[{', '.join(str(int(i)) for i in index)}]" if a.ndim else path
        count = int(np.sum(~np.asarray(same)))
        more = f" ({count} of {a.size} entries differ)" if count > 1 else ""
        raise AssertionError(f"{entry} is {', not '.join(shown(a[index].item(), b[index].item()))}{more}")

    def _close(self, a: np.ndarray, b: np.ndarray) -> Any:
        single = any(v.dtype in (np.float16, np.float32, np.complex64) for v in (a, b))
        default = SINGLE if single else DOUBLE
        rtol = default if self._rtol is None else self._rtol
        atol = default if self._atol is None else self._atol
        if a.ndim == 0 and cmath.isfinite(a[()]) and cmath.isfinite(b[()]):
            return np.bool_(abs(a[()] - b[()]) <= atol + rtol * max(abs(a[()]), abs(b[()])))
        finite = np.isfinite(a) & np.isfinite(b)
        scale = max(np.max(np.abs(np.where(finite, v, 0)), initial=0.0) for v in (a, b))
        with np.errstate(invalid="ignore"):
            return np.where(finite, np.abs(a - b) <= atol + rtol * scale, a == b)

    def _mappings(self, a: Mapping[Any, Any], b: Mapping[Any, Any], path: str) -> tuple[str, ...]:
        _require(set(a) == set(b), f"{path} has the keys {list(a)}, not {list(b)}")
        return _joined(self.compare(a[key], b[key], f"{path}[{key!r}]") for key in a)

    def _parts(self, a: Any, b: Any, path: str) -> tuple[str, ...]:
        _require(type(a) is type(b), f"{path} is {a!r}, not {b!r}")
        if is_passive(a):
            _require(bool(np.all(a == b)), f"{path} is {a!r}, not {b!r}")
            return ()
        first, second = anatomy(a), anatomy(b)
        _require(len(first.parts) == len(second.parts),
                 f"{path} has {len(first.parts)} parts, not {len(second.parts)}")
        return _joined(self.compare(p, q, path + name)
                       for name, p, q in zip(first.names, first.parts, second.parts, strict=True))


def _not_implemented(a: Any, b: Any, path: str) -> tuple[str, ...]:
    """Equal messages are the same; one side alone is a failure that is expected."""
    if isinstance(a, NotImplementedTangent) and isinstance(b, NotImplementedTangent):
        _require(a.message == b.message, f"{path} is {a!r}, not {b!r}")
        return ()
    missing = a if isinstance(a, NotImplementedTangent) else b
    return (f"{path} is not implemented: {missing.message}",)


def _is_numeric(x: Any) -> bool:
    if isinstance(x, np.ndarray):
        return x.dtype.names is None and x.dtype.kind in "biufc"
    return is_number(x) or isinstance(x, bool | int | np.bool_ | np.integer)


def shown(a: Any, b: Any) -> tuple[str, str]:
    """Two numbers in so many digits that they differ.

    >>> shown(0.1 + 0.2, 4.0), shown(1.0, 1.0 + 1e-14)
    (('0.3', '4.0'), ('1.0', '1.00000000000001'))
    """
    if isinstance(a, float | complex) and isinstance(b, float | complex):
        for digits in (10, 13):
            first, second = (repr(type(v)(f"{v:.{digits}g}")) for v in (a, b))
            if first != second:
                return first, second
    return repr(a), repr(b)


def _joined(parts: Any) -> tuple[str, ...]:
    return tuple(message for part in parts for message in part)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def _type_name(cls: Any) -> str:
    return getattr(cls, "__name__", None) or repr(cls)
