"""The version of adcomp."""

__version__ = "0.1.0"
