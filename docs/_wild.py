"""The page of other people's code. ``python docs/_wild.py [words]`` runs what is not known, and writes it.

Results are kept in ``build/wild.json``, so that a run can go on where another stopped; remove the file to
begin again. Words choose the cases whose target holds one of them.
"""

from __future__ import annotations

import ast
import inspect
import json
import statistics
import sys
import textwrap
import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numba
import numpy as np

import adcomp

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
MODULES = import_module("tests.wild").MODULES
check = import_module("tests.wild._check").check

PAGE, KEPT = Path(__file__).parent / "reference" / "wild.md", ROOT / "build" / "wild.json"

HEAD = """# Other people's code

Compiled functions of packages from PyPI, imported as they are installed, and differentiated with respect
to every floating-point argument. Each gradient was compared with finite differences;
`tests/wild` holds the arguments, and `make test K=wild` repeats the comparison for the packages
that are installed (`pip install 'adcomp[wild]'`).

- **right**: the gradient agrees with differences.
- **refused**: an error that names the line, as it has to be: the feature is out of scope, or the derivative
  would be wrong.
- **parallel**: the function waits for parallel loops.
- **fails**: what is to be mended.

*Lines* are those of the function alone, without its helpers. *Ratio* is the time of value and gradient over
that of the function, the median of 15 interleaved runs at the small arguments of the tests, on a shared
machine: much of it is the cost of a call.

"""


def run(case: Any) -> dict[str, Any]:
    """The row of a case."""
    row = {"target": case.target, "note": case.note, "version": version_of(case.package),
           **shape(case.function())}
    try:
        row["result"] = check(case)
    except AssertionError as error:
        row |= {"result": "fails", "error": str(error).splitlines()[0][:160]}
    except Exception as error:
        row |= {"result": "fails", "error": f"{type(error).__name__}: {error}"[:160]}
    if row["result"] == "right":
        row["ratio"] = ratio(case)
    return row


def version_of(package: str) -> str:
    names = packages_distributions().get(package, [package])
    try:
        return version(names[0])
    except PackageNotFoundError:
        return ""


def shape(f: Any) -> dict[str, Any]:
    """The number of lines of a function, and what it is made of."""
    f = getattr(f, "py_func", f)
    text = textwrap.dedent(inspect.getsource(f))
    tree = ast.parse(text).body[0]
    body = tree.body[1:] if ast.get_docstring(tree) else tree.body  # type: ignore
    nodes = [n for stmt in body for n in ast.walk(stmt)]
    called = [f.__globals__.get(n.func.id) for n in nodes
              if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    found = {
        "loops": any(isinstance(n, ast.For) for n in nodes),
        "while": any(isinstance(n, ast.While) for n in nodes),
        "branches": any(isinstance(n, ast.If | ast.IfExp) for n in nodes),
        "early return": sum(isinstance(n, ast.Return) for n in nodes) > 1,
        "stores": any(isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store) for n in nodes),
        "slices": any(isinstance(n, ast.Slice) for n in nodes),
        "helpers": any(hasattr(g, "py_func") for g in called),
        "array functions": any(isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)
                               and n.value.id == "np" for n in nodes),
    }
    lines = sum(bool(line.strip()) for line in text.splitlines()[body[0].lineno - 1:])
    return {"lines": lines, "features": ", ".join(k for k, there in found.items() if there)}


def ratio(case: Any) -> float | None:
    """The time of value and gradient over that of the function."""
    program, arguments = case.program(), case.arguments(np.random.default_rng(0))
    primal = program if hasattr(program, "py_func") else numba.njit(program)
    if not isinstance(primal(*arguments), float):
        return None
    wrt = case.wrt or tuple(k for k, a in enumerate(arguments) if floating(a))
    gradient = adcomp.value_and_gradient(program, wrt=wrt)
    pairs = []
    gradient(*arguments)
    once = seconds(lambda: primal(*arguments), 3)
    repeats = max(3, int(5e-4 / max(once, 1e-7)))
    for _ in range(15):
        pairs.append((seconds(lambda: primal(*arguments), repeats),
                      seconds(lambda: gradient(*arguments), repeats)))
    return statistics.median(b for _, b in pairs) / statistics.median(a for a, _ in pairs)


def floating(a: Any) -> bool:
    return isinstance(a, float | complex) or isinstance(a, np.ndarray) and a.dtype.kind in "fc"


def seconds(f: Callable[[], Any], repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        f()
    return (time.perf_counter() - start) / repeats


def page(rows: list[dict[str, Any]]) -> str:
    """The text of the page."""
    words = ("right", "refused", "parallel", "fails")
    counts = {word: sum(r["result"] == word for r in rows) for word in words}
    packages = {r["target"].split(".")[0] for r in rows}
    out = [HEAD, f"{len(rows)} functions of {len(packages)} packages: "
           + ", ".join(f"{n} {word}" for word, n in counts.items() if n) + ".\n"]
    for name in sorted(packages):
        mine = [r for r in rows if r["target"].split(".")[0] == name]
        out += [f"\n## {name} {mine[0]['version']}\n", "| function | lines | features | result | ratio |",
                "|---|---:|---|---|---:|"]
        for r in sorted(mine, key=lambda r: r["target"]):
            module, function = r["target"].split(":")
            inner = module.removeprefix(name).lstrip(".")
            shown = f"`{inner}.{function}`" if inner else f"`{function}`"
            note = r["note"] or r.get("error", "").replace("|", "/")
            speed = f"{r['ratio']:.1f}" if r.get("ratio") else ""
            out.append(f"| {shown} | {r['lines']} | {r['features']} | {r['result']}"
                       f"{': ' + note if note else ''} | {speed} |")
    return "\n".join(out) + "\n"


def main(words: list[str]) -> None:
    cases = {f"{c.target} {c.note}": c for module in MODULES for c in module.CASES}
    known = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    for key, case in cases.items():
        chosen = not words or any(w in case.target for w in words)
        if key in known or find_spec(case.package) is None or not chosen:
            continue
        row = run(case)
        print(row["result"], case.target, row.get("error", ""), flush=True)
        known = (json.loads(KEPT.read_text()) if KEPT.exists() else {}) | {key: row}
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(json.dumps(known, indent=1))
    PAGE.write_text(page([row for key, row in known.items() if key in cases]))


if __name__ == "__main__":
    main(sys.argv[1:])
