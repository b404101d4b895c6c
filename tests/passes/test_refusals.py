"""What would have a silently wrong or zero gradient is refused, with the line."""

from __future__ import annotations

import numpy as np
import pytest

import adcomp
from adcomp.errors import NoRuleError, UnsupportedSyntax


def sorted_product(x):
    y = np.sort(x)
    return y[0] * y[1]


def sorted_in_place(x):
    y = x.copy()
    y.sort()
    return y[0] * y[1]


def broadcast_explicitly(x):
    return np.sum(np.broadcast_to(x, (2, 3)))


def bytes_as_integers(x):
    return 1.0 * np.sum(x.view(np.int64))


def iterated_flat(x):
    total = 0.0
    for v in x.flat:
        total += v * v
    return total


def in_another_order(x):
    a = np.outer(x, x)
    return np.sum(np.asfortranarray(a) ** 2)


def contiguous_or_not(x):
    y = np.ascontiguousarray(x[::1])
    y[0] = 2.0 * x[1]
    return x[0] * y[0]


@pytest.mark.parametrize(
    ("f", "error"),
    [
        (sorted_product, NoRuleError),
        (sorted_in_place, NoRuleError),
        (broadcast_explicitly, NoRuleError),
        (bytes_as_integers, UnsupportedSyntax),
        (iterated_flat, NoRuleError),
        (in_another_order, UnsupportedSyntax),
        (contiguous_or_not, UnsupportedSyntax),
    ],
    ids=lambda value: value.__name__,
)
def test_refused_with_its_line(f, error):
    with pytest.raises(error) as caught:
        adcomp.gradient(f, cache=False)(np.array([0.7, 1.5, 0.3]))
    assert caught.value.loc.line > f.__code__.co_firstlineno
    assert caught.value.hint
