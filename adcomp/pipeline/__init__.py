"""From a function to its derivative: the stages, in order.

`front` runs parse -> infer -> normalise -> scalarise -> reuse -> simplify; `sweeps` runs aliases ->
activity -> shadows -> adjoint and record; `program` puts the functions of a derivative together, sinks
and simplifies them, and prints them. Each stage is a function of what the stage before it returned, and
:func:`adcomp.core.verify.verify` runs between them.

The stages are imported when they are first used: a process that finds its derivatives on disk needs
none of them.
"""

from __future__ import annotations

from typing import Any

from .options import Options

__all__ = ["Options", "captured_arrays", "core_source", "explain", "generate"]

_HOMES = {"captured_arrays": "lifted",
          "core_source": "front", "explain": "explanation", "generate": "program"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
