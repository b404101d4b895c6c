from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from adcomp.core import store

ROOT = Path(__file__).resolve().parent.parent.parent

# Somebody may edit adcomp while the tests run.
_STILL = "from adcomp.core import environment as e; e.hash_of_files = lambda root: 'still'\n"


@pytest.fixture(autouse=True)
def cache_directory(tmp_path, monkeypatch):
    """Every test has a cache of its own."""
    path = tmp_path / "cache"
    monkeypatch.setenv("ADCOMP_CACHE_DIR", str(path))
    monkeypatch.setattr(store, "_warned", False)
    return path


@pytest.fixture
def process(tmp_path, cache_directory):
    """``process(script, **files)`` writes modules, runs a script in a new process: its output."""

    def run(script: str, **files: str) -> list[str]:
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        paths = os.pathsep.join([str(tmp_path), str(ROOT)])
        env = os.environ | {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-c", _STILL + script], env=env, cwd=tmp_path,
            capture_output=True, text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    return run
