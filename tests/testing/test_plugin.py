"""The plugin of pytest: a user's test in one line, and no import of adcomp before it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]

USERS = '''
import numpy as np
from adcomp.tangents import NotImplementedTangent
from adcomp.testing import test_approx

def energy(x):
    return 0.5 * np.sum(x * x)

def test_right(check_gradient):
    check_gradient(energy, np.array([1.0, 2.0]))

def test_wrong(check_gradient):
    check_gradient(energy, np.array([1.0, 2.0]), gradient=lambda x: 2 * x)

def test_rule(check_pullback):
    check_pullback(np.sin, 0.5, rule=lambda x: (np.sin(x), lambda y_bar: (np.cos(x) * y_bar,)))

def test_scalar(check_scalar):
    check_scalar(np.sin, 0.5, rule=lambda x: (np.sin(x), lambda y_bar: (np.cos(x) * y_bar,)))

def test_forward(check_pushforward):
    check_pushforward(np.sin, 0.5, rule=lambda xs, ts: (np.sin(xs[0]), np.cos(xs[0]) * ts[0]))

def test_missing(check_pullback):
    check_pullback(np.sin, 0.5, rule=lambda x: (np.sin(x), lambda y_bar: (NotImplementedTangent("?"),)))
'''


def run(*command, **options):
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "PYTHONPATH": paths}, **options)


def test_a_users_tests(tmp_path):
    (tmp_path / "test_energy.py").write_text(USERS)
    done = run("-m", "pytest", "-p", "no:adcomp", "-p", "pytest_adcomp", "-p", "no:cacheprovider", "-rA",
               "--noconftest",
               "test_energy.py", cwd=tmp_path)
    assert "4 passed, 1 xfailed" in done.stdout and "1 failed" in done.stdout, done.stdout
    assert "check_gradient(energy): the gradient is right" in done.stdout
    assert "x[1] is 4, and differences give 2" in done.stdout
    assert "x is not implemented" in done.stdout
    assert "adcomp/testing" not in done.stdout.split("warnings summary")[0], done.stdout  # of the traceback


def test_start_of_pytest_imports_neither_adcomp_nor_numba():
    done = run("-c", "import sys, pytest_adcomp\nassert not {'adcomp', 'numba', 'numpy'} & set(sys.modules)")
    assert done.returncode == 0, done.stderr


def test_it_is_an_entry_point():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["entry-points"]["pytest11"] == {"adcomp": "pytest_adcomp"}
    assert "pytest_adcomp" in project["tool"]["setuptools"]["py-modules"]
