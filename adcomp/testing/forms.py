"""Cotangents in one form: structural for what is compared with differences, natural for what is dense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..tangents import conversions
from ..tangents.matrix_types import matrix_type
from ..tangents.projection import projector
from ..tangents.structural import Tangent
from ..tangents.zeros import NoTangent, NotImplementedTangent, ZeroTangent
from .anatomy import anatomy, forced, is_array, is_number, is_passive, like_container
from .vectors import numbers

#: From a value, and a tangent or cotangent of it, to another form of that.
Convert = Callable[[Any, Any], Any]

_JUNK_FREE: dict[type, Callable[[Any], Any]] = {}


def is_matrix(x: Any) -> bool:
    """Whether a value is a structured matrix, or of a registered type of matrices."""
    return matrix_type(x) is not None


def dense(x: Any) -> np.ndarray:
    """The entries of a matrix or an array."""
    return np.asarray(conversions.destructure(x))


def register_junk_free(cls: type, function: Callable[[Any], Any]) -> None:
    """Say what of a value of a class counts: see `junk_free`.

    Parameters
    ----------
    cls : type
    function : function
        From an instance to what it means: an array, a number, a tuple of them.
    """
    _JUNK_FREE[cls] = function


def junk_free(x: Any) -> Any:
    """A value without the stored numbers that mean nothing.

    Parameters
    ----------
    x : value
        Symmetric, Hermitian and triangular matrices become dense arrays; the masked entries of an array
        become 0; a sparse matrix gets its entries sorted and added up; what is made of parts becomes the
        same of their junk-free forms. Other values stay as they are. `register_junk_free` says it for a
        class of yours.

    Examples
    --------
    >>> junk_free((1.0, np.ma.masked_array([1.0, 2.0], [True, False])))
    (1.0, array([0., 2.]))
    """
    x = forced(x)
    known = next((_JUNK_FREE[cls] for cls in type(x).__mro__ if cls in _JUNK_FREE), None)
    if known is not None:
        return known(x)
    if isinstance(x, np.ma.MaskedArray):
        return x.filled(0)
    matrix = matrix_type(x)
    if matrix is not None:
        function = matrix.junk_free or getattr(type(x), "_junk_free", None)
        return x if function is None else function(x)
    if is_array(x) or is_number(x) or is_passive(x) or isinstance(x, Tangent):
        return x
    if hasattr(x, "sum_duplicates"):
        return _canonical(x)
    parts = anatomy(x)
    return parts.rebuild([junk_free(part) for part in parts.parts])


def _canonical(x: Any) -> Any:
    made = x.copy()
    made.sum_duplicates()
    if hasattr(made, "sort_indices"):
        made.sort_indices()
    return made


def has_junk(x: Any) -> bool:
    """Whether a matrix stores numbers that mean nothing, or entries twice."""
    if not is_matrix(x):
        return False
    plain = junk_free(x)
    return type(plain) is not type(x) or len(numbers(plain)) < len(numbers(x))


def structural(x: Any, x_bar: Any) -> Any:
    """A cotangent of `x` in structural form, whatever form its parts have.

    What is no cotangent of `x` comes back as it is, for the comparison to find.
    """
    return _structural(x, x_bar, conversions.pull_d)


def structural_tangent(x: Any, x_dot: Any) -> Any:
    """A tangent of `x` in structural form: natural ones of matrices are taken apart, not pulled back."""
    return _structural(x, x_dot, conversions.push_r)


def _structural(x: Any, x_bar: Any, convert: Convert) -> Any:
    x, x_bar = forced(x), forced(x_bar)
    if x_bar is None:
        return NoTangent
    if x_bar is NoTangent or x_bar is ZeroTangent or isinstance(x_bar, NotImplementedTangent):
        return x_bar
    if is_matrix(x):
        if not isinstance(x_bar, Tangent):
            return convert(x, x_bar) if is_matrix(x_bar) or isinstance(x_bar, np.ndarray) else x_bar
        known = anatomy(x)
        return Tangent(type(x), **{name[1:]: _structural(part, x_bar[name[1:]], convert)
                                   for name, part in zip(known.names, known.parts, strict=True)})
    if is_array(x) or is_number(x) or is_passive(x):
        return x_bar
    if hasattr(x, "sum_duplicates"):  # of scipy.sparse: resampled at the stored entries
        return projector(x)(x_bar) if hasattr(x_bar, "shape") else x_bar
    return _by_parts(x, x_bar, lambda part, bar: _structural(part, bar, convert))


def for_junk_free(y: Any, y_bar: Any) -> Any:
    """The cotangent of ``junk_free(y)`` that a cotangent of `y` means, in structural form."""
    return _for_junk_free(y, y_bar, conversions.pull_r, conversions.pull_d)


def for_junk_free_tangent(y: Any, y_dot: Any) -> Any:
    """The tangent of ``junk_free(y)`` that a tangent of `y` means, in structural form."""
    return _for_junk_free(y, y_dot, conversions.push_d, conversions.push_r)


def _for_junk_free(y: Any, y_bar: Any, to_natural: Convert, to_structural: Convert) -> Any:
    y, y_bar = forced(y), forced(y_bar)
    if y_bar is NoTangent or y_bar is ZeroTangent or y_bar is None:
        return ZeroTangent
    if is_matrix(y):
        if not has_junk(y):
            return _structural(y, y_bar, to_structural)
        found = to_natural(y, y_bar) if isinstance(y_bar, Tangent) else y_bar
        plain = junk_free(y)
        return to_structural(plain, found) if is_matrix(plain) else dense(found)
    if is_array(y) or is_number(y) or is_passive(y):
        return y_bar
    return _by_parts(y, y_bar, lambda part, bar: _for_junk_free(part, bar, to_natural, to_structural))


def natural(y: Any, y_bar: Any) -> Any:
    """A structural cotangent with its matrices in natural form, where they have one."""
    def convert(matrix: Any, bar: Any) -> Any:
        known = matrix_type(matrix)
        assert known is not None
        return bar if known.over_parametrised or known.r is None else conversions.pull_r(matrix, bar)

    return _natural(y, y_bar, convert)


def natural_tangent(x: Any, x_dot: Any) -> Any:
    """A structural tangent with its matrices in natural form."""
    return _natural(x, x_dot, conversions.push_d)


def _natural(y: Any, y_bar: Any, convert: Convert) -> Any:
    y, y_bar = forced(y), forced(y_bar)
    if is_matrix(y) and isinstance(y_bar, Tangent):
        return convert(y, y_bar)
    if y_bar is NoTangent or y_bar is ZeroTangent or is_array(y) or is_number(y) or is_passive(y):
        return y_bar
    return _by_parts(y, y_bar, lambda part, bar: _natural(part, bar, convert))


def holds_matrix(x: Any) -> bool:
    """Whether a value is or holds a structured matrix, so that its cotangents have two forms."""
    x = forced(x)
    if is_matrix(x):
        return True
    if is_array(x) or is_number(x) or is_passive(x):
        return False
    return any(map(holds_matrix, anatomy(x).parts))


def _by_parts(x: Any, x_bar: Any, convert: Convert) -> Any:
    """Convert the parts of a cotangent of a composite value."""
    known = anatomy(x)
    if isinstance(x_bar, Tangent):
        if x_bar.primal_type is not type(x):
            return x_bar
        values = dict(zip((n[1:] for n in known.names), known.parts, strict=True))
        return Tangent(type(x), **{n: convert(values[n], x_bar[n]) for n in x_bar.fields})
    if isinstance(x, dict) and isinstance(x_bar, dict):
        return {key: convert(x[key], x_bar[key]) if key in x else x_bar[key] for key in x_bar}
    if isinstance(x, tuple | list) and like_container(x, x_bar) and len(x) == len(x_bar):
        parts = [convert(*both) for both in zip(x, x_bar, strict=True)]
        return known.rebuild(parts)
    return x_bar


def blanked(x_bar: Any) -> Any:
    """A cotangent whose parts that are not implemented count as zero."""
    x_bar = forced(x_bar)
    if isinstance(x_bar, NotImplementedTangent):
        return ZeroTangent
    if isinstance(x_bar, Tangent):
        return Tangent(x_bar.primal_type, **{n: blanked(part) for n, part in x_bar.fields.items()})
    if isinstance(x_bar, dict):
        return {key: blanked(part) for key, part in x_bar.items()}
    if isinstance(x_bar, tuple | list):
        return anatomy(x_bar).rebuild([blanked(part) for part in x_bar])
    return x_bar
