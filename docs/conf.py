"""Configuration of the documentation; `make docs` builds it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from _generate import filled  # noqa: E402

project = "adcomp"
author = copyright = "adcomp developers"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
myst_enable_extensions = ["dollarmath", "colon_fence"]
exclude_patterns = ["_*"]
autodoc_member_order = "bysource"
autodoc_typehints = "none"
default_role = "code"
html_theme = "alabaster"
html_theme_options = {"description": "Compiled, readable gradients of Numba functions"}


def setup(app):
    app.connect("source-read", lambda app, page, text: text.__setitem__(0, filled(text[0])))
