"""Derivatives inside a function that is read: calls of them, and those that are made there.

A call of a derivative stays a call, of which Numba tells the type; its own program takes its place
later. The derivative of an inner function is that of a module-level one which gets what the inner
function sees of the scope around it as further arguments, held constant.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import inspect
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from ..core.ir import Const, Undefined, Var
from .frame import Frame
from .source import MISSING
from .values import LocalFunction, Static, TupleValue, Value, leaves

#: on a function that makes derivatives
MAKER = "__adcomp_makes_derivatives__"


@dataclass(frozen=True)
class LocalDerivative:
    """The derivative of an inner function: what makes it, and with which options."""

    maker: Any
    function: LocalFunction
    options: tuple[tuple[str, Any], ...]


def is_derivative(f: Any) -> bool:
    return bool(getattr(type(f), "is_derivative", False))


def makes_derivatives(f: Any) -> bool:
    return isinstance(f, FunctionType) and hasattr(f, MAKER)


def call_derivative(frame: Frame, f: Any, args: list[Value], kwargs: dict[str, Value], node: ast.AST,
                    hint: str | None) -> Value:
    """Emit the call of a derivative; a result that is a tuple is taken apart."""
    signature = inspect.signature(f)
    try:
        bound = signature.bind(*args, **kwargs).arguments
    except TypeError as error:
        raise frame.refuse(f"{f.__name__}: {error}", node) from error
    names = list(signature.parameters)
    last = max((names.index(name) for name in bound), default=-1)
    values = [bound[n] if n in bound else frame.static(signature.parameters[n].default, n)
              for n in names[: last + 1]]
    op = frame.builder.global_name(f, f.__name__ if f.__name__.isidentifier() else "derivative")
    result = frame.emit(op, [frame.atom(v, node) for v in values], node, hint)
    return _taken_apart(frame, result, _layout(f), node)


def _layout(f: Any) -> Any:
    """How the result of a derivative is nested, as far as the types of arguments do not matter."""
    wrt, several = f.options.wrt, f.options.several
    gradients: Any = "value" if not several or wrt is None else ("value",) * len(wrt)
    return ("value", gradients) if f.kind.name == "value_and_gradient" else gradients


def _taken_apart(frame: Frame, atom: Var, layout: Any, node: ast.AST) -> Value:
    if layout == "value":
        return atom
    return TupleValue(tuple(
        _taken_apart(frame, frame.emit("[]", (atom, Const(k)), node), part, node)
        for k, part in enumerate(layout)))


def caller_of(derivative: Any) -> FunctionType:
    """A function that can be read, and calls a derivative."""
    if id(derivative) not in _CALLERS:
        parameters = inspect.signature(derivative).parameters
        name = derivative.__name__ if derivative.__name__.isidentifier() else "derivative"
        call = ", ".join(parameters)
        text = f"def {name}({call}):\n    return derivative({call})\n"
        file = f"<adcomp call of {name}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        scope: dict[str, Any] = {"__name__": derivative.__wrapped__.__module__, "derivative": derivative}
        exec(compile(text, file, "exec"), scope)
        made: FunctionType = scope[name]
        made.__defaults__ = tuple(p.default for p in parameters.values() if p.default is not p.empty)
        made.__doc__ = derivative.__doc__
        _CALLERS[id(derivative)] = derivative, made
    return _CALLERS[id(derivative)][1]


_CALLERS: dict[int, tuple[Any, FunctionType]] = {}


# --- derivatives that are made inside -------------------------------------------------------------


def make_derivative(frame: Frame, maker: Any, args: list[Value], kwargs: dict[str, Value], node: ast.AST
                    ) -> Any:
    """``gradient(f, ...)`` inside a function."""
    if len(args) != 1:
        raise frame.refuse(f"{maker.__name__} takes one function here, and options by name", node)
    options = tuple((name, _constant(frame, value, name, node)) for name, value in kwargs.items())
    function = args[0]
    if isinstance(function, LocalFunction):
        return LocalDerivative(maker, function, options)
    if isinstance(function, Static):
        return Static(_made(maker, function.value, options))
    raise frame.refuse(f"{maker.__name__} of what is no function", node)


def _constant(frame: Frame, value: Value, name: str, node: ast.AST) -> Any:
    if isinstance(value, Const):
        return value.value
    if isinstance(value, TupleValue):
        return tuple(_constant(frame, item, name, node) for item in value.items)
    raise frame.refuse(f"the option {name} of a derivative has to be constant", node)


_MADE: dict[Any, tuple[Any, Any]] = {}


def _made(maker: Any, function: Any, options: tuple[tuple[str, Any], ...]) -> Any:
    """The derivative of a function: the same one whenever it is asked for."""
    key = maker, id(function), options
    if key not in _MADE:
        _MADE[key] = function, maker(function, **dict(options))
    return _MADE[key][1]


def call_local_derivative(frame: Frame, f: LocalDerivative, args: list[Value], kwargs: dict[str, Value],
                          node: ast.AST, hint: str | None) -> Value:
    """Call the derivative of an inner function."""
    function, seen = _closed(frame, f.function, node)
    derivative = _made(f.maker, function, f.options)
    return call_derivative(frame, derivative, args, {**kwargs, **seen}, node, hint)


_CLOSED: dict[Any, tuple[FunctionType, tuple[Any, ...]]] = {}


def _closed(frame: Frame, local: LocalFunction, node: ast.AST) -> tuple[FunctionType, dict[str, Value]]:
    """An inner function as one of module level, and the values of its new parameters."""
    inner = local.node
    seen: dict[str, Value] = {}
    scope: dict[str, Any] = {"__name__": local.frame.source.globals.get("__name__", "adcomp.closures")}
    helpers: dict[str, LocalFunction] = {}
    left = list(_free(inner))
    for name in left:  # which grows
        value = _visible(local.frame, name)
        if isinstance(value, Static):
            scope[name] = value.value
        elif isinstance(value, LocalFunction):
            more = list(_free(value.node))
            if any(_visible(value.frame, n) != _visible(local.frame, n) for n in more):
                raise frame.refuse(f"{name} sees other variables than the function that calls it, of which a "
                                   "derivative is taken", node, hint="move it to module level")
            helpers[name] = value
            left += [n for n in more if n not in left]
        elif isinstance(value, LocalDerivative):
            raise frame.refuse(
                f"{name}, the derivative of an inner function, is used in one of which a derivative is "
                "taken", node, hint="take it inside that function")
        elif value is not None:
            seen[name] = value
    before = [_definition(name, helper, [_literal(frame, d, node) for d in helper.defaults])
              for name, helper in helpers.items()]
    text = _text(inner, tuple(seen), [_literal(frame, d, node) for d in local.defaults], before[::-1])
    key = text, tuple((n, id(v)) for n, v in scope.items() if n != "__name__")
    if key not in _CLOSED:
        file = f"<adcomp closure {hashlib.sha256(repr(key).encode()).hexdigest()[:12]}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        held = tuple(scope.values())
        exec(compile(text, file, "exec"), scope)
        _CLOSED[key] = scope[_name(inner)], held
    return _CLOSED[key][0], seen


def _name(inner: ast.FunctionDef | ast.Lambda) -> str:
    return inner.name if isinstance(inner, ast.FunctionDef) else "inner"


def _text(inner: ast.FunctionDef | ast.Lambda, more: tuple[str, ...], defaults: list[ast.expr],
          before: list[ast.stmt]) -> str:
    """The definition with more parameters at its end, and definitions before its body."""
    spec = copy.deepcopy(inner.args)
    spec.args += [ast.arg(name) for name in more]
    # After parameters with defaults there may be none without.
    spec.defaults = [*defaults, *(ast.Constant(None) for _ in more)] if defaults else []
    made = _function(_name(inner), spec, [*before, *_body(inner)])
    return ast.unparse(ast.fix_missing_locations(ast.Module([made], []))) + "\n"


def _body(inner: ast.FunctionDef | ast.Lambda) -> list[ast.stmt]:
    return [ast.Return(inner.body)] if isinstance(inner, ast.Lambda) else inner.body


def _definition(name: str, local: LocalFunction, defaults: list[ast.expr]) -> ast.stmt:
    """The definition of an inner function, under the name that it is called by."""
    spec = copy.deepcopy(local.node.args)
    spec.defaults = defaults
    return _function(name, spec, _body(local.node))


def _function(name: str, spec: ast.arguments, body: list[ast.stmt]) -> ast.FunctionDef:
    made = ast.FunctionDef(name, spec, body, [], None, None)
    setattr(made, "type_params", [])  # noqa: B010 -- since Python 3.12
    return made


def _literal(frame: Frame, value: Value, node: ast.AST) -> ast.expr:
    if isinstance(value, Const):
        return ast.Constant(value.value)
    raise frame.refuse("a default that is not constant, of a function of which a derivative is taken", node,
                       hint="let the function see the value, in place of the default")


def _free(inner: ast.FunctionDef | ast.Lambda) -> Iterator[str]:
    """The names that an inner function may see from outside, each once."""
    spec = inner.args
    own = {a.arg for a in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)}
    body = [inner.body] if isinstance(inner, ast.Lambda) else inner.body
    names = [n for part in body for n in ast.walk(part) if isinstance(n, ast.Name)]
    if isinstance(inner, ast.FunctionDef):
        own |= {n.id for n in names if isinstance(n.ctx, ast.Store)}
    yield from dict.fromkeys(n.id for n in names if n.id not in own)


def _visible(frame: Frame, name: str) -> Any:
    """What a name stands for in a scope; None for nothing, and for what Python itself finds."""
    scope: Frame | None = frame
    while scope is not None:
        if name in scope.env:
            value = scope.env[name]
            return None if any(isinstance(leaf, Undefined) for leaf in leaves(value)) else value
        scope = scope.parent
    found = frame.source.lookup(name)
    if found is MISSING or (name not in frame.source.closure and name not in frame.source.globals):
        return None
    return Static(found)
