"""When memory is written: may what was read still be there in the reverse sweep?

Requires: verified Core and its aliases.
Ensures:  ``overwritten(name, array)`` is False only if no statement that may run after the
          statement that defines ``name`` writes to memory that ``array`` may mean. ``unsteady`` are the
          sites that others may write to once the function has returned.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..core.ir import Atom, Block, Call, Function, SetItem, blocks_of, defined_by
from .alias import Aliases, Site, Sites

Path = tuple[int, ...]


@dataclass(frozen=True)
class Store:
    """A statement that writes: its place in program order, the loops around it, the memory."""

    position: int
    loops: Path
    sites: Sites
    stmt: SetItem | Call


class Timeline:
    """The order of the statements of a function."""

    def __init__(self, fn: Function, aliases: Aliases, unsteady: frozenset[str] = frozenset()) -> None:
        self.aliases, self.unsteady = aliases, unsteady
        self.position: dict[str, int] = {}
        self.loops: dict[str, Path] = {}
        self.stores: list[Store] = []
        self._clock = 0
        for name in fn.params:
            self.position[name], self.loops[name] = -1, ()
        self._visit(fn.body, ())

    def _visit(self, block: Block, loops: Path) -> None:
        from ..core.ir import For, While

        for stmt in block.stmts:
            self._clock += 1
            for name in defined_by(stmt):
                self.position[name], self.loops[name] = self._clock, loops
            match stmt:
                case SetItem(array=array):
                    self._write(stmt, array, loops)
                case Call(args=args, mutates=mutates):
                    for k in mutates:
                        self._write(stmt, args[k], loops)
            inner = (*loops, id(stmt)) if isinstance(stmt, (For, While)) else loops
            for part in blocks_of(stmt):
                self._visit(part, inner)

    def _write(self, stmt: SetItem | Call, array: Atom, loops: Path) -> None:
        self.stores.append(Store(self._clock, loops, self.aliases.of(array), stmt))

    def overwritten(self, name: str, array: Atom) -> bool:
        """May the memory of ``array`` change after the statement that defines ``name``?"""
        position, loops = self.position[name], self.loops[name]
        return any(
            site.name in self.unsteady or any(
                hit.name == site.name and self._after(site, position, loops, hit, store)
                for store in self.stores for hit in store.sites
            )
            for site in self.aliases.of(array)
        )

    def _after(self, site: Site, position: int, loops: Path, hit: Site, store: Store) -> bool:
        home = self.aliases.home.get(site.name, ())
        if site.old and not hit.old:  # the store is to this iteration's array, the read to an older
            return False
        if hit.old and not site.old:  # a later iteration may write to this iteration's array
            return True
        region = home[:-1] if site.old else home
        if store.position > position:
            return True
        return len(_common(loops, store.loops)) > len(region)


def _common(a: Path, b: Path) -> Path:
    n = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        n += 1
    return a[:n]
