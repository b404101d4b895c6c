"""`DerivativeDispatcher`: a derivative that is generated for the types it is called with.

A call with new argument types goes through four stages, and stops where it can: machine code on
disk; the generated program on disk; the pipeline; Numba. Calls with known types take Numba's fast
path and never come here.
"""

from __future__ import annotations

import importlib
import inspect
import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import numpy as np

from ..core.declared import note
from ..core.memory import expect_large_blocks
from ..core.numba_adapter import (
    CompilerOptions,
    ForceLiteralArg,
    NumbaError,
    OmittedArg,
    SpecialisingDispatcher,
    Type,
    has_function,
    is_type,
    python_function,
    typeof,
    unliteral,
)
from ..errors import AdcompError, BackendError
from ..tangents.trees import holds_lists, prepared, type_of_tree
from . import cache
from .cpu import Generated, load
from .fingerprint import Fingerprint, Related, fingerprint, type_key


class SourceNotReady(AdcompError, AttributeError):
    """A derivative has no source before it knows the types of its arguments."""


def _same(signature: inspect.Signature) -> inspect.Signature:
    return signature


@dataclass(frozen=True)
class Kind:
    """What sort of derivative it is.

    Parameters
    ----------
    name : str
        ``"gradient"``, ``"vjp"``, ...
    signature_of : callable
        The Python signature of the derivative, from that of the primal. Must be importable.

    Examples
    --------
    >>> Kind("gradient").signature_of(inspect.signature(lambda x, y=2.0: x))
    <Signature (x, y=2.0)>
    """

    name: str
    signature_of: Callable[[inspect.Signature], inspect.Signature] = _same


Generate = Callable[[FunctionType, tuple[Type, ...], Any, Any], Generated]


class DerivativeDispatcher(SpecialisingDispatcher):
    """The derivative of a function, compiled for each signature that it is called with.

    Parameters
    ----------
    primal : function or dispatcher
        The function as written.
    kind : Kind
        Names the derivative and gives its parameters.
    options : object
        What the pipeline is told; its ``repr`` must name every option that matters.
    generate : callable
        ``generate(python_function, argtypes, kind, options) -> Generated``; the type of a
        parameter that is left at its default is ``types.Omitted``. Must be importable, and should
        import the pipeline only when it is called.
    compiler : CompilerOptions, optional
        How Numba compiles the program; as the primal, when left out.
    cache : bool, optional
        Whether to use the disk cache.
    related : callable, optional
        See `adcomp.backend.fingerprint.fingerprint`.
    explain : callable, optional
        As `generate`; what it returns tells people about the program.
    """

    is_derivative = True  #: what the frontend asks of the type of an object that is called

    def __init__(
        self,
        primal: Any,
        kind: Kind,
        options: Any,
        generate: Generate,
        *,
        compiler: CompilerOptions | None = None,
        cache: bool = True,
        related: Related | None = None,
        explain: Callable[..., Any] | None = None,
    ) -> None:
        self.primal = primal
        self.kind = kind
        self.options = options
        self.compiler = CompilerOptions.of(primal) if compiler is None else compiler
        self.cache = self.on_disk = cache
        self._generate = generate
        self._explain = explain
        self._related = related
        self._programs: dict[tuple[Type, ...], tuple[Any, Generated]] = {}
        self._hashes: dict[tuple[Type, ...], Fingerprint] = {}
        self._last: tuple[Type, ...] | None = None
        plain = self._plain = python_function(primal) or primal
        signature = kind.signature_of(inspect.signature(plain))
        name = plain.__name__ if plain.__name__.isidentifier() else "anonymous"  # a lambda
        template = _template(f"{name}_{kind.name}", signature, plain)
        super().__init__(template, self.compiler)
        self.__wrapped__ = plain
        self.__signature__ = signature

    # --- what a user may ask ----------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The generated Python source, for the types of the last compilation."""
        if self._last is None:
            raise SourceNotReady(
                f"{self.__name__} has no source yet: it is generated for argument types",
                hint="call it, or ask for `source_for(*types_or_values)`",
            )
        return self._program(self._last).source

    def source_for(self, *types_or_values: Any) -> str:
        """The generated Python source for arguments, given as Numba types or as values."""
        types = tuple(a if is_type(a) else typeof(a) for a in types_or_values)
        return self._program(self.complete(types)[0]).source

    def explain(self, *types_or_values: Any) -> Any:
        """What the compiler decided for arguments: see `adcomp.pipeline.explanation.Explanation`.

        Parameters
        ----------
        *types_or_values
            The arguments, as Numba types or as values; those of the last compilation if left out.
        """
        types = tuple(a if is_type(a) else typeof(a) for a in types_or_values)
        if not types and self._last is None:
            raise SourceNotReady(
                f"{self.__name__} has not been compiled yet: it is explained for argument types",
                hint="call it, or give types or values to `explain`",
            )
        types = types or self._last or ()
        argtypes = tuple(map(unliteral, self.complete(types)[0]))
        if self._explain is None:
            raise NotImplementedError(f"{self.__name__} can't be explained")
        note(self.primal)
        return self._explain(self._plain, argtypes, self.kind, self.options)

    def fingerprint_parts(self) -> tuple[Any, ...]:
        """What the meaning of this derivative depends on."""
        return self.primal, self.kind.name, repr(self.options), repr(self.compiler)

    # --- what the dispatcher asks -----------------------------------------------------------------

    def check_arguments(self, args: tuple[Any, ...]) -> None:
        for name, value in zip(self.__signature__.parameters, args, strict=False):
            problem = _problem(value)
            if problem is not None:
                raise TypeError(f"{self.__name__}: the argument '{name}' {problem}")

    def _compile_for_args(self, *args: Any, **kws: Any) -> Any:
        given = tuple(a.value if isinstance(a, OmittedArg) else a for a in args)
        if any(map(holds_lists, given)):
            made = tuple(map(prepared, given))
            return lambda *_: self(*made)
        return super()._compile_for_args(*args, **kws)

    def typeof_pyval(self, val: Any) -> Any:
        # Numba keeps the answer for all dispatchers, so that of a list is Numba's; `_compile_for_args`
        # prepares lists. Of what it cannot take, `_problem` says why.
        try:
            known = None if holds_lists(val) else type_of_tree(val)
        except TypeError:
            known = None
        return known or super().typeof_pyval(val)

    def compile(self, sig: Any) -> Any:
        argtypes, _ = self.complete(sig)
        if argtypes in self.overloads:
            return self.overloads[argtypes].entry_point
        expect_large_blocks()
        # Numba freezes globals when it compiles, and so do we: once per signature, here.
        self._hashes[argtypes] = self._fingerprint()
        try:
            return super().compile(sig)
        except ForceLiteralArg:
            raise
        except NumbaError as error:
            raise BackendError(
                f"Numba rejects {self.__name__}({', '.join(map(str, argtypes))}): {error}",
                hint="this is a defect in adcomp, unless the message is about your own function",
            ) from error
        finally:
            self._hashes.pop(argtypes, None)

    def implementation(self, argtypes: tuple[Type, ...]) -> FunctionType:
        program = self._program(argtypes)
        digest = self._key(argtypes).digest
        return load(program.source, program.entry, program.namespace, fingerprint=digest,
                    options=self.compiler)

    def load_machine_code(self, argtypes: tuple[Type, ...]) -> bytes | None:
        self._last = argtypes
        key = self._key(argtypes)
        return cache.load_machine_code(key) if self.cache and key.lasting else None

    def save_machine_code(
        self, argtypes: tuple[Type, ...], freeze: Callable[[], bytes | None]
    ) -> None:
        key = self._key(argtypes)
        if not self._program(argtypes).lasting:
            return
        # A function type is the function itself, and an unpickled one is another.
        if self.cache and key.lasting and not any(map(has_function, argtypes)):
            data = freeze()
            if data is not None:
                cache.store_machine_code(key, data)

    # --- programs ---------------------------------------------------------------------------------

    def _program(self, argtypes: tuple[Type, ...]) -> Generated:
        key = self._key(argtypes)
        known, program = self._programs.get(argtypes, (None, None))
        if program is not None and known == key:
            return program
        lasting = self.cache and key.lasting
        program = cache.load_program(key, self._plain) if lasting else None
        if program is None:
            types = tuple(map(unliteral, argtypes))
            note(self.primal)
            program = self._generate(self._plain, types, self.kind, self.options)
            if lasting and program.lasting:
                cache.store_program(key, program, self._plain, self._hash(argtypes))
        self._programs[argtypes] = key, program
        return program

    def _key(self, argtypes: tuple[Type, ...]) -> cache.Key:
        words = [self.kind.name, repr(self.options), repr(self.compiler), *map(type_key, argtypes)]
        return cache.Key.of(self.__name__, self._hash(argtypes), words)

    def _hash(self, argtypes: tuple[Type, ...]) -> Fingerprint:
        return self._hashes.get(argtypes) or self._fingerprint()

    def state(self) -> Fingerprint:
        """A hash of all that the derivative depends on, as it is now."""
        return self._fingerprint()

    def _fingerprint(self) -> Fingerprint:
        identity = getattr(self.primal, "__adcomp_identity__", lambda: (self.primal, (), True))
        function, words, contents = identity()
        return fingerprint(function, words, related=self._related, contents=contents)

    # --- pickling ---------------------------------------------------------------------------------

    def __reduce__(self) -> Any:
        found = _global_name(self, self._plain)
        return super().__reduce__() if found is None else (_imported, found)

    def _reduce_states(self) -> dict[str, Any]:
        file = self._plain.__code__.co_filename
        return {
            "uuid": str(self._uuid), "primal": self.primal, "kind": self.kind,
            "options": self.options, "generate": self._generate, "compiler": self.compiler,
            "cache": self.cache, "related": self._related,
            "text": (file, "".join(linecache.getlines(file))),
        }

    @classmethod
    def _rebuild(cls, uuid: str, text: tuple[str, str], **states: Any) -> DerivativeDispatcher:
        known = cls._memo.get(uuid)
        if known is not None:
            return known
        file, source = text
        if source and not linecache.getlines(file):  # the pipeline reads the primal's text
            linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        primal, kind, options, generate = map(
            states.pop, ("primal", "kind", "options", "generate")
        )
        self = cls(primal, kind, options, generate, **states)
        self._set_uuid(uuid)
        return self


def _problem(value: Any) -> str | None:
    """Why Numba can't take a value, where its own message would not help."""
    if isinstance(value, set):
        return "is a set; pass a NumPy array"
    try:
        type_of_tree(value)
    except TypeError as error:
        return str(error)
    if isinstance(value, np.ndarray | np.generic):
        kind = "an array" if isinstance(value, np.ndarray) else "a number"
        if value.dtype.hasobject:
            return f"is {kind} of Python objects"
        try:
            typeof(value)
            known = value.dtype != np.float16  # which Numba can name, and not compute with
        except (NotImplementedError, ValueError, NumbaError):
            known = False
        if not known:
            return f"is {kind} of dtype {value.dtype}, which Numba does not compile for"
    return None


def _template(name: str, signature: inspect.Signature, primal: FunctionType) -> FunctionType:
    """A function with the given parameters, for Numba to read them from."""
    scope: dict[str, Any] = {"__name__": primal.__module__}
    shown = []
    for i, (parameter, value) in enumerate(signature.parameters.items()):
        star = "*" if value.kind is value.VAR_POSITIONAL else ""
        if value.default is value.empty:
            shown.append(star + parameter)
        else:
            scope[f"_default_{i}"] = value.default
            shown.append(f"{parameter}=_default_{i}")
    exec(f"def {name}({', '.join(shown)}): pass", scope)
    function: FunctionType = scope[name]
    function.__doc__ = primal.__doc__
    function.__qualname__ = name
    return function


def _global_name(value: Any, primal: FunctionType) -> tuple[str, str] | None:
    """The global name under which another process can import a value; None in ``__main__``."""
    module = primal.__module__
    if module == "__main__" or module not in sys.modules:
        return None
    held = vars(sys.modules[module])
    return next(((module, name) for name, found in held.items() if found is value), None)


def _imported(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)
