"""Mistakes that an implementation of cotangent spaces makes when nobody watches; others are tested beside
what they are mistakes of."""

from __future__ import annotations

import numpy as np
import pytest

import adcomp
from adcomp.errors import TangentError
from adcomp.matrices import Diagonal, ScaledMatrix, Symmetric
from adcomp.tangents.conversions import generic_pullback
from adcomp.testing import check_gradient, finite_difference, to_vec


def test_acceptance_08_zeros_of_a_structure_are_not_elements():
    X_bar = adcomp.gradient(lambda X: np.sum(np.sin(X)))(Diagonal(np.zeros(3)))
    assert isinstance(X_bar, Diagonal) and X_bar.diag.tolist() == [1.0, 1.0, 1.0]
    assert np.count_nonzero(X_bar.dense()) == 3
    # What is not zero at zero makes a dense matrix, of whose entries only the diagonal depends on X.
    X_bar = adcomp.gradient(lambda X: np.sum(np.exp(X)))(Diagonal(np.zeros(3)))
    assert isinstance(X_bar, Diagonal) and X_bar.diag.tolist() == [1.0, 1.0, 1.0]


def test_acceptance_10_vectors_for_differences_have_the_stored_numbers():
    X = Diagonal(np.array([1.0, 2.0]))
    vector, _ = to_vec(X)
    assert vector.tolist() == [1.0, 2.0]
    for form in ("natural", "structural"):
        assert len(to_vec(adcomp.gradient(lambda X: X.sum(), form=form)(X))[0]) == len(vector)


def test_acceptance_13_no_generic_rule_for_an_output_with_fields_to_spare():
    X = ScaledMatrix(np.ones((2, 2)), 2.0)
    with pytest.raises(TangentError, match="ScaledMatrix"):
        generic_pullback(lambda y_bar: (np.sum(X.dense() * y_bar), 3.0 * y_bar), (3.0, X), X)

    def f(c, v, alpha):
        return (c * ScaledMatrix(v, alpha)).alpha

    c_bar, v_bar, alpha_bar = adcomp.gradient(f, wrt=(0, 1, 2))(3.0, np.ones((2, 2)), 2.0)
    assert (c_bar, v_bar.tolist(), alpha_bar) == (2.0, [[0.0, 0.0], [0.0, 0.0]], 3.0)


def test_acceptance_19_jax_gives_the_conjugate():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    z = 1.0 + 2.0j
    ours = adcomp.gradient(lambda z: (z * z * z).real)(z)
    assert ours == pytest.approx(np.conj(complex(jax.grad(lambda z: (z * z * z).real)(z))))
    assert ours != pytest.approx(np.conj(ours))


def test_acceptance_20_differences_are_in_double_precision():
    slope = finite_difference(lambda x: float(np.sin(x)), float(np.float32(1.0)))
    assert slope.value == pytest.approx(np.cos(1.0), rel=1e-12)
    x = np.linspace(0.5, 1.5, 4, dtype=np.float32)
    report = check_gradient(lambda x: np.sum(np.sin(x) * x), x)
    assert report.right and adcomp.gradient(lambda x: np.sum(np.sin(x) * x))(x).dtype == np.float32


def test_both_forms_of_one_gradient():
    X = Symmetric(np.array([[1.0, 2.0], [9.0, 3.0]]))
    df = {form: adcomp.gradient(lambda X: X[0, 1], form=form)(X) for form in ("natural", "structural")}
    assert df["natural"].dense().tolist() == [[0.0, 0.5], [0.5, 0.0]]
    assert df["structural"].data.tolist() == [[0.0, 1.0], [0.0, 0.0]]
