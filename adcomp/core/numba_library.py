"""Compiled functions as bytes, and back.

Requires: what Numba compiled into a `Library`.
Ensures:  in another process, on the same machine and with the same tools, the same function.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any, TypeAlias

import llvmlite.binding as llvm
from numba.core import types
from numba.core.caching import _Cache
from numba.core.codegen import JITCodeLibrary, RuntimeLinker
from numba.core.compiler import CompileResult, Flags, compile_extra
from numba.core.dispatcher import _FunctionCompiler
from numba.core.registry import cpu_target
from numba.core.runtime import rtsys
from numba.core.serialize import dumps, loads

Type: TypeAlias = types.Type

#: what functions are called whose names mean something: an attribute of others names them, or Numba looks
#: for pairs of them to take out; those of one name are the same in every library
RARE, COUNTING = "adcomp_rare_", "NRT_"


class Library(JITCodeLibrary):
    """A library that keeps what it links in to itself.

    Numba names the code of a function by module, name, types and a counter, and the counter starts
    anew in every process. So two cached libraries may hold different helpers under one name, and
    the one that is loaded first would serve both. With private linkage a library calls its own. Internal
    linkage is not enough: LLVM's linker of JIT code finds a symbol of that kind by its name, and takes it
    for what another library asks for, though optimisation may have changed its parameters.
    """

    def _optimize_final_module(self) -> None:
        if not _unresolved(self._final_module):
            for function in self._final_module.functions:
                if not function.is_declaration and function.linkage == llvm.Linkage.linkonce_odr:
                    if not function.name.startswith((RARE, COUNTING)):
                        function.linkage = llvm.Linkage.private
        super()._optimize_final_module()


def _unresolved(module: Any) -> bool:
    """Whether a module has symbols of a recursion that are resolved by name when it is loaded."""
    return any(g.name.startswith(RuntimeLinker.PREFIX) for g in module.global_variables)


def freeze(result: CompileResult) -> bytes | None:
    """A compiled function as bytes, or None if it cannot outlive this process."""
    library = result.library
    module = library._final_module
    if library.has_dynamic_globals or result.lifted or _unresolved(module):
        return None
    needed = [f.name for f in module.functions
              if f.is_declaration and not f.name.startswith("llvm.")]
    needed += [g.name for g in module.global_variables if g.is_declaration]
    slim = result._replace(type_annotation="")
    return dumps((needed, slim._reduce()))


_RELOAD_INIT = 7  # its place in what CompileResult._reduce returns


def thaw(data: bytes) -> CompileResult:
    """The compiled function of which `freeze` made bytes; any exception if it can't be had."""
    needed, parts = loads(data)
    context = cpu_target.target_context
    rtsys.initialize(context)
    for start in parts[_RELOAD_INIT]:  # such as the threads of a parallel loop
        start()
    if _missing(needed):
        context.refresh()  # a third of a second, which the usual program can do without
    if _missing(needed):  # LLVM would end the process
        raise LookupError(f"symbols that are not in this process: {_missing(needed)}")
    return CompileResult._rebuild(context, *parts)


def _missing(symbols: list[str]) -> list[str]:
    return [name for name in symbols if llvm.address_of_symbol(name) is None]


class LibraryCompiler(_FunctionCompiler):
    """Numba's compiler of a function, into a `Library`.

    ``named``, if it is set, is the function under another name.
    """

    named: FunctionType | None = None

    def _get_implementation(self, args: tuple[Type, ...], kws: dict[str, Type]) -> FunctionType:
        return self.named or self.py_func  # type: ignore[return-value]

    def _compile_core(self, args: tuple[Type, ...], return_type: Type | None) -> CompileResult:
        flags = Flags()
        self.targetdescr.options.parse_as_flags(flags, self.targetoptions)
        typing, target = self.targetdescr.typing_context, self.targetdescr.target_context
        implementation = self._get_implementation(args, {})
        library = Library(target.codegen(), implementation.__qualname__)
        library.enable_object_caching()
        return compile_extra(
            typing, target, implementation, args=args, return_type=return_type, flags=flags,
            locals=self.locals, library=library, pipeline_class=self.pipeline_class,
        )


class ForeignCache(_Cache):
    """What Numba asks of a cache that is none of its own."""

    cache_path = None

    def enable(self) -> None: ...

    def disable(self) -> None: ...

    def flush(self) -> None: ...
