"""Arguments that share memory, with one another or with what the program captures: refused when it runs
and writes to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numba import types as nb

from ..core.ir import Atom, Block, Const, Field, If, Raise, Stmt, Var, names_in
from ..core.types import COMPOUND, is_array
from ..frontend.lifting import Lifting
from ..passes.context import Context
from ..passes.timeline import Timeline
from ..tangents.memory import bounds
from .arguments import Argument, argument
from .front import Typed


def guard(ctx: Context, typed: Typed, more: tuple[str, ...] = (), lifting: Lifting | None = None
          ) -> list[Stmt]:
    """The tests that come first in a program.

    ``more`` are parameters that the primal does not have: the cotangent of its result. Arguments that
    are known to be in a block, by the ``lifting`` of the function, are used through the block alone.
    """
    from ..errors import AliasedArguments
    from ..kernels import overlap

    fn = typed.fn
    written = {site.name for store in Timeline(fn, ctx.aliases).stores for site in store.sites}
    given = (argument(n, ctx.types[n], fn.body) for n in (*fn.params, *more))
    parts = [part for one in given for part in _arrays(one)]
    if lifting is not None:
        first = len(lifting.block_names)
        placed = {first + k for k, block in enumerate(lifting.place) if block is not None}
        parts = [part for k, part in enumerate(parts) if k not in placed]
    out: list[Stmt] = []
    for k, part in enumerate(parts):
        if part.name not in written:
            continue
        for j, other in enumerate(parts):
            if j == k or (other.name in written and j < k):
                continue
            ctx.namespace["shares_memory"] = overlap.shares_memory
            ctx.namespace["AliasedArguments"] = AliasedArguments
            with ctx.collect() as stmts:
                pair = (_fetched(ctx, part), _fetched(ctx, other))
                cond = ctx.let("shares_memory", pair, nb.boolean)
            names = f"{_shown(part)} and {_shown(other)} of {fn.name}"
            message = f"the arguments {names} share memory, and it writes to {_shown(part)}"
            fail = Block((Raise("AliasedArguments", (Const(message),)),))
            out += [*stmts, If(cond, fail, Block(()))]
    return [*out, *_captured(ctx, typed, [part for part in parts if part.name in written])]


def _captured(ctx: Context, typed: Typed, parts: Sequence[Argument]) -> list[Stmt]:
    """The tests that no argument which the program writes to is memory that it also captures.

    What it captures is a constant of the program, and would not show what was written.
    """
    from ..errors import AliasedArguments
    from ..kernels import overlap

    fn = typed.fn
    used = set(names_in(fn.body))
    arrays = [(n, v) for n, v in fn.namespace.items() if n in used and isinstance(v, np.ndarray) and v.size]
    out: list[Stmt] = []
    for name, value in arrays:
        low, high = bounds(value)
        for part in parts:
            ctx.namespace["touches"] = overlap.touches
            ctx.namespace["AliasedArguments"] = AliasedArguments
            with ctx.collect() as stmts:
                cond = ctx.let("touches", (_fetched(ctx, part), Const(low), Const(high)), nb.boolean)
            message = (f"the argument {_shown(part)} of {fn.name} shares memory with the captured array "
                       f"{name}, and it writes to {_shown(part)}")
            out += [*stmts, If(cond, Block((Raise("AliasedArguments", (Const(message),)),)), Block(()))]
    return out


def _arrays(part: Argument) -> Iterator[Argument]:
    if isinstance(part.type, COMPOUND):
        for item in part.items:
            yield from _arrays(item)
    elif is_array(part.type):
        yield part


def _fetched(ctx: Context, part: Argument) -> Atom:
    """The array; out of its tuple, which the program takes apart later."""
    atom = part.path[0]
    for index in part.path[1:]:
        atom = ctx.let("[]", (atom, index))
    return atom


def _shown(part: Argument) -> str:
    first, *indices = part.path
    assert isinstance(first, Var)
    keys = [i.value for i in indices if isinstance(i, Const)]
    return first.name + "".join(f".{key}" if isinstance(key, Field) else f"[{key!r}]" for key in keys)
