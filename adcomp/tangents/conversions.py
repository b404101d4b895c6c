"""Natural and structural form: the linear maps between a matrix's entries and its fields.

======== ============================ =======================================
map      from                         to
======== ============================ =======================================
push_d   structural tangent           natural tangent, a dense array
pull_d   natural cotangent            structural cotangent (the map D)
push_r   natural tangent              structural tangent
pull_r   structural cotangent         natural cotangent (the map R)
======== ============================ =======================================

`pull_d` is the adjoint of `push_d`, and `pull_r` that of `push_r`, under ``Re(sum(conj(a) * b))``. Tangents
and cotangents of one matrix have the same forms, and are converted by different maps: of a symmetric
matrix a tangent's stored number is *copied* to its two places, a cotangent's is *halved*.

After ChainRulesCore's proposal of generic rules by destructuring (its pull request 449).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import ShapeMismatch, TangentError
from .fields import rebuild
from .lazy import Lazy
from .matrix_types import MatrixType, Parts, matrix_type
from .project_arrays import dense
from .projection import clamptype, projector
from .structural import Tangent
from .zero import zero_tangent
from .zeros import HardZero, NotImplementedTangent, is_hard_zero


def destructure(x: Any) -> Any:
    """The entries of a matrix as an array; arrays and numbers as they are.

    Examples
    --------
    >>> from adcomp.matrices import Diagonal
    >>> destructure(Diagonal(np.array([1.0, 2.0])))
    array([[1., 0.],
           [0., 2.]])
    """
    known = matrix_type(x)
    return x if known is None else known.dense(x)


def restructure(like: Any, a: Any) -> Any:
    """The value of the type of `like`, with its flags and sizes, that has the entries `a`.

    Parameters
    ----------
    like : matrix
    a : array
        Entries that a value of this type can have; where the entries do not determine the fields, what is
        held fast is as in `like`.

    Raises
    ------
    ShapeMismatch
        `a` has another shape than `like`.
    TangentError
        The fields of this type cannot be had from entries.

    Examples
    --------
    >>> from adcomp.matrices import Symmetric
    >>> restructure(Symmetric(np.eye(2)), np.array([[1.0, 2.0], [2.0, 3.0]]))
    Symmetric(data=array([[1., 2.],
           [0., 3.]]), uplo='U')
    """
    known = matrix_type(like)
    if known is None:
        return a
    a = _of_shape(dense(a), _shape(known, like))
    if known.restructure is not None:
        return known.restructure(like, a)
    return rebuild(like, dict(zip(known.fields, known.push_r(like, a), strict=True)))


def push_d(x: Any, x_dot: Any) -> Any:
    """A structural tangent as a natural one: how the entries move when the fields do.

    Parameters
    ----------
    x : matrix
        The value at which the map is taken.
    x_dot : Tangent, mapping or hard zero

    Returns
    -------
    array, or the hard zero

    Examples
    --------
    >>> from adcomp.matrices import Symmetric
    >>> S = Symmetric(np.ones((2, 2)))
    >>> push_d(S, Tangent(Symmetric, data=np.array([[1.0, 2.0], [9.0, 3.0]])))
    array([[1., 2.],
           [2., 3.]])
    """
    known = matrix_type(x)
    if known is None or _passes(x_dot):
        return x_dot
    return known.push_d(x, _parts(x, known, x_dot))


def pull_d(x: Any, x_bar: Any) -> Any:
    """A natural cotangent as a structural one: the map D, each field in its own space.

    Parameters
    ----------
    x : matrix, array or number
        The value; for arrays and numbers D is their projection.
    x_bar : array, matrix or hard zero
        A structural cotangent is only projected, field by field.

    Returns
    -------
    Tangent, or what is not of a matrix

    Raises
    ------
    ShapeMismatch
        `x_bar` has another shape than `x`.

    Examples
    --------
    >>> from adcomp.matrices import Symmetric
    >>> S = Symmetric(np.ones((2, 2)))
    >>> pull_d(S, np.array([[0.0, 1.0], [0.0, 0.0]])).data
    array([[0., 1.],
           [0., 0.]])
    """
    known = matrix_type(x)
    if known is None or _passes(x_bar) or isinstance(x_bar, Tangent | Mapping):
        return clamptype(x_bar, x)
    if isinstance(x_bar, Lazy):
        return Lazy(lambda: pull_d(x, x_bar.force()))
    if projector(x).empty:
        return clamptype(x_bar, x)
    if matrix_type(x_bar) is None:
        x_bar = dense(x_bar)
    elif not hasattr(x_bar, "shape"):
        x_bar = destructure(x_bar)
    _of_shape(x_bar, _shape(known, x))
    return known.structural(x, known.d(x, x_bar))


def push_r(x: Any, x_dot: Any) -> Any:
    """A natural tangent as a structural one: how the fields move when the entries do.

    Parameters
    ----------
    x : matrix
    x_dot : array, matrix or hard zero

    Returns
    -------
    Tangent, or the hard zero

    Raises
    ------
    TangentError
        The fields of this type cannot be had from entries.
    """
    known = matrix_type(x)
    if known is None or _passes(x_dot) or isinstance(x_dot, Tangent):
        return x_dot
    a = _of_shape(dense(x_dot), _shape(known, x))
    return Tangent(type(x), **dict(zip(known.fields, known.push_r(x, a), strict=True)))


def pull_r(x: Any, x_bar: Any, *, check: bool = False) -> Any:
    """A structural cotangent as a natural one: the map R.

    Parameters
    ----------
    x : matrix, array or number
    x_bar : Tangent, mapping or hard zero
        What is in natural form already is projected.
    check : bool
        Make sure that nothing is lost: that D brings `x_bar` back, junk aside.

    Returns
    -------
    matrix or array

    Raises
    ------
    TangentError
        Entries do not determine the fields of this type, or `check` finds that they do not determine this
        cotangent.

    Examples
    --------
    >>> from adcomp.matrices import Symmetric
    >>> S = Symmetric(np.ones((2, 2)))
    >>> pull_r(S, Tangent(Symmetric, data=np.array([[1.0, 2.0], [0.0, 3.0]]))).dense()
    array([[1., 1.],
           [1., 3.]])
    """
    known = matrix_type(x)
    if known is None or _passes(x_bar) or not isinstance(x_bar, Tangent | Mapping | Lazy):
        return clamptype(x_bar, x)
    if isinstance(x_bar, Lazy):
        return Lazy(lambda: pull_r(x, x_bar.force(), check=check))
    parts = _parts(x, known, x_bar)
    made = known.pull_r(x, parts)
    if check and known.junk_free is None:
        for name, part, again in zip(known.fields, parts, known.d(x, destructure(made)), strict=True):
            if not np.allclose(part, again, rtol=1e-6, atol=1e-9):
                raise TangentError(f"the entries of a {type(x).__name__} do not determine this cotangent: "
                                   f"{name} comes back as {again} and not as {part}")
    return made


def natural(x: Any, x_bar: Any) -> Any:
    """A cotangent of any form in natural form.

    For types without one the structural form is given back; an over-parametrised type with entries answers
    with an array, if the cotangent came as entries.

    Examples
    --------
    >>> from adcomp.matrices import Diagonal
    >>> natural(Diagonal(np.ones(2)), np.array([[1.0, 4.0], [2.0, 5.0]]))
    Diagonal(diag=array([1., 5.]))
    """
    known = matrix_type(x)
    if known is not None and known.natural and isinstance(x_bar, Tangent | Mapping):
        return clamptype(pull_r(x, x_bar), x)
    return clamptype(x_bar, x)


def structural(x: Any, x_bar: Any) -> Any:
    """A cotangent of any form in structural form.

    Examples
    --------
    >>> from adcomp.matrices import SymTridiagonal
    >>> structural(SymTridiagonal(np.ones(2), np.ones(1)), np.array([[1.0, 4.0], [2.0, 5.0]]))
    Tangent[SymTridiagonal](dv=array([1., 5.]), ev=array([6.]))
    """
    return pull_d(x, x_bar)


def generic_pullback(pullback: Callable[[Any], Sequence[Any]], inputs: Sequence[Any], output: Any
                     ) -> Callable[[Any], tuple[Any, ...]]:
    """A pullback written for dense arrays, made to take and give cotangents of structured values.

    Parameters
    ----------
    pullback : callable
        Takes the natural cotangent of the output, which may be any matrix or array, and returns a natural
        cotangent for each input, as if everything were dense.
    inputs : sequence
        The values of the inputs.
    output : value
        What the function returned.

    Returns
    -------
    callable
        Takes a cotangent of the output in either form and returns a tuple of structural cotangents: D of
        `pullback` of R. For arrays and numbers both maps are their projections.

    Raises
    ------
    TangentError
        The output is of a type whose fields its entries do not determine: differentiate the function that
        makes it through the fields.

    Examples
    --------
    >>> from adcomp.matrices import Symmetric
    >>> X = Symmetric(np.array([[1.0, 2.0], [0.0, 3.0]]))
    >>> back = generic_pullback(lambda y_bar: (np.sum(X * y_bar), 2.0 * y_bar), (2.0, X), 2.0 * X)
    >>> back(Tangent(Symmetric, data=np.array([[1.0, 4.0], [0.0, 5.0]])))[0]
    24.0
    """
    known = matrix_type(output)
    if known is not None and (known.over_parametrised or known.r is None):
        raise TangentError(f"a generic rule cannot have a {type(output).__name__} as its output: entries do "
                           f"not determine its fields", hint="differentiate the function through the fields")

    def structural_pullback(y_bar: Any) -> tuple[Any, ...]:
        if isinstance(y_bar, Lazy):
            y_bar = y_bar.force()
        if is_hard_zero(y_bar):
            return tuple(y_bar for _ in inputs)
        x_bars = pullback(pull_r(output, y_bar))
        if len(x_bars) != len(inputs):
            raise TangentError(f"the pullback returned {len(x_bars)} cotangents for {len(inputs)} inputs")
        return tuple(pull_d(x, x_bar) for x, x_bar in zip(inputs, x_bars, strict=True))

    return structural_pullback


def projected(x: Any, x_bar: Any) -> Any:
    """The projection onto the cotangents of a registered type, in natural form where it has one."""
    known = matrix_type(x)
    assert known is not None
    if isinstance(x_bar, Mapping | Tangent):
        return known.structural(x, _parts(x, known, x_bar))
    a = x_bar if matrix_type(x_bar) is not None else dense(x_bar)
    parts = known.d(x, _of_shape(destructure(a), _shape(known, x)))
    return known.pull_r(x, parts) if known.natural else known.structural(x, parts)


def _passes(x_bar: Any) -> bool:
    return isinstance(x_bar, HardZero | NotImplementedTangent)


def _shape(known: MatrixType, x: Any) -> tuple[int, ...]:
    return tuple(x.shape if hasattr(x, "shape") else known.dense(x).shape)


def _of_shape(a: Any, shape: tuple[int, ...]) -> Any:
    if tuple(a.shape) != shape:
        raise ShapeMismatch("the entries have another shape than the matrix", tuple(a.shape), shape)
    return a


def _parts(x: Any, known: MatrixType, x_bar: Any) -> Parts:
    """An entry for each differentiable field, zeros for those that are missing."""
    if isinstance(x_bar, Tangent) and x_bar.primal_type is not type(x):
        raise TangentError(f"a tangent of {x_bar.primal_type.__name__} is none of {type(x).__name__}")
    given = x_bar.fields if isinstance(x_bar, Tangent) else x_bar
    parts: list[Any] = []
    for name in known.fields:
        part = given.get(name)
        part = part.force() if isinstance(part, Lazy) else part
        parts.append(zero_tangent(getattr(x, name)) if part is None or _passes(part) else part)
    return tuple(parts)
