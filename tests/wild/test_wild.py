"""Gradients of compiled functions of installed packages, against differences.

What is not installed is skipped. ``pip install 'adcomp[wild]'`` installs the packages.
"""

from __future__ import annotations

import importlib.util

import pytest

from tests.wild import MODULES
from tests.wild._check import check

CASES = [case for module in MODULES for case in module.CASES]


@pytest.mark.parametrize("case", CASES, ids=[f"{c.target}-{k}" for k, c in enumerate(CASES)])
def test_function(case):
    if importlib.util.find_spec(case.package) is None:
        pytest.skip(f"{case.package} is not installed")
    assert check(case) in ("right", "refused", "parallel")
