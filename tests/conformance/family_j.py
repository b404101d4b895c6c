"""The toolkit that checks rules."""

from dataclasses import dataclass

import numpy as np

from adcomp import testing
from adcomp.matrices import Diagonal, Symmetric
from adcomp.tangents.lazy import Lazy
from adcomp.tangents.structural import Tangent
from adcomp.tangents.zeros import NoTangent, ZeroTangent
from adcomp.testing import check_pullback, junk_free, rand_tangent, reverse_product, to_vec, to_vec_tangent
from tests.conformance.harness import case


def passes(actual, expected):
    try:
        testing.test_approx(actual, expected)
    except AssertionError:
        return "fail"
    return "pass"


def failure(f, *args, rule, **options):
    try:
        check_pullback(f, *args, rule=rule, **options)
    except testing.CheckFailure as failed:
        return f"fail: {failed.check}"
    return "pass"


def symmetric():
    return Symmetric(np.array([[1.0, 2.0], [9.0, 3.0]]), "U")


@case("J-01")
def a_diagonal_is_its_fields():
    return to_vec(Diagonal(np.array([1.0, 2.0])))[0]


@case("J-02")
def a_symmetric_matrix_is_its_fields():
    return to_vec(symmetric())[0]


@case("J-03")
def a_flag_has_no_tangent():
    t = to_vec_tangent(symmetric())[1](np.array([10.0, 20.0, 90.0, 30.0]))
    np.testing.assert_array_equal(t.data, [[10.0, 20.0], [90.0, 30.0]])
    return t.uplo


@case("J-04")
def identity_of_a_diagonal():
    x = Diagonal(np.array([0.3, -1.2]))
    (x_bar,) = reverse_product(lambda x: x, Tangent(Diagonal, diag=np.array([9.97302, -0.329386])), x)
    assert x_bar.primal_type is Diagonal
    return x_bar.diag


@case("J-05")
def junk_gets_nothing():
    y_bar = np.array([[-0.180472, -0.793039], [0.740994, 0.900423]])
    (x_bar,) = reverse_product(lambda x: junk_free(x), y_bar, symmetric())
    return x_bar.data


@case("J-06")
def hard_zero_and_number():
    return passes(ZeroTangent, 0.0), passes(ZeroTangent, 20.0)


@case("J-07")
def tuples():
    first = (1.5, 2.5, 3.5)
    return passes(first, (1.5, 2.5, 3.5 + 1e-10)), passes(first, (1.5, 2.5, 4.5))


@dataclass
class SinglePair:
    a: np.float32
    b: np.float32


@dataclass
class DoublePair:
    a: float
    b: float


@case("J-08")
def a_missing_field_is_zero():
    return passes(Tangent(DoublePair, a=1.0), Tangent(DoublePair, a=1.0, b=ZeroTangent))


@case("J-09")
def tangents_of_two_types():
    return passes(Tangent(SinglePair, a=1.0, b=2.0), Tangent(DoublePair, a=1.0, b=2.0))


@case("J-10")
def structural_and_natural():
    d = np.array([1.0, 2.0])
    return passes(Tangent(Diagonal, diag=d), Diagonal(d))


@case("J-11")
def a_flag_is_no_tangent():
    return passes(NoTangent, "U")


@case("J-12")
def wrong_factor():
    return failure(lambda x: x, 2.2, rule=lambda x: (x, lambda y_bar: (31.8 * y_bar,)))


@case("J-13")
def wrong_value():
    return failure(lambda x: x, 2.2, rule=lambda x: (2.5 * x, lambda y_bar: (y_bar,)))


@case("J-14")
def one_cotangent_of_two():
    return failure(lambda x, y: x + 2 * y, 2.2, 1.0, rule=lambda x, y: (x + 2 * y, lambda y_bar: (y_bar,)))


@case("J-15")
def zero_for_an_index():
    def rule(a, i):
        def back(y_bar):
            a_bar = np.zeros_like(a)
            a_bar[i] += y_bar
            return a_bar, ZeroTangent

        return a[i], back

    return failure(lambda a, i: a[i], np.array([1.0, 2.0, 3.0]), 1, rule=rule)


@case("J-16")
def wrong_in_place():
    def rule(x):
        def back(y_bar):
            def add_into(buffer):
                buffer += 200 * np.asarray(y_bar)
                return buffer

            return (Lazy(lambda: 1.0 * y_bar, add_into),)

        return x.copy(), back

    return failure(lambda x: x.copy(), np.array([1.0, 2.0]), rule=rule)


@case("J-17")
def two_to_three():
    def two2three(x1, x2):
        return 1.0, 2.0 * x1, 3.0 * x2

    y_bar = (0.5, -1.92, 1.0)
    x1_bar, _ = reverse_product(two2three, y_bar, 3.0, 4.0)
    found = []

    def rule(x1, x2, slope):
        def back(y_bar):
            _, b, c = y_bar
            if b is not ZeroTangent and not found:
                found.append(slope * b)
            return slope * b, 3.0 * c

        return two2three(x1, x2), back

    wrong = failure(two2three, 3.0, 4.0, rule=lambda *x: rule(*x, slope=2.1), y_bar=y_bar)
    assert wrong == "fail: derivative"
    return x1_bar, found[0]


@case("J-18")
def kinds():
    def kind(t):
        if isinstance(t, tuple):
            return f"tuple({', '.join(map(kind, t))})"
        return "vector" if isinstance(t, np.ndarray) and t.ndim == 1 else (
            repr(t) if t is NoTangent or t is ZeroTangent else type(t).__name__)

    values = ("hi", 4, True, 5.0, 5 + 0.4j, (5.0, np.array([1.0, 2.0])), (False, True), [False, True])
    return tuple(kind(rand_tangent(x)) for x in values)


@case("J-19")
def sine_of_a_product():
    a = np.array([[1.0, 2.0], [0.0, 1.0], [1.0, -1.0]])
    (x_bar,) = reverse_product(lambda x: np.sin(a @ x), np.array([1.0, 2.0, -1.0]), np.array([0.5, 0.25]))
    return x_bar
