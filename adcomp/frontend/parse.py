"""From a Python function to Core.

Requires: a plain Python function whose source can be read, and the Numba types of its arguments.
Ensures:  Core with the same meaning. Calls of functions with readable source are inlined, tuples
          are taken apart, and everything that the fence does not let through was refused.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from numba import types

from ..core.declared import declared
from ..core.ir import Atom, Block, Built, Const, Fixed, Function, Undefined, Var
from ..core.names import Namer
from ..core.numba_structures import StructureType
from ..core.ops import STANDARD
from ..core.types import key_of
from ..errors import UnsupportedSyntax
from ..tangents.structures import structure_of
from ..tangents.trees import container_of, dict_of
from .frame import Builder, Frame
from .lifting import lifting_of, parameter_names
from .source import source_of
from .statements import run_body
from .structures import not_plain
from .values import Static, StructureValue, TupleValue, Value, leaves

#: names that generated code needs for itself, beside those of the standard namespace
GLOBALS = frozenset({"kernels", "special", "blocks", "frames", "slice", "prange", "accumulate", "add_into",
                     "shares_memory", "touches", "AliasedArguments"})


def parse(
    f: FunctionType, argtypes: Sequence[Any], *, is_primitive: Callable[[Any], bool],
    parallel: bool = False,
) -> Function:
    """Read a function into Core.

    Parameters
    ----------
    f : function
        A plain Python function.
    argtypes : sequence of numba types
        One per parameter; ``types.Omitted`` for a parameter left at its default.
    is_primitive : callable
        Tells whether a called function is a primitive (has a rule), so that it is not inlined.
    parallel : bool
        Whether the iterations of a `prange` may run at the same time; else it is a `range`.

    Raises
    ------
    UnsupportedSyntax
        If the function or one that it calls uses what adcomp does not read.
    """
    if lifting_of(f) is not None:
        return parse_lifted(f, argtypes, is_primitive=is_primitive, parallel=parallel)
    source = source_of(f)
    args = source.node.args
    if args.vararg or args.kwarg or args.kwonlyargs:
        extra = args.vararg or args.kwarg or args.kwonlyargs[0]
        raise UnsupportedSyntax(
            "parameters like *args, **kwargs and keyword-only ones are not supported here",
            loc=source.loc(extra), hint="list the parameters by name",
        )
    names = tuple(a.arg for a in (*args.posonlyargs, *args.args))
    namer = Namer([*names, *STANDARD, *GLOBALS, source.name])
    params = tuple(namer(n) if n in STANDARD or n in GLOBALS else n for n in names)
    builder = Builder(namer, is_primitive, parallel=parallel)
    frame = Frame(builder, source, declared=declared(f))
    builder.inlining.append(f)
    for name, param, typ in zip(names, params, argtypes, strict=True):
        frame.env[name] = _parameter(frame, param, typ, source.node)
    return finished(frame, params)


def parse_lifted(f: Any, argtypes: Sequence[Any], *, is_primitive: Callable[[Any], bool],
                 parallel: bool = False) -> Function:
    """Read the function behind one that was lifted, with more parameters than it has."""
    lifting = lifting_of(f)
    assert lifting is not None
    source = source_of(lifting.function)
    names = parameter_names(f)
    namer = Namer([*names, *STANDARD, *GLOBALS, source.name])
    params = tuple(namer(n) if n in STANDARD or n in GLOBALS else n for n in names)
    frame = Frame(Builder(namer, is_primitive, parallel=parallel), source)
    frame.builder.inlining.append(lifting.function)
    given = {name: _parameter(frame, param, typ, source.node)
             for name, param, typ in zip(names, params, argtypes, strict=True)}
    lifting.bind(frame, given)
    return finished(frame, params)


def finished(frame: Frame, params: tuple[str, ...]) -> Function:
    """The function of a frame whose parameters are known."""
    builder, source = frame.builder, frame.source
    result = run_body(frame)
    returns, atoms = _results(frame, result, source.node)
    return Function(
        name=source.name if source.name.isidentifier() else "anonymous", params=params,
        body=Block(tuple(builder.stmts), atoms), namespace=builder.namespace, returns=returns,
        defaults=source.defaults, doc="",
    )


def _parameter(frame: Frame, name: str, typ: Any, node: ast.AST) -> Value:
    if isinstance(typ, types.Omitted):
        return frame.static(typ.value, name)
    if isinstance(typ, types.NoneType):
        return Const(None)
    if isinstance(typ, types.Dispatcher):
        return Static(typ.dispatcher)
    return _take_apart(frame, Var(name), typ, name, node)


def _take_apart(frame: Frame, atom: Atom, typ: Any, hint: str, node: ast.AST) -> Value:
    """A tuple argument as its elements."""
    if isinstance(atom, Var):
        frame.builder.kinds.given[atom.name] = typ
    if isinstance(typ, StructureType):
        return _fields(frame, atom, typ, hint, node)
    if not isinstance(typ, types.BaseTuple):
        return atom
    fields = tuple(getattr(typ, "fields", ()))
    items = []
    for k, part in enumerate(typ.types):
        label = f"{hint}_{fields[k] if fields else k}"
        items.append(_take_apart(frame, frame.emit("[]", (atom, Const(k)), node, label), part, label, node))
    return TupleValue(tuple(items), fields)


def _fields(frame: Frame, atom: Atom, typ: StructureType, hint: str, node: ast.AST) -> Value:
    """A structure as its fields."""
    constants = dict(typ.constants)
    items: list[Value] = []
    for name in typ.names:
        if name in constants:
            items.append(frame.static(constants[name], name))
            continue
        label = f"{hint}_{name}" if name.isidentifier() or name.isdigit() else hint
        item = frame.emit("[]", (atom, key_of(typ, name)), node, label)
        items.append(_take_apart(frame, item, typ.member(name), label, node))
    container = container_of(typ.maker)
    if container is list:
        return TupleValue(tuple(items))
    return StructureValue(tuple(items), typ.names, container or typ.maker)


def _results(frame: Frame, value: Value, node: ast.AST) -> tuple[Any, tuple[Atom, ...]]:
    if value == Const(None):
        return "none", ()

    def layout(v: Value) -> Any:
        if isinstance(v, StructureValue):
            return _built(frame, v, tuple(map(layout, v.items)), node)
        return tuple(map(layout, v.items)) if isinstance(v, TupleValue) else "value"

    atoms = tuple(frame.atom(v, node) for v in leaves(value))
    if any(isinstance(a, Undefined) for a in atoms):
        raise frame.refuse("a path through the function returns nothing", node,
                           hint="return a value on every path")
    return layout(value), atoms


def _built(frame: Frame, value: StructureValue, parts: tuple[Any, ...], node: ast.AST) -> Built:
    """The layout of a structure: its static fields are constants of the call that makes it; of a dict."""
    if value.cls is dict:
        made = dict_of(value.fields)
        return Built(frame.builder.global_name(made, made.__name__), parts)
    known = structure_of(value.cls)
    if known is None or not known.is_plain:
        raise not_plain(frame, value.cls, node)
    return Built(frame.builder.global_name(value.cls, value.cls.__name__), tuple(
        Fixed(item.value) if k in value.static and isinstance(item, Const) else part
        for k, (item, part) in enumerate(zip(value.items, parts, strict=True))))
