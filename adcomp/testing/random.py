"""Random tangents, in short decimals, so that failures can be read."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..tangents import conversions
from ..tangents.zeros import NoTangent, ZeroTangent
from .anatomy import anatomy, forced, is_array, is_number, is_passive
from .forms import dense, has_junk, is_matrix
from .vectors import in_order_of


def rand_tangent(x: Any, rng: Any = None, *, form: str = "structural") -> Any:
    """A random tangent or cotangent of a value.

    Parameters
    ----------
    x : value
        As for `adcomp.testing.to_vec`.
    rng : numpy.random.Generator or int, optional
        What draws, or its seed; 0 when left out.
    form : {"structural", "natural"}
        Of structured matrices: a `Tangent` with an entry for each field, or what a matrix looks like.

    Returns
    -------
    tangent
        Real numbers lie in -9..9, in steps of 0.01, the parts of complex ones in steps of 0.1. An integer,
        a boolean, a text or a flag gets `NoTangent`, and so does a container of nothing else.

    Raises
    ------
    ValueError
        `form` is neither of the two.

    Examples
    --------
    >>> rand_tangent((0.0, 4, "text"), 1)
    (-0.48, NoTangent, NoTangent)
    >>> rand_tangent([True, 4])
    NoTangent
    """
    if form not in ("structural", "natural"):
        raise ValueError(f"form={form!r}: it is 'structural' or 'natural'")
    return _tangent(forced(x), np.random.default_rng(0 if rng is None else rng), form)


def short_decimals(x: Any, rng: np.random.Generator) -> Any:
    """Random numbers of the shape and type of a number or an array."""
    shape = np.shape(x)
    if np.iscomplexobj(x):
        parts = rng.integers(-90, 91, (2, *shape)) / 10
        drawn = parts[0] + 1j * parts[1]
    else:
        drawn = rng.integers(-900, 901, shape) / 100
    if isinstance(x, np.ndarray):
        return in_order_of(x, drawn)
    return type(x)(drawn)


def _tangent(x: Any, rng: np.random.Generator, form: str) -> Any:
    if x is NoTangent or x is ZeroTangent:
        return x
    if is_passive(x):
        return NoTangent
    if is_array(x) or is_number(x):
        return short_decimals(x, rng)
    known = anatomy(x)
    t = known.tangent([_tangent(forced(part), rng, form) for part in known.parts])
    return conversions.push_d(x, t) if form == "natural" and is_matrix(x) and t is not NoTangent else t


def rand_cotangent(y: Any, rng: np.random.Generator) -> Any:
    """A random cotangent of a result, in structural form: what readers of its entries could produce.

    A matrix that stores more than it means gets the cotangent of a random dense array; nothing reaches
    its junk.
    """
    y = forced(y)
    if is_matrix(y):
        if has_junk(y):
            return conversions.pull_d(y, short_decimals(dense(y), rng))
        return _tangent(y, rng, "structural")
    if is_array(y) or is_number(y) or is_passive(y):
        return _tangent(y, rng, "structural")
    known = anatomy(y)
    return known.tangent([rand_cotangent(part, rng) for part in known.parts])
