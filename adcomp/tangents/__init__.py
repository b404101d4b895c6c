"""Tangents and cotangents as values: hard zeros, structural tangents, projection, conversions, ties."""

from . import compiled  # noqa: F401  (makes clamptype known to Numba)
from .accumulate import accumulate, add
from .fields import register_rebuild
from .flatten import Flattening, flatten
from .in_place import may_accumulate_into
from .lazy import Lazy
from .moved import moved
from .optimise import Adam, Chain, ClipGrad, ClipNorm, Descent, Momentum, Optimiser
from .projection import clamptype, projector, register_projector
from .projectors import Projector, register_componentwise
from .structural import Tangent
from .ties import Ties, find_ties, tied_total
from .zero import zero_tangent
from .zeros import NoTangent, NotImplementedTangent, ZeroTangent, is_hard_zero

__all__ = [
    "Adam",
    "Chain",
    "ClipGrad",
    "ClipNorm",
    "Descent",
    "Flattening",
    "Lazy",
    "Momentum",
    "NoTangent",
    "NotImplementedTangent",
    "Optimiser",
    "Projector",
    "Tangent",
    "Ties",
    "ZeroTangent",
    "accumulate",
    "add",
    "clamptype",
    "find_ties",
    "flatten",
    "is_hard_zero",
    "may_accumulate_into",
    "moved",
    "projector",
    "register_componentwise",
    "register_projector",
    "register_rebuild",
    "tied_total",
    "zero_tangent",
]
