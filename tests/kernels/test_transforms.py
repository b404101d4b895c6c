"""Transforms without the package that they need."""

from __future__ import annotations

import numpy as np
import pytest

import adcomp
from adcomp.errors import UnsupportedSyntax
from adcomp.frontend import calls


def transformed(x):
    return np.abs(np.fft.fft(x)[1])


def test_transforms_name_the_extra_that_is_missing(monkeypatch):
    monkeypatch.setattr(calls, "find_spec", lambda name: None)
    with pytest.raises(UnsupportedSyntax, match="rocket-fft") as caught:
        adcomp.gradient(transformed, cache=False)(np.arange(4.0))
    assert "adcomp[fft]" in caught.value.hint
    assert caught.value.loc.line == transformed.__code__.co_firstlineno + 1
