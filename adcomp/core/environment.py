"""What generated programs and machine code depend on in every case: the tools, and the CPU."""

from __future__ import annotations

import functools
import hashlib
import os
import sys

import llvmlite
import numba
import numpy as np
from numba.core import config
from numba.core.registry import cpu_target

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@functools.cache
def environment() -> tuple[str, ...]:
    """The versions of the tools and of adcomp itself, the CPU, and Numba's switches."""
    from .._version import __version__

    versions = (__version__, numba.__version__, llvmlite.__version__, np.__version__)
    return (*versions, sys.version, *target(), hash_of_files(_ROOT))


def target() -> tuple[str, ...]:
    """What machine code depends on besides the program: the CPU and Numba's switches."""
    triple, cpu, features = cpu_target.target_context.codegen().magic_tuple()
    switches = ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "BOUNDSCHECK", "DEBUGINFO_DEFAULT",
                "ENABLE_AVX", "LLVM_REFPRUNE_PASS")
    return triple, cpu, features, *(f"{s}={getattr(config, s, None)}" for s in switches)


def hash_of_files(root: str) -> str:
    """A hash of adcomp's own files: those who work on adcomp edit them."""
    sha = hashlib.sha256()
    for folder, inner, files in os.walk(root, followlinks=True):  # kernels/ may be a link
        inner.sort()
        for file in sorted(files):
            if file.endswith(".py"):
                sha.update(file.encode())
                with open(os.path.join(folder, file), "rb") as stream:
                    sha.update(stream.read())
    return sha.hexdigest()
