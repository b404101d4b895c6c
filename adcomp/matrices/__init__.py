"""Structured matrices, for Python and for compiled code."""
