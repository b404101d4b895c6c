"""Command line of the benchmarks: ``python -m benchmarks [PROGRAM ...]``."""

import argparse
import platform
import sys
import traceback
from pathlib import Path

from .environment import isolate

BUILD = Path(__file__).resolve().parent.parent / "build"
NAMES = (
    "lorenz heat burgers matmul logsumexp nbody lstm fft while_loop helpers".split()
)  # fixed here: importing the programs would import Numba before the settings are made


def parse(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "programs", nargs="*", metavar="PROGRAM", help=f"which to run: {', '.join(NAMES)}"
    )
    parser.add_argument(
        "--repeats", type=int, default=15, help="samples of each function (default %(default)s)"
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="problem size relative to the benchmark's own"
    )
    parser.add_argument("--cpu", type=int, help="processor to run on (default: the last available)")
    parser.add_argument("--no-jax", action="store_true", help="leave JAX out")
    parser.add_argument(
        "--out", type=Path, default=BUILD, help="folder of bench.json and bench.png"
    )
    options = parser.parse_args(argv)
    unknown = sorted(set(options.programs) - set(NAMES))
    if unknown:
        parser.error(f"unknown program {unknown[0]!r}; there are {', '.join(NAMES)}")
    if options.repeats < 1 or options.scale <= 0:
        parser.error("--repeats and --scale must be positive")
    return options


def reason(error):
    return f"{type(error).__name__}: {error}"


def measure(name, options, with_jax):
    """One row of the report.  Whatever fails is named in the row; nothing stops the run."""
    import numba

    from .programs import PROGRAMS
    from .report import Row
    from .timing import first_call, interleave
    from .verify import disagreement

    program = PROGRAMS[name]
    args = program.arguments(options.scale)
    row = Row(name, program.TITLE)
    primal = numba.njit(error_model="numpy")(program.primal)
    functions = {"primal": lambda: primal(*args)}
    row.compile_seconds["primal"], _ = first_call(functions["primal"])
    functions["hand-written"] = lambda: program.adjoint(*args)
    row.compile_seconds["hand-written"], expected = first_call(functions["hand-written"])

    def add(column, build, tolerance):
        try:
            function = build()
            seconds, result = first_call(function)
            error = disagreement(result, expected)
            if not error <= tolerance:
                raise ArithmeticError(f"differs from the hand-written adjoint by {error:.1e}")
        except Exception as failure:
            row.failures[column] = reason(failure)
            if not isinstance(failure, ImportError | ArithmeticError):
                traceback.print_exc(limit=3, file=sys.stderr)
            return
        functions[column] = function
        row.compile_seconds[column] = seconds

    def gradient():
        import adcomp

        derivative = adcomp.gradient(primal, wrt=program.wrt)
        return lambda: derivative(*args)

    add("gradient", gradient, 1e-9)
    if with_jax:
        add("JAX", lambda: program.jax_gradient(args), 1e-8)
    row.samples = interleave(functions, options.repeats)
    return row


def warm_up():
    """Compile something small with every tool, so that no program pays for a tool's own start."""
    import numba

    numba.njit(error_model="numpy")(square)(2.0)
    try:
        import adcomp

        adcomp.gradient(square)(2.0)
    except Exception as failure:
        print(f"adcomp: {reason(failure)}", file=sys.stderr)


def square(x):
    return x * x


def find_jax():
    try:
        import jax
    except ImportError:
        print(
            "JAX is not installed: its columns stay empty (pip install 'adcomp[bench]')",
            file=sys.stderr,
        )
        return None
    return jax.__version__


def main(argv=None):
    options = parse(argv)
    cpu = isolate(options.cpu)
    import numba
    import numpy as np

    from . import report

    jax_version = None if options.no_jax else find_jax()
    warm_up()
    rows = []
    for name in options.programs or NAMES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows.append(measure(name, options, jax_version is not None))
    print(report.table(rows))
    versions = {
        "python": platform.python_version(),
        "numba": numba.__version__,
        "numpy": np.__version__,
    }
    report.write_json(
        rows,
        options.out / "bench.json",
        versions=versions | ({"jax": jax_version} if jax_version else {}),
        machine=platform.machine(),
        cpu=cpu,
        repeats=options.repeats,
        scale=options.scale,
    )
    report.write_plot(rows, options.out / "bench.png")
    print(f"\nwritten: {options.out / 'bench.json'}, {options.out / 'bench.png'}")


if __name__ == "__main__":
    main()
