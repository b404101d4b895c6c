"""What is known of each type of matrices: its fields, and the maps between them and its entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from ..errors import TangentError
from .projection import clamptype, register_projector
from .structural import Tangent
from .structures import structure_of

Parts = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class MatrixType:
    """A type of matrices.

    Parameters
    ----------
    cls : type
    fields : tuple of str
        The fields that carry a derivative.
    dense : callable
        ``dense(x)``: the entries as an array.
    d, r : callable
        ``d(x, a)`` is a tuple of cotangents of the fields for that of the entries; ``r(x, *fields)`` leads
        back, None if there is no way back.
    pushed_d, pushed_r, restructure : callable, optional
        ``pushed_d(x, *fields)`` and ``pushed_r(x, a)`` are the same for tangents, ``restructure(x, a)`` makes
        a value; found from `d` and `r` when they are None.
    junk_free : callable, optional
        ``junk_free(x)``: the value without stored numbers that mean nothing; None if all mean something.
    over_parametrised, natural : bool
        As in `register_matrix_type`.
    """

    cls: type
    fields: tuple[str, ...]
    dense: Callable[[Any], Any]
    d: Callable[[Any, Any], Parts]
    r: Callable[..., Any] | None
    pushed_d: Callable[..., Any] | None = None
    pushed_r: Callable[[Any, Any], Parts] | None = None
    restructure: Callable[[Any, Any], Any] | None = None
    junk_free: Callable[[Any], Any] | None = None
    over_parametrised: bool = False
    natural: bool = True

    def values(self, x: Any) -> Parts:
        """The fields that carry a derivative."""
        return tuple(getattr(x, name) for name in self.fields)

    def structural(self, x: Any, parts: Parts) -> Tangent:
        """The structural cotangent with these entries, each in the space of its field."""
        entries = zip(self.fields, parts, strict=True)
        return Tangent(self.cls, **{name: clamptype(part, getattr(x, name)) for name, part in entries})

    def push_d(self, x: Any, parts: Parts) -> Any:
        """The entries of a tangent."""
        if self.pushed_d is not None:
            return self.pushed_d(x, *parts)
        shape, complex_ = np.shape(self.dense(x)), np.iscomplexobj(self.dense(x))
        return _adjoint(lambda a: self.d(x, a), parts, shape, complex_)

    def pull_r(self, x: Any, parts: Parts) -> Any:
        """The natural cotangent of a structural one."""
        if self.r is None:
            raise TangentError(f"the entries of a {self.cls.__name__} do not determine its fields",
                               hint="use the structural form")
        return self.r(x, *parts)

    def push_r(self, x: Any, a: Any) -> Parts:
        """The fields of a tangent."""
        if self.pushed_r is not None:
            return tuple(self.pushed_r(x, a))
        found = []
        for k, value in enumerate(self.values(x)):
            others = [np.zeros_like(v) for v in self.values(x)]

            def entries(part: Any, k: int = k, others: list[Any] = others) -> Parts:
                made = self.pull_r(x, (*others[:k], part, *others[k + 1:]))
                return (_dense(made),)

            found.append(_adjoint(entries, (a,), np.shape(value), np.iscomplexobj(value)))
        return tuple(found)


_REGISTERED: dict[type, MatrixType] = {}


def matrix_type(x: Any) -> MatrixType | None:
    """What is known of the type of a matrix; None for arrays, numbers and anything else."""
    cls = type(x)
    if cls in _REGISTERED:
        return _REGISTERED[cls]
    known = structure_of(cls)
    if known is None or not hasattr(cls, "dense"):
        return None
    has_d = hasattr(cls, "_pull_d")
    made = MatrixType(
        cls, known.differentiable, cls.dense,
        cls._pull_d_any if has_d else _derived_from_dense,
        getattr(cls, "_pull_r", None), getattr(cls, "_push_d", None), getattr(cls, "_push_r", None),
        getattr(cls, "_restructure", None), cls._junk_free if getattr(cls, "has_junk", False) else None,
        bool(getattr(cls, "over_parametrised", False)), bool(getattr(cls, "natural", True)) and has_d)
    _REGISTERED[cls] = made
    return made


def register_matrix_type(cls: type, *, fields: tuple[str, ...], destructure: Callable[..., Any],
                         D: Callable[[Any, Any], Parts] | None = None, R: Callable[..., Any] | None = None,
                         projector_info: Callable[[Any], Any] | None = None,
                         junk_free: Callable[[Any], Any] | None = None, over_parametrised: bool = False,
                         natural: bool = True) -> None:
    """Tell adcomp of a class whose values stand for matrices.

    Parameters
    ----------
    cls : type
        The class.
    fields : tuple of str
        The attributes that carry a derivative: numbers and arrays.
    destructure : callable
        ``destructure(*fields)`` is the array of entries, by indexing and arithmetic that adcomp reads.
    D : callable, optional
        ``D(x, a)``: the cotangent of each field for the cotangent `a` of the entries, as a tuple. Without it
        `destructure` is differentiated; slower, and as right.
    R : callable, optional
        ``R(x, *fields)``: a natural cotangent, a matrix of this class or an array, whose D is `fields`. A
        type without it can be the input of a generic rule and not its output.
    projector_info : callable, optional
        ``projector_info(x)``: a stand-in for `x` that holds what D and R read of it; the value itself,
        unless it is given.
    junk_free : callable, optional
        ``junk_free(x)``: the value without stored numbers that mean nothing.
    over_parametrised : bool
        The fields hold more numbers than the entries determine; generic rules refuse such an output.
    natural : bool
        A cotangent may be given back in natural form; this needs `R`.

    Examples
    --------
    >>> class Outer:
    ...     def __init__(self, u, v):
    ...         self.u, self.v = u, v
    >>> register_matrix_type(Outer, fields=("u", "v"), destructure=lambda u, v: np.outer(u, v),
    ...                      D=lambda x, a: (a @ x.v, x.u @ a), over_parametrised=True)
    >>> from adcomp.tangents.conversions import pull_d
    >>> pull_d(Outer(np.array([1.0, 2.0]), np.array([3.0])), np.array([[1.0], [10.0]]))
    Tangent[Outer](u=array([ 3., 30.]), v=array([21.]))
    """
    def dense(x: Any) -> Any:
        return destructure(*(getattr(x, name) for name in fields))

    def d(x: Any, a: Any) -> Parts:
        return tuple(D(x, a)) if D is not None else _derived(destructure, x, fields, a)

    known = MatrixType(cls, fields, dense, d, R, junk_free=junk_free, over_parametrised=over_parametrised,
                       natural=natural and R is not None and not over_parametrised)
    _REGISTERED[cls] = known
    kept = projector_info if projector_info is not None else lambda x: x
    register_projector(cls, _project_registered, projector_info=kept,
                       zero=lambda x: known.structural(x, tuple(np.zeros_like(v) for v in known.values(x))))


def _project_registered(x: Any, x_bar: Any) -> Any:
    from .conversions import projected

    return projected(x, x_bar)


def _derived(destructure: Callable[..., Any], x: Any, fields: tuple[str, ...], a: Any) -> Parts:
    """D by differentiating entry access."""
    values = tuple(getattr(x, name) for name in fields)
    y, back = _pullback(destructure, tuple(range(len(fields))))(*values)
    return _tuple(back(_as_cotangent(a, y)))


def _derived_from_dense(x: Any, a: Any) -> Parts:
    """D of a structure that has nothing but its entries."""
    y, back = _pullback(_entries, 0)(x)
    (x_bar,) = _tuple(back(_as_cotangent(a, y)))
    known = structure_of(type(x))
    assert known is not None
    return tuple(getattr(x_bar, name) for name in known.differentiable)


def _entries(x):
    return x.dense()


def _pullback(f: Callable[..., Any], wrt: Any) -> Any:
    """The compiler's pullback; this layer is below it, and asks for it when it is needed."""
    options = {"form": "structural"} if f is _entries else {}
    return import_module("adcomp").pullback(f, wrt=wrt, **options)


def _as_cotangent(a: Any, y: Any) -> Any:
    return clamptype(np.ascontiguousarray(_dense(a)), y)


def _tuple(found: Any) -> Parts:
    return found if isinstance(found, tuple) else (found,)


def _dense(x: Any) -> Any:
    known = matrix_type(x)
    return x if known is None else known.dense(x)


def _adjoint(linear: Callable[[Any], Parts], parts: Parts, shape: tuple[int, ...], complex_: bool) -> Any:
    """The adjoint of a real linear map, applied to `parts`: one call for each unit of what it maps."""
    y = np.zeros(shape, np.complex128 if complex_ else np.float64)
    for index in np.ndindex(shape):
        for unit in (1.0, 1.0j) if complex_ else (1.0,):
            e = np.zeros_like(y)
            e[index] = unit
            image = linear(e)
            y[index] += unit * sum(np.real(np.sum(np.conj(p) * q)) for p, q in zip(image, parts, strict=True))
    return y[()] if shape == () else y
