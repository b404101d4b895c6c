"""The module that imports Numba's private parts, with those next to it that begin with ``numba_``.

Everything that adcomp needs from inside Numba is here: type inference without code generation
(`infer`), the result type of a single call (`result_type`), and a dispatcher that asks for its
implementation by argument types (`SpecialisingDispatcher`). Numba is pinned to one minor version
because of these files.
"""

from __future__ import annotations

import functools
import operator
import re
import warnings
import weakref
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any, Self, TypeAlias

from numba import njit
from numba.core import config, entrypoints, sigutils, types
from numba.core import errors as numba_errors
from numba.core.compiler import CompileResult, Flags
from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import Dispatcher, OmittedArg
from numba.core.extending import _Intrinsic, register_jitable
from numba.core.registry import CPUDispatcher, cpu_target
from numba.core.targetconfig import ConfigStack
from numba.core.typing.typeof import typeof as _numba_typeof

from . import ops
from .numba_kept import keeping
from .numba_library import ForeignCache, LibraryCompiler, freeze, thaw
from .numba_names import unliteral
from .numba_scopes import ScopedCompiler
from .numba_structures import ContainerType, StructureType
from .numba_typing import TypingFlags, type_inference

Type: TypeAlias = types.Type
TypingError = numba_errors.TypingError
NumbaError = numba_errors.NumbaError
ForceLiteralArg = numba_errors.ForceLiteralArg


def gist(error: object) -> str:
    """What Numba says is wrong: without the places and passes in which it came across it, and of
    the implementations that it tried only what each says in words.

    Examples
    --------
    >>> gist("Failed in nopython mode pipeline (step: nopython frontend)\\n"
    ...      "Unknown attribute 'a' of type float64\\n\\nDuring: typing of get attribute")
    "Unknown attribute 'a' of type float64"
    """
    kept: list[str] = []
    tried = False
    for line in re.sub(r"\x1b\[[0-9;]*m", "", str(error)).splitlines():
        if line.startswith(("During: ", 'File "')):
            break
        tried = tried or line.startswith("There are ") and "candidate implementations" in line
        if tried:
            reason = re.match(r"\s+\w*(?:Error|Exception): (.+)", line)
            line = reason[1] if reason else ""
        if line.strip() and not line.startswith("Failed in nopython mode") and line not in kept:
            kept.append(line.rstrip())
    text = "\n".join(kept)
    return re.sub(r"'(\w+)\.\d+', defined at <adcomp:[^>]*> \(\d+\)", r"'\1'", text)


# --- types --------------------------------------------------------------------------------------


def typeof(value: Any) -> Type:
    """The Numba type of a Python value, as a dispatcher sees an argument.

    Examples
    --------
    >>> import numpy as np
    >>> print(typeof(1), typeof(np.zeros((2, 2)).T))
    int64 array(float64, 2d, F)
    """
    if isinstance(value, type) and value in (float, int, complex, bool):  # as a dtype
        return cpu_target.typing_context.resolve_value_type(value)
    return unliteral(_numba_typeof(value))


def default_type(ty: Type) -> Type:
    """The type of a parameter without literal values; if it is left out, that of its default."""
    return typeof(ty.value) if isinstance(ty, types.Omitted) else unliteral(ty)


def has_function(ty: Type) -> bool:
    """Whether a type stands for one particular function."""
    if isinstance(ty, types.BaseTuple):
        return any(map(has_function, ty))
    return isinstance(ty, types.Dispatcher)


# --- type inference -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Inferred:
    """What Numba infers: the type of every name of the source, and of the result."""

    types: Mapping[str, Type]
    return_type: Type


#: the flags of the derivative that is being compiled
_derivative_flags: ContextVar[Flags | None] = ContextVar("derivative_flags", default=None)


def infer(
    pyfunc: Callable[..., Any], argtypes: tuple[Type, ...], *, as_derivative: bool = False
) -> Inferred:
    """Infer the types of a function's variables without compiling it.

    Names that Numba finds dead are missing. Numba's errors propagate.

    Parameters
    ----------
    pyfunc : function
    argtypes : tuple of numba types
    as_derivative : bool
        What the function calls is compiled, Numba's own functions of arrays aside, and inherits flags that
        it does not set itself. By default these are Numba's own; if True, they are those of the derivative
        that is being compiled, which then finds compiled what it calls too. They have no influence on types.

    Examples
    --------
    >>> from numba import types
    >>> def f(x):
    ...     s = 0
    ...     for i in range(3):
    ...         s = s + x
    ...     return s
    >>> got = infer(f, (types.float64,))
    >>> got.return_type, got.types["s"], got.types["i"]
    (float64, float64, int64)
    """
    flags = _derivative_flags.get() if as_derivative else None
    if flags is None:
        flags = Flags()
        flags.nrt = True
        flags.error_model = "python"
    with global_compiler_lock:
        _refresh()
        state = type_inference(pyfunc, tuple(argtypes), flags)
        versions: dict[str, dict[Type, None]] = {}
        arguments: dict[str, Type] = {}
        for name, ty in state.typemap.items():
            if name.startswith("arg."):
                arguments[name.removeprefix("arg.").split(".")[0]] = default_type(ty)
            elif not name.startswith("$"):
                versions.setdefault(name.split(".")[0], {})[unliteral(ty)] = None
        merged = {name: _unify(name, tuple(found)) for name, found in versions.items()}
    return Inferred(arguments | merged, unliteral(state.return_type))


def _unify(name: str, found: tuple[Type, ...]) -> Type:
    if len(found) == 1:
        return found[0]
    unified = cpu_target.typing_context.unify_types(*found)
    if unified is None:
        raise TypingError(f"Cannot unify {' and '.join(map(str, found))} for '{name}'")
    return unliteral(unified)


def _refresh() -> None:
    """Load what the user, or NumPy's overloads, registered with Numba so far."""
    import numba.np.linalg  # noqa: F401  (an overload that is not imported does not exist)

    cpu_target.typing_context.refresh()
    cpu_target.target_context.refresh()


# --- the type of one call -----------------------------------------------------------------------


def result_type(
    op: Any, argtypes: tuple[Type, ...] = (), keywords: tuple[tuple[str, Type], ...] = ()
) -> Type:
    """The type of the result of one call. Numba's errors propagate.

    Parameters
    ----------
    op
        A callable (operator functions, `math.exp`, `np.float64`, `float`, a dispatcher, ...), the
        name of an op of Core that needs no namespace (``"+"``, ``"[]"``, ``".shape"``,
        ``".sum()"``, ``"math.exp"``), or one of ``("getitem", base, index)``,
        ``("getattr", base, name)``, ``("method", base, name, argtypes)``.
    argtypes : tuple of numba types
        The types of the positional arguments. Literal types are kept: the index of a
        heterogeneous tuple must be one.
    keywords : tuple of (str, numba type)
        The types of keyword arguments.

    Examples
    --------
    >>> import math, operator
    >>> from numba import types
    >>> result_type(operator.mul, (types.float32, types.int64))
    float64
    >>> print(result_type("[]", (types.float64[:, ::1], types.int64)))
    array(float64, 1d, C)
    >>> print(result_type(("getattr", types.float64[:, ::1], "shape")))
    UniTuple(int64 x 2)
    """
    argtypes, keywords = tuple(argtypes), tuple(keywords)
    try:
        return _result_type(op, argtypes, keywords)
    except TypeError as error:
        if "unhashable" not in str(error):
            raise
        return _result_type.__wrapped__(op, argtypes, keywords)


@functools.lru_cache(maxsize=8192, typed=True)
def _result_type(op: Any, args: tuple[Type, ...], keywords: tuple[tuple[str, Type], ...]) -> Type:
    flags = None if inherits_flags(op) else _derivative_flags.get()
    entered = nullcontext() if flags is None else ConfigStack().enter(TypingFlags(flags))
    with global_compiler_lock, entered:
        _refresh()
        result = unliteral(_resolve(op, args, dict(keywords)))
    if not result.is_precise():
        raise TypingError(f"the result of {_shown(op, args)} has no precise type: {result}")
    return result


def _resolve(op: Any, args: tuple[Type, ...], kws: dict[str, Type]) -> Type:
    match op:
        case ("getitem", base, index):
            return _getitem(base, index)
        case ("getattr", base, str(name)):
            return _getattr(base, name)
        case ("method", base, str(name), margs):
            return _call(_getattr(base, name), (*margs, *args), kws, op)
        case "[]":
            base, *index = args
            is_field = isinstance(base, StructureType) and not isinstance(base, ContainerType)
            if is_field and isinstance(index[0], types.StringLiteral):
                return _getattr(base, index[0].literal_value)
            return _getitem(base, index[0] if len(index) == 1 else types.Tuple(tuple(index)))
        case "tuple":
            return types.Tuple(args)
        case "id":
            return args[0]
        case "slice":
            return _call_value(slice, args, kws)
        case "in" | "not in":
            return _call_value(operator.contains, args[::-1], kws)
        case str():
            if op.startswith(".") and op.endswith("()"):
                return _call(_getattr(args[0], op[1:-2]), args[1:], kws, op)
            if op.startswith("."):
                return _getattr(args[0], op[1:])
            return _call_value(ops.callee(op, {}), args, kws)
    return _call_value(op, args, kws)


def _call_value(value: Any, args: tuple[Type, ...], kws: dict[str, Type]) -> Type:
    try:
        fnty = cpu_target.typing_context.resolve_value_type(value)
    except ValueError as error:
        raise TypingError(f"Numba does not know {_shown(value, args)}") from error
    return _call(fnty, args, kws, value)


def _call(fnty: Type, args: tuple[Type, ...], kws: dict[str, Type], what: Any) -> Type:
    signature = cpu_target.typing_context.resolve_function_type(fnty, args, kws)
    if signature is None:
        raise TypingError(f"Numba has no implementation of {_shown(what, args)}")
    return signature.return_type


def _getitem(base: Type, index: Type) -> Type:
    typing = cpu_target.typing_context
    signature = None
    if isinstance(index, types.Literal):
        signature = typing.resolve_static_getitem(base, index.literal_value)
    if signature is None:
        signature = _operator(operator.getitem, (base, index))
    if signature is None:
        raise TypingError(f"Numba cannot index {base} with {index}")
    return signature.return_type


def _operator(function: Any, args: tuple[Type, ...]) -> Any:
    typing = cpu_target.typing_context
    return typing.resolve_function_type(typing.resolve_value_type(function), args, {})


def _getattr(base: Type, name: str) -> Type:
    found = cpu_target.typing_context.resolve_getattr(base, name)
    if found is None:
        raise TypingError(f"{base} has no attribute '{name}' in Numba")
    return found


def _shown(op: Any, args: tuple[Type, ...]) -> str:
    name = getattr(op, "__name__", None) or str(op)
    return f"{name}({', '.join(map(str, args))})"


# --- what a dispatcher is -----------------------------------------------------------------------


def python_function(value: Any) -> FunctionType | None:
    """The Python function behind a dispatcher, a ufunc, an intrinsic or a C callback of Numba.

    Examples
    --------
    >>> import numba
    >>> def f(x): return x
    >>> python_function(numba.njit(f)) is f, python_function(f)
    (True, None)
    """
    if isinstance(value, FunctionType | type):
        return None
    value = getattr(value, "_dispatcher", value)  # of a DUFunc
    value = getattr(value, "gufunc_builder", value)
    for name in ("py_func", "_defn", "_pyfunc"):
        found = getattr(value, name, None)
        if isinstance(found, FunctionType):
            return found
    return None


def overloads_of(value: Any) -> tuple[Callable[..., Any], ...]:
    """What ``@overload`` registered for a plain function, the last first; empty if there is nothing.

    Nothing, too, of a function that is registered as its own, with ``register_jitable``.

    Each takes types, and gives the function that is compiled, or None.

    Examples
    --------
    >>> from numba.extending import overload
    >>> def stub(x): pass
    >>> def twice(x): return lambda x: 2 * x
    >>> overloads_of(stub), overload(stub)(twice) is twice, overloads_of(stub) == (twice,)
    ((), True, True)
    """
    if not isinstance(value, FunctionType):
        return ()
    with global_compiler_lock:
        _refresh()
        try:
            kind = cpu_target.typing_context.resolve_value_type(value)
        except ValueError:
            return ()
    templates = getattr(kind, "templates", ())
    found = [t._overload_func for t in reversed(templates) if hasattr(t, "_overload_func")]
    own = [g.__module__ == register_jitable.__module__ and g() is value for g in found]
    return () if any(own) else tuple(found)


def is_dispatcher(value: Any) -> bool:
    """Whether a value is what ``njit`` returns."""
    return isinstance(value, Dispatcher)


_WITHOUT_DISPATCHERS = frozenset({"numpy", "math", "cmath", "operator", "builtins", "adcomp"})


def inherits_flags(value: Any) -> bool:
    """Whether a global value is code that takes flags from whichever caller compiles it first.

    True of a module that may hold such code.

    Examples
    --------
    >>> import numba
    >>> inherits_flags(numba.njit(abs_of := lambda x: abs(x)))
    True
    >>> inherits_flags(numba.njit(abs_of, fastmath=False, error_model="numpy")), inherits_flags(2.0)
    (False, False)
    """
    if is_dispatcher(value):
        return None in map(value.targetoptions.get, ("fastmath", "error_model"))
    if isinstance(value, ModuleType):
        return value.__name__.partition(".")[0] not in _WITHOUT_DISPATCHERS
    return isinstance(value, type) and hasattr(value, "class_type") or python_function(value) is not None


def is_plain_njit(value: Any) -> bool:
    """Whether a value is ``njit(f)`` without any option."""
    if not is_dispatcher(value) or value.locals:
        return False
    return {k for k, v in value.targetoptions.items() if v is not None} == {"nopython"}


def is_type(value: Any) -> bool:
    """Whether a value is a Numba type."""
    return isinstance(value, types.Type)


def target_options(value: Any) -> str:
    """The options of a dispatcher, as a text that is the same in every process."""
    options = getattr(getattr(value, "_dispatcher", value), "targetoptions", None) or {}
    pinned = getattr(value, "locals", None) or {}
    fixed = list(value.overloads) if is_dispatcher(value) and not value._can_compile else []
    return repr(sorted((k, _ordered(v)) for k, v in options.items())) + repr((sorted(pinned.items()), fixed))


def _ordered(value: Any) -> Any:
    return sorted(value, key=repr) if isinstance(value, set | frozenset) else value


def kind_of(ty: Type) -> tuple[Any, ...] | None:
    """What a composite or function type is made of; None for any other type."""
    if isinstance(ty, types.Dispatcher):
        return "dispatcher", ty.dispatcher
    if isinstance(ty, types.Omitted):
        return "omitted", ty.value
    if isinstance(ty, types.BaseNamedTuple):
        return "named tuple", ty.instance_class, tuple(ty)
    if isinstance(ty, types.BaseTuple):
        return "tuple", tuple(ty)
    if isinstance(ty, ContainerType):
        return "container", ty.maker.container.__name__, ty.names, ty.members
    if isinstance(ty, StructureType):
        return "structure", getattr(ty.maker, "primal_type", ty.maker), (ty.names, ty.constants), ty.members
    return None


def jitclass_fields(cls: type) -> tuple[str, ...]:
    """The fields of a jitclass, with their types; empty for other classes."""
    found = getattr(cls, "class_type", None)
    return tuple(f"{k}: {v}" for k, v in getattr(found, "struct", {}).items())


def jitclass_methods(cls: type) -> dict[str, FunctionType]:
    """The methods of a jitclass as they were written; empty for other classes."""
    found = getattr(cls, "class_type", None)
    return dict(getattr(found, "methods", {}))


# --- compiler options ---------------------------------------------------------------------------


#: Numba is to run `prange` in threads, and nothing that is not written so
_PARALLEL = {"prange": True, "comprehension": False, "reduction": False, "inplace_binop": False,
             "setitem": False, "numpy": False, "stencil": False, "fusion": False}


@dataclass(frozen=True)
class CompilerOptions:
    """How generated code is compiled.

    Every option is passed to Numba explicitly: one that is left out is inherited from whichever
    caller compiles first.
    """

    fastmath: bool | tuple[str, ...] = False
    error_model: str = "numpy"
    nogil: bool = False
    parallel: bool = False
    boundscheck: bool = False

    @classmethod
    def of(cls, function: Any, **given: Any) -> Self:
        """The options of a function, with those that are given and not None in their place.

        A dispatcher that does not say has Numba's defaults, so the error model ``"python"``;
        for a plain function it is ``"numpy"``.

        Examples
        --------
        >>> import numba
        >>> CompilerOptions.of(lambda x: x).error_model
        'numpy'
        >>> f = numba.njit(lambda x: x, fastmath={"nnan", "contract"})
        >>> CompilerOptions.of(f, nogil=True)  # doctest: +ELLIPSIS
        CompilerOptions(fastmath=('contract', 'nnan'), error_model='python', nogil=True, ...)
        """
        options: dict[str, Any] = {}
        if is_dispatcher(function):
            own = function.targetoptions
            options = {k: own[k] for k in cls.__dataclass_fields__ if own.get(k) is not None}
            options.setdefault("error_model", "python")
        options |= {k: v for k, v in given.items() if v is not None}
        fastmath = options.get("fastmath", False)
        if isinstance(fastmath, dict):
            fastmath = [k for k, v in fastmath.items() if v]
        if not isinstance(fastmath, bool):
            fastmath = tuple(sorted(fastmath))
        return cls(**options | {"fastmath": fastmath, "parallel": bool(options.get("parallel"))})

    def njit(self) -> dict[str, Any]:
        """Keyword arguments for ``njit``."""
        fastmath = self.fastmath if isinstance(self.fastmath, bool) else set(self.fastmath)
        return {"fastmath": fastmath, "error_model": self.error_model, "nogil": self.nogil,
                "parallel": dict(_PARALLEL) if self.parallel else False, "boundscheck": self.boundscheck}


def launch_threads() -> None:
    """Start the threads of parallel loops, and name their functions to LLVM."""
    from numba.np.ufunc.parallel import _launch_threads  # late, because it chooses a threading layer

    _launch_threads()


class _Transparent(_Intrinsic):
    """An intrinsic that plain Python can call."""

    def __init__(self, name: str, defn: Any, python: Callable[..., Any] | None = None, **kwargs: Any) -> None:
        super().__init__(name, defn, **kwargs)
        self._python = python

    def __call__(self, *args: Any) -> Any:
        return super().__call__(*args) if self._python is None else self._python(*args)


def transparent(python: Callable[..., Any]) -> Callable[[Any], Any]:
    """Make an intrinsic, as ``numba.extending.intrinsic`` does, that plain Python can call too.

    Parameters
    ----------
    python : function
        What a call comes to outside of compiled code.
    """

    def decorate(defn: Any) -> Any:
        made = _Transparent(defn.__name__, defn, python)
        made._register()
        return made

    return decorate


def as_callee(value: Any, options: CompilerOptions) -> Any:
    """What compiled code can call in the place of a global value.

    A plain function becomes a dispatcher, always the same one for the same options; one that has an
    ``@overload``, and any other value, stays as it is.

    Examples
    --------
    >>> def f(x): return x
    >>> as_callee(f, CompilerOptions()) is as_callee(f, CompilerOptions())
    True
    """
    if not isinstance(value, FunctionType):
        return value
    with global_compiler_lock:
        _refresh()
        try:
            cpu_target.typing_context.resolve_value_type(value)
        except ValueError:
            return _dispatcher_of(value, options)
    return value


@functools.lru_cache(maxsize=1024)
def _dispatcher_of(function: FunctionType, options: CompilerOptions) -> Any:
    return njit(**options.njit())(function)


# --- machine code on disk ------------------------------------------------------------------------


class _MachineCode(ForeignCache):
    """Numba's view of adcomp's disk cache: one dispatcher's machine code, by argument types."""

    def __init__(self, owner: SpecialisingDispatcher) -> None:
        self._owner = weakref.proxy(owner)

    def load_overload(self, sig: Any, target_context: Any) -> CompileResult | None:
        args, _ = sigutils.normalize_signature(sig)
        data = self._owner.load_machine_code(args)
        if data is None:
            return None
        try:
            return thaw(data)
        except Exception:  # whatever an unpickler raises: the entry is as good as missing
            return None

    def save_overload(self, sig: Any, data: CompileResult) -> None:
        args, _ = sigutils.normalize_signature(sig)
        self._owner.save_machine_code(args, functools.partial(freeze, data))


# --- a dispatcher with an implementation per signature --------------------------------------------


class _SpecialisingCompiler(LibraryCompiler):
    owner: Any  # a weak reference to the dispatcher

    def _compile_core(self, args: tuple[Type, ...], return_type: Type | None) -> CompileResult:
        with keeping(self.owner.on_disk), warnings.catch_warnings():
            if self.targetoptions.get("parallel"):  # a loop may be left to one thread
                warnings.simplefilter("ignore", numba_errors.NumbaPerformanceWarning)
            return super()._compile_core(args, return_type)

    def _get_implementation(self, args: tuple[Type, ...], kws: dict[str, Type]) -> FunctionType:
        flags = Flags()
        self.targetdescr.options.parse_as_flags(flags, self.targetoptions)
        token = _derivative_flags.set(flags)
        try:
            return self.owner.implementation(tuple(args))
        finally:
            _derivative_flags.reset(token)


class SpecialisingDispatcher(CPUDispatcher):
    """A dispatcher that asks `implementation` for the Python function to compile.

    It is one of Numba's own in every other respect: calls from Python take the fast path in C, and
    calls from ``njit`` code are direct native calls.

    Parameters
    ----------
    template : function
        Gives the name, the parameters and their default values. It is never compiled.
    options : CompilerOptions
        How implementations are compiled.
    """

    def __init__(self, template: FunctionType, options: CompilerOptions) -> None:
        super().__init__(template, targetoptions={**options.njit(), "nopython": True},
                         pipeline_class=ScopedCompiler)
        self._compiler: _SpecialisingCompiler = _SpecialisingCompiler(
            template, self.targetdescr, self.targetoptions, self.locals,
            self._compiler.pipeline_class,
        )
        self._compiler.owner = weakref.proxy(self)
        self._cache = _MachineCode(self)

    on_disk = True  #: whether the machine code of what it calls is kept on disk

    def implementation(self, argtypes: tuple[Type, ...]) -> FunctionType:
        """The function to compile for these types; it has the parameters of the template."""
        raise NotImplementedError

    def load_machine_code(self, argtypes: tuple[Type, ...]) -> bytes | None:
        """Machine code that an earlier process saved, or None."""
        return None

    def save_machine_code(
        self, argtypes: tuple[Type, ...], freeze: Callable[[], bytes | None]
    ) -> None:
        """Called after a compilation; ``freeze()`` gives bytes, or None if it cannot be kept."""

    def check_arguments(self, args: tuple[Any, ...]) -> None:
        """Called before a new specialisation is made for a call from Python."""

    def complete(self, sig: Any) -> tuple[tuple[Type, ...], Type | None]:
        """The types of a signature, with those of left-out defaults, and its result type."""
        args, result = sigutils.normalize_signature(sig)
        return tuple(self.fold_argument_types(args, {})[1]), result

    def compile(self, sig: Any) -> Any:
        args, result = self.complete(sig)
        return super().compile(args if result is None else result(*args))

    def _compilation_chain_init_hook(self) -> None:
        """Numba loads extensions here; `_compile_for_args` does, when there is need."""

    def _compile_for_args(self, *args: Any, **kws: Any) -> Any:
        values = tuple(a.value if isinstance(a, OmittedArg) else a for a in args)
        self.check_arguments(values)
        if not all(type(v).__module__ in ("builtins", "numpy") for v in values):
            entrypoints.init_all()
        if config.DISABLE_JIT:
            implementation = self.implementation(tuple(map(typeof, values)))
            return lambda *_: implementation(*values)
        return super()._compile_for_args(*args, **kws)
