"""Tangents and cotangents as values: hard zeros, structural tangents, projection, conversions, ties."""

from .fields import register_rebuild
from .lazy import Lazy
from .moved import moved
from .projection import clamptype, projector, register_projector
from .projectors import Projector, register_componentwise
from .structural import Tangent
from .zero import zero_tangent
from .zeros import NoTangent, NotImplementedTangent, ZeroTangent, is_hard_zero

__all__ = [
    "Lazy",
    "NoTangent",
    "NotImplementedTangent",
    "Projector",
    "Tangent",
    "ZeroTangent",
    "clamptype",
    "is_hard_zero",
    "moved",
    "projector",
    "register_componentwise",
    "register_projector",
    "register_rebuild",
    "zero_tangent",
]
