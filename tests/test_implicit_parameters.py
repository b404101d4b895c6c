"""Gradients by captured arrays: the variable is the memory."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numba
import numpy as np
import pytest

from adcomp import gradient, pullback_rule
from adcomp.errors import AliasedArguments, UnsupportedSyntax, WrtError
from adcomp.implicit_parameters import implicit_gradient
from adcomp.matrices import Diagonal, Symmetric
from adcomp.tangents.memory import Tied

WEIGHTS = np.array([[1.0, -1.0, 2.0], [0.5, 3.0, 1.0]])


@dataclass
class Layer:
    w: np.ndarray
    b: np.ndarray
    scale: float = 1.0


@dataclass
class Model:
    first: Layer
    second: Layer


def by_differences(f, *memory):
    """The slopes of a function without arguments by the contents of arrays."""
    found = []
    for x in memory:
        slopes = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            held, values = x[index], []
            for k in (-2, -1, 1, 2):
                x[index] = held + 1e-3 * k
                values.append(f())
            x[index] = held
            slopes[index] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / 12e-3
        found.append(slopes)
    return found


def check(f, *params):
    grads = implicit_gradient(f, params)
    assert grads.value == pytest.approx(f(), rel=1e-13)
    for x, slopes in zip(params, by_differences(f, *params), strict=True):
        np.testing.assert_allclose(grads[x], slopes, rtol=1e-7, atol=1e-8)
    return grads


def test_a_global():
    check(lambda: np.sum(np.tanh(WEIGHTS) ** 2), WEIGHTS)


def test_views_of_every_kind():
    x = np.linspace(0.5, 2.0, 12)
    for view in (x[::-1], x[1::3], x.reshape(3, 4).T, x.reshape(3, 4)[:, 1], x[None, 2:6],
                 np.broadcast_to(x[:4], (3, 4)), np.lib.stride_tricks.sliding_window_view(x, 5)):
        check(lambda: np.sum(np.sin(view)) * x[0] + np.sum(view * view), x)


def test_objects_tuples_and_dictionaries():
    rng = np.random.default_rng(0)
    model = Model(Layer(rng.normal(size=(3, 2)), rng.normal(size=3)),
                  Layer(rng.normal(size=(2, 3)), rng.normal(size=2), 0.5))
    x = rng.normal(size=2)

    def loss():
        h = np.tanh(model.first.w @ x + model.first.b)
        y = model.second.scale * (model.second.w @ h + model.second.b)
        return np.sum(y**2)

    check(loss, model.first.w, model.first.b, model.second.w, model.second.b)
    pair = (rng.normal(size=3), rng.normal(size=3))
    check(lambda: np.sum(pair[0] * np.exp(pair[1])), *pair)
    table = {"w": rng.normal(size=3), "b": rng.normal(size=3)}
    check(lambda: np.sum(np.cos(table["w"]) * table["b"]), *table.values())
    place = SimpleNamespace(x=x)
    check(lambda: np.sum(place.x**3), x)


class Affine:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def __call__(self, x):
        return self.w @ x + self.b


class Net:
    def __init__(self, rng):
        self.first, self.second = Affine(rng.normal(size=(3, 2)), rng.normal(size=3)), Affine(
            rng.normal(size=(2, 3)), rng.normal(size=2))

    def forward(self, x):
        return self.second(np.tanh(self.first(x)))


def test_methods_of_objects_and_objects_that_are_called():
    net, x = Net(np.random.default_rng(0)), np.array([0.5, -1.0])
    check(lambda: np.sum(net.forward(x) ** 2), net.first.w, net.first.b, net.second.w, net.second.b, x)


def test_slots():
    class Slotted:
        __slots__ = ("x",)

    a = Slotted()
    a.x = np.array([1.0, 2.0])
    check(lambda: np.sum(a.x**3), a.x)


def test_tied_layers_in_an_object():
    w = WEIGHTS.copy()
    tied = SimpleNamespace(enc=w, dec=w.T)
    v = np.array([1.0, 2.0, -1.0])
    grads = check(lambda: np.sum(tied.dec @ np.tanh(tied.enc @ v)), w)
    np.testing.assert_array_equal(grads[tied.dec], grads[w].T)
    assert np.shares_memory(grads[tied.dec], grads[w])
    assert isinstance(grads[w], Tied)


def test_it_is_the_explicit_gradient_of_the_owner():
    x = np.array([1.0, 2.0, 3.0, 4.0])
    a, b = x[:-1], x[1:]
    got = implicit_gradient(lambda: np.sum(a * b**2), [a])
    expected = gradient(lambda x: np.sum(x[:-1] * x[1:] ** 2))(x)
    np.testing.assert_array_equal(got[x], expected)
    np.testing.assert_array_equal(got[a], expected[:-1])
    np.testing.assert_array_equal(got[x[::2]], expected[::2])


def test_inner_functions_see_the_same_arrays():
    x = np.array([0.3, 0.7])

    def scale(v):
        return v * x[0]

    @numba.njit
    def shift(v):
        return v + x

    # Numba would freeze the array that `shift` captures.
    np.testing.assert_allclose(implicit_gradient(lambda: np.sum(scale(shift(x)) ** 2), [x])[x],
                               gradient(lambda x: np.sum(((x + x) * x[0]) ** 2))(x))


def test_a_default_is_a_capture():
    x = np.array([0.3, 0.7])
    y = x[::-1]
    np.testing.assert_allclose(implicit_gradient(lambda y=y: np.sum(x * y**2), [x])[x],
                               gradient(lambda x: np.sum(x * x[::-1] ** 2))(x))


def test_contents_may_change_without_a_new_program():
    x = np.array([1.0, 2.0, 3.0])

    def f():
        return np.sum(x**3)

    first = implicit_gradient(f, [x])
    from adcomp.implicit_parameters import _ENTRIES

    programs = len(_ENTRIES)
    for k in range(3):
        x -= 0.1 * first[x]
        np.testing.assert_allclose(implicit_gradient(f, [x])[x], 3 * x**2)
    assert len(_ENTRIES) == programs


def test_other_arrays_of_the_same_types_take_the_same_program():
    from adcomp.implicit_parameters import _ENTRIES

    def loss_of(x):
        return lambda: np.sum(x**2)

    x, y = np.array([1.0, 2.0]), np.array([5.0, 6.0, 7.0])
    implicit_gradient(loss_of(x), [x])
    programs = len(_ENTRIES)
    np.testing.assert_allclose(implicit_gradient(loss_of(y), [y])[y], 2 * y)
    assert len(_ENTRIES) == programs


def test_other_functions_with_arrays_of_another_layout():
    def loss_of(x, scale):
        place = SimpleNamespace(scale=scale)
        return place, lambda: place.scale * np.sum(x**2)

    x = np.array([1.0, 2.0, 3.0, 4.0])
    place, f = loss_of(x, 2.0)
    np.testing.assert_allclose(implicit_gradient(f, [x])[x], 4 * x)
    place.scale = 3.0
    y = np.linspace(1.0, 2.0, 8)[::2]
    np.testing.assert_allclose(implicit_gradient(loss_of(y, 2.0)[1], [y])[y], 4 * y)
    np.testing.assert_allclose(implicit_gradient(f, [x])[x], 6 * x)
    z = np.linspace(1.0, 2.0, 9)[::3]
    np.testing.assert_allclose(implicit_gradient(loss_of(z, 3.0)[1], [z])[z], 6 * z)


def test_a_captured_number_that_changes_counts():
    layer = Layer(np.ones(2), np.ones(2), 2.0)

    def f():
        return layer.scale * np.sum(layer.w * layer.b)

    np.testing.assert_allclose(implicit_gradient(f, [layer.w])[layer.w], [2, 2])
    layer.scale = 3.0
    layer.b[:] = 5.0
    np.testing.assert_allclose(implicit_gradient(f, [layer.w])[layer.w], [15, 15])


def test_what_is_no_parameter_is_a_constant():
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    grads = implicit_gradient(lambda: np.sum(x * y), [x])
    np.testing.assert_array_equal(grads[x], y)
    assert x in grads and y not in grads
    with pytest.raises(KeyError, match="shares no memory"):
        grads[y]


def test_parameters_that_do_not_count():
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    np.testing.assert_array_equal(implicit_gradient(lambda: np.sum(x), [x, y])[y], [0, 0])
    grads = implicit_gradient(lambda: np.sum(x), [x, y], unused="none")
    assert grads[y] is None
    np.testing.assert_array_equal(grads[x], [1, 1])


def test_writing_into_captured_memory():
    x = np.array([2.0, 3.0, 5.0])
    tail = x[1:]

    def f():
        for i in range(tail.shape[0]):
            tail[i] *= x[0]
        return np.sum(x)

    grads = implicit_gradient(f, [x])
    assert grads.value == 18.0
    np.testing.assert_array_equal(grads[x], [9.0, 2.0, 2.0])
    np.testing.assert_array_equal(x, [2.0, 6.0, 10.0])


def test_parts_of_complex_memory():
    z = np.array([1 + 2j, 3 - 1j])
    re, im = z.real, z.imag
    grads = implicit_gradient(lambda: np.sum(re * re * im) + np.sum(np.abs(z) ** 2), [z])
    np.testing.assert_allclose(grads[z], 2 * re * im + 1j * re**2 + 2 * z)
    np.testing.assert_allclose(grads[re], (2 * re * im + 2 * z).real)


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64])
def test_integers_by_element(dtype):
    n = np.array([1, 2, 3, 4], dtype)
    tail = n[:0:-1]
    grads = implicit_gradient(lambda: np.sum(n[1:] * tail) * 0.5, [n])
    assert grads[n].dtype == np.float64
    np.testing.assert_array_equal(grads[n], [0.0, 4.0, 3.0, 2.0])
    np.testing.assert_array_equal(grads[tail], [2.0, 3.0, 4.0])


def test_single_precision_stays():
    x = np.array([1.0, 2.0], np.float32)
    got = implicit_gradient(lambda: np.sum(x * x), [x])[x]
    assert got.dtype == np.float32


def test_the_buffer_is_laid_out_like_the_owner():
    x = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    got = implicit_gradient(lambda: np.sum(x**2), [x.T])[x]
    assert got.strides == x.strides and not np.shares_memory(got, x)
    np.testing.assert_array_equal(got, 2 * x)


def test_memory_read_as_another_dtype_is_refused():
    x = np.array([1.0, 2.0])
    bits = x.view(np.int64)
    with pytest.raises(AliasedArguments, match=r"float64 and as int64"):
        implicit_gradient(lambda: np.sum(x) + np.sum(bits), [x])


def test_memory_of_bytes_may_hold_floats():
    raw = np.zeros(40, np.uint8)
    x = raw[8:32].view(np.float64)
    x[:] = [1, 2, 3]
    np.testing.assert_array_equal(implicit_gradient(lambda: np.sum(x**2), [x])[x], [2, 4, 6])


def test_bad_parameters():
    x = np.array([1.0])
    with pytest.raises(TypeError, match="float"):
        implicit_gradient(lambda: np.sum(x), [1.0])
    with pytest.raises(WrtError, match="bool"):
        implicit_gradient(lambda: np.sum(x), [np.array([True])])
    with pytest.raises(TypeError, match="parameter 'y'"):
        implicit_gradient(lambda y: np.sum(x * y), [x])


def test_an_array_made_by_a_property_is_refused():
    class Box:
        def __init__(self, x):
            self.x = x

        @property
        def t(self):
            return self.x.T

    a = Box(WEIGHTS)
    with pytest.raises(UnsupportedSyntax, match="made while"):
        implicit_gradient(lambda: np.sum(a.t), [WEIGHTS])


def test_arrays_that_a_rule_captures_are_refused():
    @numba.njit
    def opaque(x):
        return x * WEIGHTS[0, 0]

    @pullback_rule(opaque)
    def _(x, y_bar):
        return y_bar * WEIGHTS[0, 0]

    x = np.array([1.0])
    with pytest.raises(UnsupportedSyntax, match="captures an array"):
        implicit_gradient(lambda: opaque(x[0]), [x])


def test_recursion_that_captures_is_refused():
    x = np.array([1.0, 2.0])

    @numba.njit
    def power(k):
        return 1.0 if k == 0 else x[0] * power(k - 1)

    with pytest.raises(UnsupportedSyntax, match="captures an array"):
        implicit_gradient(lambda: power(3) * x[1], [x])


def test_an_attribute_that_changes_is_noticed():
    class Local:  # which no pickle knows
        scale = 2.0

        def __init__(self):
            self.shift = 1.0

    a = Local()

    def f(x):
        return a.scale * x + a.shift * x

    assert gradient(f)(1.0) == 3.0
    a.shift = 5.0
    assert gradient(f)(1.0) == 7.0
    Local.scale = 4.0
    assert gradient(f)(1.0) == 9.0


def test_captured_structures():
    x, v = np.array([1.0, 2.0, 3.0]), np.array([1.0, -1.0, 0.5])
    matrix = Diagonal(x)
    check(lambda: np.sum((matrix @ v) ** 2) + np.sum(x), x, v)
    data = np.array([[1.0, 2.0], [7.0, 3.0]])
    model = SimpleNamespace(a=Symmetric(data, "U"), b=np.ones(2))
    z = np.array([1.0, 2.0])
    got = check(lambda: np.sum((model.a @ z + model.b) ** 2), data, model.b)[data]
    assert got[1, 0] == 0.0  # is not read
