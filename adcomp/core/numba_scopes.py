"""Telling LLVM which arrays are apart.

Requires: a function that Numba lowers.
Ensures:  loads and stores of array elements carry ``alias.scope`` and ``noalias`` metadata, which say
          that arrays made in the function share no memory with one another nor with its arguments.

Numba's arrays carry no such facts: LLVM guards every loop by run-time checks that the arrays do not
overlap, gives up on loops with many arrays, and cannot take a load out of a loop that stores. An array
that the function allocates is its own memory until it is gone; two arguments may overlap, and an array
from anywhere else may be any of these. See "alias.scope and noalias metadata" in LLVM's language
reference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import llvmlite.ir as ll
from numba.core import compiler, ir, lowering, types
from numba.core.compiler_machinery import register_pass
from numba.core.ir_utils import find_callname, guard
from numba.core.typed_passes import BaseNativeLowering, NativeLowering

#: functions of NumPy that return memory that nothing else has
_FRESH = frozenset(("empty", "zeros", "ones", "full", "empty_like", "zeros_like", "ones_like", "full_like"))

#: methods and attributes that return a part of their array, or a copy of it
_SAME = frozenset(("T", "real", "imag", "reshape", "ravel", "transpose", "view"))


@dataclass
class Origins:
    """The arrays of a function: where each name's memory may come from.

    An origin is the number of an argument (``arguments``) or of an allocation; a name that is missing
    may stand for any memory.
    """

    names: dict[str, frozenset[int]] = field(default_factory=dict)
    arguments: set[int] = field(default_factory=set)
    count: int = 0


def find_origins(func_ir: Any, typemap: Any) -> Origins:
    """The origins of the arrays of Numba IR, whatever way control takes."""
    found = Origins()
    steps: list[tuple[str, frozenset[int] | None, list[str]]] = []

    def new() -> frozenset[int]:
        found.count += 1
        return frozenset((found.count - 1,))

    for block in func_ir.blocks.values():
        for stmt in block.body:
            if not isinstance(stmt, ir.Assign) or not isinstance(typemap.get(stmt.target.name), types.Array):
                continue
            target, value = stmt.target.name, stmt.value
            if isinstance(value, ir.Arg):
                origin = new()
                found.arguments |= origin
                steps.append((target, origin, []))
            elif isinstance(value, ir.Var):
                steps.append((target, frozenset(), [value.name]))
            elif _is_fresh(func_ir, typemap, value):
                steps.append((target, new(), []))
            else:
                sources = _sources(func_ir, typemap, value)
                steps.append((target, None if sources is None else frozenset(), sources or []))
    unknown: set[str] = set()
    names = {target: frozenset[int]() for target, _, _ in steps}
    changed = True
    while changed:
        changed = False
        for target, own, sources in steps:
            if target in unknown:
                continue
            if own is None or any(s in unknown or s not in names for s in sources):
                unknown.add(target)
                changed = True
                continue
            merged = names[target].union(own, *(names[s] for s in sources))
            if merged != names[target]:
                names[target] = merged
                changed = True
    found.names = {n: o for n, o in names.items() if n not in unknown}
    return found


def _is_fresh(func_ir: Any, typemap: Any, value: Any) -> bool:
    if not isinstance(value, ir.Expr) or value.op != "call":
        return False
    kind = typemap.get(value.func.name)
    if isinstance(kind, types.Dispatcher):
        function = kind.dispatcher.py_func
        return (function.__module__, function.__name__) == ("adcomp.kernels.tape", "empty_tape")
    name = guard(find_callname, func_ir, value, typemap)
    if name is None:
        return False
    return name[1] == "numpy" and name[0] in _FRESH or name[0] == "copy" and isinstance(name[1], ir.Var)


def _sources(func_ir: Any, typemap: Any, value: Any) -> list[str] | None:
    """The names one of whose memory an expression stands for, or None if that is not known."""
    if not isinstance(value, ir.Expr):
        return None
    match value.op:
        case "phi":
            return [v.name for v in value.incoming_values if v is not ir.UNDEFINED]
        case "cast":
            return [value.value.name]
        case "getitem" | "static_getitem" if isinstance(typemap.get(value.value.name), types.Array):
            return [value.value.name]
        case "getattr" if value.attr in _SAME and isinstance(typemap.get(value.value.name), types.Array):
            return [value.value.name]
        case "call":
            name = guard(find_callname, func_ir, value, typemap)
            if name == ("buffer", "adcomp.kernels.tape"):
                return [value.args[0].name]
            if name is not None and isinstance(name[1], ir.Var) and name[0] in _SAME:
                return [name[1].name]
    return None


class _Node(ll.MDValue):
    """A metadata node that is like no other."""

    def __init__(self, module: ll.Module, others: tuple[ll.MDValue, ...]) -> None:
        super().__init__(module, others, str(len(module.metadata)))

    def descr(self, buf: list[str]) -> None:
        operands = ", ".join(("!" + str(self.name), *(o.get_reference() for o in self.operands)))
        buf += ("distinct !{ " + operands + " }", "\n")

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class _Lower(lowering.Lower):
    """Numba's lowering, with scopes on the accesses to arrays."""

    origins = Origins()
    scopes: tuple[_Node, ...] = ()

    def extract_function_arguments(self) -> Any:
        arguments = super().extract_function_arguments()
        self.origins = find_origins(self.func_ir, self.fndesc.typemap)
        self.scopes = ()
        if self.origins.count > 1:
            domain = _Node(self.module, ())
            self.scopes = tuple(_Node(self.module, (domain,)) for _ in range(self.origins.count))
            kind = ll.FunctionType(ll.VoidType(), [ll.MetaDataType()])
            declare = self.module.globals.get(_DECLARE) or ll.Function(self.module, kind, _DECLARE)
            for scope in self.scopes:
                self.builder.call(declare, [self.module.add_metadata([scope])])
        return arguments

    def lower_assign(self, ty: Any, inst: Any) -> Any:
        value = super().lower_assign(ty, inst)
        expr = inst.value
        if isinstance(expr, ir.Expr) and expr.op in ("getitem", "static_getitem"):
            if isinstance(value, ll.instructions.LoadInstr) and not isinstance(ty, types.Array):
                self._tag(value, expr.value.name)
        return value

    def lower_inst(self, inst: Any) -> Any:
        super().lower_inst(inst)
        if isinstance(inst, (ir.SetItem, ir.StaticSetItem)):
            for last in reversed(self.builder.block.instructions):
                if isinstance(last, ll.instructions.StoreInstr):
                    value = self.fndesc.typemap.get(inst.value.name)
                    if not isinstance(value, (types.Array, types.BaseTuple)):
                        self._tag(last, inst.target.name)
                    break

    def _tag(self, access: Any, array: str) -> None:
        pointer = access.operands[-1]
        origins = self.origins.names.get(array)
        if origins is None or not self.scopes or isinstance(pointer, ll.instructions.AllocaInstr):
            return
        others = [k for k in range(self.origins.count) if self._is_apart(k, origins)]
        access.set_metadata("alias.scope", self._list_of(sorted(origins)))
        if others:
            access.set_metadata("noalias", self._list_of(others))

    def _list_of(self, origins: list[int]) -> ll.MDValue:
        return self.module.add_metadata([self.scopes[k] for k in origins])

    def _is_apart(self, other: int, origins: frozenset[int]) -> bool:
        arguments = self.origins.arguments
        return other not in origins and (other not in arguments or origins.isdisjoint(arguments))


_DECLARE = "llvm.experimental.noalias.scope.decl"


@register_pass(mutates_CFG=True, analysis_only=False)
class _ScopedLowering(BaseNativeLowering):
    _name = "scoped_native_lowering"

    @property
    def lowering_class(self) -> type[_Lower]:
        return _Lower


class ScopedCompiler(compiler.CompilerBase):
    """Numba's compiler of nopython code, whose lowering tells LLVM which arrays are apart."""

    def define_pipelines(self) -> list[Any]:
        pm = compiler.DefaultPassBuilder.define_nopython_pipeline(self.state)
        if not self.state.flags.auto_parallel.enabled:
            pm.passes = [
                (_ScopedLowering, text) if each is NativeLowering else (each, text)
                for each, text in pm.passes
            ]
        pm.finalize()
        return [pm]
