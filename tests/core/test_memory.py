"""Freed memory is kept for the next call."""

import os
import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource
import numpy as np
from adcomp.core.memory import expect_large_blocks

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        blocks = [np.full(400_000, 1.0) for _ in range(3)]
        del blocks
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

expect_large_blocks()
faults()
print(faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another malloc")
@pytest.mark.parametrize("kept", ["1", "0"])
def test_freed_blocks_are_not_handed_back_to_the_system(kept):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MALLOC_", "GLIBC_TUNABLES"))}
    run = subprocess.run([sys.executable, "-c", PROGRAM], env=env | {"ADCOMP_KEEP_MEMORY": kept},
                         capture_output=True, text=True, check=True)
    pages = 10 * 3 * 400_000 * 8 // os.sysconf("SC_PAGE_SIZE")
    assert (int(run.stdout) < pages / 100) == (kept == "1")
