"""Calls: of primitives, and of functions that are read and inlined."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from types import FunctionType, MethodType
from typing import Any

import numba
import numpy as np
from numba import types

from ..core.checkpointed import checkpointed
from ..core.declared import is_number, note
from ..core.ir import Atom, Const, SetItem, Var
from ..core.numba_adapter import overloads_of
from ..core.ops import callee as object_called
from ..core.ops import op_of
from ..tangents.structures import structure_of
from . import library, structures
from .checkpoints import misplaced
from .derivatives import (
    LocalDerivative,
    call_derivative,
    call_local_derivative,
    is_derivative,
    make_derivative,
    makes_derivatives,
)
from .expressions import expression, tuple_items
from .foreign import named_tuple, of_comprehension, overloaded
from .frame import Frame
from .source import python_function, source_of
from .statements import call_effect, run_body
from .values import LocalFunction, Static, StructureValue, TupleValue, Value
from .vectorised import call_vectorised, is_vectorised

#: methods and functions that write into their first argument
MUTATING = {".fill()": (0,), ".sort()": (0,), "np.copyto": (0,), "np.fill_diagonal": (0,),
            "np.random.shuffle": (0,), "np.random.seed": (), "print": ()}

#: functions that Numba learns from an optional package
TRANSFORMS = ("np.fft.", "scipy.fft.")

#: methods that are functions of the same name
FUNCTIONS = {"dot": "np.dot"}


def call(frame: Frame, node: ast.Call, hint: str | None) -> Value:
    """Emit a call expression."""
    made = of_comprehension(frame, node)
    if made is not None:
        return made
    args, kwargs = _arguments(frame, node)
    if isinstance(node.func, ast.Attribute):
        base = expression(frame, node.func.value)
        if isinstance(base, StructureValue):
            return structures.call_method(frame, base, node.func.attr, args, kwargs, node)
        if not isinstance(base, (Static, TupleValue, LocalFunction, LocalDerivative)):
            receiver = frame.atom(base, node)
            if node.func.attr in FUNCTIONS:
                return _primitive(frame, FUNCTIONS[node.func.attr], [receiver, *args], kwargs, node, hint)
            return _primitive(frame, f".{node.func.attr}()", [receiver, *args], kwargs, node, hint)
    f = expression(frame, node.func)
    if isinstance(f, LocalDerivative):
        return call_local_derivative(frame, f, args, kwargs, node, hint)
    if isinstance(f, LocalFunction):
        return _call_local(frame, f, args, kwargs, node)
    if isinstance(f, Static):
        return _call_object(frame, f.value, args, kwargs, node, hint)
    raise frame.refuse("this value can't be called", node)


def _arguments(frame: Frame, node: ast.Call) -> tuple[list[Value], dict[str, Value]]:
    args: list[Value] = []
    for arg in node.args:
        if isinstance(arg, ast.Starred):
            items = tuple_items(frame, expression(frame, arg.value), arg)
            if items is None:
                raise frame.refuse("only a tuple of known length can be starred", arg)
            args += items
        else:
            args.append(expression(frame, arg))
    kwargs = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise frame.refuse("** in a call is not supported", node, hint="name the arguments")
        kwargs[keyword.arg] = expression(frame, keyword.value)
    return args, kwargs


def _call_object(
    frame: Frame, f: Any, args: list[Value], kwargs: dict[str, Value], node: ast.Call,
    hint: str | None,
) -> Value:
    if frame.builder.meaning is not None:
        f = frame.builder.meaning(f)
    if makes_derivatives(f):
        return make_derivative(frame, f, args, kwargs, node)
    if isinstance(f, type) and structure_of(f) is not None:
        return structures.made(frame, f, args, kwargs, node)
    if any(map(structures.is_structure, args)):
        value = structures.function(frame, f, args, kwargs, node)
        if value is not None:
            return value
    if isinstance(f, type) and issubclass(f, tuple) and hasattr(f, "_fields"):
        return named_tuple(frame, f, args, kwargs, node)
    special = _SPECIAL.get(f) if isinstance(f, (type, FunctionType)) or callable(f) else None
    if special is not None:
        value = special(frame, args, kwargs, node, hint)
        if value is not None:
            return value
    if frame.builder.is_primitive(f):
        known = getattr(f, "__name__", "")
        name = frame.builder.global_name(f, known if known.isidentifier() else "primitive")
        written = frame.builder.writes(f) if frame.builder.writes else ()
        if written:
            return call_effect(frame, name, [frame.atom(v, node) for v in args], written, node)
        return _primitive(frame, name, args, kwargs, node, hint)
    replacement = library.REPLACED.get(f) if op_of(f) is not None else None
    if replacement is not None:
        return inline_function(frame, replacement, args, kwargs, node)
    if is_vectorised(f):
        return call_vectorised(frame, f, args, kwargs, node, inline_function)
    op = op_of(f)
    if op is not None:
        return _primitive(frame, op, args, kwargs, node, hint)
    if is_derivative(f):
        return call_derivative(frame, f, args, kwargs, node, hint)
    if hasattr(f, "primal"):
        raise frame.refuse(
            f"{getattr(f, '__name__', 'this')} is a derivative, and its own is not supported yet",
            node,
            hint="take the derivative outside, and pass in what it gives",
        )
    if isinstance(f, MethodType) and isinstance(python_function(f.__func__), FunctionType):
        return _call_object(frame, f.__func__, [frame.static(f.__self__, "self"), *args], kwargs, node, hint)
    call_of = getattr(type(f), "__call__", None)  # noqa: B004
    if isinstance(call_of, FunctionType) and not isinstance(f, type):  # an object that is called
        return _call_object(frame, call_of, [frame.static(f, "self"), *args], kwargs, node, hint)
    overloads = overloads_of(f)
    if overloads:
        return overloaded(frame, f, overloads, args, kwargs, node)
    function = python_function(f)
    if isinstance(function, FunctionType):
        return inline_function(frame, function, args, kwargs, node, f)
    raise frame.refuse(
        f"{getattr(f, '__name__', f)!s} can't be differentiated: adcomp can't read it", node,
        hint="give it a rule with adcomp.pullback_rule, or mark it with adcomp.nondifferentiable",
    )


# --- primitives ---------------------------------------------------------------------------------


def _primitive(
    frame: Frame, op: str, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call,
    hint: str | None,
) -> Value:
    if op.startswith(TRANSFORMS) and find_spec("rocket_fft") is None:
        raise frame.refuse(f"Numba compiles {op} only with the package rocket-fft", node,
                           hint="install it: pip install 'adcomp[fft]'")
    args, kwargs = _in_order(op, args, kwargs)
    atoms = [frame.atom(v, node) for v in args]
    out = kwargs.get("out")
    if out is not None and op.startswith("np.") and op != "np.clip":
        return _with_out(frame, op, atoms, {k: v for k, v in kwargs.items() if k != "out"}, out, node)
    ufunc = getattr(np, op[3:], None) if op.startswith("np.") else None
    if isinstance(ufunc, np.ufunc) and len(atoms) == ufunc.nin + 1 and ufunc.nout == 1:
        return _with_out(frame, op, atoms[:-1], kwargs, atoms[-1], node)
    if op == "np.dot" and len(atoms) == 3:
        return _with_out(frame, op, atoms[:-1], kwargs, atoms[-1], node)
    if op in ("np.clip", ".clip()"):
        out = atoms.pop() if len(atoms) == 4 else out
        kwargs = {k: v for k, v in kwargs.items() if k != "out"}
        if out not in (None, Const(None)):
            return _with_out(frame, op, atoms, kwargs, out, node)
    if op == "np.nan_to_num":
        copy = kwargs.get("copy", atoms[1] if len(atoms) > 1 else Const(True))
        if copy != Const(True):
            return _nan_to_num_in_place(frame, atoms, kwargs, copy, node)
    atoms += [frame.atom(v, node) for v in kwargs.values()]
    if op in MUTATING:
        return call_effect(frame, op, atoms, MUTATING[op], node, tuple(kwargs))
    return frame.emit(op, atoms, node, hint, tuple(kwargs))


def _in_order(op: str, args: Sequence[Value], kwargs: Mapping[str, Value]
              ) -> tuple[Sequence[Value], Mapping[str, Value]]:
    """The arguments of a function of NumPy by position, as far as they follow each other."""
    if not kwargs or not op.startswith("np."):
        return args, kwargs
    try:
        names = list(inspect.signature(object_called(op, {})).parameters)
    except (TypeError, ValueError):  # a builtin tells nothing of its parameters
        return args, kwargs
    if not {*kwargs} <= {*names}:
        return args, kwargs
    rest = sorted(kwargs, key=names.index)
    placed = list(args)
    while rest and names[len(placed): len(placed) + 1] == rest[:1]:
        placed.append(kwargs[rest.pop(0)])
    return placed, {name: kwargs[name] for name in rest}


def _with_out(frame: Frame, op: str, args: Sequence[Atom], kwargs: Mapping[str, Value], out: Value,
              node: ast.Call) -> Value:
    """``np.exp(x, out)`` as ``out[...] = np.exp(x)``."""
    target = frame.atom(out, node)
    atoms = [*args, *(frame.atom(v, node) for v in kwargs.values())]
    value = frame.emit(op, atoms, node, None, tuple(kwargs))
    frame.builder.stmts.append(
        SetItem(target, (Const(Ellipsis),), value, loc=frame.loc(node))
    )
    return target


def _nan_to_num_in_place(frame: Frame, args: Sequence[Atom], kwargs: Mapping[str, Value], copy: Value,
                         node: ast.Call) -> Value:
    """``np.nan_to_num(x, copy=False)`` as ``x[...] = np.nan_to_num(x)``."""
    if copy != Const(False):
        raise frame.refuse("the argument copy of np.nan_to_num is no constant", node,
                           hint="write True or False")
    rest = {k: v for k, v in kwargs.items() if k != "copy"}
    return _with_out(frame, "np.nan_to_num", (args[0], *((Const(True), *args[2:]) if args[1:] else ())),
                     rest, args[0], node)


# --- inlining -----------------------------------------------------------------------------------


def inline_function(
    frame: Frame, f: FunctionType, args: list[Value], kwargs: dict[str, Value], node: ast.AST,
    dispatcher: Any = None,
) -> Value:
    key = _reading(f, args)
    if key in frame.builder.inlining:
        name = frame.builder.global_name(dispatcher_of(f, dispatcher), f.__name__)
        return _recursion(frame, f, name, args, kwargs, node)
    source = source_of(f)
    callee = Frame(frame.builder, source, declared=note(dispatcher if dispatcher is not None else f))
    defaults = [callee.static(v, "default") for v in source.defaults]
    kwdefaults = {k: callee.static(v, k) for k, v in source.kwdefaults.items()}
    callee.env = bind(frame, source.node.args, args, kwargs, defaults, kwdefaults, source.name, node)
    frame.builder.inlining.append(key)
    try:
        return run_body(callee)
    finally:
        frame.builder.inlining.pop()


def _reading(f: FunctionType, args: Sequence[Value]) -> Any:
    """What is being read: a function, or one for structures of certain classes; it may be for others."""
    classes = tuple(a.cls if isinstance(a, StructureValue) else None for a in args)
    return (f, classes) if any(classes) else f


_DISPATCHERS: dict[FunctionType, Any] = {}


def dispatcher_of(f: FunctionType, dispatcher: Any = None) -> Any:
    """The Numba dispatcher of a plain function, always the same one.

    The plain functions that it calls by global names are dispatchers too, itself among them.
    """
    if dispatcher is not None and dispatcher is not f:
        return dispatcher
    if f not in _DISPATCHERS:
        scope = dict(f.__globals__)
        copy = FunctionType(f.__code__, scope, f.__name__, f.__defaults__, f.__closure__)
        copy.__qualname__, copy.__module__ = f.__qualname__, f.__module__
        _DISPATCHERS[f] = numba.njit(copy)
        for name in f.__code__.co_names:
            if isinstance(scope.get(name), FunctionType) and op_of(scope[name]) is None:
                scope[name] = dispatcher_of(scope[name])
    return _DISPATCHERS[f]


def _recursion(frame: Frame, f: FunctionType, name: str, args: list[Value],
               kwargs: dict[str, Value], node: ast.AST) -> Value:
    source = source_of(f)
    defaults = [frame.static(v, "default") for v in source.defaults]
    bound = bind(frame, source.node.args, args, kwargs, defaults, {}, source.name, node)
    return frame.emit(name, [frame.atom(v, node) for v in bound.values()], node)


def _call_local(
    frame: Frame, f: LocalFunction, args: list[Value], kwargs: dict[str, Value], node: ast.Call
) -> Value:
    if f.node in frame.builder.inlining:
        raise frame.refuse("an inner function that calls itself is not supported", node,
                           hint="move it to module level")
    enclosing: Frame = f.frame
    name = getattr(f.node, "name", "<lambda>")
    source = _with_node(enclosing.source, f.node, name)
    callee = Frame(frame.builder, source, parent=enclosing)
    callee.env = bind(frame, f.node.args, args, kwargs, list(f.defaults), dict(f.kwdefaults), name,
                       node)
    frame.builder.inlining.append(f.node)
    try:
        return run_body(callee)
    finally:
        frame.builder.inlining.pop()


def _with_node(source: Any, node: Any, name: str) -> Any:
    from dataclasses import replace

    return replace(source, node=node, name=name)


def bind(
    frame: Frame, spec: ast.arguments, args: list[Value], kwargs: dict[str, Value],
    defaults: Sequence[Value], kwdefaults: Mapping[str, Value], name: str, node: ast.AST,
) -> dict[str, Value]:
    """Match a call's arguments with a function's parameters, as Python does."""
    positional = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    bound: dict[str, Value] = dict(zip(positional, args, strict=False))
    rest = args[len(positional):]
    if spec.vararg is not None:
        bound[spec.vararg.arg] = TupleValue(tuple(rest))
    elif rest:
        raise frame.refuse(f"{name} takes {len(positional)} arguments, {len(args)} were given", node)
    if spec.kwarg is not None:
        raise frame.refuse(f"{name} takes **{spec.kwarg.arg}, which is not supported", node)
    keyword_only = [a.arg for a in spec.kwonlyargs]
    for key, value in kwargs.items():
        if key not in (*positional, *keyword_only):
            raise frame.refuse(f"{name} has no parameter {key}", node)
        if key in bound:
            raise frame.refuse(f"{name} got two values for {key}", node)
        bound[key] = value
    for key, value in (*zip(reversed(positional), reversed(defaults), strict=False),
                       *kwdefaults.items()):
        bound.setdefault(key, value)
    for key in (*positional, *keyword_only):
        if key not in bound:
            raise frame.refuse(f"{name} is called without its argument {key}", node)
    order = (*positional, *([spec.vararg.arg] if spec.vararg else ()), *keyword_only)
    return {key: bound[key] for key in order}


# --- calls that mean something while compiling --------------------------------------------------


def _len(frame: Frame, args: list[Value], kwargs: Any, node: ast.Call, hint: str | None) -> Value | None:
    if len(args) != 1:
        return None
    known = isinstance(args[0], TupleValue) or isinstance(args[0], StructureValue) and args[0].cls is dict
    return Const(len(args[0].items)) if known else None  # type: ignore[union-attr]


def _extreme(op: str, of_array: Any) -> Any:
    def extreme(frame: Frame, args: list[Value], kwargs: Any, node: ast.Call,
                hint: str | None) -> Value | None:
        if kwargs:
            raise frame.refuse(f"{op} takes no keyword arguments here", node)
        items = args[0].items if len(args) == 1 and isinstance(args[0], TupleValue) else tuple(args)
        if len(args) == 1 and not isinstance(args[0], TupleValue):
            return inline_function(frame, of_array, args, {}, node)
        if len(items) < 2:
            return items[0] if items else None
        value = frame.atom(items[0], node)
        for k, item in enumerate(items[1:]):
            last = k == len(items) - 2
            value = frame.emit(op, (value, frame.atom(item, node)), node, hint if last else None)
        return value

    return extreme


def _ndim(frame: Frame, args: list[Value], kwargs: Any, node: ast.Call, hint: str | None) -> Value | None:
    if len(args) == 1 and structures.is_structure(args[0]):
        return structures.attribute(frame, args[0], "ndim", node)  # type: ignore[arg-type]
    rank = frame.rank_of(args[0]) if len(args) == 1 and not kwargs else None
    return None if rank is None else Const(rank)


def _iscomplexobj(frame: Frame, args: list[Value], kwargs: Any, node: ast.Call, hint: str | None
                  ) -> Value | None:
    kind = frame.kind_of(args[0]) if len(args) == 1 and not kwargs else None
    if kind is None:
        return None
    return Const(isinstance(kind.dtype if isinstance(kind, types.Array) else kind, types.Complex))


def _isinstance(frame: Frame, args: list[Value], kwargs: Any, node: ast.Call,
                hint: str | None) -> Value | None:
    return structures.is_instance(frame, args, node)


def _type(frame: Frame, args: list[Value], kwargs: Any, node: ast.Call,
          hint: str | None) -> Value | None:
    kind = frame.kind_of(args[0]) if len(args) == 1 else None
    if is_number(kind):
        return Static(bool if isinstance(kind, types.Boolean) else getattr(np, str(types.unliteral(kind))))
    known = len(args) == 1 and isinstance(args[0], StructureValue)
    return Static(args[0].cls) if known else None  # type: ignore[union-attr]


def _tuple(frame: Frame, args: list[Value], kwargs: Any, node: ast.Call,
           hint: str | None) -> Value | None:
    return args[0] if len(args) == 1 and isinstance(args[0], TupleValue) else None


def _sorted(frame: Frame, args: list[Value], kwargs: Any, node: ast.Call,
            hint: str | None) -> Value | None:
    raise frame.refuse("sorted makes a list, which is not supported", node, hint="use np.sort on an array")


_SPECIAL: dict[Any, Any] = {
    len: _len, min: _extreme("min", library.smallest), max: _extreme("max", library.largest),
    isinstance: _isinstance, type: _type, np.ndim: _ndim, np.iscomplexobj: _iscomplexobj,
    tuple: _tuple, sorted: _sorted, checkpointed: misplaced,
}

__all__ = ["Var", "call", "inline_function"]
