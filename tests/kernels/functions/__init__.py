"""What is tested of every array function: expressions, by the op that they are about."""

from . import cumulative, indexing, reductions, selection, shape, sorting, statistics
from ._cases import Case

#: the cases of every op
CASES: dict[str, tuple[Case, ...]] = {
    **cumulative.CASES, **indexing.CASES, **reductions.CASES, **selection.CASES, **shape.CASES,
    **sorting.CASES, **statistics.CASES,
}

__all__ = ["CASES", "Case"]
