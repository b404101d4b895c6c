"""Configuration of the documentation; `make docs` builds it."""

project = "adcomp"
author = copyright = "adcomp developers"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
myst_enable_extensions = ["dollarmath", "colon_fence"]
autodoc_member_order = "bysource"
default_role = "code"
html_theme = "alabaster"
html_theme_options = {"description": "Compiled, readable gradients of Numba functions"}
