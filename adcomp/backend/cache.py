"""Generated programs and their machine code, on disk.

One file per program, named after a hash of all that it depends on (`adcomp.backend.fingerprint`),
so an entry is never updated and cannot be stale. Files appear by renaming, carry a checksum, and a
damaged one counts as missing. Where nothing can be written, adcomp works without and says so once.

A program is stored as JSON: the source, and a recipe for every global object that it reads. The
objects themselves are found again in the process that loads it.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
import json
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core import numba_adapter
from ..core.numba_kept import FOLDER
from ..core.store import directory, entries, read, remove, write
from ..tangents.makers import TangentOf
from ..tangents.trees import DictOf, ListOf
from .cpu import Generated
from .fingerprint import Fingerprint, follow

_FORMAT = "adcomp 1"
_FOLDERS = ("programs", "machine", FOLDER)
_ARRAY_LIMIT = 1 << 16


@dataclass(frozen=True)
class Key:
    """The name of a program on disk.

    ``place`` is a hash of the lines where the primal and its callees stand. The text of a program
    quotes those lines, its machine code does not, so only the former depends on it. A program
    that is not ``lasting`` depends on something that no other process has.
    """

    name: str
    digest: str
    place: str = ""
    lasting: bool = True

    @classmethod
    def of(cls, name: str, fingerprint: Fingerprint, words: Sequence[str | None]) -> Key:
        """The key of what is made of a function under circumstances; None is one without a name."""
        text = "\0".join((_FORMAT, fingerprint, *map(str, words)))
        lasting = not any(word is None or " at 0x" in word for word in words)
        return cls(name, hashlib.sha256(text.encode()).hexdigest(), fingerprint.place, lasting)

    @property
    def _program(self) -> Path:
        return directory() / "programs" / f"{self.name}-{self.digest[:32]}-{self.place[:8]}.json"

    @property
    def _machine(self) -> Path:
        return directory() / "machine" / f"{self.name}-{self.digest[:32]}.bin"


def load_program(key: Key, primal: Any) -> Generated | None:
    """The program that an earlier process stored, with its namespace, or None."""
    data = read(key._program)
    if data is None:
        return None
    try:
        entry = json.loads(data)
        namespace = {name: _found(how, primal) for name, how in entry["recipe"].items()}
        return Generated(entry["source"], entry["entry"], namespace, entry["recipe"])
    except (LookupError, ValueError, TypeError, AttributeError, ImportError):
        return None


def store_program(key: Key, program: Generated, primal: Any, fingerprint: Fingerprint) -> bool:
    """Store a program; False if an object of its namespace could not be found again, or no room."""
    recipe = recipe_for(program, primal, fingerprint)
    if recipe is None:
        return False
    entry = {"source": program.source, "entry": program.entry, "recipe": recipe}
    return write(key._program, json.dumps(entry, indent=1).encode())


def load_machine_code(key: Key) -> bytes | None:
    """Machine code that an earlier process stored, or None."""
    return read(key._machine)


def store_machine_code(key: Key, data: bytes) -> bool:
    """Store machine code; False if there is no room."""
    return write(key._machine, data)


def clear() -> int:
    """Remove all entries; returns how many there were."""
    return sum(remove(path) for path, _ in entries(*_FOLDERS))


def prune(limit: int) -> int:
    """Remove the entries that were written first until at most `limit` bytes remain."""
    found = sorted(entries(*_FOLDERS), key=lambda entry: entry[1].st_mtime)
    size = sum(stat.st_size for _, stat in found)
    removed = 0
    for path, stat in found:
        if size <= limit:
            break
        size -= stat.st_size
        removed += remove(path)
    return removed


# --- recipes --------------------------------------------------------------------------------------


def recipe_for(
    program: Generated, primal: Any, fingerprint: Fingerprint
) -> dict[str, Any] | None:
    """How another process finds the objects of a program's namespace; None if one has no recipe."""
    recipe: dict[str, Any] = {}
    for name, value in program.namespace.items():
        how = program.recipe.get(name) or _recipe(value, primal, fingerprint)
        if how is None:
            return None
        recipe[name] = how
    return recipe


def _recipe(value: Any, primal: Any, fingerprint: Fingerprint) -> list[Any] | None:
    how = _literal(value)
    if how is not None:
        return how
    way, _ = fingerprint.reached.get(id(value), (None, None))
    module = getattr(value, "__module__", None)
    name = getattr(value, "__qualname__", getattr(value, "__name__", None))
    candidates: list[list[Any]] = []
    if isinstance(value, type(sys)):
        candidates.append(["module", value.__name__])
    if way is not None:
        candidates.append(["primal", list(way)])
    if isinstance(module, str) and isinstance(name, str):
        candidates.append(["import", module, name])
    for how in candidates:
        try:
            if _found(how, primal) is value:
                return how
        except (LookupError, ImportError, AttributeError):
            continue
    if numba_adapter.is_plain_njit(value):  # loading a program makes dispatchers of functions
        return _recipe(value.py_func, primal, fingerprint)
    return _by_value(value)


def _literal(value: Any) -> list[Any] | None:
    match value:
        case None | bool() | int() | str() if type(value) in (type(None), bool, int, str):
            return ["literal", value]
        case float() if type(value) is float:
            return ["float", value.hex()]
        case complex() if type(value) is complex:
            return ["complex", value.real.hex(), value.imag.hex()]
        case tuple() if type(value) is tuple:
            items = [_literal(item) for item in value]
            return None if None in items else ["tuple", *items]
        case np.generic() if not value.dtype.hasobject:
            return ["scalar", value.dtype.str, value.tobytes().hex()]
    return None


def _by_value(value: Any) -> list[Any] | None:
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        if value.nbytes <= _ARRAY_LIMIT and value.dtype.names is None and value.flags.c_contiguous:
            data = base64.b64encode(value.tobytes()).decode()
            return ["array", value.dtype.str, list(value.shape), data, value.flags.writeable]
    if isinstance(value, np.dtype | DictOf | ListOf | TangentOf) or numba_adapter.is_type(value):
        return ["pickle", base64.b64encode(pickle.dumps(value)).decode()]
    return None


def _found(how: Any, primal: Any) -> Any:
    match how:
        case ["literal", value]:
            return value
        case ["float", text]:
            return float.fromhex(text)
        case ["complex", real, imag]:
            return complex(float.fromhex(real), float.fromhex(imag))
        case ["tuple", *items]:
            return tuple(_found(item, primal) for item in items)
        case ["scalar", dtype, data]:
            return np.frombuffer(bytes.fromhex(data), dtype)[0]
        case ["array", dtype, shape, data, writeable]:
            array = np.frombuffer(base64.b64decode(data), dtype).reshape(shape)
            return array.copy() if writeable else array
        case ["pickle", data]:
            return pickle.loads(base64.b64decode(data))
        case ["primal", way]:
            return follow(primal, tuple(way))
        case ["module", name]:
            return importlib.import_module(name)
        case ["import", module, name]:
            value = importlib.import_module(module)
            for part in name.split("."):
                value = getattr(value, part)
            return value
    raise LookupError(f"unknown recipe {how}")
