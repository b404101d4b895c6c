"""A stand-in for the pipeline: derivatives that are written by hand."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from adcomp.backend.cpu import Generated
from adcomp.backend.dispatch import DerivativeDispatcher, Kind

calls: list[tuple[str, tuple[Any, ...]]] = []


@dataclass(frozen=True)
class Written:
    """The body of a derivative, and the globals of the primal that it reads."""

    body: str
    names: tuple[str, ...] = ()
    more: str = ""


def generate(f: FunctionType, argtypes: tuple[Any, ...], kind: Kind, options: Written) -> Generated:
    calls.append((f.__name__, argtypes))
    parameters = ", ".join(kind.signature_of(inspect.signature(f)).parameters)
    source = f"def derivative({parameters}):\n    {options.body}\n{options.more}"
    cells = [c.cell_contents for c in f.__closure__ or ()]
    seen = f.__globals__ | dict(zip(f.__code__.co_freevars, cells))
    return Generated(source, "derivative", {name: seen[name] for name in options.names})


def with_cotangent(signature: inspect.Signature) -> inspect.Signature:
    y_bar = inspect.Parameter("y_bar", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    plain = [p.replace(default=p.empty) for p in signature.parameters.values()]
    return signature.replace(parameters=[*plain, y_bar])


GRADIENT = Kind("gradient")
VJP = Kind("vjp", with_cotangent)


def gradient(f: Any, body: str, *names: str, more: str = "", **options: Any) -> Any:
    return DerivativeDispatcher(f, GRADIENT, Written(body, names, more), generate, **options)
