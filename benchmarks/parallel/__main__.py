"""Command line: ``python -m benchmarks.parallel [PROGRAM ...]``."""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2] / "build"


def parse(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parallel", description=__doc__)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help="which to run (default: all)")
    parser.add_argument("--repeats", type=int, default=11, help="samples of each (default %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="threads to compare with one (default 2)")
    parser.add_argument("--out", type=Path, default=BUILD, help="folder of parallel.json")
    options = parser.parse_args(argv)
    if options.repeats < 1:
        parser.error("--repeats must be positive")
    return options


def in_turn(functions, repeats, rounds=3):
    """Seconds of calls, and of the processor that the main thread runs on, without its waits.

    On a machine with other work the second are what the first would be without it. Calls come in blocks: a
    change of the number of threads starts and ends threads.
    """
    samples = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            function()
            function()
            for _ in range(repeats):
                start, busy = time.perf_counter(), time.thread_time()
                function()
                samples[name].append((time.perf_counter() - start, time.thread_time() - busy))
    return samples


def measure(name, options):
    """Of each size the seconds of an ordinary gradient, and of the parallel one in one thread and several."""
    import numba
    import numpy as np

    import adcomp

    from ..timing import first_call
    from .programs import PROGRAMS

    function, wrt, sizes, make = PROGRAMS[name]
    serial = adcomp.value_and_gradient(numba.njit(function), wrt=wrt, parallel=False)
    parallel = adcomp.value_and_gradient(numba.njit(parallel=True)(function), wrt=wrt)
    primal = numba.njit(parallel=True)(function)
    first, rows = None, []
    for size in sizes:
        args = make(*size)

        def in_threads(n, f, args=args):
            def call():
                numba.set_num_threads(n)
                return f(*args)

            return call

        functions = {"ordinary": in_threads(1, serial), "one": in_threads(1, parallel),
                     "several": in_threads(options.threads, parallel),
                     "primal, one": in_threads(1, primal), "primal": in_threads(options.threads, primal)}
        seconds, (value, gradients) = first_call(functions["several"])
        first = seconds if first is None else first
        for other in ("ordinary", "one"):
            expected, others = functions[other]()
            np.testing.assert_allclose(value, expected, rtol=1e-9)
            for x, y in zip(gradients, others, strict=True):
                np.testing.assert_allclose(x, y, rtol=1e-8, atol=1e-10 * np.max(np.abs(y)))
        samples = in_turn(functions, options.repeats)
        times = {name: tuple(map(statistics.median, zip(*v, strict=True))) for name, v in samples.items()}
        rows.append((" x ".join(map(str, size)), times))
    return first, rows


def main(argv=None):
    options = parse(argv)
    os.environ.setdefault("NUMBA_NUM_THREADS", str(options.threads))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # a thread that waits takes no processor time
    from tabulate import tabulate

    from .programs import PROGRAMS

    unknown = sorted(set(options.programs) - set(PROGRAMS))
    if unknown:
        sys.exit(f"unknown program {unknown[0]!r}; there are {', '.join(PROGRAMS)}")
    table, document = [], {}
    for name in options.programs or PROGRAMS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        first, rows = measure(name, options)
        document[name] = {"first call": first, "sizes": rows}
        for k, (size, times) in enumerate(rows):
            ms = {key: median * 1e3 for key, (median, _) in times.items()}
            table.append([name if k == 0 else "", size, f"{ms['ordinary']:.2f}", f"{ms['one']:.2f}",
                          f"{ms['several']:.2f}", f"{ms['one'] / ms['several']:.2f}",
                          f"{ms['primal, one'] / ms['primal']:.2f}",
                          f"{times['one'][1] / times['several'][1]:.2f}",
                          f"{first:.1f}" if k == 0 else ""])
    headers = ["program", "size", "in range loops, ms", "1 thread, ms", f"{options.threads} threads, ms",
               "speed-up", "of the primal", "by processor time", "first call, s"]
    print(tabulate(table, headers=headers, disable_numparse=True,
                   colalign=("left", "left", *["right"] * 7)))
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    print(f"load of the machine: {load}; {os.cpu_count()} processors")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "parallel.json").write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
