"""The same program has the same text in every process."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

SCRIPT = """
import adcomp
from tests.zoo import PROGRAMS

for k, program in enumerate(PROGRAMS.values()):
    if k % 10 == 0 or "recursi" in program.name or "branch" in program.name:
        df = adcomp.value_and_gradient(program.function, wrt=program.wrt, cache=False)
        print("#", program.name)
        print(df.source_for(*program.arguments()))
"""


def test_text_does_not_depend_on_the_order_of_sets():
    texts = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert texts[0].count("return") > 30
    assert texts[0] == texts[1]
