"""Numba types for classes whose values are their fields.

A value of such a class is in compiled code a struct of those fields that are not constants of the type.
It is unboxed from an instance by its attributes, and boxed by calling the class. What its methods and
operators mean is told by whoever reads them: see `Reader`.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any, TypeAlias

from numba.core import cgutils, types
from numba.core.datamodel import models, register_default
from numba.core.imputils import impl_ret_borrowed, lower_builtin, lower_constant, lower_getattr_generic
from numba.core.pythonapi import NativeValue, box, unbox
from numba.core.typing.templates import (
    AbstractTemplate,
    AttributeTemplate,
    infer,
    infer_getattr,
    infer_global,
)
from numba.core.typing.templates import signature as typed_call
from numba.extending import overload, overload_attribute, overload_method, typeof_impl

from .numba_names import unliteral

Type: TypeAlias = types.Type

#: ``reader(method, argtypes)``: a Python function that Numba compiles, for a method on such arguments
Reader = Callable[[FunctionType, tuple[Type, ...]], Callable[..., Any]]

#: The module whose ``read_method`` is the reader; it is imported when the first method is compiled.
READER = "adcomp.pipeline.structured"


class StructureType(types.Type):  # type: ignore[misc]
    """The type of the values of a class.

    Parameters
    ----------
    maker : callable
        What compiled code and `box` call with the fields, constants among them, to make a value.
    names : tuple of str
        All fields in the order of the call.
    members : tuple of Numba types
        One for each field that is no constant.
    constants : tuple of (str, value)
        The fields that are the same in all values of the type.
    """

    maker: Any
    passive: tuple[str, ...] = ()  #: fields that carry no derivative, whatever their type

    def __init__(self, names: tuple[str, ...], members: tuple[Type, ...],
                 constants: tuple[tuple[str, Any], ...]) -> None:
        self.names, self.members, self.constants = names, members, constants
        fixed = dict(constants)
        self.dynamic = tuple(n for n in names if n not in fixed)
        shown = [*map(str, members), *(f"{n}={v!r}" for n, v in constants)]
        super().__init__(f"{_path_of(self.maker)}({', '.join(shown)})")

    @property
    def types(self) -> tuple[Type, ...]:
        """The types of the fields that are no constants, as of a tuple's elements."""
        return self.members

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[Type]:
        return iter(self.members)

    def member(self, name: str) -> Type | None:
        """The type of a field that is no constant."""
        return self.members[self.dynamic.index(name)] if name in self.dynamic else None

    def slot(self, name: str) -> str:
        """What the data model calls a field: any text may be the key of a dict."""
        if name not in self.dynamic:
            raise AttributeError(f"{self} has no field {name!r}")
        return f"field{self.dynamic.index(name)}"

    def with_members(self, members: tuple[Type, ...]) -> StructureType:
        """The type with other types of its fields."""
        return type(self)(self.names, members, self.constants)

    def __reduce__(self) -> Any:
        return _type_again, (self.maker, self.names, self.members, self.constants)


class ContainerType(StructureType):
    """The type of dicts with certain keys, or of lists of a certain length."""


def _path_of(maker: Any) -> str:
    return f"{maker.__module__}.{getattr(maker, '__qualname__', maker)}"


def _type_again(maker: Any, *parts: Any) -> StructureType:
    return type_class(maker)(*parts)


@cache
def type_class(maker: Any) -> type[StructureType]:
    """The class of the Numba types of what ``maker`` makes; it has to be declared."""
    base = ContainerType if hasattr(maker, "container") else StructureType
    made: type[StructureType] = type(f"{maker.__name__}Type", (base,), {"maker": maker})
    register_default(made)(_Model)
    return made


class _Model(models.StructModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: StructureType) -> None:
        slots = map(fe_type.slot, fe_type.dynamic)
        super().__init__(dmm, fe_type, list(zip(slots, fe_type.members, strict=True)))


# --- declaring a class --------------------------------------------------------------------------


def declare(maker: Any, names: Sequence[str], static: Sequence[str] = (), *, defaults: Sequence[Any] = ()
            ) -> None:
    """Make ``maker`` callable in compiled code, with these fields as its arguments.

    ``defaults`` are the values of the last fields.
    """
    cls, names = type_class(maker), tuple(names)
    given = dict(zip(reversed(names), reversed(defaults), strict=False))

    def template_of(*args: Type, **kws: Type) -> StructureType | None:
        fields = dict(zip(names, args, strict=False)) | kws
        if len(args) > len(names) or not {*fields} <= {*names}:
            return None
        members: list[Type] = []
        constants: list[tuple[str, Any]] = []
        for name in names:
            if name not in fields and name not in given:
                return None
            if name in static:
                found = fields.get(name, given.get(name))
                value = found.literal_value if isinstance(found, types.Literal) else found
                if isinstance(value, types.Omitted):
                    value = value.value
                if isinstance(value, types.Type):
                    return None
                constants.append((name, value))
            else:
                members.append(unliteral(fields.get(name) or _typeof(given[name])))
        return cls(names, tuple(members), tuple(constants))

    class Make(AbstractTemplate):  # type: ignore[misc]
        key = maker
        prefer_literal = True

        def generic(self, args: tuple[Type, ...], kws: dict[str, Type]) -> Any:
            if kws:
                return None
            made = template_of(*args, **kws)
            return None if made is None else typed_call(made, *args)

    infer_global(maker, types.Function(type(f"Make_{maker.__name__}", (Make,), {})))

    @lower_builtin(maker, types.VarArg(types.Any))  # type: ignore[untyped-decorator]
    def make(context: Any, builder: Any, sig: Any, args: Sequence[Any]) -> Any:
        typ = sig.return_type
        value = cgutils.create_struct_proxy(typ)(context, builder)
        position = {name: k for k, name in enumerate(names)}
        for name, kind in zip(typ.dynamic, typ.members, strict=True):
            k = position[name]
            if k < len(args):
                part = context.cast(builder, args[k], sig.args[k], kind)
            else:
                part = context.get_constant_generic(builder, kind, given[name])
            setattr(value, typ.slot(name), part)
        return impl_ret_borrowed(context, builder, typ, value._getvalue())


def _typeof(value: Any) -> Type:
    from .numba_adapter import typeof

    return typeof(value)


def declare_class(cls: type, names: Sequence[str], *, static: Sequence[str] = (),
                  passive: Sequence[str] = (), defaults: Sequence[Any] = (), callable: bool = True) -> None:
    """Give a Python class a Numba type: it can be passed to compiled code and used there.

    It can be made there too, if it is ``callable``: if a call of it keeps its arguments, and does no more.
    """
    if callable:
        declare(cls, names, static, defaults=defaults)
    made, names = type_class(cls), tuple(names)
    made.passive = tuple(passive)

    @typeof_impl.register(cls)  # type: ignore[untyped-decorator]
    def typeof_instance(value: Any, context: Any) -> StructureType:
        constants = tuple((n, getattr(value, n)) for n in names if n in static)
        members = tuple(_typeof(getattr(value, n)) for n in names if n not in static)
        return made(names, members, constants)

    for name, found in _public(cls).items():
        if isinstance(found, property):
            if isinstance(found.fget, FunctionType):
                overload_attribute(made, name)(_property(found.fget))
        elif isinstance(found, FunctionType) and name not in _OPERATORS:
            overload_method(made, name)(_method(found))


def declare_values(cls: type, maker_of: Callable[[Any], Any], fields_of: Callable[[Any], dict[str, Any]]
                   ) -> None:
    """Give the instances of a class the types of what makers make that differ from one to another.

    A maker that `declare` was told of makes an instance again from the fields, which are its attributes.
    """

    @typeof_impl.register(cls)  # type: ignore[untyped-decorator]
    def typeof_instance(value: Any, context: Any) -> StructureType:
        fields = fields_of(value)
        return type_class(maker_of(value))(tuple(fields), tuple(map(_typeof, fields.values())), ())


def _public(cls: type) -> dict[str, Any]:
    """The methods and properties that compiled code may use, with those of the bases."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__[:-1]):
        found |= {n: v for n, v in vars(base).items() if not n.startswith("__")}
    return found


def read(method: FunctionType | None, argtypes: tuple[Type, ...]) -> Callable[..., Any]:
    """A function that Numba compiles, for a method on arguments of these types."""
    assert method is not None
    reader: Reader = import_module(READER).read_method
    return reader(method, argtypes)


def _property(method: FunctionType) -> Any:
    def implement(self):  # type: ignore[no-untyped-def]
        inner = read(method, (self,))
        return lambda self: inner(self)

    return implement


def _method(method: FunctionType) -> Any:
    """The overload of a method: a function of the same parameters."""
    signature = inspect.signature(method)
    signature = signature.replace(return_annotation=signature.empty, parameters=[
        p.replace(annotation=p.empty) for p in signature.parameters.values()])

    def implement(*args: Any, **kws: Any) -> Any:
        bound = signature.bind(*args, **kws)
        bound.apply_defaults()
        inner = read(method, tuple(map(_as_type, bound.arguments.values())))
        return _calling(inner, signature)

    implement.__signature__ = signature  # type: ignore[attr-defined]
    return implement


def _calling(inner: Any, signature: inspect.Signature) -> Any:
    """A function with a signature that calls another with all its parameters."""
    names = list(signature.parameters)
    scope: dict[str, Any] = {"inner": inner}
    shown = []
    for name, parameter in signature.parameters.items():
        if parameter.default is not parameter.empty:
            scope[f"_{name}"] = parameter.default
        shown.append(f"{name}=_{name}" if f"_{name}" in scope else name)
    exec(f"def call({', '.join(shown)}): return inner({', '.join(names)})", scope)
    return scope["call"]


def _as_type(value: Any) -> Type:
    return value if isinstance(value, types.Type) else types.Omitted(value)


# --- fields -------------------------------------------------------------------------------------


@infer_getattr
class _Fields(AttributeTemplate):  # type: ignore[misc]
    key = StructureType

    def generic_resolve(self, typ: StructureType, attr: str) -> Type | None:
        constants = dict(typ.constants)
        if attr in constants:
            value = constants[attr]
            return types.literal(value) if type(value) in (int, str) else _typeof(value)
        return typ.member(attr)


@lower_getattr_generic(StructureType)  # type: ignore[untyped-decorator]
def _get_field(context: Any, builder: Any, typ: StructureType, value: Any, attr: str) -> Any:
    constants = dict(typ.constants)
    if attr in constants:
        return context.get_constant_generic(builder, _typeof(constants[attr]), constants[attr])
    found = getattr(cgutils.create_struct_proxy(typ)(context, builder, value=value), typ.slot(attr))
    return impl_ret_borrowed(context, builder, typ.member(attr), found)


def _key(typ: StructureType, index: Any) -> str | None:
    """The field that a constant index of a container means."""
    if getattr(typ.maker, "container", None) is list and isinstance(index, int):
        return str(index % len(typ)) if -len(typ) <= index < len(typ) else None
    return index if isinstance(index, str) and index in typ.dynamic else None


@infer
class _Items(AbstractTemplate):  # type: ignore[misc]
    key = "static_getitem"

    def generic(self, args: Any, kws: Any) -> Any:
        base, index = args
        if not isinstance(base, ContainerType):
            return None
        name = _key(base, index)
        return None if name is None else typed_call(base.member(name), base, types.literal(index))


@lower_builtin("static_getitem", ContainerType, types.StringLiteral)  # type: ignore[untyped-decorator]
@lower_builtin("static_getitem", ContainerType, types.IntegerLiteral)  # type: ignore[untyped-decorator]
def _get_item(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    typ, index = sig.args
    return _get_field(context, builder, typ, args[0], _key(typ, index.literal_value))


@lower_constant(StructureType)  # type: ignore[untyped-decorator]
def _constant(context: Any, builder: Any, typ: StructureType, value: Any) -> Any:
    struct = cgutils.create_struct_proxy(typ)(context, builder)
    for name, kind in zip(typ.dynamic, typ.members, strict=True):
        setattr(struct, typ.slot(name), context.get_constant_generic(builder, kind, getattr(value, name)))
    return struct._getvalue()


@unbox(StructureType)  # type: ignore[untyped-decorator]
def _unbox(typ: StructureType, obj: Any, c: Any) -> NativeValue:
    struct = cgutils.create_struct_proxy(typ)(c.context, c.builder)
    failed = cgutils.alloca_once_value(c.builder, cgutils.false_bit)
    cleanups = []
    for name, kind in zip(typ.dynamic, typ.members, strict=True):
        field = _fetched(typ, obj, name, c)
        missing = cgutils.is_null(c.builder, field)
        with c.builder.if_else(missing) as (no, yes):
            with no:
                c.builder.store(cgutils.true_bit, failed)
            with yes:
                native = c.unbox(kind, field)
                setattr(struct, typ.slot(name), native.value)
                with c.builder.if_then(native.is_error):
                    c.builder.store(cgutils.true_bit, failed)
                c.pyapi.decref(field)
        if native.cleanup is not None:
            cleanups.append(native.cleanup)

    def cleanup() -> None:
        for one in reversed(cleanups):
            one()

    return NativeValue(struct._getvalue(), is_error=c.builder.load(failed),
                       cleanup=cleanup if cleanups else None)


def _fetched(typ: StructureType, obj: Any, name: str, c: Any) -> Any:
    """A new reference to a field: an attribute, or in a container the item of a key."""
    if not isinstance(typ, ContainerType):
        return c.pyapi.object_getattr_string(obj, name)
    key = c.pyapi.string_from_string(c.context.insert_const_string(c.builder.module, name))
    item = c.pyapi.object_getitem(obj, key)
    c.pyapi.decref(key)
    return item


@box(StructureType)  # type: ignore[untyped-decorator]
def _box(typ: StructureType, value: Any, c: Any) -> Any:
    struct = cgutils.create_struct_proxy(typ)(c.context, c.builder, value=value)
    constants = dict(typ.constants)
    maker = c.pyapi.unserialize(c.pyapi.serialize_object(typ.maker))
    parts = []
    for name in typ.names:
        if name in constants:
            parts.append(c.pyapi.unserialize(c.pyapi.serialize_object(constants[name])))
            continue
        kind, part = typ.member(name), getattr(struct, typ.slot(name))
        c.context.nrt.incref(c.builder, kind, part)
        parts.append(c.box(kind, part))
    result = c.pyapi.call_function_objargs(maker, parts)
    for part in (*parts, maker):
        c.pyapi.decref(part)
    c.context.nrt.decref(c.builder, typ, value)
    return result


# --- operators and functions --------------------------------------------------------------------

_BINARY = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv,
    "matmul": operator.matmul, "pow": operator.pow,
}
_UNARY = {"neg": operator.neg, "pos": operator.pos}
_OPERATORS = frozenset({*(f"__{n}__" for n in (*_BINARY, *_UNARY)), *(f"__r{n}__" for n in _BINARY),
                        "__getitem__", "__len__"})


def method_of(typ: Type, name: str) -> FunctionType | None:
    """The method of a class that a structure is of."""
    found = getattr(_class_of(typ), name, None)
    return found if isinstance(found, FunctionType) else None


def subscript_of(cls: type) -> str:
    """What a subscript of an instance means: its own ``__getitem__``, or ``entry`` and ``dense`` of a matrix.

    Examples
    --------
    >>> subscript_of(dict)
    '__getitem__'
    """
    own = getattr(cls, "__getitem__", None)
    ours = str(getattr(own, "__module__", "adcomp.")).startswith("adcomp.")
    return "entry" if ours and hasattr(cls, "entry") and hasattr(cls, "dense") else "__getitem__"


def methods_of(word: str, left: type | None, right: type | None) -> tuple[str, ...]:
    """The sides whose methods Python tries for an operator, in its order: ``"left"`` and ``"right"``.

    The right one comes first if its class derives from that of the left, and reflects the operator anew.

    Examples
    --------
    >>> methods_of("add", int, bool), methods_of("add", int, None)
    (('left', 'right'), ('left',))
    """
    sides = tuple(side for side, cls in (("left", left), ("right", right)) if cls is not None)
    if left is None or right is None or left is right or not issubclass(right, left):
        return sides
    name = f"__r{word}__"
    return sides[::-1] if getattr(right, name, None) is not getattr(left, name, None) else sides


def _class_of(typ: Type) -> type | None:
    """The class of a structure."""
    return typ.maker if isinstance(typ, StructureType) and isinstance(typ.maker, type) else None


def _binary(name: str, a: Type, b: Type) -> Any:
    for side in methods_of(name, _class_of(a), _class_of(b)):
        method, given = (method_of(a, f"__{name}__"), (a, b)) if side == "left" else (
            method_of(b, f"__r{name}__"), (b, a))
        inner = NotImplemented if method is None else read(method, given)
        if inner is not NotImplemented:
            return _straight(inner) if side == "left" else _reflected(inner)
    return None


def _straight(inner: Any) -> Any:
    return lambda a, b: inner(a, b)


def _reflected(inner: Any) -> Any:
    return lambda a, b: inner(b, a)


def _unary(name: str, a: Type) -> Any:
    method = method_of(a, f"__{name}__")
    if method is None:
        return None
    inner = read(method, (a,))
    return lambda a: inner(a)


def _overload_operators() -> None:
    for name, function in _BINARY.items():
        overload(function)(_two(name))
    for name, one in _UNARY.items():
        overload(one)(_one(name))


@overload(operator.getitem)  # type: ignore[untyped-decorator]
def _getitem(a, b):  # type: ignore[no-untyped-def]
    """An entry, by the method ``entry``, or a subscript of the value in full; or the class's own method."""
    cls = _class_of(a)
    if cls is None:
        return None
    if subscript_of(cls) != "entry":
        method = method_of(a, "__getitem__")
        return None if method is None else _straight(read(method, (a, b)))
    if isinstance(b, types.UniTuple) and len(b) == 2 and isinstance(b.dtype, types.Integer):
        inner = read(method_of(a, "entry"), (a, *map(unliteral, b)))
        return lambda a, b: inner(a, b[0], b[1])
    dense = read(method_of(a, "dense"), (a,))
    return lambda a, b: dense(a)[b]


def _two(name: str) -> Any:
    return lambda a, b: _binary(name, a, b)


def _one(name: str) -> Any:
    return lambda a: _unary(name, a)


_overload_operators()


def declare_functions(methods: Mapping[Any, str], operators: Mapping[Any, str]) -> None:
    """Let functions be called on structures: by the method or property of a name, or by an operator."""
    for function, name in methods.items():
        overload(function)(_by_method(name))
    for function, name in operators.items():
        overload(function)(_two(name))
    from numba.np import ufunc_db  # which is large

    for function in ufunc_db.get_ufuncs():
        if function not in methods and function.nin == function.nout == 1:
            overload(function)(_element_by_element(function))


def _by_method(name: str) -> Any:
    def implement(a, *args):  # type: ignore[no-untyped-def]
        found = getattr(getattr(a, "maker", None), name, None) if isinstance(a, StructureType) else None
        method = found.fget if isinstance(found, property) else found
        if not isinstance(method, FunctionType):
            return None
        inner = read(method, (a, *args))
        return lambda a, *args: inner(a, *args)

    return implement


def _element_by_element(function: Any) -> Any:
    def mapped(self):  # type: ignore[no-untyped-def]
        return self.elementwise(function)

    def implement(a):  # type: ignore[no-untyped-def]
        if method_of(a, "elementwise") is None:
            return None
        inner = read(mapped, (a,))  # type: ignore[arg-type]
        return lambda a: inner(a)

    return implement
