"""Dispatchers that keep their machine code on disk.

An entry on disk is named after a hash of what its machine code depends on: the function, the types of its
arguments, the flags of the compilation (those that a callee inherits from its caller too), and the
environment. What Numba inlines is part of the entry, and LLVM inlines what is loaded as it does what has
just been compiled: the optimised IR is kept beside the machine code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import FunctionType
from typing import Any, TypeAlias

from numba.core import config, types
from numba.core.compiler import CompileResult, Flags
from numba.core.registry import CPUDispatcher
from numba.core.serialize import dumps, loads
from numba.core.target_extension import CPU, jit_registry
from numba.core.typing.templates import Signature, make_concrete_template

from . import store
from .environment import environment
from .numba_library import ForeignCache, LibraryCompiler, freeze, thaw
from .numba_names import code_words, flag_words, is_builtin, stable_name, unliteral
from .numba_typing import only_typing, type_inference

Type: TypeAlias = types.Type

FOLDER = "kernels"

#: for functions that nobody takes the address of
_INSIDE = {"nopython": True, "no_cfunc_wrapper": True}

#: whether machine code is read from disk and written there
_on_disk: ContextVar[bool] = ContextVar("on_disk", default=True)


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
        if not _on_disk.get():
            return None
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
        args = _arguments(sig)
        path = self._path(args)
        data = None if path is None else store.read(path)
        if data is None:
            return None
        try:
            found = thaw(data)
        except Exception:  # whatever an unpickler raises: the entry is as good as missing
            return None
        return found if found.signature.args == args else None  # else Numba does not find it again

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


class _NoLiterals(CPUDispatcher):
    """A dispatcher that is compiled once for all literal numbers and texts that it is called with.

    With one compilation for each, a recursive function would be two functions that call each other.
    """

    def get_call_template(self, args: Any, kws: Any) -> Any:
        kws = {name: unliteral(ty) for name, ty in kws.items()}
        return super().get_call_template(tuple(map(unliteral, args)), kws)


def helper(**options: Any) -> Callable[[Any], Any]:
    """Like ``njit(**options)``, for a function that no literal types are of use to."""

    def decorate(function: Any) -> Any:
        if config.DISABLE_JIT:
            return function
        return _NoLiterals(function, targetoptions={**options, **_INSIDE})

    return decorate


class Kernel(_NoLiterals, KeptDispatcher):
    """A kernel of adcomp's own.

    It depends on adcomp's files only, which are part of the environment.
    """

    def identity(self) -> str | None:
        function = self.py_func
        if not function.__module__.startswith("adcomp.") or function.__closure__:
            return None  # elsewhere, files are not watched
        return f"{function.__module__}.{function.__qualname__}"


class Overload(KeptDispatcher):
    """An implementation that Numba, or adcomp, has for a function of NumPy or of Python.

    What it is called includes a hash of what it does: Numba names the implementations of one function by
    a counter that starts anew in every process.
    """

    def __init__(self, py_func: FunctionType, *args: Any, **kwargs: Any) -> None:
        super().__init__(py_func, *args, **kwargs)
        self._signatures: dict[tuple[Type, ...], Signature] = {}
        words = code_words(py_func)
        self._identity = None if None in words else hashlib.sha256(repr(words).encode()).hexdigest()
        if self._identity is not None:
            self._compiler.named = _renamed(py_func, self._identity[:12])

    def identity(self) -> str | None:
        return self._identity

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """The type of a call; while types are inferred, of a function that is not compiled for it."""
        if not only_typing():
            return super().get_call_template(args, kws)
        pysig, folded = self._compiler.fold_argument_types(args, kws)
        signature = self._signature(tuple(folded))
        name = self.py_func.__name__
        template = make_concrete_template(f"CallTemplate({name})", key=name, signatures=[signature])
        return template, pysig, folded, {}

    def get_overload(self, sig: Any) -> Any:
        """What was compiled for a signature; while types are inferred, nothing."""
        return None if only_typing() else super().get_overload(sig)

    def _signature(self, args: tuple[Type, ...]) -> Signature:
        """The signature of a call, which is kept on disk."""
        if args in self.overloads:
            return self.overloads[args].signature
        if args not in self._signatures:
            path = self.path(args)
            where = None if path is None else path.with_suffix(".type")
            kept = None if where is None else _type_of(store.read(where), args)
            if kept is None:
                flags = Flags()
                self.targetdescr.options.parse_as_flags(flags, self.targetoptions)
                kept = Signature(type_inference(self.py_func, args, flags).return_type, args, None)
                if where is not None:
                    _keep_type(where, kept)
            self._signatures[args] = kept
        return self._signatures[args]


def _type_of(data: bytes | None, args: tuple[Type, ...]) -> Signature | None:
    """The signature that `_keep_type` has written, if it is one of these arguments."""
    try:
        found = None if data is None else loads(data)
    except Exception:  # whatever an unpickler raises: the entry is as good as missing
        return None
    return found if isinstance(found, Signature) and found.args == args else None


def _keep_type(path: Path, signature: Signature) -> None:
    try:
        data = dumps(signature)
    except Exception:  # something in it can't be pickled
        return
    store.write(path, data)


def _renamed(function: FunctionType, suffix: str) -> FunctionType:
    copy = FunctionType(function.__code__, function.__globals__, function.__name__,
                        function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__qualname__ = f"{function.__qualname__}_{suffix}"
    return copy


@contextmanager
def keeping(on_disk: bool) -> Iterator[None]:
    """Within this, the implementations that Numba compiles for its own functions are kept on disk too.

    They take a good part of the time of a first compilation. If not `on_disk`, nothing is kept, nor
    looked up. Must run under Numba's compiler lock.
    """
    token = _on_disk.set(on_disk)
    usual = jit_registry[CPU]

    def kept(*args: Any, **options: Any) -> Any:
        decorate = usual(*args, **options)

        def decorated(function: Any) -> Any:
            made = decorate(function)
            if type(made) is not CPUDispatcher or not is_builtin(function) or made.locals:
                return made
            return Overload(function, targetoptions=made.targetoptions)

        return decorated

    put: Any = dict.__setitem__  # the registry's own refuses to change an entry
    put(jit_registry, CPU, kept)
    try:
        yield
    finally:
        put(jit_registry, CPU, usual)
        _on_disk.reset(token)


def compiled_kernel(**options: Any) -> Callable[[Any], Any]:
    """Like ``njit(**options)``, for a kernel of adcomp: its machine code is kept on disk."""

    def decorate(function: Any) -> Any:
        if config.DISABLE_JIT:
            return function
        return Kernel(function, targetoptions={**options, **_INSIDE, "boundscheck": None})

    return decorate
