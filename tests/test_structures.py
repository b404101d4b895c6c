"""Structures in compiled code: made, passed, and differentiated by their fields."""

from __future__ import annotations

import numbers

import numba
import numpy as np
import pytest

import adcomp
from adcomp import errors
from adcomp.errors import UnsupportedSyntax
from adcomp.tangents.structural import Tangent
from adcomp.tangents.structures import structure
from tests import differences


@structure(static=("kind",), passive=("n",))
class Poly:
    """A polynomial, and a number and a flag that have no derivative."""

    coefficients: np.ndarray
    n: int
    kind: str = "plain"

    def __call__(self, x):
        return self.value(x)

    def value(self, x, scale=1.0):
        y = 0.0 * x
        for k in range(self.n - 1, -1, -1):
            y = y * x + self.coefficients[k]
        if self.kind == "squared":
            return scale * y * y
        return scale * y

    @property
    def doubled(self):
        return Poly(2.0 * self.coefficients, self.n, self.kind)

    @staticmethod
    def constant(c):
        return Poly(np.array([c]), 1)

    def __add__(self, other):
        if isinstance(other, Poly):
            return Poly(self.coefficients + other.coefficients, self.n)
        return NotImplemented

    def __mul__(self, other):
        return Poly(self.coefficients * other, self.n, self.kind)

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return Poly(-self.coefficients, self.n, self.kind)

    def __getitem__(self, k):
        return self.coefficients[k]


@structure
class Pair:
    first: Poly
    second: Poly
    weight: float


COEFFICIENTS = np.array([0.5, -1.0, 2.0])


def of_value(p, x):
    return p.value(x)


def of_operators(p, x):
    q = 2.0 * (p + p) * x
    return (-q).doubled.value(x, 3.0) + q[1] * p[2]


def in_a_loop(p, x):
    q = p
    for _ in range(3):
        q = q * x
    return q.value(x)


def in_branches(p, x):
    if x > 0.0:
        q = p * x
    else:
        q = p
    return q.value(x)


def made_inside(p, x):
    return Poly.constant(x).value(2.0) * Poly(p.coefficients, p.n, "squared").value(x)


PROGRAMS = [of_value, of_operators, in_a_loop, in_branches, made_inside]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("kind", ["plain", "squared"])
def test_gradients(f, kind):
    p = Poly(COEFFICIENTS.copy(), 3, kind)
    p_bar, x_bar = adcomp.gradient(f, wrt=(0, 1))(p, 1.3)
    assert isinstance(p_bar, Tangent) and set(p_bar.fields) == {"coefficients"}

    def flat(c, x):
        return f(Poly(c, 3, kind), x)

    for k, got in enumerate((p_bar.coefficients, x_bar)):
        wanted, error = differences.gradient(flat, lambda: (COEFFICIENTS.copy(), 1.3), k)
        np.testing.assert_allclose(got, wanted, rtol=1e-8, atol=1e-8 + error)


@pytest.mark.parametrize("f", PROGRAMS[:-1], ids=lambda f: f.__name__)
def test_numba_computes_what_python_does(f):
    p = Poly(COEFFICIENTS.copy(), 3, "squared")
    np.testing.assert_allclose(numba.njit(f)(p, 1.3), f(p, 1.3), rtol=1e-14)


def test_a_structure_made_in_compiled_code_comes_back():
    @numba.njit
    def f(x):
        return Poly(np.full(2, x), 2, "squared")

    p = f(2.0)
    assert isinstance(p, Poly) and p.kind == "squared" and p.n == 2
    assert p.coefficients.tolist() == [2.0, 2.0]


def test_structures_nest():
    def f(pair, x):
        return pair.weight * (pair.first + pair.second).value(x)

    pair = Pair(Poly(COEFFICIENTS, 3), Poly(2.0 * COEFFICIENTS, 3), 0.5)
    pair_bar = adcomp.gradient(f)(pair, 2.0)
    assert pair_bar.weight == pytest.approx(3.0 * Poly(COEFFICIENTS, 3).value(2.0))
    assert pair_bar.first.coefficients.tolist() == [0.5, 1.0, 2.0]


def test_a_pullback_takes_and_gives_structures():
    def f(p, c):
        return p * c, c

    pb = adcomp.pullback(f)
    p = Poly(COEFFICIENTS.copy(), 3)
    (q, _), back = pb(p, 3.0)
    assert isinstance(q, Poly) and q.coefficients.tolist() == [1.5, -3.0, 6.0]
    p_bar, c_bar = back((Tangent(Poly, coefficients=np.array([1.0, 0.0, 2.0])), 1.0))
    assert p_bar.coefficients.tolist() == [3.0, 0.0, 6.0] and c_bar == 5.5
    p_bar, c_bar = back((None, 1.0))
    assert p_bar.coefficients.tolist() == [0.0, 0.0, 0.0] and c_bar == 1.0


def test_a_derivative_is_called_with_structures_from_compiled_code():
    df = adcomp.gradient(of_value)

    @numba.njit
    def use(p):
        return df(p, 2.0).coefficients

    assert use(Poly(COEFFICIENTS, 3)).tolist() == [1.0, 2.0, 4.0]


def test_a_structure_that_is_captured_is_a_constant():
    captured = Poly(COEFFICIENTS, 3)
    assert adcomp.gradient(lambda x: captured.value(x))(2.0) == pytest.approx(-1.0 + 8.0)


def test_a_static_field_has_to_be_a_constant():
    def f(p, kind):
        return Poly(p.coefficients, 3, kind).value(1.0)

    with pytest.raises(UnsupportedSyntax, match="kind of Poly has to be a constant"):
        adcomp.gradient(f)(Poly(COEFFICIENTS, 3), 1)


def test_an_operator_that_is_not_defined_is_refused():
    with pytest.raises(UnsupportedSyntax, match=r"\+ is not defined between Poly and an array or number"):
        adcomp.gradient(lambda p, x: (p + x)[0])(Poly(COEFFICIENTS, 3), 1.0)


def test_a_changed_method_is_another_program():
    from adcomp.backend.fingerprint import type_key

    def make(c):
        @structure
        class Scaled:
            x: float

            def value(self):
                return c * self.x

        return Scaled

    one, other = (type_key(numba.typeof(make(c)(1.0))) for c in (2.0, 3.0))
    assert one != other


def test_a_function_that_is_called_like_a_kernel():
    def along(x):
        return np.sum(np.abs(x + 1j * x) ** 3)

    df = adcomp.gradient(along)
    second = adcomp.gradient(lambda x: df(x)[0])(np.array([1.0, 2.0]))
    np.testing.assert_allclose(second, [6.0 * 2.0 ** 1.5, 0.0], rtol=1e-12)


@pytest.mark.parametrize("kind", [numbers.Integral, str, tuple, list, np.ndarray, object])
def test_isinstance_of_what_is_no_structure_is_refused(kind):
    def f(x, other):
        return 2.0 * x if isinstance(other, kind) else 3.0 * x

    for other in (3, np.ones(2), "a"):
        with pytest.raises(UnsupportedSyntax, match="isinstance"):
            adcomp.gradient(f)(1.0, other)


@pytest.mark.parametrize("f", [
    lambda p: len(p) * p.value(1.0), lambda p: sum(p)[0], lambda p: max(*p),
    lambda p: (1.0 if p else 2.0) * p[0],
    lambda p: p[0] if p == p else 0.0, lambda p: [c for c in p][0][0], lambda p: tuple(p)[0][0],
    lambda p: min(p)[0], lambda p: p[0] if p[1] in p else 0.0,
])
def test_a_structure_is_no_tuple_of_its_fields(f):
    with pytest.raises(errors.AdcompError):
        adcomp.gradient(f)(Poly(COEFFICIENTS, 3))


@structure
class Base:
    x: np.ndarray

    def dense(self):
        return self.x * 100.0

    def entry(self, i, j):
        return self.x[i] * 100.0

    def __getitem__(self, k):
        return self.x[k + 1]

    def __add__(self, other):
        return self.x[0] + other.x[0]

    def __radd__(self, other):
        return other.x[0] - self.x[0]


@structure
class Derived(Base):
    x: np.ndarray

    def __radd__(self, other):
        return 10.0 * other.x[0] * self.x[0]


@pytest.mark.parametrize("f", [
    lambda a, b: a + b, lambda a, b: b + a, lambda a, b: a + a, lambda a, b: a[0] * b[0]])
def test_python_chooses_the_method(f):
    a, b = Base(np.array([2.0, 3.0])), Derived(np.array([5.0, 7.0]))
    value, _ = adcomp.value_and_gradient(f)(a, b)
    assert value == numba.njit(f)(a, b) == f(a, b)
