"""Command line: ``python -m benchmarks.arrays [PROGRAM ...]``."""

import argparse
import json
import sys
from pathlib import Path

from ..environment import isolate

BUILD = Path(__file__).resolve().parents[2] / "build"


def parse(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.arrays", description=__doc__)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help="which to run (default: all)")
    parser.add_argument("--repeats", type=int, default=11, help="samples of each (default %(default)s)")
    parser.add_argument("--cpu", type=int, help="processor to run on (default: the last available)")
    parser.add_argument("--out", type=Path, default=BUILD, help="folder of arrays.json")
    options = parser.parse_args(argv)
    if options.repeats < 1:
        parser.error("--repeats must be positive")
    return options


def measure(name, options, jax_function):
    """Of each size the seconds of both tools; and the seconds of the first gradient."""
    import jax
    import numpy as np

    import adcomp

    from ..timing import first_call, interleave
    from .programs import PROGRAMS, SYMMETRIC

    function, wrt, sizes, make = PROGRAMS[name]
    ours = adcomp.value_and_gradient(function, wrt=wrt)
    theirs = jax.jit(jax.value_and_grad(jax_function, argnums=wrt))
    first = None
    rows = []
    for size in sizes:
        args = make(*size)
        given = [jax.numpy.asarray(a) for a in args]

        def of_adcomp(args=args):
            return ours(*args)

        def of_jax(given=given):
            return jax.block_until_ready(theirs(*given))

        seconds, (value, gradient) = first_call(of_adcomp)
        first = seconds if first is None else first
        expected, gradients = of_jax()
        np.testing.assert_allclose(value, expected, rtol=1e-8)
        for x, y in zip(jax.tree.leaves(gradient), jax.tree.leaves(gradients), strict=True):
            if name in SYMMETRIC:  # LAPACK reads one triangle, and JAX the mean of both
                x, y = x + x.T, y + y.T
            np.testing.assert_allclose(x, y, rtol=1e-6, atol=1e-6 * np.max(np.abs(y)))
        samples = interleave({"adcomp": of_adcomp, "JAX": of_jax}, options.repeats)
        rows.append((" x ".join(map(str, size)), samples["adcomp"].median, samples["JAX"].median))
    return first, rows


def main(argv=None):
    options = parse(argv)
    cpu = isolate(options.cpu)
    try:
        import jax  # noqa: F401
    except ImportError:
        sys.exit("JAX is not installed: pip install 'adcomp[bench]'")
    from tabulate import tabulate

    from ..__main__ import warm_up
    from ..report import geometric_mean
    from .programs import PROGRAMS, in_jax

    unknown = sorted(set(options.programs) - set(PROGRAMS))
    if unknown:
        sys.exit(f"unknown program {unknown[0]!r}; there are {', '.join(PROGRAMS)}")
    warm_up()
    jax_functions = in_jax()
    table, document, ratios = [], {}, []
    for name in options.programs or PROGRAMS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        first, rows = measure(name, options, jax_functions[name])
        document[name] = {"first call": first, "sizes": rows}
        for k, (size, ours, theirs) in enumerate(rows):
            ratios.append(ours / theirs)
            table.append([name if k == 0 else "", size, f"{ours * 1e3:.3f}", f"{theirs * 1e3:.3f}",
                          f"{ours / theirs:.2f}", f"{first:.1f}" if k == 0 else ""])
    table.append(["geometric mean", "", "", "", f"{geometric_mean(ratios):.2f}", ""])
    headers = ["program", "size", "value and gradient, ms", "JAX, ms", "ratio", "first call, s"]
    print(tabulate(table, headers=headers, disable_numparse=True,
                   colalign=("left", "left", *["right"] * 4)))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "arrays.json").write_text(json.dumps({"cpu": cpu, "programs": document}, indent=2) + "\n")


if __name__ == "__main__":
    main()
