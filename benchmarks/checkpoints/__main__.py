"""Command line: ``python -m benchmarks.checkpoints``.

Times a step of the gradient of a checkpointed loop against one of a loop that records all of its steps,
as many as fit, in one piece and in automatic segments; and tells the memory of a process that runs the
checkpointed one (`--memory` is that process).
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

from ..environment import isolate


def parse(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checkpoints", description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000, help="of the long run (default %(default)s)")
    parser.add_argument("--short", type=int, default=5_000, help="steps that fit (default %(default)s)")
    parser.add_argument("--snapshots", type=int, nargs="*", default=[10, 30, 100, 1000])
    parser.add_argument("--repeats", type=int, default=7, help="samples of each (default %(default)s)")
    parser.add_argument("--cpu", type=int, help="processor to run on (default: the last available)")
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def peak():
    """The most memory that this process has had, in MB, on Linux; `ru_maxrss` would count the parent's."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024


def run_once(steps, snapshots):
    """Print the peak after the imports, after a run of ten steps, and after the long one."""
    import adcomp

    from .programs import bounded, start

    marks = [peak()]
    gradient = adcomp.gradient(bounded)
    for count in (10, steps):
        gradient(start(), count, snapshots)
        marks.append(peak())
    print(*marks)


def memory(steps, snapshots):
    """The peaks of a process of its own, which finds the machine code on disk."""
    command = [sys.executable, "-m", "benchmarks.checkpoints", "--steps", str(steps),
               "--memory", str(snapshots)]
    for _ in range(2):
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [float(word) for word in text.split()]


def main(argv=None):
    options = parse(argv)
    if options.memory is not None:
        run_once(options.steps, options.memory)
        return
    isolate(options.cpu)
    import numpy as np
    from tabulate import tabulate

    import adcomp

    from ..timing import interleave
    from .programs import bounded, bounded_while, segmented, start, taped

    u0, few, many = start(), options.short, options.steps
    whole, cut, known, unknown = map(adcomp.gradient, (taped, segmented, bounded, bounded_while))
    expected = whole(u0, few)
    for result in (cut(u0, few), known(u0, few, 3), unknown(u0, few, 3)):
        np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-15)
    runs = {"whole tape": (few, lambda: whole(u0, few)), "segments": (few, lambda: cut(u0, few))}
    for k in options.snapshots:
        runs[f"for, {k} snapshots"] = many, lambda k=k: known(u0, many, k)
        runs[f"while, {k} snapshots"] = many, lambda k=k: unknown(u0, many, k)
    samples = interleave({name: call for name, (_, call) in runs.items()}, options.repeats)
    per_step = {name: samples[name].median / steps for name, (steps, _) in runs.items()}
    rows = [[name, steps, f"{per_step[name] * 1e6:.2f}", f"{per_step[name] / per_step['whole tape']:.2f}",
             f"{per_step[name] / per_step['segments']:.2f}"] for name, (steps, _) in runs.items()]
    print(tabulate(rows, headers=["loop", "steps", "us per step", "/ whole tape", "/ segments"],
                   disable_numparse=True, colalign=("left", *["right"] * 4)))
    for k in options.snapshots:
        imported, short, long = memory(many, k)
        print(f"peak of a process, {k} snapshots: {long:.0f} MB; {short:.0f} MB before the {many} steps, "
              f"{imported:.0f} MB after the imports")


if __name__ == "__main__":
    main()
