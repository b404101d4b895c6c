"""One processor, one thread: to be called before NumPy, Numba or JAX is imported."""

import atexit
import os
import shutil
import tempfile

SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "JAX_ENABLE_X64": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "MPLBACKEND": "Agg",
}


def isolate(cpu=None):
    """Pin this process to one processor (by default the last that it may use) and every library to
    one thread.

    Returns the number of the processor, or None where the system cannot pin.
    """
    os.environ.update(SETTINGS)
    # Empty caches: the times of first calls are those of compiling.
    cache = tempfile.mkdtemp(prefix="adcomp-bench-")
    os.environ |= {"NUMBA_CACHE_DIR": cache, "ADCOMP_CACHE_DIR": cache}
    atexit.register(shutil.rmtree, cache, ignore_errors=True)
    if not hasattr(os, "sched_setaffinity"):
        return None
    cpu = max(os.sched_getaffinity(0)) if cpu is None else cpu
    os.sched_setaffinity(0, {cpu})
    return cpu
