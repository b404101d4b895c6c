"""How much memory is free, for compiled code to ask before it allocates a tape.

Linux hands out memory that it does not have and ends the process when it is used, so compiled code
must ask. It calls a C function by the name `SYMBOL`, which this module gives to LLVM: machine code
from the disk cache finds it as well.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import llvmlite.binding as llvm

SYMBOL = "adcomp_free_memory"
_UNLIMITED = 2**62


def free_memory() -> int:
    """Bytes that can be allocated and used: what the machine and the control group leave.

    ``ADCOMP_MEMORY_LIMIT`` (in bytes) is a further bound.

    Examples
    --------
    >>> free_memory() > 0
    True
    """
    bounds = [_available(), _of_group(), _unlimited_or(os.environ.get("ADCOMP_MEMORY_LIMIT"))]
    return max(0, min(bounds))


def _available() -> int:
    lines = (line.split() for line in _read("/proc/meminfo").splitlines())
    kilobytes = {words[0]: int(words[1]) for words in lines if len(words) > 1}
    if "MemAvailable:" not in kilobytes:
        return _UNLIMITED  # not Linux: malloc says when there is no memory
    return 1024 * (kilobytes["MemAvailable:"] + kilobytes.get("SwapFree:", 0))


def _of_group() -> int:
    for limit, used, folder in (("memory.max", "memory.current", "/sys/fs/cgroup"),
                                ("memory.limit_in_bytes", "memory.usage_in_bytes",
                                 "/sys/fs/cgroup/memory")):
        bound = _unlimited_or(_read(f"{folder}/{limit}"))
        if bound < _UNLIMITED:
            statistics = map(str.split, _read(f"{folder}/memory.stat").splitlines())
            cache = (int(value) for name, value in statistics
                     if name in ("inactive_file", "total_inactive_file"))
            return bound - int(_read(f"{folder}/{used}") or 0) + max(cache, default=0)
    return _UNLIMITED


def _unlimited_or(text: str | None) -> int:
    try:
        return int(text or "")
    except ValueError:
        return _UNLIMITED


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


@ctypes.CFUNCTYPE(ctypes.c_int64)
def _callback() -> int:
    return free_memory()


llvm.add_symbol(SYMBOL, ctypes.cast(_callback, ctypes.c_void_p).value)
