"""A hash of a function and of everything that its meaning depends on.

Numba's own cache looks at one source file; adcomp's looks at the function's text and bytecode, its
default values, what its closure holds, and every global that it reads: numbers, arrays, and other
functions, which are followed in the same way. Functions of NumPy and of other installed packages
count by name and version. So do adcomp (with a hash of its own files), Numba, LLVM, Python and the
CPU.
"""

from __future__ import annotations

import builtins
import dataclasses
import enum
import functools
import hashlib
import linecache
import opcode
import pickle
import sys
import types as python_types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ..core import numba_adapter
from ..core.environment import environment

Way = tuple[str, ...]
Related = Callable[[Any], Iterable[Any]]


class Fingerprint(str):
    """The hash, as 64 hexadecimal digits.

    Attributes
    ----------
    place : str
        A hash of where the functions stand: file and first line. It is not part of the
        fingerprint: moving a function does not change what it computes.
    reached : dict
        For the ``id`` of every object that was reached, the way there from the function, such as
        ``("globals:helper", "globals:SCALE")``; `follow` walks it.
    """

    place: str
    reached: Mapping[int, tuple[Way, Any]]


def fingerprint(
    function: Any, extra: Iterable[Any] = (), *, related: Related | None = None, contents: bool = True
) -> Fingerprint:
    """Hash a function, what it calls and reads, and the versions of the tools.

    Parameters
    ----------
    function : callable
        A Python function or a dispatcher.
    extra : iterable, optional
        More values that the result depends on.
    related : callable, optional
        ``related(f)`` gives further objects that the meaning of ``f`` depends on, such as a user's
        pullback rule for it. It is asked for every callable that is reached.
    contents : bool, optional
        Whether what is in arrays counts; without, an array counts by its type.

    Examples
    --------
    >>> scale = 2.0
    >>> def f(x, scale=scale):
    ...     return scale * x
    >>> before = fingerprint(f)
    >>> before == fingerprint(f)
    True
    >>> f.__defaults__ = (3.0,)
    >>> before == fingerprint(f)
    False
    """
    walker = _Walker(related, contents)
    walker.text(*environment())
    walker.value(function, ())
    for value in extra:
        walker.value(value, ("extra",))
    result = Fingerprint(walker.sha.hexdigest())
    result.place = walker.place.hexdigest()
    result.reached = walker.seen
    return result


def follow(function: Any, path: Way) -> Any:
    """The object at the end of a path of `Fingerprint.reached`; LookupError if it is not there.

    Examples
    --------
    >>> def f():
    ...     return hashlib
    >>> follow(f, ("globals:hashlib", "attribute:sha256")) is hashlib.sha256
    True
    """
    # For a stand-in, see `adcomp.frontend.lifting`, the way starts from what it stands for.
    value = getattr(function, "__adcomp_identity__", lambda: (function,))()[0]
    for step in path:
        kind, _, name = step.partition(":")
        try:
            if kind == "attribute":
                value = getattr(value, name)
            elif kind == "item":
                value = value[int(name)]
            elif kind == "class":
                value = type(value)
            elif kind == "value":
                value = value[name]
            elif kind == "globals":
                value = _python_function(value).__globals__[name]
            elif kind == "closure":
                inner = _python_function(value)
                value = inner.__closure__[inner.__code__.co_freevars.index(name)].cell_contents
            elif kind == "default":
                value = _python_function(value).__defaults__[int(name)]
            else:
                raise LookupError(step)
        except (AttributeError, TypeError, ValueError, KeyError, IndexError) as error:
            raise LookupError(f"{step} of {path}") from error
    return value


def type_key(ty: Any) -> str | None:
    """A name for a Numba type that is the same in every process, or None if it has none.

    Examples
    --------
    >>> from numba import types
    >>> type_key(types.Tuple((types.float64, types.int64[:])))
    'Tuple(float64, array(int64, 1d, A))'
    """
    match numba_adapter.kind_of(ty):
        case ("dispatcher", function):
            return f"dispatcher {fingerprint(function)}"
        case ("omitted", value):
            return f"omitted {type(value).__name__}"
        case ("named tuple", cls, members):
            keys = [type_key(m) for m in members]
            named = f"{cls.__module__}.{cls.__qualname__}{cls._fields}"
            return None if None in keys else f"{named}({', '.join(keys)})"  # type: ignore[arg-type]
        case ("tuple", members):
            keys = [type_key(m) for m in members]
            return None if None in keys else f"Tuple({', '.join(keys)})"  # type: ignore[arg-type]
        case ("container", word, names, members):
            keys = [type_key(m) for m in members]
            return None if None in keys else f"{word}({', '.join(map(repr, names))}: {', '.join(keys)})"  # type: ignore
        case ("structure", cls, names, members):
            keys = [type_key(m) for m in members]
            version = fingerprint(cls, names)
            return None if None in keys else f"{_name(cls)} {version}({', '.join(keys)})"  # type: ignore
    name = str(ty)
    return None if " at 0x" in name or "#" in name else name


# --- the walk -------------------------------------------------------------------------------------

_ATOMS = (type(None), bool, int, float, complex, str, bytes, type(...), type(NotImplemented))
_BUILTIN = (python_types.BuiltinFunctionType, python_types.MethodDescriptorType,
            python_types.WrapperDescriptorType, python_types.MethodWrapperType, np.ufunc)
_HOLDERS = (python_types.ModuleType, python_types.SimpleNamespace)


class _Walker:
    def __init__(self, related: Related | None, contents: bool = True) -> None:
        self.contents = contents
        self.sha = hashlib.sha256()
        self.place = hashlib.sha256()
        self.related = related
        self.seen: dict[int, tuple[Way, Any]] = {}  # holds the objects, so that ids stay theirs

    def text(self, *words: str) -> None:
        for word in words:
            data = word.encode("utf-8", "surrogatepass")
            self.sha.update(b"%d:" % len(data))
            self.sha.update(data)

    def value(self, value: Any, path: Way) -> None:
        """Feed a value of any kind; what was fed before counts by its number."""
        if isinstance(value, _ATOMS):
            self.text(type(value).__name__, repr(value))
            return
        known = self.seen.get(id(value))
        if known is None:
            self.seen[id(value)] = path, value
        elif not isinstance(value, (tuple, np.generic, frozenset)):
            # Not so for constants: whether two equal ones are one object is up to the interpreter.
            self.text("again", *known[0])
            return
        if self.related is not None and callable(value):
            for i, item in enumerate(self.related(value)):
                self.value(item, (*path, f"related:{i}"))
        if isinstance(value, np.generic):
            self.text("scalar", value.dtype.str)
            self.sha.update(value.tobytes())
        elif isinstance(value, np.ndarray):
            self.array(value, path)
        elif isinstance(value, python_types.FunctionType):
            self.function(value, path)
        elif isinstance(value, python_types.ModuleType):
            self.text("module", value.__name__, _version(value.__name__))
        elif isinstance(value, (tuple, list)):
            self.text(_name(type(value)), *getattr(value, "_fields", ()), str(len(value)))
            for i, item in enumerate(value):
                self.value(item, (*path, f"item:{i}"))
        elif isinstance(value, Mapping):
            self.text(_name(type(value)), str(len(value)))
            for key, item in value.items():
                self.value(key, (*path, "key:"))
                self.value(item, (*path, f"value:{key if isinstance(key, str) else repr(key)}"))
        elif isinstance(value, (set, frozenset)):
            self.text("set", *sorted(map(repr, value)))
        else:
            self.object(value, path)

    def array(self, array: np.ndarray, path: Way) -> None:
        flags = array.flags
        if not self.contents and not array.dtype.hasobject:
            self.text("array", repr(array.dtype.descr), str(array.ndim))
            return
        self.text("array", repr(array.dtype.descr), repr(array.shape), repr(array.strides),
                  f"{flags.writeable} {flags.aligned}")
        if array.dtype.hasobject:
            self.value(array.tolist(), path)
        else:
            self.sha.update(np.ascontiguousarray(array).view(np.uint8).data)

    def object(self, value: Any, path: Way) -> None:
        parts = getattr(type(value), "fingerprint_parts", None)
        function = numba_adapter.python_function(value)
        if parts is not None:
            self.value(parts(value), path)
        elif function is not None:
            self.text("dispatcher", _stable(numba_adapter.target_options(value)))
            if _installed(function):
                self.text(_name(function), _version(function.__module__))
            else:
                self.value(function, (*path, "attribute:py_func"))
        elif isinstance(value, enum.Enum):
            self.text(_name(type(value)), value.name)
            self.value(value.value, (*path, "attribute:value"))
        elif isinstance(value, type):
            self.cls(value, path)
        elif isinstance(value, _BUILTIN) or _installed(value):
            self.text(_name(value), _version(getattr(value, "__module__", None)))
            if not isinstance(value, _BUILTIN):
                self.text(_stable(value))
        elif isinstance(value, functools.partial):
            self.value((value.func, value.args, value.keywords), path)
        elif isinstance(value, python_types.MethodType):
            self.value((value.__func__, value.__self__), path)
        elif numba_adapter.is_type(value):
            self.text("type", type_key(value) or "unstable")
        elif _has_attributes(value):
            self.value(type(value), (*path, "class:"))
            for name, item in _attributes(value):
                self.text(name)
                self.value(item, (*path, f"attribute:{name}"))
        elif dataclasses.is_dataclass(value):
            self.cls(type(value), path)
            for field in dataclasses.fields(value):
                self.value(getattr(value, field.name), (*path, f"attribute:{field.name}"))
        else:
            self.text(_name(type(value)), _stable(value) or f"{id(value)}")

    def cls(self, cls: type, path: Way) -> None:
        self.text("class", _name(cls), _version(cls.__module__), *getattr(cls, "_fields", ()))
        if _installed(cls) or issubclass(cls, tuple):
            return
        if issubclass(cls, enum.Enum):
            self.value({name: m.value for name, m in cls.__members__.items()}, path)
        self.text(*numba_adapter.jitclass_fields(cls))
        for k, base in enumerate(cls.__bases__ if dataclasses.is_dataclass(cls) else ()):
            self.value(base, (*path, "attribute:__bases__", f"item:{k}"))
        for name, item in (vars(cls) | numba_adapter.jitclass_methods(cls)).items():
            if isinstance(item, property):
                item = item.fget
            if isinstance(item, (staticmethod, classmethod)):
                item = item.__func__
            if isinstance(item, (python_types.FunctionType, *_ATOMS)) and name != "__doc__":
                self.text(name)
                self.value(item, (*path, f"attribute:{name}"))

    def function(self, function: Any, path: Way) -> None:
        if _installed(function):
            self.text("function", _name(function), _version(function.__module__))
            return
        code = function.__code__
        self.place.update(f"{code.co_filename}:{code.co_firstlineno};".encode())
        self.text("function", function.__name__, _source(code))
        self.code(code)
        for i, default in enumerate(function.__defaults__ or ()):
            self.value(default, (*path, f"default:{i}"))
        self.value(function.__kwdefaults__, (*path, "keyword defaults"))
        names = frozenset(_all_names(code))
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            self.text(name)
            try:
                value = cell.cell_contents
            except ValueError:  # the variable has no value yet
                continue
            self.reference(value, (), (*path, f"closure:{name}"), names)
        for name, *attributes in sorted(_global_chains(code)):
            self.text(name)
            if name in function.__globals__:
                step = (*path, f"globals:{name}")
                self.reference(function.__globals__[name], tuple(attributes), step, names)
            elif hasattr(builtins, name):
                self.text("builtin")

    def code(self, code: python_types.CodeType) -> None:
        self.sha.update(code.co_code)
        self.text(*code.co_names, *code.co_varnames, *code.co_freevars, *code.co_cellvars)
        self.text(str((code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount,
                       code.co_flags)))
        for const in code.co_consts:
            if isinstance(const, python_types.CodeType):
                self.code(const)
            else:
                self.value(const, ("constant",))

    def reference(
        self, value: Any, attributes: tuple[str, ...], path: Way, names: frozenset[str]
    ) -> None:
        """A name that a function reads, with the attributes that it reads of it."""
        while attributes and isinstance(value, _HOLDERS):
            head, *rest = attributes
            self.text(head)
            path = (*path, f"attribute:{head}")
            if not hasattr(value, head):
                return
            value, attributes = getattr(value, head), tuple(rest)
        self.value(value, path)
        if isinstance(value, python_types.ModuleType) and not _standard(value.__name__):
            # The module itself is passed on: follow whatever the function may read of it.
            for name in sorted(names):
                if name in vars(value):
                    self.text(name)
                    self.value(vars(value)[name], (*path, f"attribute:{name}"))


# --- names, versions and text ---------------------------------------------------------------------

_KNOWN = frozenset({"numpy", "numba", "llvmlite", "scipy", "adcomp", "builtins"}) | frozenset(
    sys.stdlib_module_names
) - {"__main__"}


@functools.cache
def _standard(module: str) -> bool:
    """Whether a module's functions count by name and version: it is installed, not edited."""
    top = module.partition(".")[0]
    if top in _KNOWN:
        return True
    found = sys.modules.get(top)
    file = getattr(found, "__file__", None) or ""
    return "site-packages" in file and isinstance(getattr(found, "__version__", None), str)


def _installed(value: Any) -> bool:
    module = getattr(value, "__module__", None)
    if not isinstance(module, str) or not _standard(module):
        return False
    # Generated code calls itself a module of adcomp; only what that module has is adcomp's.
    name = getattr(value, "__qualname__", getattr(value, "__name__", None))
    if name is None:
        return False
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is not None or isinstance(value, np.ufunc)


def _version(module: Any) -> str:
    top = module.partition(".")[0] if isinstance(module, str) else ""
    version = getattr(sys.modules.get(top), "__version__", "")
    return version if isinstance(version, str) else ""


def _name(value: Any) -> str:
    own = getattr(value, "__qualname__", getattr(value, "__name__", type(value).__qualname__))
    return f"{getattr(value, '__module__', None)}.{own}"


def _has_attributes(value: Any) -> bool:
    """Is it an object of a Python class, that is all in its attributes?"""
    kind = type(value)
    made = kind.__flags__ & _HEAP != 0 or kind in _HOLDERS
    return made and (hasattr(value, "__dict__") or hasattr(kind, "__slots__"))


_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a class statement


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    yield from getattr(value, "__dict__", {}).items()
    for cls in type(value).__mro__:
        slots = vars(cls).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__") and hasattr(value, name):
                yield name, getattr(value, name)


def _stable(value: Any) -> str:
    """A text for a value of unknown kind that does not hold its address."""
    try:
        return hashlib.sha256(pickle.dumps(value, protocol=4)).hexdigest()
    except Exception:  # whatever a user's __reduce__ raises
        text = repr(value)
        return "" if " at 0x" in text else text


def _source(code: python_types.CodeType) -> str:
    """The lines of a function; empty when there is no source.

    What a function means to adcomp is its text, so an edited file must count even while the old
    code is loaded. ``inspect.getsource`` is a hundred times slower than this.
    """
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename)
    first = code.co_firstlineno - 1
    if not 0 <= first < len(lines):
        return ""
    last = _last_line(code)
    indent = _indent(lines[first])
    while last < len(lines) and (not lines[last].strip() or _indent(lines[last]) > indent):
        last += 1
    return "".join(lines[first:last]).rstrip()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _last_line(code: python_types.CodeType) -> int:
    last = max((end for *_, end in code.co_lines() if end is not None), default=code.co_firstlineno)
    return max([last, *(_last_line(c) for c in code.co_consts if isinstance(c, type(code)))])


def _all_names(code: python_types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for const in code.co_consts:
        if isinstance(const, python_types.CodeType):
            yield from _all_names(const)


_EXTENDED_ARG = opcode.opmap["EXTENDED_ARG"]
_GLOBAL = {opcode.opmap["LOAD_GLOBAL"]: 1, opcode.opmap["LOAD_NAME"]: 0}
_ATTRIBUTE = {
    opcode.opmap[name]: 0 if sys.version_info < (3, 12) else 1
    for name in ("LOAD_ATTR", "LOAD_METHOD") if name in opcode.opmap
}
_PASSED_OVER = {0, *(opcode.opmap[n] for n in ("CACHE", "NOP") if n in opcode.opmap)}


@functools.lru_cache(maxsize=4096)
def _global_chains(code: python_types.CodeType) -> frozenset[tuple[str, ...]]:
    """The globals that code reads, each with the attributes read from it: ``("np", "exp")``."""
    chains: set[tuple[str, ...]] = set()
    chain: list[str] = []
    extended = 0
    data = code.co_code
    for at in range(0, len(data), 2):
        op, arg = data[at], data[at + 1] | extended
        if op == _EXTENDED_ARG:
            extended = arg << 8
            continue
        extended = 0
        if op in _PASSED_OVER:
            continue
        if op in _ATTRIBUTE and chain:
            chain.append(code.co_names[arg >> _ATTRIBUTE[op]])
            continue
        if chain:
            chains.add(tuple(chain))
            chain = []
        if op in _GLOBAL:
            chain = [code.co_names[arg >> _GLOBAL[op]]]
    for const in code.co_consts:
        if isinstance(const, python_types.CodeType):
            chains |= _global_chains(const)
    return frozenset(chains)


def _python_function(value: Any) -> Any:
    return numba_adapter.python_function(value) or value
