"""The algebra of hard zeros, of derivatives that are not implemented, and of lazy ones."""

import copy
import pickle

import numpy as np
import pytest

from adcomp.errors import AdcompError, ShapeMismatch
from adcomp.tangents import Lazy, NoTangent, NotImplementedTangent, Tangent, ZeroTangent, is_hard_zero

MISSING = NotImplementedTangent("order")
OTHERS = [1, 2.5, 1 + 2j, np.float32(1.5), np.ones((2, 2)), np.ones(2, complex), (1.0, 2.0),
          Tangent(complex, re=1.0)]


@pytest.mark.parametrize("zero", [NoTangent, ZeroTangent])
@pytest.mark.parametrize("other", OTHERS, ids=lambda x: type(x).__name__)
def test_adding_a_hard_zero_changes_nothing(zero, other):
    assert zero + other is other
    if not isinstance(other, tuple):  # a tuple concatenates, and refuses
        assert np.all(other + zero == other) and type(other + zero) is type(other)
        assert np.all(other - zero == other)
        if not isinstance(other, Tangent):
            assert np.all(zero - other == -other)


@pytest.mark.parametrize("zero", [NoTangent, ZeroTangent])
@pytest.mark.parametrize("other", [x for x in OTHERS if not isinstance(x, tuple)],
                         ids=lambda x: type(x).__name__)
def test_a_hard_zero_annihilates(zero, other):
    assert zero * other is zero and other * zero is zero
    assert zero * np.inf is zero and np.nan * zero is zero
    if not isinstance(other, Tangent):
        assert zero / other is zero


def test_two_hard_zeros():
    assert NoTangent + ZeroTangent is NoTangent and ZeroTangent + NoTangent is NoTangent
    assert ZeroTangent - NoTangent is NoTangent and NoTangent - ZeroTangent is NoTangent
    assert NoTangent * ZeroTangent is ZeroTangent and ZeroTangent * NoTangent is ZeroTangent
    assert NoTangent * NoTangent is NoTangent and ZeroTangent + ZeroTangent is ZeroTangent
    assert -NoTangent is NoTangent and -ZeroTangent is ZeroTangent


@pytest.mark.parametrize("zero", [NoTangent, ZeroTangent])
def test_linear_operations_give_it_back(zero):
    assert zero.T is zero and zero.conj() is zero and zero[1:, 0] is zero and zero.real is zero
    assert zero.sum(axis=0) is zero and zero.reshape(2, 3) is zero
    assert np.conj(zero) is zero and np.sum(zero) is zero and np.real(zero) is zero
    assert np.reshape(zero, (1, 2)) is zero and np.transpose(zero) is zero and np.negative(zero) is zero
    assert np.ones((2, 2)) @ zero is zero and zero @ np.ones(2) is zero


def test_a_hard_zero_cannot_be_iterated_divided_by_or_stored():
    with pytest.raises(TypeError):
        iter(ZeroTangent)
    with pytest.raises(ZeroDivisionError):
        1.0 / ZeroTangent
    with pytest.raises(ZeroDivisionError):
        np.ones(2) / ZeroTangent
    with pytest.raises(TypeError):
        np.exp(ZeroTangent)
    x = np.ones(2)
    with pytest.raises(TypeError):
        x *= ZeroTangent
    x += ZeroTangent
    assert isinstance(x, np.ndarray) and np.all(x == 1)
    with pytest.raises(AttributeError):
        ZeroTangent.value = 1


def test_there_is_one_of_each():
    for zero in (NoTangent, ZeroTangent):
        assert copy.deepcopy(zero) is zero and copy.copy(zero) is zero
        assert pickle.loads(pickle.dumps(zero)) is zero
        assert is_hard_zero(zero)
    assert repr(NoTangent) == "NoTangent" and not is_hard_zero(0.0) and not is_hard_zero(MISSING)


@pytest.mark.parametrize("other", [*OTHERS[:6], NoTangent, ZeroTangent, MISSING, OTHERS[-1]], ids=repr)
def test_not_implemented_wins_every_sum(other):
    assert MISSING + other is MISSING and other + MISSING is MISSING


def test_not_implemented_may_be_scaled_and_annihilated():
    assert 2 * MISSING is MISSING and MISSING * np.ones(2) is MISSING
    assert MISSING * ZeroTangent is ZeroTangent and NoTangent * MISSING is NoTangent


@pytest.mark.parametrize("use", [
    lambda m: m - 1.0, lambda m: 1.0 - m, lambda m: ZeroTangent - m, lambda m: m / 2, lambda m: 2 / m,
    lambda m: ZeroTangent / m, lambda m: -m, lambda m: m.T, lambda m: m[0], lambda m: m.conj(),
    lambda m: m.zero(), float, lambda m: np.ones(2) - m,
])
def test_any_other_use_of_not_implemented_says_where_the_rule_is(use):
    missing = NotImplementedTangent("order of the Bessel function")
    with pytest.raises(AdcompError, match="not implemented: order of the Bessel function") as raised:
        use(missing)
    assert raised.value.loc.file == __file__
    assert "NotImplementedTangent(" in str(raised.value)  # the line is shown


def test_lazy_is_computed_once_and_only_when_read():
    calls = []
    lazy = Lazy(lambda: calls.append(1) or np.array([1.0, 2.0]))
    assert (lazy + ZeroTangent) is lazy and NoTangent + lazy is lazy and ZeroTangent * lazy is ZeroTangent
    assert not calls
    np.testing.assert_array_equal(np.ones(2) + lazy, [2.0, 3.0])
    np.testing.assert_array_equal(lazy - 1.0, [0.0, 1.0])
    np.testing.assert_array_equal(1.0 - lazy, [0.0, -1.0])
    np.testing.assert_array_equal(-lazy * 2 / 4, [-0.5, -1.0])
    np.testing.assert_array_equal(np.asarray(lazy), [1.0, 2.0])
    assert Lazy(lambda: lazy).force() is lazy.force() and calls == [1]


def test_the_routine_of_a_lazy_cotangent_is_verified_on_request():
    value = np.array([1.0, 2.0])

    def honest(buffer):
        buffer += value
        return buffer

    def twice(buffer):
        buffer += 2 * value
        return buffer

    x = np.ones(2)
    assert Lazy(lambda: value, honest).add_into(x, verify=True) is x
    np.testing.assert_array_equal(x, [2.0, 3.0])
    with pytest.raises(AdcompError, match="something else"):
        Lazy(lambda: value, twice).add_into(np.ones(2), verify=True)
    with pytest.raises(AdcompError, match="another array"):
        Lazy(lambda: value, lambda buffer: buffer + value).add_into(np.ones(2))
    with pytest.raises(ShapeMismatch):
        Lazy(lambda: np.ones((2, 2)), honest).add_into(np.ones(2), verify=True)
