"""Kernels on whole arrays that derivative programs call."""

from __future__ import annotations

import numpy as np

from ..errors import ShapeMismatch
from ..registry import kernel


@kernel
def add_into(target, value):
    """``target += value``, for a cotangent of exactly the target's shape."""
    if target.shape != value.shape:
        raise ShapeMismatch("a cotangent has another shape than its value", value.shape, target.shape)
    for index in np.ndindex(target.shape):
        target[index] += value[index]
