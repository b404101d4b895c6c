"""Array expressions to loops.

Requires: verified Core, with the Numba type of every name.
Ensures:  verified Core with types, in which elementwise ops, reductions, copies, and stores into
          slices are loops over scalars. Chains of them are fused: an array that only one such
          statement reads is not stored.
"""

from __future__ import annotations

from .blocks import scalarise

__all__ = ["scalarise"]
