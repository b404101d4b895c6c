"""What is tested of every array function: expressions, by the op that they are about."""

from . import cumulative, indexing, random, shape, signal, transforms
from ._cases import Case

#: the cases of every op
CASES: dict[str, tuple[Case, ...]] = {**cumulative.CASES, **indexing.CASES, **random.CASES, **shape.CASES,
                                     **signal.CASES, **transforms.CASES}

__all__ = ["CASES", "Case"]
