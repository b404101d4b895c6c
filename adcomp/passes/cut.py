"""What to keep and what to compute again: a minimum vertex cut.

Requires: the values that are needed, and for each what it can be computed from.
Ensures:  the cheapest set of values to keep from which all needed ones can be computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np


class FREE:
    """Marks a value that is at hand anyway."""


def minimum_cut(
    needed: Iterable[str], sources: Callable[[str], tuple[str, ...] | None | type[FREE]],
    weight: Callable[[str], int],
) -> tuple[set[str], set[str]]:
    """Split the values behind ``needed`` into those to keep and those to compute again.

    Parameters
    ----------
    needed : names of the values that must be at hand.
    sources : tells what a value is computed from: names, None if it can't be computed again, FREE
        if it is at hand.
    weight : the cost of keeping a value.

    Returns
    -------
    kept, again : sets of names

    Examples
    --------
    >>> flow = {"x": None, "y": ("x",), "z": ("x", "y"), "i": FREE}
    >>> kept, again = minimum_cut(["y", "z", "i"], flow.__getitem__, lambda name: 8)
    >>> kept, sorted(again)
    ({'x'}, ['y', 'z'])
    """
    graph: dict[str, tuple[str, ...] | None] = {}
    pending = list(needed)
    wanted = {n for n in pending if sources(n) is not FREE}
    while pending:
        name = pending.pop()
        if name in graph:
            continue
        found = sources(name)
        if found is FREE:
            continue
        assert not isinstance(found, type)
        graph[name] = found
        pending += found or ()
    graph = {n: None if f is None else tuple(m for m in f if m in graph) for n, f in graph.items()}
    if not any(f is None for f in graph.values()):
        return set(), set(graph)
    kept = _cut(graph, wanted, weight)
    again: set[str] = set()
    pending = list(wanted)
    while pending:
        name = pending.pop()
        if name not in kept and name not in again:
            again.add(name)
            pending += graph[name] or ()
    kept &= wanted | {m for n in again for m in graph[n] or ()}
    return kept, again


def _cut(graph: dict[str, tuple[str, ...] | None], wanted: set[str],
         weight: Callable[[str], int]) -> set[str]:
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    names = list(graph)
    number = {n: k for k, n in enumerate(names)}
    source, sink, count = 2 * len(names), 2 * len(names) + 1, 2 * len(names) + 2
    endless = 10**8
    edges: dict[tuple[int, int], int] = {}
    for name, k in number.items():
        edges[2 * k, 2 * k + 1] = weight(name)
        if graph[name] is None:
            edges[source, 2 * k] = endless
        for other in graph[name] or ():
            edges[2 * number[other] + 1, 2 * k] = endless
        if name in wanted:
            edges[2 * k + 1, sink] = endless
    rows, columns = zip(*edges, strict=True)
    shape = (count, count)
    capacity = csr_matrix((np.array(list(edges.values()), np.int32), (rows, columns)), shape)
    flow = maximum_flow(capacity, source, sink).flow
    rest = capacity - flow
    rest.data = np.maximum(rest.data, 0)
    rest.eliminate_zeros()
    reached = set(breadth_first_order(rest, source, return_predecessors=False).tolist())
    return {n for n, k in number.items() if 2 * k in reached and 2 * k + 1 not in reached}
