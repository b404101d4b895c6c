"""Values of every kind that has a tangent, and cotangents for them that want projecting."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse

import adcomp.matrices as matrices
from adcomp.tangents import Tangent, projector

Pair = namedtuple("Pair", "weight flag bias")


@dataclass
class Layer:
    weight: Any
    bias: Any
    name: str = "layer"


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: complex


class Plain:
    def __init__(self, scale, steps):
        self.scale = scale
        self.steps = steps


def adder(amount):
    def add(x):
        return x + amount
    return add


def _sparse(cls, dtype=float):
    rows, columns = np.array([2, 0, 1, 2]), np.array([1, 2, 2, 0])
    return cls(scipy.sparse.coo_array((np.array([1.0, 0.0, 2.0, 3.0], dtype), (rows, columns)), (3, 3)))


def _unsorted():
    return scipy.sparse.csr_array((np.array([1.0, 2.0, 3.0]), np.array([2, 0, 1]), np.array([0, 2, 2, 3])),
                                  (3, 3))


def _blocks():
    return scipy.sparse.bsr_array((np.ones((2, 2, 2)), np.array([1, 0]), np.array([0, 1, 2])), (4, 4))


square = np.array([[4.0, 1.0, 0.5], [1.0, 5.0, 2.0], [0.5, 2.0, 6.0]])
record = np.dtype([("w", "f8", (2, 2)), ("k", "i4"), ("z", "c8")], align=True)
nested = np.dtype([("inner", record), ("s", "f4"), ("on", "?")])

#: By a name for the test.
VALUES: dict[str, Any] = {
    "float": 2.0,
    "int": 3,
    "complex": 1 + 2j,
    "float16": np.float16(1.5),
    "float32": np.float32(1.5),
    "float64": np.float64(1.5),
    "uint8": np.uint8(3),
    "complex64": np.complex64(1 - 1j),
    "vector": np.array([1.0, 2.0, 3.0]),
    "float16 array": np.ones(3, np.float16),
    "float32 matrix": np.ones((2, 3), np.float32),
    "complex matrix": np.ones((2, 3), complex),
    "int8 array": np.arange(4, dtype=np.int8),
    "big-endian array": np.ones(3, ">f8"),
    "F order": np.asfortranarray(np.ones((2, 3))),
    "slice": np.arange(10.0)[1::3],
    "no axes": np.array(1.0),
    "no elements": np.ones((0, 3)),
    "read-only": np.broadcast_to(1.0, (2, 2)),
    "objects": np.array([np.ones(2), np.float32(1.0)], dtype=object),
    "list": [np.ones(2), 1.0, np.array([1, 2, 3])],
    "tuple": (np.ones(2), False, "gamma", (1.0, 1j)),
    "named tuple": Pair(np.ones(2), True, 1.0),
    "dict": {"w": np.ones(2), "n": 3, "act": "relu"},
    "dataclass": Layer(np.ones((2, 2)), 1j),
    "frozen": Point(1.0, 2j),
    "object": Plain(1.0, 4),
    "nested": [{"layers": (Layer(np.ones(2), 1.0), Layer(np.ones(1), 2.0))}, Plain(Point(1.0, 1j), 2)],
    "closure": adder(np.ones(2)),
    "record": np.ones((), record)[()],
    "records": np.ones(3, record),
    "nested records": np.ones(2, nested),
    "CSR": _sparse(scipy.sparse.csr_array),
    "CSR matrix": _sparse(scipy.sparse.csr_matrix, np.float32),
    "CSC": _sparse(scipy.sparse.csc_array, complex),
    "COO": _sparse(scipy.sparse.coo_array),
    "COO of integers": _sparse(scipy.sparse.coo_array, int),
    "unsorted CSR": _unsorted(),
    "BSR": _blocks(),
    "no stored entries": scipy.sparse.csr_array((3, 3)),
    "Diagonal": matrices.Diagonal(np.arange(3.0)),
    "Diagonal of integers": matrices.Diagonal(np.arange(3)),
    "Symmetric U": matrices.Symmetric(square, "U"),
    "Symmetric L": matrices.Symmetric(square.astype(np.float32), "L"),
    "complex Symmetric": matrices.Symmetric(square * (1 + 1j), "U"),
    "Hermitian": matrices.Hermitian(square + 0j, "L"),
    "real Hermitian": matrices.Hermitian(square, "U"),
    "UpperTriangular": matrices.UpperTriangular(square),
    "LowerTriangular": matrices.LowerTriangular(square),
    "UnitUpperTriangular": matrices.UnitUpperTriangular(square),
    "UnitLowerTriangular": matrices.UnitLowerTriangular(square),
    "Bidiagonal": matrices.Bidiagonal(np.ones(3), np.ones(2), "L"),
    "Tridiagonal": matrices.Tridiagonal(np.ones(2), np.ones(3), np.ones(2)),
    "SymTridiagonal": matrices.SymTridiagonal(np.ones(3), np.ones(2)),
    "row": matrices.Transpose(np.ones(3)),
    "conjugated row": matrices.Adjoint(np.ones(3) + 1j),
    "Transpose": matrices.Transpose(square),
    "ScaledIdentity": matrices.ScaledIdentity(2.0, 3),
    "Fill": matrices.Fill(2.0, (2, 3)),
    "ScaledMatrix": matrices.ScaledMatrix(square, 2.0),
    "layer of matrices": Layer(matrices.Symmetric(square, "U"), (matrices.Diagonal(np.ones(2)), 1.0)),
}


def numbers(random: np.random.Generator, shape: tuple[int, ...] = ()) -> Any:
    """Complex numbers that half precision holds exactly."""
    return (random.integers(-16, 17, shape) + 1j * random.integers(-16, 17, shape)) / 4


def noise(x: Any, random: np.random.Generator) -> Any:
    """A cotangent for a value that is complex, in double precision and dense."""
    if isinstance(x, str | bool | None | np.bool_):
        return 345.0
    if isinstance(x, np.void) or isinstance(x, np.ndarray) and x.dtype.names:
        return _noisy_record(np.zeros(np.shape(x), _doubled(x.dtype)), random)
    if isinstance(x, np.ndarray) and x.dtype.kind == "O":
        made = np.empty(x.shape, object)
        for index in np.ndindex(x.shape):
            made[index] = noise(x[index], random)
        return made
    if isinstance(x, matrices.Matrix | np.ndarray) or scipy.sparse.issparse(x):
        return numbers(random, tuple(x.shape))
    if isinstance(x, int | float | complex | np.number):
        return numbers(random)
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return {name: noise(part, random) for name, part in reversed(x._asdict().items())}
    if isinstance(x, tuple | list):
        return type(x)(noise(part, random) for part in x)
    if isinstance(x, dict):
        return {key: noise(part, random) for key, part in x.items()}
    fields = projector(x).parts
    values = {name: x.__closure__[0].cell_contents for name in fields} if callable(x) else {
        name: getattr(x, name) for name in fields}
    return Tangent(projector(x).P, **{name: noise(part, random) for name, part in values.items()})


def _doubled(dtype):
    return np.dtype([(n, _doubled(dtype[n].base) if dtype[n].base.names else "c16", dtype[n].shape)
                     for n in dtype.names])


def _noisy_record(x, random):
    for name in x.dtype.names:
        if x.dtype[name].base.names:
            _noisy_record(x[name], random)
        else:
            x[name] = numbers(random, x[name].shape)
    return x if x.shape else x[()]


def combined(a: float, x: Any, b: float, y: Any) -> Any:
    """``a * x + b * y`` part by part, for cotangents that need not be of one kind with their value."""
    if isinstance(x, np.ndarray | np.void) and x.dtype.names:
        made = np.zeros(x.shape, x.dtype)
        for name in x.dtype.names:
            made[name] = combined(a, x[name], b, y[name])
        return made if x.shape else made[()]
    if isinstance(x, tuple | list):
        return type(x)(combined(a, p, b, q) for p, q in zip(x, y))
    if isinstance(x, dict):
        return {key: combined(a, x[key], b, y[key]) for key in x}
    if isinstance(x, Tangent):
        return Tangent(x.primal_type, **{n: combined(a, x[n], b, y[n]) for n in x.fields})
    if isinstance(x, np.ndarray) and x.dtype.kind == "O":
        made = np.empty(x.shape, object)
        for index in np.ndindex(x.shape):
            made[index] = combined(a, x[index], b, y[index])
        return made
    return a * x + b * y


def flat(x: Any) -> list[Any]:
    """The numbers of a cotangent in natural form, as complex arrays in a fixed order."""
    if isinstance(x, str) or x is None or repr(x) in ("NoTangent", "ZeroTangent"):
        return []
    if isinstance(x, matrices.Matrix):
        return [np.asarray(x.dense(), complex)]
    if scipy.sparse.issparse(x):
        return [x.toarray().astype(complex)]
    if isinstance(x, np.ndarray | np.void) and x.dtype.names:
        return [part for name in x.dtype.names for part in flat(x[name])]
    if isinstance(x, np.ndarray) and x.dtype.kind == "O":
        return [part for index in np.ndindex(x.shape) for part in flat(x[index])]
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return flat(x._asdict())
    if isinstance(x, tuple | list):
        return [part for p in x for part in flat(p)]
    if isinstance(x, dict):
        return [part for key in sorted(x) for part in flat(x[key])]
    if isinstance(x, Tangent):
        return flat(dict(x.fields))
    return [np.asarray(x, complex)]


def pairing(x: Any, y: Any) -> float:
    """``Re(sum(conj(x) * y))`` over the parts that both have."""
    return float(sum(np.sum(np.conj(p) * q).real for p, q in zip(flat(x), flat(y), strict=True)))


def masked(x: Any, like: Any) -> Any:
    """The parts of a raw cotangent whose projection has a tangent: what pairs with it."""
    if repr(like) in ("NoTangent", "ZeroTangent"):
        return like
    if isinstance(like, np.ndarray | np.void) and like.dtype.names:
        return {name: masked(x[name], like[name]) for name in like.dtype.names}
    if isinstance(like, tuple) and hasattr(like, "_fields"):
        return {name: masked(x[name], getattr(like, name)) for name in like._fields}
    if isinstance(like, tuple | list):
        return [masked(p, q) for p, q in zip(x, like)]
    if isinstance(like, dict):
        return {key: masked(x[key], like[key]) for key in like}
    if isinstance(like, Tangent):
        return {name: masked(x[name], like[name]) for name in like.fields}
    if isinstance(like, np.ndarray) and like.dtype.kind == "O":
        return [masked(x[index], like[index]) for index in np.ndindex(like.shape)]
    return x
