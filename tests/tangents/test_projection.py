"""What projectors accept, give and refuse, kind by kind."""

import datetime
import decimal
import enum
import functools
import random
import re
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest
from numba import complex64, float32, float64, int32, njit, typed, types
from numba.experimental import jitclass, structref

from adcomp.errors import ShapeMismatch, TangentError
from adcomp.matrices import Diagonal, Symmetric
from adcomp.tangents import (
    Lazy,
    NoTangent,
    NotImplementedTangent,
    Tangent,
    ZeroTangent,
    clamptype,
    projector,
    register_componentwise,
    register_projector,
    zero_tangent,
)


class Colour(enum.Enum):
    RED = 1.5


class Level(enum.IntEnum):
    LOW = 1


def shown(value):
    """A value's text, the same in every process."""
    return re.sub(r" at 0x\w+", "", repr(value), flags=re.IGNORECASE)


NOTHING = [
    True, np.True_, Level.LOW, Colour.RED, None, "cde", b"cde", slice(3), range(3), float, np.float64,
    np.dtype("f8"), np, random.Random(1), np.random.default_rng(1), np.random.RandomState(1), Ellipsis,
    np.datetime64("2020-01-01"), np.timedelta64(1), np.array([True]), np.array(["a"]), np.array([b"a"]),
    np.array(["2020-01-01"], "M8[D]"), np.array([None, "a"], object), (), [], {}, (True, [False]),
    {"a": "b"}, np.ones(2, [("k", "i4")]), np.sin, len, NoTangent, ZeroTangent, lambda x: x,
]


@pytest.mark.parametrize("x", NOTHING, ids=shown)
@pytest.mark.parametrize("x_bar", [2.0, np.ones(2), "x", Lazy(lambda: 1 / 0), (1.0, [2.0]), None], ids=shown)
def test_what_has_no_tangent_drops_anything(x, x_bar):
    assert projector(x)(x_bar) is NoTangent and zero_tangent(x) is NoTangent


@pytest.mark.parametrize("x", [decimal.Decimal(1), {1.0, 2.0}, datetime.date(2020, 1, 1), object(),
                               functools.partial(max, 1.0)], ids=lambda x: type(x).__name__)
def test_what_is_not_known_is_refused(x):
    with pytest.raises(TangentError, match="not known what the tangent"):
        projector(x)


@pytest.mark.parametrize("x, x_bar, result", [
    (1.0, 2 + 3j, 2.0), (1.0, np.array(2 + 3j), 2.0), (1.0, True, 1.0), (7, 2, 2.0), (1j, 3, 3 + 0j),
    (np.float32(1), 0.1, np.float32(0.1)), (np.int8(1), 0.5, np.float64(0.5)),
    (np.complex64(1j), 0.1, np.complex64(0.1)), (np.longdouble(1), 1j, np.longdouble(0)),
    (np.float64(1), 2.0, np.float64(2.0)), (1 + 1j, Tangent(complex, real=1, imag=ZeroTangent), 1 + 0j),
])
def test_numbers(x, x_bar, result):
    found = projector(x)(x_bar)
    assert found == result and type(found) is type(result)


@pytest.mark.parametrize("x_bar", ["2", [2.0], (2.0,), Tangent(Diagonal), None, {"re": 1.0}], ids=shown)
def test_numbers_refuse_other_kinds(x_bar):
    with pytest.raises(TangentError, match="the cotangent of a number"):
        projector(1.0)(x_bar)


def test_a_number_has_no_shape():
    with pytest.raises(ShapeMismatch, match=r"\(1,\) instead of \(\)"):
        projector(1.0)(np.ones(1))


@pytest.mark.parametrize("given, shape, fits", [
    ((3,), (3,), True), ((3, 1), (3,), True), ((3, 1, 1), (3,), True), ((3,), (3, 1), True),
    ((1, 3), (3,), False), ((4,), (3,), False), ((3,), (1, 3), False), ((), (1,), False), ((1,), (), True),
    ((2, 3), (3, 2), False), ((6,), (2, 3), False), ((0, 3), (0, 3), True), ((0,), (0, 3), False),
])
@pytest.mark.parametrize("dtype", [float, complex])
def test_axes_of_length_one_on_the_right(given, shape, fits, dtype):
    x_bar = np.arange(float(np.prod(given))).reshape(given).astype(dtype)
    if fits:
        result = projector(np.ones(shape))(x_bar)
        np.testing.assert_array_equal(result, x_bar.real.reshape(shape), strict=True)
    else:
        with pytest.raises(ShapeMismatch, match="shape|one number"):
            projector(np.ones(shape))(x_bar)


def test_parts_of_an_array():
    np.testing.assert_array_equal(projector(np.ones(3))([1.0, NoTangent, 2 + 1j]), [1.0, 0.0, 2.0])
    np.testing.assert_array_equal(projector(np.ones((2, 2)))([np.ones(2), ZeroTangent]), [[1, 1], [0, 0]])
    np.testing.assert_array_equal(projector(np.ones((2, 2)))((1.0, 2.0, 3.0, 4j)), [[1, 2], [3, 0]])
    np.testing.assert_array_equal(
        projector(np.ones(2))(np.array([1.0, ZeroTangent], object)), [1.0, 0.0], strict=True)
    np.testing.assert_array_equal(projector(np.ones(2))([Lazy(lambda: 1.0), 2]), [1.0, 2.0])
    missing = NotImplementedTangent("this")
    assert projector(np.ones(2))([1.0, missing]) is missing
    with pytest.raises(ShapeMismatch):
        projector(np.ones((2, 2)))([1.0, 2.0, 3.0, 4.0])  # only what was unpacked is reshaped
    with pytest.raises(ShapeMismatch):
        projector(np.ones(3))([NoTangent, NoTangent])
    with pytest.raises(ShapeMismatch, match="differ in shape"):
        projector(np.ones(2))([1.0, np.ones(2)])


@pytest.mark.parametrize("x_bar", ["abc", {"a": 1.0}, np.array(["a", "b"]), np.array(["a", "b"], object),
                                   Tangent(complex, re=1.0), None, object()], ids=shown)
def test_arrays_refuse_other_kinds(x_bar):
    with pytest.raises(TangentError, match="the cotangent of an array"):
        projector(np.ones(2))(x_bar)


def test_array_likes_become_arrays():
    project = projector(np.ones((2, 2)))
    np.testing.assert_array_equal(project(Diagonal(np.array([1.0, 2.0]))), [[1, 0], [0, 2]])
    masked = np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[0, 1], [0, 0]])
    np.testing.assert_array_equal(project(masked), [[1, 0], [3, 4]])
    assert type(project(np.ones((2, 2)).view(np.recarray))) is np.ndarray


def test_views_and_broadcast_arrays_have_arrays_of_their_shape():
    zero = zero_tangent(np.broadcast_to(1.0, (2, 2)))
    assert zero.flags.writeable and zero.strides == (16, 8)
    assert zero_tangent(np.asfortranarray(np.ones((2, 2)))).flags.f_contiguous
    assert zero_tangent(np.ones((4, 4))[::2, ::2]).flags.c_contiguous


Pair = namedtuple("Pair", "a b c")


def test_tuples():
    project = projector((np.ones(2), 1.0, "on"))
    with pytest.raises(ShapeMismatch, match="tuple has another length"):
        project((1.0, 2.0))
    with pytest.raises(TangentError, match="the cotangent of a tuple is a float"):
        project(1.0)
    assert project((ZeroTangent, NoTangent, 4)) is NoTangent
    assert project((ZeroTangent, 1, 4)) == (ZeroTangent, 1.0, NoTangent)
    assert project([ZeroTangent, Lazy(lambda: 1j), 4])[1].force() == 0.0


def test_named_tuples():
    x = Pair(np.ones(2), False, 1.0)
    result = projector(x)({"c": 1j, "b": 4, "a": np.ones(2)})
    assert type(result) is Pair and result.b is NoTangent and result.c == 0.0
    assert type(projector(x)(Pair(ZeroTangent, ZeroTangent, 1.0))) is Pair
    assert type(projector(x)((ZeroTangent, 1, 1.0))) is Pair
    part = projector(x)({"c": 1.0})
    assert part == Tangent(Pair, c=1.0) and part.a is ZeroTangent
    assert projector(x)(Tangent(Pair, a=NoTangent)) is NoTangent
    with pytest.raises(TangentError, match="no field 'q'"):
        projector(x)({"q": 1.0})
    with pytest.raises(ShapeMismatch):
        projector(x)((1.0, 2.0))
    with pytest.raises(TangentError, match="a tangent of complex"):
        projector(x)(Tangent(complex, re=1.0))


def test_lists_and_objects():
    assert projector([1.0, True])([1j, 2.0]) == [0.0, NoTangent]
    assert projector([1.0, 2.0])(np.array([1.0, 2.0])) == [1.0, 2.0]
    with pytest.raises(ShapeMismatch):
        projector([1.0])([1.0, 2.0])
    x = np.empty((1, 2), object)
    x[0, 0], x[0, 1] = np.ones(2), "a"
    result = projector(x)(np.array([[np.ones(2), 3.0]], object))
    assert result.shape == (1, 2) and result[0, 1] is NoTangent
    with pytest.raises(ShapeMismatch):
        projector(x)(np.ones((2, 1)))


def test_dicts_have_every_key_of_the_value():
    project = projector({"w": np.ones(2), "b": 1.0, "name": "x"})
    assert project({"b": 2j}) == {"w": ZeroTangent, "b": 0.0, "name": NoTangent}
    assert project({}) is NoTangent and project({"name": 1.0, "w": NoTangent}) is NoTangent
    with pytest.raises(TangentError, match="the key 'q'"):
        project({"q": 1.0})
    with pytest.raises(TangentError, match="the cotangent of a dict"):
        project(1.0)


@dataclass
class Layer:
    weight: object
    act: object = "relu"
    size: int = 3


def test_objects():
    project = projector(Layer(np.ones(2)))
    assert project({"weight": np.ones(2), "act": 3.0, "size": 2.0}).act is ZeroTangent
    assert project(Tangent(Layer)) == Tangent(Layer)
    assert project(Tangent(Layer, weight=NoTangent)) is NoTangent
    assert project(Layer(np.array([1j, 2.0]), size=1)).weight.tolist() == [0.0, 2.0]
    with pytest.raises(TangentError, match="Layer has no field 'q'"):
        project({"q": 1.0})
    with pytest.raises(TangentError, match="the cotangent of a Layer is a tuple"):
        project((1.0, 2.0, 3.0))
    with pytest.raises(ShapeMismatch):
        project({"weight": np.ones(3)})
    loop = Layer(1.0)
    loop.act = [loop]
    with pytest.raises(TangentError, match="contains itself"):
        projector(loop)


def test_functions_by_what_they_capture():
    scale, name = np.ones(2), "x"

    def scaled(x):
        return scale * x if name else recursive(x)

    def recursive(x):
        return recursive(x - 1) if x else scaled(x)

    t = projector(scaled)({"scale": np.array([1j, 1.0]), "name": 3.0, "recursive": ZeroTangent})
    assert t.scale.tolist() == [0.0, 1.0] and "name" not in t.fields
    assert t.primal_type.__name__.endswith("scaled")
    assert projector(njit(lambda x: scale * x))({"scale": scale}).scale is scale
    with pytest.raises(TangentError, match="no field 'q'"):
        projector(scaled)({"q": 1.0})
    assert projector(Layer(np.ones(2)).__init__).parts.keys() == {"__self__"}


@jitclass([("w", float64[:]), ("k", int32)])
class Compiled:
    def __init__(self, w, k):
        self.w = w
        self.k = k


def test_classes_and_containers_of_numba():
    t = projector(Compiled(np.ones(2), 3))({"w": np.array([1j, 2.0]), "k": 1.0})
    assert t.w.tolist() == [0.0, 2.0] and t.k == 1.0
    listed = typed.List([1.0, 2.0])
    assert projector(listed)([1j, 2.0]) == [0.0, 2.0] and projector(listed)(listed) == [1.0, 2.0]
    table = typed.Dict.empty(types.unicode_type, types.float64)
    table["a"] = 1.0
    assert projector(table)({"a": 2j}) == {"a": 0.0}


record = np.dtype([("w", "f8", (2, 2)), ("k", "i4"), ("z", "c8")], align=True)


@structref.register
class LineType(types.StructRef):
    pass


class Line(structref.StructRefProxy):
    def __new__(cls, slope, on):
        return structref.StructRefProxy.__new__(cls, slope, on)

    @property
    def slope(self):
        return slope_of(self)

    @property
    def on(self):
        return on_of(self)


@njit
def slope_of(line):
    return line.slope


@njit
def on_of(line):
    return line.on


structref.define_proxy(Line, LineType, ["slope", "on"])


def test_mutable_structures_of_numba():
    t = projector(Line(2.0, True))({"slope": 1 + 1j})
    assert t == Tangent(Line, slope=1.0)


def test_records():
    x = np.zeros(2, record)
    project = projector(x)
    assert zero_tangent(x).dtype == np.dtype([("w", "f8", (2, 2)), ("z", "c8")])
    given = project({"w": np.ones((2, 2, 2)) * 1j, "k": 7, "z": np.array([1, 2])})
    assert given["w"].sum() == 0 and given["z"].tolist() == [1, 2] and given.dtype.names == ("w", "z")
    assert project(given) is given and project({"w": ZeroTangent}) is NoTangent
    assert project({"z": np.ones(2)})["w"].sum() == 0
    assert project(x).dtype == given.dtype
    assert isinstance(projector(x[0])({"z": 1j}), np.void)
    with pytest.raises(TangentError, match="no field 'q'"):
        project({"q": 1.0})
    with pytest.raises(ShapeMismatch):
        project({"z": np.ones(3)})
    with pytest.raises(ShapeMismatch):
        project(np.zeros(3, record))
    with pytest.raises(TangentError, match="the cotangent of a record"):
        project(np.ones(2))


class Dual:
    def __init__(self, value, tangent):
        self.value, self.tangent = value, tangent


register_componentwise(Dual, lambda project, x: Dual(project(x.value), project(x.tangent)))


@pytest.mark.parametrize("x, value, tangent", [
    (1.0, 1 + 1j, 2 + 5j), (np.ones(2), np.array([1j, 2]), np.array([[3 + 1j], [4]])),
    (Symmetric(np.ones((2, 2))), np.array([[1.0, 2.0], [4.0, 5.0]]), np.array([[0.0, 1.0], [0.0, 0.0]])),
])
def test_both_parts_of_a_dual_number_are_projected(x, value, tangent):
    result = projector(x)(Dual(value, tangent))
    for found, given in ((result.value, value), (result.tangent, tangent)):
        wanted = projector(x)(given)
        np.testing.assert_array_equal(np.asarray(getattr(found, "dense", lambda: found)()),
                                      np.asarray(getattr(wanted, "dense", lambda: wanted)()))


def test_classes_that_say_themselves():
    class Angle:
        def __init__(self, degrees):
            self.degrees = degrees

    register_projector(Angle, lambda unit, x_bar: unit * x_bar.real, projector_info=lambda x: 2.0,
                       zero=lambda unit: 0.0)
    assert projector(Angle(1))(3 + 1j) == 6.0 and zero_tangent([Angle(1)]) == [0.0]
    assert projector(Angle(1))(ZeroTangent) is ZeroTangent
    with pytest.raises(TypeError):
        register_projector(3, None, projector_info=None)


Typed = namedtuple("Typed", "a b")


@pytest.mark.parametrize("like, x_bar, result", [
    (float64, 2 + 3j, 2.0), (float32, 0.1, np.float32(0.1)), (complex64, 2, np.complex64(2)),
    (int32, 0.5, 0.5), (types.boolean, 1.0, NoTangent), (types.unicode_type, 1.0, NoTangent),
    (types.Optional(float64), 1j, 0.0), (types.none, 1.0, NoTangent), (types.boolean[:], 1.0, NoTangent),
    (types.Tuple((float64, types.boolean)), (1j, 2.0), (0.0, NoTangent)),
    (types.UniTuple(int32, 2), (1j, 2), (0.0, 2.0)),
    (types.NamedTuple((float64, int32), Typed), {"b": 1, "a": 2}, Typed(2.0, 1.0)),
    (types.UniTuple(types.boolean, 2), (1j, 2), NoTangent), (float64, ZeroTangent, ZeroTangent),
])
def test_numba_types(like, x_bar, result):
    found = clamptype(x_bar, like)
    assert found == result or found is result
    assert type(found) is type(result) or isinstance(found, float)


def test_numba_types_of_arrays_tell_the_number_of_axes():
    np.testing.assert_array_equal(clamptype(np.array([1j, 2]), float32[:]), np.float32([0, 2]), strict=True)
    assert clamptype(np.ones((3, 1)), int32[:]).shape == (3,)
    assert clamptype([NoTangent], float64[:]) is NoTangent
    for bad in (np.ones((3, 2)), 1.0):
        with pytest.raises(ShapeMismatch):
            clamptype(bad, float64[:])
    x_bar = np.ones(3)
    assert clamptype(x_bar, float64[::1]) is x_bar
    with pytest.raises(TangentError, match="does not tell"):
        clamptype(1.0, types.ListType(float64))


def test_numba_records():
    from numba import from_dtype
    result = clamptype({"z": 1j}, from_dtype(record))
    assert result["z"] == 1j and result.dtype.names == ("w", "z")
