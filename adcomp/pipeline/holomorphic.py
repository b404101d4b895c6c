"""Derivatives of holomorphic functions.

The cotangent of a complex number ``z = x + iy`` is ``dL/dx + i dL/dy``, so that the pullback of a
holomorphic ``f`` multiplies by the conjugate of ``f'(z)``: pulled back from 1, and conjugated, it is
``f'(z)`` itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import FunctionType
from typing import Any

from numba import types as nb

from ..core.ir import Atom, Const, Var
from ..core.types import is_array
from ..errors import WrtError
from ..passes.context import Context
from .arguments import Argument


def check_complex(wrt: Sequence[Argument], f: FunctionType) -> None:
    """Refuse an argument that is not made of complex numbers."""
    for part in wrt:
        for shown, typ in _parts(part):
            if not isinstance(typ.dtype if is_array(typ) else typ, nb.Complex):
                raise WrtError(
                    f"holomorphic=True needs complex arguments, and {shown} of {f.__name__} is {typ}",
                    hint="pass a complex number, or leave holomorphic=True out")


def _parts(part: Argument) -> list[tuple[str, Any]]:
    if isinstance(part.type, nb.BaseTuple):
        return [found for item in part.items for found in _parts(item)]
    first, *indices = part.path
    name = first.name if isinstance(first, Var) else ""
    return [(name + "".join(f"[{i.value}]" for i in indices if isinstance(i, Const)), part.type)]


def conjugates(ctx: Context, result: tuple[Any, list[Atom]]) -> tuple[Any, list[Atom]]:
    """The conjugates of cotangents that have a layout."""
    layout, atoms = result
    return layout, [a if a == Const(None) else ctx.let("np.conj", (a,), ctx.type_of(a)) for a in atoms]
