"""The `golden` fixture: generated text compared with a file that is kept under version control."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the golden files instead of comparing"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Compare text with the golden file of this test.

    ``golden(text, suffix=".py", name="")`` returns the path of the file, so that a test can go on
    and execute it. A test that checks several texts gives each a `name`.
    """
    update = request.config.getoption("--update-golden")
    seen: set[Path] = set()

    def check(text: str, suffix: str = ".py", name: str = "") -> Path:
        path = golden_path(request.node.nodeid, suffix, name)
        assert path not in seen, f"two texts for {path.name}: give each a name"
        seen.add(path)
        text = text.rstrip("\n") + "\n"
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return path
        if not path.exists():
            pytest.fail(f"no golden file {shown(path)}; `make golden` writes it:\n{text}", False)
        expected = path.read_text(encoding="utf-8")
        if text != expected:
            diff = difflib.unified_diff(
                expected.splitlines(), text.splitlines(), shown(path), "now", lineterm=""
            )
            hint = "intended? `make golden`, then read `git diff tests/golden`"
            pytest.fail("\n".join([*diff, hint]), False)
        return path

    return check


def golden_path(nodeid: str, suffix: str, name: str = "") -> Path:
    """``tests/passes/test_record.py::test_loop[sin]`` -> ``golden/passes/record/loop-sin.py``"""
    file, _, test = nodeid.partition("::")
    folder = Path(file).with_suffix("")
    parts = [part for part in folder.parts if part != "tests"]
    parts[-1] = parts[-1].removeprefix("test_")
    words = [word.removeprefix("test_") for word in re.split(r"[^\w.+]+", test) if word]
    return GOLDEN.joinpath(*parts, "-".join(words + ([name] if name else [])) + suffix)


def shown(path: Path) -> str:
    return str(path.relative_to(GOLDEN.parent.parent))
