"""The examples that need more than adcomp does."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.slow
def test_an_autoencoder_with_tied_weights(capsys):
    pytest.importorskip("sklearn")
    runpy.run_path(str(EXAMPLES / "tied_autoencoder.py"), run_name="__main__")
    shown = capsys.readouterr().out
    assert "tied: (('enc',), ('dec',))" in shown and "shares its memory" in shown
