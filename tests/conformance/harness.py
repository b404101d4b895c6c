"""The conformance cases: numbers in ``cases.json``, programs in the modules beside it.

A program is registered under the case's id, and returns what the case expects: one value, or a tuple
for several. Matrices of any kind are compared by their dense form, hard zeros and structural tangents as
such. A case that expects an error is a program that raises it; where one of several results is an
error, `error` calls the part that raises.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from adcomp.errors import NotScalarOutput, ShapeMismatch, TangentError

PROGRAMS: dict[str, Callable[[], Any]] = {}
CASES: dict[str, dict[str, Any]] = {
    c["id"]: c for c in json.loads((Path(__file__).parent / "cases.json").read_text())
}


@dataclass(frozen=True)
class Error:
    """An error that a part of a case raised."""

    raised: Exception


#: what a case calls an error -> the class that it has to be of; an unknown field has to be named too
KINDS: dict[str, type[Exception]] = {
    "shape mismatch": ShapeMismatch, "length mismatch": ShapeMismatch, "scalar into array": ShapeMismatch,
    "complex output": NotScalarOutput, "non-scalar output": NotScalarOutput, "unknown field": TangentError,
}


def case(name: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register the program of a case."""
    assert name in CASES and name not in PROGRAMS, name

    def register(program: Callable[[], Any]) -> Callable[[], Any]:
        PROGRAMS[name] = program
        return program

    return register


def error(program: Callable[[], Any]) -> Error:
    """The error that a program raises."""
    try:
        value = program()
    except Exception as raised:
        return Error(raised)
    raise AssertionError(f"no error was raised; the result is {value!r}")


def compare(actual: Any, expected: Any, rtol: float, atol: float, path: str = "result") -> None:
    """Fail with the path to the first part that differs."""
    match expected:
        case {"seq": parts}:
            assert isinstance(actual, tuple | list), f"{path} is {actual!r}, not {len(parts)} results"
            assert len(actual) == len(parts), f"{path} has {len(actual)} parts, not {len(parts)}"
            for k, part in enumerate(parts):
                compare(actual[k], part, rtol, atol, f"{path}[{k}]")
        case {"tangent": name}:
            assert _name(actual) == name, f"{path} is {actual!r}, not {name}"
        case {"fields": fields}:
            found = _fields(actual)
            assert set(found) == set(fields), f"{path} has the fields {sorted(found)}, not {sorted(fields)}"
            for name, part in fields.items():
                compare(found[name], part, rtol, atol, f"{path}.{name}")
        case {"dtype": dtype, **rest}:
            _compare_numbers(actual, dtype, rest, rtol, atol, path)
        case str() if expected.startswith("error:"):
            assert isinstance(actual, Error), f"{path} is {actual!r}, and should be an error"
            what = expected.removeprefix("error: ")
            kind = next(k for k in KINDS if what.startswith(k))
            assert isinstance(actual.raised, KINDS[kind]), f"{path} is {actual.raised!r}, not: {what}"
            assert repr(what.removeprefix("unknown field ")) in str(actual.raised) or kind != "unknown field"
        case _:
            assert _plain(actual) == expected, f"{path} is {actual!r}, not {expected!r}"


def _compare_numbers(actual: Any, dtype: str, rest: Mapping[str, Any], rtol: float, atol: float,
                     path: str) -> None:
    found = np.asarray(actual.dense() if hasattr(actual, "dense") else actual)
    if dtype in ("float32", "complex64") or "data" not in rest:
        assert found.dtype == dtype, f"{path} has dtype {found.dtype}, not {dtype}"
    else:
        kind = np.dtype(dtype).kind
        assert found.dtype.kind == kind or found.dtype.kind in "iu" and kind == "f", (
            f"{path} has dtype {found.dtype}, not {dtype}")
    if "data" not in rest:
        return
    wanted = np.array([_number(v) for v in rest["data"]], dtype).reshape(rest["shape"])
    assert found.shape == wanted.shape, f"{path} has shape {found.shape}, not {wanted.shape}"
    np.testing.assert_allclose(found, wanted, rtol=rtol, atol=atol, err_msg=path)


def _number(value: Any) -> complex | float:
    """A number as the cases write it: None is nan, a pair is complex, text is an infinity."""
    if isinstance(value, list):
        return complex(*value)
    return float("nan") if value is None else float(value)


def _name(value: Any) -> str:
    """How the cases write a hard zero or another token."""
    return repr(value).split("(")[0]


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | bool) else bool(value) if isinstance(value, np.bool_) else (
        _name(value))


def _fields(value: Any) -> Mapping[str, Any]:
    """The entries of a structural tangent, a named tuple, a mapping or an object."""
    if isinstance(value, Mapping):
        return value
    if hasattr(value, "_asdict"):
        return dict(value._asdict())
    return dict(value.fields) if hasattr(value, "fields") else vars(value)
