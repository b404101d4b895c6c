"""The examples in docstrings are true."""

import doctest
import importlib
from pathlib import Path

import pytest

import adcomp

PACKAGE = Path(adcomp.__file__).parent
OPTIONAL = {"cuda", "interop"}  # need packages that adcomp itself does not


def modules() -> list[str]:
    patterns = ("*.py", "*/*.py", "*/*/*.py")  # rglob would not follow the link to the kernels
    files = [file for pattern in patterns for file in PACKAGE.glob(pattern)]
    parts = {file.relative_to(PACKAGE.parent).with_suffix("").parts for file in files}
    return sorted(".".join(p) for p in parts if p[-1] != "__main__" and not OPTIONAL & set(p))


@pytest.mark.parametrize("name", modules())
def test_examples(name):
    module = importlib.import_module(name.removesuffix(".__init__"))
    failures, _ = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failures == 0
