"""What would have a silently wrong or zero gradient is refused, with the line."""

from __future__ import annotations

import numpy as np
import pytest

import adcomp
from adcomp.errors import NoRuleError, UnsupportedSyntax


def broadcast_and_written_to(x):
    y = np.broadcast_to(x, (2, 3))
    x[0] = 2.0 * x[1]
    return np.sum(y * y)


def windows_that_are_written_to(x):
    y = np.lib.stride_tricks.sliding_window_view(x, 2)
    y[0, 0] = 2.0
    return np.sum(y * y)


def split_into_an_unknown_number(x):
    parts = np.split(x, x.size)
    return parts[0][0] * parts[1][0]


def stored_in_a_part_of_constants(x):
    constants = np.ones(x.size)
    parts = np.split(constants, x.size)
    parts[0][0] = x[0]
    return constants[0] * 3.0


def windows_that_overlap(x):
    windows = np.lib.stride_tricks.as_strided(x, (2, 2), (x.strides[0], x.strides[0]))
    return np.sum(windows * windows)


def bytes_as_integers(x):
    return 1.0 * np.sum(x.view(np.int64))


def iterated_by_nditer(x):
    total = 0.0
    for v in np.nditer(x):
        total += v.item() ** 2
    return total


def flat_and_written_to(x):
    a = np.outer(x, x)
    flat = a.T.flat
    a[0, 0] = x[1]
    return flat[0] * flat[1]


def fortran_order_or_not(x):
    y = np.asfortranarray(x[::1])
    y[0] = 2.0 * x[1]
    return x[0] * y[0]


def contiguous_or_not(x):
    y = np.ascontiguousarray(x[::1])
    y[0] = 2.0 * x[1]
    return x[0] * y[0]


def repeated_less_than_never(x):
    return np.sum(np.repeat(x, -1))


@pytest.mark.parametrize(
    ("f", "error"),
    [
        (broadcast_and_written_to, UnsupportedSyntax),
        (windows_that_are_written_to, UnsupportedSyntax),
        (split_into_an_unknown_number, NoRuleError),
        (stored_in_a_part_of_constants, NoRuleError),
        (windows_that_overlap, NoRuleError),
        (bytes_as_integers, UnsupportedSyntax),
        (iterated_by_nditer, UnsupportedSyntax),
        (repeated_less_than_never, UnsupportedSyntax),
        (flat_and_written_to, UnsupportedSyntax),
        (fortran_order_or_not, UnsupportedSyntax),
        (contiguous_or_not, UnsupportedSyntax),
    ],
    ids=lambda value: value.__name__,
)
def test_refused_with_its_line(f, error):
    with pytest.raises(error) as caught:
        adcomp.gradient(f, cache=False)(np.array([0.7, 1.5, 0.3]))
    assert caught.value.loc.line > f.__code__.co_firstlineno
    assert caught.value.hint
