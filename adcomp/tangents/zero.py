"""The zero tangent of a value."""

from __future__ import annotations

from typing import Any

from .projection import projector


def zero_tangent(x: Any) -> Any:
    """The zero of the tangent space of a value, in fresh memory.

    Parameters
    ----------
    x : value
        Anything that has a `projector`.

    Returns
    -------
    tangent
        Of the same shape; `NoTangent` for what has none.

    Raises
    ------
    TangentError
        It is not known what the tangent of such a value is.

    Examples
    --------
    >>> import numpy as np
    >>> zero_tangent((1, np.ones(2, np.float32), "on"))
    (0.0, array([0., 0.], dtype=float32), NoTangent)
    """
    return projector(x).zero()
