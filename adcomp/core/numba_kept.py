"""Machine code that outlives the process: libraries as bytes, and dispatchers that keep theirs on disk.

An entry on disk is named after a hash of what its machine code depends on: the function, the types of its
arguments, the flags of the compilation (those that a callee inherits from its caller too), and the
environment. What Numba inlines is part of the entry, and LLVM inlines what is loaded as it does what has
just been compiled: the optimised IR is kept beside the machine code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, TypeAlias

import llvmlite.binding as llvm
from numba.core import config, types
from numba.core.caching import _Cache
from numba.core.codegen import JITCodeLibrary, RuntimeLinker
from numba.core.compiler import CompileResult, Flags, compile_extra
from numba.core.dispatcher import _FunctionCompiler
from numba.core.registry import CPUDispatcher, cpu_target
from numba.core.runtime import rtsys
from numba.core.serialize import dumps, loads

from . import store
from .environment import environment

Type: TypeAlias = types.Type

#: functions that other functions name in an attribute, which does not follow when they are renamed
NAMED = "adcomp_rare_"

FOLDER = "kernels"


# --- machine code as bytes ----------------------------------------------------------------------


class Library(JITCodeLibrary):
    """A library that keeps what it links in to itself.

    Numba names the code of a function by module, name, types and a counter, and the counter starts
    anew in every process. So two cached libraries may hold different helpers under one name, and
    the one that is loaded first would serve both. With internal linkage a library calls its own.
    """

    def _optimize_final_module(self) -> None:
        if not _unresolved(self._final_module):
            for function in self._final_module.functions:
                if not function.is_declaration and function.linkage == llvm.Linkage.linkonce_odr:
                    if not function.name.startswith(NAMED):
                        function.linkage = llvm.Linkage.internal
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
    """Numba's compiler of a function, into a `Library`."""

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


# --- names that are the same in every process -----------------------------------------------------

_MEMBERS = (bool, int, str, type(None))


def stable_name(ty: Type) -> str | None:
    """A name for a type that belongs to Numba, the same in every process; None for any other type.

    Examples
    --------
    >>> stable_name(types.Tuple((types.float64[::1], types.literal(2))))
    'Tuple(array(float64, 1d, C), Literal[int](2))'
    >>> stable_name(types.pyobject) is None
    True
    """
    match ty:
        case types.Literal():
            known = type(ty.literal_value) in (bool, int, str)
            return f"Literal[{type(ty.literal_value).__name__}]({ty.literal_value!r})" if known else None
        case types.Number() | types.Boolean() | types.UnicodeType() | types.NoneType():
            return str(ty)
        case types.Array():
            return None if stable_name(ty.dtype) is None else str(ty)
        case types.BaseNamedTuple():
            return None
        case types.BaseTuple():
            names = [stable_name(item) for item in ty]
            return None if None in names else f"Tuple({', '.join(map(str, names))})"
        case types.DType():
            return _around("dtype", stable_name(ty.dtype))
        case types.NumberClass():
            return _around("class", stable_name(ty.instance_type))
        case types.TypeRef():
            return _around("typeref", stable_name(ty.instance_type))
        case types.Omitted():
            if isinstance(ty.value, _MEMBERS):
                return f"omitted {ty.value!r}"
            return f"omitted class {ty.value.__name__}" if ty.value in (bool, int, float, complex) else None
    return None


def _around(kind: str, name: str | None) -> str | None:
    return None if name is None else f"{kind} {name}"


def flag_words(flags: Flags) -> list[str]:
    """The flags of a compilation, in words."""
    words = []
    for name, value in sorted(flags.values().items()):
        value = getattr(value, "flags", value)  # of fastmath
        words.append(f"{name}={sorted(value) if isinstance(value, set) else value!r}")
    return words


# --- dispatchers that keep what they compile --------------------------------------------------------


class KeptDispatcher(CPUDispatcher):
    """A dispatcher whose machine code is kept on disk.

    Subclasses say in `identity` what the function is. Where that, the types of the arguments or the flags
    have no name that is the same in every process, the dispatcher is one like any other.
    """

    _compiler: Any

    def __init__(self, py_func: FunctionType, *args: Any, **kwargs: Any) -> None:
        super().__init__(py_func, *args, **kwargs)
        self._compiler = LibraryCompiler(
            py_func, self.targetdescr, self.targetoptions, self.locals, self._compiler.pipeline_class
        )
        self._cache = _Kept(self.path)

    def identity(self) -> str | None:
        """What the meaning of the function depends on besides the environment, or None if unknown."""
        raise NotImplementedError

    def path(self, args: tuple[Type, ...]) -> Path | None:
        """Where the machine code for these types is; it depends on the compilation that asks for it."""
        flags = Flags()
        self.targetdescr.options.parse_as_flags(flags, self.targetoptions)
        words = [self.identity(), *map(stable_name, args), *flag_words(flags)]
        if None in words or any(" at 0x" in str(word) for word in words) or self.locals:
            return None
        text = "\0".join((*environment(), *map(str, words)))
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        name = self.py_func.__name__
        return store.directory() / FOLDER / f"{name if name.isidentifier() else '_'}-{digest[:32]}.bin"


class _Kept(ForeignCache):
    def __init__(self, path: Callable[[tuple[Type, ...]], Path | None]) -> None:
        self._path = path

    def load_overload(self, sig: Any, target_context: Any) -> CompileResult | None:
        path = self._path(_arguments(sig))
        data = None if path is None else store.read(path)
        if data is None:
            return None
        try:
            return thaw(data)
        except Exception:  # whatever an unpickler raises: the entry is as good as missing
            return None

    def save_overload(self, sig: Any, data: CompileResult) -> None:
        path = self._path(_arguments(sig))
        if path is None:
            return
        try:
            frozen = freeze(data)
        except Exception:  # something in it can't be pickled
            return
        if frozen is not None:
            store.write(path, frozen)


def _arguments(sig: Any) -> tuple[Type, ...]:
    return tuple(getattr(sig, "args", sig))


class Kernel(KeptDispatcher):
    """A kernel of adcomp's own, which has no literal types: it is compiled once for all numbers and texts.

    It depends on adcomp's files only, which are part of the environment.
    """

    def identity(self) -> str | None:
        function = self.py_func
        if not function.__module__.startswith("adcomp.") or function.__closure__:
            return None  # elsewhere, files are not watched
        return f"{function.__module__}.{function.__qualname__}"

    def get_call_template(self, args: Any, kws: Any) -> Any:
        kws = {name: types.unliteral(ty) for name, ty in kws.items()}
        return super().get_call_template(tuple(map(types.unliteral, args)), kws)


def compiled_kernel(**options: Any) -> Callable[[Any], Any]:
    """Like ``njit(**options)``, for a kernel of adcomp: its machine code is kept on disk."""

    def decorate(function: Any) -> Any:
        if config.DISABLE_JIT:
            return function
        return Kernel(function, targetoptions={**options, "nopython": True, "boundscheck": None})

    return decorate
