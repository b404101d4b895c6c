"""The full text of every error: each `<case>.py` here beside its `<case>.txt`.

A case is a module of programs. Every function ``case_*`` in it raises one error; the text file
holds them one after another. ``pytest tests/errors --update-golden`` rewrites the files.
"""

from __future__ import annotations

import ast
import difflib
import importlib.util
import pickle
import re
from pathlib import Path
from types import ModuleType

import pytest

from adcomp import errors
from adcomp.frontend.fence import UNSUPPORTED

HERE = Path(__file__).parent
CASES = sorted(path for path in HERE.glob("*.py") if not path.name.startswith(("test_", "_")))


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_text(path: Path, request: pytest.FixtureRequest) -> None:
    module = load(path)
    cases = {name: f for name, f in vars(module).items() if name.startswith("case_")}
    text = "\n".join(f"# {name.removeprefix('case_')}\n{raised(f)}\n" for name, f in cases.items())
    golden = path.with_suffix(".txt")
    if request.config.getoption("--update-golden"):
        golden.write_text(text, encoding="utf-8")
    expected = golden.read_text(encoding="utf-8") if golden.exists() else ""
    diff = "\n".join(difflib.unified_diff(expected.splitlines(), text.splitlines(), lineterm=""))
    assert text == expected, f"{golden.name}:\n{diff}"


def test_every_class_of_error_has_a_text() -> None:
    text = "".join(path.with_suffix(".txt").read_text(encoding="utf-8") for path in CASES)
    found = set(re.findall(r"^(\w+): ", text, re.MULTILINE))
    never = {"AdcompError", "Loc", "BackendError", "InternalError"}
    assert set(errors.__all__) - never <= found


def test_every_row_of_the_fence_has_a_text() -> None:
    refused = {type(node) for node in ast.walk(ast.parse((HERE / "syntax.py").read_text()))}
    in_async = {ast.AsyncFor, ast.AsyncWith, ast.Await}  # stand only where `async def` does
    assert set(UNSUPPORTED) - in_async <= refused


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"errors_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def raised(case) -> str:
    try:
        case()
    except (errors.AdcompError, TypeError, ValueError) as error:
        again = pickle.loads(pickle.dumps(error))
        assert str(again) == str(error)
        lines = str(error).replace(f"{HERE}/", "").splitlines()
        text = "\n".join(line.rstrip() for line in lines)
        assert str(HERE.parent.parent) not in text, "a path that depends on the machine"
        return f"{type(error).__name__}: {text}"
    return "nothing is raised"
