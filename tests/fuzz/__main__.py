"""Differentiate random programs until the time is up, and shrink those whose gradient is wrong."""

from __future__ import annotations

import argparse
import collections
import os
import tempfile
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="the first program")
    parser.add_argument("--count", type=int, default=10**9, help="how many programs")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long")
    parser.add_argument("--mode", choices=("plain", "compiled", "single"), default="plain",
                        help="run derivatives in Python, as machine code, or that in single precision")
    parser.add_argument("--no-shrink", action="store_true", help="show wrong programs as they are")
    parser.add_argument("--show", action="store_true", help="print the first program and end")
    parser.add_argument("--out", type=Path, help="a folder for the programs that are wrong")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:  # derivatives of random programs are not kept
        os.environ["ADCOMP_CACHE_DIR"] = folder
        return run(options)


def run(options: argparse.Namespace) -> int:
    """Run the programs; the number of those that are wrong."""
    from .oracle import judge
    from .programs import program
    from .shrink import shrink

    if options.show:
        print(program(options.seed))
        return 0
    counts: collections.Counter[str] = collections.Counter()
    reasons: collections.Counter[str] = collections.Counter()
    start = time.monotonic()
    seed = options.seed
    for seed in range(options.seed, options.seed + options.count):
        if time.monotonic() - start > options.seconds:
            break
        if sum(counts.values()) % 100 == 99:
            print(f"{time.monotonic() - start:4.0f} s, seed {seed}: {dict(counts)}", flush=True)
        source = program(seed)
        verdict = judge(source, seed, options.mode)
        counts[verdict.kind] += 1
        if verdict.kind != "right":
            reasons[f"{verdict.kind}: {' '.join(verdict.text.split())[:100]}"] += 1
        if verdict.kind != "wrong":
            continue
        print(f"--- seed {seed}: {verdict.text[:400]}", flush=True)
        if not options.no_shrink:
            source = shrink(source, lambda text: _fails_alike(judge, text, seed, options.mode, verdict))
        print(source, flush=True)
        if options.out:
            options.out.mkdir(parents=True, exist_ok=True)
            (options.out / f"wrong_{options.mode}_{seed}.py").write_text(source)
    total = max(1, sum(counts.values()))
    for reason, times in reasons.most_common(12):
        print(f"{times:5d}  {reason}")
    print(f"seeds {options.seed} to {seed}: {dict(counts)}, refused {100 * counts['refused'] / total:.1f} %, "
          f"{time.monotonic() - start:.0f} s")
    return counts["wrong"]


def _fails_alike(judge, text, seed, mode, first) -> bool:
    found = judge(text, seed, mode)
    return found.kind == "wrong" and found.sort == first.sort


if __name__ == "__main__":
    raise SystemExit(main() > 0)
