"""What the compiler decided about a derivative, for people to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

from numba import types as nb

from ..core.ir import AdjointLoc, Where, bound_in
from ..core.names import stem
from ..errors import Loc
from ..passes.context import Context, Note
from .options import Options
from .program import TITLES, Program


@dataclass(frozen=True)
class LoopTape:
    """What a loop keeps for the reverse sweep.

    Parameters
    ----------
    loc : Loc or None
        The loop.
    values : tuple of str
        What each iteration records: variables, or the text of expressions.
    size : int
        Bytes for each iteration.
    copies : tuple of str
        Arrays that are copied whole before the loop.
    segmented : bool
        Whether the loop runs in segments: only what a segment starts from is kept, and a segment
        runs again before its reverse, so that its tape stays in the cache.
    last : bool
        Whether nothing is kept but the last iteration in which a branch was taken.
    checkpointed : bool
        Whether snapshots are kept as `adcomp.checkpointed` says, and iterations run again from them.
    """

    loc: Loc | None
    values: tuple[str, ...] = ()
    size: int = 0
    copies: tuple[str, ...] = ()
    segmented: bool = False
    last: bool = False
    checkpointed: bool = False

    def __str__(self) -> str:
        parts = []
        if self.copies:
            parts.append(f"copies {', '.join(self.copies)} before it starts")
        if self.values:
            parts.append(f"records {', '.join(self.values)}: {self.size} bytes an iteration")
        if self.last:
            parts.append("notes the last iteration that took the branch")
        if self.segmented:
            parts.append("runs in segments that fit the cache")
        if self.checkpointed:
            parts.append("keeps a few snapshots, and runs again from them")
        return "; ".join(parts) or "records nothing"


@dataclass(frozen=True)
class Clamp:
    """A projection onto the space of a value: where it is, and what it does.

    One that was inserted is ``kept`` if the program still has it at the end: what it made is used.
    """

    loc: Loc | None
    what: str
    kept: bool = True


@dataclass(frozen=True)
class Explanation:
    """What the compiler decided about a derivative; ``print`` it.

    Parameters
    ----------
    title : str
        The derivative and its arguments.
    active : tuple of str
        The variables that a derivative flows through.
    passive : tuple of str
        The floating-point variables that none flows through.
    loops : tuple of LoopTape
        The loops that have a reverse, in the order of the program.
    frames : tuple of (str, tuple of str)
        The functions that are called rather than inlined, and what each call keeps.
    clamps : tuple of Clamp
        The projections that were inserted.
    erasures : tuple of (Loc, int)
        The lines at which the types proved projections to be the identity, and how many; nothing is
        emitted for them.

    Examples
    --------
    >>> import adcomp
    >>> def power(x, n):
    ...     y = 1.0
    ...     for _ in range(n):
    ...         y = y * x
    ...     return y
    >>> df = adcomp.gradient(power)
    >>> df.explain(2.0, 3).active
    ('x', 'y')
    >>> df.explain(2.0, 3).loops[0].values
    ('y',)
    """

    title: str
    active: tuple[str, ...]
    passive: tuple[str, ...]
    loops: tuple[LoopTape, ...]
    frames: tuple[tuple[str, tuple[str, ...]], ...]
    clamps: tuple[Clamp, ...]
    erasures: tuple[tuple[Loc | None, int], ...]

    @property
    def erased(self) -> int:
        """How many projections the types proved to be the identity."""
        return sum(count for _, count in self.erasures)

    def __str__(self) -> str:
        lines = [self.title, "", f"active    {', '.join(self.active) or '-'}",
                 f"passive   {', '.join(self.passive) or '-'}"]
        rows = [(place(t.loc), text_of(t.loc), str(t)) for t in self.loops]
        rows += [("call", name, f"keeps {', '.join(kept) or 'no named value'}")
                 for name, kept in self.frames]
        widths = [max((len(row[k]) for row in rows), default=0) for k in range(2)]
        lines += ["", "tape" if rows else "tape      none"]
        lines += [f"  {a:<{widths[0]}}  {b:<{widths[1]}}  {c}" for a, b, c in rows]
        kept = sum(c.kept for c in self.clamps)
        lines += ["", f"clamps    {self.erased} erased, {len(self.clamps)} inserted, {kept} kept"]
        lines += [f"  {place(c.loc)}  {c.what}{'' if c.kept else ', not kept'}" for c in self.clamps]
        lines += [f"  {place(loc)}  {count} erased" for loc, count in self.erasures]
        return "\n".join(lines)


def explain(f: FunctionType, argtypes: tuple[Any, ...], kind: Any, options: Options) -> Explanation:
    """Build a derivative program, and tell what was decided on the way.

    The parameters are those of :func:`adcomp.pipeline.program.generate`.
    """
    program = Program(f, options)
    program.entry(argtypes, kind.name)
    ctx = program.context
    contexts = ([] if ctx is None else [ctx]) + program.calls.contexts
    notes = [note for c in contexts for note in c.notes]
    left = {name for fn, _ in program.calls.functions for name in bound_in(fn.body)}
    active, passive = ([], []) if ctx is None else _variables(ctx)
    title = TITLES[kind.name].lower()
    return Explanation(
        f"{title} of {f.__name__}({', '.join(map(str, argtypes))})",
        tuple(active), tuple(passive), tuple(_loops(notes)),
        tuple((n.what[0], n.what[1:]) for n in notes if n.kind == "frame"),
        tuple(Clamp(_place_of(n.loc), n.what[0], n.what[1] in left) for n in notes if n.kind == "clamp"),
        tuple(Counter(_place_of(n.loc) for n in notes if n.kind == "erased").items()),
    )


def _variables(ctx: Context) -> tuple[list[str], list[str]]:
    """The user's variables that carry a derivative, and the others that could."""
    made = {*ctx.shadow.values(), *ctx.snapshots.values()}
    names = [n for n in (*ctx.fn.params, *bound_in(ctx.fn.body))
             if not n.startswith("_") and n not in made and _is_inexact(ctx.types.get(n))]
    active = list(dict.fromkeys(stem(n) for n in names if n in ctx.active))
    return active, [n for n in dict.fromkeys(map(stem, names)) if n not in active]


def _is_inexact(kind: Any) -> bool:
    return isinstance(getattr(kind, "dtype", kind), (nb.Float, nb.Complex))


def _loops(notes: list[Note]) -> Iterator[LoopTape]:
    """One entry for each loop: its notes together."""
    places: dict[Any, list[Note]] = {}
    for note in notes:
        if note.kind in ("tape", "copy", "segments", "last", "checkpoints"):
            places.setdefault(_place_of(note.loc), []).append(note)
    for loc in sorted(places, key=lambda a: (a is None, a and (a.file, a.line, a.column))):
        group = places[loc]
        tapes = [n for n in group if n.kind == "tape"]
        yield LoopTape(
            loc, tuple(dict.fromkeys(w for n in tapes for w in n.what)),
            max((n.size for n in tapes), default=0),
            tuple(dict.fromkeys(w for n in group if n.kind == "copy" for w in n.what)),
            any(n.kind == "segments" for n in group), any(n.kind == "last" for n in group),
            any(n.kind == "checkpoints" for n in group),
        )


def _place_of(loc: Where) -> Loc | None:
    return loc.of if isinstance(loc, AdjointLoc) else loc if isinstance(loc, Loc) else None


def place(loc: Loc | None) -> str:
    """File and line, short."""
    return "?" if loc is None else f"{Path(loc.file or '').name}:{loc.line}"


def text_of(loc: Loc | None) -> str:
    """The line of a place, without its indentation."""
    return "" if loc is None else (loc.text or "").strip()
