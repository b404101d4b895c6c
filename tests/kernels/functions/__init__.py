"""What is tested of every array function: expressions, by the op that they are about."""

from . import cumulative, indexing, joins, products, ranges, triangles, views
from ._cases import Case

#: the cases of every op
CASES: dict[str, tuple[Case, ...]] = {
    **cumulative.CASES, **indexing.CASES, **joins.CASES, **products.CASES, **ranges.CASES,
    **triangles.CASES, **views.CASES,
}

__all__ = ["CASES", "Case"]
