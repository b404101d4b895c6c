"""What simplify takes out of a derivative."""

from __future__ import annotations

import numpy as np
import pytest

import adcomp


def test_a_condition_that_has_not_raised_is_not_asked_again():
    def f(x, n):
        if n < 2:
            raise ValueError("too few")
        total = 0.0
        for i in range(n):
            if n < 2:
                raise ValueError("too few")
            total += x[i] * x[i]
        return total

    df = adcomp.gradient(f, cache=False)
    np.testing.assert_array_equal(df(np.arange(3.0), 3), [0.0, 2.0, 4.0])
    assert df.source.count("raise ValueError") == 1
    with pytest.raises(ValueError, match="too few"):
        df(np.arange(3.0), 1)


def test_a_condition_of_a_branch_is_asked_outside_of_it():
    def f(x, careful):
        few = x.size < 2
        if careful:
            if few:
                raise ValueError("too few")
        return x[0] * x[0] if few else x[1] * x[1]

    df = adcomp.gradient(f, cache=False)
    np.testing.assert_array_equal(df(np.array([3.0]), False), [6.0])
    np.testing.assert_array_equal(df(np.array([3.0, 4.0]), True), [0.0, 8.0])
    with pytest.raises(ValueError, match="too few"):
        df(np.array([3.0]), True)


def test_integers_are_not_shifted_by_nothing():
    def f(x, k):
        return x[k + 0] * x[k - 0] + (x[0] + 0)

    df = adcomp.gradient(f, cache=False)
    np.testing.assert_array_equal(df(np.arange(3.0), 2), [1.0, 0.0, 4.0])
    code = [line for line in df.source.splitlines() if not line.strip().startswith("#")]
    assert "k - 0" not in "".join(code) and "k + 0" not in "".join(code)
