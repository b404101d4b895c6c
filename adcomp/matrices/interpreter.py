"""How NumPy's functions treat structured matrices in the interpreter.

Compiled code does not read this: it has its own way from ``np.sin(D)`` to ``D.elementwise(np.sin)``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..tangents.structures import structure_of

SlogdetResult: Any = type(np.linalg.slogdet(np.eye(1)))

_OPERATORS: dict[Any, tuple[Callable[[Any, Any], Any], str]] = {
    np.add: (operator.add, "__radd__"),
    np.subtract: (operator.sub, "__rsub__"),
    np.multiply: (operator.mul, "__rmul__"),
    np.true_divide: (operator.truediv, "__rtruediv__"),
    np.power: (operator.pow, "__rpow__"),
    np.matmul: (operator.matmul, "__rmatmul__"),
}


def dense_of(x: Any) -> Any:
    """The dense form of a structured matrix; anything else as it is.

    >>> dense_of(3)
    3
    """
    return x.dense() if isinstance(x, Interpreted) else x


def structural_of(x: Any, a: Any) -> Any:
    """The structural cotangent of a matrix for that of its entries, each field in its own space."""
    from ..tangents.projection import clamptype
    from ..tangents.structural import Tangent

    known = structure_of(type(x))
    assert known is not None
    parts = x._pull_d_any(a)
    fields = dict(zip(known.differentiable, parts, strict=True))
    return Tangent(type(x), **{name: clamptype(part, getattr(x, name)) for name, part in fields.items()})


class Interpreted:
    """Indexing, conversion and dispatch from NumPy of a matrix."""

    def dense(self) -> Any:
        """The entries as an array."""
        raise NotImplementedError

    def __getitem__(self: Any, key: Any) -> Any:
        if isinstance(key, tuple) and len(key) == 2 and all(map(_is_integer, key)):
            return self.entry(*key)
        return self.dense()[key]

    def __len__(self: Any) -> int:
        return int(self.shape[0])

    def __array__(self: Any, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(self.dense(), dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method == "__call__" and not options:
            if len(inputs) == 1:
                return inputs[0].elementwise(ufunc)
            known = _OPERATORS.get(ufunc)
            if known is not None:
                left, right = inputs
                ours, reflected = known
                if isinstance(left, Interpreted):
                    return ours(left, right)
                return getattr(right, reflected)(np.asarray(left) if np.ndim(left) else left)
        return getattr(ufunc, method)(*map(dense_of, inputs), **options)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        method = _METHODS.get(function)
        if method is not None and isinstance(args[0], Interpreted):
            try:
                return method(*args, **options)
            except TypeError:
                pass  # options of NumPy that the method does not have
        return function(*_dense_all(args), **{k: dense_of(v) for k, v in options.items()})


def _is_integer(index: Any) -> bool:
    return isinstance(index, int | np.integer) and not isinstance(index, bool | np.bool_)


def _dense_all(args: Any) -> Any:
    return [type(a)(map(dense_of, a)) if isinstance(a, tuple | list) else dense_of(a) for a in args]


_METHODS: dict[Any, Callable[..., Any]] = {
    np.sum: lambda a, axis=None: a.sum(axis),
    np.trace: lambda a: a.trace(),
    np.diagonal: lambda a: a.diagonal(),
    np.diag: lambda a: a.diagonal(),
    np.transpose: lambda a: a.T,
    np.dot: lambda a, b: a @ b,
    np.linalg.solve: lambda a, b: a.solve(dense_of(b)),
    np.linalg.slogdet: lambda a: SlogdetResult(*a.slogdet()),
    np.linalg.det: lambda a: a.det(),
    np.linalg.inv: lambda a: a.inv(),
}
