"""How much memory is free, for compiled code to ask before it allocates a tape; and reuse of freed memory.

Linux hands out memory that it does not have and ends the process when it is used, so compiled code
must ask. It calls a C function by the name `SYMBOL`, which this module gives to LLVM: machine code
from the disk cache finds it as well.
"""

from __future__ import annotations

import ctypes
import functools
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


#: a little less than the largest block after which glibc's malloc raises its thresholds
_LARGE = 2**25 - 2**16


@functools.cache
def expect_large_blocks() -> None:
    """Let malloc keep freed memory for the next call of a derivative.

    A derivative allocates shadows and tapes, and frees them again. By default glibc's malloc hands blocks of
    more than 128 KiB back to the system, and every page of the next one costs a page fault: of array
    programs on megabytes that is up to half of the time. It adapts: once it has freed a mapped block, it
    expects blocks of up to that size to come and go, and keeps up to twice that size. So one block of 32 MiB,
    the largest that counts, is allocated and freed, untouched. A process that sets ``MALLOC_TRIM_THRESHOLD_``
    or the like has turned this off, and nothing happens; nor with another malloc, or where
    ``ADCOMP_KEEP_MEMORY`` is 0.
    """
    if os.environ.get("ADCOMP_KEEP_MEMORY") == "0":
        return
    allocate, free = ctypes.pythonapi.PyMem_RawMalloc, ctypes.pythonapi.PyMem_RawFree
    allocate.restype, allocate.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    free.restype, free.argtypes = None, [ctypes.c_void_p]
    free(allocate(_LARGE))


@ctypes.CFUNCTYPE(ctypes.c_int64)
def _callback() -> int:
    return free_memory()


llvm.add_symbol(SYMBOL, ctypes.cast(_callback, ctypes.c_void_p).value)
