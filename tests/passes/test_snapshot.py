"""Copies of arrays in place of records of their elements: where they are made, and where not."""

import numpy as np
import pytest

import adcomp
from tests.zoo import snapshots as zoo


def source(f, *args, **options):
    return adcomp.gradient(f, **options).source_for(*args)


A, X = np.ones((3, 3)), np.ones(3)


@pytest.mark.parametrize(
    "f, args, copies",
    [
        (zoo.recurrent_layer, (A, np.ones((4, 3))), {"h_then"}),
        (zoo.powers_of_matrix, (np.ones((4, 4)), np.ones(4), 3), {"u_then"}),
        (zoo.five_points, (np.ones((5, 6)), 3), {"u_then"}),
        (zoo.layer_in_while, (A, X, 4), {"h_then"}),
        (zoo.overwritten_after_all, (A, X), {"h_then"}),
        (zoo.layer_in_branch, (A, X, np.ones(4)), set()),
        (zoo.changed_between_rows, (A, X), set()),
        (zoo.view_changed_between_rows, (A, np.ones((4, 3))), set()),
    ],
)
def test_where_copies_are_made(f, args, copies):
    text = source(f, *args, wrt=(0, 1))
    found = {word for word in ("u_then", "v_then", "h_then", "row_then") if f"{word} = " in text}
    assert found == copies


def test_a_few_elements_of_a_long_array_are_recorded_alone():
    def f(x, c, n):
        u = x.copy()
        for _ in range(n):
            s = 0.0
            for i in range(2):
                for j in range(2):
                    s += u[j] * c[i] * u[j]
            u[0] = s
            u[1] = s * s
        return u[0]

    assert "u_then" not in source(f, np.ones(1000), np.ones(2), 3)


def test_linear_reads_need_no_copy():
    def f(a, x, n):
        u = x.copy()
        v = np.empty_like(u)
        for _ in range(n):
            for i in range(u.size):
                s = 0.0
                for j in range(u.size):
                    s += a[i, j] * u[j]
                v[i] = s
            u, v = v, u
        return np.sum(u)

    assert "u_then" not in source(f, A, X, 3, wrt=1)
    assert "u_then" in source(f, A, X, 3, wrt=0)
